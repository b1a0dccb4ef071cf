"""Customer lifetime value from the books: counts by customer, a hold-out as a test, the outlook."""

from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from regulars.analytics.books import Books
from regulars.core.metrics.clv import bg_nbd
from regulars.core.metrics.clv.counts import Counts, Reals, Whole
from regulars.core.metrics.clv.fitting import NoFit
from regulars.core.metrics.clv.outlook import Models, Outlook, fit_models, look_ahead, total_error

_DAYS = 7.0
_GROUPS = 8  # 0, 1, … 6, 7 or more repeat purchases
_LEAST_WEEKS = 4
_LEAST_CUSTOMERS = 30


@dataclass(frozen=True, slots=True)
class HoldOut:
    """A model fitted up to a day, against what happened after it: repeat purchases of those customers.

    `weekly` has (week, expected, actual), both cumulated; `groups` (repeat purchases before, customers,
    mean expected, mean actual). `error_of_rate` is the mean absolute error of telling that everybody
    goes on at the own past rate.
    """

    until_day: int
    models: Models
    weeks: float
    customers: int
    expected: float
    expected_error: float
    actual: int
    weekly: tuple[tuple[int, float, int], ...]
    groups: tuple[tuple[int, int, float, float], ...]
    error: float
    error_of_rate: float

    @property
    def deviation(self) -> float:
        """Expected ÷ actual − 1."""
        return self.expected / self.actual - 1.0 if self.actual else 0.0


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The outlook of every customer (ids in `customers`) over `weeks`, the models and their test."""

    customers: pa.Array
    counts: Counts
    models: Models
    outlook: Outlook
    weeks: float
    hold_out: HoldOut | None


def purchase_days(books: Books) -> ibis.Table:
    """customer, day, amount_minor: what a customer bought on a day, before anything was given back."""
    bought = books.receipts.filter(_.customer.notnull(), ~_.returned)
    return bought.group_by("customer", "day").agg(amount_minor=_.amount_minor.sum())


def count_lifetimes(books: Books, days: ibis.Table, until_day: int) -> tuple[pa.Array, Counts]:
    """The customers in order of their ids, and their counts by weeks, as of a day (included)."""
    grouped = (
        days.filter(_.day <= until_day)
        .group_by("customer")
        .agg(
            purchases=_.count(),
            first=_.day.min(),
            last=_.day.max(),
            spent=_.amount_minor.sum(),
            at_first=_.amount_minor.argmin(_.day),
        )
        .order_by("customer")
    )
    table = books.engine.arrow(grouped)

    def column(name: str) -> Reals:
        return np.asarray(table[name].to_numpy(), dtype=np.float64)

    repeats = column("purchases") - 1.0
    value = (column("spent") - column("at_first")) / np.maximum(repeats, 1.0)
    counts = Counts(
        repeats.astype(np.int64),
        (column("last") - column("first")) / _DAYS,
        (until_day - column("first")) / _DAYS,
        np.where(repeats > 0, value, 0.0),
    )
    return table["customer"].combine_chunks(), counts


def foresee(
    books: Books, *, weeks: float = 52.0, margin: float = 1.0, discount: float = 0.1
) -> Lifetimes:
    """Models fitted to all of the books, tested on a hold-out where the books are long enough.

    Raises NoFit.
    """
    days = books.engine.keep(purchase_days(books))
    customers, counts = count_lifetimes(books, days, books.last_day)
    if len(customers) < _LEAST_CUSTOMERS:
        raise NoFit("too few customers")
    models = fit_models(counts)
    outlook = look_ahead(models, counts, weeks=weeks, margin=margin, discount=discount)
    return Lifetimes(customers, counts, models, outlook, weeks, _hold_out(books, days))


def hold_out(books: Books, until_day: int) -> HoldOut | None:
    """The test of a model fitted up to `until_day` on what follows; None where it cannot be fitted."""
    return _tested(books, books.engine.keep(purchase_days(books)), until_day)


def _hold_out(books: Books, days: ibis.Table) -> HoldOut | None:
    """The last third of the books, in whole weeks, held out."""
    weeks = (books.last_day - books.first_day) // 21
    if weeks < _LEAST_WEEKS:
        return None
    return _tested(books, days, books.last_day - weeks * 7)


def _tested(books: Books, days: ibis.Table, until_day: int) -> HoldOut | None:
    customers, counts = count_lifetimes(books, days, until_day)
    if len(customers) < _LEAST_CUSTOMERS:
        return None
    try:
        models = fit_models(counts)
    except NoFit:
        return None
    weeks = (books.last_day - until_day) / _DAYS
    expected = bg_nbd.expected_purchases(models.purchases, counts, weeks)
    actual, weekly = _afterwards(books, days, until_day, customers)
    so_far = counts.frequency / np.maximum(counts.age, 1.0 / _DAYS)
    return HoldOut(
        until_day,
        models,
        weeks,
        len(customers),
        float(expected.sum()),
        total_error(models, counts, weeks),
        int(actual.sum()),
        tuple(
            (
                week,
                float(bg_nbd.expected_purchases(models.purchases, counts, float(week)).sum()),
                seen,
            )
            for week, seen in weekly
        ),
        _by_frequency(counts.frequency, expected, actual),
        float(np.abs(expected - actual).mean()),
        float(np.abs(so_far * weeks - actual).mean()),
    )


def _afterwards(
    books: Books, days: ibis.Table, until_day: int, customers: pa.Array
) -> tuple[Whole, list[tuple[int, int]]]:
    """Purchases after a day by customer, and of them all by week, cumulated (at most 26 weeks shown)."""
    known = days.filter(_.day <= until_day).select("customer").distinct()
    later = books.engine.keep(days.filter(_.day > until_day).semi_join(known, "customer"))
    by_customer = books.engine.arrow(
        later.group_by("customer").agg(purchases=_.count()).order_by("customer")
    )
    actual = np.zeros(len(customers), dtype=np.int64)
    if by_customer.num_rows:
        names = np.asarray(customers.to_numpy(zero_copy_only=False))
        found = np.asarray(by_customer["customer"].to_numpy())
        place = {name: i for i, name in enumerate(names)}
        actual[[place[name] for name in found]] = by_customer["purchases"].to_numpy()
    by_day = books.engine.rows(later.group_by("day").agg(purchases=_.count()))
    whole = (books.last_day - until_day) // 7
    step = max(1, -(-whole // 26))
    weekly = [
        (week, sum(row["purchases"] for row in by_day if row["day"] <= until_day + week * 7))
        for week in range(step, whole + 1, step)
    ]
    return actual, weekly


def _by_frequency(
    frequency: Whole, expected: Reals, actual: Whole
) -> tuple[tuple[int, int, float, float], ...]:
    group = np.minimum(frequency, _GROUPS - 1)
    return tuple(
        (
            number,
            int((group == number).sum()),
            float(expected[group == number].mean()),
            float(actual[group == number].mean()),
        )
        for number in range(_GROUPS)
        if (group == number).any()
    )
