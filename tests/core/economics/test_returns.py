"""Rates of return and their kin: known cases, and the laws of the exact roots."""

from datetime import date
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.economics.returns import (
    break_even_lift,
    irr,
    mirr,
    npv,
    payback,
    peak_funding,
    per_period,
    roi,
    xnpv,
    yearly,
)
from regulars.core.economics.roots import roots_between_0_and_1


def test_one_investment_has_the_one_rate_everybody_knows():
    assert irr([-100_00, 39_00, 59_00, 55_00, 20_00]) == pytest.approx((0.2809484211599611,))


def test_flows_that_change_sign_twice_have_both_their_rates():
    assert irr([-1600, 10_000, -10_000]) == pytest.approx((0.25, 4.0))


def test_three_rates_are_all_found():
    assert irr([-1000, 3600, -4310, 1716]) == pytest.approx((0.1, 0.2, 0.3))


def test_a_repeated_rate_is_reported_once():
    assert irr([-100, 240, -144]) == pytest.approx((0.2,))


def test_no_rate_is_invented_where_there_is_none():
    assert irr([-100, 150, -100]) == ()
    assert irr([100, 200]) == ()
    assert irr([]) == ()


def test_a_loss_has_a_negative_rate():
    assert irr([-100, 50]) == pytest.approx((-0.5,))


def test_money_back_without_gain_is_a_rate_of_zero():
    assert irr([-100, 60, 40]) == (0.0,)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True))
def test_as_many_roots_are_found_as_were_put_in(tops):
    polynomial = [1]
    for top in tops:  # (61 x − top)
        polynomial = [
            61 * (polynomial[i - 1] if i else 0)
            - top * (polynomial[i] if i < len(polynomial) else 0)
            for i in range(len(polynomial) + 1)
        ]
    assert roots_between_0_and_1(polynomial) == pytest.approx(sorted(top / 61 for top in tops))


@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=40))
def test_at_every_rate_found_the_present_value_is_nothing(flows):
    for rate in irr(flows):
        scale = sum(abs(flow) / (1 + rate) ** t for t, flow in enumerate(flows))
        assert abs(npv(rate, flows)) <= 1e-6 * scale


def test_sixty_months_with_both_signs_are_no_trouble():
    flows = [-10_000_00, *[300_00 - 7 * month for month in range(59)], -2_000_00]
    assert irr(flows)


def test_present_values_by_period_and_by_date():
    assert npv(0.1, [-100, 60, 60]) == pytest.approx(-100 + 60 / 1.1 + 60 / 1.21)
    flows = [(date(2008, 1, 1), -10_000.0), (date(2008, 3, 1), 2750.0), (date(2008, 10, 30), 4250.0),
             (date(2009, 2, 15), 3250.0), (date(2009, 4, 1), 2750.0)]  # fmt: skip
    assert xnpv(0.09, flows) == pytest.approx(2086.6476020315)


def test_the_modified_rate_is_the_spreadsheets():
    flows = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    assert mirr(flows, 0.10, 0.12) == pytest.approx(0.1260941303659051)
    assert mirr([-5, -5], 0.1, 0.1) is None


def test_payback_is_interpolated_within_its_period():
    assert payback([-100, 40, 40, 40]) == pytest.approx(2.5)
    assert payback([-100, 10]) is None
    assert payback([10, 20]) == 0.0
    assert payback([-100, 60, 60], 0.1) > payback([-100, 60, 60])


def test_the_deepest_point_is_what_has_to_be_funded():
    assert peak_funding([-100, -50, 70, -30, 200]) == (150, 1)
    assert peak_funding([10, 20]) == (0, 0)


def test_return_and_break_even():
    assert roi(150, 100) == 0.5
    assert roi(1, 0) is None
    assert break_even_lift(30_000, 0.3, 1_000_000) == pytest.approx(0.1)
    assert break_even_lift(1, 0.0, 5) is None


@given(st.floats(-0.5, 3))
def test_a_monthly_rate_and_its_yearly_one_go_both_ways(rate):
    assert yearly(per_period(rate)) == pytest.approx(rate, abs=1e-12)


def test_products_of_roots_survive_huge_coefficients():
    polynomial = [prod(range(1, 30)), -(10**40), 10**40]
    assert len(roots_between_0_and_1(polynomial)) == 2
