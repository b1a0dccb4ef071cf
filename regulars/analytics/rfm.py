"""Recency, frequency and money of every customer, their scores and segments, and who moved where."""

import ibis
from ibis import _

from regulars.analytics.books import Books
from regulars.core.metrics.rfm import SCORES, Borders, segment_table


def score_customers(
    books: Books, *, as_of_day: int | None = None, borders: Borders | None = None
) -> ibis.Table:
    """customer, recency_days, frequency, monetary_minor, r, f, m, segment: of those who bought by a day.

    `as_of_day` (since 1970; the last of the books) counts itself. Frequency is the number of receipts,
    money is net of what was given back. Scores are by quantiles, or by fixed `borders`.
    """
    day = books.last_day if as_of_day is None else as_of_day
    known = books.receipts.filter(_.customer.notnull(), _.day <= day)
    values = known.group_by("customer").agg(
        last_day=_.day.max(where=~_.returned),
        frequency=_.count(where=~_.returned),
        monetary_minor=_.amount_minor.sum(),
    )
    values = values.filter(_.frequency > 0).select(
        "customer", "frequency", "monetary_minor", recency_days=day - _.last_day
    )
    scored = _by_quantiles(values) if borders is None else _by_borders(values, borders)
    return scored.mutate(segment=_segment(scored))


def count_segments(books: Books, scored: ibis.Table) -> list[dict[str, int | str]]:
    """Customers, their receipts and money by segment."""
    return books.engine.rows(
        scored.group_by("segment")
        .agg(
            customers=_.count(),
            frequency=_.frequency.sum(),
            monetary_minor=_.monetary_minor.sum(),
            recency_days=_.recency_days.sum(),
        )
        .order_by("segment")
    )


def count_moves(books: Books, before: ibis.Table, after: ibis.Table) -> list[dict[str, int | str]]:
    """Customers by segment before and after; '' before for those who came meanwhile."""
    earlier = before.select("customer", was=before.segment)
    joined = after.select("customer", "segment").left_join(earlier, "customer")
    moves = joined.mutate(was=joined.was.fill_null(""))
    return books.engine.rows(
        moves.group_by("was", "segment").agg(customers=_.count()).order_by("was", "segment")
    )


def _by_quantiles(values: ibis.Table) -> ibis.Table:
    def score(*order: ibis.Value) -> ibis.Value:
        place = ibis.rank().over(
            ibis.window(order_by=order)
        )  # from 0, equals share the first place
        return (place * SCORES // count).cast("int64") + 1

    count = values.count().as_scalar()
    return values.mutate(
        r=score(ibis.desc(values.recency_days)),
        f=score(values.frequency),
        m=score(values.monetary_minor),
    )


def _by_borders(values: ibis.Table, borders: Borders) -> ibis.Table:
    def reached(column: ibis.Value, marks: tuple[int, ...]) -> ibis.Value:
        found = ibis.literal(1)
        for mark in marks:
            found = found + (column >= mark).cast("int64")
        return found

    late = ibis.literal(SCORES)
    for mark in borders.recency_days:
        late = late - (values.recency_days > mark).cast("int64")
    return values.mutate(
        r=late,
        f=reached(values.frequency, borders.frequency),
        m=reached(values.monetary_minor, borders.monetary_minor),
    )


def _segment(scored: ibis.Table) -> ibis.Value:
    key = scored.r * 100 + scored.f + scored.m
    named = [(r * 100 + both, name) for (r, both), name in segment_table().items()]
    return key.cases(*named, else_="")
