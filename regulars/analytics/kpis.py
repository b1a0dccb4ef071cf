"""The parts of the key figures, counted by period and by one side of the business, in a few passes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

import ibis
from ibis import _

from regulars.analytics.books import Books

Step = Literal["day", "week", "month"]
Side = Literal["", "store", "channel", "tier", "segment", "cohort"]
Cell = tuple[int, str]  # the period's number, the side's value ('' where all is one)

_SUMS = ("paid_minor", "refund_minor", "receipts", "units", "member_paid_minor",
         "member_refund_minor", "member_receipts", "discount_minor", "costed_receipts",
         "costed_minor", "cost_minor", "member_costed_minor", "member_cost_minor")  # fmt: skip
_EPOCH = date(1970, 1, 1)
_MOMENTS_AT_ONCE = 24


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
    unknown customers then have the side ''.
    """
    receipts = _with_side(books, asked, sides)
    counted: dict[Cell, dict[str, int]] = defaultdict(dict)
    for row in books.engine.rows(_turnover(receipts, asked)):
        cell = counted[row["period"], row.get("side", "")]
        cell.update({name: int(row[name] or 0) for name in _SUMS})
    visits = books.engine.keep(_visits(receipts, asked))
    for row in books.engine.rows(
        visits.group_by(*_keys(asked, "period")).agg(
            active=_.count(),
            repeating=(_.visits >= 2).cast("int64").sum(),
        )
    ):
        cell = counted[row["period"], row.get("side", "")]
        cell |= {"active": row["active"], "repeating": int(row["repeating"])}
    _count_new(books, visits, asked, counted)
    _count_lost(books, visits, asked, counted)
    return {
        cell: _finished(found, asked, discounts=books.members is not None)
        for cell, found in _cumulated(counted, asked).items()
        if asked.since <= cell[0] < asked.until
    }


def empty_parts(asked: Asked, *, discounts: bool) -> dict[str, int | None]:
    """The parts of a cell in which there was no receipt."""
    return _finished(dict.fromkeys(_SUMS, 0), asked, discounts=discounts)


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
    if not asked.side:
        return receipts
    assert sides is not None, "a side of the customer comes with its table"
    joined = receipts.left_join(sides, "customer")
    return joined.mutate(side=joined.side.fill_null(""))


def _turnover(receipts: ibis.Table, asked: Asked) -> ibis.Table:
    sold, known, costed = ~_.returned, _.customer.notnull(), _.cost_minor.notnull()
    return receipts.group_by(*_keys(asked, "period")).agg(
        paid_minor=_.amount_minor.sum(where=sold),
        refund_minor=-_.amount_minor.sum(where=_.returned),
        receipts=_.count(where=sold),
        units=_.quantity.sum(),
        member_paid_minor=_.amount_minor.sum(where=sold & known),
        member_refund_minor=-_.amount_minor.sum(where=_.returned & known),
        member_receipts=_.count(where=sold & known),
        discount_minor=_.discount_minor.sum(),
        costed_receipts=_.count(where=costed),
        costed_minor=_.amount_minor.sum(where=costed),
        cost_minor=_.cost_minor.sum(),
        member_costed_minor=_.amount_minor.sum(where=costed & known),
        member_cost_minor=_.cost_minor.sum(where=known),
    )


def _visits(receipts: ibis.Table, asked: Asked) -> ibis.Table:
    """One row a period, side and customer who bought in it."""
    bought = receipts.filter(_.customer.notnull(), ~_.returned)
    return bought.group_by(*_keys(asked, "period", "customer")).agg(
        visits=_.count(), last_day=_.day.max()
    )


def _count_new(
    books: Books, visits: ibis.Table, asked: Asked, counted: dict[Cell, dict[str, int]]
) -> None:
    first = visits.group_by(*_keys(asked, "customer")).agg(period=_.period.min())
    grouped = first.group_by(*_keys(asked, "period")).agg(new=_.count())
    for row in books.engine.rows(grouped):
        counted[row["period"], row.get("side", "")]["new"] = row["new"]


def _count_lost(
    books: Books, visits: ibis.Table, asked: Asked, counted: dict[Cell, dict[str, int]]
) -> None:
    """Customers at the start of each period, and those of them that were lost by its end.

    Whether a customer is there at a moment is told by the last purchase before it: one pass finds it
    for some dozen moments at once.
    """
    for first in range(asked.since, asked.until, _MOMENTS_AT_ONCE):
        numbers = range(first, min(first + _MOMENTS_AT_ONCE, asked.until))
        ends = {
            n: min(start_of(n + 1, asked.step), books.last_day + 1) for n in (first - 1, *numbers)
        }
        latest = visits.group_by(*_keys(asked, "customer")).agg(
            **{f"last_{place}": _.last_day.max(where=_.period <= n) for place, n in enumerate(ends)}
        )
        there = [
            latest[f"last_{place}"] >= end - asked.horizon_days
            for place, end in enumerate(ends.values())
        ]
        sums = {}
        for place, _n in enumerate(numbers):
            sums[f"present_{place}"] = latest.count(where=there[place])
            sums[f"lost_{place}"] = latest.count(where=there[place] & ~there[place + 1])
        keys = _keys(asked)
        told = latest.group_by(*keys).agg(**sums) if keys else latest.aggregate(**sums)
        for row in books.engine.rows(told):
            for place, n in enumerate(numbers):
                cell = counted[n, row.get("side", "")]
                cell["present"] = int(row[f"present_{place}"] or 0)  # none at all is null on Spark
                cell["lost"] = int(row[f"lost_{place}"] or 0)


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


def _finished(cell: dict[str, int], asked: Asked, *, discounts: bool) -> dict[str, int | None]:
    """What only some books know stays unknown elsewhere: discounts of a programme, margins."""
    parts: dict[str, int | None] = {
        name: cell.get(name, 0)
        for name in (*_SUMS, "members", "new", "active", "repeating", "lifetime_minor")
    }
    parts |= {name: cell.get(name, 0) for name in ("present", "lost")}
    if not discounts:
        parts["discount_minor"] = None
    for of in ("", "member_"):
        sales = cell[f"{of}paid_minor"] - cell[f"{of}refund_minor"]
        costed, cost = parts.pop(f"{of}costed_minor"), parts.pop(f"{of}cost_minor")
        if asked.margin is not None:
            costed, margin = sales, _share(sales, asked.margin)
        elif cell["costed_receipts"]:
            margin = (costed or 0) - (cost or 0)
        else:
            costed = margin = None
        parts |= {f"{of}costed_minor": costed, f"{of}margin_minor": margin}
    del parts["costed_receipts"]
    return parts


def _keys(asked: Asked, *names: str) -> tuple[str, ...]:
    """By what to group: the side only where one is asked for, as grouping by a constant costs too."""
    return ("side", *names) if asked.side else names


def _share(amount_minor: int, share: Fraction | None) -> int | None:
    return None if share is None else round(amount_minor * share)
