"""Plan against actual: what is known, what is off, and what comes if it goes on like that."""

import pytest
from core.economics.plans import by_hand, planned, plans
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.core.economics.actuals import (
    COST,
    LINES,
    CostInvalid,
    check_cost,
    costs_by_month,
    planned_lines,
    so_far,
    track,
)
from regulars.core.economics.base import (
    HistoryTooShort,
    PastMonth,
    SimulationUnlike,
    base_of,
    rewards_of,
)
from regulars.core.economics.model import flows_of
from regulars.core.economics.plan import parse_plan
from regulars.core.economics.results import case_of

WORDS = {"source": "from {since} to {until}", "guess": "guess", "stated": "stated"}


def as_planned(flows, months):
    """Actuals that are the plan to the last bit."""
    lines = planned_lines(flows, {})
    return {
        month: {line: float(values[month]) for line, values in lines.items()} for month in months
    }


@settings(max_examples=60, deadline=None)
@given(plans(), st.data())
def test_a_plan_that_comes_true_is_its_own_forecast(document, data):
    plan = parse_plan(document) if isinstance(document, dict) else document
    flows = flows_of(plan)
    months = data.draw(st.sets(st.integers(0, plan.months), max_size=6))
    found = track(plan, flows, as_planned(flows, months))
    ours = case_of(plan).results
    assert found.results.npv == pytest.approx(ours.npv, rel=1e-9, abs=1e-6)
    assert found.results.payback == pytest.approx(ours.payback) if ours.payback else True
    for line in found.ahead:
        assert line.actual == pytest.approx(line.planned, rel=1e-9, abs=1e-6)
    for line in found.so_far:
        assert line.actual == pytest.approx(line.planned, rel=1e-9, abs=1e-6)


def test_without_actuals_the_forecast_is_the_plan():
    plan = planned()
    found = track(plan, flows_of(plan), {})
    assert (found.months, found.so_far) == ((), ())
    assert found.results == case_of(plan).results


def test_a_line_goes_on_at_its_pace():
    plan = planned(months=4)
    flows = flows_of(plan)
    sales = [float(value) for value in flows.sales[:, 0]]
    actuals = {1: {"sales": sales[1] * 0.5}, 2: {"sales": sales[2] * 0.5}}
    found = track(plan, flows, actuals)
    assert found.flows.sales[:, 0].tolist() == pytest.approx([value * 0.5 for value in sales])
    assert found.flows.margin[3, 0] == pytest.approx(flows.margin[3, 0] * 0.5)
    ahead = {line.line: line for line in found.ahead}
    assert ahead["sales"].actual == pytest.approx(sum(sales) / 2)
    assert ahead["members"].actual == ahead["members"].planned  # nobody told otherwise


def test_costs_that_were_not_planned_count_too():
    plan = planned()
    costs = costs_by_month(plan, [("2026-09", "software", 250000), ("2026-12", "launch", 5000)])
    assert costs == {0: {"cost_software": 2500.0}, 2: {"cost_launch": 50.0}}
    found = track(plan, flows_of(plan), costs)
    paid = {line.line: line for line in found.so_far}
    assert (paid["cost_software"].planned, paid["cost_software"].actual) == (1000, 2500)
    assert (paid["cost_launch"].planned, paid["cost_launch"].actual) == (0, 50)
    assert found.results.cost == pytest.approx(case_of(plan).results.cost + 1500 + 50)
    assert found.results.net == pytest.approx(found.flows.net.sum())


def test_what_is_known_of_some_months_only_is_not_known_of_all():
    plan = planned()
    flows = flows_of(plan)
    found = track(
        plan,
        flows,
        {0: {"cost_software": 1.0}, 1: {"sales": 5.0, "members": 7.0}, 2: {"members": 9.0}},
    )
    told = {line.line: line.actual for line in found.so_far}
    assert told["sales"] is None
    assert told["members"] == 9
    assert told["cost_software"] == 1
    assert set(LINES) <= told.keys()
    assert so_far(()) == ()


@pytest.mark.parametrize(
    ("month", "group", "amount"),
    [("2026-00", "people", 1), ("26-11", "people", 1), ("2026-11\n", "people", 1),
     ("2027-02", "people", 1), ("2026-11", COST + "people", 1), ("2026-11", "people", -1)],
)  # fmt: skip
def test_an_impossible_cost_is_refused_with_its_place(month, group, amount):
    with pytest.raises(CostInvalid) as refused:
        check_cost(planned(), month, group, amount)
    assert refused.value.pointer in ("/month", "/group", "/amount_minor")


def past(number, **more):
    told = {"sales": 3000.0, "member_sales": 2000.0, "receipts": 200, "new": 10, "present": 90,
            "lost": 9}  # fmt: skip
    return PastMonth(f"{2025 + number // 12}-{number % 12 + 1:02}", **(told | more))


def test_a_base_is_what_the_past_was():
    base = base_of([past(n, new=10 + n % 3) for n in range(14)], margin=None, words=WORDS)
    assert base["joins"]["likely"] == pytest.approx(11, abs=0.5)
    assert (base["joins"]["low"], base["joins"]["high"]) == (10, 12)
    assert base["loss"]["likely"] == 0.1
    assert base["check"]["likely"] == 10
    assert base["visits"]["likely"] == pytest.approx(200 / 101, abs=0.01)
    assert base["other_sales"]["likely"] == 1000
    assert base["margin"]["source"] == "guess"
    assert base["source"] == "from 2025-03 to 2026-02"
    assert sum(base["seasonality"]) == pytest.approx(12, abs=0.01)
    parse_plan(by_hand(base=base))


@given(
    st.lists(
        st.builds(
            PastMonth,
            label=st.just("2025-01"),
            sales=st.floats(-1e9, 1e9),
            member_sales=st.floats(-1e9, 1e9),
            receipts=st.integers(0, 10**7),
            new=st.integers(0, 10**6),
            present=st.integers(1, 10**6),
            lost=st.just(0),
        ),
        min_size=3,
        max_size=20,
    ),
    st.none() | st.floats(0, 1),
)
def test_whatever_the_past_was_its_base_is_one_of_a_plan(months, margin):
    labelled = [
        month._replace(label=f"2025-{place % 12 + 1:02}", lost=month.present // (place + 1))
        for place, month in enumerate(months)
    ]
    try:
        base = base_of(labelled, margin=margin, words=WORDS)
    except HistoryTooShort:
        assert sum(1 for month in months if month.receipts) < 3
        return
    document = by_hand()
    document["base"] = base
    assert parse_plan(document)


def test_months_that_cannot_tell_of_losses_leave_them_out():
    months = [past(0, lost=None), past(1, lost=None), past(2, lost=9), past(3, lost=18)]
    base = base_of(months, margin=0.3, words=WORDS)
    assert base["loss"]["likely"] == 0.15
    unknown = base_of([past(n, lost=None) for n in range(4)], margin=0.3, words=WORDS)
    assert unknown["loss"]["source"] == "guess"


def test_a_short_past_is_not_enough():
    with pytest.raises(HistoryTooShort):
        base_of([past(0), past(1)], margin=None, words=WORDS)


def simulated(**more):
    outcome = {
        "code": "a", "title": "Points", "rates": {"reward": 0.03, "effective": 0.024},
        "totals": {"receipts": 100, "sales_minor": 1_000_000, "discounts_minor": 5_000},
        "currencies": {"points": {"worth": 2.0, "flows": {"issued": 500}}},
    }  # fmt: skip
    return {"money_scale": 2, "outcomes": [outcome | more, outcome | {"code": "b", "title": "B"}]}


def test_a_simulated_programme_is_planned_as_it_came_out():
    rewards, discount = rewards_of(simulated(), None, source="x")
    assert rewards["reward_rate"]["likely"] == 0.03
    assert rewards["worth"]["likely"] == 0.02
    assert rewards["redeemed"]["likely"] == 0.8
    assert discount["likely"] == 0.5
    assert rewards_of(simulated(), "b", source="x")[0]["version"] == "B"
    none, _ = rewards_of(
        simulated(rates={"reward": None, "effective": None}, currencies={}), None, source="x"
    )
    assert (none["reward_rate"]["likely"], none["redeemed"]["likely"]) == (0, 0)


@pytest.mark.parametrize(
    ("told", "candidate"),
    [({}, None), ({"outcomes": []}, None), (simulated(), "c"), (simulated(rates=None), None),
     (simulated(currencies=[1]), None), ({"money_scale": "x", "outcomes": [1]}, None),
     ({"money_scale": 2, "outcomes": "abc"}, None)],
)  # fmt: skip
def test_what_is_no_simulation_is_refused(told, candidate):
    with pytest.raises(SimulationUnlike):
        rewards_of(told, candidate, source="x")
