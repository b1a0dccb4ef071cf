"""The stock of a reward: every change has a line in the journal, and what the clock ends comes back."""

from datetime import datetime
from uuid import UUID

from regulars.contexts.rewards import mapping
from regulars.contexts.rewards.models import Redemption, Reward, StockMove
from regulars.contexts.security.types import Actor
from regulars.core.rewards.decision import stock_after_cancellation, stock_after_redemption
from regulars.kit.ids import new_id

CLOCK = "system:clock"


def set_to(reward: Reward, stock: int | None, *, reason: str, now: datetime, by: Actor) -> None:
    """So many are left now; None: without limit, which the journal counts as nothing left."""
    change = (stock or 0) - (reward.stock or 0)
    reward.stock = stock
    if change:
        _note(reward, reason, change, None, now, person(by))


def take(reward: Reward, order_id: UUID, quantity: int, *, now: datetime, by: Actor) -> bool:
    """Take so many out of a locked reward for an order; False where it has no limit."""
    left = stock_after_redemption(mapping.offer(reward), quantity)
    if left is None:
        return False
    reward.stock = left
    reward.save(update_fields=["stock"])
    _note(reward, "taken", -quantity, order_id, now, person(by))
    return True


def put_back(reward: Reward, order: Redemption, *, at: datetime, by: str) -> None:
    """Give what an order took back to its locked reward (to nobody, if that has no limit now)."""
    before = reward.stock or 0
    offer = mapping.offer(reward)
    reward.stock = stock_after_cancellation(offer, order.quantity, from_stock=order.from_stock)
    if order.from_stock:
        reward.save(update_fields=["stock"])
        _note(reward, "put_back", (reward.stock or 0) - before, order.id, at, by)


def end_reservations(reward: Reward, *, now: datetime) -> int:
    """Free what reservations of a locked reward held that the clock has ended; how many they were.

    One that somebody is just deciding on is left to them.
    """
    due = Redemption.objects.select_for_update(skip_locked=True).filter(
        reward_code=reward.code, status="reserved", reserved_until__lte=now
    )
    ended = list(due.order_by("reserved_until", "id"))
    for order in ended:
        end_reservation(order, reward)
    return len(ended)


def end_reservation(order: Redemption, reward: Reward) -> None:
    """Write down that the clock has ended a locked reservation of a locked reward."""
    assert order.reserved_until is not None
    order.status = "expired"
    order.save(update_fields=["status"])
    put_back(reward, order, at=order.reserved_until, by=CLOCK)


def person(actor: Actor) -> str:
    """Who did it, as rows keep it."""
    return str(actor.staff_id) if actor.staff_id else f"{actor.kind}:{actor.id}"


def _note(
    reward: Reward, reason: str, change: int, order_id: UUID | None, at: datetime, by: str
) -> None:
    StockMove.objects.create(
        id=new_id(now=at),
        reward_code=reward.code,
        at=at,
        reason=reason,
        change=change,
        order_id=order_id,
        by=by,
    )
