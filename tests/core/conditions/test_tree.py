"""Conditions joined by all, any and not."""

from typing import Any

import pytest
from engine_cases import buyers, line_lists, trees
from hypothesis import given
from pydantic import ValidationError
from seed import examples

from regulars.core.example import AT, buyer, line, receipt
from regulars.core.purchase import Buyer, Line
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.prepare import needs, prepare, why_not
from regulars.core.when.tree import ALWAYS, Node, read_when, write_when

TERMS = Terms(tier_ranks={"base": 0, "silver": 1, "gold": 2})
YES = {"channel": {"in": ["store"]}}
NO = {"channel": {"in": ["online"]}}


def scene_of(lines: tuple[Line, ...], who: Buyer, terms: Terms) -> Scene:
    scene = Scene(receipt(*lines), who, AT, [sold.amount_minor for sold in lines])
    scene.enter(terms.zone, terms.money_scale, terms.goods)
    return scene


def holds(tree: dict[str, Any], scene: Scene | None = None, terms: Terms = TERMS) -> bool:
    test = prepare(read_when(tree), terms)
    return test is None or test(scene or scene_of((line(100),), buyer(), terms))


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"all": []}, True),
        ({"any": []}, False),
        ({"not": {"all": []}}, False),
        ({"not": {"any": []}}, True),
        ({"all": [YES, YES, YES]}, True),
        ({"all": [YES, NO, YES]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"any": [NO, {"all": []}]}, True),
        ({"not": NO}, True),
        ({"all": [{"any": [NO, YES]}, {"not": {"all": [YES, NO]}}]}, True),
    ],
)
def test_joints_mean_what_they_say(tree: dict[str, Any], expected: bool) -> None:
    assert holds(tree) is expected


@examples(50)
@given(trees)
def test_what_was_read_is_written_back(tree: dict[str, Any]) -> None:
    node = read_when(tree)
    assert read_when(write_when(node)) == node
    assert read_when(node) is node


def meant(tree: dict[str, Any], scene: Scene, terms: Terms) -> bool:
    """The plain meaning of a tree, beside which the prepared one must stand."""
    [(code, inner)] = tree.items()
    if code == "all":
        return all(meant(each, scene, terms) for each in inner)
    if code == "any":
        return any(meant(each, scene, terms) for each in inner)
    if code == "not":
        return not meant(inner, scene, terms)
    return holds(tree, scene, terms)


@examples(50)
@given(trees, line_lists, buyers)
def test_a_prepared_tree_answers_like_its_parts(
    tree: dict[str, Any], lines: tuple[Line, ...], who: Buyer
) -> None:
    terms = Terms(tier_ranks=TERMS.tier_ranks)
    prepare(read_when(tree), terms)  # numbers its goods before the scene looks at them
    scene = scene_of(lines, who, terms)
    assert holds(tree, scene, terms) is meant(tree, scene, terms)


@examples(50)
@given(trees, line_lists, buyers)
def test_a_no_has_a_reason_and_a_yes_has_none(
    tree: dict[str, Any], lines: tuple[Line, ...], who: Buyer
) -> None:
    terms = Terms(tier_ranks=TERMS.tier_ranks)
    node = read_when(tree)
    prepare(node, terms)
    scene = scene_of(lines, who, terms)
    reason = why_not(node, scene, terms)
    assert (reason is None) is holds(tree, scene, terms)


@examples(50)
@given(trees, line_lists, buyers)
def test_what_a_tree_needs_is_there_when_it_holds(
    tree: dict[str, Any], lines: tuple[Line, ...], who: Buyer
) -> None:
    terms = Terms(tier_ranks=TERMS.tier_ranks)
    node = read_when(tree)
    needed = needs(node, terms)
    scene = scene_of(lines, who, terms)
    if holds(tree, scene, terms):
        here: dict[str, set[Any]] = {
            "store": {"s1"},
            "channel": {"store"},
            "tier": {who.tier},
            "weekday": {2},
            "hour": {12},
            "segment": set(who.tags),
            "payment": set(),
            "goods": {n for n in range(9) for mask in scene.masks if mask >> n & 1},
        }
        for name, keys in needed.items():
            assert name == "moment" or keys & here[name]


@pytest.mark.parametrize(
    ("tree", "loc", "code"),
    [
        ({}, (), "programme.when_one_key"),
        ([], (), "programme.when_one_key"),
        ("all", (), "programme.when_one_key"),
        ({"all": [], "any": []}, (), "programme.when_one_key"),
        ({"all": {}}, ("all",), "programme.when_list"),
        ({"not": [YES]}, ("not",), "programme.when_one_key"),
        ({"all": [YES, {"tyer": {}}]}, ("all", 1, "tyer"), "programme.when_unknown"),
        ({"any": [{"hours": {"to": "09:00"}}]}, ("any", 0, "hours", "from"), "missing"),
        (
            {"not": {"nth_purchase": {"every": 3, "at": [1]}}},
            ("not", "nth_purchase"),
            "programme.every_or_at",
        ),
    ],
)
def test_a_problem_is_told_with_its_place(tree: Any, loc: tuple[Any, ...], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_when(tree)
    [problem] = refused.value.errors()
    assert (problem["loc"], problem["type"]) == (loc, code)


def test_all_problems_of_a_tree_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        read_when({"all": [{"x": 1}, {"tier": {}}, {"store": {"in": [1]}}]})
    assert len(refused.value.errors()) == 3


def test_a_bottomless_tree_is_refused() -> None:
    tree: dict[str, Any] = YES
    for _ in range(10_000):
        tree = {"not": tree}
    with pytest.raises(ValidationError, match="condition"):
        read_when(tree)


def test_the_tree_that_always_holds_needs_no_test() -> None:
    assert prepare(ALWAYS, TERMS) is None
    assert list(Node("all", None, (ALWAYS,)).leaves()) == []
