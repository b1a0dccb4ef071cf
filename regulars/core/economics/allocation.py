"""Which offer to whom, when the budget does not reach for all: the multiple-choice knapsack.

Each member gets at most one of several offers; each has a cost and an expected incremental margin.
The budget's shadow price λ is found by bisection on the Lagrangian dual (H. Everett, Operations
Research 11, 1963), where everybody gets what is worth most after paying λ for its cost; what is then
left of the budget is filled by the best further steps. The dual gives an upper bound: the answer says
how far from the best possible it can at most be.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Choice = NDArray[np.int64]

NOTHING = -1
_STEPS = 60


class Allocation(NamedTuple):
    """`chosen` has an offer's column for each member, or −1.

    `shadow_price` is the margin that one more unit of budget would bring; `bound` no choice can exceed.
    """

    chosen: Choice
    cost: float
    value: float
    shadow_price: float
    bound: float

    @property
    def gap(self) -> float:
        """How far below the bound it is, as a share of the bound: 0 is proven best."""
        return 0.0 if self.bound <= 0 else max(0.0, 1.0 - self.value / self.bound)


def allocate_budget(values: Reals, costs: Reals, budget: float) -> Allocation:
    """Offers for members (rows) among those on hand (columns), at most `budget` in all.

    Costs are not negative; an offer of no positive value is never made. Ties go to the cheaper offer,
    then to the earlier column, so that the same input gives the same answer.
    """
    if values.shape != costs.shape or values.ndim != 2:
        raise ValueError("values and costs are tables of the same shape")
    if (costs < 0).any():
        raise ValueError("an offer cannot cost less than nothing")
    free = _respond(values, costs, 0.0)
    if _sum(costs, free) <= budget:
        return _told(values, costs, free, 0.0, _sum(values, free))
    low, high = 0.0, _price_of_nothing(values, costs)
    best, bound = _respond(values, costs, high), np.inf
    for _ in range(_STEPS):
        middle = (low + high) / 2
        chosen = _respond(values, costs, middle)
        cost, value = _sum(costs, chosen), _sum(values, chosen)
        bound = min(bound, value - middle * cost + middle * budget)
        if cost <= budget:
            high, best = middle, chosen
        else:
            low = middle
        if high - low <= 1e-12 * max(high, 1e-300):
            break
    filled = _filled(values, costs, best, budget)
    return _told(values, costs, filled, high, bound)


def _told(values: Reals, costs: Reals, chosen: Choice, price: float, bound: float) -> Allocation:
    return Allocation(chosen, _sum(costs, chosen), _sum(values, chosen), price, bound)


def _respond(values: Reals, costs: Reals, price: float) -> Choice:
    """What each member gets where a unit of budget costs `price`."""
    net = values - price * costs
    top = net.max(axis=1, keepdims=True)
    cheapest = np.where(net >= top, costs, np.inf).argmin(axis=1)
    return np.where(top[:, 0] > 0, cheapest, NOTHING)


def _price_of_nothing(values: Reals, costs: Reals) -> float:
    """A price at which nothing that costs anything is worth it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where((costs > 0) & (values > 0), values / costs, 0.0)
    return float(ratios.max(initial=0.0)) * (1.0 + 1e-9) + 1e-300


def _sum(table: Reals, chosen: Choice) -> float:
    rows = np.flatnonzero(chosen >= 0)
    return float(table[rows, chosen[rows]].sum())


def _filled(values: Reals, costs: Reals, chosen: Choice, budget: float) -> Choice:
    """Take the steps that bring most for their cost, as far as the rest of the budget goes."""
    chosen = chosen.copy()
    left = budget - _sum(costs, chosen)
    rows = np.arange(len(chosen))
    has = chosen >= 0
    safe = np.where(has, chosen, 0)
    now_value = np.where(has, values[rows, safe], 0.0)
    now_cost = np.where(has, costs[rows, safe], 0.0)
    more_value, more_cost = values - now_value[:, None], costs - now_cost[:, None]
    useful = (more_value > 0) & (more_cost <= left)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(more_cost > 0, more_value / more_cost, np.inf)
    member, column = np.nonzero(useful)
    order = np.lexsort((column, member, -gain[member, column]))
    moved = np.zeros(len(chosen), dtype=bool)
    for at in order[:100_000]:
        i, j = member[at], column[at]
        if not moved[i] and more_cost[i, j] <= left:
            chosen[i] = j
            left -= more_cost[i, j]
            moved[i] = True
    return chosen
