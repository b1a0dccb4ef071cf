"""An analysis as tables of ready cells: the same ones for the page, the CSV files and the workbook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from regulars.core.metrics.analysis import Analysis, Cohort, Row, Validation
from regulars.core.metrics.definitions import FIGURES, Figure
from regulars.core.metrics.rfm import SEGMENTS
from regulars.core.wording.catalogue import sentence

Cell = str | int | float | None
Kind = Literal["text", "count", "share", "number", "money"]

_PERIOD_FIGURES = ("sales", "member_sales", "penetration", "receipts", "average_check", "members",
                   "new", "active", "repeat_rate", "frequency", "churn", "ltv")  # fmt: skip
_TILES = ("sales", "penetration", "receipts", "average_check", "members", "repeat_rate",
          "frequency", "ltv", "reward_rate", "outstanding")  # fmt: skip
_SIDE_FIGURES = ("sales", "receipts", "units", "average_check", "returned_share", "members",
                 "repeat_rate", "frequency", "ltv", "promotion_cost")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the kind of each column; money is in units of money, not minor units."""

    code: str
    title: str
    heads: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables_of(found: Analysis, language: str) -> list[Table]:
    """Every table of an analysis, in the order in which it reads."""
    say = _Words(language)
    made = [
        _total(found, say),
        _rows(found, "kpi", say("by_period"), found.periods, FIGURES, say, _label),
    ]
    made += [
        _rows(
            found,
            f"kpi_{side}",
            say(f"by_{side}"),
            _in_order(side, rows),
            FIGURES,
            say,
            _side_label(side, say),
        )
        for side, rows in found.sides.items()
    ]
    made += [_segments(found, say), _moves(found, say)]
    made += [
        _cohorts("cohorts", say("cohorts"), found.cohorts, say),
        _cohorts("cohorts_purchases", say("cohorts"), found.cohorts_of_purchases, say),
        _cohort_money(found, say),
        _pairs(found, say),
        _offers(found, say),
    ]
    return [table for table in made if table.rows] + _forecasts(found, say)


def period_table(found: Analysis, language: str) -> Table:
    """The figures by period that a reader looks at first."""
    say = _Words(language)
    figures = [figure for figure in FIGURES if figure.code in _PERIOD_FIGURES]
    return _rows(found, "kpi", say("by_period"), found.periods, figures, say, _label)


def side_tables(found: Analysis, language: str) -> list[Table]:
    """The figures by store, channel, tier and segment that fit a page."""
    say = _Words(language)
    figures = [figure for figure in FIGURES if figure.code in _SIDE_FIGURES]
    return [
        _rows(
            found,
            f"kpi_{side}",
            say(f"by_{side}"),
            _in_order(side, rows),
            figures,
            say,
            _side_label(side, say),
        )
        for side, rows in found.sides.items()
        if side != "cohort"
    ]


def tiles_of(found: Analysis, language: str) -> list[tuple[str, Cell, Kind, str]]:
    """The few figures of the whole to be seen first: title, value, kind, unit."""
    tiles = []
    for figure in FIGURES:
        value = found.total.figures.get(figure.code)
        if figure.code in _TILES and value is not None:
            shown = _value(figure, value, found.source.money_scale)
            unit = found.source.money if figure.unit == "money" else ""
            tiles.append((figure.title(language), shown, _kind(figure), unit))
    return tiles


class _Words:
    """Sentences of an analysis in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, code: str, **params: object) -> str:
        return sentence(f"analysis.{code}", params, self.language)

    def segment(self, code: str) -> str:
        return SEGMENTS[code][self.language == "ru"] if code in SEGMENTS else code


def _label(row: Row) -> str:
    return row.label


def _in_order(side: str, rows: Sequence[Row]) -> list[Row]:
    """Segments from the best on, everything else by name; what belongs to none comes last."""
    place = {code: number for number, code in enumerate(SEGMENTS)} if side == "segment" else {}
    return sorted(rows, key=lambda row: (not row.side, place.get(row.side, 0), row.side))


def _side_label(side: str, say: _Words) -> Callable[[Row], str]:
    def label(row: Row) -> str:
        if not row.side:
            return say("nobody")
        return say.segment(row.side) if side == "segment" else row.side

    return label


def _total(found: Analysis, say: _Words) -> Table:
    rows = []
    for figure in FIGURES:
        value = found.total.figures.get(figure.code)
        if value is not None:
            shown = _value(figure, value, found.source.money_scale)
            rows.append(
                (
                    figure.title(say.language),
                    shown,
                    found.source.money if figure.unit == "money" else "",
                )
            )
    return Table(
        "total", say("kpi"), ("", say("whole"), ""), ("text", "number", "text"), tuple(rows)
    )


def _rows(
    found: Analysis,
    code: str,
    title: str,
    rows: Sequence[Row],
    figures: Sequence[Figure],
    say: _Words,
    label: Callable[[Row], str],
) -> Table:
    shown = [f for f in figures if any(row.figures.get(f.code) is not None for row in rows)]
    scale = found.source.money_scale
    return Table(
        code,
        title,
        ("", *(figure.title(say.language) for figure in shown)),
        ("text", *(_kind(figure) for figure in shown)),
        tuple(
            (label(row), *(_value(f, row.figures.get(f.code), scale) for f in shown))
            for row in rows
        ),
    )


def _value(figure: Figure, value: int | Decimal | None, scale: int) -> Cell:
    if value is None:
        return None
    if figure.unit == "money":
        return float(value) / 10**scale
    if figure.unit == "units":
        return float(value) / 1000
    return float(value) if isinstance(value, Decimal) else value


def _kind(figure: Figure) -> Kind:
    kinds: dict[str, Kind] = {"money": "money", "share": "share", "count": "count"}
    return kinds.get(figure.unit, "number")


def _segments(found: Analysis, say: _Words) -> Table:
    scale = 10**found.source.money_scale
    total = sum(segment.customers for segment in found.segments) or 1
    before = say("before", day=found.segments_before) if found.segments_before else ""
    heads = [say("segment"), say("customers"), say("share"), say("sales")]
    heads += [say("receipts_each"), say("recency")]
    kinds: list[Kind] = ["text", "count", "share", "money", "number", "number"]
    rows = []
    for each in found.segments:
        row: list[Cell] = [
            say.segment(each.code),
            each.customers,
            each.customers / total,
            each.sales_minor / scale,
            each.receipts / each.customers if each.customers else None,
            each.mean_recency_days if each.customers else None,
        ]
        rows.append(tuple([*row, each.customers_before] if before else row))
    if before:
        heads.append(before)
        kinds.append("count")
    return Table("rfm", say("rfm"), tuple(heads), tuple(kinds), tuple(rows))


def _moves(found: Analysis, say: _Words) -> Table:
    """Rows: where customers were; columns: where they are."""
    count = {(move.was, move.now): move.customers for move in found.moves}
    codes = list(SEGMENTS)
    rows: list[tuple[Cell, ...]] = []
    for was in ["", *codes]:
        cells = [count.get((was, now), 0) for now in codes]
        if any(cells):
            rows.append((say.segment(was) if was else say("moves_new"), *cells))
    title = say("moves", day=found.segments_before)
    heads = (say("moves_was"), *(say.segment(code) for code in codes))
    return Table("moves", title, heads, ("text", *_same("count", len(codes))), tuple(rows))


def _cohorts(code: str, title: str, cohorts: Sequence[Cohort], say: _Words) -> Table:
    ages = max((len(cohort.customers) for cohort in cohorts), default=0)
    rows = [
        (cohort.label, *cohort.customers, *[None] * (ages - len(cohort.customers)))
        for cohort in cohorts
    ]
    heads = (say("cohort"), *map(str, range(ages)))
    return Table(code, title, heads, ("text", *_same("count", ages)), tuple(rows))


def _cohort_money(found: Analysis, say: _Words) -> Table:
    scale = 10**found.source.money_scale
    ages = max((len(cohort.sales_minor) for cohort in found.cohorts), default=0)
    rows = []
    for cohort in found.cohorts:
        money: list[Cell] = [amount / scale for amount in cohort.sales_minor]
        rows.append((cohort.label, *money, *[None] * (ages - len(money))))
    heads = (say("cohort"), *map(str, range(ages)))
    kinds: tuple[Kind, ...] = ("text", *_same("money", ages))
    return Table("cohorts_money", say("cohorts_money"), heads, kinds, tuple(rows))


def _pairs(found: Analysis, say: _Words) -> Table:
    heads = ("basket_first", "basket_second", "basket_both", "support", "confidence", "lift")
    return Table(
        "basket",
        say("basket"),
        tuple(say(head) for head in heads),
        ("text", "text", "count", "share", "share", "number"),
        tuple(
            (
                pair.first_name or pair.first,
                pair.second_name or pair.second,
                pair.both,
                pair.support,
                pair.confidence,
                pair.lift,
            )
            for pair in found.affinities
        ),
    )


def _offers(found: Analysis, say: _Words) -> Table:
    scale = 10**found.source.money_scale
    return Table(
        "offers",
        say("offers"),
        (say("goods"), say("customers"), say("expected_sales")),
        ("text", "count", "money"),
        tuple(
            (offer.name or offer.sku, offer.customers, offer.expected_minor / scale)
            for offer in found.offers
        ),
    )


def _forecasts(found: Analysis, say: _Words) -> list[Table]:
    """How the models did on what they had not seen."""
    made = []
    lifetime, losses = found.lifetime, found.losses
    if lifetime is not None and lifetime.validation is not None:
        heads = (say("repeats"), say("customers"), say("expected"), say("actual"))
        rows: list[tuple[Cell, ...]] = [
            (f"{repeats}+" if repeats == 7 else f"{repeats}", *rest)
            for repeats, *rest in lifetime.validation.groups
        ]
        kinds: tuple[Kind, ...] = ("text", "count", "number", "number")
        made.append(Table("clv_test", say("clv_test"), heads, kinds, tuple(rows)))
        made.append(_models(lifetime.tested, say))
    if losses is not None:
        pairs: list[tuple[Cell, ...]] = [
            (f"{tenth}", *pair) for tenth, pair in enumerate(losses.calibration, 1)
        ]
        titles = ("", say("churn_told"), say("churn_seen"))
        made.append(Table("churn", say("churn"), titles, ("text", "share", "share"), tuple(pairs)))
    return made


def _models(tested: Sequence[Validation], say: _Words) -> Table:
    """The models of purchases side by side, each on what it had not seen."""
    heads = ("clv_model", "clv_likelihood", "expected", "actual", "clv_deviation",
             "clv_error", "clv_square_error")  # fmt: skip
    return Table(
        "clv_models",
        say("clv_models"),
        tuple(say(head) for head in heads),
        ("text", "number", "count", "count", "share", "number", "number"),
        tuple(
            (
                test.model,
                test.likelihood,
                test.expected,
                test.actual,
                test.deviation,
                test.error,
                test.square_error,
            )
            for test in tested
        ),
    )


def _same(kind: Kind, count: int) -> list[Kind]:
    return [kind] * count
