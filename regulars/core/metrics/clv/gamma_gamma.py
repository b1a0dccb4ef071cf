"""Gamma–Gamma: what customers spend on an average purchase, given what they spent on the few we saw.

Spending per purchase is gamma-distributed (p, ν) with ν gamma-distributed (q, v). P. Fader, B. Hardie,
«The Gamma-Gamma model of monetary value» (2013). Only customers with repeat purchases tell something.
"""

from math import lgamma, log
from typing import NamedTuple

import numpy as np
from numba import njit

from regulars.core.metrics.clv.counts import Counts, Reals, Whole
from regulars.core.metrics.clv.fitting import Fit, NoFit, maximise
from regulars.core.metrics.clv.special import digamma


class GammaGamma(NamedTuple):
    """The parameters p, q, v (v in the unit of money of the counts)."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        """The mean of all customers; needs q > 1."""
        return self.p * self.v / (self.q - 1.0)


def fit(counts: Counts) -> tuple[GammaGamma, float]:
    """The most likely parameters and their log-likelihood; raises NoFit without repeat purchases."""
    chosen = (counts.frequency > 0) & (counts.value > 0)
    frequency, value = counts.frequency[chosen], counts.value[chosen]
    if not frequency.size:
        raise NoFit("nobody bought twice")
    scale = float(value.mean())  # fitted in means of the value, so that the search starts near
    found: Fit = maximise(
        lambda t: _likelihood(t[0], t[1], t[2], frequency, value / scale), (2.0, 3.0, 1.0)
    )
    p, q, v = found.parameters
    return GammaGamma(p, q, v * scale), found.log_likelihood - frequency.size * log(scale)


def log_likelihood(model: GammaGamma, counts: Counts) -> tuple[float, Reals]:
    """The log-likelihood of the counts of repeaters and its gradient by (p, q, v)."""
    chosen = (counts.frequency > 0) & (counts.value > 0)
    return _likelihood(*model, counts.frequency[chosen], counts.value[chosen])


def expected_value(model: GammaGamma, counts: Counts) -> Reals:
    """The expected mean purchase of each customer: the own mean drawn towards that of all."""
    p, q, v = model
    weight = p * counts.frequency
    return np.asarray(p * (v + counts.frequency * counts.value) / (weight + q - 1.0))


@njit(cache=True)
def _likelihood(
    p: float, q: float, v: float, frequency: Whole, value: Reals
) -> tuple[float, Reals]:
    total = 0.0
    grad = np.zeros(3)
    most = 0
    for x in frequency:
        most = max(most, x)
    parts = np.zeros((most + 1, 4))  # by frequency: ln Γ(px+q), ln Γ(px), ψ(px+q), ψ(px)
    for x in frequency:
        if parts[x, 0] == 0.0 and parts[x, 3] == 0.0:
            parts[x, 0], parts[x, 1] = lgamma(p * x + q), lgamma(p * x)
            parts[x, 2], parts[x, 3] = digamma(p * x + q), digamma(p * x)
    log_gamma_q, psi_q, log_v = lgamma(q), digamma(q), log(v)
    for i in range(frequency.size):
        x, mean = frequency[i], value[i]
        px, sums = p * x, v + x * mean
        log_mean, log_x, log_sums = log(mean), log(x), log(sums)
        total += parts[x, 0] - parts[x, 1] - log_gamma_q + q * log_v
        total += (px - 1.0) * log_mean + px * log_x - (px + q) * log_sums
        grad[0] += x * (parts[x, 2] - parts[x, 3] + log_mean + log_x - log_sums)
        grad[1] += parts[x, 2] - psi_q + log_v - log_sums
        grad[2] += q / v - (px + q) / sums
    return total, grad
