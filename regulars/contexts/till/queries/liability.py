"""What the liability of points is reckoned from: vintages of the ledger and sales to members, by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.contexts.ledger.queries import read_vintages
from regulars.contexts.till.types import NOBODY
from regulars.core.calendar import Period, period_start
from regulars.core.economics.subledger import Sales
from regulars.core.economics.vintages import Closed, Flow, Late

_SALES = (Path(__file__).parents[1] / "sql" / "liability_sales.sql").read_text()
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PointsBooks:
    """Flows by currency, vintage and month; sales to members, in minor units, by month.

    `late` has what counts in a later month than its own: by currency, that month, and its own.
    """

    flows: Mapping[str, Mapping[int, Mapping[int, Flow]]]
    sales: Mapping[int, Sales]
    late: Mapping[tuple[str, int, int], Late]


def read_points_books(
    until: int, zone: ZoneInfo, closed: Sequence[Closed] = (), *, sales_since: int | None = None
) -> PointsBooks:
    """The books up to the end of the month `until`, to be called inside a transaction.

    What came too late for a month of `closed` counts in the first that was open; its sales count
    nowhere, as its points take the rate of their vintage. Sales are those of the months from
    `sales_since` (else from the first of the ledger). What members paid is what their goods cost on
    their own: discounts are in the price of everybody who has them, and what points paid for is not
    sold for money. Raises BooksUnlike.
    """
    books = read_vintages(zone, closed)
    months = [m for some in books.flows.values() for found in some.values() for m in found]
    first = min(months, default=until + 1) if sales_since is None else sales_since
    sales = read_member_sales(range(first, until + 1), zone, closed)
    return PointsBooks(books.flows, sales, books.came_late)


def read_points_snapshot(until: int, zone: ZoneInfo, closed: Sequence[Closed] = ()) -> PointsBooks:
    """`read_points_books` in one snapshot of its own; writes nothing, locks nothing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return read_points_books(until, zone, closed)


def read_member_sales(
    months: range, zone: ZoneInfo, closed: Sequence[Closed] = ()
) -> dict[int, Sales]:
    """What members paid less what they got back, by month; of a closed one what came before its close."""
    if not months:
        return {}
    ends = {close.month: close.until for close in closed}
    starts = [period_start(month, Period.MONTH, zone) for month in months]
    params = {
        "starts": starts,
        "since": starts[0],
        "until": period_start(months[-1] + 1, Period.MONTH, zone),
        "cutoffs": [ends.get(month, _NEVER) for month in months],
        "nobody": NOBODY.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SALES, params)
        paid = dict(cursor.fetchall())
    return {
        month: Sales(minor, minor) for i, month in enumerate(months, 1) if (minor := paid.get(i))
    }
