"""Liability: the published triangles to their digits, the standard's own example, and the laws."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.economics.deferred import (
    Vintage,
    allocate_price,
    liability,
    points_value,
    revenue_to_date,
    roll_forward,
)
from regulars.core.economics.triangles import (
    TriangleMisshapen,
    back_test,
    bornhuetter_ferguson,
    chain_ladder,
    cumulated,
)

TAYLOR_ASHE = cumulated([
    [357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948],
    [352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046],
    [290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405],
    [310608, 1108250, 776189, 1562400, 272482, 352053, 206286],
    [443160, 693190, 991983, 769488, 504851, 470639],
    [396132, 937085, 847498, 805037, 705960],
    [440832, 847631, 1131398, 1063269],
    [359480, 1061648, 1443370],
    [376686, 986608],
    [344014],
])  # fmt: skip
RAA = [
    [5012, 8269, 10907, 11805, 13539, 16181, 18009, 18608, 18662, 18834],
    [106, 4285, 5396, 10666, 13782, 15599, 15496, 16169, 16704],
    [3410, 8992, 13873, 16141, 18735, 22214, 22863, 23466],
    [5655, 11555, 15766, 21266, 23425, 26083, 27067],
    [1092, 9565, 15836, 22169, 25955, 26180],
    [1513, 6445, 11702, 12935, 15852],
    [557, 4020, 10946, 12314],
    [1351, 6947, 13112],
    [3133, 5395],
    [2063],
]


def test_taylor_and_ashes_triangle_has_its_published_reserve_and_error():
    found = chain_ladder(TAYLOR_ASHE)
    assert round(found.reserve, 1) == 18_680_855.6
    assert round(found.error, 1) == 2_447_094.9


def test_the_reinsurance_triangle_has_its_published_reserve_and_error():
    found = chain_ladder(RAA)
    assert round(found.reserve, 1) == 52_135.2
    assert round(found.error, 1) == 26_909.0


def test_the_standards_own_example():
    sold = allocate_price(100_000, 100_000, Fraction(9_500))
    assert sold == (91_324, 8_676)
    first = Vintage(sold.points_minor, 9_500, 4_500)
    assert (revenue_to_date(first), liability(first)) == (4_110, 4_566)
    second = Vintage(sold.points_minor, 9_700, 8_500)
    assert revenue_to_date(second) - revenue_to_date(first) == 3_493
    assert liability(second) == 1_073
    assert roll_forward(first, second).adds_up


def test_a_sale_with_points_of_which_85_percent_come_back():
    value = points_value(2_000, Fraction(10), Fraction(15, 100))
    assert allocate_price(2_000_00, 2_000_00, value) == (1_843_32, 156_68)


def test_the_prior_rules_where_nothing_has_developed_and_the_ladder_where_all_has():
    expected = [outlook.ultimate for outlook in chain_ladder(RAA).vintages]
    same = bornhuetter_ferguson(RAA, expected)
    assert [o.ultimate for o in same] == pytest.approx(expected)
    doubled = bornhuetter_ferguson(RAA, [2 * ultimate for ultimate in expected])
    assert doubled[0].reserve == pytest.approx(0)
    assert doubled[-1].reserve > 1.8 * same[-1].reserve


def test_a_tail_keeps_the_oldest_vintage_open():
    found = chain_ladder(RAA, tail=1.1)
    assert found.vintages[0].reserve == pytest.approx(1883.4)
    assert found.pattern[-1] == pytest.approx(1 / 1.1)


def test_the_newest_diagonal_can_be_foretold_from_the_rest():
    rows = [[100.0 * v, 150.0 * v, 165.0 * v, 168.3 * v] for v in (1, 2, 3, 4)]
    triangle = [row[: 4 - i] for i, row in enumerate(rows)]
    found = back_test(triangle)
    assert found.miss == pytest.approx(0)
    assert found.expected == pytest.approx(2 * 15 + 3 * 50)


@pytest.mark.parametrize("shape", [[], [[]], [[1.0], [1.0, 2.0]], [[1.0, 2.0], []]])
def test_what_is_no_triangle_is_refused(shape):
    with pytest.raises(TriangleMisshapen):
        chain_ladder(shape)


@given(
    st.integers(0, 10**9), st.integers(1, 10**7), st.lists(st.integers(0, 10**7), min_size=1),
    st.integers(1, 10**7),
)  # fmt: skip
def test_the_roll_forward_always_adds_up_and_ends_at_nothing(deferred, expected, steps, later):
    before, redeemed, closing = None, 0, 0
    for step in steps:
        redeemed += step
        after = Vintage(deferred, expected if before is None else later, redeemed)
        row = roll_forward(before, after)
        assert row.adds_up
        assert row.opening_minor == closing
        closing, before = row.closing_minor, after
        assert 0 <= closing <= deferred
    done = Vintage(deferred, later, max(redeemed, later))
    assert liability(done) == 0


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.fractions(0, 10**6))
def test_an_allocation_adds_up_to_the_price(price, goods, value):
    found = allocate_price(price, goods, value)
    assert sum(found) == price
    assert 0 <= found.points_minor <= price
