"""The books of many members in the caller's own statements: accounts out of rows, changes into parameters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from regulars.core.calendar import moment_of
from regulars.core.ledger.accounts import GENESIS, Account, State, bucket_of
from regulars.core.ledger.draft import Changes
from regulars.core.ledger.lots import Lot
from regulars.core.tiers import Entry
from regulars.kit.compact_json import compact

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

    def __init__(self, groups: Sequence[Changes], links: Sequence[int] = ()) -> None:
        """`groups` sorted by (bucket, member id): the order in which rows are locked.

        Groups with the same number in `links` (0, or none given: no link) are saved all or none.
        """
        accounts: list[tuple[Any, ...]] = []
        transactions: list[tuple[Any, ...]] = []
        lots: list[tuple[Any, ...]] = []
        for number, changes in enumerate(groups, 1):
            accounts.append((*_account_row(changes), links[number - 1] if links else 0))
            for transaction in changes.transactions:
                transactions.append((number, *transaction))
            for lot in changes.lots:
                lots.append((number, lot.number in changes.new_lots, *lot))
        self.columns = [*columns(accounts, 9), *columns(transactions, 11), *columns(lots, 15)]


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    """The rows turned on their side: `width` columns, empty ones where there are no rows."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _account_row(changes: Changes) -> tuple[Any, ...]:
    account = changes.account
    return (
        bucket_of(account.member_id),
        account.member_id,
        changes.before,
        account.version,
        account.chain,
        account.next_due,
        account.ladder,
        compact(account.state.as_json()),
    )


def in_lock_order(groups: Iterable[Changes]) -> list[Changes]:
    """Sorted as every transaction must lock: by bucket, then member."""
    return sorted(groups, key=lambda c: (bucket_of(c.account.member_id), c.account.member_id.bytes))
