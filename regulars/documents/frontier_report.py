"""The efficient frontier as page, picture and tables: what each further step of cost would bring."""

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from html import escape
from pathlib import Path

from matplotlib.figure import Figure

from regulars.core.economics.frontier import Frontier, Point
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.analysis_charts import as_png, as_svg
from regulars.documents.analysis_tables import Cell, Kind, Table
from regulars.documents.page import about, drawn, heading, table_of, tiles, whole_page
from regulars.documents.simulation_charts import COLOURS, canvas, legend_below, percent_axis
from regulars.documents.simulation_files import write_simulation
from regulars.documents.simulation_words import Words
from regulars.documents.writing import put_bytes, put_table, put_workbook
from regulars.kit.documents import dump_yaml

PAGE, DATA, BOOK = "frontier.html", "frontier.json", "frontier.xlsx"
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "h")
_LABELS_MAX = 10
_KINDS: Mapping[str, Kind] = {
    "number": "count",
    "programme": "text",
    "cost_share": "number",
    "reach": "number",
    "value": "number",
    "low": "number",
    "high": "number",
    "net": "number",
    "cost_money": "money",
    "redemption": "share",
    "tried_on": "share",
    "model": "text",
    "code": "text",
}


def write_frontier(found: Frontier, folder: Path, *, language: str) -> list[Path]:
    """Write the search's result and the comparison of those confirmed into `folder`; what was written.

    Every programme of the frontier is there as a document to go on with: `candidate-CODE.yaml`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chart = chart_of(found, language)
    tables = tables_of(found, language)
    written = [
        put_bytes(folder / PAGE, page_of(found, as_svg(chart), language).encode()),
        put_bytes(folder / "frontier.png", as_png(chart)),
        put_bytes(
            folder / DATA, json.dumps(found.as_json(), ensure_ascii=False, indent=1).encode()
        ),
        put_workbook(folder / BOOK, tables),
    ]
    written += [put_table(folder / f"{table.code}.csv", table) for table in tables]
    written += [
        put_bytes(folder / f"candidate-{code}.yaml", dump_yaml(document).encode())
        for code, document in found.documents.items()
    ]
    return written + write_simulation(found.comparison, folder, language=language)


def tables_of(found: Frontier, language: str) -> list[Table]:
    """The frontier, what was confirmed, and everything that was tried."""
    confirmed = [point for point in found.points if point.stage == "whole"]
    made = [
        _table(found, "frontier", found.best, language),
        _table(found, "confirmed", confirmed, language),
        _table(found, "tried", found.points, language),
    ]
    return [table for table in made if table.rows]


def chart_of(found: Frontier, language: str) -> Figure:
    """Cost to the right, benefit upwards: the frontier as a line, the rest as points by model."""
    words = Words(found.comparison, language)
    say = _say(language)
    figure, axes = canvas(say(f"chart_{found.measure.kind}"), height=4.6)
    axes.grid(visible=True, axis="both", color="#eef1f4")
    kinds = list(dict.fromkeys(sorted(point.kind for point in found.points)))
    for place, kind in enumerate(kinds):
        style = {"color": COLOURS[place % len(COLOURS)], "marker": _MARKS[place % len(_MARKS)]}
        label: str | None = say(f"kind_{kind}")
        for is_whole in (True, False):
            some = [p for p in found.points if p.kind == kind and (p.stage == "whole") == is_whole]
            if some:
                alpha, size = (0.95, 46) if is_whole else (0.3, 20)
                axes.scatter([p.cost for p in some], [p.benefit for p in some], s=size, alpha=alpha,
                             linewidths=0, label=label, **style)  # fmt: skip
                label = None
    best = found.best
    if best:
        axes.plot([p.cost for p in best], [p.benefit for p in best], color="#1c2733", linewidth=1.4,
                  zorder=1, label=say("line"))  # fmt: skip
        if any(p.low != p.high for p in best):
            axes.fill_between([p.cost for p in best], [p.low for p in best], [p.high for p in best],
                              color="#1c2733", alpha=0.08, linewidth=0)  # fmt: skip
        for number, point in enumerate(best, 1):
            if len(best) <= _LABELS_MAX:
                axes.annotate(str(number), (point.cost, point.benefit), xytext=(-4, 7),
                              textcoords="offset points", fontsize=9, ha="right")  # fmt: skip
    axes.axvline(found.budget_share, color="#b5423c", linestyle=":", linewidth=1.4)
    axes.text(found.budget_share, 0, f" {say('budget')} ", fontsize=9,
              color="#b5423c", rotation=90, va="bottom", ha="right")  # fmt: skip
    shown = [p for p in found.points if p.cost <= 2 * found.budget_share]
    right = max([found.budget_share * 1.1, *(p.cost for p in shown)]) * 1.05
    axes.set_xlim(0, right or 1.0)
    axes.set_ylim(0, max([1e-6, *(p.benefit for p in shown), *(p.high for p in best)]) * 1.08)
    axes.set_xlabel(say("cost_axis"), fontsize=9, color="#777777")
    axes.xaxis.set_major_formatter(percent_axis(words))
    axes.yaxis.set_major_formatter(percent_axis(words))
    legend_below(figure, axes, 3)
    return figure


def page_of(found: Frontier, svg: str, language: str) -> str:
    """The whole page; what was assumed comes first."""
    say, words = _say(language), Words(found.comparison, language)
    comparison = found.comparison
    period = words("period", since=comparison.since, until=comparison.until)
    whole = [point for point in found.points if point.stage == "whole"]
    pairs = [
        (say("budget_share"), words.show(found.budget_share, "share")),
        (say("programmes_tried"), words.show(len(found.points), "count")),
        (say("programmes_confirmed"), words.show(len(whole), "count")),
        (words("customers"), words.show(comparison.customers, "count")),
    ]
    tables = {table.code: table for table in tables_of(found, language)}
    parts = [about(period), tiles(pairs), _assumed(found, language), heading(say("frontier"))]
    parts.append(about(say("frontier_note")))
    if found.best:
        parts += [drawn(svg, say("frontier_note")), table_of(tables["frontier"], language)]
    else:
        parts += [f"<p><b>{escape(say('none'))}</b></p>", drawn(svg, say("frontier_note"))]
    if "confirmed" in tables:
        best = frozenset(k for k, point in enumerate(whole) if point.best)
        parts += [heading(say("confirmed")), about(say("confirmed_note"))]
        parts.append(table_of(tables["confirmed"], language, best=best))
    if "tried" in tables:
        parts.append(table_of(tables["tried"], language, folded=say("tried")))
    parts += ["<h2></h2>", about(say("files"))]
    title = say("title", source=comparison.source)
    return whole_page(title, "".join(parts), language)


def _assumed(found: Frontier, language: str) -> str:
    """What counts as cost and benefit, and what no replay can find."""
    say, words = _say(language), Words(found.comparison, language)
    measure = found.measure
    told = [say("measure_cost")]
    if measure.answer is None:
        notice = words.show(measure.notice / 1000, "share")
        told += [say("measure_reach", notice=notice), say("no_answer")]
    else:
        slope = measure.answer.slope
        told.append(
            say(
                "measure_value",
                low=_number(slope.low, language),
                likely=_number(slope.likely, language),
                high=_number(slope.high, language),
                most=words.show(float(measure.answer.most), "share"),
                margin=words.show(float(measure.answer.margin), "share"),
            )
        )
    told += [say("made_to_measure"), say("sampled", seed=found.seed)]
    told += [
        words.told(one)
        for one in found.comparison.assumptions
        if measure.answer is None or one.code != "simulation.response_none"
    ]
    items = "".join(f"<li>{escape(text)}</li>" for text in told)
    gaps = list(dict.fromkeys(words.told(g) for o in found.comparison.outcomes for g in o.gaps))
    text = f"<h2>{escape(words('assumed'))}</h2><ul>{items}</ul>"
    if gaps:
        listed = "".join(f"<li>{escape(gap)}</li>" for gap in gaps)
        text += f"<h3>{escape(words('unknown'))}</h3><ul>{listed}</ul>"
    return f'<section class="note">{text}</section>'


def _table(found: Frontier, code: str, points: Sequence[Point], language: str) -> Table:
    say = _say(language)
    scale = 10**found.comparison.money_scale
    outcomes = {outcome.code: outcome for outcome in found.comparison.outcomes}
    value = found.measure.kind == "value"
    names = ["number", "programme", "cost_share", found.measure.kind]
    names += ["low", "high", "net"] if value else []
    names += ["cost_money", "redemption"] if code != "tried" else ["tried_on"]
    names += ["model", "code"]
    rows: list[tuple[Cell, ...]] = []
    for number, point in enumerate(points, 1):
        outcome = outcomes.get(point.code)
        cells: dict[str, Cell] = {
            "number": number,
            "programme": text_in(dict(point.titles), language),
            "cost_share": 100 * point.cost,
            found.measure.kind: 100 * point.benefit,
            "low": 100 * point.low,
            "high": 100 * point.high,
            "net": 100 * (point.benefit - point.cost),
            "cost_money": None if outcome is None else outcome.cost_stated_minor / scale,
            "redemption": None if outcome is None else outcome.rates.redemption,
            "tried_on": point.sample,
            "model": say(f"kind_{point.kind}"),
            "code": point.code,
        }
        rows.append(tuple(cells[name] for name in names))
    heads = tuple(say(f"head_{name}") for name in names)
    return Table(code, say(code), heads, tuple(_KINDS[name] for name in names), tuple(rows))


def _say(language: str) -> Callable[..., str]:
    def say(code: str, **params: object) -> str:
        return sentence(f"frontier.{code}", params, language)

    return say


def _number(value: Fraction, language: str) -> str:
    text = f"{float(value):g}"
    return text.replace(".", ",") if language == "ru" else text
