"""An analysis as a study: of a receipts file or of our own books, printed into a folder."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from regulars.analytics.analysis import (
    Found,
    Wanted,
    analyse,
    source_of_books,
    source_of_file,
)
from regulars.analytics.books import books_of_file
from regulars.analytics.engine import open_engine
from regulars.analytics.kpis import Side, Step
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.analytics.warehouse.manifest import read_manifest
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import system_actor
from regulars.core.metrics.rfm import Borders
from regulars.core.places import check_time_zone
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Invalid
from regulars.documents.analysis_files import PAGE, write_analysis
from regulars.integrations.receipts.canonical import receipt_lines
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.reading import read_source
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import warehouse_folder
from regulars.studies.requests import AnalysisRequest, BordersOfScores
from regulars.studies.work import Advance, Work
from regulars.studies.write_back import write_back

Model = Literal["best", "bg-nbd", "pareto-nbd"]
PARTS = 6
_OWN_SIDES: tuple[Side, ...] = ("store", "channel", "tier", "segment", "cohort")


class NothingToAnalyse(Invalid):
    """No row of the file, or nothing in the books, is a receipt."""

    code = "analysis.nothing"


class BordersWrong(Invalid):
    """The borders of scores are not three rising rows of four."""

    code = "analysis.borders_wrong"


@dataclass(frozen=True, slots=True)
class Options:
    """How to analyse, whoever asks."""

    step: Step = "month"
    horizon_days: int = 90
    weeks: int = 52
    discount: float = 0.1
    margin: Fraction | None = None
    borders: Borders | None = None
    model: Model = "best"

    def wanted(self) -> Wanted:
        """The same as the analytics take it."""
        return Wanted(
            step=self.step,
            horizon_days=self.horizon_days,
            weeks=float(self.weeks),
            discount=self.discount,
            margin=self.margin,
            borders=self.borders,
            model=self.model,
        )


@dataclass(frozen=True, slots=True)
class ReceiptsFile:
    """A file of receipts and what its columns mean, as far as somebody said so."""

    path: Path
    money: str = ""
    money_scale: int = 2
    named: tuple[str, ...] = ()
    mapping: Path | None = None
    preset: str | None = None
    time_zone: str | None = None


def analyse_file(file: ReceiptsFile, options: Options, advance: Advance) -> Found:
    """Analyse the receipts of a file; no database is needed.

    Raises NothingToAnalyse and what reading refuses.
    """
    advance("analysis.reading", 0, None)
    told = read_mapping(file.mapping) if file.mapping else MappingFile()
    source = read_source(file.path)
    source, layout = settle_layout(
        source,
        told=told,
        named=named_columns(file.named),
        preset=file.preset,
        folder=file.path.parent,
        time_zone=check_time_zone(file.time_zone),
    )
    check_time_zone(layout.time_zone)
    zone = ZoneInfo(layout.time_zone or "UTC")
    rows = receipt_lines(source, layout, zone=zone, money_scale=file.money_scale)
    with open_engine() as engine:
        about = source_of_file(engine, rows, file.path.name, file.money, file.money_scale)
        books = books_of_file(engine, rows)
        if not books.last_day:
            raise NothingToAnalyse
        return analyse(books, about, options.wanted(), advance=_parts(advance))


def analyse_own(
    home: Path,
    conninfo: str,
    programme: Compiled,
    options: Options,
    language: str,
    advance: Advance,
) -> Found:
    """Bring the warehouse up to date, then analyse it; the database is needed for the first only.

    Raises NothingToAnalyse.
    """
    folder = warehouse_folder(home)
    export_books(conninfo, folder, programme.zone.key, advance)
    name = text_in(programme.document.title, language)
    if not read_manifest(folder).files("sale"):
        raise NothingToAnalyse
    with open_engine() as engine:
        books = books_of_warehouse(engine, folder)
        about = source_of_books(books, name, programme.document.money, programme.money_scale)
        wanted = replace(options.wanted(), sides=_OWN_SIDES, worths=worths_of(programme))
        return analyse(books, about, wanted, advance=_parts(advance))


def run_analysis(request: AnalysisRequest, work: Work) -> Mapping[str, Any]:
    """The study `analysis`: own books into a page with charts, tables and one row a customer."""
    programme = in_transaction(lambda: compiled_at(work.now))
    options = Options(
        step=request.period,
        horizon_days=request.horizon_days,
        weeks=request.weeks,
        discount=request.discount,
        margin=None if request.margin is None else Fraction(request.margin),
        borders=None if request.borders is None else _borders(request.borders),
        model=request.model,
    )
    found = analyse_own(work.home, work.conninfo, programme, options, work.language, work.advance)
    work.advance("analysis.printing", PARTS, PARTS)
    write_analysis(found.analysis, found.customers, work.folder, language=work.language)
    summary: dict[str, Any] = {
        "page": PAGE,
        "since": found.analysis.source.since,
        "until": found.analysis.source.until,
        "receipts": found.analysis.source.rows,
        "customers": found.analysis.source.customers,
        "figures": _plain(found.analysis.total.figures),
        "gaps": sorted(found.analysis.gaps),
    }
    if request.write_back:
        work.advance("analysis.writing_back", PARTS, PARTS)
        summary["wrote_back"] = write_back(found, now=work.now, by=system_actor("studies"))
    return summary


def read_borders(recency_days: list[int], receipts: list[int], money_minor: list[int]) -> Borders:
    """Three rows of four rising numbers as borders. Raises BordersWrong."""
    rows = [tuple(row) for row in (recency_days, receipts, money_minor)]
    if any(len(row) != 4 or sorted(set(row)) != list(row) for row in rows):
        raise BordersWrong
    recency, frequency, monetary = rows
    return Borders(recency, frequency, monetary)  # type: ignore[arg-type]


def _borders(told: BordersOfScores) -> Borders:
    return read_borders(told.recency_days, told.receipts, told.money_minor)


def worths_of(programme: Compiled) -> dict[str, Fraction]:
    """What points are worth: money-minor per currency-minor, of the currencies that pay money."""
    return {
        code: Fraction(*currency.money.worth)
        for code, currency in programme.currencies.items()
        if currency.money
    }


def export_books(conninfo: str, folder: Path, zone: str, advance: Advance) -> None:
    """Bring the warehouse up to date, telling how many rows were written."""
    written = 0

    def count(steps: int) -> None:
        nonlocal written
        written += steps
        advance("warehouse.progress", written, None)

    count(0)
    export_warehouse(conninfo, folder, zone=zone, advance=count)


def _parts(advance: Advance) -> Any:
    begun = 0

    def begin(part: str) -> None:
        nonlocal begun
        advance(f"analysis.part_{part}", begun, PARTS)
        begun += 1

    return begin


def _plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Whole numbers as they are, fractions as text: JSON that loses nothing."""
    return {
        code: value if value is None or isinstance(value, int) else str(value)
        for code, value in figures.items()
    }
