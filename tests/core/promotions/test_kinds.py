"""Every promotion kind does what its page says; none of them is named here."""

import pytest
from engine_cases import compiled, scene
from kind_cases import cuts_of, run
from pydantic import BaseModel, ValidationError

from regulars.core.earning.mechanic import Multiplies
from regulars.core.example import AT, buyer
from regulars.core.programme.promotions import Promotion
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.promotion import Example, Given, Kind, Missing
from regulars.core.promotions.result import NOTHING, Presented
from regulars.core.terms import Terms
from regulars.core.wording.catalogue import LANGUAGES, SENTENCES, sentence

ALL = sorted(KINDS.values(), key=lambda kind: kind.code)
EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.code}: {example.says['en']}")
    for kind in ALL
    for example in kind.examples
]
GIVING = [each for each in EXAMPLES if each.values[0].code != "points_multiplier"]  # type: ignore[union-attr]
by_code = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)


@by_code
def test_has_examples_and_corner_cases(kind: Kind) -> None:
    assert len(kind.examples) >= 2
    assert kind.corner_cases


@pytest.mark.parametrize(("kind", "example"), GIVING)
def test_example_gives_what_it_says(kind: Kind, example: Example) -> None:
    found = run(kind, example)
    assert cuts_of(found, len(example.lines)) == example.cuts
    assert (found.gifts if isinstance(found, Given) else ()) == example.gifts
    assert (found.coupons if isinstance(found, Given) else ()) == example.coupons


@pytest.mark.parametrize(
    ("kind", "example"),
    [each for each in GIVING if each.values[1].times == 1],  # type: ignore[union-attr]
)
def test_example_holds_in_the_whole_engine(kind: Kind, example: Example) -> None:
    told = {"id": "it", "title": "it", "kind": kind.code, "params": example.params}
    beside = {
        "id": "next-10",
        "title": "next",
        "kind": "percent",
        "params": {"percent": 10},
        "trigger": {"kind": "coupon"},
    }
    programme = compiled(promotions=[told | dict(example.promotion), beside])
    who = buyer(**({"tier": "base"} | dict(example.buyer)))
    codes = example.promotion.get("trigger", {}).get("codes", ())
    presented = Presented(codes=tuple(codes)) if codes else NOTHING
    promoted = promote(
        programme, scene(*example.lines, who=who, at=example.at or AT), presented, member=True
    )
    cuts = [0] * len(example.lines)
    for discount in promoted.discounts:
        cuts = [cut + share for cut, share in zip(cuts, discount.shares, strict=True)]
    assert tuple(cuts) == example.cuts
    assert tuple((gift.sku, gift.quantity) for gift in promoted.gifts) == example.gifts
    assert tuple((each.promotion, each.count) for each in promoted.issued) == example.coupons


@pytest.mark.parametrize(("kind", "example"), GIVING)
def test_reason_reads_well_in_every_language(kind: Kind, example: Example) -> None:
    found = run(kind, example)
    if isinstance(found, Missing):
        code, params = found.reason.code, found.reason.params
    else:
        code = f"promotion.{kind.code}" + (f".{found.variant}" if found.variant else "")
        params = found.params
    for language in LANGUAGES:
        text = sentence(code, dict(params), language)
        assert text != code
        assert "{" not in text


@by_code
def test_is_titled_and_told_in_every_language(kind: Kind) -> None:
    for language in LANGUAGES:
        assert kind.title[language]
        assert kind.summary[language]
        assert all(example.says[language] for example in kind.examples)
        assert all(case[language] for case in kind.corner_cases)
        assert any(code.startswith(f"promotion.{kind.code}") for code in SENTENCES[language])


@by_code
def test_every_param_is_titled_for_the_form(kind: Kind) -> None:
    fields = kind.params.model_fields
    assert fields
    for name, field in fields.items():
        assert field.title
        key = field.alias or name
        assert {f"kind.{kind.code}.{key}", f"field.{key}"} & SENTENCES["ru"].keys()


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_params_survive_storage(kind: Kind, example: Example) -> None:
    told = {"id": "it", "title": "it", "kind": kind.code, "params": example.params}
    once = Promotion.model_validate(told | dict(example.promotion))
    again = Promotion.model_validate(once.model_dump(mode="json"))
    assert again == once
    assert isinstance(again.params, kind.params)


@by_code
def test_an_unknown_param_is_refused(kind: Kind) -> None:
    with pytest.raises(ValidationError, match="surprise"):
        kind.params.model_validate({**kind.examples[0].params, "surprise": 1})


@by_code
def test_params_are_frozen(kind: Kind) -> None:
    assert issubclass(kind.params, BaseModel)
    assert kind.params.model_config["frozen"]
    assert kind.params.model_config["extra"] == "forbid"


def test_a_multiplier_of_points_takes_nothing_off() -> None:
    kind = KINDS["points_multiplier"]
    for example in kind.examples:
        made = kind.prepare(kind.params.model_validate(example.params), Terms(), 0)
        assert isinstance(made, Multiplies)
        assert made.numerator > made.denominator
