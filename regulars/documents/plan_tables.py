"""A plan as tables of ready cells: the same ones for its page, its CSV and the command line."""

from collections.abc import Mapping, Sequence

from regulars.core.economics.actuals import COST, Tracking
from regulars.core.economics.document import Estimate
from regulars.core.economics.plan import assumptions
from regulars.core.economics.report import Report
from regulars.core.economics.results import Case, Results, month_starts
from regulars.core.economics.scenarios import Compared
from regulars.core.economics.sensitivity import Tornado
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Cell, Kind, Table
from regulars.documents.plan_words import group_name, title_of, titles_of

FIGURES: Mapping[str, str] = {
    "margin": "money", "cost": "money", "net": "money", "roi": "share", "naive_roi": "share",
    "npv": "money", "xnpv": "money", "irr": "rates", "mirr": "share", "payback": "months",
    "payback_discounted": "months", "funding": "money", "break_even_lift": "share",
    "lift": "share", "liability": "money", "reward_rate": "share", "effective_rate": "share",
    "penetration": "share",
}  # fmt: skip
"""The figures that people are told of a case, in order, and what kind each is."""

SERIES = ("members", "sales", "base_sales", "margin", "cost", "net", "issued", "spent", "expired",
          "outstanding", "liability")  # fmt: skip
_COUNTED = {"members", "issued", "spent", "expired", "outstanding"}
_NO_BREAK = "\u00a0"


def figure_text(case: Case, name: str, language: str) -> str:
    """A figure of a case as people read it."""
    return result_text(case.results, name, language, scale=case.plan.money_scale)


def result_text(results: Results, name: str, language: str, *, scale: int) -> str:
    """The same of results alone; money has `scale` decimals."""
    value, kind = getattr(results, name), FIGURES[name]
    if kind == "money":
        return money_text(value, language, scale=scale)
    if kind == "months":
        return months_text(value, language)
    if kind == "rates":
        rates = [shown(rate, "share", language) for rate in results.irr]
        return "; ".join(rates) if rates else sentence("plan.no_rate", {}, language)
    return shown(None if value is None else round(value, 9) + 0.0, "share", language)


def money_text(value: float, language: str, *, scale: int) -> str:
    """Whole units of money, rounded to what there is."""
    return shown(round(value, scale) + 0.0, "money", language)


def months_text(value: float | None, language: str) -> str:
    """A time in months, or «never»."""
    if value is None:
        return sentence("plan.never_pays", {}, language)
    text = f"{value:.1f}".replace(".", "," if language == "ru" else ".")
    return sentence("plan.in_months", {"months": text}, language)


def scenario_title(one: Compared, language: str) -> str:
    """What a column of the comparison is called."""
    if one.scenario is None:
        return sentence("plan.itself", {}, language)
    return text_in(one.scenario.title, language) if one.scenario.title else one.scenario.code


def comparison_table(compared: Sequence[Compared], language: str) -> Table:
    """Every figure of the plan and its scenarios."""
    money = compared[0].case.plan.money
    heads = [f"{sentence('plan.head_figure', {}, language)}, {money}"]
    heads += [scenario_title(one, language) for one in compared]
    rows = [
        (
            sentence(f"plan.{name}", {}, language),
            *(figure_text(one.case, name, language) for one in compared),
        )
        for name in FIGURES
    ]
    kinds: list[Kind] = ["text"] * len(heads)
    return _table("results", sentence("plan.sheet_results", {}, language), heads, kinds, rows)


def months_table(case: Case, language: str) -> Table:
    """Every month with its series and its costs by group; numbers as they are."""
    flows, starts = case.flows, month_starts(case.plan)
    heads = [sentence(f"plan.{name}", {}, language) for name in ("head_month", "head_date")]
    heads += [sentence(f"plan.{name}", {}, language) for name in SERIES]
    heads += [group_name(group, language) for group in flows.costs]
    kinds: list[Kind] = ["count", "text"]
    kinds += ["count" if name in _COUNTED else "money" for name in SERIES]
    kinds += ["money"] * len(flows.costs)
    columns = [getattr(flows, name)[:, 0] for name in SERIES]
    width = len(flows.net)
    columns += [
        cost[:, 0] if len(cost) == width else cost.repeat(width) for cost in flows.costs.values()
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            month,
            f"{starts[month - 1]:%Y-%m}" if month else "",
            *(float(column[month]) + 0.0 for column in columns),
        )
        for month in range(case.plan.months + 1)
    ]
    return _table("months", sentence("plan.page_months", {}, language), heads, kinds, rows)


def costs_table(case: Case, language: str) -> Table:
    """Costs by group over the years of the plan; money."""
    months, costs = case.plan.months, case.flows.costs
    years = [(0, 1)] + [(first, min(first + 12, months + 1)) for first in range(1, months + 1, 12)]
    heads = [sentence("plan.head_group", {}, language)]
    heads += [sentence("plan.head_before_start", {}, language)]
    heads += [
        sentence("plan.head_year", {"year": number}, language) for number in range(1, len(years))
    ]
    heads += [sentence(f"plan.{name}", {}, language) for name in ("head_total", "head_share")]
    whole = case.results.cost
    rows: list[tuple[Cell, ...]] = []
    for group, cost in costs.items():
        parts = [float(cost[since:until].sum()) for since, until in years]
        if any(parts):
            share = sum(parts) / whole if whole else None
            rows.append((group_name(group, language), *parts, sum(parts), share))
    kinds: list[Kind] = ["text", *["money"] * (len(years) + 1), "share"]  # type: ignore[list-item]
    return _table("costs", sentence("plan.page_costs", {}, language), heads, kinds, rows)


def assumptions_table(report: Report, language: str) -> Table:
    """Every assumption with its range, source and owner; budget items at nothing are left out."""
    names = ("title", "likely", "low", "high", "source", "owner")
    heads = [sentence(f"plan.head_{name}", {}, language) for name in names]
    titles = titles_of(report.plan, language)
    rows: list[tuple[Cell, ...]] = []
    for name, estimate in assumptions(report.plan).items():
        if name.startswith("budget.") and _is_default(name, estimate):
            continue
        ends = estimate.ends if estimate.uncertain else (None, None)
        told = [_plain(value, language) for value in (estimate.likely, *ends)]
        rows.append((titles[name], *told, estimate.source, estimate.owner))
    kinds: list[Kind] = ["text"] * 6
    title = sentence("plan.page_assumptions", {}, language)
    return _table("assumptions", title, heads, kinds, rows)


def tornado_table(report: Report, language: str) -> Table:
    """The present value at the ends of each range, the widest first."""
    return _tornado(report.tornado, titles_of(report.plan, language), language)


def tracking_table(tracking: Tracking, language: str) -> Table:
    """What was planned and what came so far, and the whole plan with its forecast."""
    names = ("line", "planned", "actual", "deviation")
    heads = [sentence(f"plan.head_{name}", {}, language) for name in names]
    whole = sentence("plan.head_total", {}, language)
    heads += [
        f"{whole}: {sentence(f'plan.head_{name}', {}, language)}"
        for name in ("planned", "forecast")
    ]
    ahead = {line.line: line for line in tracking.ahead}
    rows = [
        (
            line_title(one.line, language),
            one.planned,
            one.actual,
            one.deviation,
            ahead[one.line].planned,
            ahead[one.line].actual,
        )
        for one in tracking.so_far
    ]
    kinds: list[Kind] = ["text", "money", "money", "share", "money", "money"]
    return _table("actual", sentence("plan.page_actual", {}, language), heads, kinds, rows)


def line_title(line: str, language: str) -> str:
    """What a line of plan and actual is called."""
    if line.startswith(COST):
        return group_name(line[len(COST) :], language)
    return sentence(f"plan.{line}", {}, language)


def unsourced(report: Report, language: str) -> list[str]:
    """What assumptions that matter have no source: those with a number of their own."""
    return [
        title_of(report.plan, name, language)
        for name, estimate in assumptions(report.plan).items()
        if estimate.likely and not estimate.source and name.split(".")[0] in ("base", "response")
    ]


def _tornado(found: Tornado, titles: Mapping[str, str], language: str) -> Table:
    names = ("name", "low", "high", "npv_low", "npv_high")
    heads = [sentence(f"plan.head_{name}", {}, language) for name in names]
    rows = [
        (
            titles[bar.name],
            _plain(bar.low, language),
            _plain(bar.high, language),
            bar.npv_low,
            bar.npv_high,
        )
        for bar in found.bars
    ]
    kinds: list[Kind] = ["text", "text", "text", "money", "money"]
    return _table("tornado", sentence("plan.page_tornado", {}, language), heads, kinds, rows)


def _is_default(name: str, estimate: Estimate) -> bool:
    usual = 1.0 if name.endswith(".quantity") else 0.0
    return estimate.likely == usual and not estimate.uncertain


def _plain(value: float | None, language: str) -> str:
    if value is None:
        return ""
    text = f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if language == "ru":
        text = text.replace(",", _NO_BREAK).replace(".", ",")
    return text


def _table(
    code: str,
    title: str,
    heads: Sequence[str],
    kinds: Sequence[Kind],
    rows: Sequence[Sequence[Cell]],
) -> Table:
    return Table(code, title, tuple(heads), tuple(kinds), tuple(tuple(row) for row in rows))
