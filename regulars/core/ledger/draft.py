"""The mechanics of a working copy: lots and postings move together, transactions balance and chain."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import EPOCH, Period, day_period_number, micros, moment_of
from regulars.core.ledger.accounts import (
    ACTIVE,
    HELD,
    PENDING,
    Account,
    Hold,
    State,
    Transaction,
    Wallet,
    bump,
)
from regulars.core.ledger.lots import Lot, available, expiry_of
from regulars.core.ledger.postings import balanced, chain_hash, json_text
from regulars.core.tiers import Entry, Grant, Record

_MEMBER_SIDE = {PENDING: 0, ACTIVE: 1, HELD: 2}
_PERIODS = {period.value: period for period in Period}
_ALWAYS_LOAD = -(2**62)  # a due time in the distant past: a debt wants its lots at every load


class Changes(NamedTuple):
    """What closing a book leaves to be saved for one member."""

    before: int  # the version the decision was made on
    account: Account
    transactions: tuple[Transaction, ...]
    lots: tuple[Lot, ...]  # new and altered, as they are now
    new_lots: frozenset[int]


class NotLoaded(Exception):
    """The decision needs a part of the books that was not loaded; load it and decide again."""

    def __init__(self, *, lots: bool = False, history: bool = False) -> None:
        super().__init__("lots" if lots else "history")
        self.lots = lots
        self.history = history


class Draft:
    """One member's books, open for writing; nothing loaded is altered."""

    def __init__(self, account: Account, *, zone: ZoneInfo, posted_at: datetime) -> None:
        self._before = account
        self.zone = zone
        self.posted_at = posted_at
        state = account.state
        self._wallets = {code: list(wallet) for code, wallet in state.wallets.items()}
        self._lots = None if account.lots is None else dict(account.lots)
        self._touched: dict[int, Lot] = {}
        self.new_lots: set[int] = set()
        self.last_lot = state.last_lot
        self._visits = state.visits
        self._last_at = state.last_at
        self._last_moment = 0, EPOCH  # the same, as a moment, once somebody asked
        self._counters: dict[str, tuple[tuple[int, int], ...]] | None = None
        self.open_holds: dict[str, Hold] | None = None
        self._grants = state.grants
        self._record = state.record
        self._ladder = account.ladder
        self._history = account.history
        self._next_due = account.next_due
        self._transactions: list[Transaction] = []
        self._seq = account.version
        self._chain = account.chain
        self._postings: dict[tuple[str, str], int] = {}
        self.moves: list[list[Any]] = []
        self.held: dict[str, Hold] = {}  # since the last transaction
        self.let_go: list[str] = []

    @property
    def lots(self) -> Mapping[int, Lot]:
        """The open lots (all of them, where all were loaded). Raises NotLoaded."""
        if self._lots is None:
            raise NotLoaded(lots=True)
        return self._lots

    @property
    def holds(self) -> Mapping[str, Hold]:
        return self._before.state.holds if self.open_holds is None else self.open_holds

    @property
    def record(self) -> Record:
        return self._record

    @property
    def grants(self) -> tuple[Grant, ...]:
        return self._grants

    @property
    def visits(self) -> int:
        return self._visits

    @property
    def last_purchase(self) -> datetime | None:
        if self._last_at is None:
            return None
        if self._last_moment[0] != self._last_at:
            self._last_moment = self._last_at, moment_of(self._last_at)
        return self._last_moment[1]

    def expiry(self, lot: Lot) -> datetime | None:
        """When the lot expires by the clock, as the books stand; None: never."""
        if lot.idle_days or lot.idle_months:
            return expiry_of(lot, self.last_purchase, self.zone)
        return lot.expires_at

    def wallet(self, currency: str) -> Wallet:
        return Wallet(*self._wallets.get(currency, (0, 0, 0)))

    def available(self, currency: str) -> int:
        """What can be spent now; zero where no lot of the currency was ever earned."""
        if currency not in self._wallets:
            return 0
        return available(self.lots.values(), currency)

    @property
    def has_lots(self) -> bool:
        return self._lots is not None

    @property
    def ladder(self) -> str:
        return self._ladder

    @property
    def history(self) -> tuple[Entry, ...] | None:
        return self._history

    def counters_at(self, moment: datetime) -> Mapping[str, tuple[int, int]]:
        """For each counter its period and value at `moment`: the newest, or an earlier one's."""
        counters = self._before.state.counters if self._counters is None else self._counters
        day: date | None = None  # looked up once at most, and only where it matters
        found = {}
        for key, pairs in counters.items():
            pair = pairs[0]
            if len(pairs) > 1:
                period = _PERIODS.get(key.rpartition(":")[2])
                if period is not None:
                    day = day or moment.astimezone(self.zone).date()
                    number = day_period_number(day, period)
                    if number < pair[0]:
                        pair = number, dict(pairs).get(number, 0)
            found[key] = pair
        return found

    def counter(self, key: str) -> int:
        """The newest value of the counter `key`; zero where it was never moved."""
        counters = self._before.state.counters if self._counters is None else self._counters
        pairs = counters.get(key)
        return pairs[0][1] if pairs else 0

    def has_counter(self, key: str) -> bool:
        """Whether the counter `key` was ever moved."""
        return key in (self._before.state.counters if self._counters is None else self._counters)

    def remember(self, entry: Entry) -> None:
        """Add to the history, where it is at hand."""
        if self._history is not None:
            self._history = (*self._history, entry)

    def count(self, key: str, period: int, delta: int) -> None:
        """Move the counter `key` of `period` by `delta`."""
        if self._counters is None:
            self._counters = dict(self._before.state.counters)
        self._counters[key] = bump(self._counters, key, period, delta)

    def purchase(self, at: int, visits: int) -> None:
        """Count a purchase (or take one back); moves the clock of inactivity forward only."""
        self._visits += visits
        if visits > 0 and (self._last_at is None or at > self._last_at):
            self._last_at = at

    def qualify(self, record: Record, ladder: str) -> None:
        """Set the tier record that the history gives now."""
        self._record, self._ladder = record, ladder

    def grant(self, grant: Grant) -> None:
        """Give (or by the same source change) a level for a time."""
        kept = tuple(g for g in self._grants if not g.source or g.source != grant.source)
        self._grants = (*kept, grant)

    def record_transaction(
        self,
        kind: str,
        occurred_at: datetime,
        *,
        source: UUID | None,
        version: int,
        facts: Mapping[str, Any],
    ) -> Transaction:
        """Close what was written since the last call into one balanced, chained transaction."""
        self._seq += 1
        postings = [list(posting) for posting in balanced(self._postings)]  # plain lists: quicker
        told = dict(facts)
        if self.held:
            told["h"] = self.held
        if self.let_go:
            told["u"] = self.let_go
        draft = Transaction(
            self._seq,
            kind,
            occurred_at,
            self.posted_at,
            source,
            version,
            json_text(postings),
            json_text(self.moves),
            json_text(told),
            b"",
        )
        self._chain = chain_hash(self._chain, self._before.member_id, draft)
        done = Transaction(*draft[:-1], self._chain)
        self._transactions.append(done)
        self._postings, self.moves, self.held, self.let_go = {}, [], {}, []
        return done

    def close(self) -> Changes:
        """What is to be saved; every posting made must stand in a transaction."""
        assert not self._postings, "something was posted and not recorded"
        assert not self.moves, "something was moved and not recorded"
        old = self._before.state
        state = State(
            {code: Wallet(*amounts) for code, amounts in self._wallets.items()},
            self.last_lot,
            self._visits,
            self._last_at,
            old.counters if self._counters is None else self._counters,
            self.holds,
            self._grants,
            self._record,
        )
        account = Account(
            self._before.member_id,
            self._seq,
            self._chain,
            self._reckon_due(),
            self._ladder,
            state,
            self._lots,
            self._history,
        )
        return Changes(
            self._before.version,
            account,
            tuple(self._transactions),
            tuple(self._touched.values()),
            frozenset(self.new_lots),
        )

    def put(self, lot: Lot) -> None:
        self._touched[lot.number] = lot
        if self._lots is not None:
            self._lots[lot.number] = lot

    def move(self, number: int, *, remaining: int = 0, held: int = 0, expired: int = 0) -> None:
        lot = self.lots[number]
        lot = lot._replace(
            remaining=lot.remaining + remaining,
            held=lot.held + held,
            expired=lot.expired + expired,
        )
        self.put(lot)
        self.moves.append(["~", number, remaining, held, expired, int(lot.active)])

    def post(self, currency: str, account: str, amount: int) -> None:
        if not amount:
            return
        key = (currency, account)
        self._postings[key] = self._postings.get(key, 0) + amount
        side = _MEMBER_SIDE.get(account)
        if side is not None:
            wallet = self._wallets.get(currency)
            if wallet is None:
                wallet = self._wallets[currency] = [0, 0, 0]
            wallet[side] += amount

    def due(self, moment: int | None) -> None:
        if moment is not None and (self._next_due is None or moment < self._next_due):
            self._next_due = moment

    def _reckon_due(self) -> int | None:
        if any(amounts[1] < 0 for amounts in self._wallets.values()):
            return _ALWAYS_LOAD
        if self._lots is None:
            return self._next_due
        moments = [moment_of(hold.until) for hold in self.holds.values()]
        for lot in self._lots.values():
            if lot.remaining > 0:
                if not lot.active:
                    moments.append(lot.active_at)
                expires = self.expiry(lot) if lot.remaining > lot.held else None
                if expires is not None:
                    moments.append(expires)
        return micros(min(moments)) if moments else None
