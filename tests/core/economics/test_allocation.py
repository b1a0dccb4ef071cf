"""Offers under a budget: within it, near the proven bound, as good as an exact solver's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from regulars.core.economics.allocation import allocate_budget


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
    assert found.value >= 0.9 * best - 1e-6


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
