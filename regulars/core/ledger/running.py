"""Books kept open over a member's whole history: who listens is told of each transaction, nothing is stored.

The same operations as on any book, written by the same decisions; what only the database needs (texts,
hashes, one copy for each receipt) is not made.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import EPOCH, micros
from regulars.core.ledger.accounts import Account, Transaction
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Lot
from regulars.core.ledger.postings import balanced
from regulars.core.ledger.settle import settle
from regulars.core.tiers import Entry

Postings = Mapping[tuple[str, str], int]
"""(currency, account) → amount, as a transaction posts it."""

Listener = Callable[[str, datetime, Postings, Sequence[Sequence[Any]]], None]
"""Told of kind, moment, postings and lot moves of each transaction as it is recorded."""

_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much; this is the hot path
_AT_ONCE = -(2**62)  # due in the distant past: look at once


def _to_nobody(kind: str, at: datetime, postings: Postings, moves: Sequence[Sequence[Any]]) -> None:
    pass


class RunningBook(Book):
    """One account from its first transaction on; opened once, settled and written as time goes by.

    Used-up lots are laid aside, so that spending looks at open ones only; `with_all_lots` brings
    them back for a return.
    """

    def __init__(self, member_id: UUID, *, zone: ZoneInfo, ladder: str, listen: Listener) -> None:
        account = Account(member_id, ladder=ladder, lots={}, history=())
        super().__init__(account, zone=zone, posted_at=EPOCH)
        self._listen = listen
        self._entries: list[Entry] = []
        self._open: dict[int, Lot] = {}
        self._lots = self._open
        self._used_up: dict[int, Lot] = {}
        self._ended: list[int] = []  # lots that may be used up by the open transaction
        self._has_owed = False  # whether there ever was a debt

    @property
    def history(self) -> Sequence[Entry]:  # type: ignore[override]
        return self._entries

    def end(self) -> None:
        """Tell nobody any more; who listened can be let go."""
        self._listen = _to_nobody

    @property
    def counters(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """Every counter, with the periods it still knows."""
        return {} if self._counters is None else self._counters

    def remember(self, entry: Entry) -> None:
        self._entries.append(entry)

    def settle_to(self, at: datetime, version: int) -> None:
        """Post what the clock has made due up to and including `at`."""
        if self._next_due is None or self._next_due > micros(at):
            return
        self.posted_at = at
        settle(self, at=at, version=version, zone=self.zone)
        self._next_due = self._reckon_due()

    def with_all_lots(self) -> None:
        """Have used-up lots at hand too, until the next transaction is recorded."""
        if self._used_up:
            self._open.update(self._used_up)
            self._ended.extend(self._used_up)
            self._used_up.clear()
            self._lots = self._open = dict(sorted(self._open.items()))

    def put(self, lot: Lot) -> None:
        self._open[lot.number] = lot
        if lot.remaining <= 0:
            self._ended.append(lot.number)
            self._has_owed = self._has_owed or lot.remaining < 0

    def bear(self, lot: Lot) -> None:
        self.moves.append(
            ("+", lot.number, lot.currency, None, lot.earned_at, None, None, 0, 0, lot.amount)  # type: ignore[arg-type]
        )
        self.new_lots.clear()

    def _net_debts(self, currency: str) -> None:
        if self._has_owed:
            super()._net_debts(currency)

    def record_transaction(
        self,
        kind: str,
        occurred_at: datetime,
        *,
        source: UUID | None,
        version: int,
        facts: Mapping[str, Any],
    ) -> Transaction:
        if self._freed:
            self._end_holds(occurred_at)
        postings, moves = self._postings, self.moves
        self._seq += 1
        self._postings, self.moves, self.held, self.let_go = {}, [], {}, []
        if len(postings) > 2:  # two postings are the two sides of one
            balanced(postings)
        self._listen(kind, occurred_at, postings, moves)
        if self._ended:
            self._lay_aside()
        if kind not in ("sale", "expire", "activate"):
            self._next_due = _AT_ONCE
        told = (self._seq, kind, occurred_at, occurred_at, source, version, "", "", "", b"")
        return _new(Transaction, told)

    def _lay_aside(self) -> None:
        for number in self._ended:
            lot = self._open.get(number)
            if lot is not None and not lot.remaining and not lot.held:
                self._used_up[number] = self._open.pop(number)
        self._ended.clear()
