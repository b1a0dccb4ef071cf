"""The charts of an analysis, drawn by matplotlib: as SVG inside of the page, as PNG beside it."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from regulars.core.metrics.analysis import Analysis
from regulars.core.metrics.rfm import SEGMENTS
from regulars.core.wording.catalogue import sentence

_BLUE, _PALE, _ORANGE, _GREY = "#2f5d8a", "#b7cde2", "#d9822b", "#777777"
_WIDTH, _HEIGHT = 8.0, 3.4
_COHORTS_SHOWN = 18


def charts_of(found: Analysis, language: str) -> Mapping[str, Figure]:
    """Every chart that the analysis has data for, by name."""

    def say(code: str, **params: object) -> str:
        return sentence(f"analysis.{code}", params, language)

    made = {
        name: draw(found, say) if name != "segments" else _segments(found, say, language)
        for name, draw in _DRAWN.items()
    }
    return {name: figure for name, figure in made.items() if figure is not None}


def as_svg(figure: Figure) -> str:
    """The chart as an SVG element that loads nothing; the same bytes for the same data."""
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "regulars"}):
        buffer = io.StringIO()
        FigureCanvasAgg(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def as_png(figure: Figure) -> bytes:
    """The chart as a picture, 150 dots an inch."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=150)
    return buffer.getvalue()


Say = Callable[..., str]


def _sales(found: Analysis, say: Say) -> Figure | None:
    labels = [row.label for row in found.periods]
    scale = 10**found.source.money_scale
    of_members = [_float(row.figures["member_sales"]) / scale for row in found.periods]
    everything = [_float(row.figures["sales"]) / scale for row in found.periods]
    others = [max(a - b, 0.0) for a, b in zip(everything, of_members, strict=True)]
    figure, axes = _canvas(f"{say('chart_sales')}, {found.source.money}")
    places = range(len(labels))
    axes.bar(places, of_members, color=_BLUE, label=say("chart_members"))
    axes.bar(places, others, bottom=of_members, color=_PALE, label=say("chart_others"))
    return _labelled(figure, axes, labels)


def _active(found: Analysis, say: Say) -> Figure | None:
    labels = [row.label for row in found.periods]
    new = [row.parts["new"] or 0 for row in found.periods]
    back = [(row.parts["active"] or 0) - (row.parts["new"] or 0) for row in found.periods]
    figure, axes = _canvas(say("chart_active"))
    places = range(len(labels))
    axes.bar(places, back, color=_BLUE, label=say("chart_returning"))
    axes.bar(places, new, bottom=back, color=_ORANGE, label=say("chart_new"))
    return _labelled(figure, axes, labels)


def _cohorts(found: Analysis, say: Say) -> Figure | None:
    cohorts = found.cohorts[-_COHORTS_SHOWN:]
    ages = max((len(cohort.customers) for cohort in cohorts), default=0)
    if ages < 2:
        return None
    ages = min(ages, _COHORTS_SHOWN)
    table = [
        [
            100.0 * cohort.customers[age] / cohort.customers[0]
            if age < len(cohort.customers) and cohort.customers[0]
            else float("nan")
            for age in range(1, ages)
        ]
        for cohort in cohorts
    ]
    height = 1.2 + 0.32 * len(cohorts)
    figure, axes = _canvas(say("chart_cohorts"), height=height)
    axes.grid(visible=False)
    highest = max((value for row in table for value in row if value == value), default=1.0)
    axes.imshow(table, aspect="auto", cmap="Blues", vmin=0.0, vmax=highest)
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            if value == value:
                ink = "white" if value > 0.6 * highest else "black"
                axes.text(x, y, f"{value:.0f}", ha="center", va="center", fontsize=7, color=ink)
    axes.set_yticks(range(len(cohorts)), [cohort.label for cohort in cohorts])
    axes.set_xticks(range(ages - 1), [str(age) for age in range(1, ages)])
    return figure


def _segments(found: Analysis, say: Say, language: str) -> Figure | None:
    shown = [segment for segment in found.segments if segment.customers]
    customers = sum(segment.customers for segment in shown) or 1
    money = sum(max(segment.sales_minor, 0) for segment in shown) or 1
    names = [SEGMENTS[segment.code][language == "ru"] for segment in shown][::-1]
    figure, axes = _canvas(say("chart_segments"), height=0.8 + 0.42 * max(len(shown), 2))
    places = [float(place) for place in range(len(shown))]
    heads = [segment.customers / customers for segment in shown][::-1]
    sums = [max(segment.sales_minor, 0) / money for segment in shown][::-1]
    axes.barh([p + 0.2 for p in places], heads, 0.4, color=_PALE, label=say("customers"))
    axes.barh([p - 0.2 for p in places], sums, 0.4, color=_BLUE, label=say("sales"))
    axes.set_yticks(places, names)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False, fontsize=8)
    return figure


def _validation(found: Analysis, say: Say) -> Figure | None:
    test = found.lifetime.validation if found.lifetime else None
    if test is None or not test.weekly:
        return None
    figure, axes = _canvas(say("chart_validation", until=test.until))
    weeks = [week for week, _, _ in test.weekly]
    axes.plot(weeks, [seen for _, _, seen in test.weekly], color=_BLUE, label=say("actual"))
    expected = [told for _, told, _ in test.weekly]
    axes.plot(weeks, expected, color=_ORANGE, linestyle="--", label=say("expected"))
    axes.set_xlabel(say("week"), fontsize=8)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    return figure


def _deciles(found: Analysis, say: Say) -> Figure | None:
    if found.lifetime is None:
        return None
    scale = 10**found.source.money_scale
    values = [value / scale for value in found.lifetime.deciles_minor]
    figure, axes = _canvas(f"{say('chart_deciles')}, {found.source.money}")
    axes.bar(range(1, len(values) + 1), values, color=_BLUE)
    axes.set_xticks(range(1, len(values) + 1))
    return figure


def _churn(found: Analysis, say: Say) -> Figure | None:
    if found.losses is None:
        return None
    told = [pair[0] for pair in found.losses.calibration]
    seen = [pair[1] for pair in found.losses.calibration]
    figure, axes = _canvas(say("chart_churn"))
    places = range(1, len(told) + 1)
    axes.bar(places, seen, color=_PALE, label=say("churn_seen"))
    axes.plot(places, told, color=_ORANGE, marker="o", markersize=4, label=say("churn_told"))
    axes.set_xticks(places)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False, fontsize=8)
    return figure


def _canvas(title: str, *, height: float = _HEIGHT) -> tuple[Figure, Any]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=10, loc="left")
    axes.tick_params(labelsize=8, colors=_GREY)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(visible=True, axis="y", color="#eeeeee")
    axes.set_axisbelow(True)
    return figure, axes


def _labelled(figure: Figure, axes: Any, labels: list[str]) -> Figure:
    step = max(1, -(-len(labels) // 14))
    axes.set_xticks(range(0, len(labels), step), labels[::step], rotation=0, fontsize=7)
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.0f}".replace(",", " "))
    )
    axes.legend(frameon=False, fontsize=8)
    return figure


def _float(value: Any) -> float:
    return 0.0 if value is None else float(value)


_DRAWN: Mapping[str, Callable[[Analysis, Say], Figure | None]] = {
    "sales": _sales,
    "active": _active,
    "segments": lambda found, say: None,
    "cohorts": _cohorts,
    "validation": _validation,
    "deciles": _deciles,
    "churn": _churn,
}
