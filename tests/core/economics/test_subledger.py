"""The sub-ledger: the standard's example by its own road, and the laws of every month."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.economics.breakage import (
    USUAL,
    Assumed,
    Breakage,
    Estimate,
    Method,
    estimate,
    shifted,
    tail_factor,
)
from regulars.core.economics.subledger import Sales, end_month, run_months, sensitivity
from regulars.core.economics.vintages import Flow, redemption_triangle, standing

ONE = Fraction(1)


def told(month: int, vintage: int, base: int, redeemed: int, expected: int) -> Breakage:
    one = Estimate(vintage, base, redeemed, base - redeemed, expected, 0.0, Method.ASSUMED)
    return Breakage(month, (one,), Fraction(expected, base), 1.0, (), 0.0)


def test_the_standards_example_closes_month_by_month_to_the_unit():
    first = end_month(
        None,
        {1: Flow(granted=10_000, redeemed=4_500)},
        told(1, 1, 10_000, 4_500, 9_500),
        Sales(100_000, 100_000),
        ONE,
    )
    (line,), total = first.lines, first.total
    assert (line.deferred_minor, line.revenue_minor, line.liability_minor) == (8_676, 4_110, 4_566)
    assert total.money == (0, 8_676, 4_110, 0, 4_566)
    second = end_month(
        first, {1: Flow(redeemed=4_000)}, told(2, 1, 10_000, 8_500, 9_700), Sales(0, 0), ONE
    )
    assert second.lines[0].deferred_minor == 8_676
    assert second.total.money.redeemed_minor + second.total.money.reestimated_minor == 3_493
    assert second.liability_minor == 1_073
    assert second.total.adds_up


def test_a_return_takes_its_part_of_what_was_put_off_along():
    flows = {1: Flow(granted=1_000)}
    first = end_month(None, flows, told(1, 1, 1_000, 0, 800), Sales(9_200, 9_200), ONE)
    assert first.liability_minor == 736
    back = end_month(
        first, {1: Flow(granted=-500)}, told(2, 1, 500, 0, 400), Sales(-4_600, -4_600), ONE
    )
    assert back.lines[0].deferred_minor == back.liability_minor == 368
    assert back.total.money == (736, -368, 0, 0, 368)


def test_points_that_lapse_become_revenue_to_the_last_unit():
    vintages = {1: {1: Flow(granted=1_000), 3: Flow(redeemed=333), 5: Flow(expired=667)}}
    ended = run_months(vintages, {1: Sales(10_001, 10_001)}, ONE, 6)
    assert [end.liability_minor > 0 for end, _ in ended] == [True, True, True, True, False, False]
    money = [end.total.money for end, _ in ended]
    assert sum(row.redeemed_minor + row.reestimated_minor for row in money) == (
        ended[0][0].lines[0].deferred_minor
    )


def test_points_given_without_any_sale_wait_for_their_own_price():
    (end, _), *_ = run_months({1: {1: Flow(granted=1_000)}}, {}, Fraction(10), 1)
    assert end.liability_minor == 7_000  # 1,000 points at 10, of which 70 % come back


def test_a_young_programme_does_not_take_its_youth_for_breakage():
    vintages = {v: {v: Flow(granted=1_000, redeemed=10)} for v in range(1, 6)}
    found = estimate(vintages, 5, Assumed(Fraction(8, 10)))
    assert found.rate == pytest.approx(0.2)
    assert {one.method for one in found.vintages} == {Method.ASSUMED}


def settled_programme() -> dict[int, dict[int, Flow]]:
    """Half of each vintage is redeemed in its own month, a quarter in the next, the rest lapses at 3."""
    return {
        v: {
            v: Flow(granted=1_000 * v, redeemed=500 * v),
            v + 1: Flow(redeemed=250 * v),
            v + 3: Flow(expired=250 * v),
        }
        for v in range(1, 13)
    }


def test_a_settled_programme_is_foretold_by_its_own_past():
    found = estimate(settled_programme(), 12)
    assert found.rate == pytest.approx(0.25, abs=1e-4)
    assert found.interval == pytest.approx((0.25, 0.25), abs=1e-4)
    assert {one.method for one in found.vintages} == {Method.OVER, Method.LADDER}


def test_each_month_is_held_against_what_the_month_before_foretold():
    ended = run_months(settled_programme(), {}, ONE, 12)
    tested = ended[-1][1].tested
    assert tested is not None
    assert tested.actual == 250 * 11
    assert tested.expected == pytest.approx(250 * 11, abs=2)
    worse = {v: dict(months) for v, months in settled_programme().items()}
    worse[11][12] = Flow(redeemed=0)
    missed = run_months(worse, {}, ONE, 12)[-1][1].tested
    assert missed is not None
    assert missed.actual == 0
    assert missed.expected == pytest.approx(250 * 11, abs=2)


def test_higher_breakage_means_a_lower_liability_within_what_can_still_happen():
    ended = run_months(settled_programme(), {v: Sales(10**6, 10**6) for v in range(1, 13)}, ONE, 12)
    end, found = ended[-1]
    shifts = [Fraction(n, 100) for n in (-100, -10, -5, 0, 5, 10, 100)]
    amounts = [sensitivity(end, found, shift) for shift in shifts]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[3] == end.liability_minor
    assert amounts[-1] == 0
    most = shifted(found, Fraction(-1))
    assert all(most[e.vintage] == e.redeemed + e.outstanding for e in found.vintages)


def test_a_tail_follows_the_line_that_development_dies_away_on():
    factors = [1 + 0.5**age for age in range(5)]
    assert tail_factor(factors, 0) == 1
    assert tail_factor(factors, 1) == pytest.approx(1 + 0.5**5)
    assert tail_factor(factors, 2) == pytest.approx((1 + 0.5**5) * (1 + 0.5**6))
    assert tail_factor([1.0, 1.5], 12) == 1
    assert tail_factor([1.1, 1.5], 12) == 1


FLOWS = st.builds(
    Flow,
    st.integers(-300, 1_000),
    st.integers(0, 50),
    st.integers(-50, 300),
    st.integers(0, 200),
    st.integers(-100, 100),
    st.integers(-100, 100),
)
VINTAGES = st.dictionaries(
    st.integers(1, 10),
    st.dictionaries(st.integers(1, 10), FLOWS, min_size=1, max_size=5),
    min_size=1,
)
SALES = st.dictionaries(
    st.integers(1, 10), st.builds(Sales, st.integers(-10_000, 10**7), st.integers(-10_000, 10**7))
)


@given(VINTAGES, SALES, st.fractions(0, 100), st.fractions(0, 1), st.integers(0, 12))
@examples(100)
def test_whatever_happened_every_month_rolls_forward_and_ties(vintages, sales, worth, share, tail):
    """Closing = opening of the next; money and points add up; what was put off = revenue + liability."""
    assumed = Assumed(share, 6, tail)
    ended = run_months(vintages, sales, worth, 12, assumed)
    for (before, _), (after, _) in pairwise(ended):
        assert after.total.money.opening_minor == before.total.money.closing_minor
        assert after.total.opening_points == before.total.closing_points
        was = {line.vintage: line for line in before.lines}
        for line in after.lines:
            old = was.get(line.vintage)
            if old is not None and old.priced.points:
                assert line.priced == old.priced  # a new expectation never changes the division
    for end, found in ended:
        assert end.total.adds_up
        assert all(entry.adds_up for entry in end.entries)
        assert end.total.money.closing_minor == end.liability_minor
        held = sum(standing(months, end.month).outstanding for months in vintages.values())
        assert end.total.closing_points == held
        _, triangle = redemption_triangle(vintages, end.month)
        known = [v for v in vintages if v <= end.month]
        redeemed = sum(standing(vintages[v], end.month).redeemed for v in known)
        assert sum(row[-1] for row in triangle) == redeemed
        for line in end.lines:
            assert line.revenue_minor + line.liability_minor == line.deferred_minor
            assert line.deferred_minor >= 0
        for one in found.vintages:
            assert one.redeemed <= one.expected <= one.redeemed + max(0, one.outstanding)


def test_what_is_assumed_is_said_in_one_place():
    assert Assumed(Fraction(7, 10), 24, 0) == USUAL
