"""Dividing and allocating money: nothing is lost, nothing is invented, and a return mirrors its sale."""

import ast
from fractions import Fraction
from itertools import pairwise
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from architecture.source import ROOT
from regulars.core.money import Rounding, allocate, divide, share

AMOUNTS = st.integers(-(10**15), 10**15)
PARTS = st.integers(1, 10**9)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@examples(300)
@given(AMOUNTS, PARTS, st.sampled_from(Rounding))
def test_a_quotient_is_at_most_one_off_and_on_the_right_side(numerator, denominator, rounding):
    exact, got = Fraction(numerator, denominator), divide(numerator, denominator, rounding)
    assert abs(got - exact) < 1
    if rounding == Rounding.DOWN:
        assert abs(got) <= abs(exact)
    elif rounding == Rounding.UP:
        assert abs(got) >= abs(exact)
    else:
        assert abs(got - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("numerator", "rounding", "quotient"),
    [
        (5, Rounding.HALF_UP, 3),
        (-5, Rounding.HALF_UP, -3),
        (5, Rounding.HALF_EVEN, 2),
        (7, Rounding.HALF_EVEN, 4),
        (-5, Rounding.HALF_EVEN, -2),
        (5, Rounding.HALF_DOWN, 2),
        (7, Rounding.HALF_DOWN, 3),
        (-5, Rounding.HALF_DOWN, -2),
        (5, Rounding.DOWN, 2),
        (-5, Rounding.DOWN, -2),
        (5, Rounding.UP, 3),
        (-5, Rounding.UP, -3),
    ],
)
def test_halves_go_where_the_rounding_says(numerator, rounding, quotient):
    assert divide(numerator, 2, rounding) == quotient


@examples(200)
@given(AMOUNTS, PARTS, st.sampled_from(Rounding))
def test_the_opposite_rounds_to_the_opposite(numerator, denominator, rounding):
    assert divide(-numerator, denominator, rounding) == -divide(numerator, denominator, rounding)


@examples(200)
@given(AMOUNTS, AMOUNTS, PARTS, st.sampled_from(Rounding))
def test_more_never_rounds_to_less(a, b, denominator, rounding):
    low, high = sorted((a, b))
    assert divide(low, denominator, rounding) <= divide(high, denominator, rounding)


@examples(400)
@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_and_each_is_a_floor_or_a_ceiling(total, weights):
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if not whole:
        assert parts == [total, *[0] * (len(weights) - 1)]
        return
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, whole)) < 1


@examples(200)
@given(st.integers(0, 10**12), WEIGHTS)
def test_a_larger_remainder_is_served_first_and_ties_go_to_the_earlier(total, weights):
    whole = sum(weights)
    if not whole:
        return
    rests = [total * weight % whole for weight in weights]
    up = [
        part - total * weight // whole
        for part, weight in zip(allocate(total, weights), weights, strict=True)
    ]
    order = sorted(range(len(weights)), key=lambda i: (-rests[i], i))
    assert [up[i] for i in order] == sorted(up, reverse=True)


@examples(200)
@given(AMOUNTS, WEIGHTS)
def test_a_negated_total_gives_negated_parts(total, weights):
    assert allocate(-total, weights) == [-part for part in allocate(total, weights)]


@examples(200)
@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=10))
def test_no_part_is_more_than_its_weight_where_the_total_is_not(total, weights):
    parts = allocate(min(total, sum(weights)), weights)
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


def test_nothing_can_be_allocated_to_nobody_only_if_it_is_nothing():
    assert allocate(0, []) == []
    with pytest.raises(ValueError, match="nothing"):
        allocate(1, [])


@examples(200)
@given(st.integers(0, 10**12), st.integers(1, 10**6), st.data())
def test_shares_of_successive_parts_add_up_to_the_whole(total, whole, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, whole), max_size=6)))
    marks = [0, *cuts, whole]
    steps = [share(total, b, whole) - share(total, a, whole) for a, b in pairwise(marks)]
    assert all(step >= 0 for step in steps)
    assert sum(steps) == total


@examples(200)
@given(st.integers(0, 10**12), st.integers(1, 10**6), st.data())
def test_a_share_is_the_exact_one_to_the_nearest_unit(total, whole, data):
    part = data.draw(st.integers(0, whole))
    assert share(total, part, whole) == floor(Fraction(total * part, whole) + Fraction(1, 2))


CORE = ROOT / "regulars" / "core"
RECKONING = [
    CORE / "money.py",
    CORE / "tiers.py",
    CORE / "calendar.py",
    *(CORE / "ledger").glob("*.py"),
]
RECKONING += [
    path for path in (CORE / "till").glob("*.py") if path.name != "terms.py"
]  # decimals there


@pytest.mark.parametrize("path", RECKONING, ids=lambda path: path.name)
def test_nothing_that_reckons_with_amounts_knows_fractions_of_the_binary_kind(path):
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id in ("float", "round")), node.lineno
