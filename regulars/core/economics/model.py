"""Month by month what a plan brings: one function for one case and for a hundred thousand paths.

Every series is an array of shape (months + 1, paths or 1); row 0 is what is paid before the start.
Values of assumptions are numbers or arrays of one number a path; what does not differ between paths
is computed once. Money and points are floats: a forecast, not the books.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.core.economics.document import Item, Plan
from regulars.core.economics.plan import assumptions

Reals = NDArray[np.float64]
Values = Mapping[str, float | Reals]
"""The value of each assumption by name."""

POINTS_SPENT, TIERS, SETTLEMENT = "points_spent", "tiers", "settlement"


class Flows(NamedTuple):
    """A plan month by month.

    `sales` are all to members, `base_sales` what those of them who were customers anyway would have
    bought without the programme. `issued`, `spent`, `expired`, `outstanding` are points;
    `liability` is the cost of those outstanding that will be spent. `costs` add up to all that is
    paid, by group of the budget and `points_spent`, `tiers`, `settlement`. `net` is margin − costs.
    """

    members: Reals
    joins: Reals
    receipts: Reals
    sales: Reals
    base_sales: Reals
    other_sales: Reals
    margin: Reals
    issued: Reals
    spent: Reals
    expired: Reals
    outstanding: Reals
    liability: Reals
    costs: Mapping[str, Reals]
    net: Reals

    @property
    def cost(self) -> Reals:
        """All costs of each month."""
        return sum(self.costs.values(), np.zeros((len(self.net), 1)))


def likely_values(plan: Plan) -> dict[str, float | Reals]:
    """The likely value of each assumption."""
    return {name: estimate.likely for name, estimate in assumptions(plan).items()}


def flows_of(plan: Plan, values: Values | None = None) -> Flows:
    """The months of `plan` with its likely values, or with these (all of them, by name)."""
    given = likely_values(plan) if values is None else values
    v = {name: np.atleast_1d(np.asarray(value, dtype=np.float64)) for name, value in given.items()}
    rows = plan.months + 1
    running = _column([0.0] + [1.0] * plan.months)
    joins = running * v["base.joins"]
    stay = 1.0 - v["base.loss"]
    members = _kept(v["base.members"], joins, stay)
    newcomers = _kept(np.zeros(1), joins * v["response.newcomers"], stay)
    reached = _column([_reached(plan, month) for month in range(rows)])
    season = running * _column([_season(plan, month) for month in range(rows)])
    visits = season * v["base.visits"] * (1.0 + reached * v["response.frequency"])
    receipts = members * visits
    sales = receipts * (v["base.check"] * (1.0 + reached * v["response.check"]))
    base_sales = (members - newcomers) * (season * (v["base.visits"] * v["base.check"]))
    margin = (sales - base_sales) * v["base.margin"]
    issued = _issued(plan, v, sales, joins)
    points = _points(plan, v, issued)
    paying = v["programme.worth"] * v["programme.reward_cost"]
    costs = _budget(plan, v, {"member": members, "new_member": joins, "card": joins,
                              "message": members, "point": issued, "receipt": receipts})  # fmt: skip
    costs[POINTS_SPENT] = points.spent * paying
    liability = points.to_be_spent * paying
    if plan.programme.tiers:
        costs[TIERS] = (
            running
            * members
            * sum(
                v[f"programme.tiers.{tier.code}.members"] * v[f"programme.tiers.{tier.code}.cost"]
                for tier in plan.programme.tiers
            )
        )
    if plan.settle:
        costs[SETTLEMENT] = _column([0.0] * plan.months + [1.0]) * liability[-1:]
    net = margin - sum(costs.values(), np.zeros((rows, 1)))
    return Flows(
        members, joins, receipts, sales, base_sales, season * v["base.other_sales"], margin, issued,
        points.spent, points.expired, points.outstanding, liability, costs, net,
    )  # fmt: skip


class _Points(NamedTuple):
    spent: Reals
    expired: Reals
    outstanding: Reals
    to_be_spent: Reals


def _column(values: list[float]) -> Reals:
    return np.array(values, dtype=np.float64)[:, None]


def _season(plan: Plan, month: int) -> float:
    if plan.base.seasonality is None or month == 0:
        return 1.0
    return plan.base.seasonality[(int(plan.start[5:]) - 1 + month - 1) % 12]


def _reached(plan: Plan, month: int) -> float:
    """The share of the lift that is there: none before the start, all after the ramp."""
    ramp = plan.response.ramp_months
    return min(month / ramp, 1.0) if ramp else float(month > 0)


def _kept(start: Reals, joins: Reals, stay: Reals) -> Reals:
    """m(t) = m(t−1) × stay + joins(t)."""
    width = np.broadcast_shapes(start.shape, joins.shape[1:], stay.shape)
    found = np.empty((len(joins), *width))
    found[0] = start
    for month in range(1, len(joins)):
        np.multiply(found[month - 1], stay, out=found[month])
        found[month] += joins[month]
    return found


def _issued(plan: Plan, v: Mapping[str, Reals], sales: Reals, joins: Reals) -> Reals:
    rate = v["programme.reward_rate"]
    for tier in plan.programme.tiers:
        name = f"programme.tiers.{tier.code}"
        rate = rate + v[f"{name}.members"] * v[f"{name}.extra_rate"]
    issued: Reals = sales * (rate / v["programme.worth"]) + joins * v["programme.welcome_points"]
    return issued


def _points(plan: Plan, v: Mapping[str, Reals], issued: Reals) -> _Points:
    """Points earned in a month are spent from the next on, a constant share of the rest each month.

    With expiry after E months the pattern is cut there and stretched to the share that is spent:
    spent(t) = redeemed × (1 − q)/(1 − qᴱ) × x(t), x(t) = q x(t−1) + i(t−1) − qᴱ i(t−1−E), q = 1 − 1/lag.
    """
    rows, expiry = len(issued), plan.programme.expiry_months
    redeemed, q = v["programme.redeemed"], 1.0 - 1.0 / v["programme.lag"]
    cut = q**expiry if expiry else np.zeros(1)
    width = np.broadcast_shapes(issued.shape[1:], q.shape)
    waiting = np.zeros((rows, *width))
    for month in range(1, rows):
        np.multiply(waiting[month - 1], q, out=waiting[month])
        waiting[month] += issued[month - 1]
        if expiry and month - 1 - expiry >= 0:
            waiting[month] -= cut * issued[month - 1 - expiry]
    spent: Reals = waiting * (redeemed * (1.0 - q) / (1.0 - cut))
    expired = np.zeros_like(issued)
    if expiry and expiry < rows:
        expired[expiry:] = issued[: rows - expiry]
    expired = expired * (1.0 - redeemed)
    to_be_spent = np.cumsum(issued * redeemed - spent, axis=0)
    kept = np.cumsum(issued * (1.0 - redeemed) - expired, axis=0)
    return _Points(spent, expired, to_be_spent + kept, to_be_spent)


def _budget(plan: Plan, v: Mapping[str, Reals], drivers: Mapping[str, Reals]) -> dict[str, Reals]:
    found: dict[str, Reals] = {}
    for item in plan.budget:
        cost = _cost(plan, item, v, drivers)
        found[item.in_group] = found[item.in_group] + cost if item.in_group in found else cost
    return found


def _cost(plan: Plan, item: Item, v: Mapping[str, Reals], drivers: Mapping[str, Reals]) -> Reals:
    """Amount × quantity × what it is paid for, in the months it runs, dearer by its growth."""
    name = f"budget.{item.code}"
    price = v[f"{name}.amount"] * v[f"{name}.quantity"]
    first = item.first_month
    last = first if item.kind == "one_off" else item.to
    last = plan.months if last is None else last
    months = range(plan.months + 1)
    due: Reals = _column([float(first <= month <= last) for month in months])
    growth = v[f"{name}.growth"]
    if growth.any():
        due = due * (1.0 + growth) ** (_column([float(month) for month in months]) / 12.0)
    driver = drivers.get(item.kind)
    return due * price if driver is None else due * price * driver
