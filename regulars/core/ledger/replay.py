"""An account made again from nothing but its transactions: the proof of what is stored, and the past."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from json import loads
from typing import Any
from uuid import UUID

from regulars.core.calendar import moment_of
from regulars.core.ledger.accounts import (
    GENESIS,
    MEMBER_ACCOUNTS,
    Account,
    Hold,
    State,
    Transaction,
    Wallet,
    bump,
)
from regulars.core.ledger.lots import Lot
from regulars.core.tiers import Entry, Grant, Record

_SIDE = {account: side for side, account in enumerate(MEMBER_ACCOUNTS)}


@dataclass(slots=True)
class Replay:
    """The books of one member, rebuilt transaction by transaction in the order of their `seq`."""

    member_id: UUID
    wallets: dict[str, list[int]] = field(default_factory=dict)
    lots: dict[int, Lot] = field(default_factory=dict)
    counters: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    history: list[Entry] = field(default_factory=list)
    unbalanced: list[int] = field(
        default_factory=list
    )  # seqs of transactions that do not sum to zero
    system: dict[tuple[str, str], int] = field(default_factory=dict)
    seq: int = 0
    chain: bytes = GENESIS

    def apply(self, transaction: Transaction) -> None:
        """Take in the next transaction."""
        self.seq, self.chain = transaction.seq, transaction.hash
        self._post(transaction.seq, loads(transaction.postings))
        for move in loads(transaction.lots):
            self._move(move)
        self._tell(loads(transaction.facts))

    @property
    def visits(self) -> int:
        return sum(entry.visits for entry in self.history)

    @property
    def last_at(self) -> int | None:
        return max((entry.at for entry in self.history if entry.visits > 0), default=None)

    def account(self, record: Record, ladder: str, next_due: int | None) -> Account:
        """The account as it should be stored, with every lot and the whole history."""
        state = State(
            {code: Wallet(*amounts) for code, amounts in self.wallets.items()},
            max(self.lots, default=0),
            self.visits,
            self.last_at,
            self.counters,
            self.holds,
            self.grants,
            record,
        )
        return Account(
            self.member_id,
            self.seq,
            self.chain,
            next_due,
            ladder,
            state,
            self.lots,
            tuple(self.history),
        )

    def _post(self, seq: int, postings: Sequence[Sequence[Any]]) -> None:
        sums: dict[str, int] = {}
        for currency, account, amount in postings:
            sums[currency] = sums.get(currency, 0) + amount
            side = _SIDE.get(account)
            if side is None:
                key = (currency, account)
                self.system[key] = self.system.get(key, 0) + amount
            else:
                self.wallets.setdefault(currency, [0, 0, 0])[side] += amount
        if any(sums.values()):
            self.unbalanced.append(seq)

    def _move(self, move: Sequence[Any]) -> None:
        if move[0] == "+":
            lot = _born(move)
            self.lots[lot.number] = lot
            return
        _, number, remaining, held, expired, active = move
        known = self.lots.get(number)
        if known is None:  # looking back: a late receipt spent what was earned after this moment
            return
        self.lots[number] = known._replace(
            remaining=known.remaining + remaining,
            held=known.held + held,
            expired=known.expired + expired,
            active=bool(active),
        )

    def _tell(self, facts: Mapping[str, Any]) -> None:
        self.history.extend(Entry(*entry) for entry in facts.get("q", ()))
        for key, period, delta in facts.get("c", ()):
            self.counters[key] = bump(self.counters, key, period, delta)
        for row in facts.get("g", ()):
            grant = Grant(*row)
            kept = tuple(g for g in self.grants if not g.source or g.source != grant.source)
            self.grants = (*kept, grant)
        for key in facts.get("u", ()):
            self.holds.pop(key, None)
        for key, (currency, amount, until, lots) in facts.get("h", {}).items():
            parts = tuple((number, part) for number, part in lots)
            self.holds[key] = Hold(currency, amount, until, parts)


def replay(member_id: UUID, transactions: Iterable[Transaction]) -> Replay:
    """The books after `transactions`, which come in the order of their `seq`."""
    books = Replay(member_id)
    for transaction in transactions:
        books.apply(transaction)
    return books


def as_of(member_id: UUID, transactions: Iterable[Transaction], moment: datetime) -> Replay:
    """The books as they were at `moment`: only what had occurred by then, whenever it was posted."""
    return replay(member_id, (t for t in transactions if t.occurred_at <= moment))


def _born(move: Sequence[Any]) -> Lot:
    _, number, currency, source, earned, active_at, expires, days, months, amount, active = move
    return Lot(
        number,
        currency,
        None if source is None else UUID(source),
        moment_of(earned),
        moment_of(active_at),
        None if expires is None else moment_of(expires),
        days,
        months,
        amount,
        amount,
        active=bool(active),
    )
