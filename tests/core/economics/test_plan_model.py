"""A plan's months worked by hand, and the laws that hold for every plan."""

import numpy as np
import pytest
from core.economics.plans import planned, plans
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.core.economics.actuals import against_actuals, so_far
from regulars.core.economics.document import Estimate
from regulars.core.economics.model import flows_of, likely_values
from regulars.core.economics.plan import assumptions, with_changes
from regulars.core.economics.results import case_of
from regulars.core.economics.returns import npv, per_period
from regulars.core.economics.scenarios import compare_scenarios
from regulars.core.economics.sensitivity import tornado_of

ANY = settings(max_examples=60, deadline=None)


def months(series):
    return [float(value) for value in series[:, 0]]


def test_a_small_plan_is_what_it_is_by_hand():
    flows = flows_of(planned())
    assert months(flows.members) == [0, 100, 200, 300]
    assert months(flows.sales) == pytest.approx([0, 1200, 2400, 3600])
    assert months(flows.margin) == pytest.approx([0, 100, 200, 300])
    assert months(flows.issued) == pytest.approx([0, 120, 240, 360])
    assert months(flows.spent) == pytest.approx([0, 0, 60, 120])
    assert months(flows.outstanding) == pytest.approx([0, 120, 300, 540])
    assert months(flows.liability) == pytest.approx([0, 60, 120, 180])
    assert months(flows.cost) == pytest.approx([1000, 50, 110, 350])
    assert months(flows.net) == pytest.approx([-1000, 50, 90, -50])


def test_its_figures_are_what_they_are_by_hand():
    found = case_of(planned()).results
    rate = 1.1 ** (1 / 12)
    assert found.npv == pytest.approx(-1000 + 50 / rate + 90 / rate**2 - 50 / rate**3)
    assert (found.margin, found.cost) == pytest.approx((600, 1510))
    assert found.roi == pytest.approx((600 - 1510) / 1510)
    assert found.naive_roi == pytest.approx((3600 - 1510) / 1510)
    assert found.break_even_lift == pytest.approx(1510 / (0.5 * 6000))
    assert found.lift == pytest.approx(0.2)
    assert (found.funding, found.funding_month) == pytest.approx((1000, 0))
    assert found.payback is None
    assert found.payback_discounted is None
    assert (found.reward_rate, found.effective_rate) == pytest.approx((0.1, 180 / 7200))


def test_points_that_expire_are_spent_before_they_do():
    flows = flows_of(planned(programme={"lag": 2, "expiry_months": 2}))
    assert months(flows.spent) == pytest.approx([0, 0, 40, 100])
    assert months(flows.expired) == pytest.approx([0, 0, 0, 60])


def test_a_plan_that_pays_back_says_when():
    found = case_of(planned(budget=[{"code": "app", "item": "app", "amount": 75}])).results
    assert found.payback == pytest.approx(0.75)
    assert found.irr


def test_newcomers_bring_all_they_buy():
    flows = flows_of(planned(response={"frequency": 0, "newcomers": 0.5}))
    assert months(flows.base_sales) == pytest.approx([0, 500, 1000, 1500])
    assert months(flows.margin) == pytest.approx([0, 250, 500, 750])


def test_a_lift_comes_over_its_ramp_and_sales_follow_the_season():
    season = [1.0] * 12
    season[11] = 2.0  # the plan begins in November, its second month is December
    flows = flows_of(planned(base={"seasonality": season}, response={"ramp_months": 2}))
    assert months(flows.sales) == pytest.approx([0, 1100, 4800, 3600])


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("one_off", [6, 0, 0, 0]),
        ("month", [0, 6, 6, 6]),
        ("member", [0, 600, 1200, 1800]),
        ("message", [0, 600, 1200, 1800]),
        ("new_member", [0, 600, 600, 600]),
        ("card", [0, 600, 600, 600]),
        ("point", [0, 720, 1440, 2160]),
        ("receipt", [0, 720, 1440, 2160]),
    ],
)
def test_an_item_costs_by_its_unit(unit, expected):
    item = {"code": "x", "group": "other", "unit": unit, "amount": 2, "quantity": 3}
    assert months(flows_of(planned(budget=[item])).costs["other"]) == pytest.approx(expected)


def test_an_item_runs_from_month_to_month_and_grows_dearer():
    item = {"code": "x", "item": "servers", "amount": 10, "from": 2, "to": 2, "growth": 0.21}
    costs = flows_of(planned(budget=[item])).costs["technology"]
    assert months(costs) == pytest.approx([0, 0, 10 * 1.21 ** (2 / 12), 0])


@ANY
@given(plans())
def test_flows_add_up(plan):
    flows = flows_of(plan)
    scale = 1e-9 * (1 + np.abs(flows.net).sum() + flows.cost.sum())
    assert np.abs(flows.margin - flows.cost - flows.net).max() <= scale
    gone = np.cumsum(flows.spent + flows.expired, axis=0)
    points = np.cumsum(flows.issued, axis=0)
    assert np.abs(points - gone - flows.outstanding).max() <= 1e-9 * (1 + points[-1, 0])
    assert flows.outstanding.min() >= -1e-9 * (1 + points[-1, 0])
    assert flows.liability.min() >= -1e-9 * (1 + points[-1, 0])


@ANY
@given(plans(response=False))
def test_without_response_nothing_is_earned_and_nothing_pays_back(plan):
    case = case_of(plan)
    assert case.results.margin == pytest.approx(0, abs=1e-6)
    assert not case.results.responds
    assert case.results.npv <= 1e-6
    if case.results.cost > 1:
        assert case.results.payback is None


@ANY
@given(plans(), st.integers(2, 9))
def test_people_and_fixed_costs_times_a_number_are_flows_times_it(plan, factor):
    fixed = [
        f"budget.{item.code}.amount" for item in plan.budget if item.kind in ("one_off", "month")
    ]
    known = assumptions(plan)
    names = ["base.members", "base.joins", *fixed]
    larger = with_changes(plan, {name: known[name].likely * factor for name in names})
    net, expected = flows_of(larger).net, flows_of(plan).net * factor
    assert np.allclose(net, expected, rtol=1e-9, atol=1e-6)


@ANY
@given(plans(), plans(), st.data())
def test_a_scenarios_difference_is_worth_the_difference_of_flows(plan, other, data):
    names = sorted(assumptions(plan).keys() & assumptions(other).keys() - {"discount"})
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    changes = {name: assumptions(other)[name].likely for name in chosen}
    document = plan.model_dump(mode="json", by_alias=True)
    document["scenarios"] = [{"code": "other", "set": changes}]
    base, told = compare_scenarios(type(plan).model_validate(document))
    difference = [
        b - a for a, b in zip(months(base.case.flows.net), months(told.case.flows.net), strict=True)
    ]
    expected = npv(per_period(plan.discount.likely), difference)
    found = told.case.results.npv - base.case.results.npv
    scale = sum(map(abs, months(base.case.flows.net) + months(told.case.flows.net)))
    assert found == pytest.approx(expected, abs=1e-9 * (1 + scale))
    assert list(told.changes) == chosen


@ANY
@given(plans(), st.data())
def test_many_paths_at_once_are_each_path_alone(plan, data):
    names = [name for name in assumptions(plan) if not name.startswith("programme.worth")]
    name = data.draw(st.sampled_from(names))
    value = assumptions(plan)[name].likely
    tries = [value, value * 0.9 if not name.endswith("lag") else value + 1]
    together = flows_of(plan, {**likely_values(plan), name: np.array(tries)})
    for place, one in enumerate(tries):
        alone = flows_of(plan, {**likely_values(plan), name: one})
        net = np.broadcast_to(together.net, (len(alone.net), 2))[:, place]
        assert np.allclose(net, alone.net[:, 0], rtol=1e-9, atol=1e-6)


@ANY
@given(plans())
def test_a_tornados_bars_are_the_plan_at_the_ends(plan):
    wide = with_changes(plan, {"base.visits": Estimate(likely=3, low=1, high=4)})
    tornado = tornado_of(wide, swing=0.1)
    assert tornado.npv == pytest.approx(case_of(wide).results.npv, rel=1e-9, abs=1e-6)
    widths = [bar.width for bar in tornado.bars]
    assert widths == sorted(widths, reverse=True)
    assert [bar.name for bar in tornado.bars if bar.stated] == ["base.visits"]
    for bar in tornado.bars[:4]:
        for value, told in ((bar.low, bar.npv_low), (bar.high, bar.npv_high)):
            expected = case_of(with_changes(plan, {"base.visits": 3.0, bar.name: value}))
            assert told == pytest.approx(expected.results.npv, rel=1e-9, abs=1e-6)


def test_without_ranges_and_swing_a_tornado_has_no_bars():
    assert tornado_of(planned()).bars == ()


def test_a_plan_stands_beside_what_happened():
    flows = flows_of(planned())
    books = {
        2: {"members": 180.0, "joins": 90.0, "sales": 2500.0},
        1: {"members": 90.0, "joins": 90.0, "sales": 1200.0},
        9: {"members": 5.0},
    }
    told = against_actuals(flows, books)
    assert [month.month for month in told] == [1, 2]
    second = {line.line: line for line in told[1].lines}
    assert second["sales"].deviation == pytest.approx(100 / 2400)
    assert second["spent"].actual is None
    assert second["spent"].deviation is None
    whole = {line.line: line for line in so_far(told)}
    assert (whole["members"].planned, whole["members"].actual) == (200, 180)
    assert (whole["joins"].planned, whole["joins"].actual) == (200, 180)
    assert whole["sales"].actual == 3700
    assert so_far(()) == ()
