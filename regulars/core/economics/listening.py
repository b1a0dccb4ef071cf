"""What a replay hears: figures of receipts, flows of points by vintage, tiers by month, members' sums."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

import numpy as np

from regulars.core.calendar import Period, micros, period_number, period_start
from regulars.core.economics.replayed import (
    BUYERS,
    DISCOUNTS,
    FIGURES,
    FIXED,
    FLOW,
    GROSS,
    ITEM,
    LIMIT,
    MEMBERS,
    NOBODY,
    PAID,
    PER_CURRENCY,
    POINTS,
    PROMOTION,
    REACHED,
    RECEIPTS,
    REFUNDED,
    RETURNS,
    TIER,
    Key,
    Replayed,
)
from regulars.core.economics.vintages import Flow, LotBorn, tell_apart
from regulars.core.ledger.accounts import EXPIRED, ISSUED, REDEEMED
from regulars.core.ledger.running import Postings, RunningBook
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import Allowance
from regulars.core.purchase import Receipt
from regulars.core.tiers import Grant, Record
from regulars.core.till.decision import Decision, MemberFacts
from regulars.core.till.returns import Undone
from regulars.core.till.sold import spend_of
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of

_GRANTED, _REDEEMED, _EXPIRED = (
    Flow._fields.index(of) for of in ("granted", "redeemed", "expired")
)
_EARNING, _CLOCK = ("sale", "event"), ("expire", "activate")
_ISSUED, _SPENT, _LAPSED, _HELD = range(PER_CURRENCY)
_LONG_AGO, _NEVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_AMOUNT = 9  # of a lot's birth


class Account:
    """A member in a replay: the book, and what it came to so far."""

    __slots__ = (
        "_purse",
        "_visit",
        "book",
        "born",
        "ended",
        "facts",
        "grants",
        "key",
        "last_at",
        "latest",
        "month",
        "months",
        "noted",
        "owed",
        "proofs",
        "reached",
        "sums",
        "tier",
        "tier_since",
        "tier_until",
        "totals",
    )

    def __init__(self, facts: MemberFacts, key: int, currencies: Sequence[str]) -> None:
        self.facts = facts
        self.key = key
        self.book: RunningBook
        self.ended = False  # merged into another's
        self.owed = False  # whether there ever was a debt
        self.born: dict[int, LotBorn] = {}
        self.sums = {code: [0] * PER_CURRENCY for code in currencies}
        self.totals = [0] * FIGURES
        self.latest: datetime | None = None  # purchase
        self.last_at: datetime | None = None
        self.months: set[int] = set()  # in which they bought
        self.reached: set[str] = set()  # tiers at which they bought
        self.month: int | None = None  # the first whose end was not looked at for the tier
        self.tier = ""
        self.noted: str | None = None  # the tier they count at
        self.tier_since = self.tier_until = (
            _LONG_AGO  # what is known of the tier holds between them
        )
        self.proofs: Mapping[str, int] | None = None  # of tiers, and grants, when it was looked for
        self.grants: tuple[Grant, ...] = ()
        self._purse: Random | None = None
        self._visit: Random | None = None

    def purse(self, seed: int) -> Random:
        """The lots by which they pay with points or not."""
        if self._purse is None:
            self._purse = Random(f"purse {seed} {self.key}")
        return self._purse

    def visit(self, seed: int) -> Random:
        """The lots by which they come once more or not."""
        if self._visit is None:
            self._visit = Random(f"visit {seed} {self.key}")
        return self._visit


class Ears:
    """Takes in what a replay decides and writes; `close` gives the sums."""

    def __init__(self, programme: Compiled) -> None:
        self._programme = programme
        self._zone = programme.zone
        self._rungs = terms_of(programme).rungs
        self._ranks = self._rungs.rank if self._rungs else {}
        self._ladder = terms_of(programme).fingerprint
        self._sells_value = bool(terms_of(programme).stored)
        self._codes = tuple(sorted(programme.currencies))
        self._month_of: tuple[datetime, int] = (
            _LONG_AGO,
            1 * 12,
        )  # the moment asked for last, and its month
        self._starts: dict[int, datetime] = {}
        self._members: dict[int, list[int]] = {}
        self._nobody: dict[int, list[int]] = {}
        self._flows: dict[tuple[str, int, int], list[int]] = {}
        self._counts: dict[Key, int] = {}
        self._limits: dict[tuple[str, int], int] = {}
        self._items = frozenset(c.code for c in programme.currencies.values() if c.item)

    def open(self, facts: MemberFacts, key: int) -> Account:
        """An account whose book tells what is written into it."""
        account = Account(facts, key, self._codes)
        listen = partial(self._hear, account)
        account.book = RunningBook(facts.id, zone=self._zone, ladder=self._ladder, listen=listen)
        return account

    def note(self, key: Key, amount: int = 1) -> None:
        """Count by a key of `Replayed.counts`."""
        self._counts[key] = self._counts.get(key, 0) + amount

    def sold(
        self, account: Account | None, receipt: Receipt, decision: Decision, tier: str
    ) -> None:
        """A receipt as it was decided."""
        month = self.month_of(receipt.occurred_at)
        paid = spend_of(receipt.lines, decision.due)
        discounts = decision.discount_minor if decision.discounts else 0
        points = decision.points_minor if decision.payments else 0
        cell = self._cell(self._nobody if account is None else self._members, month)
        sums: tuple[list[int], ...] = (cell,)
        if account is not None:
            sums = cell, account.totals
            if account.latest is None or account.latest < receipt.occurred_at:
                account.latest = receipt.occurred_at
            if month not in account.months:
                account.months.add(month)
                cell[BUYERS] += 1
            if tier and tier not in account.reached:
                account.reached.add(tier)
                self.note((REACHED, tier))
        for cell in sums:
            cell[RECEIPTS] += 1
            cell[GROSS] += paid + discounts + points
            cell[DISCOUNTS] += discounts
            cell[POINTS] += points
            cell[PAID] += paid
        if discounts or points or decision.allowances or decision.issued or decision.gifts:
            self._note_promotions(decision)

    def _note_promotions(self, decision: Decision) -> None:
        for discount in decision.discounts:
            self.note((PROMOTION, discount.id), discount.amount_minor)
        for payment in decision.payments:
            if payment.currency in self._items:
                self.note((ITEM, payment.currency, 0), payment.money_minor)
                self.note((ITEM, payment.currency, 1), payment.amount)
        self._take(decision.allowances)
        for issued in decision.issued:
            self.note(("gap", "simulation.gap_coupons"), issued.count)
        if decision.gifts:
            self.note(("gap", "simulation.gap_gifts"), len(decision.gifts))

    def returned(
        self, account: Account | None, undone: Undone, back: Iterable[Allowance], at: datetime
    ) -> None:
        """Goods that came back."""
        month = self.month_of(at)
        sums = [self._cell(self._nobody if account is None else self._members, month)]
        if account is not None:
            sums.append(account.totals)
        for cell in sums:
            cell[RETURNS] += 1
            cell[REFUNDED] += undone.spend_minor
        self._take(back)

    def tier_at(self, account: Account, at: datetime) -> str:
        """The member's tier before something happens at `at`; months that are over by then are noted."""
        month = self.month_of(at)
        if account.month is None:
            account.month = month
        elif account.month < month:
            self._pass_months(account, month)
        if not self._is_known(account, at):
            self._look(account, at)
        return account.tier

    def leave(self, account: Account, at: datetime) -> None:
        """The member is no more from this month on: merged into another."""
        if account.noted is not None:
            self.note((TIER, self.month_of(at), account.noted), -1)
            account.noted = None
        account.ended = True

    def _pass_months(self, account: Account, month: int) -> None:
        assert account.month is not None, "there was something before"
        over = account.month
        while over < month:
            end = self._end_of(over)
            if not self._is_known(account, end):
                self._look(account, end)
            self._note_tier(account, over)
            if account.tier_until is _NEVER:
                break
            over = max(over + 1, self.month_of(account.tier_until))
        account.month = month

    def _note_tier(self, account: Account, month: int) -> None:
        """Changes are counted: who is at a tier at a month's end is the sum of all up to then."""
        if account.noted != account.tier:
            if account.noted is not None:
                self.note((TIER, month, account.noted), -1)
            self.note((TIER, month, account.tier))
            account.noted = account.tier

    def _look(self, account: Account, at: datetime) -> None:
        """Find out the tier, which stays as it is until it ends by the clock or something happens."""
        found = standing_at(account.book, self._rungs, at)
        assert found is not None, "there is a ladder"
        account.tier, account.tier_since = found.tier, at
        account.tier_until = found.until or _NEVER
        record = account.book.record
        # What the books know of a later time is left out of it: it says nothing about that time.
        account.proofs = None if _knows_later(record, at) else record.proofs
        account.grants = account.book.grants

    def _is_known(self, account: Account, at: datetime) -> bool:
        """Whether the tier found last still holds at `at`: the clock has not ended it, and of what
        happened since nothing was undone, given, or proved a higher one."""
        if not account.tier_since <= at < account.tier_until:
            return False
        book, seen = account.book, account.proofs
        if seen is None or book.grants is not account.grants:
            return False
        proofs = book.record.proofs
        if proofs is seen:
            return True
        if _knows_later(book.record, at):  # the latest proof says nothing about what came before it
            return False
        rank = self._ranks[account.tier]
        if any(proofs.get(level, 0) < proved for level, proved in seen.items()):
            return False
        if any(
            self._ranks.get(level, 0) > rank and proved != seen.get(level)
            for level, proved in proofs.items()
        ):
            return False
        account.proofs, account.tier_since = proofs, at
        return True

    def close(self, accounts: Iterable[Account], until: datetime) -> Replayed:
        """The sums of everything heard, with the tiers at every month's end up to `until`."""
        rows = []
        for account in accounts:
            if self._rungs is not None and account.month is not None and not account.ended:
                self.tier_at(account, until)
                self._note_tier(account, self.month_of(until))
            if account.totals[RECEIPTS] or account.totals[RETURNS] or account.born:
                rows.append(self._row(account))
            account.book.end()
        for who, by_month in ((MEMBERS, self._members), (NOBODY, self._nobody)):
            for month, cell in by_month.items():
                for place, amount in enumerate(cell):
                    if amount:
                        self.note((who, month, place), amount)
        for (code, vintage, month), flow in self._flows.items():
            for place, amount in enumerate(flow):
                if amount:
                    self.note((FLOW, code, vintage, month, place), amount)
        width = FIXED + PER_CURRENCY * len(self._codes)
        table = np.array(rows, np.int64).reshape(len(rows), width)
        return Replayed(self._codes, self._counts, self._limits, table)

    def month_of(self, at: datetime) -> int:
        """The number of a moment's month by the clock of the business."""
        last, month = self._month_of
        if at is last:
            return month
        month = period_number(at, Period.MONTH, self._zone)
        self._month_of = at, month
        return month

    def _hear(
        self, account: Account, kind: str, at: datetime, postings: Postings, moves: Sequence[Any]
    ) -> None:
        month = self.month_of(at)
        born = account.born
        for move in moves:
            if move[0] == "+":
                vintage = month if move[4] is at else self.month_of(move[4])
                is_debt = move[_AMOUNT] < 0
                born[move[1]] = LotBorn(move[2], vintage, is_debt)
                account.owed = account.owed or is_debt
        for (code, name), amount in postings.items():
            if name == ISSUED:
                account.sums[code][_ISSUED] -= amount
            elif name == REDEEMED:
                account.sums[code][_SPENT] += amount
            elif name == EXPIRED:
                account.sums[code][_LAPSED] += amount
        if not account.owed and self._is_plain(kind):
            self._hear_plain(born, month, moves)
            return
        posted = [(code, name, amount) for (code, name), amount in postings.items() if amount]
        for (code, vintage), flow in tell_apart(kind, posted, moves, born).items():
            cell = self._flow(code, vintage, month)
            for place, amount in enumerate(flow):
                cell[place] += amount

    def _is_plain(self, kind: str) -> bool:
        """Whether a transaction of one who never owed points only earns, spends, ripens or lapses."""
        return kind in _CLOCK or (kind in _EARNING and not self._sells_value)

    def _hear_plain(
        self, born: Mapping[int, LotBorn], month: int, moves: Sequence[Sequence[Any]]
    ) -> None:
        for move in moves:
            lot = born[move[1]]
            if move[0] == "+":
                self._flow(lot.currency, lot.vintage, month)[_GRANTED] += move[_AMOUNT]
            elif move[4]:
                self._flow(lot.currency, lot.vintage, month)[_EXPIRED] += move[4]
            elif move[2]:
                self._flow(lot.currency, lot.vintage, month)[_REDEEMED] -= move[2]

    def _flow(self, code: str, vintage: int, month: int) -> list[int]:
        key = (code, vintage, month)
        found = self._flows.get(key)
        if found is None:
            found = self._flows[key] = [0] * len(Flow._fields)
        return found

    def _cell(self, cells: dict[int, list[int]], month: int) -> list[int]:
        found = cells.get(month)
        if found is None:
            found = cells[month] = [0] * FIGURES
        return found

    def _take(self, allowances: Iterable[Allowance]) -> None:
        for key, period, limit, amount in allowances:
            self.note((LIMIT, key, period), amount)
            self._limits[key, period] = max(limit, self._limits.get((key, period), 0))

    def _end_of(self, month: int) -> datetime:
        found = self._starts.get(month)
        if found is None:
            found = self._starts[month] = period_start(month + 1, Period.MONTH, self._zone)
        return found

    def _row(self, account: Account) -> list[int]:
        t = account.totals
        last = 0 if account.latest is None else micros(account.latest)
        row = [account.key, t[RECEIPTS], last, t[GROSS], t[DISCOUNTS], t[POINTS], t[PAID],
               t[REFUNDED]]  # fmt: skip
        for code in self._codes:
            sums = account.sums[code]
            sums[_HELD] = sum(account.book.wallet(code))
            row += sums
        return row


def _knows_later(record: Record, at: datetime) -> bool:
    return bool(record.window) and record.window[-1][0] > micros(at)
