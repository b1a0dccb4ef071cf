"""`regulars analyse`: figures, segments, cohorts, lifetime value of a receipts file or of own books."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from regulars.analytics.analysis import (
    Found,
    Wanted,
    analyse,
    source_of_books,
    source_of_file,
)
from regulars.analytics.books import books_of_file
from regulars.analytics.engine import open_engine
from regulars.analytics.kpis import Step
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.cli.acting import acting_person, by_option
from regulars.cli.session import Session, pass_session
from regulars.cli.warehouse_folder import warehouse_folder
from regulars.cli.write_back import write_back
from regulars.contexts.programme.queries import compiled_at
from regulars.core.metrics.definitions import FIGURES
from regulars.core.metrics.rfm import Borders
from regulars.core.places import check_time_zone
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.receipts.layout import PRESETS
from regulars.core.refusal import Invalid
from regulars.core.wording.telling import figure as amount_text
from regulars.documents.analysis_files import PAGE, write_analysis
from regulars.documents.analysis_page import shown
from regulars.integrations.receipts.canonical import receipt_lines
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.reading import read_source
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_SHOWN = ("sales", "penetration", "receipts", "average_check", "members", "repeat_rate",
          "frequency", "ltv", "reward_rate", "outstanding")  # fmt: skip


class NothingToAnalyse(Invalid):
    """No row of the file is a receipt."""

    code = "analysis.nothing"


class EitherFileOrOwn(Invalid):
    """A file and our own books cannot be analysed as one, and one of them must be."""

    code = "analysis.either"


class MarginWrong(Invalid):
    """The stated margin is no share."""

    code = "analysis.margin_wrong"


class BordersWrong(Invalid):
    """The borders of scores are not three rising rows of four."""

    code = "analysis.borders_wrong"


class WriteBackNeedsOwn(Invalid):
    """Attributes belong to members, and a file has none."""

    code = "analysis.write_back_own"


@dataclass(frozen=True, slots=True)
class Options:
    """How the command line wants it."""

    file: Path | None
    own: bool
    out: Path | None
    step: Step
    margin: Fraction | None
    horizon: int
    weeks: int
    discount: float
    borders: Borders | None
    money: str
    money_scale: int
    named: tuple[str, ...]
    mapping: Path | None
    preset: str | None
    time_zone: str | None
    write_back: bool
    email: str | None


@click.command("analyse")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--own", is_flag=True, help="The books of this installation instead of a file.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Where the report goes."
)
@click.option("--period", "step", type=click.Choice(["month", "week", "day"]), default="month",
              help="Length of a period.")  # fmt: skip
@click.option("--margin", metavar="SHARE", help="Share of sales that is margin, such as 0.35.")
@click.option("--horizon", type=click.IntRange(7, 1000), default=90,
              help="Days without a purchase after which a customer is lost.")  # fmt: skip
@click.option("--weeks", type=click.IntRange(1, 520), default=52, help="How far lifetimes look.")
@click.option("--discount", type=click.FloatRange(0, 10), default=0.1, help="Yearly, of lifetimes.")
@click.option("--borders", metavar="R/F/M", help="Fixed borders of scores instead of fifths.")
@click.option("--money", default="", metavar="CODE", help="What money of the file is called.")
@click.option("--money-scale", type=click.IntRange(0, 4), default=2, help="Its decimals.")
@click.option("--column", "named", multiple=True, metavar="FIELD=HEADING",
              help="Where a field stands.")  # fmt: skip
@click.option("--mapping", type=click.Path(path_type=Path), help="YAML file with all of it.")
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="A known data set.")
@click.option("--time-zone", help="Zone in which days begin (clocks with an offset only).")
@click.option("--write-back", is_flag=True, help="Give members their segment, value and risk.")
@by_option
@pass_session
def command(session: Session, margin: str | None, borders: str | None, **given: Any) -> None:
    """Analyse the receipts in FILE (CSV, Parquet, XLSX; no database is needed), or --own books.

    Key figures, segments by recency, frequency and money, cohorts, goods bought together, lifetime
    value with its test, risk of losing customers: as a page with charts, tables, and one row a customer.
    """
    options = Options(margin=_margin(margin), borders=_borders(borders), **given)
    if bool(options.file) == options.own:
        raise EitherFileOrOwn
    if options.write_back and not options.own:
        raise WriteBackNeedsOwn
    found, folder = _of_own(session, options) if options.own else _of_file(session, options)
    write_analysis(found.analysis, found.customers, folder, language=session.language)
    session.show(found.analysis.as_json(), _lines(session, found, folder))


COMMAND = command


def _of_file(session: Session, options: Options) -> tuple[Found, Path]:
    assert options.file is not None
    told = read_mapping(options.mapping) if options.mapping else MappingFile()
    with session.progress("import.progress_reading"):
        source = read_source(options.file)
        source, layout = settle_layout(
            source,
            told=told,
            named=named_columns(options.named),
            preset=options.preset,
            folder=options.file.parent,
            time_zone=check_time_zone(options.time_zone),
        )
        check_time_zone(layout.time_zone)
        zone = ZoneInfo(layout.time_zone or "UTC")
        rows = receipt_lines(source, layout, zone=zone, money_scale=options.money_scale)
    folder = options.out or options.file.with_name(f"{options.file.name}.analysis")
    with open_engine() as engine:
        about = source_of_file(engine, rows, options.file.name, options.money, options.money_scale)
        books = books_of_file(engine, rows)
        if not books.last_day:
            raise NothingToAnalyse
        with session.progress("analysis.progress", total=6) as advance:
            found = analyse(books, about, _wanted(options), advance=lambda part: advance(1))
    return found, folder


def _of_own(session: Session, options: Options) -> tuple[Found, Path]:
    """The warehouse brought up to date, then analysed; the database is needed for the first only."""
    with session.database() as held:
        programme = in_transaction(lambda: compiled_at(utc_now()))
        folder = warehouse_folder(session)
        with session.progress("warehouse.progress") as advance:
            conninfo = held.access.app.conninfo
            export_warehouse(conninfo, folder, zone=programme.zone.key, advance=advance)
        found = _analysed(session, options, folder, programme)
        if options.write_back:
            count = write_back(found, acting_person(session, options.email))
            session.tell("analysis.wrote_back", members=count)
    return found, options.out or session.home.root / "analysis"


def _analysed(session: Session, options: Options, folder: Path, programme: Compiled) -> Found:
    worths = {
        code: Fraction(*currency.money.worth)
        for code, currency in programme.currencies.items()
        if currency.money
    }
    money, scale = programme.document.money, programme.money_scale
    name = text_in(programme.document.title, session.language)
    with open_engine() as engine:
        books = books_of_warehouse(engine, folder)
        about = source_of_books(books, name, money, scale)
        wanted = replace(
            _wanted(options), sides=("store", "channel", "tier", "segment", "cohort"), worths=worths
        )
        with session.progress("analysis.progress", total=6) as advance:
            return analyse(books, about, wanted, advance=lambda part: advance(1))


def _wanted(options: Options) -> Wanted:
    return Wanted(
        step=options.step,
        horizon_days=options.horizon,
        weeks=float(options.weeks),
        discount=options.discount,
        margin=options.margin,
        borders=options.borders,
    )


def _margin(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        share = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise MarginWrong from None
    if not 0 < share <= 1:
        raise MarginWrong
    return share


def _borders(text: str | None) -> Borders | None:
    """`30,60,120,240/2,3,5,10/100,300,700,1500`; money in minor units."""
    if text is None:
        return None
    try:
        rows = [tuple(int(cell) for cell in row.split(",")) for row in text.split("/")]
    except ValueError:
        raise BordersWrong from None
    if len(rows) != 3 or any(len(row) != 4 or sorted(set(row)) != list(row) for row in rows):
        raise BordersWrong
    recency, frequency, monetary = rows
    return Borders(recency, frequency, monetary)  # type: ignore[arg-type]


def _lines(session: Session, found: Found, folder: Path) -> list[str]:
    told, language = found.analysis, session.language
    period = session.say("analysis.period", since=told.source.since, until=told.source.until)
    lines = [f"{session.say('analysis.title', name=told.source.name)}, {period}", ""]

    def put(name: str, text: str) -> None:
        lines.append(f"  {name:<44}{text:>22}")

    def money(minor: float) -> str:
        text = amount_text(round(minor), told.source.money_scale, language)
        return f"{text} {told.source.money}".rstrip()

    put(session.say("analysis.file_rows"), shown(told.source.rows, "count", language))
    put(session.say("analysis.file_customers"), shown(told.source.customers, "count", language))
    put(session.say("analysis.file_money"), money(told.source.amount_minor))
    for figure in FIGURES:
        value = told.total.figures.get(figure.code)
        if figure.code in _SHOWN and value is not None:
            kinds: Mapping[str, Any] = {"share": "share", "count": "count"}
            text = (
                money(float(value))
                if figure.unit == "money"
                else shown(float(value), kinds.get(figure.unit, "number"), language)
            )
            put(figure.title(language), text)
    lines += [*_models(session, found), *_gaps(session, found), ""]
    lines.append(session.say("analysis.wrote", folder=folder, page=PAGE))
    return lines


def _models(session: Session, found: Found) -> list[str]:
    """What the hold-outs say of the models, in two lines."""
    language, lines = session.language, [""]
    lifetime, losses = found.analysis.lifetime, found.analysis.losses
    if lifetime is not None and lifetime.validation is not None:
        test = lifetime.validation
        code = session.say("analysis.clv_test")
        expected, actual = (
            shown(test.expected, "count", language),
            shown(test.actual, "count", language),
        )
        names = session.say("analysis.expected"), session.say("analysis.actual")
        share = shown(test.deviation, "share", language)
        lines.append(f"  {code} {names[0]} {expected}, {names[1]} {actual}: {share}")
    if losses is not None:
        lines.append(
            f"  {session.say('analysis.churn')}: AUC {losses.auc:.3f}, Brier {losses.brier:.3f} "
            f"/ {losses.brier_of_rate:.3f}"
        )
    return lines


def _gaps(session: Session, found: Found) -> list[str]:
    return [f"  {session.say(code)}" for code in found.analysis.gaps.values()]
