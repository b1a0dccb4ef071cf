"""Recompute every member's books from their transactions, in one snapshot and bounded memory."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from regulars.contexts.ledger.seals import DayDigest, seal_hash
from regulars.contexts.ledger.usecases.posting import account_of, lots_of
from regulars.core.calendar import moment_of
from regulars.core.ledger.accounts import TRANSFERRED, Account, Transaction
from regulars.core.ledger.audit import Difference, Standards, compare, read_chain
from regulars.core.ledger.lots import Lot
from regulars.core.ledger.replay import Replay

Progress = Callable[[int], None]
_ROWS_AT_ONCE = 5_000

_TRANSACTIONS = """
SELECT bucket, member_id, seq, kind, (extract(epoch FROM occurred_at) * 1000000)::bigint,
       (extract(epoch FROM posted_at) * 1000000)::bigint, source, version,
       postings::text, lots::text, facts::text, hash
FROM ledger_transaction ORDER BY bucket, member_id, seq
"""
_ACCOUNTS = """
SELECT bucket, member_id, version, chain, next_due, ladder, state::text AS state
FROM ledger_account ORDER BY bucket, member_id
"""
_LOTS = """
SELECT bucket, member_id, number, currency, source::text,
       (extract(epoch FROM earned_at) * 1000000)::bigint,
       (extract(epoch FROM active_at) * 1000000)::bigint,
       (extract(epoch FROM expires_at) * 1000000)::bigint,
       idle_days, idle_months, amount, remaining, held, expired, active
FROM ledger_lot ORDER BY bucket, member_id, number
"""


class LedgerAudit:
    """One pass over accounts, transactions and lots side by side; `differences` come as they are found."""

    def __init__(self, standards: Standards, progress: Progress) -> None:
        self._standards = standards
        self._progress = progress
        self.accounts = 0
        self.transactions = 0
        self.lots = 0
        self._days: dict[date, DayDigest] = {}
        self._transferred: dict[str, int] = {}

    def run(self) -> Iterator[Difference]:
        """Every difference. To be called inside a read-only snapshot transaction."""
        accounts = Stream("verify_accounts", _ACCOUNTS)
        transactions = Stream("verify_transactions", _TRANSACTIONS)
        lots = Stream("verify_lots", _LOTS)
        while keys := [key for key in (accounts.key, transactions.key, lots.key) if key]:
            key = min(keys)
            yield from self._member(
                key[1], accounts.take(key), transactions.take(key), lots.take(key)
            )
        yield from self._seals()
        for currency, amount in sorted(self._transferred.items()):
            if amount:
                params = (("currency", currency), ("amount", amount))
                yield Difference("verify.transferred", None, params)

    def _member(
        self,
        member_id: UUID,
        accounts: list[tuple[Any, ...]],
        transactions: list[tuple[Any, ...]],
        lots: list[tuple[Any, ...]],
    ) -> Iterator[Difference]:
        books = Replay(member_id)
        chain = [_transaction(row) for row in transactions]
        yield from read_chain(books, chain)
        try:
            stored = _account(member_id, accounts)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            yield Difference("verify.account_unreadable", member_id)
        else:
            yield from compare(books, stored, _lots(lots), self._standards)
        for link in chain:
            day = link.posted_at.date()
            self._days.setdefault(day, DayDigest()).add(link.hash)
        for (currency, account), amount in books.system.items():
            if account == TRANSFERRED:
                self._transferred[currency] = self._transferred.get(currency, 0) + amount
        self.accounts += len(accounts)
        self.transactions += len(chain)
        self.lots += len(lots)
        self._progress(len(chain))

    def _seals(self) -> Iterator[Difference]:
        """Every seal must fit, and before the last one no day with transactions may lack its own."""
        previous = bytes(32)
        with connection.cursor() as cursor:
            cursor.execute("SELECT day, transactions, previous, hash FROM ledger_seal ORDER BY day")
            seals = cursor.fetchall()
        last = seals[-1][0] if seals else date.min
        wrong = {day for day in self._days if day <= last} - {seal[0] for seal in seals}
        for day, count, before, stored in seals:
            found = self._days.get(day, DayDigest())
            proved = seal_hash(bytes(before), day, found)
            if bytes(before) != previous or proved != bytes(stored) or count != found.count:
                wrong.add(day)
            previous = bytes(stored)
        for day in sorted(wrong):
            yield Difference("verify.seal", None, (("day", day.isoformat()),))


class Stream:
    """Rows of a sorted query, handed out group by group without ever holding them all."""

    def __init__(self, name: str, query: str, width: int = 2) -> None:
        """`query` sorts by its first `width` columns, which are the key."""
        self._cursor = connection.connection.cursor(name=name)
        self._cursor.itersize = _ROWS_AT_ONCE
        self._cursor.execute(query)
        self._groups = groupby(self._cursor, key=lambda row: row[:width])
        self.key: tuple[Any, ...] | None = None
        self._rows: Any = ()
        self._next()

    def take(self, key: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The rows of `key`, if it is their turn."""
        if self.key != key:
            return []
        rows = list(self._rows)
        self._next()
        return rows

    def _next(self) -> None:
        self.key, self._rows = next(self._groups, (None, ()))
        if self.key is None:
            self._cursor.close()  # its name is free again


def _transaction(row: tuple[Any, ...]) -> Transaction:
    _, _, seq, kind, occurred, posted, *rest, digest = row
    return Transaction._make(
        (seq, kind, moment_of(occurred), moment_of(posted), *rest, bytes(digest))
    )


def _account(member_id: UUID, rows: list[tuple[Any, ...]]) -> Account | None:
    if not rows:
        return None
    _, _, version, chain, next_due, ladder, state = rows[0]
    row = {
        "version": version,
        "chain": bytes(chain),
        "next_due": next_due,
        "ladder": ladder,
        "state": state,
        "lots": None,
        "history": None,
    }
    return account_of(member_id, row, "")


def _lots(rows: list[tuple[Any, ...]]) -> dict[int, Lot]:
    return dict(lots_of(row[2:] for row in rows))
