"""Calendar arithmetic remembered by days is that of each moment: clocks that change included."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.core.calendar import (
    Duration,
    Period,
    add,
    add_months,
    day_period_number,
    micros,
    moment_of,
    period_number,
    subtract_micros,
)

ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Moscow", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Africa/Casablanca",
                 "Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC")
]  # fmt: skip
MOMENTS = st.datetimes(
    datetime(1985, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
LENGTHS = st.one_of(
    st.builds(Duration, months=st.integers(0, 30), days=st.integers(0, 400)),
    st.builds(Duration, hours=st.integers(0, 8784), minutes=st.integers(0, 90)),
)


def by_the_wall(moment, length, zone, times):
    if not (length.months or length.days):
        return moment + times * timedelta(hours=length.hours, minutes=length.minutes)
    local = moment.astimezone(zone)
    day = add_months(local.date(), times * length.months) + timedelta(days=times * length.days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


@given(MOMENTS, LENGTHS, st.sampled_from(ZONES), st.integers(-2, 2))
@example(datetime(2024, 3, 31, 0, 59, tzinfo=UTC), Duration(months=1), ZONES[1], 1)
@example(datetime(2024, 2, 25, 1, 30, tzinfo=UTC), Duration(days=35), ZONES[1], 1)
@example(datetime(2025, 10, 26, 1, 30, tzinfo=UTC), Duration(days=364), ZONES[1], -1)
@example(datetime(2012, 1, 30, 12, tzinfo=UTC), Duration(months=1), ZONES[5], -1)
def test_a_moment_moves_as_the_wall_clock_says(moment, length, zone, times):
    found = add(moment, length, zone, times)
    assert found == by_the_wall(moment, length, zone, times)
    assert found.utcoffset() == timedelta(0)


@given(MOMENTS, LENGTHS, st.sampled_from(ZONES))
def test_micros_go_back_as_moments_do(moment, length, zone):
    assert subtract_micros(micros(moment), length, zone) == micros(
        by_the_wall(moment, length, zone, -1)
    )


@given(MOMENTS, st.sampled_from(Period), st.sampled_from(ZONES))
def test_a_period_is_that_of_the_day_on_the_wall(moment, period, zone):
    assert period_number(moment, period, zone) == day_period_number(
        moment.astimezone(zone).date(), period
    )


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_quarter_of_an_hour_of_two_years_moves_exactly(zone):
    month, start = Duration(months=1), micros(datetime(2011, 1, 1, tzinfo=UTC))
    for quarter in range(0, 2 * 366 * 96, 5):
        at = moment_of(start + quarter * 900 * 10**6)
        assert add(at, month, zone) == by_the_wall(at, month, zone, 1)
