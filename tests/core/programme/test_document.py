"""The programme document: what hangs together, and that nothing is lost in storage."""

from typing import Any

import pytest
from engine_cases import BASE, document, programmes, rule
from hypothesis import given
from pydantic import ValidationError
from seed import examples

from regulars.core.money import Rounding
from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.compiled import compile_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.wording.catalogue import LANGUAGES


def problems(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ProgrammeInvalid) as refused:
        parse_programme(BASE | changes)
    for problem in refused.value.problems:
        for language in LANGUAGES:
            text = problem.sentence(language)
            assert text != problem.code
            assert "{" not in text.replace("{in:", "")
    return [(problem.pointer, problem.code) for problem in refused.value.problems]


def test_the_base_of_these_tests_is_sound() -> None:
    assert parse_programme(BASE).currencies["points"].scale == 0


@examples(50)
@given(programmes())
def test_a_document_survives_storage(document: Programme) -> None:
    assert parse_programme(to_mapping(document)) == document
    assert parse_programme(to_mapping(document, full=True)) == document
    assert Programme.model_validate_json(document.model_dump_json()) == document


@examples(50)
@given(programmes())
def test_the_same_document_is_always_written_alike(document: Programme) -> None:
    again = parse_programme(to_mapping(document))
    assert to_mapping(again) == to_mapping(document)
    assert list(to_mapping(again)) == list(to_mapping(document))


def test_sets_are_written_in_order() -> None:
    words = [f"w{i}" for i in range(50)]
    written = to_mapping(document(rule("a", goods={"skus": words[::-1]})))
    assert written["earning"][0]["goods"]["skus"] == sorted(words)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"format": 2}, "/format", "programme.one_of"),
        ({"code": "Bad Code"}, "/code", "programme.code_wrong"),
        ({"surprise": 1}, "/surprise", "programme.unknown_field"),
        ({"time_zone": "Mars/Base"}, "/time_zone", "programme.zone_unknown"),
        ({"money": "rub"}, "/money", "programme.money_wrong"),
        ({"language": "de"}, "/language", "programme.one_of"),
        ({"money_scale": 9}, "/money_scale", "programme.at_most"),
        ({"money_scale": "x"}, "/money_scale", "programme.whole_number_expected"),
        ({"currencies": {}}, "/currencies", "programme.too_few"),
        ({"currencies": []}, "/currencies", "programme.mapping_expected"),
        ({"currencies": {"Bad": {"title": "x"}}}, "/currencies/Bad", "programme.code_wrong"),
        ({"currencies": {"p": {}}}, "/currencies/p/title", "programme.missing"),
        ({"title": {"de": "x"}}, "/title/de", "programme.language_unknown"),
        ({"title": 5}, "/title", "programme.mapping_expected"),
        ({"earning": {}}, "/earning", "programme.list_expected"),
        ({"earning": [rule("A b")]}, "/earning/0/id", "programme.code_wrong"),
        ({"earning": [rule("a", "magic")]}, "/earning/0/mechanic", "programme.mechanic_unknown"),
        ({"earning": [rule("a", params=5)]}, "/earning/0/params", "programme.mapping_expected"),
        (
            {"earning": [rule("a", currency="x")]},
            "/earning/0/currency",
            "programme.currency_unknown",
        ),
        ({"earning": [rule("a"), rule("a")]}, "/earning/1/id", "programme.rule_twice"),
        (
            {"earning": [rule("a", params={"points": 0, "per": 10})]},
            "/earning/0/params/points",
            "programme.more_than",
        ),
        (
            {"earning": [rule("a", params={"points": 1, "per": "0.001"})]},
            "/earning/0/params/per",
            "programme.too_many_decimals",
        ),
        (
            {"earning": [rule("a", params={"points": 1, "per": 1, "by_tier": {"iron": 1}})]},
            "/earning/0/params/by_tier/iron",
            "programme.tier_unknown",
        ),
        (
            {"earning": [rule("a", caps={"day": "1.5"})]},
            "/earning/0/caps/day",
            "programme.too_many_decimals",
        ),
        (
            {"earning": [rule("a", valid={"since": "2026-02-01", "until": "2026-02-01"})]},
            "/earning/0/valid",
            "programme.period_empty",
        ),
        (
            {"earning": [rule("a", when={"all": [{"tier": {"in": ["iron"]}}]})]},
            "/earning/0/when/all/0/tier/in",
            "programme.tier_unknown",
        ),
        (
            {"earning": [rule("a", when={"any": [{"amount": {"min": "0.001"}}]})]},
            "/earning/0/when/any/0/amount/min",
            "programme.too_many_decimals",
        ),
        (
            {"earning": [rule("a", "multiplier", params={"factor": 2, "rules": ["b"]})]},
            "/earning/0/params/rules",
            "programme.rule_unknown",
        ),
        (
            {
                "earning": [
                    rule("a", "event_bonus", params={"event": "custom", "points": 1}),
                ]
            },
            "/earning/0/params",
            "programme.custom_event_name",
        ),
        (
            {
                "earning": [
                    rule(
                        "a",
                        "event_bonus",
                        params={"event": "review", "points": 1},
                        when={"amount": {"min": 1}},
                    )
                ]
            },
            "/earning/0/when",
            "programme.event_has_no_receipt",
        ),
        (
            {"earning": [rule("a", exclusive="g"), rule("b", exclusive="g", currency="cashback")]},
            "/earning/1/exclusive",
            "programme.exclusive_currencies",
        ),
        (
            {
                "earning": [
                    rule("a", exclusive="g"),
                    rule("b", "multiplier", params={"factor": 2}, exclusive="g"),
                ]
            },
            "/earning/1/exclusive",
            "programme.exclusive_kinds",
        ),
        (
            {"currencies": {"points": {"title": "P", "expiry": {"kind": "whenever"}}}},
            "/currencies/points/expiry",
            "programme.kind_unknown",
        ),
        (
            {"currencies": {"points": {"title": "P", "expiry": {"kind": "after"}}}},
            "/currencies/points/expiry/after",
            "programme.missing",
        ),
        (
            {
                "currencies": {
                    "points": {"title": "P", "expiry": {"kind": "after", "after": {"months": -1}}}
                }
            },
            "/currencies/points/expiry/after/months",
            "programme.at_least",
        ),
        (
            {
                "currencies": {
                    "points": {"title": "P", "activation": {"days": 1, "hours": 1}},
                }
            },
            "/currencies/points/activation",
            "programme.duration_mixed",
        ),
        (
            {"currencies": {"points": {"title": "P", "expiry": {"kind": "after", "after": {}}}}},
            "/currencies/points/expiry/after",
            "programme.duration_zero",
        ),
        (
            {
                "currencies": {
                    "points": {
                        "title": "P",
                        "activation": {"days": 31},
                        "expiry": {"kind": "after", "after": {"months": 1}},
                    }
                }
            },
            "/currencies/points/expiry",
            "programme.expires_before_usable",
        ),
        (
            {
                "currencies": {
                    "points": {
                        "title": "P",
                        "kind": "status",
                        "redeem": {"kind": "money", "worth": 1},
                    }
                }
            },
            "/currencies/points",
            "programme.status_cannot_pay",
        ),
        (
            {
                "currencies": {
                    "points": {"title": "P", "redeem": {"kind": "money", "worth": 1, "step": "0.5"}}
                }
            },
            "/currencies/points/redeem/step",
            "programme.too_many_decimals",
        ),
    ],
)
def test_a_problem_is_told_with_its_place(changes: Any, pointer: str, code: str) -> None:
    assert problems(**changes) == [(pointer, code)]


def ladder(**changes: Any) -> dict[str, Any]:
    return {"tiers": BASE["tiers"] | changes}


LEVELS = BASE["tiers"]["levels"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"levels": []}, "/tiers/levels", "programme.too_few"),
        ({"levels": [LEVELS[1]]}, "/tiers", "programme.first_level_is_everybodys"),
        ({"levels": [LEVELS[0], LEVELS[2], LEVELS[1]]}, "/tiers", "programme.thresholds_must_rise"),
        ({"levels": [*LEVELS, LEVELS[0]]}, "/tiers", "programme.levels_same_code"),
        ({"measure": "points"}, "/tiers", "programme.ladder_currency"),
        (
            {"measure": "points", "currency": "x"},
            "/tiers/currency",
            "programme.currency_unknown",
        ),
        (
            {"memberships": [{"sku": "s", "tier": "iron", "valid": {"days": 1}}]},
            "/tiers/memberships/0/tier",
            "programme.tier_unknown",
        ),
        (
            {"levels": [LEVELS[0], LEVELS[1] | {"threshold": "0.001"}]},
            "/tiers/levels/1/threshold",
            "programme.too_many_decimals",
        ),
        (
            {"measure": "visits", "levels": [LEVELS[0], LEVELS[1] | {"threshold": "1.5"}]},
            "/tiers/levels/1/threshold",
            "programme.too_many_decimals",
        ),
    ],
)
def test_a_problem_of_the_ladder_is_told(changes: Any, pointer: str, code: str) -> None:
    assert problems(**ladder(**changes)) == [(pointer, code)]


def test_every_problem_is_told_at_once_in_order() -> None:
    found = problems(
        money="x",
        earning=[rule("a", currency="nope"), rule("b", "magic"), rule("c", params={"points": 1})],
    )
    assert found == [
        ("/money", "programme.money_wrong"),
        ("/earning/1/mechanic", "programme.mechanic_unknown"),
        ("/earning/2/params/per", "programme.missing"),
    ]


def test_a_document_is_frozen() -> None:
    with pytest.raises(ValidationError):
        document().code = "other"


def test_a_compiled_programme_is_in_minor_units() -> None:
    currencies = {
        "cash": {
            "title": "C",
            "scale": 2,
            "rounding": "down",
            "redeem": {
                "kind": "money",
                "worth": "0.5",
                "share_max": "33.3",
                "minimum": 10,
                "step": "0.5",
                "receipt_minimum": "99.90",
            },
        },
        "stamps": {"title": "S", "redeem": {"kind": "item", "units": 9}},
    }
    programme = compile_programme(document(currencies=currencies), 7)
    cash = programme.currencies["cash"]
    assert programme.version == 7
    assert cash.rounding == Rounding.DOWN
    assert cash.money is not None
    assert cash.money.worth == (1, 2)
    assert cash.money.share_max == (333, 1000)
    assert (cash.money.minimum, cash.money.step) == (10_00, 50)
    assert cash.money.receipt_minimum == 99_90
    stamps = programme.currencies["stamps"]
    assert stamps.rounding == Rounding.HALF_UP
    assert stamps.item is not None
    assert stamps.item.units == 9
    assert programme.ladder is not None
    assert programme.ladder.thresholds_minor == (0, 100_00, 1000_00)
    assert programme.ladder.ranks["gold"] == 2


def test_rules_are_in_order_of_priority_and_id() -> None:
    programme = compile_programme(
        document(rule("b"), rule("a"), rule("z", priority=1), rule("off", enabled=False)), 1
    )
    assert [one.id for one in programme.rules] == ["z", "a", "b"]
