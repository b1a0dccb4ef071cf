"""Lots: points earned together; which of them pay, and how they come back."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import Duration, add


class Lot(NamedTuple):
    """Points of one currency earned together.

    `remaining` includes what is `held`; a debt (from a return of points already spent) is a lot with
    a negative `remaining`. `active` says what the books say, `active_at` when the clock says so.
    """

    number: int  # within the member
    currency: str
    source: UUID | None  # the sale, event or correction that brought it
    earned_at: datetime
    active_at: datetime
    expires_at: datetime | None
    idle_days: int  # with `idle_months`: expires so long after the last purchase; both 0: does not
    idle_months: int
    amount: int
    remaining: int
    held: int = 0
    expired: int = 0
    active: bool = True

    @property
    def free(self) -> int:
        return self.remaining - self.held


Expiry = Callable[[Lot], datetime | None]


class Taken(NamedTuple):
    """So much out of that lot."""

    lot: int
    amount: int


def expiry_of(lot: Lot, last_purchase: datetime | None, zone: ZoneInfo) -> datetime | None:
    """When the lot expires by the clock, given the member's latest purchase; None: never."""
    if not (lot.idle_days or lot.idle_months):
        return lot.expires_at
    since = lot.earned_at if last_purchase is None else max(lot.earned_at, last_purchase)
    return add(since, Duration(months=lot.idle_months, days=lot.idle_days), zone)


def stated_expiry(lot: Lot) -> datetime | None:
    """The expiry the lot was born with; None where it has none of its own."""
    return lot.expires_at


def in_spending_order(lots: Iterable[Lot], expiry: Expiry = stated_expiry) -> list[Lot]:
    """Earliest expiry first, then earliest earned; what never expires comes last.

    `expiry` tells when a lot expires; `expiry_of` with the member's latest purchase also knows of
    those that go by inactivity.
    """

    def soonest_first(lot: Lot) -> tuple[bool, datetime, datetime, int]:
        expires = expiry(lot)
        earned = lot.earned_at
        return (expires is None, earned if expires is None else expires, earned, lot.number)

    return sorted(lots, key=soonest_first)


def available(lots: Iterable[Lot], currency: str) -> int:
    """What can be spent of `currency`, debts taken off; never below zero."""
    return max(0, sum(lot.free for lot in lots if lot.currency == currency and lot.active))


def take(
    lots: Iterable[Lot], currency: str, amount: int, expiry: Expiry = stated_expiry
) -> tuple[Taken, ...]:
    """Out of which lots `amount` is paid; takes what is there where that is less."""
    assert amount >= 0
    taken: list[Taken] = []
    due = amount
    payable = [lot for lot in lots if lot.currency == currency and lot.active and lot.free > 0]
    for lot in in_spending_order(payable, expiry) if len(payable) > 1 else payable:
        if not due:
            break
        part = min(lot.free, due)
        taken.append(Taken(lot.number, part))
        due -= part
    return tuple(taken)


def back_from(taken: Iterable[Taken], already: int, amount: int) -> tuple[Taken, ...]:
    """Which lots get `amount` back after `already` went back: the last taken comes back first.

    Successive calls with growing `already` cover `taken` exactly once.
    """
    parts: list[Taken] = []
    skip, due = already, amount
    for lot, spent in reversed(tuple(taken)):
        covered = min(skip, spent)
        skip -= covered
        part = min(spent - covered, due)
        if part:
            parts.append(Taken(lot, part))
            due -= part
    assert not due, "more back than was taken"
    return tuple(parts)


def balances(lots: Iterable[Lot]) -> Mapping[str, tuple[int, int, int]]:
    """Per currency what the lots say of (pending, active, held)."""
    sums: dict[str, list[int]] = {}
    for lot in lots:
        row = sums.setdefault(lot.currency, [0, 0, 0])
        if lot.active:
            row[1] += lot.free
            row[2] += lot.held
        else:
            row[0] += lot.remaining
    return {code: (row[0], row[1], row[2]) for code, row in sums.items()}
