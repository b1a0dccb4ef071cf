"""Which offer to whom, when the budget does not reach for all: the multiple-choice knapsack.

Each member gets at most one of several offers; each has a cost and an expected incremental margin. Of
a member's offers only those on the upper hull of margin over cost can be best at some price of money
(P. Sinha, A. Zoltners, Operations Research 27, 1979), and going from one to the next is a *step* with a
margin for each unit of cost. All members' steps, taken from the best down until the budget is spent, are
the best that fractions of offers could do: this bounds every choice, and the step at which the money ends
is its shadow price. What is left is filled by the best further steps and moves that fit.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Choice = NDArray[np.int64]

NOTHING = -1
_PASSES = 3
_FEW = 48  # offers of one member that are quicker put in order by insertion


class Steps(NamedTuple):
    """All members' useful steps, the best first: whose it is, the row it leads to, what it adds."""

    member: Choice
    row: Choice
    value: Reals
    cost: Reals

    def worth(self, budget: float) -> tuple[float, float]:
        """The most that `budget` can bring if offers could be split, and what one more unit would add."""
        costs = np.cumsum(self.cost)
        whole = int(np.searchsorted(costs, budget, side="right"))
        value = float(self.value[:whole].sum())
        if whole == len(costs):
            return value, 0.0
        price = float(self.value[whole] / self.cost[whole])
        spent = float(costs[whole - 1]) if whole else 0.0
        return value + price * (budget - spent), price


class Allocation(NamedTuple):
    """`chosen` has for each member a row (or, in a table, a column), or −1.

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

    What `allocate_offers` says, for a table in which every member has the same number of offers.
    """
    if values.shape != costs.shape or values.ndim != 2:
        raise ValueError("values and costs are tables of the same shape")
    members, offers = values.shape
    starts = np.arange(members + 1, dtype=np.int64) * offers
    found = allocate_offers(starts, values.ravel(), costs.ravel(), budget)
    columns = np.where(found.chosen >= 0, found.chosen - starts[:-1], NOTHING)
    return found._replace(chosen=columns)


def allocate_offers(starts: Choice, values: Reals, costs: Reals, budget: float) -> Allocation:
    """One of each member's offers or none, at most `budget` in all; member i has rows starts[i]:starts[i+1].

    Costs are not negative; an offer of no positive value is never made. Ties go to the cheaper offer,
    then to the earlier row, so that the same input gives the same answer. Where all costs and the
    budget are whole numbers below 2⁵³ the budget is kept exactly. Raises ValueError.
    """
    return take_steps(steps_of(starts, values, costs), starts, values, costs, budget)


def steps_of(starts: Choice, values: Reals, costs: Reals) -> Steps:
    """Every member's hull as steps, those with most margin for a unit of cost first."""
    if len(values) != len(costs) or starts[-1] != len(values):
        raise ValueError("starts, values and costs do not fit each other")
    if (costs < 0).any():
        raise ValueError("an offer cannot cost less than nothing")
    if not (np.isfinite(costs).all() and np.isfinite(values).all()):
        raise ValueError("values and costs are numbers")
    member, row, value, cost = _hulls(starts, values, costs)
    with np.errstate(divide="ignore"):
        order = np.argsort(-(value / cost), kind="stable")
    return Steps(member[order], row[order], value[order], cost[order])


def take_steps(
    steps: Steps, starts: Choice, values: Reals, costs: Reals, budget: float
) -> Allocation:
    """The allocation of `budget`, from steps that are known already (as for many budgets)."""
    chosen = np.full(len(starts) - 1, NOTHING, dtype=np.int64)
    bound, price = steps.worth(budget)
    left = _take(steps.member, steps.row, steps.cost, chosen, budget)
    if price > 0:
        for _ in range(_PASSES):
            left, moved = _fill(starts, values, costs, chosen, left)
            if not moved:
                break
    rows = chosen[chosen >= 0]
    value = float(values[rows].sum())
    return Allocation(chosen, float(costs[rows].sum()), value, price, max(bound, value))


@njit(cache=True)
def _hulls(starts: Choice, values: Reals, costs: Reals) -> tuple[Choice, Choice, Reals, Reals]:
    """The steps along each member's upper hull from nothing, members in order."""
    member, row = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    value, cost = np.empty(len(values)), np.empty(len(values))
    made = 0
    most = 0
    for i in range(len(starts) - 1):
        most = max(most, starts[i + 1] - starts[i])
    stack = np.empty(most + 1, np.int64)
    for i in range(len(starts) - 1):
        order = _by_cost(starts[i], starts[i + 1], costs)
        stack[0], depth = -1, 1
        for at in order:
            v, c = values[at], costs[at]
            top_v, top_c = _at(stack[depth - 1], values, costs)
            if v <= top_v:
                continue
            while depth > 1:
                before_v, before_c = _at(stack[depth - 2], values, costs)
                if (v - top_v) * (top_c - before_c) < (top_v - before_v) * (c - top_c):
                    break
                depth -= 1
                top_v, top_c = before_v, before_c
            stack[depth] = at
            depth += 1
        for k in range(1, depth):
            before_v, before_c = _at(stack[k - 1], values, costs)
            member[made], row[made] = i, stack[k]
            value[made], cost[made] = values[stack[k]] - before_v, costs[stack[k]] - before_c
            made += 1
    return member[:made].copy(), row[:made].copy(), value[:made].copy(), cost[:made].copy()


@njit(cache=True)
def _at(row: int, values: Reals, costs: Reals) -> tuple[float, float]:
    return (0.0, 0.0) if row < 0 else (values[row], costs[row])


@njit(cache=True)
def _by_cost(since: int, until: int, costs: Reals) -> Choice:
    """The rows of one member, the cheapest first, the earlier of equals first."""
    if until - since > _FEW:
        return np.argsort(costs[since:until], kind="mergesort") + since
    order = np.arange(since, until)
    for i in range(1, len(order)):
        at, k = order[i], i
        while k and costs[order[k - 1]] > costs[at]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = at
    return order


@njit(cache=True)
def _take(member: Choice, row: Choice, cost: Reals, chosen: Choice, budget: float) -> float:
    """Take the steps in order as far as they fit; one that does not ends its member's way."""
    left = budget
    ended = np.zeros(len(chosen), np.bool_)
    for k in range(len(member)):
        i = member[k]
        if ended[i]:
            continue
        if cost[k] <= left:
            chosen[i] = row[k]
            left -= cost[k]
        else:
            ended[i] = True
    return left


@njit(cache=True)
def _more(row: int, now: int, values: Reals, costs: Reals) -> tuple[float, float]:
    v, c = _at(now, values, costs)
    return values[row] - v, costs[row] - c


@njit(cache=True)
def _fill(
    starts: Choice, values: Reals, costs: Reals, chosen: Choice, left: float
) -> tuple[float, int]:
    """Moves to any better offer that still fits, those with most margin for their cost first."""
    member, row = [0][:0], [0][:0]
    gain = [0.0][:0]
    for i in range(len(chosen)):
        for at in range(starts[i], starts[i + 1]):
            value, cost = _more(at, chosen[i], values, costs)
            if value > 0 and cost <= left:
                member.append(i)
                row.append(at)
                gain.append(value / cost if cost > 0 else np.inf)
    moved = 0
    done = np.zeros(len(chosen), np.bool_)
    for k in np.argsort(-np.array(gain), kind="mergesort"):
        i = member[k]
        value, cost = _more(row[k], chosen[i], values, costs)
        if not done[i] and cost <= left:
            done[i] = True
            chosen[i] = row[k]
            left -= cost
            moved += 1
    return left, moved
