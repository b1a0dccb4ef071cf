"""Promotions in the document: what does not hang together is told, and what changed between versions."""

import pytest
from engine_cases import BASE
from jsonschema import Draft202012Validator
from offer_cases import document, offer, percent

from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.diff import diff
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.schema import json_schema
from regulars.core.promotions.catalogue import KINDS


def problems(*offers, **more):
    policy = {"promotion_policy": more.pop("policy")} if "policy" in more else {}
    try:
        parse_programme(BASE | {"promotions": list(offers)} | policy | more)
    except ProgrammeInvalid as error:
        for problem in error.problems:
            for language in ("en", "ru"):
                said = problem.sentence(language)
                assert said != problem.code
                assert "{" not in said
        return [(problem.pointer, problem.code) for problem in error.problems]
    return []


CODED = {"kind": "code", "codes": ["TEN"]}


@pytest.mark.parametrize(
    ("offers", "more", "found"),
    [
        (
            [percent("a", 1), percent("a", 2)],
            {},
            [("/promotions/1/id", "programme.promotion_twice")],
        ),
        (
            [percent("a", 1, group="g")],
            {"groups": [{"id": "h"}, {"id": "h"}]},
            [
                ("/groups/1/id", "programme.group_twice"),
                ("/promotions/0/group", "programme.group_unknown"),
            ],
        ),
        (
            [percent("a", 1, budget="b")],
            {},
            [("/promotions/0/budget", "programme.budget_unknown")],
        ),
        (
            [percent("a", 1, stacks="listed", stacks_with=["a", "b", "g"])],
            {"groups": [{"id": "g"}]},
            [("/promotions/0/stacks_with", "programme.stacks_with_unknown")],
        ),
        (
            [percent("a", 1, stacks_with=["a"])],
            {},
            [("/promotions/0/stacks_with", "programme.stacks_with_unused")],
        ),
        (
            [
                percent("a", 1, trigger=CODED),
                percent("b", 1, trigger={"kind": "code", "codes": ["t-en"]}),
            ],
            {},
            [("/promotions/1/trigger/codes", "programme.code_of_two")],
        ),
        (
            [percent("a", 1, price={"currency": "gold", "points": 5})],
            {},
            [("/promotions/0/price/currency", "programme.currency_unknown")],
        ),
        (
            [percent("a", 1, price={"currency": "points", "points": "0.5"})],
            {},
            [("/promotions/0/price/points", "programme.too_many_decimals")],
        ),
        (
            [percent("a", 1, caps=[{"per": "all", "money": "1.005"}])],
            {},
            [("/promotions/0/caps/0/money", "programme.too_many_decimals")],
        ),
        (
            [percent("a", 1, caps=[{"per": "receipt", "period": "day"}])],
            {},
            [
                ("/promotions/0/caps/0", "programme.cap_empty"),
                ("/promotions/0/caps/0/period", "programme.cap_of_receipt"),
            ],
        ),
        (
            [percent("a", 1, early={"tiers": ["platinum"], "since": "2026-01-01"})],
            {},
            [
                ("/promotions/0/early/tiers", "programme.tier_unknown"),
                ("/promotions/0/early", "programme.early_without_since"),
            ],
        ),
        (
            [
                percent(
                    "a",
                    1,
                    early={"tiers": ["gold"], "since": "2026-02-01"},
                    valid={"since": "2026-02-01", "until": "2026-01-01"},
                )
            ],
            {},
            [
                ("/promotions/0/valid", "programme.period_empty"),
                ("/promotions/0/early/since", "programme.early_too_late"),
            ],
        ),
        (
            [percent("a", 1, unit_price={"from": 2, "to": 1}), percent("b", 1, unit_price={})],
            {},
            [
                ("/promotions/0/unit_price", "programme.min_over_max"),
                ("/promotions/1/unit_price", "programme.min_or_max"),
            ],
        ),
        (
            [offer("a", "issue_coupon", params={"promotion": "b"}), percent("b", 1)],
            {},
            [("/promotions/0/params/promotion", "programme.coupon_expected")],
        ),
        (
            [offer("a", "issue_coupon", params={"promotion": "b"})],
            {},
            [("/promotions/0/params/promotion", "programme.promotion_unknown")],
        ),
        (
            [offer("a", "points_multiplier", params={"currency": "gold", "factor": 2})],
            {},
            [("/promotions/0/params/currency", "programme.currency_unknown")],
        ),
        (
            [
                offer(
                    "a",
                    "points_multiplier",
                    params={"currency": "points", "factor": 2, "rules": ["r"]},
                )
            ],
            {},
            [("/promotions/0/params/rules", "programme.rule_unknown")],
        ),
        (
            [percent("a", 1)],
            {"budgets": [{"id": "b", "title": "B", "money": "0.001"}] * 2},
            [
                ("/budgets/0/money", "programme.too_many_decimals"),
                ("/budgets/1/money", "programme.too_many_decimals"),
                ("/budgets/1/id", "programme.budget_twice"),
            ],
        ),
        (
            [percent("a", 1, kind="magic")],
            {},
            [("/promotions/0/kind", "programme.promotion_kind_unknown")],
        ),
        (
            [percent("a", 1, when={"tier": {"in": ["platinum"]}})],
            {},
            [("/promotions/0/when/tier/in", "programme.tier_unknown")],
        ),
        (
            [percent("a", 1, trigger={"kind": "code"})],
            {},
            [("/promotions/0/trigger", "programme.codes_needed")],
        ),
    ],
)
def test_what_does_not_hang_together_is_told_with_its_place(offers, more, found):
    assert sorted(problems(*offers, **more)) == sorted(found)


def test_parts_of_one_offer_may_share_a_code():
    parts = [
        percent("a", 1, title="Summer", trigger=CODED),
        offer("b", "delivery", title="Summer", params={"percent": 100}, trigger=CODED),
    ]
    assert problems(*parts) == []


def test_a_document_with_promotions_is_written_and_read_back():
    told = document(
        percent(
            "a",
            12.5,
            trigger=CODED,
            unit_price={"from": 10},
            repeat={"each": [{"goods": {"skus": ["x"]}}]},
            caps=[{"per": "all", "period": "day", "uses": 5}],
        ),
        groups=[{"id": "g", "most": 2}],
        budgets=[{"id": "b", "title": "B", "money": 100}],
        policy={"round_to": "0.05"},
    )
    for full in (True, False):
        assert Programme.model_validate(to_mapping(told, full=full)) == told


def test_a_change_of_a_promotion_is_told_in_words():
    old = document(percent("a", 5), percent("gone", 5), groups=[{"id": "g"}])
    new = document(
        percent("a", 7, trigger=CODED, caps=[{"per": "all", "uses": 3}]),
        percent("new", 5),
        groups=[{"id": "g", "most": 2}],
        policy={"exclusive": "first"},
    )
    said = [change.sentence("en") for change in diff(old, new)]
    assert said == [
        "promotion «a» · parameters · percent off: 5 → 7.",
        "promotion «a» · switched on by: kind: auto → kind: code, promo codes: TEN.",
        "promotion «a» · limits: nothing → for every: all, uses: 3, over the limit: cut.",
        "promotion «gone»: removed «gone».",
        "promotion «new»: added «new».",
        "group «g» · the most: 1 → 2.",
        "how promotions are reckoned · group of which the best counts: best → first.",
    ]
    for change in diff(old, new):
        assert change.sentence("ru")


def test_the_schema_knows_every_kind_and_its_parameters():
    schema = json_schema()
    promotion = schema["$defs"]["Promotion"]
    assert [each["const"] for each in promotion["properties"]["kind"]["oneOf"]] == list(KINDS)
    checks = Draft202012Validator(schema)
    good = to_mapping(document(percent("a", 5, when={"amount": {"min": 5}})))
    assert checks.is_valid(good)
    for wrong in ({"percent": 5, "colour": "red"}, {"percent": "much"}, {}):
        bad = to_mapping(document(percent("a", 5)))
        bad["promotions"][0]["params"] = wrong
        assert not checks.is_valid(bad)
