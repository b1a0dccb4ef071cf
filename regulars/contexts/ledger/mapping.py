"""Rows of the ledger into core values and back, for the hot SQL and the slow reads alike."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from regulars.core.calendar import moment_of
from regulars.core.ledger.accounts import GENESIS, Account, State, bucket_of
from regulars.core.ledger.draft import Changes
from regulars.core.ledger.lots import Lot
from regulars.core.ledger.postings import json_text
from regulars.core.tiers import Entry

_EMPTY: Mapping[int, Lot] = {}


def account_of(member_id: UUID, row: Mapping[str, Any], ladder: str) -> Account:
    """The account in a row of `load.sql`; one that was never written to starts from nothing."""
    if not row["version"]:
        return Account(member_id, 0, GENESIS, None, ladder, State(), _EMPTY, ())
    lots, history = row["lots"], row["history"]
    return Account(
        member_id,
        row["version"],
        row["chain"],
        row["next_due"],
        row["ladder"],
        State.from_json(orjson.loads(row["state"])),
        None if lots is None else lots_of(orjson.loads(lots)),
        None if history is None else entries_of(orjson.loads(history)),
    )


def lots_of(rows: Iterable[Sequence[Any]]) -> Mapping[int, Lot]:
    """Lots by number, from the JSON arrays of `load.sql`."""
    found = {}
    for number, currency, source, earned, active_at, expires, *rest in rows:
        found[number] = Lot(
            number,
            currency,
            None if source is None else UUID(source),
            moment_of(earned),
            moment_of(active_at),
            None if expires is None else moment_of(expires),
            *rest,
        )
    return found


def entries_of(facts: Iterable[Iterable[Sequence[Any]]]) -> tuple[Entry, ...]:
    """The qualifying entries out of the facts of transactions."""
    return tuple(Entry(*entry) for entries in facts for entry in entries)


class Arrays:
    """The parameters of `ledger_post` for a set of changes, one list for each column."""

    def __init__(self, groups: Sequence[Changes]) -> None:
        """`groups` sorted by (bucket, member id): the order in which rows are locked."""
        self.groups: list[list[Any]] = [[] for _ in range(8)]
        self.transactions: list[list[Any]] = [[] for _ in range(11)]
        self.lots: list[list[Any]] = [[] for _ in range(15)]
        for number, changes in enumerate(groups, 1):
            self._add_account(changes)
            for transaction in changes.transactions:
                _append(self.transactions, (number, *transaction))
            for lot in changes.lots:
                self._add_lot(number, lot, lot.number in changes.new_lots)

    @property
    def columns(self) -> list[list[Any]]:
        return [*self.groups, *self.transactions, *self.lots]

    def _add_account(self, changes: Changes) -> None:
        account = changes.account
        row = (
            bucket_of(account.member_id),
            account.member_id,
            changes.before,
            account.version,
            account.chain,
            account.next_due,
            account.ladder,
            json_text(account.state.as_json()),
        )
        _append(self.groups, row)

    def _add_lot(self, group: int, lot: Lot, is_new: bool) -> None:
        row = (
            group,
            is_new,
            lot.number,
            lot.currency,
            lot.source,
            lot.earned_at,
            lot.active_at,
            lot.expires_at,
            lot.idle_days,
            lot.idle_months,
            lot.amount,
            lot.remaining,
            lot.held,
            lot.expired,
            lot.active,
        )
        _append(self.lots, row)


def in_lock_order(groups: Iterable[Changes]) -> list[Changes]:
    """Sorted as every transaction must lock: by bucket, then member."""
    return sorted(groups, key=lambda c: (bucket_of(c.account.member_id), c.account.member_id.bytes))


def _append(columns: list[list[Any]], row: Sequence[Any]) -> None:
    for column, value in zip(columns, row, strict=True):
        column.append(value)
