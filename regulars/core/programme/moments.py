"""Points in time as documents write them: a date of the business, or a moment with its offset."""

from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import micros


def _only_text(value: Any) -> Any:
    """A bare number would be read as seconds since 1970, which nobody means."""
    if (isinstance(value, str) and len(value) == 10) or isinstance(value, date):
        return value
    if (isinstance(value, str) and "T" in value.upper()) or (
        isinstance(value, str) and " " in value
    ):
        return value
    raise PydanticCustomError("programme.moment_wrong", "a date or a moment is expected")


def _with_offset(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise PydanticCustomError("programme.moment_without_offset", "an offset is missing")
    if not 1970 <= value.year <= 9000:
        raise PydanticCustomError("programme.moment_wrong", "a year from 1970 to 9000 is expected")
    return value


Moment = Annotated[date | datetime, BeforeValidator(_only_text), AfterValidator(_with_offset)]
"""`2026-12-01` is the start of the day in the business zone; a moment with its offset is exact."""


def moment_micros(value: date | datetime, zone: ZoneInfo) -> int:
    """The point in time in microseconds since 1970."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), tzinfo=zone)
    return micros(value)
