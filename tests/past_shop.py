"""Past receipts brought into a shop of a test, and what its books then say, whatever ids they got."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from receipt_files import rows_in
from till_shop import Shop

from regulars.contexts.members.types import IdentifierKind
from regulars.contexts.till.usecases.customers import (
    Customers,
    FirstReceipt,
    enrol_customers,
    find_customers,
)
from regulars.contexts.till.usecases.imports import PastReceipts, import_receipts
from regulars.core.calendar import moment_of
from regulars.core.receipts.tally import Tally
from regulars.kit.transactions import in_transaction

_STATE = """
SELECT i.value, a.state ->> 'w', a.state ->> 'v', a.state ->> 'c'
FROM members_identifier i JOIN ledger_account a USING (bucket, member_id) ORDER BY 1
"""
_LOTS = """
SELECT i.value, l.currency, l.earned_at, l.amount, l.remaining, l.expired
FROM members_identifier i JOIN ledger_lot l USING (bucket, member_id) ORDER BY 1, 2, 3, 4, 5
"""
_SALES = """
SELECT store, till, number, occurred_at, tier, gross_minor, paid_minor, returned::text
FROM till_sale ORDER BY 1, 2, 3
"""
_RETURNS = """
SELECT r.store, r.till, r.number, r.refund_minor, s.number, r.lines::text
FROM till_return r JOIN till_sale s ON s.id = r.sale_id ORDER BY 1, 2, 3
"""


def customers_of(shop: Shop, slips: Any, *, enrol: bool) -> Customers:
    """Whose the receipts are, as the command finds out."""
    first = {slip.customer: slip for slip in reversed(slips) if slip.customer}
    kind = IdentifierKind.EXTERNAL
    known = in_transaction(lambda: find_customers(list(first), kind, by=shop.by))
    told = [
        FirstReceipt(name, moment_of(slip.at), slip.store)
        for name, slip in first.items()
        if name not in known.holders
    ]
    if enrol and told:
        new = in_transaction(
            lambda: enrol_customers(told, kind, language="en", now=shop.now, by=shop.by)
        )
        known.holders.update(new.holders)
    return known


def bring(
    shop: Shop,
    file: Path,
    *columns: str,
    enrol: bool = True,
    dry_run: bool = False,
    advance: Callable[[int], None] = lambda rows: None,
    **options: Any,
) -> Tally:
    """Import a file as the command does; the till's clock is the shop's."""
    _, _, rows, slips = rows_in(file, *columns, **options)
    holders = customers_of(shop, slips, enrol=enrol).holders
    past = PastReceipts(rows, slips, holders, dry_run)
    return shop.run(import_receipts(shop.desk, past, advance=advance, by=shop.by))


def books_of(shop: Shop) -> list[Any]:
    """Balances, counters, lots, sales and returns, by the names that customers and receipts have."""
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        return [connection.execute(query).fetchall() for query in (_STATE, _LOTS, _SALES, _RETURNS)]


def outcome(tally: Tally) -> dict[int, str]:
    """Line of the file → the reason against it, for the rows that were not taken."""
    return {tally.rows.lines[row]: problem.code for row, problem in tally.rows.problems.items()}
