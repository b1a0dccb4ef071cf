"""Months as people name them and as addresses spell them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from regulars.core.economics.statement import month_name
from regulars.core.economics.vintages import month_of
from regulars.web.design.faces import language

__all__ = ["MonthInAddress", "month_name", "month_title", "over_at"]


class MonthInAddress:
    """A month in an address, such as 2026-10: the number of the month for views."""

    regex = r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, text: str) -> int:
        """Its number: year × 12 + months from January."""
        return int(text[:4]) * 12 + int(text[5:]) - 1

    def to_url(self, month: int) -> str:
        """The text of a number."""
        return month_name(month)


def month_title(month: int) -> str:
    """October 2026."""
    first = date(month // 12, month % 12 + 1, 1)
    return format_skeleton("yMMMM", first, locale=language())


def over_at(now: datetime, zone: ZoneInfo) -> int:
    """The last month that is over at `now`."""
    return month_of(now, zone) - 1
