"""A whole analysis of some books: every part in turn, the result as plain values and one row a customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from regulars.analytics import affinity, churn, cohorts, kpis, lifetimes, rfm
from regulars.analytics.books import Books
from regulars.analytics.engine import Engine
from regulars.analytics.figures import Figures, count_figures, count_sides
from regulars.analytics.forecasts import tell_lifetime, tell_losses
from regulars.analytics.own_books import Worths
from regulars.core.metrics import analysis as told
from regulars.core.metrics.clv.fitting import NoFit
from regulars.core.metrics.rfm import SEGMENTS, Borders

Say = Callable[[str], None]
_SIDES_MAX = 200
_GOODS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to analyse. `margin` is the stated share of sales that is margin; None: nobody stated one."""

    step: kpis.Step = "month"
    sides: tuple[kpis.Side, ...] = ("store", "channel", "segment", "cohort")
    horizon_days: int = 90
    weeks: float = 52.0
    discount: float = 0.1
    margin: Fraction | None = None
    borders: Borders | None = None
    worths: Worths | None = None  # of own points: money-minor per currency-minor
    model: lifetimes.Choice = "best"  # of purchases


@dataclass(frozen=True, slots=True)
class Found:
    """The analysis, and one row a customer: scores, segment, outlook, risk, next offer."""

    analysis: told.Analysis
    customers: pa.Table


def analyse(
    books: Books, source: told.Source, wanted: Wanted, *, advance: Say = lambda part: None
) -> Found:
    """Everything that the books can tell; what they do not suffice for is left out and said in `gaps`.

    `advance` is told the name of each part as it begins.
    """
    gaps: dict[str, str] = {}
    advance("rfm")
    scored = books.engine.keep(rfm.score_customers(books, borders=wanted.borders))
    segments, moves, before = _segments(books, scored, wanted)
    advance("kpi")
    asked = Figures(
        step=wanted.step,
        horizon_days=wanted.horizon_days,
        margin=wanted.margin,
        worths=wanted.worths,
    )
    total, periods = count_figures(books, asked)
    sides = {
        side: count_sides(books, asked, side, _of_customers(books, side, scored))[:_SIDES_MAX]
        for side in wanted.sides
    }
    advance("cohorts")
    tables = [_cohorts(books, counting) for counting in ("documents", "purchases")]
    advance("basket")
    basket = affinity.count_basket(books)
    offers = books.engine.keep(affinity.next_offers(books, basket))
    pairs = affinity.best_pairs(books, basket, limit=_GOODS_SHOWN)
    if not pairs:
        gaps["basket"] = "analysis.gap_basket"
    advance("clv")
    outlook = _lifetimes(books, wanted, gaps)
    advance("churn")
    losses = churn.foresee_losses(books, horizon_days=wanted.horizon_days)
    if losses is None:
        gaps["churn"] = "analysis.gap_churn"
    analysis = told.Analysis(
        source=source,
        step=wanted.step,
        horizon_days=wanted.horizon_days,
        total=total,
        periods=periods,
        sides={side: rows for side, rows in sides.items() if len(rows) > 1},
        segments=segments,
        segments_before=before,
        moves=moves,
        cohorts=tables[0],
        cohorts_of_purchases=tables[1],
        affinities=tuple(_affinity(pair) for pair in pairs),
        offers=_offers(books, basket, offers),
        lifetime=None
        if outlook is None
        else tell_lifetime(outlook, margin=wanted.margin, discount=wanted.discount),
        losses=None if losses is None else tell_losses(losses),
        gaps=gaps,
    )
    return Found(analysis, _customers(books, scored, offers, outlook, losses))


def source_of_file(
    engine: Engine, rows: pa.Table, name: str, money: str, money_scale: int
) -> told.Source:
    """What a receipts file holds, row by row as it came: refused rows and all."""
    columns = ["customer", "amount_minor", "priced", "kind", "problem"]
    table = engine.table(rows.select(columns))
    sold = (_.kind == "sale") & _.customer.notnull() & _.priced
    (sums,) = engine.rows(
        table.aggregate(
            rows=_.count(),
            customers=_.customer.nunique(),
            amount_minor=_.amount_minor.sum(),
            sold_rows=_.count(where=sold),
            sold_customers=_.customer.nunique(where=sold),
            sold_minor=_.amount_minor.sum(where=sold),
        )
    )
    refused = table.filter(_.problem.notnull()).group_by("problem").agg(rows=_.count())
    reasons = engine.rows(refused.order_by(ibis.desc("rows"), "problem"))
    ends = pc.min_max(rows["at"]).as_py()
    sums = {key: value or 0 for key, value in sums.items()}
    return told.Source(
        name=name,
        rows=sums["rows"],
        customers=sums["customers"],
        amount_minor=int(sums["amount_minor"]),
        sold_rows=sums["sold_rows"],
        sold_customers=sums["sold_customers"],
        sold_minor=int(sums["sold_minor"]),
        refused={row["problem"]: row["rows"] for row in reasons},
        since=f"{ends['min']:%Y-%m-%d}" if ends["min"] else "",
        until=f"{ends['max']:%Y-%m-%d}" if ends["max"] else "",
        money=money,
        money_scale=money_scale,
    )


def source_of_books(books: Books, name: str, money: str, money_scale: int) -> told.Source:
    """What our own books hold: receipts in place of rows."""
    known = _.customer.notnull()
    (sums,) = books.engine.rows(
        books.receipts.aggregate(
            rows=_.count(),
            customers=_.customer.nunique(),
            amount_minor=_.amount_minor.sum(),
            sold_rows=_.count(where=known & ~_.returned),
            sold_customers=_.customer.nunique(where=known & ~_.returned),
            sold_minor=_.amount_minor.sum(where=known & ~_.returned),
        )
    )
    counted = {key: int(value or 0) for key, value in sums.items()}
    return told.Source(
        name=name,
        rows=counted["rows"],
        customers=counted["customers"],
        amount_minor=counted["amount_minor"],
        sold_rows=counted["sold_rows"],
        sold_customers=counted["sold_customers"],
        sold_minor=counted["sold_minor"],
        refused={},
        since=f"{kpis.day_of(books.first_day)}",
        until=f"{kpis.day_of(books.last_day)}",
        money=money,
        money_scale=money_scale,
    )


def _of_customers(books: Books, side: kpis.Side, scored: ibis.Table) -> ibis.Table | None:
    if side == "segment":
        return scored.select("customer", side="segment")
    return cohorts.cohort_sides(books) if side == "cohort" else None


def _segments(
    books: Books, scored: ibis.Table, wanted: Wanted
) -> tuple[tuple[told.Segment, ...], tuple[told.Move, ...], str]:
    day = books.last_day - wanted.horizon_days
    counts = {str(row["segment"]): row for row in rfm.count_segments(books, scored)}
    moves: tuple[told.Move, ...] = ()
    before: dict[str, int] = {}
    if day > books.first_day:
        earlier = rfm.score_customers(books, as_of_day=day, borders=wanted.borders)
        found = rfm.count_moves(books, earlier, scored)
        moves = tuple(
            told.Move(str(row["was"]), str(row["segment"]), int(row["customers"])) for row in found
        )
        for move in moves:
            before[move.was] = before.get(move.was, 0) + move.customers
    rows = []
    for code in SEGMENTS:
        row: Mapping[str, Any] = counts.get(code, {})
        customers = int(row.get("customers", 0))
        rows.append(
            told.Segment(
                code,
                customers,
                int(row.get("frequency", 0)),
                int(row.get("monetary_minor", 0)),
                row.get("recency_days", 0) / customers if customers else 0.0,
                before.get(code, 0),
            )
        )
    return tuple(rows), moves, f"{kpis.day_of(day)}" if moves else ""


def _cohorts(books: Books, counting: Any) -> tuple[told.Cohort, ...]:
    cells = cohorts.count_cohorts(books, counting)
    last = kpis.number_of(books.last_day, "month")
    found: dict[int, tuple[list[int], list[int]]] = {}
    for cell in cells:
        ages = last - cell.cohort + 1
        customers, sales = found.setdefault(cell.cohort, ([0] * ages, [0] * ages))
        customers[cell.age], sales[cell.age] = cell.customers, cell.sales_minor
    return tuple(
        told.Cohort(kpis.label_of(number, "month"), tuple(customers), tuple(sales))
        for number, (customers, sales) in sorted(found.items())
    )


def _affinity(pair: affinity.Pair) -> told.Affinity:
    return told.Affinity(
        pair.first,
        pair.second,
        pair.first_name,
        pair.second_name,
        pair.both,
        pair.support,
        pair.confidence,
        pair.lift,
    )


def _offers(books: Books, basket: affinity.Basket, offers: ibis.Table) -> tuple[told.Offer, ...]:
    by_goods = offers.group_by("sku").agg(customers=_.count(), expected=_.value_minor.sum())
    named = by_goods.join(basket.goods.select("sku", "name"), "sku")
    best = named.order_by(ibis.desc("customers"), "sku").limit(_GOODS_SHOWN)
    return tuple(
        told.Offer(row["sku"], row["name"] or "", row["customers"], int(row["expected"]))
        for row in books.engine.rows(best)
    )


def _lifetimes(books: Books, wanted: Wanted, gaps: dict[str, str]) -> lifetimes.Lifetimes | None:
    margin = 1.0 if wanted.margin is None else float(wanted.margin)
    try:
        return lifetimes.foresee(
            books,
            weeks=wanted.weeks,
            margin=margin,
            discount=wanted.discount,
            model=wanted.model,
        )
    except NoFit:
        gaps["clv"] = "analysis.gap_clv"
        return None


def _customers(
    books: Books,
    scored: ibis.Table,
    offers: ibis.Table,
    outlook: lifetimes.Lifetimes | None,
    losses: churn.Churn | None,
) -> pa.Table:
    offered = offers.select("customer", next_offer="sku")
    joined = scored.left_join(offered, "customer").drop("customer_right")
    table = books.engine.arrow(joined.order_by("customer"))
    if outlook is not None:
        look = outlook.outlook
        more = {
            "alive": look.alive,
            "purchases": look.purchases,
            "purchases_low": look.purchases_low,
            "purchases_high": look.purchases_high,
            "value_minor": np.rint(look.value).astype(np.int64),
            "value_low_minor": np.rint(look.value_low).astype(np.int64),
            "value_high_minor": np.rint(look.value_high).astype(np.int64),
        }
        beside = pa.table({"customer": outlook.customers, **more})
        table = table.join(beside, "customer", join_type="left outer")
    if losses is not None:
        beside = pa.table({"customer": losses.customers, "churn_risk": losses.risk})
        table = table.join(beside, "customer", join_type="left outer")
    return table.sort_by("customer")
