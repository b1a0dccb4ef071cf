"""What is answered about plans, as the API document describes it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import Field

from regulars.core.economics.actuals import Compared as ComparedLine
from regulars.core.economics.actuals import Tracking
from regulars.core.economics.monte_carlo import Risk
from regulars.core.economics.results import Case, Results
from regulars.core.economics.sensitivity import Tornado
from regulars.documents.plan_tables import SERIES
from regulars.web.api.manage.views import View


class PlanAnswer(View):
    """A plan that is kept; `version` is the number of its newest document."""

    id: UUID
    title: dict[str, str]
    version: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    archived_at: datetime | None
    archived_by: str | None


class PlanList(View):
    """Plans, the newest first."""

    plans: list[PlanAnswer]
    next: str | None


class PlanDocumentAnswer(View):
    """A document of a plan, defaults spelt out."""

    document: dict[str, Any]


class PlanVersionAnswer(View):
    """One saved document of a plan."""

    number: int
    digest: str
    note: str
    at: datetime
    by: str


class PlanVersionList(View):
    """Versions of a plan, the newest first."""

    versions: list[PlanVersionAnswer]
    next: str | None


class PlanResults(View):
    """The figures of a case; money in whole units, rates yearly, times in months."""

    margin: float
    cost: float
    net: float
    roi: float | None
    naive_roi: float | None = Field(description="As if all that members buy were due to it")
    npv: float
    xnpv: float
    irr: list[float] = Field(description="Every rate there is, ascending; empty: there is none")
    mirr: float | None
    payback: float | None = Field(description="null: it does not pay back by its end")
    payback_discounted: float | None
    funding: float
    funding_month: int
    break_even_lift: float | None
    lift: float | None
    liability: float
    reward_rate: float | None
    effective_rate: float | None
    penetration: float | None
    responds: bool = Field(description="false: no response is stated, so nothing can pay back")


class PlanMonth(View):
    """A month of a case; 0 is what is paid before the start."""

    month: int
    series: dict[str, float]
    costs: dict[str, float]


class PlanCaseAnswer(View):
    """What a plan comes to."""

    money: str
    results: PlanResults
    months: list[PlanMonth]


class PlanChangeAnswer(View):
    """A plan with assumptions changed: what it came to, and what it comes to now."""

    plan: PlanAnswer
    is_saved: bool
    before: PlanResults
    after: PlanResults


class PlanScenarioAnswer(View):
    """A scenario; without a code the plan itself."""

    code: str | None
    title: dict[str, str] | None
    changes: dict[str, Any]
    results: PlanResults


class PlanScenarioList(View):
    """The plan, then its scenarios."""

    scenarios: list[PlanScenarioAnswer]


class PlanBar(View):
    """An assumption at the ends of its range, and the present value there."""

    name: str
    low: float
    high: float
    npv_low: float
    npv_high: float
    stated: bool = Field(description="false: the range is the swing that was asked for")


class PlanTornadoAnswer(View):
    """Which assumption matters, the widest first."""

    npv: float
    bars: list[PlanBar]


class PlanBand(View):
    """What one path in ten is below, the middle one, what one in ten is above."""

    p10: float
    p50: float
    p90: float


class PlanRiskAnswer(View):
    """What the plan may come to when its assumptions are drawn from their ranges."""

    paths: int
    seed: int
    uncertain: list[str]
    npv: PlanBand
    npv_mean: float
    npv_error: float
    loss: float = Field(description="Share of paths with a present value below zero")
    loss_error: float
    never: float = Field(description="Share of paths that do not pay back by the end")
    payback: list[float | None]
    funding: PlanBand
    fan: list[PlanBand] = Field(description="The cumulative flow by month")
    edges: list[float]
    counts: list[int]


class PlanCostAnswer(View):
    """What was really paid for a group in a month; null: nothing is known after all."""

    month: str
    group: str
    amount_minor: int | None
    note: str
    at: datetime
    by: str


class PlanCostList(View):
    """What was typed in as paid."""

    costs: list[PlanCostAnswer]


class PlanLine(View):
    """A line planned and actual; null: nobody knows."""

    line: str
    planned: float
    actual: float | None
    deviation: float | None


class PlanActualMonth(View):
    """A month of the plan against what happened."""

    month: int
    lines: list[PlanLine]


class PlanForecastLine(View):
    """A line of the whole plan: planned, and as it goes on at this pace."""

    line: str
    planned: float
    forecast: float


class PlanActualsAnswer(View):
    """A plan against the books and the costs typed in, and what it comes to at this pace."""

    months: list[PlanActualMonth]
    so_far: list[PlanLine]
    ahead: list[PlanForecastLine]
    forecast: PlanResults


def results_answer(results: Results) -> PlanResults:
    """The figures of a case."""
    return PlanResults(**(results._asdict() | {"irr": list(results.irr)}))


def case_answer(case: Case) -> PlanCaseAnswer:
    """A case with its months."""
    series = {name: getattr(case.flows, name)[:, 0] for name in SERIES}
    costs = {group: cost[:, 0] for group, cost in case.flows.costs.items()}
    return PlanCaseAnswer(
        money=case.plan.money,
        results=results_answer(case.results),
        months=[
            PlanMonth(
                month=month,
                series={name: float(values[month]) for name, values in series.items()},
                costs={group: float(values[month]) for group, values in costs.items()},
            )
            for month in range(case.plan.months + 1)
        ],
    )


def tornado_answer(found: Tornado) -> PlanTornadoAnswer:
    """Bars as they are."""
    return PlanTornadoAnswer(npv=found.npv, bars=[_of(PlanBar, bar) for bar in found.bars])


def risk_answer(found: Risk) -> PlanRiskAnswer:
    """What was drawn."""
    told = found._asdict() | {
        "uncertain": list(found.uncertain),
        "npv": _of(PlanBand, found.npv),
        "funding": _of(PlanBand, found.funding),
        "payback": list(found.payback),
        "fan": [_of(PlanBand, band) for band in found.fan],
        "edges": list(found.edges),
        "counts": list(found.counts),
    }
    return PlanRiskAnswer(**told)


def actuals_answer(found: Tracking) -> PlanActualsAnswer:
    """A tracking as it is."""
    return PlanActualsAnswer(
        months=[
            PlanActualMonth(month=month.month, lines=[_line(one) for one in month.lines])
            for month in found.months
        ],
        so_far=[_line(one) for one in found.so_far],
        ahead=[
            PlanForecastLine(line=one.line, planned=one.planned, forecast=one.actual or 0.0)
            for one in found.ahead
        ],
        forecast=results_answer(found.results),
    )


def _line(one: ComparedLine) -> PlanLine:
    return PlanLine(**one._asdict(), deviation=one.deviation)


def _of(shape: Any, found: NamedTuple) -> Any:
    return shape(**found._asdict())
