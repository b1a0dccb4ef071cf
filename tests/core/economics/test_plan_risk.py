"""What a plan may come to: the draws have the stated spreads and correlations, and the same seed the same."""

import numpy as np
import pytest
from core.economics.plans import by_hand, planned, plans
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regulars.core.economics.document import Estimate, Share
from regulars.core.economics.monte_carlo import payback_of, quantiles, simulate
from regulars.core.economics.plan import PlanInvalid, parse_plan, with_changes
from regulars.core.economics.results import case_of
from regulars.core.economics.returns import payback

RANGES = {
    "visits": {"likely": 1, "low": 0.5, "high": 2},
    "check": {"likely": 10, "low": 8, "high": 12},
}
SCORES = np.random.default_rng(7).standard_normal(200_000)


def ranged(*pairs, **parts):
    correlations = [{"between": list(pair[:2]), "rho": pair[2]} for pair in pairs]
    return planned(base=RANGES, correlations=correlations, **parts)


@settings(max_examples=20, deadline=None)
@given(plans())
def test_without_ranges_every_path_is_the_likely_case(plan):
    risk, results = simulate(plan, paths=50), case_of(plan).results
    assert risk.uncertain == ()
    assert risk.npv == pytest.approx((results.npv,) * 3, rel=1e-9, abs=1e-6)
    assert risk.npv_error == pytest.approx(0, abs=1e-6 * (1 + abs(results.npv)))
    assert risk.fan[-1].p50 == pytest.approx(results.net, rel=1e-9, abs=1e-6)
    assert risk.funding.p50 == pytest.approx(results.funding, rel=1e-9, abs=1e-6)


def test_a_triangular_spread_is_triangular():
    found = quantiles(Estimate(likely=3, low=1, high=4), SCORES)
    assert found.min() >= 1
    assert found.max() <= 4
    assert stats.kstest(found, stats.triang(2 / 3, 1, 3).cdf).statistic < 0.005


def test_a_pert_spread_is_its_beta():
    found = quantiles(Estimate(likely=3, low=1, high=4, spread="pert"), SCORES)
    assert stats.kstest(found, stats.beta(1 + 8 / 3, 1 + 4 / 3, 1, 3).cdf).statistic < 0.005


def test_ninety_in_a_hundred_of_a_normal_spread_lie_in_its_range():
    found = quantiles(Estimate(likely=3, low=1, high=5, spread="normal"), SCORES)
    assert ((found >= 1) & (found <= 5)).mean() == pytest.approx(0.9, abs=0.003)


def test_a_normal_spread_is_cut_at_what_cannot_be():
    found = quantiles(Share(likely=0.9, low=0.5, high=1, spread="normal"), SCORES)
    assert found.max() == 1.0


def test_the_same_seed_gives_the_same_and_another_gives_another():
    assert simulate(ranged(), paths=3000, seed=5) == simulate(ranged(), paths=3000, seed=5)
    assert simulate(ranged(), paths=3000, seed=5).npv != simulate(ranged(), paths=3000, seed=6).npv


def test_what_moves_together_spreads_wider_and_what_moves_apart_narrower():
    def width(rho):
        band = simulate(ranged(("base.visits", "base.check", rho)), paths=20_000).npv
        return band.p90 - band.p10

    assert width(-1.0) < width(0.0) < width(1.0)


def test_fully_correlated_assumptions_have_the_same_place_in_their_ranges():
    """Two items of opposite sign in their effect then cancel: the present value does not move."""
    budget = [
        {"code": "a", "item": "servers", "amount": {"likely": 10, "low": 0, "high": 20}},
        {"code": "b", "item": "storage", "amount": {"likely": 10, "low": 0, "high": 20}},
    ]
    pair = {"between": ["budget.a.amount", "budget.b.amount"], "rho": -1}
    risk = simulate(planned(budget=budget, correlations=[pair]), paths=5000)
    assert risk.npv.p10 == pytest.approx(risk.npv.p90)


def test_correlations_that_contradict_each_other_are_refused():
    budget = [{"code": "a", "item": "servers", "amount": {"likely": 10, "low": 0, "high": 20}}]
    pairs = [
        ("base.visits", "base.check", 0.9),
        ("base.check", "budget.a.amount", 0.9),
        ("base.visits", "budget.a.amount", -0.9),
    ]
    with pytest.raises(PlanInvalid) as refusal:
        simulate(ranged(*pairs, budget=budget), paths=100)
    assert refusal.value.problems[0].code == "plan.correlations_contradict"
    assert refusal.value.pointer == "/correlations"


def test_the_chance_of_loss_is_that_of_the_spread():
    """Net is linear in one normal amount, so the chance is known: that it exceeds what is earned."""
    free = case_of(planned(budget=[])).results.npv
    budget = [
        {
            "code": "app",
            "item": "app",
            "amount": {"likely": free, "low": free / 2, "high": free * 1.5, "spread": "normal"},
        }
    ]
    risk = simulate(planned(budget=budget), paths=50_000)
    assert abs(risk.loss - 0.5) < 4 * risk.loss_error
    assert abs(risk.npv_mean) < 4 * risk.npv_error
    assert sum(risk.counts) == risk.paths
    assert risk.edges[0] <= risk.npv.p10 <= risk.npv.p50 <= risk.npv.p90 <= risk.edges[-1]


def test_a_plan_that_never_pays_back_says_so_in_every_path():
    risk = simulate(ranged(response={"frequency": 0}), paths=1000)
    assert risk.never == 1.0
    assert risk.payback == (None, None, None)
    assert risk.loss == 1.0


@given(st.lists(st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=1, max_size=6))
def test_paybacks_of_many_paths_are_those_of_each(paths):
    found = payback_of(np.cumsum(np.array(paths, dtype=float).T, axis=0))
    alone = [payback(path) for path in paths]
    assert found == pytest.approx([np.inf if one is None else one for one in alone])


def test_paths_are_at_least_one_and_at_most_a_million():
    for paths in (0, 1_000_001):
        with pytest.raises(ValueError, match="paths"):
            simulate(planned(), paths=paths)


def test_the_largest_and_the_smallest_numbers_that_a_plan_may_have_can_be_computed():
    largest = {"likely": 1e12, "low": 1e-6, "high": 1e12, "spread": "normal"}
    wide = {"likely": 0.01, "low": 1e-6, "high": 1, "spread": "normal"}
    plan = planned(
        months=120,
        base=dict.fromkeys(("members", "joins", "visits", "check"), largest),
        programme={"worth": wide, "reward_rate": 1, "welcome_points": 1e12, "lag": 60},
        response={"frequency": 10, "check": 10},
        budget=[
            {"code": "x", "item": "card_delivery", "amount": 1e12, "quantity": 1e12, "growth": 10}
        ],
    )
    assert np.isfinite(case_of(plan).results.npv)
    assert np.isfinite(simulate(plan, paths=200).npv).all()


def test_a_changed_assumption_keeps_its_source_and_loses_its_range():
    document = by_hand(base={"visits": {"likely": 1, "low": 0.5, "high": 2, "source": "books"}})
    plan = with_changes(parse_plan(document), {"base.visits": 3})
    assert plan.base.visits.likely == 3
    assert plan.base.visits.source == "books"
    assert not plan.base.visits.uncertain
