"""What an investment brings: present value, rates of return, payback, funding, break-even.

Flows are whole minor units of money by period, the first at the start; rates are per period.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from regulars.core.economics.roots import roots_between_0_and_1

MONTHS_A_YEAR = 12
DAYS_A_YEAR = 365


def npv(rate: float, flows: Sequence[float]) -> float:
    """Σ flow_t / (1 + rate)^t, the first flow not discounted; `rate` > −1."""
    factor = 1.0 / (1.0 + rate)
    value = 0.0
    for flow in reversed(flows):
        value = value * factor + flow
    return value


def xnpv(rate: float, flows: Sequence[tuple[date, float]]) -> float:
    """Σ flow / (1 + rate)^(days since the first / 365); `rate` is yearly, > −1."""
    if not flows:
        return 0.0
    start = flows[0][0]
    return sum(
        float(flow / (1.0 + rate) ** ((day - start).days / DAYS_A_YEAR)) for day, flow in flows
    )


def irr(flows: Sequence[int]) -> tuple[float, ...]:
    """Every rate > −100 % per period at which the present value is zero, ascending.

    All of them, and none that is not there: no flow of one sign only has a rate. Flows are exact.
    """
    exact = [int(flow) for flow in flows]
    if not (any(flow > 0 for flow in exact) and any(flow < 0 for flow in exact)):
        return ()
    # With v = 1/(1+r): rates above zero are roots v in (0, 1), rates below are roots of the reverse.
    above = [1.0 / v - 1.0 for v in roots_between_0_and_1(exact)]
    below = [w - 1.0 for w in roots_between_0_and_1(exact[::-1])]
    at_zero = [0.0] if not sum(exact) else []
    return tuple(sorted(above + below + at_zero))


def yearly(rate: float, periods: int = MONTHS_A_YEAR) -> float:
    """A rate per period compounded over a year."""
    return float((1.0 + rate) ** periods - 1.0)


def per_period(yearly_rate: float, periods: int = MONTHS_A_YEAR) -> float:
    """The rate per period that compounds to a yearly one."""
    return float((1.0 + yearly_rate) ** (1.0 / periods) - 1.0)


def mirr(flows: Sequence[float], finance_rate: float, reinvest_rate: float) -> float | None:
    """The modified rate: outlays discounted at one rate, income carried on at another; None without both."""
    last = len(flows) - 1
    out = sum(flow / (1 + finance_rate) ** t for t, flow in enumerate(flows) if flow < 0)
    back = sum(flow * (1 + reinvest_rate) ** (last - t) for t, flow in enumerate(flows) if flow > 0)
    if not out or not back:
        return None
    return float((back / -out) ** (1.0 / last) - 1.0)


def payback(flows: Sequence[float], rate: float = 0.0) -> float | None:
    """The first time, in periods, at which what came in covers what went out, for the last time needed.

    Within the period of the crossing the flow is taken to come evenly. Discounted where `rate` is
    given. 0 where nothing was ever out, None where it never pays back by the end.
    """
    total = deepest = 0.0
    for t, flow in enumerate(flows):
        before = total
        total += flow / (1.0 + rate) ** t
        if total >= 0 and before < 0:
            return t - 1 + -before / (total - before)
        deepest = min(deepest, total)
    return None if deepest < 0 else 0.0


class Funding(NamedTuple):
    """The deepest point of the cumulative flow: how much (≥ 0), and at the end of which period."""

    amount: float
    period: int


def peak_funding(flows: Sequence[float]) -> Funding:
    """The most money that is out at once."""
    total, deepest, period = 0.0, 0.0, 0
    for t, flow in enumerate(flows):
        total += flow
        if total < deepest:
            deepest, period = total, t
    return Funding(-deepest, period)


def roi(income: float, cost: float) -> float | None:
    """(Income − cost) ÷ cost, income being incremental margin; None without cost."""
    return (income - cost) / cost if cost else None


def break_even_lift(cost: float, margin: float, baseline_sales: float) -> float | None:
    """By what share sales must grow for the margin on the growth to pay the programme."""
    earning = margin * baseline_sales
    return cost / earning if earning > 0 else None
