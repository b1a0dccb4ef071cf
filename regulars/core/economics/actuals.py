"""A plan against what happened, month by month, and what it comes to if it goes on like that."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from regulars.core.economics.budget_items import GROUPS
from regulars.core.economics.document import Plan
from regulars.core.economics.model import SETTLEMENT, TIERS, Flows, Reals
from regulars.core.economics.results import Results, results_of
from regulars.core.refusal import Invalid

LINES = ("members", "joins", "receipts", "sales", "issued", "spent", "expired", "outstanding")
"""What can be told from the books: members, and purchases and points of members."""

COST = "cost_"
"""What the lines of costs begin with; the rest is the group."""

TYPED_GROUPS = (*GROUPS, TIERS)
"""The groups of costs that somebody types in; that of points spent is in the books."""

AMOUNT_MAX = 10**15
MONTHS_BEFORE = 24
_STANDING = {"members", "outstanding"}
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)

Actuals = Mapping[int, Mapping[str, float]]
"""What is known of a month of the plan (0: before its start), by line."""


class CostInvalid(Invalid):
    """A cost that no plan can have: its month, group or amount cannot be."""

    code = "plan.cost_invalid"


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
    """Month of the plan (1 is the first, 0 what was paid before it), and its lines."""

    month: int
    lines: tuple[Compared, ...]


class Tracking(NamedTuple):
    """A plan and its actuals: the months, all of them together, and the whole plan as forecast.

    `ahead` has for each line the plan's whole and the forecast of it: sums, and for members and
    points outstanding the end. `flows` and `results` are the forecast's.
    """

    months: tuple[ActualMonth, ...]
    so_far: tuple[Compared, ...]
    ahead: tuple[Compared, ...]
    flows: Flows
    results: Results


def against_actuals(flows: Flows, actuals: Actuals) -> tuple[ActualMonth, ...]:
    """The months there are actuals for, in order; months before or after the plan are left out."""
    last = len(flows.net) - 1
    planned = planned_lines(flows, actuals)
    return tuple(
        ActualMonth(
            month,
            tuple(
                Compared(line, float(values[month]), actuals[month].get(line))
                for line, values in planned.items()
            ),
        )
        for month in sorted(actuals)
        if 0 <= month <= last
    )


def so_far(months: tuple[ActualMonth, ...]) -> tuple[Compared, ...]:
    """The lines over all the months: sums, and for members and points outstanding the last month.

    A line with a month that nobody knows is not known as a whole; what is only paid before the start
    does not hide what the books tell of the months since.
    """
    if not months:
        return ()
    found = []
    for place, cell in enumerate(months[-1].lines):
        cells = [month.lines[place] for month in months if _tells(month, month.lines[place])]
        cells = cells[-1:] if cell.line in _STANDING else cells
        known = [one.actual for one in cells if one.actual is not None]
        actual = sum(known) if known and len(known) == len(cells) else None
        found.append(Compared(cell.line, sum(one.planned for one in cells), actual))
    return tuple(found)


def track(plan: Plan, flows: Flows, actuals: Actuals) -> Tracking:
    """Plan against actuals, and the forecast: what is known, then the plan's rest at the same pace.

    Each line goes on by actual ÷ planned of the months that are known, members and points
    outstanding by that of their last; what nobody knows stays as planned. The share of sales that is
    incremental stays the plan's: no books can tell what would have been bought anyway.
    """
    months = against_actuals(flows, actuals)
    ahead = _forecast(plan, flows, actuals)
    planned, coming = planned_lines(flows, actuals), planned_lines(ahead, actuals)
    whole = tuple(
        Compared(line, _whole(line, values), _whole(line, coming[line]))
        for line, values in planned.items()
    )
    return Tracking(months, so_far(months), whole, ahead, results_of(plan, ahead))


def planned_lines(flows: Flows, actuals: Actuals) -> dict[str, Reals]:
    """The plan's lines by month, with a line of nothing for each group that only actuals have."""
    found = {line: getattr(flows, line)[:, 0] for line in LINES}
    for group, cost in flows.costs.items():
        if group != SETTLEMENT:
            found[COST + group] = np.broadcast_to(cost, flows.net.shape)[:, 0]
    for lines in actuals.values():
        for line in lines:
            found.setdefault(line, np.zeros(len(flows.net)))
    return found


def check_cost(plan: Plan, month: str, group: str, amount_minor: int | None) -> int:
    """The calendar month (year × 12 + month − 1) that a cost typed in belongs to.

    From two years before the start, for what is paid ahead, to the plan's last month. Raises
    CostInvalid.
    """
    if not _MONTH.fullmatch(month):
        raise CostInvalid(pointer="/month", field="month")
    number = calendar_month(month)
    first = calendar_month(plan.start)
    if not first - MONTHS_BEFORE <= number < first + plan.months:
        raise CostInvalid(pointer="/month", field="month")
    if group not in TYPED_GROUPS:
        raise CostInvalid(pointer="/group", field="group")
    if amount_minor is not None and not 0 <= amount_minor <= AMOUNT_MAX:
        raise CostInvalid(pointer="/amount_minor", field="amount_minor")
    return number


def costs_by_month(
    plan: Plan, costs: Iterable[tuple[str, str, int]]
) -> dict[int, dict[str, float]]:
    """Costs typed in (`2026-11`, group, minor units) as lines of the plan's months.

    What was paid before the start belongs to month 0.
    """
    first, found = calendar_month(plan.start), dict[int, dict[str, float]]()
    for month, group, amount_minor in costs:
        lines = found.setdefault(max(0, calendar_month(month) - first + 1), {})
        line = COST + group
        lines[line] = lines.get(line, 0.0) + amount_minor / 10**plan.money_scale
    return found


def calendar_month(text: str) -> int:
    """Year × 12 + month − 1 of `2026-11`."""
    return int(text[:4]) * 12 + int(text[5:]) - 1


def _forecast(plan: Plan, flows: Flows, actuals: Actuals) -> Flows:
    planned = planned_lines(flows, actuals)
    ahead = {line: _continued(line, values, actuals) for line, values in planned.items()}
    pace = _ratio(ahead["sales"], planned["sales"])
    left = _ratio(ahead["outstanding"], planned["outstanding"])
    margin, liability = flows.margin[:, 0] * pace, flows.liability[:, 0] * left
    costs = {line[len(COST) :]: values for line, values in ahead.items() if line.startswith(COST)}
    if SETTLEMENT in flows.costs:
        costs[SETTLEMENT] = flows.costs[SETTLEMENT][:, 0] * left
    net = margin - sum(costs.values(), np.zeros(len(margin)))
    columns = {name: ahead[name][:, None] for name in LINES}
    return flows._replace(
        **columns,
        base_sales=flows.base_sales * pace[:, None],
        margin=margin[:, None],
        liability=liability[:, None],
        costs={group: values[:, None] for group, values in costs.items()},
        net=net[:, None],
    )


def _continued(line: str, planned: Reals, actuals: Actuals) -> Reals:
    """What is known of a line, and the plan at its pace for every month after the last one known."""
    known = {
        month: lines[line]
        for month, lines in actuals.items()
        if line in lines and 0 <= month < len(planned)
    }
    found = np.array(planned, dtype=np.float64)
    if not known:
        return found
    last = max(known)
    paced = [last] if line in _STANDING else sorted(known)
    of_plan = float(sum(planned[month] for month in paced))
    if of_plan:
        found[last + 1 :] *= sum(known[month] for month in paced) / of_plan
    for month, value in known.items():
        found[month] = value
    return found


def _ratio(part: Reals, whole: Reals) -> Reals:
    """Where nothing was planned nothing is told: the plan stands."""
    return np.divide(part, whole, out=np.ones_like(whole, dtype=np.float64), where=whole != 0)


def _tells(month: ActualMonth, cell: Compared) -> bool:
    """Whether a line is to be expected in a month: before the start only costs, and those planned."""
    if cell.actual is not None:
        return True
    if cell.line.startswith(COST):
        return bool(cell.planned)
    return bool(month.month)


def _whole(line: str, values: Reals) -> float:
    return float(values[-1] if line in _STANDING else values.sum())
