"""BG/NBD: how often customers buy while they are there, and after which purchase they leave.

Purchases are Poisson with gamma-distributed rates (r, α); after each purchase a customer leaves with a
beta-distributed probability (a, b). P. Fader, B. Hardie, K. Lee, «Counting your customers the easy
way», Marketing Science 24 (2005).
"""

from math import exp, log
from typing import NamedTuple

import numpy as np
from numba import njit

from regulars.core.metrics.clv.counts import Counts, Reals, Whole
from regulars.core.metrics.clv.fitting import Fit, maximise
from regulars.core.metrics.clv.special import gauss

START = (1.0, 4.0, 1.0, 2.0)


class BgNbd(NamedTuple):
    """The parameters: r, α (in the unit of time of the counts), a, b."""

    r: float
    alpha: float
    a: float
    b: float


def fit(counts: Counts) -> tuple[BgNbd, float]:
    """The most likely parameters and their log-likelihood; raises NoFit."""
    found: Fit = maximise(
        lambda p: _likelihood(p[0], p[1], p[2], p[3], counts.frequency, counts.recency, counts.age),
        START,
    )
    return BgNbd(*found.parameters), found.log_likelihood


def log_likelihood(model: BgNbd, counts: Counts) -> tuple[float, Reals]:
    """The log-likelihood of the counts and its gradient by (r, α, a, b)."""
    return _likelihood(*model, counts.frequency, counts.recency, counts.age)


def p_alive(model: BgNbd, counts: Counts) -> Reals:
    """The probability that each customer is still there."""
    return _p_alive(*model, counts.frequency, counts.recency, counts.age)


def expected_purchases(model: BgNbd, counts: Counts, horizon: float) -> Reals:
    """Expected purchases of each customer in the next `horizon` units of time."""
    return _conditional(*model, counts.frequency, counts.recency, counts.age, horizon)


def expected_of_new(model: BgNbd, time: float) -> float:
    """Expected repeat purchases of somebody new within `time` of the first purchase."""
    r, alpha, a, b = model
    return float(_ahead(a + b - 1.0 - r, a, a + b - 1.0, alpha / (alpha + time)))


@njit(cache=True)
def _likelihood(
    r: float, alpha: float, a: float, b: float, frequency: Whole, recency: Reals, age: Reals
) -> tuple[float, Reals]:
    """The log-likelihood and its gradient by (r, α, a, b).

    Frequencies are whole: what the gamma functions of them give is summed up once, in tables.
    """
    most = 0
    for x in frequency:
        most = max(most, x)
    table, by_r, by_b, by_ab = _tables(r, a, b, most)
    total, d_r, d_alpha, d_a, d_b = 0.0, 0.0, 0.0, 0.0, 0.0
    log_alpha = log(alpha)
    for i in range(frequency.size):
        x = frequency[i]
        power = r + x
        end = alpha + age[i]
        log_end = log(end)
        stayed = -power * log_end
        total += table[x] + r * log_alpha
        d_r += by_r[x] + log_alpha - log_end
        d_alpha += r / alpha
        d_b += by_b[x] - by_ab[x]
        d_a -= by_ab[x]
        if x == 0:
            total += stayed
            d_alpha -= power / end
            continue
        last = alpha + recency[i]
        log_last = log(last)
        before = b + x - 1.0
        odds = a / before * exp(power * (log_end - log_last))  # having left ÷ being there
        left = odds / (1.0 + odds)
        total += stayed + log(1.0 + odds)
        d_r += left * (log_end - log_last)
        d_alpha += -power / end + left * power * (1.0 / end - 1.0 / last)
        d_a += left / a
        d_b -= left / before
    return total, np.array([d_r, d_alpha, d_a, d_b])


@njit(cache=True)
def _tables(r: float, a: float, b: float, most: int) -> tuple[Reals, Reals, Reals, Reals]:
    """By frequency: ln Γ(r+x)/Γ(r) + ln B(a,b+x)/B(a,b), and the derivatives of its three parts."""
    value, by_r = np.zeros(most + 1), np.zeros(most + 1)
    by_b, by_ab = np.zeros(most + 1), np.zeros(most + 1)
    for x in range(most):
        value[x + 1] = value[x] + log(r + x) + log(b + x) - log(a + b + x)
        by_r[x + 1] = by_r[x] + 1.0 / (r + x)
        by_b[x + 1] = by_b[x] + 1.0 / (b + x)
        by_ab[x + 1] = by_ab[x] + 1.0 / (a + b + x)
    return value, by_r, by_b, by_ab


@njit(cache=True)
def _p_alive(
    r: float, alpha: float, a: float, b: float, frequency: Whole, recency: Reals, age: Reals
) -> Reals:
    out = np.ones(frequency.size)
    for i in range(frequency.size):
        x = frequency[i]
        if x:
            ratio = log(alpha + age[i]) - log(alpha + recency[i])
            out[i] = 1.0 / (1.0 + a / (b + x - 1.0) * exp((r + x) * ratio))
    return out


@njit(cache=True)
def _ahead(first: float, a: float, third: float, kept: float) -> float:
    """Expected purchases ahead of somebody who is there, after Euler's transformation of the series.

    (c)/(a−1) · (1 − keptᵃ⁻¹ ₂F₁(first, a−1; c; 1−kept)): it converges whatever the frequency is.
    """
    if abs(a - 1.0) < 1e-9:
        a = 1.0 + 1e-9
    series = gauss(first, a - 1.0, third, 1.0 - kept)
    return float(third / (a - 1.0) * (1.0 - kept ** (a - 1.0) * series))


@njit(cache=True)
def _conditional(
    r: float, alpha: float, a: float, b: float, frequency: Whole, recency: Reals, age: Reals,
    horizon: float,
) -> Reals:  # fmt: skip
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        x = frequency[i]
        end = alpha + age[i]
        value = _ahead(a + b - 1.0 - r, a, a + b + x - 1.0, end / (end + horizon))
        if x:
            ratio = log(end) - log(alpha + recency[i])
            value /= 1.0 + a / (b + x - 1.0) * exp((r + x) * ratio)
        out[i] = value
    return out
