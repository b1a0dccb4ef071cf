"""The key figures of some books as rows: by period, by one side of the business, by both, of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import ibis
from ibis import _

from regulars.analytics import kpis
from regulars.analytics.books import Books
from regulars.analytics.own_books import Worths, complete
from regulars.core.metrics import analysis as told
from regulars.core.metrics.definitions import figures_of

_AT_END = ("members", "lifetime_minor", "outstanding_minor")
# A period without a receipt that says its costs adds nothing to the sales whose costs are known.
_OF_COSTS = {"costed_minor", "margin_minor", "member_costed_minor", "member_margin_minor"}


@dataclass(frozen=True, slots=True)
class Figures:
    """How to count: periods, the horizon of churn, a stated share of margin, the worth of own points.

    Only periods `[since, until)` by number; None: from the first of the books, to the last.
    """

    step: kpis.Step = "month"
    horizon_days: int = 90
    margin: Fraction | None = None
    worths: Worths | None = None
    since: int | None = None
    until: int | None = None

    def asked(self, books: Books, side: kpis.Side = "") -> kpis.Asked:
        """The same with the books' own ends."""
        first, last = kpis.periods_of(books, self.step)
        since = first if self.since is None else max(first, self.since)
        until = last if self.until is None else min(last, self.until)
        return kpis.Asked(self.step, since, max(since, until), side, self.horizon_days, self.margin)


def count_figures(books: Books, figures: Figures) -> tuple[told.Row, tuple[told.Row, ...]]:
    """The whole of the periods, and each of them."""
    asked = figures.asked(books)
    counted = complete(books, asked, figures.worths, kpis.count_parts(books, asked))
    rows = tuple(_row(kpis.label_of(n, asked.step), side, p) for (n, side), p in counted.items())
    return _whole(books, asked, rows), rows


def count_sides(
    books: Books, figures: Figures, side: kpis.Side, customers: ibis.Table | None = None
) -> tuple[told.Row, ...]:
    """All of the periods as one, by one side. `customers` has (customer, side) for those of customers.

    Churn needs periods one after the other, and is not told.
    """
    asked = figures.asked(books, side)
    whole, month = _as_one_month(books, asked)
    at_once = replace(asked, step="month", since=month, until=month + 1)
    parts = kpis.count_parts(whole, at_once, customers)
    counted = complete(whole, at_once, figures.worths, parts, customers)
    return tuple(
        _row("", value, dict(cell) | {"present": None, "lost": None})
        for (_number, value), cell in sorted(counted.items())
    )


def count_both(
    books: Books, figures: Figures, side: kpis.Side, customers: ibis.Table | None = None
) -> tuple[told.Row, ...]:
    """Each period by one side."""
    asked = figures.asked(books, side)
    parts = kpis.count_parts(books, asked, customers)
    counted = complete(books, asked, figures.worths, parts, customers)
    return tuple(
        _row(kpis.label_of(number, asked.step), value, cell)
        for (number, value), cell in sorted(counted.items())
    )


def _whole(books: Books, asked: kpis.Asked, rows: tuple[told.Row, ...]) -> told.Row:
    """All periods as one: sums add up, customers are counted anew."""
    known = _within(books.receipts, asked).filter(_.customer.notnull(), ~_.returned)
    visits = known.group_by("customer").agg(visits=_.count())
    (crowd,) = books.engine.rows(
        visits.aggregate(active=_.count(), repeating=(_.visits >= 2).cast("int64").sum())
    )
    parts: dict[str, int | None] = {}
    for name in rows[-1].parts if rows else ():
        values = [row.parts[name] for row in rows]
        known_values = [value for value in values if value is not None]
        is_whole = len(known_values) == len(values) or name in _OF_COSTS
        parts[name] = sum(known_values) if known_values and is_whole else None
    last = rows[-1].parts if rows else {}
    parts |= {"active": crowd["active"], "repeating": int(crowd["repeating"] or 0)}
    parts |= {name: last.get(name) for name in _AT_END}
    parts |= {"present": None, "lost": None}
    return _row("", "", parts)


def _within(table: ibis.Table, asked: kpis.Asked) -> ibis.Table:
    period = table[asked.step]
    return table.filter(period >= asked.since, period < asked.until)


def _as_one_month(books: Books, asked: kpis.Asked) -> tuple[Books, int]:
    """The books as if everything asked for were of one month, its number; earlier points one before it.

    What came before counts for nothing but what is outstanding.
    """
    month = kpis.periods_of(books, "month")[1] - 1
    postings = books.postings
    if postings is not None:
        period = postings[asked.step]
        moved = postings.filter(period < asked.until)
        before = moved[asked.step] < asked.since
        postings = moved.mutate(month=ibis.ifelse(before, month - 1, month).cast("int64"))
    receipts = _within(books.receipts, asked).mutate(month=ibis.literal(month, "int64"))
    return replace(books, receipts=receipts, postings=postings), month


def _row(label: str, side: str, parts: Mapping[str, int | None]) -> told.Row:
    return told.Row(label, side, parts, figures_of(parts))
