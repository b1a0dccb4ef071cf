"""Dates in files are read in the format of their column, and wall clocks become one moment each."""

from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from regulars.core.calendar import moment_of
from regulars.core.receipts.moments import (
    date_format,
    moment_micros,
    reader,
    time_format,
    time_reader,
)
from regulars.core.receipts.problem import Problem

BERLIN = ZoneInfo("Europe/Berlin")
clock = partial(datetime, tzinfo=None)  # what a wall clock shows


@pytest.mark.parametrize(
    ("samples", "read"),
    [
        (["2026-03-04 10:20:30"], clock(2026, 3, 4, 10, 20, 30)),
        (["04.03.2026 10:20"], clock(2026, 3, 4, 10, 20)),
        (["04.03.26"], clock(2026, 3, 4)),
        (["20260304"], clock(2026, 3, 4)),
        (["2026/03/04 10:20"], clock(2026, 3, 4, 10, 20)),
        (["03/04/2026 10:20 PM"], clock(2026, 4, 3, 22, 20)),
        (["2026-03-04T10:20:30+03:00"], datetime.fromisoformat("2026-03-04T10:20:30+03:00")),
    ],
)
def test_the_format_is_found_out(samples, read):
    form = date_format(samples)
    assert form is not None
    assert reader(form)(samples[0]) == read


def test_a_day_over_twelve_settles_what_comes_first():
    assert date_format(["03/04/2026", "03/25/2026"]) == "%m/%d/%Y"
    assert date_format(["03/04/2026", "25/04/2026"]) == "%d/%m/%Y"


def test_of_two_readings_the_one_in_which_time_goes_on_is_right():
    months = ["01/12/2026", "02/11/2026", "03/10/2026", "04/09/2026"]
    assert date_format(months) == "%m/%d/%Y"


def test_a_column_that_holds_no_dates_has_no_format():
    assert date_format(["536365", "536366"]) is None
    assert date_format(["milk"]) is None
    assert date_format([]) is None


def test_a_few_broken_cells_do_not_hide_the_format():
    assert date_format(["04.03.2026"] * 40 + ["?"]) == "%d.%m.%Y"


def test_times_of_day_are_read():
    form = time_format(["10:20", "23:59"])
    assert form is not None
    assert str(time_reader(form)("7:05")) == "07:05:00"
    assert isinstance(time_reader(form)("25:00"), Problem)


def test_an_hour_that_comes_twice_is_the_first_of_the_two():
    micros = moment_micros(clock(2026, 10, 25, 2, 30), BERLIN)
    assert moment_of(micros) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_never_was_moves_on_with_the_clocks():
    micros = moment_micros(clock(2026, 3, 29, 2, 30), BERLIN)
    assert moment_of(micros).astimezone(BERLIN) == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)


def test_a_date_alone_is_the_midnight_of_the_zone_and_an_offset_is_kept():
    midnight = moment_micros(date(2026, 7, 1), BERLIN)
    assert moment_of(midnight) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    exact = moment_micros(datetime.fromisoformat("2026-07-01T00:00:00+09:00"), BERLIN)
    assert moment_of(exact) == datetime(2026, 6, 30, 15, tzinfo=UTC)


def test_a_year_out_of_all_reason_is_a_problem():
    assert isinstance(moment_micros(clock(1900, 1, 1), BERLIN), Problem)
    assert isinstance(moment_micros(clock(9999, 12, 31, 23), BERLIN), Problem)
