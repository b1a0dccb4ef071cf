"""What each customer is expected to bring: purchases, mean purchase and discounted value, with errors.

BG/NBD or Pareto/NBD tells purchases, Gamma–Gamma what one is worth. Errors are those of estimated parameters,
carried over by the delta method: the inverse of the observed information (differences of the analytic
gradient) around derivatives by the logarithms of the parameters. They tell how well the expectation is
known, not how far one customer may stray from it. All of it is a forecast: floats, in minor units.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.core.metrics.clv import gamma_gamma
from regulars.core.metrics.clv.counts import Counts, Reals
from regulars.core.metrics.clv.gamma_gamma import GammaGamma
from regulars.core.metrics.clv.purchasing import MODELS, Kind, Parameters, PurchaseModel

WEEKS_A_YEAR = 365.25 / 7
_STEP = 1e-4
_Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Models:
    """Both models as fitted to some counts, their log-likelihoods and covariances by log-parameter."""

    kind: Kind
    purchases: Parameters
    spending: GammaGamma | None
    purchases_likelihood: float
    spending_likelihood: float
    purchases_covariance: NDArray[np.float64]
    spending_covariance: NDArray[np.float64]

    @property
    def of_purchases(self) -> PurchaseModel:
        """What the model of purchases can do."""
        return MODELS[self.kind]

    def expected(self, counts: Counts, weeks: float) -> Reals:
        """Expected purchases of each customer within `weeks`."""
        return self.of_purchases.expected(self.purchases, counts, weeks)


@dataclass(frozen=True, slots=True)
class Outlook:
    """By customer, in the order of the counts; `low` and `high` bound the expectation with 90 %."""

    alive: Reals
    purchases: Reals
    purchases_low: Reals
    purchases_high: Reals
    mean_purchase: Reals
    value: Reals
    value_low: Reals
    value_high: Reals


def fit_models(counts: Counts, kind: Kind = "bg-nbd") -> Models:
    """Both models; without spending where nobody bought twice. Raises NoFit."""
    model = MODELS[kind]
    purchases, likelihood = model.fit(counts)
    by_purchases = _covariance(lambda p: model.gradient(model.make(*p), counts), purchases)
    if not ((counts.frequency > 0) & (counts.value > 0)).any():
        return Models(kind, purchases, None, likelihood, 0.0, by_purchases, np.zeros((3, 3)))
    spending, worth = gamma_gamma.fit(counts)
    by_spending = _covariance(
        lambda p: gamma_gamma.log_likelihood(GammaGamma(*p), counts)[1], spending
    )
    return Models(kind, purchases, spending, likelihood, worth, by_purchases, by_spending)


def look_ahead(
    models: Models, counts: Counts, *, weeks: float, margin: float = 1.0, discount: float = 0.1
) -> Outlook:
    """Purchases within `weeks`, and their value: × mean purchase × margin, discounted by 4 weeks.

    `discount` is by year; the counts are in weeks.
    """
    factor = _discounted(models, counts, weeks, discount)
    purchases = models.expected(counts, weeks)
    model = models.of_purchases
    spread = _spread(
        lambda p: model.expected(model.make(*p), counts, weeks),
        models.purchases,
        models.purchases_covariance,
    )
    if models.spending is None:
        mean, mean_error = np.zeros(len(purchases)), np.zeros(len(purchases))
    else:
        mean = gamma_gamma.expected_value(models.spending, counts)
        mean_error = _spread(
            lambda p: gamma_gamma.expected_value(GammaGamma(*p), counts),
            models.spending,
            models.spending_covariance,
        )
    value = factor * mean * margin
    relative = np.sqrt(
        np.square(spread / np.maximum(purchases, 1e-12))
        + np.square(mean_error / np.maximum(mean, 1e-12))
    )
    low, high = _around(purchases, spread)
    value_low, value_high = _around(value, value * relative)
    alive = model.alive(models.purchases, counts)
    return Outlook(alive, purchases, low, high, mean, value, value_low, value_high)


def total_error(models: Models, counts: Counts, weeks: float) -> float:
    """The standard error of all customers' expected purchases together."""

    model = models.of_purchases

    def total(parameters: Sequence[float]) -> Reals:
        return np.array([model.expected(model.make(*parameters), counts, weeks).sum()])

    return float(_spread(total, models.purchases, models.purchases_covariance)[0])


def _discounted(models: Models, counts: Counts, weeks: float, discount: float) -> Reals:
    """Expected purchases within `weeks`, each discounted to now at the end of its four weeks."""
    ends = [*np.arange(4.0, weeks, 4.0), weeks]
    before = total = np.zeros(len(counts.frequency))
    for end in ends:
        until = models.expected(counts, float(end))
        total = total + (until - before) / (1.0 + discount) ** (end / WEEKS_A_YEAR)
        before = until
    return total


def _covariance(
    gradient: Callable[[Any], Reals], parameters: Sequence[float]
) -> NDArray[np.float64]:
    """Of the logarithms of the parameters; what the data say nothing of is left out as certain."""
    logs = np.log(np.asarray(parameters, dtype=np.float64))
    size = len(logs)
    information = np.empty((size, size))
    for place in range(size):
        ends = []
        for sign in (1.0, -1.0):
            moved = logs.copy()
            moved[place] += sign * _STEP
            at = np.exp(moved)
            ends.append(gradient(at) * at)
        information[place] = (ends[1] - ends[0]) / (2.0 * _STEP)
    information = (information + information.T) / 2.0
    values, vectors = np.linalg.eigh(information)
    kept = values > max(values.max(), 0.0) * 1e-12
    inverse = np.where(kept, 1.0 / np.where(kept, values, 1.0), 0.0)
    return np.asarray((vectors * inverse) @ vectors.T)


def _spread(
    of: Callable[[Any], Reals],
    parameters: Sequence[float],
    covariance: NDArray[np.float64],
) -> Reals:
    """The standard error of a function of the parameters, element by element."""
    logs = np.log(np.asarray(parameters, dtype=np.float64))
    columns = []
    for place in range(len(logs)):
        ends = []
        for sign in (1.0, -1.0):
            moved = logs.copy()
            moved[place] += sign * 1e-3
            ends.append(of(np.exp(moved)))
        columns.append((ends[0] - ends[1]) / 2e-3)
    by = np.stack(columns)
    return np.asarray(np.sqrt(np.maximum(np.einsum("in,ij,jn->n", by, covariance, by), 0.0)))


def _around(value: Reals, error: Reals) -> tuple[Reals, Reals]:
    return np.maximum(value - _Z90 * error, 0.0), value + _Z90 * error
