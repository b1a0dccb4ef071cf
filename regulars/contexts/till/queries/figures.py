"""What the front page tells: the points of a period, each store's receipts in it, and the latest one."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from regulars.contexts.till.models import Sale
from regulars.core.ledger.accounts import (
    ADJUSTED,
    EXPIRED,
    ISSUED,
    MEMBER_ACCOUNTS,
    REDEEMED,
    TRANSFERRED,
)
from regulars.core.metrics.kpi import Flow
from regulars.core.rewards.gift_card import CARD_CURRENCY

_STORES = """
SELECT s.code, s.title, coalesce(r.receipts, 0), coalesce(r.paid_minor, 0),
       l.number, l.occurred_at, l.paid_minor
FROM till_store s
LEFT JOIN (
    SELECT store, count(*) AS receipts, sum(paid_minor)::bigint AS paid_minor,
           max(occurred_at) AS last_at
    FROM till_sale WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    GROUP BY store
) AS r ON r.store = s.code
LEFT JOIN LATERAL (
    SELECT number, occurred_at, paid_minor
    FROM till_sale WHERE occurred_at = r.last_at AND store = s.code
    ORDER BY id DESC LIMIT 1
) AS l ON true
WHERE s.active
ORDER BY coalesce(r.receipts, 0) DESC, s.code
LIMIT %(limit)s
"""

# What the accounts hold are the sums that the transactions prove: nothing older need be read.
_OUTSTANDING = """
SELECT w.key, sum((w.value ->> 0)::bigint + (w.value ->> 1)::bigint + (w.value ->> 2)::bigint)::bigint
FROM ledger_account a, json_each(a.state -> 'w') AS w
GROUP BY w.key
"""
_MOVED = """
SELECT p ->> 0, p ->> 1, sum((p ->> 2)::bigint)::bigint
FROM ledger_transaction t, json_array_elements(t.postings) AS p
WHERE t.occurred_at >= %(since)s AND t.occurred_at < %(until)s
GROUP BY 1, 2
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


def get_flows(
    since: datetime, until: datetime, *, stored: Collection[str] = ()
) -> Mapping[str, Flow]:
    """What each currency did in `[since, until)`, with what is outstanding now, by code.

    Gift cards and the currencies `stored` are money that customers paid in: they are left out.
    The same figures as those of `kpi.list_period_facts` where nothing was posted after `until`, but
    read without going through the whole ledger.
    """
    moved: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OUTSTANDING)
        outstanding: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_MOVED, {"since": since, "until": until})
        for code, account, amount in cursor.fetchall():
            moved.setdefault(code, {})[account] = amount
    return {
        code: _flow(outstanding.get(code, 0), moved.get(code, {}))
        for code in sorted((outstanding.keys() | moved.keys()) - {CARD_CURRENCY, *stored})
    }


def _flow(outstanding: int, moved: Mapping[str, int]) -> Flow:
    return Flow(
        opening=outstanding - sum(moved.get(account, 0) for account in MEMBER_ACCOUNTS),
        issued=-moved.get(ISSUED, 0),
        spent=moved.get(REDEEMED, 0),
        expired=moved.get(EXPIRED, 0),
        adjusted=-moved.get(ADJUSTED, 0),
        transferred=-moved.get(TRANSFERRED, 0),
        outstanding=outstanding,
    )


def last_received_at() -> datetime | None:
    """When the latest receipt came in; None before there is any."""
    return Sale.objects.aggregate(last=Max("received_at"))["last"]
