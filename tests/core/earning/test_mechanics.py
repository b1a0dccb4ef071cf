"""Every mechanic obeys the same laws; none of them is named here."""

from typing import Any

import pytest
from engine_cases import compiled, rule, scene
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from seed import examples

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.earning.evaluate import award_event, earn
from regulars.core.earning.mechanic import Example, Mechanic
from regulars.core.example import buyer, line
from regulars.core.programme.rules import EarningRule
from regulars.core.wording.catalogue import LANGUAGES, SENTENCES, sentence

ALL = sorted(MECHANICS.values(), key=lambda mechanic: mechanic.code)
EXAMPLES = [
    pytest.param(mechanic, example, id=f"{mechanic.code}: {example.says['en']}")
    for mechanic in ALL
    for example in mechanic.examples
]


def run(mechanic: Mechanic, example: Example, currency: str = "points") -> Any:
    own = rule("bonus", mechanic.code, params=example.params, goods=example.goods)
    programme = compiled(*example.beside, own | {"currency": currency})
    who = buyer(**({"tier": "base"} | dict(example.buyer)))
    if example.event is not None:
        earnings = award_event(programme, example.event, who, example.event.occurred_at)
    else:
        earnings = earn(programme, scene(*example.lines, who=who))
    return next((award for award in earnings.awards if award.rule == "bonus"), None)


@pytest.mark.parametrize("mechanic", ALL, ids=lambda mechanic: mechanic.code)
def test_has_examples_of_which_one_earns(mechanic: Mechanic) -> None:
    assert any(example.earns for example in mechanic.examples)


@pytest.mark.parametrize(("mechanic", "example"), EXAMPLES)
def test_example_earns_what_it_says(mechanic: Mechanic, example: Example) -> None:
    award = run(mechanic, example)
    assert (award.amount if award else 0) == example.earns
    if award and example.event is None:
        assert sum(award.shares) == award.amount
        assert len(award.shares) == len(example.lines)


@pytest.mark.parametrize(("mechanic", "example"), EXAMPLES)
def test_reason_reads_well_in_every_language(mechanic: Mechanic, example: Example) -> None:
    award = run(mechanic, example)
    if award is None:
        return
    assert award.reason.code == f"earning.{mechanic.code}"
    for language in LANGUAGES:
        text = sentence(award.reason.code, dict(award.reason.params), language)
        assert text != award.reason.code
        assert "{" not in text


@pytest.mark.parametrize("mechanic", ALL, ids=lambda mechanic: mechanic.code)
def test_is_titled_summed_up_and_worded_in_every_language(mechanic: Mechanic) -> None:
    for language in LANGUAGES:
        assert mechanic.title[language]
        assert mechanic.summary[language]
        assert f"earning.{mechanic.code}" in SENTENCES[language]
        assert all(example.says[language] for example in mechanic.examples)


@pytest.mark.parametrize("mechanic", ALL, ids=lambda mechanic: mechanic.code)
def test_every_param_is_titled_for_the_form(mechanic: Mechanic) -> None:
    fields = mechanic.params.model_fields
    assert fields
    assert all(field.title for field in fields.values())


@pytest.mark.parametrize(("mechanic", "example"), EXAMPLES)
def test_params_survive_storage(mechanic: Mechanic, example: Example) -> None:
    own = rule("bonus", mechanic.code, params=example.params, goods=example.goods)
    once = EarningRule.model_validate(own)
    again = EarningRule.model_validate(once.model_dump(mode="json"))
    assert again == once
    assert isinstance(again.params, mechanic.params)


@pytest.mark.parametrize("mechanic", ALL, ids=lambda mechanic: mechanic.code)
def test_an_unknown_param_is_refused(mechanic: Mechanic) -> None:
    with pytest.raises(ValidationError, match="surprise"):
        mechanic.params.model_validate({**mechanic.examples[0].params, "surprise": 1})


PURCHASES = [each for each in EXAMPLES if each.values[1].lines]  # type: ignore[union-attr]


@pytest.mark.parametrize(("mechanic", "example"), PURCHASES)
@examples(50)
@given(more=st.integers(0, 10**9), currency=st.sampled_from(["points", "cashback"]))
def test_never_gives_less_than_nothing_and_always_the_same(
    mechanic: Mechanic, example: Example, more: int, currency: str
) -> None:
    bought = example.lines + (line(more, id="more"),)
    bigger = Example(
        says=example.says,
        params=example.params,
        earns=0,
        lines=bought,
        goods=example.goods,
        buyer=example.buyer,
        beside=tuple({**each, "currency": currency} for each in example.beside),
    )
    award = run(mechanic, bigger, currency)
    assert award == run(mechanic, bigger, currency)
    if award is not None:
        assert award.amount > 0
        assert all(share >= 0 for share in award.shares)
        assert sum(award.shares) == award.amount


def test_params_are_frozen() -> None:
    for mechanic in ALL:
        assert issubclass(mechanic.params, BaseModel)
        assert mechanic.params.model_config["frozen"]
        assert mechanic.params.model_config["extra"] == "forbid"
