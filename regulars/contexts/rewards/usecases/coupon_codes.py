"""Codes of a batch from a file and into a file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from regulars.contexts.members.queries import find_holders, spell_identifier
from regulars.contexts.members.types import IdentifierKind, MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.coupon_mapping import pattern_of, shown
from regulars.contexts.rewards.models import CouponBatch
from regulars.contexts.rewards.queries.coupons import batch_of
from regulars.contexts.rewards.types import CodeReject, CodeRow, CodesImported
from regulars.contexts.rewards.usecases.coupon_batches import lock_open_batch
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.refusal import Refused
from regulars.core.rewards.batches import end_of_validity, narrower
from regulars.core.rewards.imported import ImportedCode, read_code
from regulars.kit.csv_safety import guard_cell, unguard_cell

EXPORT_COLUMNS = ("code", "status", "uses_max", "uses", "since", "until", "issued_at")
_EXPORTED_AT_ONCE = 20_000
_KINDS = {"card": IdentifierKind.CARD, "external": IdentifierKind.EXTERNAL}

_ADD = """
INSERT INTO rewards_coupon
    (code, batch, uses_max, bucket, member_id, since, until, issued_at, shown)
SELECT n.code, %(batch)s, n.uses_max, n.bucket, n.member_id, n.since, n.until, n.issued_at,
       nullif(n.shown, n.code)
FROM unnest(%(codes)s::text[], %(shown)s::text[], %(uses)s::int[], %(buckets)s::smallint[],
            %(members)s::uuid[], %(since)s::timestamptz[], %(until)s::timestamptz[],
            %(issued)s::timestamptz[])
    AS n(code, shown, uses_max, bucket, member_id, since, until, issued_at)
ON CONFLICT (code) DO NOTHING
RETURNING code
"""
_EXPORT = """
SELECT code, shown, status, uses_max, uses, since, until, issued_at
FROM rewards_coupon WHERE batch = %s ORDER BY code
"""


class CodeTaken(Refused):
    """The code stands in another batch."""

    code = "coupon.code_taken"


class CodeConfusable(Refused):
    """A code that people could not tell from this one is there already."""

    code = "coupon.code_confusable"


class CodeOwnerUnknown(Refused):
    """Nobody has this card or outside number."""

    code = "coupon.owner_unknown"


def import_codes(batch: str, rows: Sequence[CodeRow], *, now: datetime, by: Actor) -> CodesImported:
    """Take codes made elsewhere into a batch; what became of each row.

    Columns are those of `core.rewards.imported`. A code that the batch has already is found and left
    as it is, so the same rows again add nothing; a row that makes no sense, or a code that could be
    taken for another one, is rejected and keeps no other out. Raises PermissionMissing,
    BatchNotFound, BatchRevoked, NoProgrammeInForce.
    """
    require(by, Permission.REWARDS_WRITE)
    held = lock_open_batch(batch)
    zone = compiled_at(now).zone
    rejects: list[CodeReject] = []
    read: dict[str, tuple[int, ImportedCode]] = {}
    found = 0
    for row in rows:
        try:
            code = read_code({name: unguard_cell(cell) for name, cell in row.cells.items()}, zone)
            earlier = read.setdefault(code.key, (row.line, code))[1]
            if earlier is not code:
                found += _is_the_same(code.shown, earlier.shown)
        except Refused as refusal:
            rejects.append(_reject(row.line, refusal))
    owners = _owners(read, rejects)
    until = end_of_validity(held.valid_days, now, zone)
    rejected = {reject.line for reject in rejects}
    wanted = [code for line, code in read.values() if line not in rejected]
    added = _added(held, wanted, owners, until, now)
    found += _found(held, [read[c.key] for c in wanted if c.key not in added], rejects)
    held.made += len(added)
    held.changed_at = now
    held.save(update_fields=["made", "changed_at"])
    detail = {"promotion": held.promotion, "count": len(added), "rejected": len(rejects)}
    record_audit("coupon.import", "coupon_batch", held.code, detail, now=now, by=by)
    return CodesImported(len(added), found, tuple(sorted(rejects, key=lambda each: each.line)))


def export_codes(batch: str, *, now: datetime, by: Actor) -> Iterator[dict[str, str]]:
    """Every coupon of a batch as a row of `EXPORT_COLUMNS`, by code, in bounded memory.

    No cell runs as a formula; `import_codes` reads the rows back. To be used up inside the
    transaction it was called in. Raises PermissionMissing, BatchNotFound before the first row.
    """
    require(by, Permission.REWARDS_WRITE)
    held = batch_of(batch)
    detail = {"promotion": held.promotion, "count": held.made}
    record_audit("coupon.export", "coupon_batch", held.code, detail, now=now, by=by)
    return _exported(held)


def _exported(batch: CouponBatch) -> Iterator[dict[str, str]]:
    pattern = pattern_of(batch)
    with connection.connection.cursor(name="export_coupons") as named:
        named.itersize = _EXPORTED_AT_ONCE
        named.execute(_EXPORT, [batch.code])
        for code, own, status, uses_max, uses, since, until, issued in named:
            window = narrower(since, until, batch.since, batch.until)
            yield {
                "code": guard_cell(shown(code, own, pattern)),
                "status": status if batch.status == "open" else "revoked",
                "uses_max": str(uses_max),
                "uses": str(uses),
                "since": _text(window[0]),
                "until": _text(window[1]),
                "issued_at": _text(issued),
            }


def _is_the_same(shown_now: str, before: str) -> bool:
    """True; raises CodeConfusable where two codes differ on paper only by what people mix up."""
    if shown_now.upper() != before.upper():
        raise CodeConfusable(pointer="/code")
    return True


def _owners(
    read: Mapping[str, tuple[int, ImportedCode]], rejects: list[CodeReject]
) -> dict[str, MemberRef]:
    """Who each code is for, by its key; rows for somebody unknown are rejected."""
    owners: dict[str, MemberRef] = {}
    for name, kind in _KINDS.items():
        told: dict[str, list[tuple[int, str]]] = {}
        for line, code in read.values():
            text = getattr(code, name)
            try:
                spelled = spell_identifier(kind, text, pointer=f"/{name}") if text else ""
            except Refused as refusal:
                rejects.append(_reject(line, refusal))
                continue
            if spelled:
                told.setdefault(spelled, []).append((line, code.key))
        held = find_holders(kind, list(told)) if told else {}
        for spelled, rows in told.items():
            for line, key in rows:
                if spelled in held:
                    owners[key] = held[spelled][0]
                else:
                    rejects.append(_reject(line, CodeOwnerUnknown(pointer=f"/{name}")))
    return owners


def _added(
    batch: CouponBatch,
    codes: Sequence[ImportedCode],
    owners: Mapping[str, MemberRef],
    until: datetime | None,
    now: datetime,
) -> set[str]:
    """The keys of those that were not there and are now."""
    refs = [owners.get(code.key) for code in codes]
    issued = [None if batch.bound and ref is None else now for ref in refs]
    ends = [
        code.until or (until if moment else None)
        for code, moment in zip(codes, issued, strict=True)
    ]
    values = {
        "batch": batch.code,
        "codes": [code.key for code in codes],
        "shown": [code.shown for code in codes],
        "uses": [code.uses or batch.uses_max for code in codes],
        "buckets": [ref and ref.bucket for ref in refs],
        "members": [ref and ref.id for ref in refs],
        "since": [code.since for code in codes],
        "until": ends,
        "issued": issued,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)
        return {code for (code,) in cursor.fetchall()}


def _found(
    batch: CouponBatch, rest: Sequence[tuple[int, ImportedCode]], rejects: list[CodeReject]
) -> int:
    """How many of those that are there already are the batch's own; the others are rejected."""
    pattern = pattern_of(batch)
    with connection.cursor() as cursor:
        keys = [code.key for _, code in rest]
        cursor.execute("SELECT code, batch, shown FROM rewards_coupon WHERE code = ANY(%s)", [keys])
        there = {code: (of, shown(code, own, pattern)) for code, of, own in cursor.fetchall()}
    found = 0
    for line, code in rest:
        of, before = there[code.key]
        try:
            if of != batch.code:
                raise CodeTaken(pointer="/code")
            found += _is_the_same(code.shown, before)
        except Refused as refusal:
            rejects.append(_reject(line, refusal))
    return found


def _reject(line: int, refusal: Refused) -> CodeReject:
    params: dict[str, Any] = {**refusal.params}
    if refusal.pointer is not None:
        params["pointer"] = refusal.pointer
    return CodeReject(line, refusal.code, params)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()
