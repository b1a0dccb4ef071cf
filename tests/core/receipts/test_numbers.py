"""Numbers in files are read exactly, however they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.receipts.numbers import (
    decimal_mark,
    decimal_of,
    decimal_of_float,
    half_up,
    scaled,
)
from regulars.core.receipts.problem import Problem


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1234.50", ".", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1\u00a0234\u202f567,5", ",", "1234567.5"),
        ("1,234,567.5", ".", "1234567.5"),
        ("1.234.567,5", ",", "1234567.5"),
        ("1'234.50", ".", "1234.50"),
        ("-3", ".", "-3"),
        ("3-", ".", "-3"),
        ("\u22123,5", ",", "-3.5"),
        ("(12.00)", ".", "-12.00"),
        ("£ 7.25", ".", "7.25"),
        ("99,90 руб.", ",", "99.90"),
        ("99,90 ₽", ",", "99.90"),
        (".5", ".", "0.5"),
        ("1e3", ".", "1000"),
        ("0,137", ",", "0.137"),
    ],
)
def test_a_number_is_read_as_it_was_meant(text, mark, number):
    assert decimal_of(text, mark) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "-", "abc", "12a", "1.2.3", "--1", "NaN", "Infinity", "٣", "1e999", "9" * 40]
)
def test_what_is_no_number_is_a_problem(text):
    assert isinstance(decimal_of(text, "."), Problem)


@pytest.mark.parametrize(
    ("samples", "mark"),
    [
        (["1,50", "2,75"], ","),
        (["1.50"], "."),
        (["1,234.50"], "."),
        (["1.234,50"], ","),
        (["1,234,567"], "."),
        (["0,137"], ","),
        (["10", "20"], "."),
    ],
)
def test_the_decimal_mark_is_told_by_the_numbers(samples, mark):
    assert decimal_mark(samples) == mark


def test_where_nothing_tells_the_likely_mark_is_taken():
    assert decimal_mark(["1,234"], likely=",") == ","
    assert decimal_mark(["12"], likely=",") == ","


@given(st.integers(-(10**11), 10**11), st.sampled_from([".", ","]))
def test_a_written_amount_comes_back_to_the_kopeck(minor, mark):
    whole, rest = divmod(abs(minor), 100)
    text = f"{'-' if minor < 0 else ''}{whole}{mark}{rest:02d}"
    number = decimal_of(text, mark)
    assert not isinstance(number, Problem)
    assert scaled(number, 2) == minor


@given(st.integers(-(10**9), 10**9))
def test_a_price_kept_as_a_binary_fraction_comes_back_to_the_kopeck(minor):
    number = decimal_of_float(minor / 100)
    assert not isinstance(number, Problem)
    assert scaled(number, 2) == minor


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_half_up_is_nearest_and_mirrors(numerator, denominator):
    found = half_up(numerator, denominator)
    assert abs(2 * (numerator - found * denominator)) <= denominator
    assert half_up(-numerator, denominator) == -found


def test_a_half_goes_away_from_zero():
    assert (half_up(5, 10), half_up(-5, 10), scaled(Decimal("0.005"), 2)) == (1, -1, 1)
