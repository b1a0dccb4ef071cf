"""The tables that analytics read, whatever they come from: receipts, lines, members, movements of points.

Times are whole numbers (micros, days and months since 1970, weeks since Monday 29 December 1969), so that
every engine cuts them alike; amounts are minor units.
"""

from dataclasses import dataclass

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from regulars.analytics.engine import Engine

PERIODS = ("day", "week", "month")
LINES = ("receipt", "customer", "at", *PERIODS, "store", "channel", "sku", "name", "category",
         "quantity", "amount_minor", "returned")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Books:
    """`receipts`: one row a sale or a return; `lines`: one a line; the rest only of our own books.

    `postings` are those of the ledger, `flows` their sums by period, currency and account.
    `customers`: one row a customer with `first_at`, `first_day`, `first_month` of the first receipt.
    """

    engine: Engine
    lines: ibis.Table
    receipts: ibis.Table
    first_day: int
    last_day: int
    flows: ibis.Table | None = None
    members: ibis.Table | None = None
    postings: ibis.Table | None = None


def books_of_file(engine: Engine, rows: pa.Table) -> Books:
    """The books of a file read as `integrations.receipts.canonical` does; refused rows are left out."""
    taken = rows.filter(pc.not_equal(rows["kind"], "refused"))
    lines = engine.table(_with_calendar(taken))
    receipts = engine.keep(
        lines.group_by("receipt", "returned").agg(
            customer=_.customer.max(),
            at=_.at.min(),
            day=_.day.min(),
            week=_.week.min(),
            month=_.month.min(),
            store=_.store.min(),
            channel=_.channel.min(),
            quantity=_.quantity.sum(),
            amount_minor=_.amount_minor.sum(),
        )
    )
    receipts = receipts.mutate(
        tier=ibis.literal(""),
        discount_minor=ibis.literal(0),
        points_minor=ibis.literal(0),
        cost_minor=ibis.null("int64"),
    )
    return books_of(engine, lines, receipts)


def books_of(
    engine: Engine,
    lines: ibis.Table,
    receipts: ibis.Table,
    flows: ibis.Table | None = None,
    members: ibis.Table | None = None,
    postings: ibis.Table | None = None,
) -> Books:
    """Books over tables that are there already."""
    (ends,) = engine.rows(receipts.aggregate(first=_.day.min(), last=_.day.max()))
    first, last = ends["first"] or 0, ends["last"] or 0
    return Books(engine, lines, receipts, first, last, flows, members, postings)


def calendar_of(at: pa.ChunkedArray | pa.Array) -> dict[str, pa.Array]:
    """`at`, `day`, `week` and `month` of wall clocks."""
    micros = at.cast(pa.int64())
    day = pc.floor(pc.divide(micros.cast(pa.float64()), 86_400_000_000.0)).cast(pa.int64())
    week = pc.floor(pc.divide(pc.add(day, 3).cast(pa.float64()), 7.0)).cast(pa.int64())
    year = pc.cast(pc.year(at), pa.int64())
    month = pc.add(pc.multiply(pc.subtract(year, 1970), 12), pc.subtract(pc.month(at), 1))
    return {"at": micros, "day": day, "week": week, "month": month}


def _with_calendar(rows: pa.Table) -> pa.Table:
    columns = {name: rows[name] for name in LINES if name in rows.column_names}
    columns |= calendar_of(rows["at"])
    columns["returned"] = pc.equal(rows["kind"], "return")
    return pa.table({name: columns[name] for name in LINES})
