"""Limits on what may be earned: per receipt, for ever, and per calendar period."""

from typing import Literal

from pydantic import Field

from regulars.core.calendar import Period
from regulars.core.programme.markers import UnitsStep
from regulars.core.programme.model import Frozen

COUNTED: tuple[tuple[str, Period | None], ...] = (
    ("member", None),
    ("day", Period.DAY),
    ("week", Period.WEEK),
    ("month", Period.MONTH),
    ("year", Period.YEAR),
)
"""The limits that need a counter, with the calendar period each counts in (None: for ever)."""


class Caps(Frozen):
    """How many units one member can get; a limit that is not given does not exist."""

    receipt: UnitsStep | None = Field(default=None, title="Per receipt")
    member: UnitsStep | None = Field(default=None, title="Per member, for ever")
    day: UnitsStep | None = Field(default=None, title="Per member and day")
    week: UnitsStep | None = Field(default=None, title="Per member and week")
    month: UnitsStep | None = Field(default=None, title="Per member and month")
    year: UnitsStep | None = Field(default=None, title="Per member and year")
    over: Literal["cut", "refuse"] = Field(
        default="cut", title="Over the limit: give what is left, or nothing"
    )
