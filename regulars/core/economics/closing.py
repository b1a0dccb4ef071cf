"""A month closed for good: what is frozen of every currency, and how the next month goes on from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from regulars.core.economics.breakage import USUAL, Assumed, Breakage, estimate
from regulars.core.economics.deferred import RollForward
from regulars.core.economics.journal import Accounts, DoubleEntry, journal, lapses
from regulars.core.economics.subledger import Entry, MonthEnd, Sales, go_on
from regulars.core.economics.vintages import NOTHING, Flow, Late, standing

Vintages = Mapping[int, Mapping[int, Flow]]
_ALL_COME = Assumed(redeemed_share=Fraction(1))


class Nature(StrEnum):
    """What a currency is to the books."""

    POINTS = "points"  # pays money: revenue waits for it
    UNPRICED = "unpriced"  # pays no money: counted, and worth nothing here
    PAID_IN = "paid_in"  # gift cards, stored value: money of the customers, owed at its face


class Priced(NamedTuple):
    """How a currency stands in the books: `worth` is money-minor for one of its minor units."""

    nature: Nature
    scale: int
    worth: Fraction
    title: Mapping[str, str]


class Policy(NamedTuple):
    """What a close takes for granted, and the accounts of its journal."""

    assumed: Assumed = USUAL
    accounts: Accounts = Accounts()


class Inputs(NamedTuple):
    """The ledger's transactions that a close took in first: how many, and a hash over theirs."""

    transactions: int
    digest: str


class LateNote(NamedTuple):
    """What came after the close of `month` and counts in the month that notes it."""

    currency: str
    month: int
    came: Late


@dataclass(frozen=True, slots=True)
class FrozenCurrency:
    """A currency at the close: `flows` are those of the months that no earlier close has frozen."""

    terms: Priced
    flows: Vintages
    end: MonthEnd
    found: Breakage

    def journal(self, accounts: Accounts) -> Iterator[DoubleEntry]:
        """The month's double entries."""
        told = lapses if self.terms.nature is Nature.PAID_IN else journal
        return told(self.end, accounts)

    @property
    def closing_minor(self) -> int:
        """What is owed, or waits, in money."""
        return self.end.total.money.closing_minor


@dataclass(frozen=True, slots=True)
class Frozen:
    """A closed month. `after` and `replaces` are numbers of earlier closes, where there are any.

    `until` is the moment from which on postings came too late. `sales` are of the months that no
    earlier close has frozen.
    """

    month: int
    until: datetime
    zone: str
    money: str
    money_scale: int
    policy: Policy
    inputs: Inputs
    sales: Mapping[int, Sales]
    currencies: Mapping[str, FrozenCurrency]
    late: tuple[LateNote, ...] = ()
    after: int | None = None
    replaces: int | None = None
    differences: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def carried(books: Vintages, frozen: Vintages, closed: int | None) -> dict[int, dict[int, Flow]]:
    """The books with every month up to `closed` as it was frozen.

    Where they differ all the same, the first open month takes the difference: nothing is lost.
    """
    if closed is None:
        return {vintage: dict(months) for vintage, months in books.items()}
    merged: dict[int, dict[int, Flow]] = {}
    for vintage in books.keys() | frozen.keys():
        own, kept = books.get(vintage, {}), frozen.get(vintage, {})
        months = {**kept, **{month: flow for month, flow in own.items() if month > closed}}
        slipped = _less(standing(own, closed), standing(kept, closed))
        if any(slipped):
            months[closed + 1] = months.get(closed + 1, NOTHING).plus(slipped)
        if months:
            merged[vintage] = months
    return merged


def after(vintages: Vintages, closed: int | None, until: int) -> dict[int, dict[int, Flow]]:
    """The part of the flows after the month `closed`, up to `until`."""
    since = -1 if closed is None else closed
    kept = {
        vintage: {month: flow for month, flow in months.items() if since < month <= until}
        for vintage, months in vintages.items()
    }
    return {vintage: months for vintage, months in kept.items() if months}


def joined(parts: Iterable[Vintages]) -> dict[int, dict[int, Flow]]:
    """The flows of several closes in a row as one: no month is in two of them."""
    whole: dict[int, dict[int, Flow]] = {}
    for part in parts:
        for vintage, months in part.items():
            whole.setdefault(vintage, {}).update(months)
    return whole


def end_of(
    terms: Priced,
    vintages: Vintages,
    sales: Mapping[int, Sales],
    month: int,
    assumed: Assumed,
    last: FrozenCurrency | None,
) -> tuple[MonthEnd, Breakage]:
    """A currency at the end of `month`, going on from `last`, its latest close, where there is one.

    Points and unpriced currencies go month by month through the sub-ledger. Money paid in is owed at
    its face: granted is what came in, re-estimated what expired, and the closing is what is left.
    """
    if terms.nature is Nature.PAID_IN:
        return _at_face(vintages, month), estimate(vintages, month, _ALL_COME)
    if last is not None:
        before: tuple[MonthEnd, Breakage] | None = (last.end, last.found)
        months = range(last.end.month + 1, month + 1)
    else:
        before = None
        seen = [one for some in vintages.values() for one in some]
        months = range(min(seen, default=month), month + 1)
    worth = terms.worth if terms.nature is Nature.POINTS else Fraction(0)
    return go_on(before, vintages, sales, months, lambda at: (worth, assumed))[-1]


def differences(earlier: Frozen, later: Frozen) -> dict[str, dict[str, int]]:
    """By currency, what a month closed again has more than before: points, and money."""
    found: dict[str, dict[str, int]] = {}
    for code in sorted(earlier.currencies.keys() | later.currencies.keys()):
        old, new = (_figures(each.currencies.get(code)) for each in (earlier, later))
        changed = {key: new[key] - old[key] for key in new if new[key] != old[key]}
        if changed:
            found[code] = changed
    return found


def _figures(currency: FrozenCurrency | None) -> dict[str, int]:
    total = currency.end.total if currency else Entry(0, 0, NOTHING, 0, RollForward(0, 0, 0, 0, 0))
    return {
        "opening_points": total.opening_points,
        **total.flow._asdict(),
        "closing_points": total.closing_points,
        **total.money._asdict(),
    }


def _at_face(vintages: Vintages, month: int) -> MonthEnd:
    entries = []
    for vintage in sorted(vintages):
        opening = standing(vintages[vintage], month - 1).outstanding
        flow = vintages[vintage].get(month, NOTHING)
        if not opening and not any(flow):
            continue
        closing = opening + flow.outstanding
        money = RollForward(opening, flow.base, flow.redeemed, flow.expired, closing)
        entries.append(Entry(vintage, opening, flow, closing, money))
    return MonthEnd(month, (), tuple(entries))


def _less(one: Flow, other: Flow) -> Flow:
    return Flow(*(a - b for a, b in zip(one, other, strict=True)))
