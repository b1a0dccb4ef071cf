"""Claiming identifiers: each belongs to one member, whoever asks at the same instant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from regulars.contexts.members.identifying import Claim
from regulars.contexts.members.types import MemberRef

_OWNERS = """
SELECT kind, value, bucket, member_id
FROM members_identifier
JOIN unnest(%s::text[], %s::text[]) AS wanted (kind, value) USING (kind, value)
"""
_CLAIM = """
INSERT INTO members_identifier (kind, value, form, bucket, member_id, since, status)
SELECT kind, value, form, bucket, member_id, %s, 'active'
FROM unnest(%s::text[], %s::text[], %s::text[], %s::smallint[], %s::uuid[])
     AS claim (kind, value, form, bucket, member_id)
ON CONFLICT DO NOTHING
"""


def owners_of(claims: Iterable[Claim]) -> dict[tuple[str, str], MemberRef]:
    """Who holds each of the claims that somebody holds."""
    keys = sorted({claim.key for claim in claims})
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, [[kind for kind, _ in keys], [value for _, value in keys]])
        return {
            (kind, value): MemberRef(bucket, member_id)
            for kind, value, bucket, member_id in cursor.fetchall()
        }


def claim_all(claims: Sequence[tuple[Claim, MemberRef]], *, since: datetime) -> bool:
    """Store the claims, each made once; False where somebody else was faster with one of them.

    Waits for a transaction that is claiming the same. Claims are made in one order everywhere, so
    two batches cannot wait for each other. After False some may be stored: the caller undoes the
    savepoint.
    """
    rows = sorted(claims, key=lambda row: row[0].key)
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [
                since,
                [claim.kind for claim, _ in rows],
                [claim.value for claim, _ in rows],
                [claim.form for claim, _ in rows],
                [ref.bucket for _, ref in rows],
                [ref.id for _, ref in rows],
            ],
        )
        return cursor.rowcount == len(rows)


def holders(
    claims: Iterable[Claim], owners: Mapping[tuple[str, str], MemberRef]
) -> frozenset[MemberRef]:
    """Everybody who holds one of the claims."""
    return frozenset(owners[claim.key] for claim in claims if claim.key in owners)
