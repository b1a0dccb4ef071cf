"""The charts of a plan, drawn by matplotlib: each alone for the page, or together as one picture."""

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from regulars.core.economics.actuals import ActualMonth, Tracking
from regulars.core.economics.report import Report
from regulars.core.economics.returns import per_period
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.plan_tables import figure_text, scenario_title
from regulars.documents.plan_words import group_name, titles_of

_BLUE, _PALE, _ORANGE, _GREY = "#2f5d8a", "#b7cde2", "#d9822b", "#777777"
_COLOURS = (
    "#2f5d8a", "#d9822b", "#6a994e", "#8e6c8a", "#c44536", "#4d908e", "#b08968", "#577590",
    "#e0a458", "#7f7f7f", "#a5a58d", "#3d405b", "#bc6c25", "#90a955",
)  # fmt: skip
_WIDTH, _HEIGHT, _BARS_MAX, _TITLE_MAX = 8.0, 3.4, 12, 46

Say = Callable[..., str]


def charts_of(report: Report, language: str) -> Mapping[str, Figure]:
    """Every chart that the report has something for, by name."""
    drawn = {}
    for name, draw in _DRAWN.items():
        if _has(name, report):
            figure = Figure(figsize=(_WIDTH, _height(name, report)), layout="constrained")
            draw(figure.subplots(), report, _say_in(language), language)
            drawn[name] = figure
    return drawn


def poster_of(report: Report, language: str) -> Figure:
    """The charts that a board looks at, as one picture under the plan's title."""
    wanted = ("cash", "scenarios", "tornado", "fan", "costs", "sales")
    names = [name for name in wanted if _has(name, report)][:4]
    rows = (len(names) + 1) // 2
    figure = Figure(figsize=(2 * _WIDTH, rows * 1.25 * _HEIGHT), layout="constrained")
    axes = figure.subplots(rows, 2, squeeze=False)
    for place, one in enumerate(axes.flat):
        if place < len(names):
            _DRAWN[names[place]](one, report, _say_in(language), language)
        else:
            one.axis("off")
    npv = figure_text(report.case, "npv", language)
    title = sentence("plan.page_title", {"title": text_in(report.plan.title, language)}, language)
    figure.suptitle(f"{title}    NPV {npv} {report.plan.money}", fontsize=14, x=0.02, ha="left")
    return figure


def _say_in(language: str) -> Say:
    def say(code: str, **params: object) -> str:
        return sentence(f"plan.{code}", params, language)

    return say


def _has(name: str, report: Report) -> bool:
    if name == "scenarios":
        return len(report.compared) > 1
    if name == "tornado":
        return bool(report.tornado.bars)
    if name in ("fan", "risk"):
        return bool(report.risk.uncertain)
    if name == "actual":
        return report.tracking is not None and bool(_told(report.tracking))
    return True


def _height(name: str, report: Report) -> float:
    if name == "tornado":
        return 1.2 + 0.34 * min(len(report.tornado.bars), _BARS_MAX)
    if name == "scenarios":
        return 1.2 + 0.42 * len(report.compared)
    return _HEIGHT


def _cash(axes: Any, report: Report, say: Say, language: str) -> None:
    case = report.case
    net = [float(value) for value in case.flows.net[:, 0]]
    monthly = per_period(report.plan.discount.likely)
    months = range(len(net))
    total = list(accumulate(net))
    discounted = list(accumulate(flow / (1 + monthly) ** t for t, flow in enumerate(net)))
    _titled(axes, say("chart_cash"), report)
    axes.bar(months, net, color=_PALE, label=say("net"))
    axes.plot(months, total, color=_BLUE, linewidth=2, label=say("cumulative"))
    axes.plot(months, discounted, color=_ORANGE, linestyle="--", label=say("cumulative_discounted"))
    axes.axhline(0, color=_GREY, linewidth=0.8)
    if case.results.payback:
        axes.axvline(case.results.payback, color=_BLUE, linewidth=0.8, linestyle=":")
        text = f"{say('payback')}: {figure_text(case, 'payback', language)}"
        low, high = axes.get_ylim()
        axes.annotate(
            text, (case.results.payback, low + 0.04 * (high - low)), xytext=(5, 0),
            textcoords="offset points", fontsize=8, color=_BLUE,
        )  # fmt: skip
    _finished(axes, say)


def _sales(axes: Any, report: Report, say: Say, language: str) -> None:
    flows = report.case.flows
    months = range(1, len(flows.net))
    _titled(axes, say("chart_sales"), report)
    sales, base = flows.sales[1:, 0], flows.base_sales[1:, 0]
    axes.plot(months, sales, color=_BLUE, linewidth=2, label=say("sales"))
    axes.plot(months, base, color=_GREY, linestyle="--", label=say("base_sales"))
    axes.fill_between(months, base, sales, color=_PALE, alpha=0.6)
    axes.set_ylim(bottom=0)
    _finished(axes, say)


def _costs(axes: Any, report: Report, say: Say, language: str) -> None:
    flows = report.case.flows
    months = list(range(len(flows.net)))
    below = [0.0] * len(months)
    _titled(axes, say("chart_costs"), report)
    shown = {group: cost for group, cost in flows.costs.items() if cost.any()}
    for place, (group, cost) in enumerate(shown.items()):
        values = [float(value) for value in cost[:, 0]]
        colour = _COLOURS[place % len(_COLOURS)]
        axes.bar(months, values, bottom=below, color=colour, label=group_name(group, language))
        below = [one + other for one, other in zip(below, values, strict=True)]
    _finished(axes, say, columns=3)


def _scenarios(axes: Any, report: Report, say: Say, language: str) -> None:
    values = [one.case.results.npv for one in report.compared][::-1]
    names = [_short(scenario_title(one, language)) for one in report.compared][::-1]
    _titled(axes, say("chart_scenarios"), report)
    colours = [_BLUE if value >= 0 else _ORANGE for value in values]
    axes.barh(range(len(values)), values, 0.6, color=colours)
    axes.set_yticks(range(len(values)), names)
    _money_axis(axes.xaxis)
    axes.axvline(0, color=_GREY, linewidth=0.8)


def _tornado(axes: Any, report: Report, say: Say, language: str) -> None:
    bars, middle = report.tornado.bars[:_BARS_MAX][::-1], report.tornado.npv
    titles = titles_of(report.plan, language)
    _titled(axes, say("chart_tornado"), report)
    for place, bar in enumerate(bars):
        for value, colour, name in (
            (bar.npv_low, _ORANGE, "series_low"), (bar.npv_high, _BLUE, "series_high"),
        ):  # fmt: skip
            label = say(name) if place == 0 else None
            axes.barh(place, value - middle, 0.6, left=middle, color=colour, label=label)
    axes.set_yticks(range(len(bars)), [_short(titles[bar.name]) for bar in bars])
    axes.axvline(middle, color=_GREY, linewidth=0.8)
    _money_axis(axes.xaxis)
    axes.legend(frameon=False, fontsize=8)


def _fan(axes: Any, report: Report, say: Say, language: str) -> None:
    fan = report.risk.fan
    months = range(len(fan))
    _titled(axes, say("chart_fan"), report)
    axes.fill_between(
        months, [band.p10 for band in fan], [band.p90 for band in fan], color=_PALE,
        label=say("series_band"),
    )  # fmt: skip
    axes.plot(months, [band.p50 for band in fan], color=_BLUE, label=say("series_median"))
    total = list(accumulate(float(value) for value in report.case.flows.net[:, 0]))
    axes.plot(months, total, color=_ORANGE, linestyle="--", label=say("series_likely"))
    axes.axhline(0, color=_GREY, linewidth=0.8)
    _finished(axes, say)


def _risk(axes: Any, report: Report, say: Say, language: str) -> None:
    edges, counts = report.risk.edges, report.risk.counts
    _titled(axes, say("chart_risk"), report)
    for place, paths in enumerate(counts):
        left, right = edges[place], edges[place + 1]
        colour = _ORANGE if (left + right) / 2 < 0 else _BLUE
        axes.bar(left, paths, right - left, align="edge", color=colour)
    axes.axvline(0, color=_GREY, linewidth=0.8)
    axes.set_yticks([])
    _money_axis(axes.xaxis)


def _actual(axes: Any, report: Report, say: Say, language: str) -> None:
    tracking = report.tracking
    assert tracking is not None
    _titled(axes, f"{say('chart_actual')}: {say('sales')}", report)
    plan, ahead = report.case.flows.sales[1:, 0], tracking.flows.sales[1:, 0]
    months = list(range(1, len(plan) + 1))
    known = _told(tracking)
    axes.plot(months, plan, color=_GREY, linestyle="--", label=say("series_plan"))
    last = max(known)
    axes.plot(
        months[last - 1 :], ahead[last - 1 :], color=_BLUE, linestyle=":", linewidth=2,
        label=say("series_forecast"),
    )  # fmt: skip
    axes.plot(
        list(known), list(known.values()), color=_BLUE, marker="o", markersize=4, linewidth=2,
        label=say("series_actual"),
    )  # fmt: skip
    axes.set_ylim(bottom=0)
    _finished(axes, say)


def _told(tracking: Tracking) -> dict[int, float]:
    """The sales of the months that are known."""
    found = {}
    for month in tracking.months:
        value = _sales_of(month)
        if value is not None:
            found[month.month] = value
    return found


def _sales_of(month: ActualMonth) -> float | None:
    return next((line.actual for line in month.lines if line.line == "sales"), None)


def _titled(axes: Any, title: str, report: Report) -> None:
    axes.set_title(f"{title}, {report.plan.money}", fontsize=10, loc="left")
    axes.tick_params(labelsize=8, colors=_GREY)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(visible=True, color="#eeeeee")
    axes.set_axisbelow(True)


def _finished(axes: Any, say: Say, *, columns: int = 1) -> None:
    axes.set_xlabel(say("head_month"), fontsize=8)
    axes.margins(x=0.01)
    _money_axis(axes.yaxis)
    axes.legend(frameon=False, fontsize=8, ncols=columns)


def _money_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}".replace(",", " ")))


def _short(title: str) -> str:
    return title if len(title) <= _TITLE_MAX else title[: _TITLE_MAX - 1] + "…"


_DRAWN: Mapping[str, Callable[[Any, Report, Say, str], None]] = {
    "cash": _cash,
    "sales": _sales,
    "costs": _costs,
    "scenarios": _scenarios,
    "tornado": _tornado,
    "fan": _fan,
    "risk": _risk,
    "actual": _actual,
}
