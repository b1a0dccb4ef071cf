"""Durations and periods by the wall clock of the business: short months, leap days, summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from core.tier_oracle import shifted
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from seed import examples

from regulars.core.calendar import (
    Duration,
    Period,
    add,
    add_months,
    micros,
    moment_of,
    period_end,
    period_number,
    period_start,
    subtract,
)

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Moscow",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "UTC",
    )
]
BERLIN = ZONES[1]
MOMENTS = st.integers(0, 2_800_000_000 * 10**6).map(moment_of)  # until 2058
PERIODS = st.sampled_from(Period)


def at(text, zone=BERLIN, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def wall(moment, zone=BERLIN):
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -13, "2024-12-15"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(day, months, later):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_days_are_days_on_the_wall_also_when_the_clocks_change():
    before = at("2026-03-28 12:00")
    assert wall(add(before, Duration(days=1), BERLIN)) == "2026-03-29 12:00"
    assert add(before, Duration(days=1), BERLIN) - before == timedelta(hours=23)
    assert wall(add(before, Duration(hours=24), BERLIN)) == "2026-03-29 13:00"


def test_a_time_that_the_clocks_skip_is_read_as_if_they_had_not_changed_yet():
    assert wall(add(at("2026-03-28 02:30"), Duration(days=1), BERLIN)) == "2026-03-29 03:30"


def test_a_time_shown_twice_is_the_first_unless_it_began_as_the_second():
    first = add(at("2026-10-24 02:30"), Duration(days=1), BERLIN)
    second = add(at("2026-10-25 02:30", fold=1), Duration(months=12), BERLIN)
    assert first.isoformat() == "2026-10-25T00:30:00+00:00"
    assert wall(second) == "2027-10-25 02:30"
    again = add(at("2026-10-25 02:30", fold=1), Duration(days=0, months=0, hours=0), BERLIN)
    assert again.astimezone(UTC).isoformat() == "2026-10-25T01:30:00+00:00"


@examples(200)
@given(MOMENTS, st.integers(0, 30), st.integers(0, 400), st.sampled_from(ZONES), st.integers(1, 5))
def test_durations_count_as_a_person_counts_on_the_wall(moment, months, days, zone, times):
    length = Duration(months=months, days=days)
    if length.is_zero:
        return
    assert add(moment, length, zone, times) == shifted(moment, months * times, days * times, zone)
    assert subtract(moment, length, zone) == shifted(moment, -months, -days, zone)


@examples(200)
@given(
    MOMENTS, st.integers(0, 5000), st.integers(0, 5000), st.sampled_from(ZONES), st.integers(-3, 3)
)
def test_hours_and_minutes_are_exact(moment, hours, minutes, zone, times):
    exact = timedelta(hours=hours, minutes=minutes)
    length = Duration(hours=hours, minutes=minutes)
    assert add(moment, length, zone, times) == moment + times * exact


def test_days_and_hours_do_not_mix():
    with pytest.raises(ValidationError):
        Duration(days=1, hours=1)


@examples(100)
@given(MOMENTS)
def test_microseconds_are_exact_both_ways(moment):
    assert moment_of(micros(moment)) == moment


@examples(400)
@given(MOMENTS, PERIODS, st.sampled_from(ZONES))
def test_a_moment_lies_in_its_period_and_periods_follow_without_a_gap(moment, period, zone):
    number = period_number(moment, period, zone)
    start, end = period_start(number, period, zone), period_end(moment, period, zone)
    assert start <= moment < end
    assert period_number(start, period, zone) == number
    assert period_number(end, period, zone) == number + 1
    assert period_number(end - timedelta(microseconds=1), period, zone) == number
    assert period_end(moment, period, zone, 2) == period_start(number + 3, period, zone)


def test_weeks_begin_on_monday_and_quarters_in_january():
    monday = at("2026-03-02")
    assert period_end(at("2026-03-08 23:59"), Period.WEEK, BERLIN) == monday + timedelta(days=7)
    assert wall(period_end(at("2026-02-10"), Period.QUARTER, BERLIN)) == "2026-04-01 00:00"
    assert wall(period_end(at("2026-12-31"), Period.YEAR, BERLIN)) == "2027-01-01 00:00"
