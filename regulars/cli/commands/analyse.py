"""`regulars analyse`: figures, segments, cohorts, lifetime value of a receipts file or of own books."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from regulars.analytics.analysis import Found
from regulars.cli.acting import acting_person, by_option
from regulars.cli.report_figures import read_margin
from regulars.cli.session import Session, pass_session
from regulars.contexts.programme.queries import compiled_at
from regulars.core.metrics.definitions import FIGURES
from regulars.core.metrics.rfm import Borders
from regulars.core.receipts.layout import PRESETS
from regulars.core.refusal import Invalid
from regulars.core.wording.telling import figure as amount_text
from regulars.documents.analysis_files import PAGE, write_analysis
from regulars.documents.analysis_page import shown
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.studies.analysis import (
    PARTS,
    BordersWrong,
    Options,
    ReceiptsFile,
    analyse_file,
    analyse_own,
    read_borders,
)
from regulars.studies.write_back import write_back

_SHOWN = ("sales", "penetration", "receipts", "average_check", "members", "repeat_rate",
          "frequency", "ltv", "reward_rate", "outstanding")  # fmt: skip
_OF_FILE = ("money", "money_scale", "named", "mapping", "preset", "time_zone")


class EitherFileOrOwn(Invalid):
    """A file and our own books cannot be analysed as one, and one of them must be."""

    code = "analysis.either"


class WriteBackNeedsOwn(Invalid):
    """Attributes belong to members, and a file has none."""

    code = "analysis.write_back_own"


@click.command("analyse")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--own", is_flag=True, help="The books of this installation instead of a file.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Where the report goes."
)
@click.option("--period", "step", type=click.Choice(["month", "week", "day"]), default="month",
              help="Length of a period.")  # fmt: skip
@click.option("--margin", metavar="SHARE", help="Share of sales that is margin, such as 0.35.")
@click.option("--horizon", "horizon_days", type=click.IntRange(7, 1000), default=90,
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
@click.option(
    "--write-back", "writes", is_flag=True, help="Give members their segment, value and risk."
)
@click.option("--model", type=click.Choice(["best", "bg-nbd", "pareto-nbd"]), default="best",
              help="Of purchases; «best»: whichever tells the held-out part better.")  # fmt: skip
@by_option
@pass_session
def command(
    session: Session,
    file: Path | None,
    own: bool,
    out: Path | None,
    margin: str | None,
    borders: str | None,
    writes: bool,
    email: str | None,
    **given: Any,
) -> None:
    """Analyse the receipts in FILE (CSV, Parquet, XLSX; no database is needed), or --own books.

    Key figures, segments by recency, frequency and money, cohorts, goods bought together, lifetime
    value with its test, risk of losing customers: as a page with charts, tables, and one row a customer.
    """
    named = {name: given.pop(name) for name in _OF_FILE}
    options = Options(margin=read_margin(margin), borders=_borders(borders), **given)
    if bool(file) == own:
        raise EitherFileOrOwn
    if writes and not own:
        raise WriteBackNeedsOwn
    if file:
        found = _of_file(session, ReceiptsFile(file, **named), options)
        folder = out or file.with_name(f"{file.name}.analysis")
    else:
        found = _of_own(session, options, writes, email)
        folder = out or session.home.root / "analysis"
    write_analysis(found.analysis, found.customers, folder, language=session.language)
    session.show(found.analysis.as_json(), _lines(session, found, folder))


COMMAND = command


def _of_file(session: Session, file: ReceiptsFile, options: Options) -> Found:
    with session.progress("analysis.progress", total=PARTS) as advance:
        return analyse_file(file, options, lambda phase, done, total: advance(1))


def _of_own(session: Session, options: Options, writes: bool, email: str | None) -> Found:
    with session.database() as held:
        programme = in_transaction(lambda: compiled_at(utc_now()))
        with session.progress("analysis.progress") as advance:
            found = analyse_own(
                session.home.root,
                held.access.app.conninfo,
                programme,
                options,
                session.language,
                lambda phase, done, total: advance(1),
            )
        if writes:
            count = write_back(found, now=utc_now(), by=acting_person(session, email))
            session.tell("analysis.wrote_back", members=count)
    return found


def _borders(text: str | None) -> Borders | None:
    """`30,60,120,240/2,3,5,10/100,300,700,1500`; money in minor units."""
    if text is None:
        return None
    try:
        recency, receipts, money = (
            [int(cell) for cell in row.split(",")] for row in text.split("/")
        )
    except ValueError:
        raise BordersWrong from None
    return read_borders(recency, receipts, money)


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
