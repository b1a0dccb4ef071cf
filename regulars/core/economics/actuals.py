"""A plan against what happened, month by month."""

from collections.abc import Mapping
from typing import NamedTuple

from regulars.core.economics.model import Flows

LINES = ("members", "joins", "receipts", "sales", "issued", "spent", "expired", "outstanding")
"""What can be told from the books: members, and purchases and points of members."""

_STANDING = {"members", "outstanding"}


class Compared(NamedTuple):
    """A line of a month: planned, actual (None where nobody knows), and by what share it is off."""

    line: str
    planned: float
    actual: float | None

    @property
    def deviation(self) -> float | None:
        """(actual − planned) ÷ planned; None without both."""
        if self.actual is None or not self.planned:
            return None
        return (self.actual - self.planned) / self.planned


class ActualMonth(NamedTuple):
    """Month of the plan (1 is the first), and its lines."""

    month: int
    lines: tuple[Compared, ...]


def against_actuals(
    flows: Flows, actuals: Mapping[int, Mapping[str, float]]
) -> tuple[ActualMonth, ...]:
    """The months there are actuals for, in order; months before or after the plan are left out."""
    last = len(flows.net) - 1
    return tuple(
        ActualMonth(month, tuple(_line(flows, line, month, actuals[month]) for line in LINES))
        for month in sorted(actuals)
        if 1 <= month <= last
    )


def so_far(months: tuple[ActualMonth, ...]) -> tuple[Compared, ...]:
    """The lines over all the months: sums, and for members and points outstanding the last month.

    A line with a month that nobody knows is not known as a whole.
    """
    if not months:
        return ()
    found = []
    for place, line in enumerate(LINES):
        cells = [month.lines[place] for month in months]
        cells = cells[-1:] if line in _STANDING else cells
        known = [cell.actual for cell in cells if cell.actual is not None]
        actual = sum(known) if len(known) == len(cells) else None
        found.append(Compared(line, sum(cell.planned for cell in cells), actual))
    return tuple(found)


def _line(flows: Flows, line: str, month: int, actual: Mapping[str, float]) -> Compared:
    planned = float(getattr(flows, line)[month, 0])
    return Compared(line, planned, actual.get(line))
