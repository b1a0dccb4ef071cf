"""Personal offers: made to a member, activated by them, withdrawn."""

from datetime import datetime

from regulars.contexts.ledger.usecases.points import lock_account
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import PersonalOffer
from regulars.contexts.rewards.offering import put_offer
from regulars.contexts.rewards.queries.offers import offer_view
from regulars.contexts.rewards.types import OfferView
from regulars.contexts.rewards.usecases.orders import MemberNotActive
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require, require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.calendar import micros
from regulars.core.rewards.personal import (
    OfferPeriodEmpty,
    check_activation,
    is_good,
    offerable,
)


def offer_promotion(
    member: MemberRef,
    promotion: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
    by: Actor,
) -> OfferView:
    """Offer a promotion to one member over `[since, until)`; again changes the period.

    Raises PermissionMissing, MemberNotFound, MemberNotActive, OfferPromotionUnknown,
    OfferPeriodEmpty, NoProgrammeInForce.
    """
    require(by, Permission.REWARDS_WRITE)
    if until is not None and until <= (now if since is None else max(since, now)):
        raise OfferPeriodEmpty(pointer="/until")
    programme = compiled_at(now)
    found = offerable(programme.document, promotion)
    holder = _holder(member)
    row = put_offer(
        holder,
        promotion,
        activated=False,
        since=since,
        until=until,
        source=None,
        now=now,
        by=by,
    )
    _audit("offer.make", holder, promotion, now=now, by=by)
    return offer_view(found, row, now=now)


def activate_offer(member: MemberRef, promotion: str, *, now: datetime, by: Actor) -> OfferView:
    """The member (or the cashier for them) switches a promotion on; again changes nothing.

    Raises PermissionMissing, MemberNotFound, MemberNotActive, OfferPromotionUnknown, OfferOver,
    OfferNotGranted, NoProgrammeInForce.
    """
    require_any(by, Permission.TILL_REDEEM, Permission.REWARDS_REDEEM)
    programme = compiled_at(now)
    found = offerable(programme.document, promotion)
    holder = _holder(member)
    row = _row(holder, promotion)
    good = row is not None and is_good(row.since, row.until, now)
    check_activation(found, granted=good, zone=programme.zone, at_micros=micros(now))
    if row is not None and good:
        if row.activated_at is None:
            row.activated_at = now
            row.save(update_fields=["activated_at"])
            _audit("offer.activate", holder, promotion, now=now, by=by)
        return offer_view(found, row, now=now)
    row = put_offer(
        holder, promotion, activated=True, since=None, until=None, source=None, now=now, by=by
    )
    _audit("offer.activate", holder, promotion, now=now, by=by)
    return offer_view(found, row, now=now)


def withdraw_offer(member: MemberRef, promotion: str, *, now: datetime, by: Actor) -> bool:
    """Take an offer (or an activation) back; False where there was none.

    Raises PermissionMissing, MemberNotFound.
    """
    require(by, Permission.REWARDS_WRITE)
    holder = _holder(member, active=False)
    rows = PersonalOffer.objects.filter(
        bucket=holder.bucket, member_id=holder.id, promotion=promotion[:40]
    )
    gone = bool(rows.delete()[0])
    if gone:
        _audit("offer.withdraw", holder, promotion[:40], now=now, by=by)
    return gone


def _holder(member: MemberRef, *, active: bool = True) -> MemberRef:
    """The member, or who it was merged into, with the account held: offers change one by one."""
    found = get_survivor(member, within=EVERYONE)
    while True:
        lock_account(found.ref)
        held = get_survivor(found.ref, within=EVERYONE)
        if held.ref == found.ref:
            break
        found = held
    if active and held.status is not MemberStatus.ACTIVE:
        raise MemberNotActive
    return held.ref


def _row(member: MemberRef, promotion: str) -> PersonalOffer | None:
    return PersonalOffer.objects.filter(
        bucket=member.bucket, member_id=member.id, promotion=promotion
    ).first()


def _audit(action: str, member: MemberRef, promotion: str, *, now: datetime, by: Actor) -> None:
    detail: dict[str, str | int | bool | None] = {"promotion": promotion}
    record_audit(action, "member", str(member.id), detail, now=now, by=by)
