"""Durations and calendar periods in the business time zone; moments in, moments out."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DAY_MICROS = _DAY // _MICROSECOND


class Period(StrEnum):
    """A calendar period that caps, windows and expiries count in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Duration(BaseModel):
    """A length of time; months keep the day of the month where it exists, else the last one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    months: int = Field(default=0, ge=0, le=1200, title="Months")
    days: int = Field(default=0, ge=0, le=36600, title="Days")
    hours: int = Field(default=0, ge=0, le=24 * 366, title="Hours")
    minutes: int = Field(default=0, ge=0, le=60 * 24 * 366, title="Minutes")

    @model_validator(mode="after")
    def _at_most_one_unit_family(self) -> "Duration":
        if (self.months or self.days) and (self.hours or self.minutes):
            raise PydanticCustomError("programme.duration_mixed", "days cannot be mixed with hours")
        return self

    @property
    def is_zero(self) -> bool:
        return not (self.months or self.days or self.hours or self.minutes)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, exactly."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(micros_since_epoch: int) -> datetime:
    """The inverse of `micros`, in UTC."""
    return EPOCH + timedelta(microseconds=micros_since_epoch)


def add(moment: datetime, duration: Duration, zone: ZoneInfo, times: int = 1) -> datetime:
    """`moment` plus `times` × `duration`, in UTC.

    Months and days are counted by the wall clock of `zone`, hours and minutes exactly. A wall time
    that the clocks skip is read as if they had not changed yet; one that they show twice is the
    first, unless `moment` itself is the second of two.
    """
    months, days = duration.months * times, duration.days * times
    if months or days:
        shift = _shift((moment - EPOCH).days, months, days, zone)
        if shift is None:
            return _by_the_wall(moment, months, days, zone)
        return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)) + shift[0]
    length = timedelta(hours=duration.hours, minutes=duration.minutes)
    return moment.astimezone(UTC) + times * length


def subtract(moment: datetime, duration: Duration, zone: ZoneInfo) -> datetime:
    """`moment` minus `duration`, the way `add` counts."""
    return add(moment, duration, zone, -1)


def subtract_micros(at: int, duration: Duration, zone: ZoneInfo) -> int:
    """`subtract` for who counts in micros."""
    if duration.months or duration.days:
        shift = _shift(at // _DAY_MICROS, -duration.months, -duration.days, zone)
        if shift is not None:
            return at + shift[1]
    return micros(subtract(moment_of(at), duration, zone))


@lru_cache(maxsize=16_384)
def _shift(day: int, months: int, days: int, zone: ZoneInfo) -> tuple[timedelta, int] | None:
    """How far every moment of a day (of UTC, since the epoch) moves; None: not all of them alike.

    Clocks change once a day at most: where neither day's ends differ by the clock, nothing does between.
    """
    try:
        first = EPOCH + timedelta(days=day)
        last = first + _DAY - _MICROSECOND
        start, end = (_by_the_wall(at, months, days, zone) for at in (first, last))
    except (OverflowError, ValueError):
        return None  # at the end of all time: whoever asks is told
    if start - first != end - last or not (
        _is_even(first, last, zone) and _is_even(start, end, zone)
    ):
        return None
    return start - first, (start - first) // _MICROSECOND


def _is_even(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    return first.astimezone(zone).utcoffset() == last.astimezone(zone).utcoffset()


def _by_the_wall(moment: datetime, months: int, days: int, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    day = _moved(local.date(), months, days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or earlier), the last of the month where there is none."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=4096)
def _moved(day: date, months: int, days: int) -> date:
    """Months first, then days: what `add` means by both."""
    return add_months(day, months) + timedelta(days=days)


def period_number(moment: datetime, period: Period, zone: ZoneInfo) -> int:
    """A number that is equal for moments of one period and grows by one from each to the next."""
    if period != Period.DAY:
        number = _number_of_day((moment - EPOCH).days, period, zone)
        if number is not None:
            return number
    return day_period_number(moment.astimezone(zone).date(), period)


@lru_cache(maxsize=16_384)
def _number_of_day(day: int, period: Period, zone: ZoneInfo) -> int | None:
    """The period of every moment of a day (of UTC, since the epoch); None: not of all of them."""
    try:
        first = (EPOCH + timedelta(days=day)).astimezone(zone)
        last = (EPOCH + timedelta(days=day) + _DAY - _MICROSECOND).astimezone(zone)
    except (OverflowError, ValueError):
        return None
    number = day_period_number(first.date(), period)
    if first.utcoffset() != last.utcoffset() or day_period_number(last.date(), period) != number:
        return None
    return number


def day_period_number(day: date, period: Period) -> int:
    """`period_number` of a day already in the business zone; weeks start on Monday."""
    if period == Period.DAY:
        return day.toordinal()
    if period == Period.WEEK:
        return (day.toordinal() - 1) // 7
    if period == Period.MONTH:
        return day.year * 12 + day.month - 1
    if period == Period.QUARTER:
        return day.year * 4 + (day.month - 1) // 3
    return day.year


def period_start(number: int, period: Period, zone: ZoneInfo) -> datetime:
    """The first moment of the period with this number."""
    if period == Period.DAY:
        day = date.fromordinal(number)
    elif period == Period.WEEK:
        day = date.fromordinal(number * 7 + 1)
    elif period == Period.MONTH:
        day = date(number // 12, number % 12 + 1, 1)
    elif period == Period.QUARTER:
        day = date(number // 4, number % 4 * 3 + 1, 1)
    else:
        day = date(number, 1, 1)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def period_end(moment: datetime, period: Period, zone: ZoneInfo, periods_more: int = 0) -> datetime:
    """The first moment after the period of `moment` and after `periods_more` further ones."""
    number = period_number(moment, period, zone)
    return period_start(number + 1 + periods_more, period, zone)
