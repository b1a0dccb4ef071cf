"""The frontier is efficient, keeps the budget and only gains by more candidates; a search is repeatable."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.core.economics.candidate_documents import Shop, nice
from regulars.core.economics.candidates import KINDS, Candidate, KindUnknown, Space
from regulars.core.economics.optimise import (
    Course,
    Score,
    Tried,
    frontier_of,
    is_dominated,
    layers_of,
    search,
)
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import to_mapping
from regulars.core.wording.catalogue import SENTENCES
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes, load

SPENDS = tuple(map(Decimal, (9000, 3000, 1800, 1200, 900, 600, 450, 320, 220, 110)))
SHOP = Shop("GBP", 2, "Europe/London", "en", Decimal(25), SPENDS)
ROUBLES = Shop("RUB", 2, "Europe/Moscow", "ru", Decimal(1500), tuple(100 * s for s in SPENDS))
SHARES = st.integers(0, 8).map(lambda value: value / 8)


@st.composite
def some_tried(draw, prefix="c"):
    scores = draw(st.lists(st.tuples(SHARES, SHARES), max_size=12))
    return [
        Tried(Candidate(f"{prefix}{i}", "points", (), {}, {}), Score(c, b, b, b), 1.0, "whole")
        for i, (c, b) in enumerate(scores)
    ]


@given(some_tried(), SHARES)
def test_no_point_of_a_frontier_is_dominated_and_everything_else_affordable_is(tried, budget):
    frontier = frontier_of(tried, budget)
    affordable = [one for one in tried if one.score.cost <= budget]
    assert bool(frontier) == bool(affordable)
    for one in frontier:
        assert one.score.cost <= budget
        assert not any(is_dominated(one.score, other.score) for other in affordable)
    for one in affordable:
        if one not in frontier:
            assert any(
                is_dominated(one.score, other.score) or other.score == one.score
                for other in frontier
            )


@given(some_tried(), SHARES)
def test_a_frontier_rises(tried, budget):
    frontier = frontier_of(tried, budget)
    costs = [one.score.cost for one in frontier]
    benefits = [one.score.benefit for one in frontier]
    assert costs == sorted(set(costs))
    assert benefits == sorted(set(benefits))


@given(some_tried("a"), some_tried("b"), SHARES)
def test_more_candidates_never_worsen_the_frontier(some, more, budget):
    for one in frontier_of(some, budget):
        assert any(
            better.score.cost <= one.score.cost and better.score.benefit >= one.score.benefit
            for better in frontier_of(some + more, budget)
        )


@given(some_tried(), SHARES, SHARES)
def test_a_greater_budget_keeps_what_a_smaller_one_found(tried, one, other):
    low, high = sorted((one, other))
    assert frontier_of(tried, high)[: len(frontier_of(tried, low))] == frontier_of(tried, low)


@given(some_tried(), SHARES, st.randoms())
def test_the_order_of_candidates_changes_no_frontier(tried, budget, random):
    turned = list(tried)
    random.shuffle(turned)
    assert frontier_of(turned, budget) == frontier_of(tried, budget)


@given(some_tried())
def test_layers_hold_everything_once_and_each_is_dominated_by_the_one_before(tried):
    layers = layers_of(tried)
    assert sorted(one.candidate.code for layer in layers for one in layer) == sorted(
        one.candidate.code for one in tried
    )
    for place, layer in enumerate(layers):
        for one in layer:
            assert not any(is_dominated(one.score, other.score) for other in layer)
            if place:
                assert any(is_dominated(one.score, other.score) for other in layers[place - 1])


def truth(candidate):
    """A made-up shop: dearer programmes reach more, each kind with a bend of its own."""
    numbers = [float(value) for _, value in candidate.values]
    strength = sum(numbers) / (1 + len(numbers))
    cost = strength / 100 * (1 + KINDS.index(candidate.kind) / 10)
    benefit = cost / (cost + 0.01 * (1 + len(candidate.code) % 3))
    return Score(cost, benefit, benefit, benefit)


def tries_of(noise):
    """An evaluation whose sample is off by up to `noise`, and what it was asked for."""
    asked = []

    def evaluate(candidates, sample, stage):
        asked.append((stage, sample, [one.code for one in candidates]))
        found = []
        for one in candidates:
            score = truth(one)
            off = 1 + noise * (1 - sample) * ((sum(map(ord, one.code)) % 21) / 10 - 1)
            found.append(score._replace(cost=score.cost * off, benefit=score.benefit / off))
        return found

    return evaluate, asked


@settings(deadline=None, max_examples=6)
@given(st.floats(0, 0.3), st.floats(0.002, 0.1))
def test_a_search_keeps_the_budget_on_all_customers_and_its_frontier_is_of_confirmed_scores(
    noise, budget
):
    evaluate, asked = tries_of(noise)
    found = search(Space(SHOP), evaluate, budget, Course())
    whole = [codes for stage, sample, codes in asked if stage == "whole"]
    assert [sample for stage, sample, _ in asked if stage == "whole"] in ([], [1.0])
    for one in found.frontier:
        assert one.candidate.code in whole[0]
        assert one.score == truth(one.candidate)
        assert one.score.cost <= budget
    assert sum(len(codes) for codes in whole) <= Course().confirmed + len(KINDS)
    assert found.evaluations == sum(len(codes) for _, _, codes in asked)
    assert found == search(Space(SHOP), tries_of(noise)[0], budget, Course())


def test_a_search_whose_sample_is_right_finds_what_trying_everything_would():
    budget = 0.03
    evaluate, _ = tries_of(0)
    found = search(Space(SHOP), evaluate, budget, Course(refine=0, confirmed=1000))
    everything = [
        Tried(candidate, truth(candidate), 1.0, "whole") for candidate in Space(SHOP).grid()
    ]
    assert found.frontier == frontier_of(everything, budget)


def test_looking_between_the_best_never_worsens_what_is_found():
    budget = 0.03
    plain = search(Space(SHOP), tries_of(0)[0], budget, Course(refine=0, confirmed=1000))
    finer = search(Space(SHOP), tries_of(0)[0], budget, Course(refine=2, confirmed=1000))
    assert any(one.candidate not in Space(SHOP).grid() for one in finer.frontier)
    for one in plain.frontier:
        assert any(
            better.score.cost <= one.score.cost and better.score.benefit >= one.score.benefit
            for better in finer.frontier
        )


def test_a_search_tries_far_fewer_on_everybody_than_there_are():
    evaluate, asked = tries_of(0.1)
    search(Space(SHOP), evaluate, 0.03, Course())
    sizes = {stage: sum(len(codes) for s, _, codes in asked if s == stage) for stage, *_ in asked}
    assert sizes["whole"] <= 16 + len(KINDS) < len(Space(SHOP).grid())
    assert len(asked[1][2]) < len(asked[0][2])


def test_every_model_that_fits_the_budget_is_confirmed():
    found = search(Space(SHOP), tries_of(0)[0], 0.03, Course(confirmed=1))
    affordable = {one.kind for one in Space(SHOP).grid() if truth(one).cost <= 0.03}
    assert {one.candidate.kind for one in found.tried if one.stage == "whole"} == affordable


def test_what_was_given_comes_through_however_dear_it_is():
    dear = Space(SHOP).make("points", {"rate": Decimal(50), "expiry": Decimal(12)})
    evaluate, asked = tries_of(0)
    found = search(Space(SHOP, ["vip"]), evaluate, 0.01, Course(), given=[dear])
    assert dear.code in asked[-1][2]
    assert next(one for one in found.tried if one.candidate == dear).stage == "whole"
    assert dear not in [one.candidate for one in found.frontier]


def test_without_samples_everything_is_tried_on_everybody():
    evaluate, asked = tries_of(0)
    found = search(Space(SHOP), evaluate, 0.03, Course(samples=()))
    assert [stage for stage, *_ in asked] == ["whole"]
    assert len(found.tried) == len(Space(SHOP).grid())


def test_a_budget_of_nothing_finds_nothing_that_costs():
    found = search(Space(SHOP), tries_of(0)[0], 0.0, Course())
    assert found.frontier == ()


@pytest.mark.parametrize("shop", [SHOP, ROUBLES], ids=["pounds", "roubles"])
def test_every_candidate_is_a_valid_programme_named_in_both_languages(shop):
    grid = Space(shop).grid()
    assert len(grid) == len({one.code for one in grid}) > 60
    assert {one.kind for one in grid} == set(KINDS)
    for one in grid:
        programme = parse_programme(one.document)
        assert programme == one.programme
        assert programme.code == one.code
        assert to_mapping(programme) == one.document
        assert not any("optimise." in title for title in one.titles.values())
        assert one.titles["en"] != one.titles["ru"]


def test_points_are_worth_what_their_rate_says():
    (one,) = [c for c in Space(SHOP).grid() if c.code == "points-r2-x12"]
    (rule,) = one.programme.earning
    worth = one.programme.currencies["points"].redeem.worth
    assert rule.params.points / rule.params.per * worth == Decimal("0.02")


def test_levels_that_would_stand_below_each_other_are_left_out():
    flat = Shop("GBP", 2, "UTC", "en", Decimal(25), (Decimal(100),) * 10)
    for one in Space(flat, ["tiers", "growing_card", "vip"]).grid():
        levels = one.programme.tiers.levels
        assert len(levels) == 2
    poor = Shop("GBP", 2, "UTC", "en", Decimal("0.01"), (Decimal(0),) * 10)
    assert len(Space(poor).grid()) > 30


@pytest.mark.parametrize("name", list_programmes())
def test_a_given_programme_is_varied_and_stays_valid(name):
    base = parse_programme(load_yaml(load(name)))
    space = Space(SHOP, base=base)
    grid = space.grid()
    assert {one.kind for one in grid} == {"base"}
    assert len({one.code for one in grid}) == len(grid)
    same = [one for one in grid if all(value == 1 for _, value in one.values)]
    (unchanged,) = same
    assert {**unchanged.document, "code": base.code} == to_mapping(base)


def test_twice_the_rate_is_twice_the_points_everywhere():
    base = parse_programme(load_yaml(load("grocery")))
    values = dict.fromkeys(("rate", "threshold", "expiry"), Decimal(1))
    space = Space(SHOP, base=base)
    doubled = space.make("base", {**values, "rate": Decimal(2)}).programme
    assert doubled.earning[0].params.default == 2 * base.earning[0].params.default
    assert doubled.earning[0].params.brands == {"our-shop": Decimal(6)}
    assert doubled.tiers == base.tiers
    higher = space.make("base", {**values, "threshold": Decimal(2)}).programme
    assert [level.threshold for level in higher.tiers.levels] == [0, 40000, 100000]


def test_a_base_and_models_can_be_searched_together():
    base = parse_programme(load_yaml(load("vip_club")))
    assert {one.kind for one in Space(SHOP, ["points"], base).grid()} == {"base", "points"}


def test_a_model_nobody_knows_is_refused():
    with pytest.raises(KindUnknown):
        Space(SHOP, ["lottery"])


def test_what_is_near_lies_between_and_is_new():
    space = Space(SHOP)
    grid = space.grid()
    middle = next(one for one in grid if one.code == "points-r1-x12")
    near = space.near(middle, grid)
    assert [one.code for one in near] == ["points-r0.75-x12", "points-r1.5-x12"]
    assert space.near(near[0], [*grid, *near])[0].code == "points-r0.63-x12"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("487.3", "490"), ("0.123", "0.12"), ("0", "0"), ("99.9", "100"), ("7", "7"), ("-3", "0")],
)
def test_a_nice_number_has_two_figures(amount, expected):
    assert nice(Decimal(amount)) == Decimal(expected)


def test_every_model_is_worded():
    for language in ("en", "ru"):
        assert all(f"optimise.title_{kind}" in SENTENCES[language] for kind in (*KINDS, "base"))
