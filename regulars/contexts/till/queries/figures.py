"""What the front page tells of the tills: each store's receipts of a period, and its latest one."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from regulars.contexts.till.models import Sale

_STORES = """
SELECT s.code, s.title, coalesce(r.receipts, 0), coalesce(r.paid_minor, 0),
       l.number, l.occurred_at, l.paid_minor
FROM till_store s
LEFT JOIN (
    SELECT store, count(*) AS receipts, sum(paid_minor)::bigint AS paid_minor
    FROM till_sale WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    GROUP BY store
) AS r ON r.store = s.code
LEFT JOIN (
    SELECT DISTINCT ON (store) store, number, occurred_at, paid_minor
    FROM till_sale WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    ORDER BY store, occurred_at DESC, id DESC
) AS l ON l.store = s.code
WHERE s.active
ORDER BY coalesce(r.receipts, 0) DESC, s.code
LIMIT %(limit)s
"""


class LastReceipt(NamedTuple):
    """The latest receipt of a store; money in minor units."""

    number: str
    occurred_at: datetime
    paid_minor: int


class StoreFigures(NamedTuple):
    """One store over a period; `last` is None where nothing was sold in it."""

    code: str
    title: str
    receipts: int
    paid_minor: int
    last: LastReceipt | None


def list_store_figures(
    since: datetime, until: datetime, *, limit: int = 20
) -> tuple[StoreFigures, ...]:
    """The stores in business, those with the most receipts in `[since, until)` first."""
    with connection.cursor() as cursor:
        cursor.execute(_STORES, {"since": since, "until": until, "limit": limit})
        return tuple(
            StoreFigures(
                code,
                title,
                receipts,
                paid,
                None if number is None else LastReceipt(number, at, last),
            )
            for code, title, receipts, paid, number, at, last in cursor.fetchall()
        )


def last_received_at() -> datetime | None:
    """When the latest receipt came in; None before there is any."""
    return Sale.objects.aggregate(last=Max("received_at"))["last"]
