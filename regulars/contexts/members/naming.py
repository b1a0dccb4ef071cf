"""Members by how their names begin, in the order of names: two walks along an index."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from regulars.contexts.members.models import ProfileRow
from regulars.contexts.members.types import MemberFilter, MemberRef, Reach, ref_of
from regulars.core.identifiers import storable
from regulars.core.membership import name_key
from regulars.kit.paging import CursorInvalid

NAME_LETTERS_MIN = 3
NAME_LETTERS_MAX = 100
_ABOVE_ALL = "\U0010ffff"
# Both indexes are kept in the order of bytes (varchar_pattern_ops), which `~<~` asks for. LATERAL with
# LIMIT 1 keeps to them: no statistics of the filters make another plan of it.
_NAMED = """
SELECT bucket, member_id FROM (
    (SELECT p.bucket, p.member_id, p.name_key AS key
     FROM members_profile p
     CROSS JOIN LATERAL (
         SELECT * FROM members_member x WHERE x.bucket = p.bucket AND x.id = p.member_id LIMIT 1
     ) AS m
     WHERE p.name_key ~>=~ %(low)s AND p.name_key ~<~ %(high)s
       AND (p.name_key ~>~ %(low)s OR p.member_id > %(after)s) AND {conditions}
     ORDER BY p.name_key USING ~<~, p.member_id LIMIT %(limit)s)
    UNION ALL
    (SELECT p.bucket, p.member_id, p.name_key_reversed
     FROM members_profile p
     CROSS JOIN LATERAL (
         SELECT * FROM members_member x WHERE x.bucket = p.bucket AND x.id = p.member_id LIMIT 1
     ) AS m
     WHERE p.name_key_reversed ~>=~ %(low)s AND p.name_key_reversed ~<~ %(high)s
       AND NOT (p.name_key ~>=~ %(start)s AND p.name_key ~<~ %(high)s)
       AND (p.name_key_reversed ~>~ %(low)s OR p.member_id > %(after)s) AND {conditions}
     ORDER BY p.name_key_reversed USING ~<~, p.member_id LIMIT %(limit)s)
) AS found
ORDER BY key USING ~<~, member_id
LIMIT %(limit)s
"""
_LOWEST = UUID(int=0)


def list_named(
    text: str,
    conditions: Sequence[str] = (),
    params: Mapping[str, Any] | None = None,
    *,
    after: UUID | None = None,
    limit: int,
) -> list[MemberRef]:
    """Members whose name or family name begins with `text`, by name: at most `limit`, those behind `after`.

    `conditions` are SQL about `m`, a row of members_member, with `params`. Of fewer than three letters
    nobody is found. Raises CursorInvalid where `after` is nobody who is called so any more.
    """
    start = name_key(storable(text[:NAME_LETTERS_MAX]))
    if len(start) < NAME_LETTERS_MIN:
        return []
    asked = {
        **(params or {}),
        "start": start,
        "high": start + _ABOVE_ALL,
        "low": start if after is None else _key_of(after, start),
        "after": after or _LOWEST,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NAMED.format(conditions=" AND ".join(conditions) or "true"), asked)
        return [MemberRef(*row) for row in cursor.fetchall()]


def narrowed(wanted: MemberFilter, within: Reach) -> tuple[list[str], dict[str, Any]]:
    """The conditions of a list, all but the search, as `list_named` takes them."""
    statuses = [wanted.status.value] if wanted.status else ["active", "blocked"]
    told: dict[str, tuple[str, Any]] = {
        "statuses": ("m.status = ANY(%(statuses)s)", statuses),
        "tags": ("m.tags @> %(tags)s::varchar[]", [storable(wanted.tag)] if wanted.tag else None),
        "store": ("m.store_enrolled = %(store)s", storable(wanted.store) if wanted.store else None),
        "since": ("m.enrolled_at >= %(since)s", wanted.enrolled_since),
        "until": ("m.enrolled_at < %(until)s", wanted.enrolled_until),
        "is_staff": ("m.is_staff = %(is_staff)s", wanted.is_staff),
        "stores": (
            "m.store_enrolled = ANY(%(stores)s)",
            None if within.stores is None else list(within.stores),
        ),
        "only": ("m.id = %(only)s", within.member.id if within.member else None),
    }
    given = {name: pair for name, pair in told.items() if pair[1] is not None}
    return [text for text, _ in given.values()], {name: value for name, (_, value) in given.items()}


def _key_of(member_id: UUID, start: str) -> str:
    row = ProfileRow.objects.filter(pk=tuple(ref_of(member_id))).first()
    for key in (row.name_key, row.name_key_reversed) if row else ():
        if key.startswith(start):
            return str(key)
    raise CursorInvalid(pointer="/cursor")
