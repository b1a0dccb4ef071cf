"""Orders of rewards: reserved, issued for points, fulfilled, given back."""

from datetime import datetime, timedelta
from uuid import UUID

from regulars.contexts.ledger.queries import standing
from regulars.contexts.ledger.usecases.holding import hold_points, release_points, spend_held
from regulars.contexts.ledger.usecases.points import lock_account, return_points, spend_points
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus, MemberView
from regulars.contexts.programme.queries import compiled, compiled_at
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.effects import bring_about, undo
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.queries.catalogue import get_reward
from regulars.contexts.rewards.queries.orders import RedemptionNotFound, count_taken, rows_of
from regulars.contexts.rewards.stock import (
    end_reservation,
    end_reservations,
    person,
    put_back,
    take,
)
from regulars.contexts.rewards.types import RedemptionView
from regulars.contexts.rewards.usecases.catalogue import lock_reward
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.plain_text import line_of_text
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.refusal import Invalid, Refused
from regulars.core.rewards.catalogue import REWARD_KINDS, params_of
from regulars.core.rewards.decision import QUANTITY_MAX, counted_since, refusal_of
from regulars.core.rewards.kind import Effect
from regulars.core.rewards.order import (
    check_cancel,
    check_fulfil,
    check_issue,
    status_at,
    status_when_issued,
)
from regulars.core.rewards.terms import RewardInvalid
from regulars.core.till.decision import MemberRests
from regulars.kit.ids import new_id

KEY_LENGTH_MAX = 100
REASON_LENGTH_MAX = 500
REFERENCE_LENGTH_MAX = 200
RESERVED_FOR = timedelta(minutes=15)
RESERVED_FOR_MAX = timedelta(days=7)


class RequestKeyReused(Invalid):
    """The member used this request key for another reward."""

    code = "reward.key_reused"


class MemberNotActive(Refused):
    """The member is blocked, merged or erased."""

    code = "reward.member_not_active"
    kind = "forbidden"


def redeem_reward(
    member: MemberRef,
    reward: str,
    *,
    quantity: int = 1,
    request_key: str,
    now: datetime,
    by: Actor,
) -> RedemptionView:
    """Give the member so many of `reward` for its price in points, under the version in force.

    The same `request_key` of a member again gives the same order and spends nothing more, however
    many ask at once. Stock, limit and balance hold under any race. Raises MemberNotFound,
    MemberNotActive, MemberRests, RewardNotFound, RewardNotOffered, RewardForOtherTiers, RewardLimitReached,
    RewardSoldOut, RewardInvalid, RequestKeyReused, NoProgrammeInForce, PointsInsufficient.
    """
    holder, found, key = _asked(member, reward, quantity, request_key, now=now, by=by)
    if found is not None:
        return mapping.redemption_view(found, now=now)
    row, shelf, programme = _ordered(holder.ref, reward, quantity, key, now=now, by=by)
    posted = spend_points(
        holder.ref,
        programme=programme,
        currency=row.currency,
        amount=row.price_minor,
        source=row.id,
        reason=Reason.of("reward.redeemed", reward=row.reward_code),
        now=now,
        by=by,
    )
    row.from_stock = take(shelf, row.id, quantity, now=now, by=by)
    _issue(row, holder.ref, programme, posted.seq, new=True, now=now, by=by)
    return mapping.redemption_view(row, now=now)


def reserve_reward(
    member: MemberRef,
    reward: str,
    *,
    quantity: int = 1,
    hold_for: timedelta = RESERVED_FOR,
    request_key: str,
    now: datetime,
    by: Actor,
) -> RedemptionView:
    """Set so many of `reward`, and the points for them, aside for a while.

    Points and stock are free again when `hold_for` is over, whether or not anything runs then. The
    same `request_key` again gives the same order. Raises what `redeem_reward` raises.
    """
    if not timedelta() < hold_for <= RESERVED_FOR_MAX:
        raise RewardInvalid(pointer="/hold_minutes", field="hold_minutes")
    holder, found, key = _asked(member, reward, quantity, request_key, now=now, by=by)
    if found is not None:
        return mapping.redemption_view(found, now=now)
    row, shelf, programme = _ordered(holder.ref, reward, quantity, key, now=now, by=by)
    until = now + hold_for
    row.status = "reserved"
    row.reserved_until = until if row.closes is None else min(until, row.closes)
    hold_points(
        holder.ref,
        programme=programme,
        key=_hold_key(row),
        currency=row.currency,
        amount=row.price_minor,
        until=row.reserved_until,
        source=row.id,
        reason=Reason.of("reward.reserved", reward=row.reward_code),
        now=now,
        by=by,
    )
    row.from_stock = take(shelf, row.id, quantity, now=now, by=by)
    row.save(force_insert=True)
    _audit("reserve", row, now=now, by=by)
    return mapping.redemption_view(row, now=now)


def issue_order(member: MemberRef, order_id: UUID, *, now: datetime, by: Actor) -> RedemptionView:
    """Spend the points of a reservation and bring about what it is for; again changes nothing.

    Raises MemberNotActive, RedemptionNotFound, OrderExpired, OrderClosed, PointsInsufficient.
    """
    holder, row = _held(member, order_id, by=by)
    status = status_at(row.status, row.reserved_until, now=now)
    check_issue(status)
    if status != "reserved":
        return mapping.redemption_view(row, now=now)
    if holder.status is not MemberStatus.ACTIVE:
        raise MemberNotActive
    programme = compiled(row.version)
    posted = spend_held(
        holder.ref,
        programme=programme,
        key=_hold_key(row),
        currency=row.currency,
        amount=row.price_minor,
        source=row.id,
        reason=Reason.of("reward.redeemed", reward=row.reward_code),
        now=now,
        by=by,
    )
    row.bucket, row.member_id, moved = _moved(row, holder.ref)
    _issue(row, holder.ref, programme, posted.seq, new=moved, now=now, by=by)
    return mapping.redemption_view(row, now=now)


def fulfil_order(
    member: MemberRef, order_id: UUID, *, reference: str = "", now: datetime, by: Actor
) -> RedemptionView:
    """The member has got it: handed over, sent, rendered; again changes nothing.

    `reference` is a number that leads to it (a parcel, a partner's order). Raises
    RedemptionNotFound, OrderClosed, TextMalformed.
    """
    said = line_of_text(reference, length_max=REFERENCE_LENGTH_MAX, pointer="/reference")
    _, row = _held(member, order_id, by=by)
    check_fulfil(status_at(row.status, row.reserved_until, now=now))
    if row.status == "issued":
        row.status = "fulfilled"
        row.fulfilled_at, row.fulfilled_by, row.reference = now, person(by), said
        row.save()
        _audit("fulfil", row, now=now, by=by)
    return mapping.redemption_view(row, now=now)


def cancel_redemption(
    member: MemberRef, redemption_id: UUID, *, reason: str, now: datetime, by: Actor
) -> RedemptionView:
    """Take an order back: its points return in full to the lots they came from, its stock grows.

    A reservation is let go. What expired meanwhile goes by the returns policy of the version it was
    ordered under. Repeating it changes nothing and gives the same answer. Raises RedemptionNotFound,
    TextMalformed, OrderFinal, OrderFulfilled, OrderUsed.
    """
    said = line_of_text(reason, length_max=REASON_LENGTH_MAX, pointer="/reason", needed=True)
    holder, row = _held(member, redemption_id, by=by)
    status = status_at(row.status, row.reserved_until, now=now)
    if status in ("cancelled", "expired"):
        if row.status == "reserved":
            end_reservation(row, lock_reward(row.reward_code))
        return mapping.redemption_view(row, now=now)
    kind = REWARD_KINDS[row.kind]
    check_cancel(kind, status, row.closes, now=now)
    programme = compiled(row.version)
    why = Reason.of("reward.cancelled", reward=row.reward_code)
    about = {"programme": programme, "source": row.id, "reason": why, "now": now, "by": by}
    if status == "reserved":
        release_points(holder.ref, key=_hold_key(row), **about)
    else:
        undo(_effect(row), row, holder.ref, programme, now=now, by=by)
        row.cancel_ledger_seq = return_points(holder.ref, **about).seq
    put_back(lock_reward(row.reward_code), row, at=now, by=person(by))
    row.status = "cancelled"
    row.cancelled_at = now
    row.cancelled_by = person(by)
    row.cancel_reason = said
    row.save()
    _audit("cancel", row, now=now, by=by)
    return mapping.redemption_view(row, now=now)


def end_due_reservations(*, limit: int = 100, now: datetime) -> int:
    """Write down what the clock has ended, reward by reward; how many reservations that were.

    Nobody has to wait for it: whoever needs the stock of a reward does the same for that reward.
    """
    due = Redemption.objects.filter(status="reserved", reserved_until__lte=now)
    codes = due.values_list("reward_code", flat=True).distinct().order_by("reward_code")[:limit]
    return sum(end_reservations(lock_reward(code), now=now) for code in list(codes))


def _asked(
    member: MemberRef, reward: str, quantity: int, request_key: str, *, now: datetime, by: Actor
) -> tuple[MemberView, Redemption | None, str]:
    """Who orders, with the account held; the order that this request made before; its key."""
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_REDEEM)
    key = line_of_text(request_key, length_max=KEY_LENGTH_MAX, pointer="/request_key", needed=True)
    if not 1 <= quantity <= QUANTITY_MAX:
        raise RewardInvalid(pointer="/quantity", field="quantity")
    get_reward(reward)
    holder = _lock_holder(member)
    earlier = rows_of(holder.ref).filter(request_key=key).first()
    if earlier is not None:
        if (earlier.reward_code, earlier.quantity) != (reward, quantity):
            raise RequestKeyReused(pointer="/request_key")
        return holder, earlier, key
    if holder.status is not MemberStatus.ACTIVE:
        raise MemberNotActive
    if holder.rests_until is not None and now < holder.rests_until:
        raise MemberRests(until=holder.rests_until.isoformat())
    return holder, None, key


def _ordered(
    member: MemberRef, code: str, quantity: int, key: str, *, now: datetime, by: Actor
) -> tuple[Redemption, Reward, Compiled]:
    """An order that nothing but the balance may be in the way of, not yet saved; its locked reward."""
    programme = compiled_at(now)
    reward = _lock_if_counted(code, quantity, now)
    kind = REWARD_KINDS[reward.kind]
    params = params_of(reward.kind, reward.params)
    if quantity > 1 and kind.effect(params).does != "nothing":
        raise RewardInvalid(pointer="/quantity", field="quantity")
    offer = mapping.offer(reward)
    since = counted_since(offer, zone=programme.zone, now=now)
    refusal = refusal_of(
        offer,
        tier=standing(member, programme, now),
        taken=count_taken(member, code, since=since, now=now),
        quantity=quantity,
        now=now,
    ) or kind.check(params, programme.document)
    if refusal is not None:
        raise refusal
    row = Redemption(
        bucket=member.bucket,
        member_id=member.id,
        id=new_id(now=now),
        request_key=key,
        reward_code=code,
        version=programme.version,
        currency=reward.currency,
        price_minor=reward.price_minor * quantity,
        money_minor=reward.money_minor * quantity,
        quantity=quantity,
        kind=reward.kind,
        params=reward.params,
        closes=offer.closes,
        redeemed_at=now,
        redeemed_by=person(by),
    )
    return row, reward, programme


def _issue(
    row: Redemption,
    member: MemberRef,
    programme: Compiled,
    seq: int,
    *,
    new: bool,
    now: datetime,
    by: Actor,
) -> None:
    row.ledger_seq = seq
    row.issued_at = now
    row.status = status_when_issued(REWARD_KINDS[row.kind])
    if row.status == "fulfilled":
        row.fulfilled_at, row.fulfilled_by = now, person(by)
    bring_about(_effect(row), row, member, programme, now=now, by=by)
    row.save(force_insert=new)
    _audit("redeem", row, now=now, by=by)


def _moved(row: Redemption, holder: MemberRef) -> tuple[int, UUID, bool]:
    """An order is kept with the member in whose chain its points are spent.

    One that a member reserved before being merged into another goes over to that one.
    """
    moves = (row.bucket, row.member_id) != tuple(holder)
    if moves:
        Redemption.objects.filter(bucket=row.bucket, member_id=row.member_id, id=row.id).delete()
    return holder.bucket, holder.id, moves


def _effect(row: Redemption) -> Effect:
    return REWARD_KINDS[row.kind].effect(params_of(row.kind, row.params))


def _hold_key(row: Redemption) -> str:
    return f"reward:{row.id}"


def _lock_if_counted(code: str, quantity: int, now: datetime) -> Reward:
    """The reward; locked only where members compete for its stock, after the member's account.

    Where it is short, what the clock has freed is counted first.
    """
    row = Reward.objects.get(code=code)
    if row.stock is None:
        return row
    row = lock_reward(code)
    if row.stock is not None and row.stock < quantity:
        end_reservations(row, now=now)
    return row


def _held(member: MemberRef, order_id: UUID, *, by: Actor) -> tuple[MemberView, Redemption]:
    """The member with the account held, and the order with its row locked."""
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_REDEEM)
    holder = _lock_holder(member)
    row = rows_of(holder.ref).select_for_update().filter(id=order_id).first()
    if row is None:
        raise RedemptionNotFound
    return holder, row


def _lock_holder(member: MemberRef) -> MemberView:
    """The member, or the one it was merged into, with its account held: asked again after the lock.

    Whoever merges holds both accounts, so what is read under the lock stays true.
    """
    found = get_survivor(member, within=EVERYONE)
    while True:
        lock_account(found.ref)
        held = get_survivor(found.ref, within=EVERYONE)
        if held.ref == found.ref:
            return held
        found = held


def _audit(action: str, row: Redemption, *, now: datetime, by: Actor) -> None:
    detail: dict[str, str | int | bool | None] = {
        "reward": row.reward_code,
        "quantity": row.quantity,
    }
    record_audit(f"reward.{action}", "redemption", str(row.id), detail, now=now, by=by)
