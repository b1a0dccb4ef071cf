"""Which assumption matters: the present value with each at either end of its range, widest first."""

from typing import NamedTuple

import numpy as np

from regulars.core.economics.document import Estimate, Plan
from regulars.core.economics.model import Reals, flows_of, likely_values
from regulars.core.economics.plan import assumptions
from regulars.core.economics.returns import per_period


class Bar(NamedTuple):
    """An assumption at its ends, and the present value there, all others being likely.

    `stated` is whether the plan states the range; otherwise it is the swing that was asked for.
    """

    name: str
    low: float
    high: float
    npv_low: float
    npv_high: float
    stated: bool

    @property
    def width(self) -> float:
        """How far apart the present values are."""
        return abs(self.npv_high - self.npv_low)


class Tornado(NamedTuple):
    """Bars from the widest down, around the present value of the likely case."""

    npv: float
    bars: tuple[Bar, ...]


def tornado_of(plan: Plan, *, swing: float = 0.0) -> Tornado:
    """A bar for each assumption with a range, and with `swing` (0.1 is ±10 %) for the others too.

    A swing stays within what the assumption can be. What cannot be told apart keeps the plan's order.
    """
    ends = {
        name: estimate.ends if estimate.uncertain else _swung(estimate, swing)
        for name, estimate in assumptions(plan).items()
    }
    moving = {name: pair for name, pair in ends.items() if pair[0] < pair[1]}
    values = likely_values(plan)
    for place, (name, pair) in enumerate(moving.items()):
        paths = np.full(2 * len(moving) + 1, values[name])
        paths[2 * place : 2 * place + 2] = pair
        values[name] = paths
    npvs = np.broadcast_to(present_values(plan, values), 2 * len(moving) + 1)
    known = assumptions(plan)
    bars = [
        Bar(name, *pair, float(npvs[2 * i]), float(npvs[2 * i + 1]), known[name].uncertain)
        for i, (name, pair) in enumerate(moving.items())
    ]
    return Tornado(float(npvs[-1]), tuple(sorted(bars, key=lambda bar: -bar.width)))


def present_values(plan: Plan, values: dict[str, float | Reals]) -> Reals:
    """The present value of each path."""
    net = flows_of(plan, values).net
    found: Reals = (net * discount_factors(plan, values["discount"])).sum(axis=0)
    return found


def discount_factors(plan: Plan, yearly: float | Reals) -> Reals:
    """What a unit of money of each month is worth at the start, by path."""
    if isinstance(yearly, float | int):
        rate: float | Reals = per_period(float(yearly))
    else:
        rate = (1.0 + yearly) ** (1.0 / 12.0) - 1.0
    months = np.arange(plan.months + 1, dtype=np.float64)[:, None]
    return np.asarray((1.0 + rate) ** -months, dtype=np.float64)


def _swung(estimate: Estimate, swing: float) -> tuple[float, float]:
    reach = abs(estimate.likely) * swing
    return (
        max(estimate.likely - reach, type(estimate).FLOOR),
        min(estimate.likely + reach, type(estimate).CEILING),
    )
