"""All real roots of a polynomial with whole coefficients in an interval: exactly as many as there are.

Isolation by Descartes' rule of signs on halved intervals (Collins and Akritas, 1976) in whole
numbers: no root is missed and none invented, however close they lie or often they repeat.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd

Polynomial = list[int]
"""Coefficients from the lowest power up."""

_PRIME = 2**61 - 1
_BITS = 64  # a root is known to this many bits of the unit interval


def roots_between_0_and_1(coefficients: Sequence[int]) -> list[float]:
    """Every distinct root in the open interval (0, 1), ascending."""
    polynomial = _square_free(_without_zeros_at_0(list(coefficients)))
    if len(polynomial) < 2:
        return []
    found = [_refined(polynomial, low, high) for low, high in _isolated(polynomial)]
    return sorted(float(root) for root in found)


def _without_zeros_at_0(polynomial: Polynomial) -> Polynomial:
    while polynomial and not polynomial[-1]:
        polynomial.pop()
    start = next((i for i, c in enumerate(polynomial) if c), 0)
    return polynomial[start:]


def _isolated(polynomial: Polynomial) -> Iterator[tuple[Fraction, Fraction]]:
    """Intervals in (0, 1) with one root each; a root hit exactly comes as an interval of no width."""
    waiting = [(polynomial, Fraction(0), Fraction(1))]
    while waiting:
        part, low, width = waiting.pop()
        changes = _sign_changes(_shifted(part[::-1]))
        if not changes:
            continue
        if changes == 1:
            yield low, low + width
            continue
        half = width / 2
        left = _halved(part)
        right = _shifted(left)
        if not right[0]:
            yield low + half, low + half
            right = right[1:]
            left = _divided_by_its_end(left)
        waiting += [(left, low, half), (right, low + half, half)]


def _halved(polynomial: Polynomial) -> Polynomial:
    """2ⁿ p(x/2): the left half of the interval stretched to all of it."""
    degree = len(polynomial) - 1
    return _primitive([c << (degree - power) for power, c in enumerate(polynomial)])


def _shifted(polynomial: Polynomial) -> Polynomial:
    """p(x + 1)."""
    out = list(polynomial)
    for start in range(len(out) - 1):
        for i in range(len(out) - 2, start - 1, -1):
            out[i] += out[i + 1]
    return out


def _divided_by_its_end(polynomial: Polynomial) -> Polynomial:
    """p / (x − 1), where 1 is a root."""
    quotient = [0] * (len(polynomial) - 1)
    carry = 0
    for power in range(len(polynomial) - 1, 0, -1):
        carry += polynomial[power]
        quotient[power - 1] = carry
    return quotient


def _sign_changes(polynomial: Polynomial) -> int:
    signs = [c > 0 for c in polynomial if c]
    return sum(one != other for one, other in pairwise(signs))


def _refined(polynomial: Polynomial, low: Fraction, high: Fraction) -> Fraction:
    if low == high:
        return low
    rising = _sign_at(polynomial, high) or -_sign_at(polynomial, low)
    if not rising:  # cannot be: the ends are never both roots of a square-free part
        return low
    while (high - low) * 2**_BITS > 1:
        middle = (low + high) / 2
        sign = _sign_at(polynomial, middle)
        if not sign:
            return middle
        if sign == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _sign_at(polynomial: Polynomial, at: Fraction) -> int:
    value, power = 0, 1
    for c in reversed(polynomial):
        value = value * at.numerator + c * power
        power *= at.denominator
    return (value > 0) - (value < 0)


def _square_free(polynomial: Polynomial) -> Polynomial:
    """The polynomial with each of its roots once."""
    derivative = [power * c for power, c in enumerate(polynomial)][1:]
    if _have_no_divisor_modulo(polynomial, derivative, _PRIME):
        return polynomial
    common = _common_divisor(polynomial, derivative)
    return polynomial if len(common) < 2 else _quotient(polynomial, common)


def _have_no_divisor_modulo(one: Polynomial, other: Polynomial, prime: int) -> bool:
    """Whether nothing divides both modulo a prime: then nothing does in whole numbers either.

    This costs a fraction of the exact division. A divisor in whole numbers stays one modulo every
    prime that does not divide the leading coefficient.
    """
    if not one or not one[-1] % prime:
        return False
    one, other = _trimmed(one, prime), _trimmed(other, prime)
    while other:
        inverse = pow(other[-1], -1, prime)
        while len(one) >= len(other):
            factor, offset = one[-1] * inverse % prime, len(one) - len(other)
            for i, c in enumerate(other):
                one[i + offset] = (one[i + offset] - factor * c) % prime
            one = _trimmed(one, prime)
        one, other = other, one
    return len(one) == 1


def _trimmed(polynomial: Polynomial, prime: int) -> Polynomial:
    found = [c % prime for c in polynomial]
    while found and not found[-1]:
        found.pop()
    return found


def _common_divisor(one: Polynomial, other: Polynomial) -> Polynomial:
    while other:
        one, other = other, _primitive(_remainder(one, other))
    return one


def _remainder(dividend: Polynomial, divisor: Polynomial) -> Polynomial:
    """A whole multiple of what dividing leaves."""
    rest = list(dividend)
    while len(rest) >= len(divisor):
        head, offset = rest[-1], len(rest) - len(divisor)
        rest = [c * divisor[-1] for c in rest]
        for i, c in enumerate(divisor):
            rest[i + offset] -= head * c
        rest.pop()
        while rest and not rest[-1]:
            rest.pop()
        rest = _primitive(rest)
    return rest


def _quotient(dividend: Polynomial, divisor: Polynomial) -> Polynomial:
    rest = [Fraction(c) for c in dividend]
    quotient = [Fraction(0)] * (len(dividend) - len(divisor) + 1)
    for offset in range(len(quotient) - 1, -1, -1):
        factor = quotient[offset] = rest[offset + len(divisor) - 1] / divisor[-1]
        for i, c in enumerate(divisor):
            rest[i + offset] -= factor * c
    scale = 1
    for value in quotient:
        scale = scale * value.denominator // gcd(scale, value.denominator)
    return _primitive([int(value * scale) for value in quotient])


def _primitive(polynomial: Polynomial) -> Polynomial:
    common = gcd(*polynomial) if polynomial else 0
    return [c // common for c in polynomial] if common > 1 else polynomial
