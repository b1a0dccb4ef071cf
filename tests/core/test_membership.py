"""Birthdays that cannot be used to fish for bonuses; tags and attributes that are some."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.membership import (
    attribute_problem,
    birthday_change_problem,
    birthday_problem,
    days_until_birthday,
    name_key,
    tag_problem,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
SPRING, SUMMER = date(1990, 4, 1), date(1990, 7, 1)
SOON = date(1990, 12, 1)


@pytest.mark.parametrize(
    ("old", "new", "changed", "problem"),
    [
        (None, SOON, None, None),
        (SPRING, SPRING, NOW, None),
        (SPRING, SUMMER, None, None),
        (SPRING, SOON, None, "member.birthday_too_near"),
        (SPRING, SUMMER, timedelta(days=364), "member.birthday_changed_lately"),
        (SPRING, SUMMER, timedelta(days=365), None),
        (SPRING, None, timedelta(days=1), "member.birthday_changed_lately"),
        (None, SUMMER, timedelta(days=1), "member.birthday_changed_lately"),
        (None, SOON, timedelta(days=400), "member.birthday_too_near"),
    ],
)
def test_a_birthday_changes_once_a_year_and_not_to_a_day_that_is_near(old, new, changed, problem):
    changed_at = NOW - changed if isinstance(changed, timedelta) else changed
    assert birthday_change_problem(old, new, changed_at, now=NOW) == problem


def test_nobody_was_born_tomorrow_or_before_the_last_century_but_one():
    assert birthday_problem(TODAY, TODAY) is None
    assert birthday_problem(TODAY + timedelta(days=1), TODAY) == "member.birthday_in_future"
    assert birthday_problem(date(1905, 1, 1), TODAY) == "member.birthday_too_old"


def test_who_was_born_on_29_february_has_a_birthday_every_year():
    leapling = date(2000, 2, 29)
    assert days_until_birthday(leapling, date(2026, 2, 28)) == 0
    assert days_until_birthday(leapling, date(2026, 3, 1)) == 364
    assert days_until_birthday(leapling, date(2028, 2, 28)) == 1


@given(birthday=st.dates(date(1900, 1, 1), date(2026, 1, 1)), today=st.dates(date(2026, 1, 2)))
def test_the_next_birthday_is_at_most_a_year_away(birthday, today):
    if today.year < 9999:
        assert 0 <= days_until_birthday(birthday, today) <= 366


@pytest.mark.parametrize("tag", ["vip", "постоянный гость", "segment:a/b", "x" * 60])
def test_a_tag_is_a_short_text(tag):
    assert tag_problem(frozenset({tag})) is None


@pytest.mark.parametrize("tag", ["", " vip", "=vip", "a\nb", "x" * 61, "a;b", "\ud800"])
def test_what_is_no_tag_is_refused(tag):
    assert tag_problem(frozenset({tag})) == "member.tag_malformed"


def test_there_are_at_most_100_tags_and_attributes():
    assert tag_problem(frozenset(map(str, range(101)))) == "member.tags_too_many"
    many = {f"a{n}": n for n in range(101)}
    assert attribute_problem(many) == "member.attributes_too_many"


@pytest.mark.parametrize("value", ["L", 42, True, "", -(2**53)])
def test_an_attribute_is_a_text_a_whole_number_or_yes_or_no(value):
    assert attribute_problem({"shoe_size": value}) is None


@pytest.mark.parametrize("value", [None, 1.5, [], {}, "x" * 201, "a\x00", 2**54])
def test_what_is_no_attribute_is_refused(value):
    assert attribute_problem({"shoe_size": value}) == "member.attribute_malformed"


@pytest.mark.parametrize("name", ["", "Shoe", "1a", "a b", "a" * 41, "é", 5])
def test_what_is_no_name_of_an_attribute_is_refused(name):
    assert attribute_problem({name: 1}) == "member.attribute_malformed"


def test_names_are_folded_for_search():
    assert name_key(" Королёва ", "Алёна  Мария") == "королева алена мария"
