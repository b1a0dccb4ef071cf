"""Key figures of our own books, from the warehouse brought up to date: by period, by a side, or by both."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import ibis

from regulars.analytics import cohorts, kpis, rfm
from regulars.analytics.books import Books
from regulars.analytics.engine import open_engine
from regulars.analytics.figures import Figures, count_both, count_figures, count_sides
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse.manifest import read_manifest
from regulars.core.metrics.analysis import Row
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Invalid
from regulars.studies.analysis import NothingToAnalyse, export_books, worths_of
from regulars.studies.folders import warehouse_folder
from regulars.studies.work import Advance

_EPOCH = date(1970, 1, 1)
CELLS_MAX = 20_000


class PeriodEmpty(Invalid):
    """The period ends before it begins."""

    code = "kpi.period_empty"


class CellsTooMany(Invalid):
    """More periods and sides than anybody reads."""

    code = "kpi.periods_too_many"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: of the periods that `[since, until)` touches (None: all of them), by what."""

    step: kpis.Step | None
    side: kpis.Side
    since: date | None
    until: date | None
    horizon_days: int
    margin: Fraction | None


@dataclass(frozen=True, slots=True)
class Told:
    """The whole, and a row for each period, side or both."""

    whole: Row
    rows: tuple[Row, ...]


def own_figures(
    home: Path, conninfo: str, programme: Compiled, wanted: Wanted, advance: Advance
) -> Told:
    """Count them. Raises NothingToAnalyse, PeriodEmpty, CellsTooMany."""
    folder = warehouse_folder(home)
    export_books(conninfo, folder, programme.zone.key, advance)
    if not read_manifest(folder).files("sale"):
        raise NothingToAnalyse
    with open_engine() as engine:
        books = books_of_warehouse(engine, folder)
        figures = _figures(books, wanted, programme)
        whole, periods = count_figures(books, figures)
        if not wanted.side:
            return Told(whole, periods if wanted.step else ())
        customers = _customers(books, wanted.side)
        if wanted.step is None:
            return Told(whole, count_sides(books, figures, wanted.side, customers))
        return Told(whole, count_both(books, figures, wanted.side, customers))


def _figures(books: Books, wanted: Wanted, programme: Compiled) -> Figures:
    step = wanted.step or "month"
    since, until = wanted.since, wanted.until
    figures = Figures(
        step=step,
        horizon_days=wanted.horizon_days,
        margin=wanted.margin,
        worths=worths_of(programme),
        since=None if since is None else kpis.number_of((since - _EPOCH).days, step),
        until=None if until is None else kpis.number_of((until - _EPOCH).days - 1, step) + 1,
    )
    asked = figures.asked(books)
    if asked.since >= asked.until:
        raise PeriodEmpty
    if asked.until - asked.since > CELLS_MAX:
        raise CellsTooMany(count=asked.until - asked.since)
    return figures


def _customers(books: Books, side: kpis.Side) -> ibis.Table | None:
    if side == "segment":
        return books.engine.keep(rfm.score_customers(books)).select("customer", side="segment")
    return cohorts.cohort_sides(books) if side == "cohort" else None
