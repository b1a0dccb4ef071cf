"""Offers under a budget: within it, near the proven bound, as good as an exact solver's."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from regulars.core.economics.allocation import allocate_budget, allocate_offers, steps_of


def exact(values, costs, budget):
    """The best value by HiGHS: one binary variable an offer."""
    members, offers = values.shape
    one_each = np.kron(np.eye(members), np.ones(offers))
    rows = np.vstack([one_each, costs.reshape(1, -1)])
    limits = np.append(np.ones(members), budget)
    found = milp(-values.ravel(), constraints=LinearConstraint(rows, ub=limits),
                 integrality=np.ones(values.size), bounds=(0, 1))  # fmt: skip
    return -found.fun


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_no_exact_solver_does_better_than_the_gap_says(seed):
    rng = np.random.default_rng(seed)
    values, costs = rng.uniform(-1, 10, (12, 3)), rng.uniform(0, 5, (12, 3))
    budget = rng.uniform(0, 30)
    found = allocate_budget(values, costs, budget)
    best = exact(values, costs, budget)
    assert found.cost <= budget + 1e-9
    assert found.value <= best + 1e-6
    assert best <= found.bound + 1e-6
    assert found.value >= best - values.max() - 1e-6  # one step at most is left undone


def test_with_money_enough_everybody_gets_the_best():
    values, costs = np.array([[1.0, 5.0], [2.0, -1.0]]), np.ones((2, 2))
    found = allocate_budget(values, costs, 10)
    assert found.chosen.tolist() == [1, 0]
    assert found.shadow_price == 0
    assert found.gap == 0


def test_nothing_is_spent_on_what_brings_nothing():
    found = allocate_budget(np.array([[-1.0], [0.0]]), np.ones((2, 1)), 10)
    assert found.chosen.tolist() == [-1, -1]


def test_without_a_budget_only_what_is_free_is_given():
    found = allocate_budget(
        np.array([[1.0, 9.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [0.0, 2.0]]), 0
    )
    assert found.chosen.tolist() == [0, 0]


def test_the_shadow_price_is_what_the_next_unit_would_bring():
    values = np.array([[10.0], [8.0], [6.0], [4.0]])
    found = allocate_budget(values, np.ones((4, 1)), 2)
    assert 6 <= found.shadow_price <= 8
    assert found.value == 18


def test_a_hundred_thousand_members_are_within_a_thousandth_of_the_bound():
    rng = np.random.default_rng(7)
    found = allocate_budget(
        rng.uniform(0, 10, (100_000, 5)), rng.uniform(0.1, 5, (100_000, 5)), 50_000
    )
    assert found.gap < 1e-3


def test_a_negative_cost_is_refused():
    with pytest.raises(ValueError, match="less than nothing"):
        allocate_budget(np.ones((1, 1)), -np.ones((1, 1)), 1)


@st.composite
def ragged(draw):
    """Members with any number of offers, whole costs; rows in any order of cost."""
    counts = draw(st.lists(st.integers(0, 5), min_size=1, max_size=8))
    total = sum(counts)
    values = draw(st.lists(st.integers(-3, 30), min_size=total, max_size=total))
    costs = draw(st.lists(st.integers(0, 12), min_size=total, max_size=total))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return starts, np.array(values, float), np.array(costs, float), draw(st.integers(0, 40))


def by_trying(starts, values, costs, budget):
    """The best value of any choice, all of them tried."""
    best = {0: 0.0}
    for since, until in pairwise(starts):
        after = dict(best)
        for spent, value in best.items():
            for row in range(since, until):
                cost = spent + int(costs[row])
                if cost <= budget:
                    after[cost] = max(after.get(cost, -np.inf), value + values[row])
        best = after
    return max(best.values())


@settings(deadline=None, max_examples=200)
@given(ragged())
def test_members_with_any_number_of_offers_get_at_most_one_within_the_budget(case):
    starts, values, costs, budget = case
    found = allocate_offers(starts, values, costs, budget)
    rows = found.chosen[found.chosen >= 0]
    for member, row in enumerate(found.chosen):
        assert row == -1 or starts[member] <= row < starts[member + 1]
    assert costs[rows].sum() == found.cost <= budget
    assert values[rows].sum() == found.value
    assert (values[rows] > 0).all()
    best = by_trying(starts, values, costs, budget)
    assert found.value <= best <= found.bound + 1e-9


@settings(deadline=None, max_examples=100)
@given(ragged(), st.integers(0, 10))
def test_more_budget_never_lowers_what_it_can_bring_nor_raises_its_price(case, more):
    starts, values, costs, budget = case
    steps = steps_of(starts, values, costs)
    low, high = steps.worth(budget), steps.worth(budget + more)
    assert high[0] >= low[0] - 1e-9
    assert high[1] <= low[1] + 1e-9
    assert high[0] - low[0] <= low[1] * more + 1e-9


@settings(deadline=None, max_examples=50)
@given(ragged())
def test_the_order_of_members_changes_nothing_of_the_sums_when_the_budget_reaches(case):
    starts, values, costs, _ = case
    whole = allocate_offers(starts, values, costs, 10_000)
    parts = [slice(*pair) for pair in pairwise(starts)][::-1]
    turned = np.concatenate([[0], np.cumsum([part.stop - part.start for part in parts])])
    other = allocate_offers(
        turned.astype(np.int64),
        np.concatenate([values[part] for part in parts]),
        np.concatenate([costs[part] for part in parts]),
        10_000,
    )
    assert (other.value, other.cost) == (whole.value, whole.cost)
    assert whole.gap == 0


def test_two_hundred_offers_of_one_member_are_put_in_order_too():
    rng = np.random.default_rng(3)
    values, costs = rng.integers(1, 1000, 200).astype(float), rng.integers(1, 50, 200).astype(float)
    found = allocate_offers(np.array([0, 200]), values, costs, 20)
    assert found.value == values[costs <= 20].max()


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="are numbers"):
        allocate_budget(np.array([[np.nan]]), np.ones((1, 1)), 1)
