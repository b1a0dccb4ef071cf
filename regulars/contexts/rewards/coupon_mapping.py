"""Rows of coupons and batches ⇄ views."""

from collections.abc import Mapping
from datetime import datetime

from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.models import Coupon, CouponBatch, CouponEvent
from regulars.contexts.rewards.types import (
    BatchTerms,
    BatchView,
    CouponMoment,
    CouponStatus,
    CouponView,
)
from regulars.core.calendar import moment_of
from regulars.core.rewards.batches import narrower
from regulars.core.rewards.patterns import ISSUED, Pattern, read_pattern, shown_code


def batch_row(code: str, terms: BatchTerms) -> CouponBatch:
    """A new row with checked terms; kind, pattern and the rest are the caller's."""
    row = CouponBatch(code=code)
    write_batch_terms(row, terms)
    return row


def write_batch_terms(row: CouponBatch, terms: BatchTerms) -> None:
    """Put checked terms into the row."""
    row.title = terms.title.strip()
    row.promotion = terms.promotion
    row.uses_max = terms.uses_max
    row.bound = terms.bound
    row.transferable = terms.transferable
    row.since, row.until, row.valid_days = terms.since, terms.until, terms.valid_days


def batch_view(row: CouponBatch) -> BatchView:
    """The row as doors see it."""
    terms = BatchTerms(
        title=row.title,
        promotion=row.promotion,
        uses_max=row.uses_max,
        bound=row.bound,
        transferable=row.transferable,
        since=row.since,
        until=row.until,
        valid_days=row.valid_days,
    )
    return BatchView(
        code=row.code,
        terms=terms,
        kind=row.kind,
        pattern=row.pattern,
        made=row.made,
        status=row.status,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
    )


def pattern_of(row: CouponBatch) -> Pattern | None:
    """How its codes look, where that is known."""
    if row.kind == "issued":
        return ISSUED
    return read_pattern(row.pattern) if row.pattern else None


def shown(code: str, own: str | None, pattern: Pattern | None) -> str:
    """A code as it was printed."""
    if own is not None:
        return own
    return code if pattern is None else shown_code(code, pattern)


def coupon_view(row: Coupon, batch: CouponBatch, *, at: datetime) -> CouponView:
    """The row as it stands at `at`."""
    since, until = narrower(row.since, row.until, batch.since, batch.until)
    held = tuple(end for end in sorted(_ends(row.reserved)) if end > at)
    owner = None
    if row.bucket is not None and row.member_id is not None:
        owner = MemberRef(row.bucket, row.member_id)
    return CouponView(
        code=shown(row.code, row.shown, pattern_of(batch)),
        batch=row.batch,
        promotion=batch.promotion,
        status=_status(row, batch, since, until, len(held), at),
        uses_max=row.uses_max,
        uses=row.uses,
        reserved=held,
        owner=owner,
        since=since,
        until=until,
        issued_at=row.issued_at,
    )


def moment_view(row: CouponEvent) -> CouponMoment:
    """The row as doors see it; the nil id stands for a sale without a member."""
    member = None
    if row.bucket is not None and row.member_id is not None and row.member_id.int:
        member = MemberRef(row.bucket, row.member_id)
    return CouponMoment(row.at, row.what, row.source, member, row.by)


def _ends(reserved: Mapping[str, int]) -> list[datetime]:
    return [moment_of(int(until)) for until in reserved.values()]


def _status(
    row: Coupon,
    batch: CouponBatch,
    since: datetime | None,
    until: datetime | None,
    held: int,
    at: datetime,
) -> CouponStatus:
    """What stands in the way of using it, what lasts named before what may pass."""
    if row.status == "revoked":
        return "revoked"
    if row.uses >= row.uses_max:
        return "used"
    if batch.status == "revoked":
        return "batch_revoked"
    if until is not None and until <= at:
        return "expired"
    if row.issued_at is None:
        return "waiting"
    if since is not None and at < since:
        return "not_yet"
    return "reserved" if row.uses + held >= row.uses_max else "ready"
