"""Dates and times as files write them: the format of a column found out, wall clocks made moments."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from regulars.core.calendar import micros
from regulars.core.receipts.problem import Problem

ISO = "iso"
_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d",
         "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%Y.%m.%d", "%d %b %Y", "%b %d, %Y")  # fmt: skip
_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f", "T%H:%M:%S")
FORMATS = (ISO, *(day + clock for day in _DAYS for clock in _TIMES))
TIME_FORMATS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "%H%M%S", "%H%M")
_SAMPLES_MAX = 2000
_YEARS = range(1970, 2200)


def date_format(samples: Sequence[str]) -> str | None:
    """The format that reads most of `samples` (in the order of the file), if it reads nearly all (95 %).

    Of two that read equally many (03/04/2026) the one in which the file is more in order of time;
    then the one with the day first.
    """
    texts = [text.strip() for text in samples if text.strip()][:_SAMPLES_MAX]
    if not texts:
        return None
    best: tuple[int, int, int] | None = None
    chosen = None
    for place, form in enumerate(FORMATS):
        if _reads(texts[0], form) is None and _reads(texts[-1], form) is None:
            continue
        found = [_reads(text, form) for text in texts]
        read = [moment for moment in found if moment is not None]
        if len(texts) - len(read) > max(len(texts) // 20, int(len(texts) > 2)):
            continue
        naive = [moment.replace(tzinfo=None) for moment in read]
        falls = sum(1 for a, b in pairwise(naive) if b < a)
        rank = (-len(read), falls, place)
        if best is None or rank < best:
            best, chosen = rank, form
    return chosen


def time_format(samples: Iterable[str]) -> str | None:
    """The format of a column that holds the time of day only."""
    texts = [text.strip() for text in samples if text.strip()][:_SAMPLES_MAX]
    for form in TIME_FORMATS:
        if texts and all(_time(text, form) is not None for text in texts):
            return form
    return None


def reader(form: str) -> Callable[[str], datetime | Problem]:
    """What reads texts written in `form` (one of `FORMATS` or any of strptime)."""

    def read(text: str) -> datetime | Problem:
        found = _reads(text.strip(), form)
        return Problem.of("import.date_unreadable") if found is None else found

    return read


def time_reader(form: str) -> Callable[[str], time | Problem]:
    """The same for times of day."""

    def read(text: str) -> time | Problem:
        found = _time(text.strip(), form)
        return Problem.of("import.date_unreadable") if found is None else found

    return read


def moment_micros(value: datetime | date, zone: ZoneInfo) -> int | Problem:
    """The moment a wall clock of `zone` showed, in micros; one with an offset is taken as it is.

    An hour that comes twice (clocks put back) is the first of the two; one that never was (clocks
    put forward) is moved on by as much as the clocks were. Both depend on nothing but the value.
    """
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.year not in _YEARS:
        return Problem.of("import.date_unreadable")
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone, fold=0)
    return micros(value.astimezone(UTC))


def _reads(text: str, form: str) -> datetime | None:
    try:
        if form == ISO:
            if len(text) < 10 or "-" not in text[:8]:
                return None
            return datetime.fromisoformat(text)
        if form == "%Y%m%d" and len(text) != 8:  # strptime would take 536365 for the year 5363
            return None
        return datetime.strptime(text, form)  # noqa: DTZ007  (the zone comes with `moment_micros`)
    except ValueError:
        return None


def _time(text: str, form: str) -> time | None:
    try:
        return datetime.strptime(text, form).time()  # noqa: DTZ007
    except ValueError:
        return None
