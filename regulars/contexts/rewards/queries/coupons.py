"""Reads of coupons: batches, coupons of a batch or member, the life of one, codes for a file."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, Sum

from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.coupon_mapping import (
    batch_view,
    coupon_view,
    moment_view,
)
from regulars.contexts.rewards.models import Coupon, CouponBatch, CouponEvent
from regulars.contexts.rewards.types import BatchFigures, BatchView, CouponLife, CouponView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require, require_any
from regulars.core.ledger.accounts import bucket_of
from regulars.core.refusal import Invalid, NotFound
from regulars.core.rewards.codes import normalised
from regulars.core.rewards.patterns import has_right_check, is_of, read_pattern

BATCH_CODE_MAX = 60
_PATTERNS_MAX = 200


class BatchNotFound(NotFound):
    """There is no batch of this code."""

    code = "coupon.batch_not_found"


class CouponNotFound(NotFound):
    """There is no coupon of this code."""

    code = "coupon.not_found"


class CouponMistyped(Invalid):
    """The check character does not fit: the code was misread or mistyped."""

    code = "coupon.mistyped"


def get_batch(code: str, *, by: Actor) -> BatchView:
    """The batch of this code. Raises PermissionMissing, BatchNotFound."""
    require(by, Permission.REWARDS_READ)
    return batch_view(batch_of(code))


def get_batch_figures(code: str, *, by: Actor) -> BatchFigures:
    """What has become of its coupons, counted now. Raises PermissionMissing, BatchNotFound."""
    require(by, Permission.REWARDS_READ)
    figures = Coupon.objects.filter(batch=batch_of(code).code).aggregate(
        coupons=Count("code"),
        issued=Count("code", filter=Q(issued_at__isnull=False)),
        used=Count("code", filter=Q(uses__gt=0)),
        uses=Sum("uses", default=0),
        revoked=Count("code", filter=Q(status="revoked")),
    )
    return BatchFigures(**figures)


def list_batches(
    *, promotion: str | None = None, after: str = "", limit: int = 100, by: Actor
) -> tuple[BatchView, ...]:
    """Batches by code, at most `limit`, those whose code comes after `after`.

    Raises PermissionMissing.
    """
    require(by, Permission.REWARDS_READ)
    rows = CouponBatch.objects.filter(code__gt=after[:BATCH_CODE_MAX]).order_by("code")
    if promotion is not None:
        rows = rows.filter(promotion=promotion)
    return tuple(map(batch_view, rows[:limit]))


def list_coupons(
    batch: str, *, after: str = "", limit: int = 100, now: datetime, by: Actor
) -> tuple[tuple[str, CouponView], ...]:
    """Coupons of a batch with their keys (to go on `after`), by key: for who may make them.

    Raises PermissionMissing, BatchNotFound.
    """
    require(by, Permission.REWARDS_WRITE)
    held = batch_of(batch)
    rows = Coupon.objects.filter(batch=held.code, code__gt=after).order_by("code")[:limit]
    return tuple((row.code, coupon_view(row, held, at=now)) for row in rows)


def list_coupons_of(
    member: MemberRef, *, limit: int = 100, now: datetime, by: Actor
) -> tuple[CouponView, ...]:
    """The coupons that belong to a member or to one merged into it, the newest first.

    Raises PermissionMissing.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_IDENTIFY)
    belongs = Q(bucket=member.bucket, member_id=member.id)
    for merged in map(UUID, lot_offsets(member)):
        belongs |= Q(bucket=bucket_of(merged), member_id=merged)
    rows = list(Coupon.objects.filter(belongs).order_by("-issued_at", "code")[:limit])
    held = CouponBatch.objects.in_bulk({row.batch for row in rows})
    return tuple(coupon_view(row, held[row.batch], at=now) for row in rows)


def get_coupon_life(code: str, *, now: datetime, by: Actor) -> CouponLife:
    """A coupon as typed, with all that happened to it: for support.

    Raises PermissionMissing, CouponNotFound, and CouponMistyped where a batch's check character
    says that no such coupon can exist.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.REWARDS_WRITE)
    row = coupon_of(code)
    events = CouponEvent.objects.filter(code=row.code).order_by("at", "what", "source")
    view = coupon_view(row, batch_of(row.batch), at=now)
    return CouponLife(view, tuple(map(moment_view, events)))


def batch_of(code: str) -> CouponBatch:
    """The row; for this context only. Raises BatchNotFound."""
    row = CouponBatch.objects.filter(code=code).first() if "\0" not in code else None
    if row is None:
        raise BatchNotFound(pointer="/batch")
    return row


def coupon_of(code: str, *, lock: bool = False) -> Coupon:
    """The row of a code as typed; for this context only. Raises CouponNotFound, CouponMistyped."""
    key = normalised(code)
    rows = Coupon.objects.select_for_update(no_key=True) if lock else Coupon.objects
    row = rows.filter(code=key).first() if key else None
    if row is None:
        raise (
            CouponMistyped(pointer="/code")
            if _is_mistyped(key)
            else CouponNotFound(pointer="/code")
        )
    return row


def _is_mistyped(key: str) -> bool:
    patterns = CouponBatch.objects.filter(pattern__contains="*").values_list("pattern", flat=True)
    known = map(read_pattern, patterns.distinct()[:_PATTERNS_MAX])
    like = [pattern for pattern in known if is_of(key, pattern)]
    return bool(like) and not any(has_right_check(key, pattern) for pattern in like)
