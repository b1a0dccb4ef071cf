"""What a plan comes to: profit, present value, rates of return, payback, funding, break-even."""

from datetime import date
from typing import NamedTuple

import numpy as np

from regulars.core.economics.document import Plan
from regulars.core.economics.model import Flows, flows_of
from regulars.core.economics.returns import (
    break_even_lift,
    irr,
    mirr,
    npv,
    payback,
    peak_funding,
    per_period,
    roi,
    xnpv,
    yearly,
)


class Results(NamedTuple):
    """The figures of one case; money in whole units, rates yearly, times in months.

    `irr` has every rate there is, ascending, and is empty where there is none. `payback` is None
    where the plan never pays back by its end. `naive_roi` counts the margin on all that members buy,
    as if none of it would have been bought without the programme: shown only beside `roi`.
    `reward_rate` is the value of points issued ÷ sales to members, `effective_rate` of those spent.
    """

    margin: float
    cost: float
    net: float
    roi: float | None
    naive_roi: float | None
    npv: float
    xnpv: float
    irr: tuple[float, ...]
    mirr: float | None
    payback: float | None
    payback_discounted: float | None
    funding: float
    funding_month: int
    break_even_lift: float | None
    lift: float | None
    liability: float
    reward_rate: float | None
    effective_rate: float | None
    penetration: float | None
    responds: bool


class Case(NamedTuple):
    """A plan with its months and its figures."""

    plan: Plan
    flows: Flows
    results: Results


def case_of(plan: Plan) -> Case:
    """The likely case of a plan."""
    flows = flows_of(plan)
    return Case(plan, flows, results_of(plan, flows))


def month_starts(plan: Plan) -> list[date]:
    """The day each flow is dated: the start for what is paid before it, then each month's end.

    The end of a month is told as the first day of the next.
    """
    first = int(plan.start[:4]) * 12 + int(plan.start[5:]) - 1
    return [date((first + i) // 12, (first + i) % 12 + 1, 1) for i in range(plan.months + 1)]


def results_of(plan: Plan, flows: Flows) -> Results:
    """The figures of flows of one path."""
    net = [float(value) for value in flows.net[:, 0]]
    discount = plan.discount.likely
    monthly = per_period(discount)
    cost, margin = float(flows.cost.sum()), float(flows.margin.sum())
    sales, base_sales = float(flows.sales.sum()), float(flows.base_sales.sum())
    everything = sales + float(flows.other_sales.sum())
    share, worth = plan.base.margin.likely, plan.programme.worth.likely
    funding = peak_funding(net)
    scale = 10**plan.money_scale
    modified = mirr(net, monthly, monthly)
    return Results(
        margin=margin,
        cost=cost,
        net=float(np.sum(flows.net)),
        roi=roi(margin, cost),
        naive_roi=roi(sales * share, cost),
        npv=npv(monthly, net),
        xnpv=xnpv(discount, list(zip(month_starts(plan), net, strict=True))),
        irr=tuple(yearly(rate) for rate in irr([round(value * scale) for value in net])),
        mirr=None if modified is None else yearly(modified),
        payback=payback(net),
        payback_discounted=payback(net, monthly),
        funding=funding.amount,
        funding_month=funding.period,
        break_even_lift=break_even_lift(cost, share, base_sales),
        lift=sales / base_sales - 1.0 if base_sales else None,
        liability=float(flows.liability[-1, 0]),
        reward_rate=float(flows.issued.sum()) * worth / sales if sales else None,
        effective_rate=float(flows.spent.sum()) * worth / sales if sales else None,
        penetration=sales / everything if everything else None,
        responds=any(
            estimate.likely or estimate.uncertain
            for estimate in (
                plan.response.frequency,
                plan.response.check,
                plan.response.newcomers,
            )
        ),
    )
