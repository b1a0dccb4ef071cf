"""Customer lifetime value from the books: counts by customer, a hold-out as a test, the outlook."""

from dataclasses import dataclass
from typing import Literal

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from regulars.analytics.books import Books
from regulars.core.metrics.clv.counts import Counts, Reals, Whole
from regulars.core.metrics.clv.fitting import NoFit
from regulars.core.metrics.clv.outlook import Models, Outlook, fit_models, look_ahead, total_error
from regulars.core.metrics.clv.purchasing import MODELS, Kind

_DAYS = 7.0
_GROUPS = 8  # 0, 1, … 6, 7 or more repeat purchases
_LEAST_WEEKS = 4
_LEAST_CUSTOMERS = 30

Choice = Literal["best", "bg-nbd", "pareto-nbd"]


@dataclass(frozen=True, slots=True)
class HoldOut:
    """A model fitted up to a day, against what happened after it: repeat purchases of those customers.

    `weekly` has (week, expected, actual), both cumulated; `groups` (repeat purchases before, customers,
    mean expected, mean actual). `error` is the mean absolute error of one customer, `error_of_rate` that
    of telling that everybody goes on at the own past rate; `square_error` the root of the mean square.
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
    square_error: float

    @property
    def deviation(self) -> float:
        """Expected ÷ actual − 1."""
        return self.expected / self.actual - 1.0 if self.actual else 0.0


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The outlook of every customer (ids in `customers`) over `weeks`, the models and their test.

    `tested` are the tests of all models of purchases that were tried, `hold_out` the one of the model
    that was taken.
    """

    customers: pa.Array
    counts: Counts
    models: Models
    outlook: Outlook
    weeks: float
    hold_out: HoldOut | None
    tested: tuple[HoldOut, ...] = ()


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
    books: Books,
    *,
    weeks: float = 52.0,
    margin: float = 1.0,
    discount: float = 0.1,
    model: Choice = "best",
) -> Lifetimes:
    """Models fitted to all of the books, tested on a hold-out where the books are long enough.

    `best` takes the model of purchases with the smaller square error on the held-out part; where
    nothing can be held out, the one under which all of the books are likelier. Raises NoFit.
    """
    days = books.engine.keep(purchase_days(books))
    customers, counts = count_lifetimes(books, days, books.last_day)
    if len(customers) < _LEAST_CUSTOMERS:
        raise NoFit("too few customers")
    tested = _hold_outs(books, days)
    models = _chosen(counts, tested, model)
    outlook = look_ahead(models, counts, weeks=weeks, margin=margin, discount=discount)
    own = next((test for test in tested if test.models.kind == models.kind), None)
    return Lifetimes(customers, counts, models, outlook, weeks, own, tested)


def hold_out(books: Books, until_day: int, kind: Kind = "bg-nbd") -> HoldOut | None:
    """The test of a model fitted up to `until_day` on what follows; None where it cannot be fitted."""
    found = _tested(books, books.engine.keep(purchase_days(books)), until_day, (kind,))
    return found[0] if found else None


def _chosen(counts: Counts, tested: tuple[HoldOut, ...], wanted: Choice) -> Models:
    if wanted != "best":
        return fit_models(counts, wanted)
    if tested:
        return fit_models(counts, min(tested, key=lambda test: test.square_error).models.kind)
    fitted = []
    for kind in MODELS:
        try:
            fitted.append(fit_models(counts, kind))
        except NoFit:
            continue
    if not fitted:
        raise NoFit("no model of purchases can be fitted")
    return max(fitted, key=lambda models: models.purchases_likelihood)


def _hold_outs(books: Books, days: ibis.Table) -> tuple[HoldOut, ...]:
    """The last third of the books, in whole weeks, held out."""
    weeks = (books.last_day - books.first_day) // 21
    if weeks < _LEAST_WEEKS:
        return ()
    return _tested(books, days, books.last_day - weeks * 7, tuple(MODELS))


def _tested(
    books: Books, days: ibis.Table, until_day: int, kinds: tuple[Kind, ...]
) -> tuple[HoldOut, ...]:
    """Each of the models that can be fitted, against what followed."""
    customers, counts = count_lifetimes(books, days, until_day)
    if len(customers) < _LEAST_CUSTOMERS:
        return ()
    actual, weekly = _afterwards(books, days, until_day, customers)
    found = []
    for kind in kinds:
        try:
            models = fit_models(counts, kind)
        except NoFit:
            continue
        weeks = (books.last_day - until_day) / _DAYS
        found.append(_against(models, counts, until_day, weeks, actual, weekly))
    return tuple(found)


def _against(
    models: Models,
    counts: Counts,
    until_day: int,
    weeks: float,
    actual: Whole,
    weekly: list[tuple[int, int]],
) -> HoldOut:
    expected = models.expected(counts, weeks)
    so_far = counts.frequency / np.maximum(counts.age, 1.0 / _DAYS)
    return HoldOut(
        until_day,
        models,
        weeks,
        len(expected),
        float(expected.sum()),
        total_error(models, counts, weeks),
        int(actual.sum()),
        tuple(
            (week, float(models.expected(counts, float(week)).sum()), seen) for week, seen in weekly
        ),
        _by_frequency(counts.frequency, expected, actual),
        float(np.abs(expected - actual).mean()),
        float(np.abs(so_far * weeks - actual).mean()),
        float(np.sqrt(np.square(expected - actual).mean())),
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
