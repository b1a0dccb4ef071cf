"""Writes of single coupons: issued to a member, revoked."""

import os
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.coupon_mapping import coupon_view, pattern_of, shown
from regulars.contexts.rewards.models import Coupon, CouponBatch, CouponEvent
from regulars.contexts.rewards.queries.coupons import batch_of, coupon_of
from regulars.contexts.rewards.types import CouponView
from regulars.contexts.rewards.usecases.coupon_batches import lock_open_batch, made_by, store_new
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.refusal import Refused
from regulars.core.rewards.batches import check_promotion, end_of_validity, issued_batch
from regulars.core.rewards.patterns import ISSUED, bytes_for, check_sparse, issued_codes
from regulars.kit.ids import new_id

_SHOWN_IN_AUDIT = 4


class CouponsGone(Refused):
    """Every code of the batch has been given out."""

    code = "coupon.none_left"


class CouponOwnerNotActive(Refused):
    """The member is blocked or erased."""

    code = "coupon.owner_not_active"
    kind = "forbidden"


def issue_from_batch(
    batch: str, member: MemberRef, *, source: UUID, now: datetime, by: Actor
) -> CouponView:
    """Give a member one coupon of a batch: one that nobody has yet, else a new one by its pattern.

    The same `source` again gives the same coupon. Raises PermissionMissing, MemberNotFound,
    CouponOwnerNotActive, BatchNotFound, BatchRevoked, NoProgrammeInForce, and CouponsGone where the
    codes came from elsewhere and none is left.
    """
    require_any(by, Permission.REWARDS_REDEEM)
    owner = _active(member)
    held = lock_open_batch(batch)
    earlier = Coupon.objects.filter(source=source, batch=held.code).first()
    if earlier is not None:
        return coupon_view(earlier, held, at=now)
    row = _free(held) or _made(held)
    row.bucket, row.member_id = owner
    row.source, row.issued_at = source, now
    row.until = row.until or end_of_validity(held.valid_days, now, compiled_at(now).zone)
    row.save()
    _note(row, "issued", source, now=now, by=by)
    return coupon_view(row, held, at=now)


def issue_coupon(
    promotion: str,
    member: MemberRef,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    source: UUID,
    now: datetime,
    by: Actor,
) -> str:
    """A coupon of a promotion for a member, good once over `[since, until)`; its code as printed.

    For use cases that give coupons (rewards): part of their transaction. The same `source` again
    gives the same code, also when two ask at once. Raises PermissionMissing, MemberNotFound,
    CouponOwnerNotActive, NoProgrammeInForce, CouponPromotionUnknown.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_REDEEM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(source)])
    earlier = Coupon.objects.filter(source=source).order_by("code").first()
    if earlier is not None:
        return shown(earlier.code, earlier.shown, ISSUED)
    owner = _active(member)
    triggers = {each.id: each.trigger.kind for each in compiled_at(now).document.promotions}
    check_promotion(promotion, triggers)
    (code,) = issued_codes(1, os.urandom(bytes_for(ISSUED, 1)))
    row = Coupon.objects.create(
        code=code,
        batch=_issued_batch(promotion, now, by),
        uses_max=1,
        bucket=owner.bucket,
        member_id=owner.id,
        since=since,
        until=until,
        issued_at=now,
        source=source,
    )
    _note(row, "issued", source, now=now, by=by)
    return shown(code, None, ISSUED)


def revoke_issued(source: UUID, *, now: datetime, by: Actor) -> bool:
    """Revoke the coupons that `source` issued; False, and nothing done, where one was used already.

    Part of the caller's transaction; again is harmless. Raises PermissionMissing.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_REDEEM)
    locked = Coupon.objects.select_for_update(no_key=True).filter(source=source)
    rows = list(locked.order_by("code"))
    if any(row.uses for row in rows):
        return False
    for row in rows:
        _revoke(row, now=now, by=by)
    return True


def revoke_coupon(code: str, *, now: datetime, by: Actor) -> CouponView:
    """A coupon as typed can be used no more; sales with it stay. Again is harmless.

    Raises PermissionMissing, CouponNotFound, CouponMistyped.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.REWARDS_WRITE)
    row = coupon_of(code, lock=True)
    _revoke(row, now=now, by=by)
    return coupon_view(row, batch_of(row.batch), at=now)


def _active(member: MemberRef) -> MemberRef:
    holder = get_survivor(member, within=EVERYONE)
    if holder.status is not MemberStatus.ACTIVE:
        raise CouponOwnerNotActive(pointer="/member")
    return holder.ref


def _free(batch: CouponBatch) -> Coupon | None:
    free = Coupon.objects.filter(batch=batch.code, issued_at=None, status="ready")
    return free.select_for_update(skip_locked=True, no_key=True).order_by("code").first()


def _made(batch: CouponBatch) -> Coupon:
    """A new one of its pattern that nobody has yet. Raises CouponsGone, PatternGuessable."""
    pattern = pattern_of(batch)
    if batch.kind != "made" or pattern is None:
        raise CouponsGone(batch=batch.code)
    check_sparse(pattern, made_by(pattern.text) + 1)
    store_new(batch, pattern, 1, None, None)
    batch.made += 1
    batch.save(update_fields=["made"])
    row = _free(batch)
    assert row is not None, "it was made a line above"
    return row


def _issued_batch(promotion: str, now: datetime, by: Actor) -> str:
    code = issued_batch(promotion)
    terms = {"title": promotion, "promotion": promotion, "kind": "issued", "uses_max": 1}
    row = CouponBatch(
        code=code,
        **terms,
        bound=False,
        transferable=False,
        status="open",
        created_at=now,
        created_by=by.kind,
        changed_at=now,
    )
    CouponBatch.objects.bulk_create([row], ignore_conflicts=True)
    return code


def _revoke(row: Coupon, *, now: datetime, by: Actor) -> None:
    if row.status == "revoked":
        return
    row.status = "revoked"
    row.save(update_fields=["status"])
    _note(row, "revoked", new_id(now=now), now=now, by=by)


def _note(row: Coupon, what: str, source: UUID, *, now: datetime, by: Actor) -> None:
    """What happened goes into its life; the audit trail gets no more of the code than its beginning."""
    person = str(by.staff_id) if by.staff_id else f"{by.kind}:{by.id}"
    CouponEvent.objects.create(
        code=row.code,
        source=source,
        what=what,
        at=now,
        bucket=row.bucket,
        member_id=row.member_id,
        by=person[:120],
    )
    masked = f"{row.code[:_SHOWN_IN_AUDIT]}…"
    record_audit(f"coupon.{what}", "coupon", masked, {"batch": row.batch}, now=now, by=by)
