"""Which promotions count where some do not go together."""

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from offer_cases import amount, compiled, offer, percent, promoted, total
from offer_cases import given as taken

from regulars.core.example import line
from regulars.core.promotions import choose
from regulars.core.promotions.choose import SETS_MAX, maximal_sets
from regulars.core.promotions.conflicts import Bound

HUNDRED = (line(100_00),)


def test_an_exclusive_promotion_wins_where_it_gives_more_than_all_others_together():
    others = [percent("a", 10), percent("b", 10)]
    alone = percent("x", 25, stacks="none", priority=500)
    assert taken(promoted(compiled(*others, alone), *HUNDRED)) == {"x": 25_00}
    less = percent("x", 18, stacks="none", priority=1)
    assert taken(promoted(compiled(*others, less), *HUNDRED)) == {"a": 10_00, "b": 9_00}


def test_the_best_of_a_group_counts_and_ties_go_to_the_smaller_id():
    group = {"groups": [{"id": "g"}]}
    offers = [amount(id, 10, group="g") for id in ("b", "a", "c")]
    result = promoted(compiled(*offers, percent("d", 10), **group), *HUNDRED)
    assert taken(result) == {"a": 10_00, "d": 9_00}
    assert {v.promotion: v.reason.code for v in result.passed} == {
        "b": "promotion.outdone",
        "c": "promotion.outdone",
    }


def test_of_a_group_as_many_as_it_says_count():
    offers = [percent(f"f{i}", i, group="flash") for i in range(1, 5)]
    two = {"groups": [{"id": "flash", "most": 2}]}
    assert taken(promoted(compiled(*offers, **two), *HUNDRED)) == {"f3": 3_00, "f4": 3_88}
    first = {"groups": [{"id": "flash", "most": 2, "choose": "first"}]}
    assert taken(promoted(compiled(*offers, **first), *HUNDRED)) == {"f1": 1_00, "f2": 1_98}


def test_two_go_together_only_if_each_allows_the_other():
    a = percent("a", 10, stacks="listed", stacks_with=["b"])
    b = percent("b", 20, stacks="listed", stacks_with=["c"])
    assert taken(promoted(compiled(a, b, percent("c", 0.01)), *HUNDRED)) == {"b": 20_00, "c": 1}
    b = percent("b", 20, stacks="listed", stacks_with=["a"])
    assert taken(promoted(compiled(a, b), *HUNDRED)) == {"a": 10_00, "b": 18_00}


def test_a_list_may_name_a_group():
    a = percent("a", 10, stacks="listed", stacks_with=["g"])
    offers = [a, percent("b", 5, group="g"), percent("c", 20)]
    programme = compiled(*offers, groups=[{"id": "g"}])
    assert taken(promoted(programme, *HUNDRED)) == {"b": 5_00, "c": 19_00}
    programme = compiled(a, percent("b", 15, group="g"), groups=[{"id": "g"}])
    assert taken(promoted(programme, *HUNDRED)) == {"a": 10_00, "b": 13_50}


def test_by_setting_the_first_by_priority_excludes_the_rest_in_whatever_phase():
    auto = percent("auto", 50, stacks="none", priority=2)
    coded = percent(
        "coded", 5, stacks="none", priority=1, trigger={"kind": "code", "codes": ["FIVE"]}
    )
    policy = {"policy": {"exclusive": "first"}}
    from_code = {"presented": choose.Presented(codes=("F1VE",))}
    programme = compiled(auto, coded, **policy)
    assert taken(promoted(programme, *HUNDRED)) == {"auto": 50_00}
    assert taken(promoted(programme, *HUNDRED, **from_code)) == {"coded": 5_00}
    assert taken(promoted(compiled(auto, coded), *HUNDRED, **from_code)) == {"auto": 50_00}


def test_of_percentages_of_the_order_only_the_best_counts_by_setting():
    offers = [
        percent(f"p{i}", i, level="order", when={"amount": {"min": i * 5}})
        for i in (10, 15, 20, 25)
    ]
    policy = {"policy": {"order_percentages": "best"}}
    assert taken(promoted(compiled(*offers, **policy), line(118_00))) == {"p20": 23_60}
    both = compiled(*offers, percent("line", 50), **policy)
    assert taken(promoted(both, line(118_00))) == {"line": 59_00, "p10": 5_90}


def test_what_would_not_apply_by_itself_does_not_keep_others_away():
    dear = percent("dear", 90, stacks="none", when={"amount": {"min": 1000}})
    assert taken(promoted(compiled(dear, percent("a", 10)), *HUNDRED)) == {"a": 10_00}


def test_what_others_make_possible_counts_where_it_goes_together_with_them():
    small = percent("small", 10, priority=200, when={"amount": {"max": 95}}, group="g")
    result = promoted(
        compiled(
            percent("a", 10), small, percent("b", 1, group="g"), groups=[{"id": "g", "most": 1}]
        ),
        *HUNDRED,
    )
    assert taken(result) == {"a": 10_00, "b": 90}
    result = promoted(compiled(percent("a", 10), small, groups=[{"id": "g"}]), *HUNDRED)
    assert taken(result) == {"a": 10_00, "small": 9_00}


def test_a_gift_is_better_than_nothing():
    gift = offer("z", "gift_item", params={"sku": "mug"}, stacks="none")
    nothing = amount("a", 10, goods={"skus": ["other"]}, stacks="none")
    result = promoted(compiled(gift, nothing), *HUNDRED)
    assert [g.promotion for g in result.gifts] == ["z"]


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 7))
    conflicts = dict.fromkeys(range(count), 0)
    for i, j in combinations(range(count), 2):
        if draw(st.booleans()):
            conflicts[i] |= 1 << j
            conflicts[j] |= 1 << i
    members = draw(st.integers(0, (1 << count) - 1))
    most = draw(st.integers(2, 3))
    return conflicts, [Bound("g", most, members, False)]


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_every_way_to_combine_is_found(graph):
    conflicts, bounds = graph
    count = len(conflicts)

    def good(chosen):
        inside = [i for i in range(count) if chosen >> i & 1]
        return not any(conflicts[i] & chosen for i in inside) and all(
            (bound.members & chosen).bit_count() <= bound.most for bound in bounds
        )

    possible = [chosen for chosen in range(1 << count) if good(chosen)]
    maximal = {c for c in possible if not any(c != d and c & d == c for d in possible)}
    found = maximal_sets(conflicts, bounds)
    assert found is None or (maximal <= set(found) and all(map(good, found)))
    assert found is not None or len(maximal) > SETS_MAX // 2


def test_too_many_ways_are_not_all_tried():
    pairs = {i: 1 << (i ^ 1) for i in range(400)}
    assert maximal_sets(pairs, []) is None
    clique = {i: ((1 << 100) - 1) & ~(1 << i) for i in range(100)}
    assert maximal_sets(clique, []) is None
    one_against_all = {0: ((1 << 500) - 1) & ~1} | dict.fromkeys(range(1, 500), 1)
    assert sorted(maximal_sets(one_against_all, [])) == [1, ((1 << 500) - 1) & ~1]


def _random_programme(rng):
    ids = [f"p{i}" for i in range(14)]
    made = []
    for id in ids:
        others = [other for other in ids if other != id]
        goods = rng.choice([{}, {}, {"categories": ["food"]}, {"categories": ["home"]}])
        one = percent(id, rng.randint(5, 60), goods=goods)
        if rng.random() < 0.3:
            one = amount(id, rng.randint(5, 80), goods=goods)
        kept = rng.sample(others, rng.randint(2, 9))
        one |= {"stacks": "listed", "stacks_with": kept} if rng.random() < 0.7 else {}
        one["priority"] = rng.choice([1, 100])
        made.append(one)
    return compiled(*made)


def test_the_greedy_choice_is_close_to_the_exact_one(monkeypatch):
    """Over 60 seeded sets of 14 promotions (up to some hundred ways to combine each) the greedy choice
    with many starts loses 0.13 % of the discount and is worse in one set; with one start it loses
    6.7 % and is worse in 32."""
    rng = random.Random(7)
    cases = []
    for _ in range(60):
        lines = [
            line(rng.randint(10, 200) * 100, id=str(i), category=rng.choice(["food", "home", ""]))
            for i in range(3)
        ]
        cases.append((_random_programme(rng), lines))
    monkeypatch.setattr(choose, "SETS_MAX", 100_000)
    exact = [total(promoted(programme, *lines)) for programme, lines in cases]
    monkeypatch.setattr(choose, "SETS_MAX", 0)
    found = [total(promoted(programme, *lines)) for programme, lines in cases]
    monkeypatch.setattr(choose, "STARTS_MAX", 1)
    once = [total(promoted(programme, *lines)) for programme, lines in cases]
    for best, better, good in zip(exact, found, once, strict=True):
        assert best >= better >= good
    lost, lost_once = (1 - sum(each) / sum(exact) for each in (found, once))
    worse = sum(best > other for best, other in zip(exact, found, strict=True))
    assert 0 < worse < 5
    assert 0 < lost < 0.01 < lost_once < 0.08
