"""A stretch of time cut into calendar periods of the business."""

from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.core.calendar import Period, period_number, period_start


def cut(since: datetime, until: datetime, period: Period | None, zone: ZoneInfo) -> list[datetime]:
    """The starts of the periods that make up `[since, until)`; the first one starts at `since`.

    With `period` None all of it is one. `since` < `until`.
    """
    assert since < until
    if period is None:
        return [since]
    starts = [since]
    number = period_number(since, period, zone) + 1
    while (start := period_start(number, period, zone)) < until:
        starts.append(start)
        number += 1
    return starts
