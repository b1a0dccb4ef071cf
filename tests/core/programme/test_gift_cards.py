"""Gift cards and stored value in the programme document: what is refused, kept, told apart and described."""

from typing import Any

import pytest
from engine_cases import BASE, document, rule

from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.compiled import compile_programme
from regulars.core.programme.diff import diff
from regulars.core.programme.document import to_mapping
from regulars.core.programme.schema import json_schema
from regulars.core.rewards.gift_card import policy_of, stored_of
from regulars.core.wording.catalogue import LANGUAGES

WALLET = {"title": "Wallet", "kind": "stored_value", "scale": 2}


def with_currencies(**more: Any) -> dict[str, Any]:
    return {"currencies": {**BASE["currencies"], **more}}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"gift_cards": {"least": 10, "most": 5}}, "/gift_cards", "gift_card_amounts"),
        ({"gift_cards": {"least": "0.001"}}, "/gift_cards/least", "too_many_decimals"),
        (
            {"gift_cards": {"prefix": "99999999", "number_length": 16}},
            "/gift_cards/prefix",
            "gift_card_prefix",
        ),
        (with_currencies(gift_card={"title": "X"}), "/currencies/gift_card", "currency_reserved"),
        (
            with_currencies(wallet=WALLET | {"redeem": {"kind": "money", "worth": 1}}),
            "/currencies/wallet",
            "stored_value_plain",
        ),
        (
            with_currencies(wallet=WALLET | {"activation": {"days": 1}}),
            "/currencies/wallet",
            "stored_value_waits",
        ),
        (
            with_currencies(wallet=WALLET | {"scale": 0}),
            "/currencies/wallet/scale",
            "stored_value_scale",
        ),
        (with_currencies(one=WALLET, two=WALLET), "/currencies/two/kind", "stored_value_twice"),
        (
            {**with_currencies(wallet=WALLET), "earning": [rule("r", currency="wallet")]},
            "/earning/0/currency",
            "stored_value_earned",
        ),
    ],
)
def test_what_money_paid_in_cannot_be_is_refused_in_both_languages(
    changes: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(ProgrammeInvalid) as refused:
        parse_programme(BASE | changes)
    found = {(problem.pointer, problem.code): problem for problem in refused.value.problems}
    problem = found[pointer, f"programme.{code}"]
    for language in LANGUAGES:
        assert "{" not in problem.sentence(language)
        assert problem.sentence(language) != problem.code


def test_the_section_survives_storage_and_becomes_minor_units() -> None:
    changes = {
        **with_currencies(wallet=WALLET),
        "gift_cards": {
            "expiry": {"kind": "after", "after": {"months": 36}},
            "least": "5.50",
            "most": 150,
            "expired_grace": {"months": 12},
        },
    }
    parsed = document(**changes)
    assert parse_programme(to_mapping(parsed)) == parsed
    assert parse_programme(to_mapping(parsed, full=True)) == parsed
    compiled = compile_programme(parsed, 1)
    policy = policy_of(compiled)
    assert policy is not None
    assert (policy.least, policy.most, policy.top_up, policy.needs_pin) == (
        550,
        15_000,
        False,
        True,
    )
    assert stored_of(compiled) == "wallet"
    assert policy_of(compile_programme(document(), 1)) is None
    assert stored_of(compile_programme(document(), 1)) == ""


def test_a_change_of_the_section_is_told_in_words() -> None:
    before = document(gift_cards={"least": 5})
    after = document(gift_cards={"least": 10, "pin": False})
    changes = {change.pointer: change for change in diff(before, after)}
    assert changes.keys() == {"/gift_cards/least", "/gift_cards/pin"}
    for change in changes.values():
        for language in LANGUAGES:
            text = change.sentence(language)
            assert text.endswith(".")
            assert "{" not in text
            assert "gift_cards" not in text


def test_the_schema_describes_the_section() -> None:
    assert "gift_cards" in json_schema()["properties"]
