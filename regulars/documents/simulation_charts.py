"""The charts of a comparison, drawn by matplotlib: as SVG inside of the page, as PNG beside it."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regulars.core.economics.outcome import Comparison, Group, Outcome
from regulars.documents.simulation_tables import (
    monthly_cost,
    months_of,
    stacked_costs,
    tier_months,
    vintages_of,
)
from regulars.documents.simulation_words import Words, month_label, share_of

COLOURS = ("#2f5d8a", "#d9822b", "#3a8f7b", "#8a4f9e", "#b5423c", "#6b7785", "#a08a2c", "#4aa3c7")
_STYLES = ("-", "--", "-.", ":")
_PALE, _GREY, _LOSS = "#b7cde2", "#777777", "#b5423c"
_WIDTH, _HEIGHT = 7.2, 3.5
_TICKS = 12
_BY_LINE_MAX = 8  # candidates that lines can still be told apart of
_TIERS_DRAWN = 4


def charts_of(found: Comparison, language: str) -> Mapping[str, Figure]:
    """Every chart that the comparison has data for, by name."""
    words = Words(found, language)
    made: dict[str, Figure | None] = {
        "costs": _costs(words),
        "monthly": _monthly(words),
        "liability": _liability(words),
        "deciles": _deciles(words),
        "versus": _versus(words),
        "redemption": _redemption(words),
    }
    drawn = 0
    for name, outcome in zip(words.names(), found.outcomes, strict=True):
        chart = _tiers(words, name, outcome)
        if chart is not None and drawn < _TIERS_DRAWN:
            made[f"tiers-{outcome.code}"] = chart
            drawn += 1
    return {name: figure for name, figure in made.items() if figure is not None}


def canvas(title: str, *, height: float = _HEIGHT) -> tuple[Figure, Any]:
    """A quiet chart: its title to the left, a light grid, no frame above and to the right."""
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=11, loc="left", color="#1c2733")
    axes.tick_params(labelsize=9, colors=_GREY)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#c9d2da")
    axes.grid(visible=True, axis="y", color="#eef1f4")
    axes.set_axisbelow(True)
    return figure, axes


def legend_below(figure: Figure, axes: Any, columns: int = 2) -> None:
    """The legend under the chart, where it covers nothing."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower left", ncols=columns, frameon=False, fontsize=9
    )


def short(name: str, most: int = 44) -> str:
    """A name that fits beside an axis."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _costs(words: Words) -> Figure | None:
    """Each candidate's cost as a share of sales, by what it is."""
    found = words.found
    if not found.outcomes:
        return None
    costs = stacked_costs(found)
    names = [short(name) for name in words.names()]
    figure, axes = canvas(words("chart_costs"), height=1.5 + 0.45 * len(names))
    axes.grid(visible=False)
    axes.grid(visible=True, axis="x", color="#eef1f4")
    places = range(len(names))[::-1]
    left = [0.0] * len(names)
    for part, (code, colour) in enumerate(
        (("discounts", COLOURS[0]), ("spent", COLOURS[1]), ("ahead", "#f0c9a0"))
    ):
        widths = [cost[part] for cost in costs]
        axes.barh(places, widths, 0.6, left=left, color=colour, label=words(code))
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for place, total in zip(places, left, strict=True):
        axes.text(total, place, f" {words.show(total, 'share')}", va="center", fontsize=9)
    axes.set_yticks(places, names)
    axes.set_xlim(0, max([*left, 1e-9]) * 1.15)
    axes.xaxis.set_major_formatter(percent_axis(words))
    legend_below(figure, axes, 3)
    return figure


def _monthly(words: Words) -> Figure | None:
    months = months_of(words.found)
    if len(months) < 2:
        return None
    figure, axes = canvas(f"{words('chart_monthly')}, {words.found.money}")
    for place, (name, outcome) in enumerate(_few(words)):
        values = [
            monthly_cost(outcome.months[month]) / words.scale if month in outcome.months else 0.0
            for month in months
        ]
        axes.plot(range(len(months)), values, **_line(place), label=short(name))
    return _by_month(words, figure, axes, months)


def _liability(words: Words) -> Figure | None:
    months = sorted({month for one in words.found.outcomes for month in one.liability})
    some = [
        (place, name, outcome)
        for place, (name, outcome) in enumerate(_few(words))
        if any(told.outstanding_minor for told in outcome.liability.values())
    ]
    if len(months) < 2 or not some:
        return None
    figure, axes = canvas(f"{words('chart_liability')}, {words.found.money}")
    for place, name, outcome in some:
        told = [outcome.liability.get(month) for month in months]
        held = [one.outstanding_minor / words.scale if one else 0.0 for one in told]
        due = [one.expected_minor / words.scale if one else 0.0 for one in told]
        line = _line(place)
        axes.plot(range(len(months)), held, **line, label=short(name))
        axes.fill_between(range(len(months)), due, color=line["color"], alpha=0.12, linewidth=0)
    return _by_month(words, figure, axes, months)


def _deciles(words: Words) -> Figure | None:
    """What each tenth of the members gets back, as a share of what it buys."""
    some = [(name, one) for name, one in _few(words) if one.deciles]
    if not some:
        return None
    figure, axes = canvas(words("chart_deciles"))
    count = max(len(one.deciles) for _, one in some)
    width = 0.8 / len(some)
    for place, (name, outcome) in enumerate(some):
        shares = [_given(group) for group in outcome.deciles]
        at = [k - 0.4 + width * (place + 0.5) for k in range(len(shares))]
        axes.bar(at, shares, width, color=COLOURS[place % len(COLOURS)], label=short(name))
    axes.set_xticks(range(count), [str(k + 1) for k in range(count)])
    axes.set_xlabel(words("chart_deciles_axis"), fontsize=9, color=_GREY)
    axes.yaxis.set_major_formatter(percent_axis(words))
    legend_below(figure, axes)
    return figure


def _given(group: Group) -> float:
    return share_of(group.figures.reward_minor, group.figures.gross_minor) or 0.0


def _versus(words: Words) -> Figure | None:
    """Members better and worse off than under the first candidate."""
    some = [
        (name, outcome.versus_first)
        for name, outcome in zip(words.names(), words.found.outcomes, strict=True)
        if outcome.versus_first is not None
    ]
    if not some:
        return None
    figure, axes = canvas(words("chart_versus"), height=1.5 + 0.5 * len(some))
    axes.grid(visible=False)
    places = range(len(some))[::-1]
    axes.barh(places, [v.winners for _, v in some], 0.55, color=COLOURS[2], label=words("winners"))
    axes.barh(places, [-v.losers for _, v in some], 0.55, color=_LOSS, label=words("losers"))
    widest = max([1, *(max(v.winners, v.losers) for _, v in some)])
    for place, (_, versus) in zip(places, some, strict=True):
        for count, side in ((versus.winners, 1), (versus.losers, -1)):
            text = words.show(count, "count")
            axes.text(side * (count + widest * 0.015), place, text, va="center", fontsize=9,
                      ha="left" if side > 0 else "right")  # fmt: skip
    axes.axvline(0, color="#c9d2da", linewidth=1)
    axes.set_xlim(-widest * 1.2, widest * 1.2)
    axes.set_yticks(places, [short(name) for name, _ in some])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    legend_below(figure, axes)
    return figure


def _redemption(words: Words) -> Figure | None:
    each = [(place, name, vintages_of(one)) for place, (name, one) in enumerate(_few(words))]
    some = [one for one in each if any(issued for issued, _ in one[2].values())]
    months = sorted({month for *_, found in some for month in found})
    if len(months) < 2:
        return None
    figure, axes = canvas(words("chart_redemption"))
    for place, name, found in some:
        shares = [share_of(found[month][1], found[month][0]) if month in found else None
                  for month in months]  # fmt: skip
        values = [float("nan") if share is None else share for share in shares]
        axes.plot(range(len(months)), values, **_line(place), label=short(name))
    axes.yaxis.set_major_formatter(percent_axis(words))
    return _by_month(words, figure, axes, months, money=False)


def _tiers(words: Words, name: str, outcome: Outcome) -> Figure | None:
    """Members by tier at each month's end; the first tier, where everybody begins, is left out."""
    months, codes = tier_months(outcome)
    if len(months) < 2:
        return None
    figure, axes = canvas(words("chart_tiers", name=short(name, 60)))
    bottom = [0] * len(months)
    for place, code in enumerate(codes[1:]):
        counts = [outcome.tiers[month].get(code, 0) for month in months]
        axes.bar(range(len(months)), counts, 0.75, bottom=bottom, label=code,
                 color=COLOURS[place % len(COLOURS)])  # fmt: skip
        bottom = [a + b for a, b in zip(bottom, counts, strict=True)]
    return _by_month(words, figure, axes, months)


def _few(words: Words) -> list[tuple[str, Outcome]]:
    return list(zip(words.names(), words.found.outcomes, strict=True))[:_BY_LINE_MAX]


def _line(place: int) -> dict[str, Any]:
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": _STYLES[place % len(_STYLES)],
        "linewidth": 1.9,
    }


def _by_month(
    words: Words, figure: Figure, axes: Any, months: list[int], *, money: bool = True
) -> Figure:
    step = max(1, -(-len(months) // _TICKS))
    labels = [month_label(month) for month in months]
    axes.set_xticks(range(0, len(months), step), labels[::step], rotation=30, ha="right")
    axes.set_ylim(bottom=0)
    if money:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: words.show(round(value, 6), "number"))
        )
    legend_below(figure, axes)
    return figure


def percent_axis(words: Words) -> Any:
    """Shares on an axis: `2.5%`, in Russian `2,5 %`."""
    if words.language == "ru":
        return FuncFormatter(lambda value, _: f"{value * 100:.6g}\u00a0%".replace(".", ","))
    return FuncFormatter(lambda value, _: f"{value * 100:.6g}%")
