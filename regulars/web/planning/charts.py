"""The charts of a plan: what is drawn, with the same figures as a table."""

from collections.abc import Sequence
from itertools import accumulate

from babel.dates import format_skeleton

from regulars.core.economics.actuals import Tracking
from regulars.core.economics.document import Plan
from regulars.core.economics.monte_carlo import Risk
from regulars.core.economics.results import Case, month_starts
from regulars.core.economics.returns import per_period
from regulars.core.economics.scenarios import Compared
from regulars.core.economics.sensitivity import Tornado
from regulars.core.wording.catalogue import sentence
from regulars.documents.plan_tables import figure_text, money_text, scenario_title
from regulars.documents.plan_words import group_name, titles_of
from regulars.web.design.charts import Chart, Series
from regulars.web.design.faces import language

_BARS_MAX = 8
_TRACKED = ("sales", "members", "issued")


def cash_chart(case: Case) -> Chart:
    """What the plan has brought by each month, as it is and discounted."""
    net = [float(value) for value in case.flows.net[:, 0]]
    monthly = per_period(case.plan.discount.likely)
    discounted = [flow / (1 + monthly) ** month for month, flow in enumerate(net)]
    return Chart(
        id="cash",
        kind="line",
        title=_say("chart_cash"),
        about=_about("chart_cash", "payback", case),
        labels=labels_of(case.plan),
        labels_title=_say("head_month"),
        series=(
            _line(_say("cumulative"), list(accumulate(net))),
            _line(_say("cumulative_discounted"), list(accumulate(discounted)), colour=2),
        ),
    )


def costs_chart(case: Case) -> Chart | None:
    """What each group of costs comes to; None where nothing costs anything."""
    whole = {group: float(cost.sum()) for group, cost in case.flows.costs.items()}
    paid = sorted(((cost, group) for group, cost in whole.items() if cost), reverse=True)
    if not paid:
        return None
    return Chart(
        id="costs",
        kind="bars-across",
        title=_say("chart_costs"),
        about=_about("chart_costs", "cost", case),
        labels=[group_name(group, language()) for _, group in paid],
        labels_title=_say("head_group"),
        series=(_line(_say("cost"), [cost for cost, _ in paid], colour=3),),
    )


def scenarios_chart(compared: Sequence[Compared]) -> Chart | None:
    """The present value of the plan and of each scenario; None without scenarios."""
    if len(compared) < 2:
        return None
    return Chart(
        id="scenarios",
        kind="bars-across",
        title=_say("chart_scenarios"),
        about=_about("chart_scenarios", "npv", compared[0].case),
        labels=[scenario_title(one, language()) for one in compared],
        labels_title=_say("head_figure"),
        series=(_line(_say("npv"), [one.case.results.npv for one in compared]),),
    )


def tornado_chart(plan: Plan, found: Tornado) -> Chart | None:
    """How far each assumption moves the present value, the widest first; None without ranges."""
    bars = found.bars[:_BARS_MAX]
    if not bars:
        return None
    titles = titles_of(plan, language())
    low, high = (
        Series(
            _say(f"head_npv_{end}"),
            [npv - found.npv for npv in ends],
            [_money(npv) for npv in ends],
            colour=colour,
        )
        for end, ends, colour in (
            ("low", [bar.npv_low for bar in bars], 2),
            ("high", [bar.npv_high for bar in bars], 1),
        )
    )
    return Chart(
        id="tornado",
        kind="bars-across",
        title=_say("chart_tornado"),
        about=f"{_say('chart_tornado')}: {titles[bars[0].name]}",
        labels=[titles[bar.name] for bar in bars],
        labels_title=_say("head_name"),
        series=(low, high),
    )


def fan_chart(plan: Plan, risk: Risk) -> Chart | None:
    """Where the cumulative flow lies with eight chances of ten; None without ranges."""
    if not risk.uncertain:
        return None
    low, high = [band.p10 for band in risk.fan], [band.p90 for band in risk.fan]
    between = [f"{_money(a)} … {_money(b)}" for a, b in zip(low, high, strict=True)]
    return Chart(
        id="fan",
        kind="line",
        title=_say("chart_fan"),
        about=_say("chart_fan"),
        labels=labels_of(plan),
        labels_title=_say("head_month"),
        series=(
            Series(_say("series_band"), shown=between, low=low, high=high),
            _line(_say("series_median"), [band.p50 for band in risk.fan]),
        ),
    )


def actual_charts(plan: Plan, tracking: Tracking) -> list[Chart]:
    """Planned and actual by month, for what the books tell: sales, members, points."""
    months = [month for month in tracking.months if month.month]
    if not months:
        return []
    every = labels_of(plan)
    charts = []
    for place, name in enumerate(_TRACKED):
        lines = [next(one for one in month.lines if one.line == name) for month in months]
        actual = [one.actual for one in lines]
        charts.append(
            Chart(
                id=f"actual-{name}",
                kind="bar",
                title=_say(name),
                about=f"{_say('chart_actual')}: {_say(name)}",
                labels=[every[month.month] for month in months],
                labels_title=_say("head_month"),
                series=(
                    _line(_say("series_plan"), [one.planned for one in lines], colour=6),
                    Series(
                        _say("series_actual"),
                        actual,
                        ["–" if value is None else _money(value) for value in actual],
                        colour=1 + place,
                    ),
                ),
            )
        )
    return charts


def labels_of(plan: Plan) -> list[str]:
    """The months as they are read; the first is what is paid before the start."""
    starts = month_starts(plan)
    months = [format_skeleton("yMMM", day, locale=language()) for day in starts[:-1]]
    return [_say("head_before_start"), *months]


def _line(name: str, values: list[float], *, colour: int = 1) -> Series:
    return Series(name, [round(v, 2) for v in values], [_money(v) for v in values], colour=colour)


def _money(value: float) -> str:
    return money_text(value, language(), scale=0)


def _about(chart: str, figure: str, case: Case) -> str:
    return f"{_say(chart)}. {_say(figure)}: {figure_text(case, figure, language())}"


def _say(code: str) -> str:
    return sentence(f"plan.{code}", {}, language())
