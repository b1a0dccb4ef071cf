"""Writes of the rewards: the catalogue kept, rewards redeemed for points and given back."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.contexts.ledger.queries import standing
from regulars.contexts.ledger.usecases.points import lock_account, return_points, spend_points
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus, MemberView
from regulars.contexts.programme.queries import compiled, compiled_at
from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.queries import (
    RedemptionNotFound,
    RewardNotFound,
    count_taken,
    get_reward,
    rows_of,
)
from regulars.contexts.rewards.types import RedemptionView, RewardTerms, RewardView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require, require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.plain_text import line_of_text
from regulars.core.reasons import Reason
from regulars.core.refusal import Invalid, Refused
from regulars.core.rewards.decision import (
    refusal_of,
    stock_after_cancellation,
    stock_after_redemption,
)
from regulars.core.rewards.terms import RewardInvalid, check_stock, check_terms, is_reward_code
from regulars.kit.ids import new_id

KEY_LENGTH_MAX = 100
REASON_LENGTH_MAX = 500


class RewardCodeTaken(Refused):
    """There is a reward of this code already."""

    code = "reward.code_taken"


class RewardEnded(Refused):
    """The reward has ended; it stays as it is."""

    code = "reward.ended"


class RequestKeyReused(Invalid):
    """The member used this request key for another reward."""

    code = "reward.key_reused"


class MemberNotActive(Refused):
    """The member is blocked, merged or erased."""

    code = "reward.member_not_active"
    kind = "forbidden"


def create_reward(
    code: str, terms: RewardTerms, *, stock: int | None = None, now: datetime, by: Actor
) -> RewardView:
    """A new reward as a draft: nobody can have it until it is launched.

    Raises RewardCodeTaken, NoProgrammeInForce and what `check_terms` raises.
    """
    require(by, Permission.REWARDS_WRITE)
    if not is_reward_code(code):
        raise RewardInvalid(pointer="/code", field="code")
    _check(terms, now)
    row = Reward(
        code=code, stock=check_stock(stock), status="draft", created_at=now, changed_at=now
    )
    mapping.write_terms(row, terms)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise RewardCodeTaken(pointer="/code", reward=code) from None
    record_audit("reward.create", "reward", code, now=now, by=by)
    return mapping.reward_view(row)


def change_reward(code: str, terms: RewardTerms, *, now: datetime, by: Actor) -> RewardView:
    """Other terms for a reward that has not ended; what was redeemed keeps its price.

    Raises RewardNotFound, RewardEnded and what `check_terms` raises.
    """
    require(by, Permission.REWARDS_WRITE)
    _check(terms, now)
    row = _lock_open_reward(code)
    mapping.write_terms(row, terms)
    return _saved(row, "reward.change", now=now, by=by)


def set_stock(code: str, stock: int | None, *, now: datetime, by: Actor) -> RewardView:
    """So many are left now, whatever was before; None: without limit.

    Raises RewardNotFound, RewardEnded, RewardInvalid.
    """
    require(by, Permission.REWARDS_WRITE)
    row = _lock_open_reward(code)
    row.stock = check_stock(stock)
    return _saved(row, "reward.set_stock", now=now, by=by)


def add_stock(code: str, count: int, *, now: datetime, by: Actor) -> RewardView:
    """`count` more are left (fewer, if negative) than there are at this instant.

    Raises RewardNotFound, RewardEnded, and RewardInvalid where it would fall below nothing or the
    reward has no limit.
    """
    require(by, Permission.REWARDS_WRITE)
    row = _lock_open_reward(code)
    if row.stock is None:
        raise RewardInvalid(pointer="/stock", field="stock")
    row.stock = check_stock(row.stock + count)
    return _saved(row, "reward.add_stock", now=now, by=by)


def launch_reward(code: str, *, now: datetime, by: Actor) -> RewardView:
    """Offer a reward from now on, within its window. Raises RewardNotFound, RewardEnded."""
    require(by, Permission.REWARDS_WRITE)
    row = _lock_open_reward(code)
    row.status = "live"
    return _saved(row, "reward.launch", now=now, by=by)


def end_reward(code: str, *, now: datetime, by: Actor) -> RewardView:
    """Offer it no more, for good; what was redeemed can still be given back.

    Raises RewardNotFound.
    """
    require(by, Permission.REWARDS_WRITE)
    row = _lock_reward(code)
    if row.status == "ended":
        return mapping.reward_view(row)
    row.status = "ended"
    return _saved(row, "reward.end", now=now, by=by)


def redeem_reward(
    member: MemberRef, reward: str, *, request_key: str, now: datetime, by: Actor
) -> RedemptionView:
    """Give the member one `reward` for its price in points, under the version in force at `now`.

    The same `request_key` of a member again gives the same redemption and spends nothing more,
    however many ask at once. Stock, limit and balance hold under any race. Raises MemberNotFound,
    MemberNotActive, RewardNotFound, RewardNotOffered, RewardForOtherTiers, RewardLimitReached,
    RewardSoldOut, RequestKeyReused, NoProgrammeInForce, PointsInsufficient.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_REDEEM)
    key = line_of_text(request_key, length_max=KEY_LENGTH_MAX, pointer="/request_key", needed=True)
    get_reward(reward)
    holder = _lock_holder(member)
    earlier = rows_of(holder.ref).filter(request_key=key).first()
    if earlier is not None:
        if earlier.reward_code != reward:
            raise RequestKeyReused(pointer="/request_key")
        return mapping.redemption_view(earlier)
    if holder.status is not MemberStatus.ACTIVE:
        raise MemberNotActive
    return _redeem(holder.ref, _lock_if_counted(reward), key, now=now, by=by)


def cancel_redemption(
    member: MemberRef, redemption_id: UUID, *, reason: str, now: datetime, by: Actor
) -> RedemptionView:
    """Take a reward back: its points return in full to the lots they came from, its stock grows.

    What expired meanwhile goes by the returns policy of the version it was redeemed under.
    Repeating it changes nothing and gives the same answer. Raises RedemptionNotFound,
    TextMalformed.
    """
    require_any(by, Permission.REWARDS_REDEEM, Permission.TILL_REDEEM)
    said = line_of_text(reason, length_max=REASON_LENGTH_MAX, pointer="/reason", needed=True)
    holder = _lock_holder(member)
    row = rows_of(holder.ref).filter(id=redemption_id).first()
    if row is None:
        raise RedemptionNotFound
    if row.status == "cancelled":
        return mapping.redemption_view(row)
    posted = return_points(
        holder.ref,
        programme=compiled(row.version),
        source=row.id,
        reason=Reason.of("reward.cancelled", reward=row.reward_code),
        now=now,
        by=by,
    )
    _put_back(row)
    row.status = "cancelled"
    row.cancelled_at = now
    row.cancelled_by = _person(by)
    row.cancel_reason = said
    row.cancel_ledger_seq = posted.seq
    row.save()
    record_audit("reward.cancel", "redemption", str(row.id), now=now, by=by)
    return mapping.redemption_view(row)


def _redeem(
    member: MemberRef, reward: Reward, key: str, *, now: datetime, by: Actor
) -> RedemptionView:
    programme = compiled_at(now)
    offer = mapping.offer(reward)
    refusal = refusal_of(
        offer,
        tier=standing(member, programme, now),
        taken=count_taken(member, reward.code),
        now=now,
    )
    if refusal is not None:
        raise refusal
    redemption_id = new_id(now=now)
    posted = spend_points(
        member,
        programme=programme,
        currency=reward.currency,
        amount=reward.price_minor,
        source=redemption_id,
        reason=Reason.of("reward.redeemed", reward=reward.code),
        now=now,
        by=by,
    )
    row = Redemption.objects.create(
        bucket=member.bucket,
        member_id=member.id,
        id=redemption_id,
        request_key=key,
        reward_code=reward.code,
        version=programme.version,
        currency=reward.currency,
        price_minor=reward.price_minor,
        from_stock=reward.stock is not None,
        status="redeemed",
        redeemed_at=now,
        redeemed_by=_person(by),
        ledger_seq=posted.seq,
    )
    if reward.stock is not None:
        reward.stock = stock_after_redemption(offer)
        reward.save(update_fields=["stock"])
    detail = {"reward": row.reward_code}
    record_audit("reward.redeem", "redemption", str(row.id), detail, now=now, by=by)
    return mapping.redemption_view(row)


def _put_back(redemption: Redemption) -> None:
    if not redemption.from_stock:
        return
    reward = _lock_reward(redemption.reward_code)
    reward.stock = stock_after_cancellation(mapping.offer(reward), from_stock=True)
    reward.save(update_fields=["stock"])


def _lock_if_counted(code: str) -> Reward:
    """The reward; locked only where members compete for its stock, after the member's account."""
    row = Reward.objects.get(code=code)
    return row if row.stock is None else _lock_reward(code)


def _lock_reward(code: str) -> Reward:
    known = is_reward_code(code)
    row = Reward.objects.select_for_update().filter(code=code).first() if known else None
    if row is None:
        raise RewardNotFound
    return row


def _lock_open_reward(code: str) -> Reward:
    row = _lock_reward(code)
    if row.status == "ended":
        raise RewardEnded(reward=code)
    return row


def _saved(row: Reward, action: str, *, now: datetime, by: Actor) -> RewardView:
    row.changed_at = now
    row.save()
    record_audit(action, "reward", row.code, {"stock": row.stock}, now=now, by=by)
    return mapping.reward_view(row)


def _check(terms: RewardTerms, now: datetime) -> None:
    programme = compiled_at(now).document
    kinds = {code: str(currency.kind) for code, currency in programme.currencies.items()}
    levels = programme.tiers.levels if programme.tiers else ()
    check_terms(terms, currency_kinds=kinds, tiers=frozenset(level.code for level in levels))


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


def _person(by: Actor) -> str:
    return str(by.staff_id) if by.staff_id else f"{by.kind}:{by.id}"
