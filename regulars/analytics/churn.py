"""The risk that a customer is lost: learnt from earlier moments of the same books, tested on a later one.

At a moment, customers with a purchase within the horizon before it are there; those of them without any
purchase within the horizon after it are lost. The hazard is fitted at two moments two and three horizons
before the end, judged one horizon before the end, and told for the end.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from ibis import _

from regulars.analytics.books import Books
from regulars.core.metrics.hazard import (
    Flags,
    Hazard,
    Quality,
    Reals,
    fit_hazard,
    judge,
    risk_of_loss,
)

FEATURES = ("recency", "purchases", "tenure", "mean_receipt", "pace")
_LEAST = 100


@dataclass(frozen=True, slots=True)
class Churn:
    """The risk of every customer who is there (ids in `customers`), the hazard, and its quality."""

    customers: pa.Array
    risk: Reals
    hazard: Hazard
    quality: Quality
    horizon_days: int
    fitted_on: int
    judged_on: int


def foresee_losses(books: Books, *, horizon_days: int = 90) -> Churn | None:
    """Who is likely to be lost within the horizon; None where the books are too short or too few."""
    end = books.last_day
    if end - books.first_day < 3 * horizon_days + 7:
        horizon_days = (end - books.first_day - 7) // 4
    if horizon_days < 7:
        return None
    learnt = [
        _moment(books, end - back * horizon_days, horizon_days)
        for back in (3, 2)
        if end - back * horizon_days > books.first_day
    ]
    features = np.vstack([each[1] for each in learnt])
    lost = np.concatenate([each[2] for each in learnt])
    _unused, later, later_lost = _moment(books, end - horizon_days, horizon_days)
    if len(lost) < _LEAST or len(later_lost) < _LEAST or lost.all() or not lost.any():
        return None
    hazard = fit_hazard(features, lost)
    quality = judge(risk_of_loss(hazard, later), later_lost)
    customers, now, _lost = _moment(books, end, horizon_days)
    risk = risk_of_loss(hazard, now)
    return Churn(customers, risk, hazard, quality, horizon_days, len(lost), len(later_lost))


def _moment(books: Books, day: int, horizon: int) -> tuple[pa.Array, Reals, Flags]:
    """Customers who are there at the end of a day, what was known of them, and who was lost then."""
    bought = books.receipts.filter(_.customer.notnull(), ~_.returned)
    before = (
        bought.filter(_.day <= day)
        .group_by("customer")
        .agg(
            purchases=_.count(),
            first=_.day.min(),
            last=_.day.max(),
            spent=_.amount_minor.sum(),
        )
        .filter(_.last > day - horizon)
    )
    after = bought.filter(_.day > day, _.day <= day + horizon)
    after = after.group_by("customer").agg(again=_.count())
    joined = before.left_join(after, "customer").order_by("customer")
    table = books.engine.arrow(
        joined.select("customer", "purchases", "first", "last", "spent", "again")
    )

    def column(name: str) -> Reals:
        return np.asarray(table[name].fill_null(0).to_numpy(), dtype=np.float64)

    purchases, since = column("purchases"), day - column("first")
    recency = day - column("last")
    gap = np.where(purchases > 1, (since - recency) / np.maximum(purchases - 1.0, 1.0), horizon)
    features = np.column_stack(
        [
            np.log1p(recency),
            np.log(purchases),
            np.log1p(since),
            np.log1p(np.maximum(column("spent"), 0.0) / purchases),
            np.log((recency + 1.0) / (gap + 1.0)),
        ]
    )
    return table["customer"].combine_chunks(), features, column("again") == 0
