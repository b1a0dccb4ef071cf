"""The life of an order of a reward: reserved → issued → fulfilled, or cancelled, or timed out.

reserved: points are on hold and stock is taken, until a moment. issued: the points are spent.
fulfilled: the member has it. cancelled: everything is as if it had not been. expired: the clock has
ended a reservation.
"""

from datetime import datetime
from typing import Literal

from regulars.core.refusal import Refused
from regulars.core.rewards.kind import RewardKind

OrderStatus = Literal["reserved", "issued", "fulfilled", "cancelled", "expired"]
OPEN: tuple[OrderStatus, ...] = ("reserved", "issued", "fulfilled")
"""What counts towards a member's limit: everything that was not given back or timed out."""


class OrderExpired(Refused):
    """The reservation ended by the clock; points and stock are free again."""

    code = "reward.order_expired"


class OrderClosed(Refused):
    """The order is cancelled, timed out, or not yet issued: what is asked cannot follow."""

    code = "reward.order_closed"


class OrderFulfilled(Refused):
    """The member has got it: it is not given back by cancelling the order."""

    code = "reward.order_fulfilled"


class OrderFinal(Refused):
    """Rewards of this kind are not given back, or no more: the event has begun."""

    code = "reward.order_final"


class OrderUsed(Refused):
    """What the order brought has been used since."""

    code = "reward.order_used"


def status_at(
    status: OrderStatus, reserved_until: datetime | None, *, now: datetime
) -> OrderStatus:
    """The status by the clock, whether or not a job has written it down."""
    if status == "reserved" and reserved_until is not None and reserved_until <= now:
        return "expired"
    return status


def check_issue(status: OrderStatus) -> None:
    """Refuse to issue what is not reserved any more. Raises OrderExpired, OrderClosed."""
    if status == "expired":
        raise OrderExpired
    if status == "cancelled":
        raise OrderClosed(status=status)


def check_fulfil(status: OrderStatus) -> None:
    """Refuse to fulfil what was not issued. Raises OrderClosed."""
    if status not in ("issued", "fulfilled"):
        raise OrderClosed(status=status)


def check_cancel(
    kind: RewardKind, status: OrderStatus, closes: datetime | None, *, now: datetime
) -> None:
    """Refuse to take back what is final or in the member's hands.

    A reservation is always let go. Whether what was issued is unused is for the caller to find out.
    Raises OrderFinal, OrderFulfilled.
    """
    if status not in ("issued", "fulfilled"):
        return
    if kind.returnable == "never" or (closes is not None and closes <= now):
        raise OrderFinal
    if kind.returnable == "until_fulfilled" and status == "fulfilled":
        raise OrderFulfilled


def status_when_issued(kind: RewardKind) -> OrderStatus:
    """Where an order stands once its points are spent."""
    return "fulfilled" if kind.fulfilled == "at_once" else "issued"
