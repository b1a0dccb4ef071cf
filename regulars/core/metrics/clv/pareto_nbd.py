"""Pareto/NBD: purchases while a customer is there, and leaving at any moment.

Purchases are Poisson with gamma-distributed rates (r, α), lifetimes exponential with
gamma-distributed rates (s, β). D. Schmittlein, D. Morrison, R. Colombo, «Counting your customers»,
Management Science 33 (1987); the form of the likelihood after P. Fader and B. Hardie (2005).
"""

from math import exp, inf, log
from typing import NamedTuple

import numpy as np
from numba import njit

from regulars.core.metrics.clv.counts import Counts, Reals, Whole
from regulars.core.metrics.clv.fitting import Fit, maximise
from regulars.core.metrics.clv.special import gauss_next

START = (1.0, 5.0, 1.0, 5.0)
_LIVES_SEEN = 10.0


class ParetoNbd(NamedTuple):
    """The parameters: r, α, s, β (α and β in the unit of time of the counts)."""

    r: float
    alpha: float
    s: float
    beta: float


def fit(counts: Counts) -> tuple[ParetoNbd, float]:
    """The most likely parameters and their log-likelihood; raises NoFit."""
    # Where nobody seems to leave, β runs away while the likelihood hardly moves (by 1e-5 from here on)
    # and the series converge ever more slowly.
    scale = max(_LIVES_SEEN * float(counts.age.max(initial=0.0)), START[1])
    found: Fit = maximise(
        lambda p: _likelihood(p[0], p[1], p[2], p[3], counts.frequency, counts.recency, counts.age),
        START,
        (inf, scale, inf, scale),
    )
    return ParetoNbd(*found.parameters), found.log_likelihood


def log_likelihood(model: ParetoNbd, counts: Counts) -> tuple[float, Reals]:
    """The log-likelihood of the counts and its gradient by (r, α, s, β)."""
    return _likelihood(*model, counts.frequency, counts.recency, counts.age)


def p_alive(model: ParetoNbd, counts: Counts) -> Reals:
    """The probability that each customer is still there."""
    return _p_alive(*model, counts.frequency, counts.recency, counts.age)


def expected_purchases(model: ParetoNbd, counts: Counts, horizon: float) -> Reals:
    """Expected purchases of each customer in the next `horizon` units of time."""
    r, alpha, s, beta = model
    rate = (r + counts.frequency) / (alpha + counts.age)
    lasting = _time_there(s, beta + counts.age, horizon)
    return np.asarray(p_alive(model, counts) * rate * lasting)


def expected_of_new(model: ParetoNbd, time: float) -> float:
    """Expected repeat purchases of somebody new within `time` of the first purchase."""
    r, alpha, s, beta = model
    return float(r / alpha * _time_there(s, np.array([beta]), time)[0])


def _time_there(s: float, base: Reals, horizon: float) -> Reals:
    """The mean time within `horizon` that a customer who is there stays, by lifetime rates (s, base)."""
    growth = np.log1p(horizon / base)
    if abs(s - 1.0) < 1e-9:
        return np.asarray(base * growth)
    return np.asarray(base / (s - 1.0) * -np.expm1(-(s - 1.0) * growth))


@njit(cache=True)
def _gone(
    r: float, alpha: float, s: float, beta: float, x: int, t: float
) -> tuple[float, float, float, float, float]:
    """ln of the integral's antiderivative at `t`, and its derivatives by r, α, s, β."""
    power = r + s + x
    if alpha >= beta:
        base = alpha + t
        z = (alpha - beta) / base
        value, by_a, by_b, by_z = gauss_next(power, s + 1.0, z)
        z_alpha, z_beta = (beta + t) / (base * base), -1.0 / base
        d_r, d_s = by_a, by_a + by_b
        d_alpha, d_beta = by_z * z_alpha - power * value / base, by_z * z_beta
    else:
        base = beta + t
        z = (beta - alpha) / base
        value, by_a, by_b, by_z = gauss_next(power, r + x, z)
        z_alpha, z_beta = -1.0 / base, (alpha + t) / (base * base)
        d_r, d_s = by_a + by_b, by_a
        d_alpha, d_beta = by_z * z_alpha, by_z * z_beta - power * value / base
    logs = log(base)
    return (
        log(value) - power * logs,
        d_r / value - logs,
        d_alpha / value,
        d_s / value - logs,
        d_beta / value,
    )


@njit(cache=True)
def _likelihood(
    r: float, alpha: float, s: float, beta: float, frequency: Whole, recency: Reals, age: Reals
) -> tuple[float, Reals]:
    most = 0
    for x in frequency:
        most = max(most, x)
    rising, by_rising = np.zeros(most + 1), np.zeros(most + 1)
    for x in range(most):
        rising[x + 1] = rising[x] + log(r + x)
        by_rising[x + 1] = by_rising[x] + 1.0 / (r + x)
    total = 0.0
    grad = np.zeros(4)
    log_alpha, log_beta = log(alpha), log(beta)
    for i in range(frequency.size):
        x = frequency[i]
        log_a, log_b = log(alpha + age[i]), log(beta + age[i])
        there = -(r + x) * log_a - s * log_b
        first, f_r, f_alpha, f_s, f_beta = _gone(r, alpha, s, beta, x, recency[i])
        last, l_r, l_alpha, l_s, l_beta = _gone(r, alpha, s, beta, x, age[i])
        whole = r + s + x
        up, down = s / whole * exp(first - there), s / whole * exp(last - there)
        odds = up - down
        chance = 1.0 / (1.0 + odds)  # of being there
        total += rising[x] + r * log_alpha + s * log_beta + there + log(1.0 + odds)
        t_r, t_alpha = -log_a, -(r + x) / (alpha + age[i])
        t_s, t_beta = -log_b, -s / (beta + age[i])
        grad[0] += by_rising[x] + log_alpha
        grad[0] += chance * (t_r + up * f_r - down * l_r - odds / whole)
        grad[1] += r / alpha + chance * (t_alpha + up * f_alpha - down * l_alpha)
        grad[2] += log_beta + chance * (
            t_s + up * f_s - down * l_s + odds * (1.0 / s - 1.0 / whole)
        )
        grad[3] += s / beta + chance * (t_beta + up * f_beta - down * l_beta)
    return total, grad


@njit(cache=True)
def _p_alive(
    r: float, alpha: float, s: float, beta: float, frequency: Whole, recency: Reals, age: Reals
) -> Reals:
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        x = frequency[i]
        there = -(r + x) * log(alpha + age[i]) - s * log(beta + age[i])
        first = _gone(r, alpha, s, beta, x, recency[i])[0]
        last = _gone(r, alpha, s, beta, x, age[i])[0]
        share = s / (r + s + x)
        out[i] = 1.0 / (1.0 + share * (exp(first - there) - exp(last - there)))
    return out
