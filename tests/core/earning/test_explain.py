"""Every rule answers for what it gave and for what it did not."""

from typing import Any

import pytest
from engine_cases import buyers, compiled, line_lists, programmes, rule, scene
from hypothesis import given
from seed import examples

from regulars.core.earning.evaluate import earn
from regulars.core.earning.explain import explain
from regulars.core.example import line
from regulars.core.programme.compiled import compile_programme
from regulars.core.programme.document import Programme
from regulars.core.purchase import Buyer, Line
from regulars.core.wording.catalogue import LANGUAGES, sentence

BREAD = line(100_00, sku="bread", category="food")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "earning.rate_per_amount"),
        ({"enabled": False}, "earning.switched_off"),
        ({"valid": {"since": "2027-01-01"}}, "earning.not_in_force"),
        ({"goods": {"skus": ["soap"]}}, "earning.no_goods"),
        ({"when": {"tier": {"in": ["gold"]}}}, "condition.tier"),
        ({"when": {"all": [{"amount": {"min": 500}}]}}, "condition.amount.small"),
        ({"when": {"any": [{"amount": {"min": 500}}, {"any": []}]}}, "condition.any"),
        ({"when": {"not": {"all": []}}}, "condition.not"),
        ({"params": {"points": 1, "per": 500, "whole_steps": True}}, "earning.nothing_given"),
        ({"params": {"points": 1, "per": 500}}, "earning.rounded_away"),
        ({"caps": {"receipt": 3, "over": "refuse"}}, "earning.cap_refused.receipt"),
    ],
)
def test_the_first_thing_in_the_way_is_told(changes: dict[str, Any], code: str) -> None:
    [told] = explain(compiled(rule("base", **changes)), scene(BREAD))
    assert told.reason.code == code
    assert (told.award is not None) is (code == "earning.rate_per_amount")


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (
            [rule("a", exclusive="g", params={"points": 2, "per": 10}), rule("z", exclusive="g")],
            "earning.better_in_group",
        ),
        ([rule("a", final=True), rule("z")], "earning.after_final"),
        (
            [rule("a"), rule("z", "multiplier", params={"factor": 2}, currency="cashback")],
            "earning.nothing_to_multiply",
        ),
        (
            [rule("a"), rule("z", "event_bonus", params={"event": "review", "points": 1})],
            "earning.other_event",
        ),
    ],
)
def test_what_another_rule_took_is_told(rules: list[dict[str, Any]], code: str) -> None:
    first, last = explain(compiled(*rules), scene(BREAD))
    assert first.award is not None
    assert last == ("z", None, last.reason)
    assert last.reason.code == code


@examples(50)
@given(programmes(), line_lists, buyers)
def test_every_rule_answers_once_and_in_words(
    document: Programme, sold: tuple[Line, ...], who: Buyer
) -> None:
    programme = compile_programme(document, 1)
    told = explain(programme, scene(*sold, who=who))
    assert sorted(each.rule for each in told) == sorted(one.id for one in document.earning)
    awards = tuple(each.award for each in told if each.award is not None)
    assert awards == earn(programme, scene(*sold, who=who)).awards
    for each in told:
        for language in LANGUAGES:
            text = sentence(each.reason.code, dict(each.reason.params), language)
            assert text != each.reason.code
            assert "{" not in text
