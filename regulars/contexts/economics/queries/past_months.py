"""The whole months that our books know, as the base of a plan is made of them."""

from datetime import datetime, timedelta

from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import first_sale_at, list_period_facts
from regulars.contexts.till.queries.presence import list_presence
from regulars.core.calendar import Period, period_number, period_start
from regulars.core.economics.base import PastMonth

HORIZON = timedelta(days=90)
_MONTHS_MAX = 24


def list_past_months(*, now: datetime) -> list[PastMonth]:
    """The last whole months before `now`, at most two years; none before there are receipts.

    The month of the first receipt is left out: nobody knows whether it is whole. Raises
    NoProgrammeInForce.
    """
    programme = compiled_at(now)
    first, zone = first_sale_at(), programme.zone
    if first is None:
        return []
    current = period_number(now, Period.MONTH, zone)
    since = max(period_number(first, Period.MONTH, zone) + 1, current - _MONTHS_MAX)
    if since >= current:
        return []
    edges = [period_start(number, Period.MONTH, zone) for number in range(since, current + 1)]
    facts = list_period_facts(edges[:-1], edges[-1], points=False)
    scale = 10**programme.money_scale
    return [
        PastMonth(
            label=f"{start.astimezone(zone):%Y-%m}",
            sales=fact.everybody.sales_minor / scale,
            member_sales=fact.of_members.sales_minor / scale,
            receipts=fact.of_members.receipts,
            new=who.new,
            present=who.present,
            lost=who.lost if start >= first + HORIZON else None,
        )
        for start, fact, who in zip(edges[:-1], facts, list_presence(edges, HORIZON), strict=True)
    ]
