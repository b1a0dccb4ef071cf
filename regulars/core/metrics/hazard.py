"""Churn risk by discrete-time hazard: the chance that a customer is lost in the next period.

Each customer contributes a row a period observed («person-periods»); a logistic regression of loss on
what was known at the period's start gives the hazard (P. Allison, «Discrete-time methods for the
analysis of event histories», Sociological Methodology 13, 1982). Fitted by iteratively reweighted
least squares with a small ridge, so that separable data have an answer too.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STEPS_MAX = 50
_CLOSE = 1e-9


class Hazard(NamedTuple):
    """Coefficients by feature, in the features' own units, with their standard errors."""

    intercept: float
    weights: Reals
    errors: Reals


class Quality(NamedTuple):
    """How good risks were on customers who had no part in the fit.

    `auc` is the chance that one who was lost had the higher risk; `brier` the mean squared error of
    the risk, `brier_of_rate` that of telling everybody the mean; `calibration` has, by tenth of risk,
    the mean risk and the share lost.
    """

    auc: float
    brier: float
    brier_of_rate: float
    calibration: tuple[tuple[float, float], ...]

    @property
    def skill(self) -> float:
        """1 − Brier ÷ Brier of the mean rate: above zero it knows something."""
        return 1.0 - self.brier / self.brier_of_rate if self.brier_of_rate else 0.0


def fit_hazard(features: Reals, lost: Flags, *, ridge: float = 1e-3) -> Hazard:
    """The hazard of rows (person-periods) by columns (features); needs both outcomes.

    Raises ValueError where nobody or everybody was lost.
    """
    if not lost.any() or lost.all():
        raise ValueError("a hazard needs customers who were lost and customers who stayed")
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    table = np.column_stack([np.ones(len(lost)), (features - mean) / scale])
    penalty = np.full(table.shape[1], ridge * len(lost))
    penalty[0] = 0.0
    beta = np.zeros(table.shape[1])
    rate = lost.mean()
    beta[0] = np.log(rate / (1.0 - rate))
    for _ in range(_STEPS_MAX):
        risk = _logistic(table @ beta)
        weight = risk * (1.0 - risk)
        information = (table * weight[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(information, table.T @ (lost - risk) - penalty * beta)
        beta += step
        if np.abs(step).max() < _CLOSE:
            break
    errors = np.sqrt(np.diag(np.linalg.inv(information)))[1:] / scale
    weights = beta[1:] / scale
    return Hazard(float(beta[0] - weights @ mean), weights, errors)


def risk_of_loss(hazard: Hazard, features: Reals) -> Reals:
    """The chance of being lost in the next period."""
    return _logistic(hazard.intercept + features @ hazard.weights)


def judge(risk: Reals, lost: Flags, *, groups: int = 10) -> Quality:
    """How risks told beforehand compare with what happened."""
    order = np.argsort(risk, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    calibration = tuple((float(risk[part].mean()), float(lost[part].mean())) for part in parts)
    rate = float(lost.mean())
    return Quality(
        _auc(risk, lost),
        float(((risk - lost) ** 2).mean()),
        rate * (1.0 - rate),
        calibration,
    )


def _auc(risk: Reals, lost: Flags) -> float:
    """By ranks, ties counting half (Mann–Whitney)."""
    count = int(lost.sum())
    if not count or count == len(lost):
        return 0.5
    _, place, sizes = np.unique(risk, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    ranks = (ends - (sizes - 1) / 2.0)[place]
    above = ranks[lost].sum() - count * (count + 1) / 2.0
    return float(above / (count * (len(lost) - count)))


def _logistic(value: Reals) -> Reals:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * value)))
