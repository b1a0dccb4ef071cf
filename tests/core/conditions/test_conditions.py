"""Every condition obeys the same laws; those with a trap of their own are tried closer below."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from seed import examples

from regulars.core.example import AT, buyer, line, receipt
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.condition import Condition, Example
from regulars.core.wording.catalogue import LANGUAGES, sentence

ALL = sorted(CONDITIONS.values(), key=lambda condition: condition.code)
EXAMPLES = [
    pytest.param(condition, example, id=f"{condition.code}: {example.says['en']}")
    for condition in ALL
    for example in condition.examples
]


def terms_in(zone: str = "UTC") -> Terms:
    return Terms(ZoneInfo(zone), 2, {"base": 0, "silver": 1, "gold": 2})


def scene_of(example: Example, terms: Terms) -> Scene:
    lines = example.lines or ()
    told = receipt(*lines, **{"occurred_at": example.at or AT, **example.receipt})
    paid = [sold.amount_minor for sold in lines]
    scene = Scene(told, buyer(**example.buyer), told.occurred_at, paid)
    scene.enter(terms.zone, terms.money_scale, terms.goods)
    return scene


def holds(code: str, params: dict[str, Any], example: Example, zone: str = "UTC") -> bool:
    terms = terms_in(zone)
    condition = CONDITIONS[code]
    parsed = condition.params.model_validate(params)
    test = condition.prepare(parsed, terms)
    return test(scene_of(example, terms))


def at(moment: datetime, **more: Any) -> Example:
    return Example(says={}, params={}, holds=True, at=moment, lines=(line(100_00),), **more)


@pytest.mark.parametrize("condition", ALL, ids=lambda condition: condition.code)
def test_has_an_example_of_yes_and_one_of_no(condition: Condition) -> None:
    assert {example.holds for example in condition.examples} == {True, False}


@pytest.mark.parametrize(("condition", "example"), EXAMPLES)
def test_example_holds_as_it_says(condition: Condition, example: Example) -> None:
    terms = terms_in()
    params = condition.params.model_validate(example.params)
    test = condition.prepare(params, terms)
    scene = scene_of(example, terms)
    assert test(scene) is example.holds
    assert condition.holds(params, scene_of(example, terms), terms) is example.holds


@pytest.mark.parametrize(("condition", "example"), EXAMPLES)
def test_a_no_is_explained_in_every_language(condition: Condition, example: Example) -> None:
    if example.holds:
        return
    terms = terms_in()
    params = condition.params.model_validate(example.params)
    condition.prepare(params, terms)
    reason = condition.why_not(params, scene_of(example, terms), terms)
    for language in LANGUAGES:
        text = sentence(reason.code, dict(reason.params), language)
        assert text != reason.code
        assert "{" not in text


@pytest.mark.parametrize("condition", ALL, ids=lambda condition: condition.code)
def test_is_titled_and_summed_up_in_every_language(condition: Condition) -> None:
    for language in LANGUAGES:
        assert condition.title[language]
        assert condition.summary[language]
        assert all(example.says[language] for example in condition.examples)


@pytest.mark.parametrize("condition", ALL, ids=lambda condition: condition.code)
def test_every_param_is_titled_for_the_form(condition: Condition) -> None:
    assert all(field.title for field in condition.params.model_fields.values())


@pytest.mark.parametrize(("condition", "example"), EXAMPLES)
def test_params_survive_storage(condition: Condition, example: Example) -> None:
    params = condition.params.model_validate(example.params)
    for left_out in (True, False):
        stored = params.model_dump(mode="json", exclude_defaults=left_out)
        assert condition.params.model_validate(stored) == params


@pytest.mark.parametrize(("condition", "example"), EXAMPLES)
def test_the_index_never_hides_a_yes(condition: Condition, example: Example) -> None:
    """What the index asks for is there whenever the condition holds."""
    if condition.index is None or not example.holds:
        return
    terms = terms_in()
    params = condition.params.model_validate(example.params)
    needed = condition.index(params, terms)
    scene = scene_of(example, terms)
    here: dict[str, set[Any]] = {
        "store": {scene.receipt.store},
        "store_brand": {scene.receipt.store_brand},
        "channel": {scene.receipt.channel},
        "tier": {scene.buyer.tier},
        "weekday": {scene.local.weekday()},
        "hour": {scene.local.hour},
        "segment": set(scene.buyer.tags),
        "payment": {method for method, _ in scene.receipt.payments},
        "goods": {n for n in range(99) for mask in scene.masks if mask >> n & 1},
    }
    for name, keys in needed.items():
        assert name == "moment" or keys & here[name]


@examples(50)
@given(
    start=st.integers(0, 24 * 60 - 1),
    end=st.integers(0, 24 * 60),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_hours_hold_from_the_first_minute_to_the_last_but_one(
    start: int, end: int, minute: int
) -> None:
    if start == end:
        return
    params = {"from": clock(start), "to": clock(end)}
    moment = datetime(2026, 3, 4, minute // 60, minute % 60, tzinfo=UTC)
    inside = start <= minute < end if start < end else minute >= start or minute < end
    assert holds("hours", params, at(moment)) is inside
    condition = CONDITIONS["hours"]
    assert condition.index is not None
    needed = condition.index(condition.params.model_validate(params), terms_in())
    assert not inside or moment.hour in needed["hour"]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def test_hours_and_days_go_by_the_clock_of_the_business() -> None:
    late = at(datetime(2026, 3, 4, 22, 30, tzinfo=UTC))  # half past one on Thursday in Moscow
    assert holds("hours", {"from": "01:00", "to": "02:00"}, late, "Europe/Moscow")
    assert holds("weekday", {"in": ["thu"]}, late, "Europe/Moscow")
    assert holds("dates", {"since": "2026-03-05"}, late, "Europe/Moscow")
    assert not holds("dates", {"since": "2026-03-05"}, late, "UTC")


@examples(50)
@given(
    born=st.dates(date(1930, 1, 1), date(2020, 12, 31)),
    today=st.dates(date(2025, 1, 1), date(2029, 12, 31)),
    before=st.integers(0, 180),
    after=st.integers(0, 180),
)
def test_a_birthday_window_is_told_by_counting_days(
    born: date, today: date, before: int, after: int
) -> None:
    moment = datetime.combine(today, datetime.min.time(), tzinfo=UTC)
    who = at(moment, buyer={"birthday": born})
    found = holds("birthday", {"days_before": before, "days_after": after}, who)
    celebrated = {celebration(born, today.year + shift) for shift in (-1, 0, 1)}
    expected = any(
        today + timedelta(days=shift) in celebrated for shift in range(-after, before + 1)
    )
    assert found is expected


def celebration(born: date, year: int) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    day = 28 if (born.month, born.day) == (2, 29) and not leap else born.day
    return date(year, born.month, day)


def test_a_member_without_a_birthday_has_no_birthday_window() -> None:
    assert not holds("birthday", {"days_before": 180, "days_after": 180}, at(AT))


@pytest.mark.parametrize(
    ("value", "question", "expected"),
    [
        (5, {"eq": 5}, True),
        (1, {"eq": True}, False),
        (True, {"eq": 1}, False),
        (True, {"min": 1}, False),
        ("5", {"eq": 5}, False),
        (5, {"in": [4, 5]}, True),
        (5, {"min": 5, "max": 5}, True),
        (6, {"min": 5, "max": 5}, False),
        ("Kazan", {"min": 5}, False),
    ],
)
def test_a_field_is_equal_only_to_a_value_of_its_own_kind(
    value: object, question: dict[str, Any], expected: bool
) -> None:
    told = at(AT, buyer={"attributes": {"field": value}})
    assert holds("attribute", {"name": "field", **question}, told) is expected


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("dates", {}),
        ("dates", {"since": "2026-13-01"}),
        ("dates", {"since": "2026-03-01T10:00:00"}),
        ("dates", {"since": 1772582400}),
        ("hours", {"from": "08:00", "to": "08:00"}),
        ("hours", {"from": "8:00", "to": "09:00"}),
        ("hours", {"from": "24:00", "to": "09:00"}),
        ("weekday", {"in": []}),
        ("weekday", {"in": ["monday"]}),
        ("birthday", {"days_before": -1}),
        ("amount", {}),
        ("amount", {"min": 5, "max": 4}),
        ("amount", {"min": -1}),
        ("quantity", {"min": "0.0001"}),
        ("tier", {}),
        ("tier", {"in": ["gold"], "at_least": "gold"}),
        ("nth_purchase", {}),
        ("nth_purchase", {"every": 1}),
        ("nth_purchase", {"every": 3, "at": [1]}),
        ("member_age", {"days_min": 5, "days_max": 4}),
        ("attribute", {"name": "x"}),
        ("attribute", {"name": "x", "eq": 1, "min": 1}),
        ("attribute", {"name": "x", "eq": 1.5}),
        ("store", {"in": []}),
        ("first_purchase", {"surprise": 1}),
    ],
)
def test_params_that_make_no_sense_are_refused(code: str, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CONDITIONS[code].params.model_validate(params)
