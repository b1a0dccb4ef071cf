"""Points by the month in which they were earned: what of each vintage came, went, and is still held.

Read from the transactions of the ledger alone: each lot move is told apart by the postings beside it,
so that the vintages of a currency add up to the ledger to the unit, in every month.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from json import loads
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from regulars.core.calendar import Period, moment_of, period_number
from regulars.core.ledger.accounts import (
    ADJUSTED,
    EXPIRED,
    ISSUED,
    MEMBER_ACCOUNTS,
    REDEEMED,
    SOLD,
    TRANSFERRED,
)

_MOVING = ("merge", "merged", "give", "receive", "card_replace")  # between two accounts


class BooksUnlike(ValueError):
    """The lot moves of a transaction are not what its postings say: the books were tampered with."""


class Flow(NamedTuple):
    """What happened to the points of a vintage, in minor units of their currency.

    `granted` is what was issued less what returns undid (debts among it, below zero); `revived` spent
    points that came back after their expiry and live on as new ones; `redeemed` is net of what came
    back to its lot; `expired` net of what a return took from the expired; `adjusted` corrections by
    hand; `moved` what changed its vintage or holder: debts paid by later points, merged accounts,
    gifts; `sold` money that customers paid in (gift cards, stored value) less what was taken back.
    """

    granted: int = 0
    revived: int = 0
    redeemed: int = 0
    expired: int = 0
    adjusted: int = 0
    moved: int = 0
    sold: int = 0

    @property
    def base(self) -> int:
        """Points that were there to be redeemed or to lapse."""
        return self.granted + self.revived + self.adjusted + self.moved + self.sold

    @property
    def outstanding(self) -> int:
        """What is left of them: pending, usable or set aside."""
        return self.base - self.redeemed - self.expired

    def plus(self, other: "Flow") -> "Flow":
        """Both together."""
        return Flow(*(a + b for a, b in zip(self, other, strict=True)))


NOTHING = Flow()


class Closed(NamedTuple):
    """A month whose books are closed, and the moment from which on postings came too late for it."""

    month: int
    until: datetime


class Movement(NamedTuple):
    """What a vintage's books need of a transaction; the texts are the ledger's JSON."""

    kind: str
    occurred_at: datetime
    posted_at: datetime
    postings: str
    lots: str


class LotBorn(NamedTuple):
    """What a lot is to its vintage: in what month it was earned, and whether it is a debt."""

    currency: str
    vintage: int
    is_debt: bool


def month_of(moment: datetime, zone: ZoneInfo) -> int:
    """The number of a moment's month: years × 12 + months from January."""
    return period_number(moment, Period.MONTH, zone)


def month_in_books(
    occurred_at: datetime, posted_at: datetime, closed: Sequence[Closed], zone: ZoneInfo
) -> int:
    """The month a transaction counts in: its own, or the first that was open when it was posted."""
    late = [close.month + 1 for close in closed if posted_at >= close.until]
    return max([month_of(occurred_at, zone), *late])


class Late(NamedTuple):
    """Transactions that count in a later month than their own, and what they did to a currency."""

    transactions: int = 0
    flow: Flow = NOTHING


class VintageBooks:
    """Takes in members' chains one after the other; `flows` by currency, vintage and month.

    `came_late` has what counts in a later month than its own, by currency, the month it counts in,
    and its own. Memory goes with vintages × months and the lots of one member, not with the number
    of members.
    """

    def __init__(self, zone: ZoneInfo, closed: Sequence[Closed] = ()) -> None:
        self._zone = zone
        self._closed = tuple(closed)
        self.flows: dict[str, dict[int, dict[int, Flow]]] = {}
        self.late = 0  # transactions that count in a later month than their own
        self.came_late: dict[tuple[str, int, int], Late] = {}

    def take_in(self, chain: Iterable[Movement]) -> None:
        """One member's transactions in the order of their `seq`. Raises BooksUnlike."""
        lots: dict[int, LotBorn] = {}
        for movement in chain:
            moves = loads(movement.lots)
            for move in moves:
                if move[0] == "+":
                    earned = month_of(moment_of(move[4]), self._zone)
                    lots[move[1]] = LotBorn(move[2], earned, move[9] < 0)
            month = month_in_books(
                movement.occurred_at, movement.posted_at, self._closed, self._zone
            )
            found = tell_apart(movement.kind, loads(movement.postings), moves, lots)
            if found and self._closed:
                self._note_late(month, month_of(movement.occurred_at, self._zone), found)
            for (currency, vintage), flow in found.items():
                months = self.flows.setdefault(currency, {}).setdefault(vintage, {})
                months[month] = months.get(month, NOTHING).plus(flow)

    def _note_late(self, month: int, own: int, found: Mapping["Key", Flow]) -> None:
        if month == own:
            return
        self.late += 1
        by_currency: dict[str, Flow] = {}
        for (currency, _), flow in found.items():
            by_currency[currency] = by_currency.get(currency, NOTHING).plus(flow)
        for currency, flow in by_currency.items():
            known = self.came_late.get((currency, month, own), Late())
            self.came_late[currency, month, own] = Late(
                known.transactions + 1, known.flow.plus(flow)
            )


def standing(months: Mapping[int, Flow], until: int) -> Flow:
    """A vintage's flows up to and including the month `until`."""
    total = NOTHING
    for month, flow in months.items():
        if month <= until:
            total = total.plus(flow)
    return total


def in_month(vintages: Mapping[int, Mapping[int, Flow]], month: int) -> Flow:
    """What happened to all vintages in a month."""
    total = NOTHING
    for months in vintages.values():
        total = total.plus(months.get(month, NOTHING))
    return total


def redemption_triangle(
    vintages: Mapping[int, Mapping[int, Flow]], until: int
) -> tuple[range, list[list[int]]]:
    """The months of the rows, and what of each vintage had been redeemed, cumulative, by age in months.

    Every month from the first vintage to `until` has a row, of as many columns as it is old. What
    was redeemed before its month began (a late receipt paid with younger points) counts in column 0.
    A vintage after `until` is none yet.
    """
    known = [vintage for vintage in vintages if vintage <= until]
    if not known:
        return range(0), []
    rows = range(min(known), until + 1)
    table = []
    for vintage in rows:
        months = vintages.get(vintage, {})
        row = [0] * (until - vintage + 1)
        for month, flow in months.items():
            if month <= until:
                row[max(0, month - vintage)] += flow.redeemed
        for age in range(1, len(row)):
            row[age] += row[age - 1]
        table.append(row)
    return rows, table


Key = tuple[str, int]  # currency, vintage


def tell_apart(
    kind: str,
    postings: Sequence[Sequence[Any]],
    moves: Sequence[Sequence[Any]],
    lots: Mapping[int, LotBorn],
) -> dict[Key, Flow]:
    """What a transaction did to each vintage; zero flows are left out. Raises BooksUnlike."""
    posted: dict[str, dict[str, int]] = {}
    for currency, account, amount in postings:
        accounts = posted.setdefault(currency, {})
        accounts[account] = accounts.get(account, 0) + amount
    by_currency: dict[str, list[Sequence[Any]]] = {}
    for move in moves:
        by_currency.setdefault(lots[move[1]].currency, []).append(move)
    found: dict[Key, Flow] = {}
    for currency, some in by_currency.items():
        accounts = posted.get(currency, {})
        sorted_out = _handed_over if kind in _MOVING else _sorted_out
        total = NOTHING
        for number, flow in sorted_out(accounts, some, lots):
            key = (currency, lots[number].vintage)
            found[key] = found.get(key, NOTHING).plus(flow)
            total = total.plus(flow)
        _check(accounts, total)
    for currency in posted.keys() - by_currency.keys():
        _check(posted[currency], NOTHING)
    return {key: flow for key, flow in found.items() if any(flow)}


Told = Iterable[tuple[int, Flow]]


def _sorted_out(
    accounts: Mapping[str, int], moves: Sequence[Sequence[Any]], lots: Mapping[int, LotBorn]
) -> Told:
    """Each move of sales, returns, events, corrections and the clock as a flow of its lot."""
    for place, move in enumerate(moves):
        number = move[1]
        if move[0] == "+":
            yield number, _born(accounts, move[9])
            continue
        remaining, expired = move[2], move[4]
        if expired:
            # Lapsed, came back lapsed, or was taken out of what had lapsed.
            if remaining == -expired:
                yield number, Flow(expired=expired)
            elif remaining == 0 and expired > 0:
                yield number, Flow(redeemed=-expired, expired=expired)
            elif remaining == 0:
                yield number, Flow(granted=expired, expired=expired)
            else:
                raise BooksUnlike("points cannot lapse and move at once")
        elif remaining and (
            lots[number].is_debt or _pays_a_debt(move, moves[place + 1 : place + 2], lots)
        ):
            yield number, Flow(moved=remaining)
        elif remaining > 0:
            yield number, Flow(redeemed=-remaining)
        elif remaining < 0:
            yield number, _gone(accounts, -remaining)


def _born(accounts: Mapping[str, int], amount: int) -> Flow:
    if amount < 0 or accounts.get(ISSUED, 0) < 0:
        return Flow(granted=amount)
    if accounts.get(ADJUSTED, 0) < 0:
        return Flow(adjusted=amount)
    if accounts.get(SOLD, 0) < 0:
        return Flow(sold=amount)
    return Flow(revived=amount)


def _gone(accounts: Mapping[str, int], amount: int) -> Flow:
    if accounts.get(REDEEMED, 0) > 0:
        return Flow(redeemed=amount)
    if accounts.get(ADJUSTED, 0) > 0:
        return Flow(adjusted=-amount)
    if accounts.get(SOLD, 0) > 0:
        return Flow(sold=-amount)
    return Flow(granted=-amount)


def _pays_a_debt(
    move: Sequence[Any], following: Sequence[Sequence[Any]], lots: Mapping[int, LotBorn]
) -> bool:
    """Points that pay a debt leave their lot right before they reach the debt."""
    return any(
        then[0] == "~" and lots[then[1]].is_debt and then[2] == -move[2] > 0 for then in following
    )


def _handed_over(
    accounts: Mapping[str, int], moves: Sequence[Sequence[Any]], lots: Mapping[int, LotBorn]
) -> Told:
    """Merged members, gifts, replaced cards: everything moves, but for debts written off at the end.

    What had lapsed on a replaced card, and lives again on the new one, leaves its lot.
    """
    forgiven = -accounts.get(ADJUSTED, 0)
    for move in reversed(moves):
        number = move[1]
        if move[0] == "+":
            yield number, Flow(moved=move[9])
            continue
        change, expired = move[2], move[4]
        if expired < 0:
            yield number, Flow(expired=expired, moved=expired)
            continue
        part = 0
        if lots[number].is_debt and change > 0:
            part = min(change, forgiven)
            forgiven -= part
        yield number, Flow(adjusted=part, moved=change - part)


def _check(accounts: Mapping[str, int], total: Flow) -> None:
    """The flows of a transaction are its postings."""
    told = (
        -accounts.get(ISSUED, 0),
        accounts.get(REDEEMED, 0),
        accounts.get(EXPIRED, 0),
        -accounts.get(ADJUSTED, 0),
        -accounts.get(TRANSFERRED, 0),
        -accounts.get(SOLD, 0),
        sum(accounts.get(account, 0) for account in MEMBER_ACCOUNTS),
    )
    summed = (
        total.granted,
        total.redeemed - total.revived,
        total.expired,
        total.adjusted,
        total.moved,
        total.sold,
        total.outstanding,
    )
    if told != summed:
        raise BooksUnlike("lot moves and postings of a transaction differ")
