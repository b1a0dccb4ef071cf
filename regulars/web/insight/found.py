"""What a finished analysis has found, read from its file and ready to be shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.contexts.economics.queries.studies import StudyFilesGone
from regulars.core.metrics.definitions import BY_CODE, FIGURES, PARTS, Figure
from regulars.core.metrics.rfm import SCORES, SEGMENTS, segment_table
from regulars.core.wording.catalogue import sentence
from regulars.kit.database.home import default_home
from regulars.studies.folders import study_folder
from regulars.web.design.charts import Chart, Series, Value
from regulars.web.design.faces import language
from regulars.web.insight.tables import ShownRow, ShownTable
from regulars.web.templatetags.figures import money, money_whole, number, share

FILE = "analysis.json"
_KEPT = 4  # analyses in memory: a study's file never changes
_COHORTS_SHOWN = 18

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the whole, and where it is looked at."""

    code: str
    title: str
    figure: str
    current: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """How a figure is reckoned, and what its parts mean."""

    formula: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of the RFM grid: the segment it belongs to, and that segment's customers."""

    segment: str
    customers: str
    share: str
    strength: int


@lru_cache(_KEPT)
def _read(path: Path) -> Told:
    told: Told = json.loads(path.read_text(), parse_float=float)
    return told


def read_analysis(study_id: UUID) -> Told:
    """What the study has found. Raises StudyFilesGone."""
    try:
        return _read(study_folder(default_home(), study_id) / FILE)
    except FileNotFoundError:
        raise StudyFilesGone from None


def forget() -> None:
    """Read everything anew; for tests, which write files over."""
    _read.cache_clear()


def spoken(figure: Figure, value: int | str | None, *, whole: bool = False) -> str:
    """A figure's value as people read it."""
    if value is None:
        return "–"
    exact = Decimal(value)
    if figure.unit == "money":
        return money_whole(exact) if whole else money(exact)
    if figure.unit == "share":
        return share(exact)
    if figure.unit == "units":
        return number(exact / 1000)
    return number(round(exact, 2) if exact != int(exact) else int(exact))


def tiles(told: Told, chosen: Figure) -> list[Tile]:
    """Every figure that is known of the whole."""
    figures = told["total"]["figures"]
    return [
        Tile(
            one.code,
            one.title(language()),
            spoken(one, figures[one.code], whole=True),
            one.code == chosen.code,
        )
        for one in FIGURES
        if figures.get(one.code) is not None
    ]


def definition(figure: Figure) -> Definition:
    """What the figure is made of."""
    at = 1 if language() == "ru" else 0
    names = dict.fromkeys(name for _sign, name in (*figure.top, *figure.bottom))
    return Definition(
        figure.formula.replace("`", ""), tuple((name, PARTS[name][at]) for name in names)
    )


def chosen_figure(code: str, told: Told) -> Figure:
    """The figure of that code, else the first."""
    known = told["total"]["figures"]
    found = BY_CODE.get(code)
    return found if found and known.get(found.code) is not None else FIGURES[0]


def period_chart(told: Told, figure: Figure) -> Chart:
    """A figure by period."""
    rows = told["periods"]
    values = [row["figures"].get(figure.code) for row in rows]
    title = figure.title(language())
    scale, suffix, drawn = _drawn(told, figure, values)
    return Chart(
        "figure",
        "line" if figure.unit in ("share", "number") else "bar",
        title,
        _("%(figure)s by period, from %(since)s to %(until)s.")
        % {"figure": title, "since": told["source"]["since"], "until": told["source"]["until"]},
        [row["label"] for row in rows],
        [Series(title, drawn, [spoken(figure, value) for value in values], 1)],
        _("Period"),
        scale=scale,
        suffix=suffix,
    )


def side_table(told: Told, figure: Figure, side: str) -> ShownTable:
    """A figure by one side of the business, the greatest first."""
    rows = sorted(told["sides"][side], key=lambda row: -_sorted(row["figures"].get(figure.code)))
    whole = told["total"]["figures"].get(figure.code)
    shown = []
    for row in rows:
        value = row["figures"].get(figure.code)
        cells = [(spoken(figure, value), True)]
        if not figure.bottom and whole and value is not None:
            cells.append((share(Decimal(value) / Decimal(whole)), True))
        elif not figure.bottom:
            cells.append(("–", True))
        shown.append(ShownRow(_side(side, row["side"]), tuple(cells)))
    title = figure.title(language())
    heads = [(title, True)] + ([] if figure.bottom else [(_("Share"), True)])
    by = sentence(f"analysis.by_{side}", {}, language())
    return ShownTable(side, f"{title}: {by}", by, tuple(heads), tuple(shown))


def sides(told: Told) -> list[tuple[str, str]]:
    """The sides that the analysis tells apart, with their titles."""
    return [(side, sentence(f"analysis.by_{side}", {}, language())) for side in told["sides"]]


def rfm_grid(told: Told) -> list[tuple[int, list[GridCell]]]:
    """Rows: recency from 5 down; columns: frequency and money from 1 up."""
    count = {row["code"]: row["customers"] for row in told["segments"]}
    total, most = sum(count.values()) or 1, max(count.values(), default=0) or 1
    table = segment_table()
    return [
        (
            recency,
            [
                GridCell(
                    _segment(code),
                    number(count.get(code, 0)),
                    share(count.get(code, 0) / total),
                    -(-4 * count.get(code, 0) // most),
                )
                for code in (table[recency, 2 * both] for both in range(1, SCORES + 1))
            ],
        )
        for recency in range(SCORES, 0, -1)
    ]


def segment_rows(told: Told) -> ShownTable:
    """The segments with what they buy, and how many were there before."""
    day = told["segments_before"]
    heads = [(_("Customers"), True), (_("Share"), True), (_("Sales"), True)]
    heads.append((_("Days since the last purchase"), True))
    if day:
        heads.append((_("On %(day)s") % {"day": day}, True))
    total = sum(row["customers"] for row in told["segments"]) or 1
    rows = []
    for row in told["segments"]:
        cells = [
            number(row["customers"]),
            share(row["customers"] / total),
            money_whole(row["sales_minor"]),
            number(round(Decimal(row["mean_recency_days"]))) if row["customers"] else "–",
        ]
        if day:
            cells.append(number(row["customers_before"]))
        rows.append(ShownRow(_segment(row["code"]), tuple((cell, True) for cell in cells)))
    return ShownTable("rfm", _("Segments"), _("Segment"), tuple(heads), tuple(rows))


def cohort_chart(told: Told, *, purchases: bool) -> Chart | None:
    """The share of each cohort that came back, by months since."""
    cohorts = told["cohorts_of_purchases" if purchases else "cohorts"][-_COHORTS_SHOWN:]
    cohorts = [one for one in cohorts if one["customers"] and one["customers"][0]]
    if not cohorts:
        return None
    width = max(len(one["customers"]) for one in cohorts)
    series = [_cohort(one["label"], one["customers"], width) for one in cohorts]
    return Chart(
        "cohorts",
        "heat",
        _("Who came back"),
        _("Of the customers whose first receipt was in a month, the share with one so many months later."),
        [str(age) for age in range(width)],
        series,
        _("Months since"),
    )  # fmt: skip


def decile_chart(told: Told) -> Chart | None:
    """The expected value of a customer, by tenth."""
    life = told["lifetime"]
    if not life or not life["deciles_minor"]:
        return None
    values = [round(value) for value in life["deciles_minor"]]
    return Chart(
        "deciles",
        "bar",
        _("Expected value of a customer, by tenth"),
        _("The best tenth is worth %(money)s each.") % {"money": money(values[0])},
        [str(place + 1) for place in range(len(values))],
        [Series(_("Expected value"), values, [money(value) for value in values], 1)],
        _("Tenth of customers, the best first"),
        scale=10 ** told["source"]["money_scale"],
    )


def calibration_chart(told: Told) -> Chart | None:
    """The risk of loss as it was told, and as it came, by tenth."""
    losses = told["losses"]
    if not losses or not losses["calibration"]:
        return None
    foretold = [pair[0] for pair in losses["calibration"]]
    came = [pair[1] for pair in losses["calibration"]]
    return Chart(
        "calibration",
        "line",
        _("Risk told and share lost, by tenth"),
        _("Judged on later data that the model had not seen."),
        [str(place + 1) for place in range(len(foretold))],
        [
            Series(_("Risk told"), _hundredths(foretold), [share(one) for one in foretold], 1),
            Series(_("Share lost"), _hundredths(came), [share(one) for one in came], 2),
        ],
        _("Tenth of customers"),
        suffix=" %",
    )


def gaps(told: Told) -> dict[str, str]:
    """The parts that the data did not suffice for, with the reason."""
    return {part: sentence(code, {}, language()) for part, code in told["gaps"].items()}


def _cohort(label: str, customers: Sequence[int], width: int) -> Series:
    first, empty = customers[0], width - len(customers)
    values: list[Value] = [round(100 * value / first, 1) for value in customers]
    texts = [share(value / first) for value in customers]
    return Series(f"{label} · {number(first)}", values + [None] * empty, texts + [""] * empty)


def _drawn(told: Told, figure: Figure, values: Sequence[Any]) -> tuple[int, str, list[Value]]:
    if figure.unit == "share":
        return 1, " %", [None if one is None else float(one) * 100 for one in values]
    scale = {"money": 10 ** told["source"]["money_scale"], "units": 1000}.get(figure.unit, 1)
    return scale, "", [None if one is None else float(one) for one in values]


def _hundredths(shares: Sequence[float]) -> list[Value]:
    return [round(100 * one, 2) for one in shares]


def _side(side: str, code: str) -> str:
    if not code:
        return sentence("analysis.nobody", {}, language())
    return _segment(code) if side == "segment" else code


def _segment(code: str) -> str:
    return SEGMENTS[code][language() == "ru"] if code in SEGMENTS else code


def _sorted(value: int | str | None) -> Decimal:
    return Decimal("-Infinity") if value is None else Decimal(value)
