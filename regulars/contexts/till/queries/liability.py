"""What the liability of points is reckoned from: vintages of the ledger and sales to members, by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.contexts.ledger.queries import read_vintages
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.calendar import Period, period_start
from regulars.core.economics.subledger import Sales
from regulars.core.economics.vintages import Flow


@dataclass(frozen=True, slots=True)
class PointsBooks:
    """Flows by currency, vintage and month; sales to members, in minor units, by month."""

    flows: Mapping[str, Mapping[int, Mapping[int, Flow]]]
    sales: Mapping[int, Sales]


def read_points_books(until: int, zone: ZoneInfo) -> PointsBooks:
    """The books up to the end of the month `until`, in one snapshot; writes nothing, locks nothing.

    What members paid is what their goods cost on their own: discounts are in the price of everybody
    who has them, and what points paid for is not sold for money. Raises BooksUnlike.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        flows = read_vintages(zone).flows
        months = [m for some in flows.values() for found in some.values() for m in found]
        first = min(months, default=until + 1)
        sales = _sales(range(first, until + 1), zone)
    return PointsBooks(flows, sales)


def _sales(months: range, zone: ZoneInfo) -> dict[int, Sales]:
    if not months:
        return {}
    starts = [period_start(month, Period.MONTH, zone) for month in months]
    until = period_start(months[-1] + 1, Period.MONTH, zone)
    facts = list_period_facts(starts, until, points=False)
    paid = [one.of_members.sales_minor for one in facts]
    return {month: Sales(minor, minor) for month, minor in zip(months, paid, strict=True)}
