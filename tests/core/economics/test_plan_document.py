"""A plan document is read as it is written, and an impossible one is refused with its place."""

import json

import pytest
from core.economics.plans import by_hand, planned, plans
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.core.economics.budget_items import GROUPS, ITEMS, UNITS
from regulars.core.economics.document import Plan
from regulars.core.economics.plan import PlanInvalid, assumptions, parse_plan, with_changes
from regulars.core.wording.catalogue import SENTENCES


def refused(document):
    with pytest.raises(PlanInvalid) as refusal:
        parse_plan(document)
    return {(problem.pointer, problem.code) for problem in refusal.value.problems}


def item(**parts):
    return {"code": "x", "item": "app", "amount": 1, **parts}


IMPOSSIBLE = [
    ({"base": {"margin": 1.2}}, "/base/margin", "plan.out_of_bounds"),
    ({"base": {"joins": -1}}, "/base/joins", "plan.out_of_bounds"),
    ({"base": {"joins": True}}, "/base/joins", "programme.mapping_expected"),
    ({"base": {"joins": "12"}}, "/base/joins", "programme.mapping_expected"),
    ({"base": {"check": {"likely": 5, "low": 6, "high": 7}}}, "/base/check", "plan.range_order"),
    ({"base": {"check": {"likely": 5, "low": 1}}}, "/base/check", "plan.range_half"),
    ({"base": {"loss": {"likely": 0.5, "low": 0, "high": 2}}}, "/base/loss", "plan.out_of_bounds"),
    ({"base": {"seasonality": [1, 2]}}, "/base/seasonality", "programme.too_few"),
    ({"base": {"cheque": 1}}, "/base/cheque", "programme.unknown_field"),
    ({"programme": {"worth": 0}}, "/programme/worth", "plan.out_of_bounds"),
    ({"programme": {"lag": 0.5}}, "/programme/lag", "plan.out_of_bounds"),
    ({"programme": {"expiry_months": 0}}, "/programme/expiry_months", "programme.at_least"),
    ({"response": {"frequency": -1.5}}, "/response/frequency", "plan.out_of_bounds"),
    ({"budget": [item(item="nonsense")]}, "/budget/0", "plan.item_unknown"),
    ({"budget": [{"code": "x", "amount": 1}]}, "/budget/0", "plan.item_incomplete"),
    ({"budget": [item(unit="month", to=0)]}, "/budget/0", "plan.item_never"),
    ({"budget": [item(to=3)]}, "/budget/0", "plan.one_off_lasts"),
    ({"budget": [item(), item()]}, "/budget/1/code", "plan.code_twice"),
    ({"budget": [{**item(), "from": 4}]}, "/budget/0/from", "plan.item_after_end"),
    ({"months": 121}, "/months", "programme.at_most"),
    ({"months": 0}, "/months", "programme.at_least"),
    ({"start": "2026-13"}, "/start", "programme.pattern"),
    ({"money": "euro"}, "/money", "programme.money_wrong"),
    ({"discount": float("nan")}, "/discount", "programme.number_wrong"),
    ({"discount": float("inf")}, "/discount", "programme.number_wrong"),
    ({"discount": 10**400}, "/discount", "programme.number_wrong"),
    (
        {"scenarios": [{"code": "a", "set": {"base.nothing": 1}}]},
        "/scenarios/0/set",
        "plan.assumption_unknown",
    ),
    (
        {"scenarios": [{"code": "a", "set": {"base.margin": 3}}]},
        "/scenarios/0/set/base.margin",
        "plan.out_of_bounds",
    ),
    (
        {"correlations": [{"between": ["base.nothing", "base.check"], "rho": 0}]},
        "/correlations/0/between/0",
        "plan.assumption_unknown",
    ),
    (
        {"correlations": [{"between": ["base.check", "base.check"], "rho": 1}]},
        "/correlations/0/between",
        "plan.correlated_with_itself",
    ),
]


@pytest.mark.parametrize(("parts", "pointer", "code"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_with_its_place(parts, pointer, code):
    assert (pointer, code) in refused(by_hand(**parts))
    assert code in SENTENCES["en"]


def test_more_than_all_members_cannot_be_in_tiers():
    tiers = [{"code": code, "members": 0.6} for code in ("silver", "gold")]
    assert refused(by_hand(programme={"tiers": tiers})) == {("/programme", "plan.tiers_over_all")}


def test_every_problem_is_told_at_once():
    document = by_hand(base={"margin": 2, "joins": -1}, months=0)
    assert len(refused(document)) == 3


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def problems_or_plan(document):
    try:
        return (), parse_plan(document)
    except PlanInvalid as refusal:
        return refusal.problems, None


@settings(max_examples=300, deadline=None)
@given(JUNK, st.sampled_from([*Plan.model_fields, "base.joins", "budget.0", "scenarios.0.set"]))
def test_junk_anywhere_is_refused_and_nothing_else_happens(junk, place):
    document = by_hand(scenarios=[{"code": "a", "set": {"base.joins": 3}}])
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    part = document
    for key in way:
        part = part[key]
    part[last] = junk
    for sent in (document, junk):
        problems, plan = problems_or_plan(sent)
        assert all(problem.sentence("ru") for problem in problems)
        assert plan is None or assumptions(plan)


@settings(max_examples=50, deadline=None)
@given(plans())
def test_a_plan_written_down_and_read_again_is_the_same(plan):
    text = json.dumps(plan.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    assert parse_plan(json.loads(text)) == plan


@settings(max_examples=50, deadline=None)
@given(plans())
def test_every_assumption_can_be_changed_by_its_name(plan):
    for name, estimate in assumptions(plan).items():
        changed = with_changes(plan, {name: estimate.likely})
        assert assumptions(changed)[name].likely == estimate.likely


def test_a_change_of_nothing_known_or_to_nothing_possible_is_refused():
    for changes, pointer, code in (
        ({"base.nothing": 1.0}, "/base.nothing", "plan.assumption_unknown"),
        ({"base.margin": 7.0}, "/base.margin", "plan.out_of_bounds"),
        ({"budget.app.amount": -7.0}, "/budget.app.amount", "plan.out_of_bounds"),
    ):
        with pytest.raises(PlanInvalid) as refusal:
            with_changes(planned(), changes)
        problem = refusal.value.problems[0]
        assert (problem.pointer, problem.code) == (pointer, code)


def test_the_items_on_offer_have_their_own_codes_in_both_languages():
    assert len({each.code for each in ITEMS}) == len(ITEMS) >= 33
    assert {each.group for each in ITEMS} | {"other"} == set(GROUPS)
    assert {each.unit for each in ITEMS} <= set(UNITS)
    assert all(each.title("en") and each.title("ru") for each in ITEMS)
    assert len({each.title("ru") for each in ITEMS}) == len(ITEMS)
