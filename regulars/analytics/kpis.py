"""The parts of the key figures, counted by period and by one side of the business, in a few passes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

import ibis
from ibis import _

from regulars.analytics.books import Books

Step = Literal["day", "week", "month"]
Side = Literal["", "store", "channel", "tier", "segment", "cohort"]
Cell = tuple[int, str]  # the period's number, the side's value ('' where all is one)

_SUMS = ("paid_minor", "refund_minor", "receipts", "units", "member_paid_minor",
         "member_refund_minor", "member_receipts", "discount_minor")  # fmt: skip
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are wanted: periods `[since, until)` by number, one side, the horizon of churn.

    `margin` is the stated share of sales that is margin, None where nobody stated one.
    """

    step: Step
    since: int
    until: int
    side: Side = ""
    horizon_days: int = 90
    margin: Fraction | None = None


def count_parts(
    books: Books, asked: Asked, sides: ibis.Table | None = None
) -> dict[Cell, dict[str, int | None]]:
    """The parts of every figure by cell, points left out (see `points`).

    `sides` gives (customer, side) where the side is of the customer: segment, cohort. Receipts of
    unknown customers then have the side ''. Churn is counted where the horizon is at least as long
    as a period, else it is None.
    """
    receipts = _with_side(books, asked, sides)
    counted: dict[Cell, dict[str, int]] = defaultdict(dict)
    for row in books.engine.rows(_turnover(receipts)):
        counted[row["period"], row["side"]].update({name: int(row[name] or 0) for name in _SUMS})
    visits = books.engine.keep(_visits(receipts))
    for row in books.engine.rows(
        visits.group_by("period", "side").agg(
            active=_.count(),
            repeating=(_.visits >= 2).cast("int64").sum(),
            sales=_.sales_minor.sum(),
        )
    ):
        cell = counted[row["period"], row["side"]]
        cell |= {"active": row["active"], "repeating": int(row["repeating"])}
    _count_new(books, visits, counted)
    _count_lost(books, visits, asked, counted)
    return {
        cell: _finished(found, asked)
        for cell, found in _cumulated(counted, asked).items()
        if asked.since <= cell[0] < asked.until
    }


def periods_of(books: Books, step: Step) -> tuple[int, int]:
    """The numbers of the periods that the books touch, `[first, last + 1)`."""
    return number_of(books.first_day, step), number_of(books.last_day, step) + 1


def number_of(day: int, step: Step) -> int:
    """The number of the period in which a day (since 1970) is."""
    if step == "day":
        return day
    if step == "week":
        return (day + 3) // 7
    found = day_of(day)
    return (found.year - 1970) * 12 + found.month - 1


def start_of(number: int, step: Step) -> int:
    """The first day (since 1970) of a period."""
    if step == "day":
        return number
    if step == "week":
        return number * 7 - 3
    return (date(1970 + number // 12, number % 12 + 1, 1) - _EPOCH).days


def day_of(day: int) -> date:
    """A day by its number since 1970."""
    return _EPOCH + timedelta(days=day)


def label_of(number: int, step: Step) -> str:
    """What a period is called: `2026-10`, else its first day."""
    first = day_of(start_of(number, step))
    return f"{first:%Y-%m}" if step == "month" else f"{first:%Y-%m-%d}"


def _with_side(books: Books, asked: Asked, sides: ibis.Table | None) -> ibis.Table:
    receipts = books.receipts.mutate(period=books.receipts[asked.step])
    if asked.side in ("store", "channel", "tier"):
        return receipts.mutate(side=receipts[asked.side].fill_null(""))
    if sides is None or not asked.side:
        return receipts.mutate(side=ibis.literal(""))
    joined = receipts.left_join(sides, "customer")
    return joined.mutate(side=joined.side.fill_null(""))


def _turnover(receipts: ibis.Table) -> ibis.Table:
    sold, known = ~_.returned, _.customer.notnull()
    return receipts.group_by("period", "side").agg(
        paid_minor=_.amount_minor.sum(where=sold),
        refund_minor=-_.amount_minor.sum(where=_.returned),
        receipts=_.count(where=sold),
        units=_.quantity.sum(),
        member_paid_minor=_.amount_minor.sum(where=sold & known),
        member_refund_minor=-_.amount_minor.sum(where=_.returned & known),
        member_receipts=_.count(where=sold & known),
        discount_minor=_.discount_minor.sum(),
    )


def _visits(receipts: ibis.Table) -> ibis.Table:
    """One row a period, side and customer who bought in it."""
    bought = receipts.filter(_.customer.notnull(), ~_.returned)
    return bought.group_by("period", "side", "customer").agg(
        visits=_.count(), last_day=_.day.max(), sales_minor=_.amount_minor.sum()
    )


def _count_new(books: Books, visits: ibis.Table, counted: dict[Cell, dict[str, int]]) -> None:
    first = visits.group_by("side", "customer").agg(period=_.period.min())
    for row in books.engine.rows(first.group_by("period", "side").agg(new=_.count())):
        counted[row["period"], row["side"]]["new"] = row["new"]


def _count_lost(
    books: Books, visits: ibis.Table, asked: Asked, counted: dict[Cell, dict[str, int]]
) -> None:
    """Customers at the start of each period, and those of them that were lost by its end.

    Of each customer's periods only the last one before a moment tells whether the customer was there:
    a row counts for the moments between its period's end and the end of the next one with a purchase.
    """
    if not _spans(asked):
        return
    ends = {
        n: min(start_of(n + 1, asked.step), books.last_day + 1)
        for n in range(asked.since - 1, asked.until)
    }
    window = ibis.window(group_by=("side", "customer"), order_by="period")
    spans = visits.select(
        "side", "period", "last_day", next_period=visits.period.lead(1).over(window)
    )
    latest = asked.until + 10**6
    grouped = books.engine.rows(
        spans.mutate(until=_.next_period.fill_null(latest))
        .group_by("side", "period", "last_day", "until")
        .agg(customers=_.count())
    )
    for row in grouped:
        _spread(row, asked, ends, counted)


def _spread(
    row: Mapping[str, Any],
    asked: Asked,
    ends: Mapping[int, int],
    counted: dict[Cell, dict[str, int]],
) -> None:
    """Count customers of one last purchase in the periods at whose start or end it was their last."""
    reach = row["last_day"] + asked.horizon_days  # the first day without the customer, less one
    first = max(row["period"], asked.since - 1)
    for number in range(first, min(row["until"], asked.until)):
        cell = counted[number + 1, row["side"]]
        if number + 1 < asked.until and reach >= ends[number]:
            cell["present"] = cell.get("present", 0) + row["customers"]
        if number >= asked.since and reach < ends[number]:
            was_here = reach >= ends[number - 1] and row["period"] < number
            cell = counted[number, row["side"]]
            cell["lost"] = cell.get("lost", 0) + (row["customers"] if was_here else 0)
        if reach < ends[number]:
            return


def _cumulated(counted: Mapping[Cell, dict[str, int]], asked: Asked) -> dict[Cell, dict[str, int]]:
    """The cells of all periods and sides, with members and their sales to date."""
    sides = sorted({side for _, side in counted}) or [""]
    first = min([asked.since, *(number for number, _ in counted)])
    found = {}
    for side in sides:
        members = lifetime = 0
        for number in range(first, asked.until):
            cell = dict.fromkeys(_SUMS, 0) | counted.get((number, side), {})
            members += cell.get("new", 0)
            lifetime += cell["member_paid_minor"] - cell["member_refund_minor"]
            cell |= {"members": members, "lifetime_minor": lifetime}
            found[number, side] = cell
    return found


def _finished(cell: dict[str, int], asked: Asked) -> dict[str, int | None]:
    parts: dict[str, int | None] = {
        name: cell.get(name, 0)
        for name in (*_SUMS, "members", "new", "active", "repeating", "lifetime_minor")
    }
    for name in ("present", "lost"):
        parts[name] = cell.get(name, 0) if _spans(asked) else None
    sales = cell["paid_minor"] - cell["refund_minor"]
    member_sales = cell["member_paid_minor"] - cell["member_refund_minor"]
    parts["margin_minor"] = _share(sales, asked.margin)
    parts["member_margin_minor"] = _share(member_sales, asked.margin)
    return parts


def _spans(asked: Asked) -> bool:
    return asked.horizon_days >= {"day": 1, "week": 7, "month": 31}[asked.step]


def _share(amount_minor: int, share: Fraction | None) -> int | None:
    return None if share is None else round(amount_minor * share)
