"""Special functions that compiled loops need: digamma, and the Gauss series in the forms used here."""

from math import log

from numba import njit

_SERIES_MAX = 100_000
_EPSILON = 1e-16


@njit(cache=True)
def digamma(x: float) -> float:
    """ψ(x) for x > 0: recurrence up to 6, then the asymptotic series (Bernardo, AS 103)."""
    result = 0.0
    while x < 6.0:
        result -= 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    tail = inverse * (
        1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132)))
    )
    return result + log(x) - 0.5 / x - tail


@njit(cache=True)
def gauss(a: float, b: float, c: float, z: float) -> float:
    """₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series."""
    term = total = 1.0
    for n in range(_SERIES_MAX):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z
        total += term
        if abs(term) < _EPSILON * abs(total):
            break
    return total


@njit(cache=True)
def gauss_next(a: float, b: float, z: float) -> tuple[float, float, float, float]:
    """F = ₂F₁(a, b; a+1; z), 0 ≤ z < 1, with its derivatives by a, b and z.

    With c = a + 1 the series is Σ (b)ₙ zⁿ/n! · a/(a+n), which derives term by term.
    """
    value, by_a, by_b, by_z = 1.0, 0.0, 0.0, 0.0
    power = 1.0  # (b)ₙ zⁿ / n!
    harmonic = 0.0  # ψ(b+n) − ψ(b)
    for n in range(1, _SERIES_MAX):
        harmonic += 1.0 / (b + n - 1.0)
        power *= (b + n - 1.0) / n * z
        weight = a / (a + n)
        term = power * weight
        value += term
        by_a += power * n / ((a + n) * (a + n))
        by_b += term * harmonic
        by_z += term * n
        if term * (n + harmonic) < _EPSILON * value:
            break
    return value, by_a, by_b, by_z / z if z > 0.0 else b * a / (a + 1.0)
