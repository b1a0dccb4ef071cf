"""The charts of a month's liability: how it came about, where it stands, how sure it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from regulars.core.economics.closing import Nature
from regulars.core.economics.statement import CurrencyTold, Statement, month_name
from regulars.core.wording.catalogue import sentence
from regulars.documents.liability_tables import title_of

_BLUE, _PALE, _ORANGE, _GREEN, _GREY = "#2f5d8a", "#b7cde2", "#d9822b", "#6a994e", "#777777"
_WIDTH, _HEIGHT = 8.0, 3.4
_VINTAGES_SHOWN = 24


def charts_of(statement: Statement, language: str) -> Mapping[str, Figure]:
    """A bridge, the vintages and the sensitivity of every currency that revenue waits for, by name."""
    drawn: dict[str, Figure] = {}
    for one in statement.of(Nature.POINTS):
        if not one.frozen.end.entries:
            continue
        if any(one.total.money):
            drawn[f"bridge_{one.code}"] = _bridge(statement, one, language)
            drawn[f"vintages_{one.code}"] = _vintages(statement, one, language)
            drawn[f"sensitivity_{one.code}"] = _sensitivity(statement, one, language)
        if len(one.triangle) > 1:
            drawn[f"triangle_{one.code}"] = _triangle(one, language)
    return drawn


def _bridge(statement: Statement, one: CurrencyTold, language: str) -> Figure:
    money = one.total.money
    scale = 10**statement.money_scale
    steps = [
        ("money_opening", 0, money.opening_minor, _BLUE),
        ("money_granted", money.opening_minor, money.granted_minor, _GREEN),
        (
            "money_redeemed",
            money.opening_minor + money.granted_minor,
            -money.redeemed_minor,
            _ORANGE,
        ),
        (
            "money_reestimated",
            money.closing_minor + money.reestimated_minor,
            -money.reestimated_minor,
            _ORANGE if money.reestimated_minor > 0 else _GREEN,
        ),
        ("money_closing", 0, money.closing_minor, _BLUE),
    ]
    figure, axes = _canvas(_titled("chart_bridge", statement, one, language))
    for place, (_, bottom, height, colour) in enumerate(steps):
        axes.bar(place, height / scale, bottom=bottom / scale, color=colour, width=0.62)
        top = max(bottom, bottom + height) / scale
        sign = "+" if 0 < place < 4 and height > 0 else ""
        axes.annotate(
            sign + _figure(height / scale), (place, top), textcoords="offset points",
            xytext=(0, 3), ha="center", fontsize=8,
        )  # fmt: skip
    names = [sentence(f"liability_page.head_{name}", {}, language) for name, *_ in steps]
    axes.set_xticks(range(len(steps)), names, fontsize=8)
    _leave_room(axes, [max(bottom, bottom + height) / scale for _, bottom, height, _ in steps])
    _in_money(axes)
    return figure


def _vintages(statement: Statement, one: CurrencyTold, language: str) -> Figure:
    lines = [line for line in one.frozen.end.lines if line.deferred_minor][-_VINTAGES_SHOWN:]
    scale = 10**statement.money_scale
    figure, axes = _canvas(_titled("chart_vintages", statement, one, language))
    places = range(len(lines))
    waits = [line.liability_minor / scale for line in lines]
    known = [line.revenue_minor / scale for line in lines]
    say = {name: sentence(f"liability_page.head_{name}", {}, language)
           for name in ("revenue", "money_closing")}  # fmt: skip
    axes.bar(places, known, color=_PALE, label=say["revenue"])
    axes.bar(places, waits, bottom=known, color=_BLUE, label=say["money_closing"])
    step = max(1, -(-len(lines) // 12))
    names = [month_name(line.vintage) for line in lines]
    axes.set_xticks(list(places)[::step], names[::step], fontsize=7)
    axes.legend(frameon=False, fontsize=8)
    _in_money(axes)
    return figure


def _sensitivity(statement: Statement, one: CurrencyTold, language: str) -> Figure:
    scale = 10**statement.money_scale
    now = one.total.money.closing_minor
    found = sorted({**one.sensitivity, 0: now}.items())
    figure, axes = _canvas(_titled("chart_sensitivity", statement, one, language))
    heights = [minor / scale for _, minor in found]
    colours = [_BLUE if not change else _PALE for change, _ in found]
    axes.bar(range(len(found)), heights, color=colours, width=0.62)
    for place, height in enumerate(heights):
        axes.annotate(
            _figure(height), (place, height), textcoords="offset points", xytext=(0, 3),
            ha="center", fontsize=8,
        )  # fmt: skip
    axes.set_xticks(range(len(found)), [_signed(change) for change, _ in found], fontsize=8)
    axes.set_xlabel(sentence("liability_page.head_change", {}, language), fontsize=8)
    _leave_room(axes, heights)
    _in_money(axes)
    return figure


def _triangle(one: CurrencyTold, language: str) -> Figure:
    """The share of each vintage that had been redeemed, by age."""
    base = {line.vintage: line.points.base for line in one.frozen.end.lines}
    shown = list(one.triangle.items())[-_VINTAGES_SHOWN:]
    width = max(len(row) for _, row in shown)
    table = [
        [
            100.0 * row[age] / base[vintage]
            if age < len(row) and base.get(vintage, 0) > 0
            else float("nan")
            for age in range(width)
        ]
        for vintage, row in shown
    ]
    title = sentence(
        "liability_page.chart_triangle", {"currency": title_of(one, language)}, language
    )
    figure, axes = _canvas(title, height=1.2 + 0.28 * len(shown))
    axes.grid(visible=False)
    highest = max((value for row in table for value in row if value == value), default=1.0) or 1.0
    axes.imshow(table, aspect="auto", cmap="Blues", vmin=0.0, vmax=highest)
    for y, row in enumerate(table):
        for x, value in enumerate(row):
            if value == value:
                ink = "white" if value > 0.6 * highest else "black"
                axes.text(x, y, f"{value:.0f}", ha="center", va="center", fontsize=7, color=ink)
    axes.set_yticks(range(len(shown)), [month_name(vintage) for vintage, _ in shown])
    axes.set_xticks(range(width), [str(age) for age in range(width)])
    axes.set_xlabel(sentence("liability_page.head_age", {}, language), fontsize=8)
    return figure


def _titled(code: str, statement: Statement, one: CurrencyTold, language: str) -> str:
    params = {"currency": title_of(one, language), "money": statement.money}
    return sentence(f"liability_page.{code}", params, language)


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


def _leave_room(axes: Any, heights: Sequence[float]) -> None:
    """Above the highest bar, for the figure that stands on it."""
    low, high = min([0.0, *heights]), max([0.0, *heights])
    axes.set_ylim(low * 1.14, high * 1.14 or 1.0)


def _signed(change: int) -> str:
    return f"{change:+d}" if change else "0"


def _in_money(axes: Any) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _figure(value)))


def _figure(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u2009")
