"""Writes of coupon batches: made, changed, filled with codes, revoked."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from psycopg.errors import UniqueViolation

from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.coupon_mapping import batch_row, batch_view, write_batch_terms
from regulars.contexts.rewards.models import CouponBatch
from regulars.contexts.rewards.queries.coupons import BatchNotFound
from regulars.contexts.rewards.types import BatchTerms, BatchView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Invalid, Refused
from regulars.core.rewards.batches import (
    BatchInvalid,
    check_batch,
    check_promotion,
    check_terms,
    end_of_validity,
)
from regulars.core.rewards.patterns import (
    Pattern,
    bytes_for,
    check_sparse,
    codes_from,
    read_pattern,
)

GENERATED_MAX = 10_000_000
_AT_ONCE = 500_000
_INSERT_NEW = """
INSERT INTO rewards_coupon (code, batch, uses_max, until, issued_at)
SELECT code, %s, %s, %s, %s FROM unnest(%s::text[]) AS code
ON CONFLICT (code) DO NOTHING
"""


class BatchCodeTaken(Refused):
    """There is a batch of this code already."""

    code = "coupon.batch_code_taken"


class BatchRevoked(Refused):
    """The batch was revoked; it stays as it is."""

    code = "coupon.batch_revoked"


class BatchNotGenerated(Refused):
    """The codes of this batch come from elsewhere: it has no pattern to make more by."""

    code = "coupon.batch_has_no_pattern"


class CountInvalid(Invalid):
    """Not so many codes at once."""

    code = "coupon.count_invalid"


def create_batch(
    code: str, terms: BatchTerms, *, pattern: str | None = None, now: datetime, by: Actor
) -> BatchView:
    """A new batch without coupons; without a `pattern` its codes are to be imported.

    Raises PermissionMissing, BatchCodeTaken, NoProgrammeInForce, PatternInvalid and what
    `check_batch` raises: the promotion must be one of the programme in force that coupons switch on.
    """
    require(by, Permission.REWARDS_WRITE)
    check_batch(code, terms, triggers=_triggers(compiled_at(now)))
    row = batch_row(code, terms)
    row.pattern = None if pattern is None else read_pattern(pattern).text
    row.kind = "imported" if pattern is None else "made"
    row.status = "open"
    row.created_at = row.changed_at = now
    row.created_by = _person(by)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise BatchCodeTaken(pointer="/code", batch=code) from None
    _record("coupon.create_batch", row, now=now, by=by)
    return batch_view(row)


def change_batch(code: str, terms: BatchTerms, *, now: datetime, by: Actor) -> BatchView:
    """Other terms for a batch; title, window and whether coupons can be passed on count at once.

    Uses and days of coupons that are made already stay with them. Raises PermissionMissing,
    BatchNotFound, BatchRevoked, NoProgrammeInForce and what `check_batch` raises; BatchInvalid for
    another promotion or binding once there are coupons: what was promised with them stays.
    """
    require(by, Permission.REWARDS_WRITE)
    row = lock_open_batch(code)
    check_terms(terms)
    check_promotion(terms.promotion, _triggers(compiled_at(now)))
    for name in ("promotion", "bound"):
        if (row.made or row.kind == "issued") and getattr(row, name) != getattr(terms, name):
            raise BatchInvalid(pointer=f"/{name}", field=name)
    write_batch_terms(row, terms)
    return _saved("coupon.change_batch", row, now=now, by=by)


def revoke_batch(code: str, *, now: datetime, by: Actor) -> BatchView:
    """None of its coupons can be used any more, for good; sales with them stay. Again is harmless.

    Raises PermissionMissing, BatchNotFound.
    """
    require(by, Permission.REWARDS_WRITE)
    row = lock_batch(code)
    if row.status == "revoked":
        return batch_view(row)
    row.status = "revoked"
    return _saved("coupon.revoke_batch", row, now=now, by=by)


def generate_codes(code: str, count: int, *, now: datetime, by: Actor) -> BatchView:
    """Make `count` more coupons of a batch by its pattern and store them: all of them, or none.

    Codes are drawn from the system's randomness, each equally likely, none twice. Raises
    PermissionMissing, BatchNotFound, BatchRevoked, BatchNotGenerated, CountInvalid, and
    PatternGuessable where with these the pattern would hold too many codes for its length.
    """
    require(by, Permission.REWARDS_WRITE)
    row = lock_open_batch(code)
    if row.pattern is None:
        raise BatchNotGenerated(batch=code)
    if not 1 <= count <= GENERATED_MAX:
        raise CountInvalid(pointer="/count", most=GENERATED_MAX)
    pattern = read_pattern(row.pattern)
    check_sparse(pattern, made_by(row.pattern) + count)
    zone = compiled_at(now).zone
    until = end_of_validity(row.valid_days, now, zone)
    store_new(row, pattern, count, None if row.bound else until, None if row.bound else now)
    row.made += count
    detail = {"count": count}
    return _saved("coupon.generate", row, detail, now=now, by=by)


def store_new(
    batch: CouponBatch,
    pattern: Pattern,
    count: int,
    until: datetime | None,
    issued_at: datetime | None,
) -> None:
    """Store `count` new coupons; for this context only. What exists already is drawn again."""
    left = count
    while left:
        left -= _stored(_drawn(pattern, min(left, _AT_ONCE)), batch, until, issued_at)


def made_by(pattern: str) -> int:
    """All codes of this pattern, in whichever batch: a guess may hit any of them.

    For this context only.
    """
    found = CouponBatch.objects.filter(pattern=pattern).aggregate(made=Sum("made", default=0))
    return int(found["made"])


def lock_batch(code: str) -> CouponBatch:
    """The row, locked until the transaction ends; for this context only. Raises BatchNotFound."""
    known = "\0" not in code
    row = CouponBatch.objects.select_for_update().filter(code=code).first() if known else None
    if row is None:
        raise BatchNotFound(pointer="/batch")
    return row


def lock_open_batch(code: str) -> CouponBatch:
    """The same. Raises BatchNotFound, BatchRevoked."""
    row = lock_batch(code)
    if row.status != "open":
        raise BatchRevoked(batch=code)
    return row


def _triggers(programme: Compiled) -> Mapping[str, str]:
    return {each.id: each.trigger.kind for each in programme.document.promotions}


def _drawn(pattern: Pattern, count: int) -> list[str]:
    """At most `count` different codes, sorted: the indexes are filled from left to right."""
    return sorted(set(codes_from(pattern, os.urandom(bytes_for(pattern, count)))[:count]))


def _stored(
    codes: Sequence[str],
    batch: CouponBatch,
    until: datetime | None,
    issued_at: datetime | None,
) -> int:
    """How many of them are new and stored now."""
    try:
        with transaction.atomic():
            _copy(codes, batch, until, issued_at)
        return len(codes)
    except UniqueViolation:  # one of them exists: rare, as patterns are sparse
        with connection.cursor() as cursor:
            values = [batch.code, batch.uses_max, until, issued_at, list(codes)]
            cursor.execute(_INSERT_NEW, values)
            return int(cursor.rowcount)


def _copy(
    codes: Sequence[str],
    batch: CouponBatch,
    until: datetime | None,
    issued_at: datetime | None,
) -> None:
    """COPY with the cells that all rows share written once; codes of patterns need no escaping."""
    shared = (batch.code, str(batch.uses_max), _moment(until), _moment(issued_at))
    end = "\t" + "\t".join(shared) + "\n"
    columns = "code, batch, uses_max, until, issued_at"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY rewards_coupon ({columns}) FROM STDIN") as copy,
    ):
        copy.write(end.join(codes) + end)


def _moment(moment: datetime | None) -> str:
    return r"\N" if moment is None else moment.isoformat()


def _saved(
    action: str,
    row: CouponBatch,
    detail: Mapping[str, int] | None = None,
    *,
    now: datetime,
    by: Actor,
) -> BatchView:
    row.changed_at = now
    row.save()
    _record(action, row, detail, now=now, by=by)
    return batch_view(row)


def _record(
    action: str,
    row: CouponBatch,
    detail: Mapping[str, int] | None = None,
    *,
    now: datetime,
    by: Actor,
) -> None:
    told = {"promotion": row.promotion, **(detail or {})}
    record_audit(action, "coupon_batch", row.code, told, now=now, by=by)


def _person(by: Actor) -> str:
    return (str(by.staff_id) if by.staff_id else f"{by.kind}:{by.id}")[:120]
