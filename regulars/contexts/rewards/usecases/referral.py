"""Referral: a friend names who brought them, and both are rewarded, once, for a real purchase."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from regulars.contexts.ledger.queries import account_version, list_purchases
from regulars.contexts.ledger.usecases.awards import award_points, take_back_award
from regulars.contexts.ledger.usecases.points import lock_account
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import (
    EVERYONE,
    MemberRef,
    MemberStatus,
    MemberView,
    ReferralEarned,
    ReferralView,
    ref_of,
)
from regulars.contexts.members.usecases.referrals import (
    mark_lapsed,
    mark_rewarded,
    mark_waiting,
    note_seen,
    record_referral,
    stop_watching,
)
from regulars.contexts.members.usecases.referred import (
    find_referral,
    find_referrer_by_code,
    find_referrer_of,
    list_rewarded_moments,
    lock_referral,
    shared_contacts,
)
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled, compiled_at
from regulars.contexts.rewards.queries.referral import NOBODY_YET, list_unsettled, names_of
from regulars.contexts.security.types import Actor, Permission, system_actor
from regulars.contexts.security.usecases.access import require_any
from regulars.core.calendar import add
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.referral import (
    Gift,
    Naming,
    Purchase,
    ReferralCodeUnknown,
    ReferrerNamedAlready,
    above,
    counting,
    refusal_of,
    rewards_of,
)
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

WATCHED = timedelta(days=365)  # where returns are accepted for ever
# Who joins at the till has begun that purchase before; one of long ago came with a merge.
SAME_VISIT = timedelta(days=1)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Pair:
    """Friend and referrer as they are now, both accounts held."""

    friend: MemberView
    referrer: MemberView


def name_referrer(
    friend: MemberRef,
    *,
    code: str = "",
    referrer: MemberRef | None = None,
    now: datetime,
    by: Actor,
) -> ReferralView:
    """Write down that the owner of `code` (or `referrer`) brought the friend.

    The same again changes nothing. Of any number that are named at once one stays. Where the
    programme rewards joining, both have their points with it. Raises PermissionMissing,
    MemberNotFound, NoProgrammeInForce, ReferralCodeUnknown, and the refusals of
    `core.referral.refusal_of`.
    """
    require_any(by, Permission.TILL_ENROL, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT)
    named = referrer or find_referrer_by_code(code)
    if named is None:
        raise ReferralCodeUnknown(pointer="/code")
    pair = _hold_pair(friend, named)
    known = _known(pair.friend.ref)
    if known is not None and _now(known.referrer).ref == pair.referrer.ref:
        return known
    programme = compiled_at(now)
    refusal = refusal_of(
        programme.document.referral, _naming(pair, known), zone=programme.zone, now=now
    )
    if refusal is not None:
        raise refusal
    if not record_referral(pair.friend.ref, pair.referrer.ref, now=now, by=by):
        raise ReferrerNamedAlready(pointer="/code")
    _settle(pair, now=now)
    found = find_referral(pair.friend.ref)
    assert found is not None
    return found


def settle_referral(friend: MemberRef, *, now: datetime) -> None:
    """Bring one referral up to date: reward both, take back, or close it; again changes nothing.

    To be called inside a transaction. Does nothing where nobody brought this member.
    """
    known = find_referral(friend)
    if known is not None:
        _settle(_hold_pair(friend, known.referrer), named=friend, now=now)


def settle_referrals(*, now: datetime) -> int:
    """Settle every referral whose friend's books have moved, each in its own transaction.

    Returns how many were looked at. Killed anywhere it goes on from there the next time.
    """
    after, done = NOBODY_YET, 0
    named_before = _named_before(now)
    while found := list_unsettled(after=after, named_before=named_before, limit=_AT_ONCE, now=now):
        for friend in found:
            in_transaction(partial(settle_referral, friend, now=now))
        after, done = found[-1], done + len(found)
    return done


def _settle(pair: _Pair, *, named: MemberRef | None = None, now: datetime) -> None:
    """`named` is the friend as the referral has them, who may have been merged since."""
    row = lock_referral(named or pair.friend.ref)
    assert row is not None, "a referral is not removed"
    purchases = [Purchase(*found) for found in list_purchases(pair.friend.ref)]
    if row.status == "rewarded" and _is_given_back(row, purchases):
        _take_back(row, pair, now=now)
        row = lock_referral(row.friend)
        assert row is not None
    if row.status != "rewarded" and pair.friend.status is MemberStatus.ACTIVE:
        _reward(row, pair, purchases, now=now)
    note_seen(row.friend, account_version(pair.friend.ref))
    if row.watch_until is not None and row.watch_until <= now:
        stop_watching(row.friend)


def _reward(row: ReferralView, pair: _Pair, purchases: list[Purchase], *, now: datetime) -> None:
    earned = _earned(row, pair.friend, purchases)
    if earned is None:
        if _is_too_late(pair.friend, now):
            mark_lapsed(row.friend)
        return
    programme, purchase, at = earned
    rewarded = list_rewarded_moments(names_of(pair.referrer.ref))
    rewards = rewards_of(programme, rewarded, at)
    referrer_gift = rewards.referrer
    if pair.referrer.status is not MemberStatus.ACTIVE or pair.referrer.ref == pair.friend.ref:
        referrer_gift = None
    mark_rewarded(
        row.friend,
        ReferralEarned(
            purchase=purchase,
            at=at,
            version=programme.version,
            watch_until=None if purchase is None else _watch_until(programme, at),
            friend=_award(pair.friend.ref, rewards.friend, programme, "friend", now),
            referrer=_award(pair.referrer.ref, referrer_gift, programme, "referrer", now),
            capped=rewards.capped,
        ),
    )


def _earned(
    row: ReferralView, friend: MemberView, purchases: list[Purchase]
) -> tuple[Compiled, UUID | None, datetime] | None:
    """Under which version, by which purchase and when the friend has earned it."""
    for purchase in purchases:
        programme = _programme(purchase.at)
        terms = programme.document.referral if programme else None
        if programme is None or terms is None or terms.earned_by != "purchase":
            continue
        if purchase.at >= row.named_at - SAME_VISIT and counting(
            programme, friend.enrolled_at, [purchase]
        ):
            return programme, purchase.id, purchase.at
    programme = _programme(row.named_at)
    terms = programme.document.referral if programme else None
    if programme is not None and terms is not None and terms.earned_by == "joining":
        return programme, None, row.named_at
    return None


def _award(
    member: MemberRef, gift: Gift | None, programme: Compiled, who: str, now: datetime
) -> tuple[str, int, UUID] | None:
    if gift is None:
        return None
    source = new_id(now=now)
    award_points(
        member,
        programme=programme,
        currency=gift.currency,
        amount=gift.amount,
        active_at=gift.active_at,
        source=source,
        reason=Reason.of(f"referral.reward_{who}"),
        now=now,
        by=system_actor("referral"),
    )
    return gift.currency, gift.amount, source


def _take_back(row: ReferralView, pair: _Pair, *, now: datetime) -> None:
    assert row.version is not None
    programme = compiled(row.version)
    gifts = (
        (pair.friend.ref, row.friend_currency, row.friend_amount, row.friend_source),
        (pair.referrer.ref, row.referrer_currency, row.referrer_amount, row.referrer_source),
    )
    for member, currency, amount, source in gifts:
        if currency is not None and amount is not None and source is not None:
            take_back_award(
                member,
                programme=programme,
                currency=currency,
                amount=amount,
                source=source,
                reason=Reason.of("referral.taken_back"),
                now=now,
                by=system_actor("referral"),
            )
    mark_waiting(row.friend, attempt=row.attempt + 1)


def _is_given_back(row: ReferralView, purchases: list[Purchase]) -> bool:
    """Whether nothing is left of the purchase that earned it, and the terms mind that."""
    if row.purchase is None or row.version is None:
        return False
    terms = compiled(row.version).document.referral
    kept = {purchase.id: purchase.paid_minor for purchase in purchases}
    return (
        terms is not None
        and terms.returned == "take_back"
        and row.purchase in kept
        and kept[row.purchase] <= 0
    )


def _watch_until(programme: Compiled, at: datetime) -> datetime:
    """Until when a purchase can come back."""
    within = programme.document.returns.within
    return at + WATCHED if within is None else add(at, within, programme.zone)


def _is_too_late(friend: MemberView, now: datetime) -> bool:
    """Whether not even a late receipt can bring a purchase that is in time."""
    programme = _programme(now)
    terms = programme.document.referral if programme else None
    if programme is None or terms is None or terms.purchase_within is None:
        return False
    end = add(friend.enrolled_at, terms.purchase_within, programme.zone)
    return add(end, programme.document.timing.late_max, programme.zone) < now


def _named_before(now: datetime) -> datetime | None:
    """Friends named before this may be too late by now; None where they never are."""
    programme = _programme(now)
    terms = programme.document.referral if programme else None
    if programme is None or terms is None or terms.purchase_within is None:
        return None
    within = terms.purchase_within
    days = timedelta(
        days=28 * within.months + within.days, hours=within.hours, minutes=within.minutes
    )
    late = programme.document.timing.late_max
    return now - days - timedelta(days=28 * late.months + late.days, hours=late.hours)


def _programme(at: datetime) -> Compiled | None:
    try:
        return compiled_at(at)
    except NoProgrammeInForce:
        return None


def _naming(pair: _Pair, known: ReferralView | None) -> Naming:
    friend, referrer = pair.friend, pair.referrer
    return Naming(
        friend=friend.ref.id,
        friend_joined=friend.enrolled_at,
        friend_purchases=len(list_purchases(friend.ref)),
        referrer=referrer.ref.id,
        referrer_joined=referrer.enrolled_at,
        referrer_active=referrer.status is MemberStatus.ACTIVE,
        named=known.referrer.id if known else None,
        above=above(referrer.ref.id, _brought_by),
        shared=shared_contacts(friend.ref, referrer.ref),
    )


def _known(friend: MemberRef) -> ReferralView | None:
    """Who was named before, under any of the names that this friend has had."""
    found = (find_referral(ref) for ref in names_of(friend))
    return next((each for each in found if each is not None), None)


def _brought_by(member: UUID) -> UUID | None:
    """Who brought this member, or one merged into it, as they are now."""
    for ref in names_of(ref_of(member)):
        found = find_referrer_of(ref)
        if found is not None:
            return _now(found).ref.id
    return None


def _now(member: MemberRef) -> MemberView:
    return get_survivor(member, within=EVERYONE)


def _hold_pair(friend: MemberRef, referrer: MemberRef) -> _Pair:
    """Both as they are now, their accounts locked in the order that everybody locks in."""
    while True:
        pair = _Pair(_now(friend), _now(referrer))
        for ref in sorted({pair.friend.ref, pair.referrer.ref}):
            lock_account(ref)
        held = _Pair(_now(friend), _now(referrer))
        if (held.friend.ref, held.referrer.ref) == (pair.friend.ref, pair.referrer.ref):
            return held
