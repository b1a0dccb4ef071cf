"""`regulars receipts`: past receipts out of a file, through the real engine."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from regulars.cli.acting import acting_person, by_option
from regulars.cli.import_report import (
    Report,
    report_data,
    report_lines,
    say_problem,
    tell_layout,
)
from regulars.cli.session import Session, pass_session
from regulars.contexts.members.types import Language
from regulars.contexts.security.types import Actor
from regulars.core.places import check_time_zone
from regulars.core.receipts.layout import PRESETS, IdentifierName, Layout
from regulars.integrations.receipts.importing import (
    Door,
    Wishes,
    import_opened,
    open_receipts,
    zone_of,
)
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.rejects import write_rejects
from regulars.integrations.receipts.source import Source
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import Attachment

_IDENTIFIERS = ("external", "card", "phone", "email")


@dataclass(frozen=True, slots=True)
class Options:
    """How the command line wants a file read and imported."""

    file: Path
    named: tuple[str, ...]
    mapping: Path | None
    preset: str | None
    store: str | None
    till: str | None
    identifier: IdentifierName | None
    time_zone: str | None
    region: str
    enrol: bool
    dry_run: bool
    rejects: Path | None


@click.group()
def receipts() -> None:
    """Receipts of the past."""


COMMAND = receipts


@receipts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--column", "named", multiple=True, metavar="FIELD=HEADING", help="Where a field stands."
)
@click.option("--mapping", type=click.Path(path_type=Path), help="YAML file with all of it.")
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="A known data set.")
@click.option("--enrol", is_flag=True, help="Make members of customers that nobody knows.")
@click.option(
    "--identifier", type=click.Choice(_IDENTIFIERS), help="What the customer column holds."
)
@click.option("--store", help="Store of rows that name none.")
@click.option("--till", help="Till of rows that name none.")
@click.option("--time-zone", help="Zone of clocks without an offset (else the programme's).")
@click.option("--region", default="RU", help="Country of phones without a country code (ISO 3166).")
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where bad rows go."
)
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@by_option
@pass_session
def import_file(session: Session, email: str | None, **given: Any) -> None:
    """Import the receipts in FILE: CSV (also packed by gzip), Parquet or XLSX.

    Columns are found out and shown; every receipt is decided by the programme that was in force at
    its time. Each row is accounted for: sold, returned, or rejected with its line and reason in the
    rejects file (FILE.rejects.csv). The same file again adds nothing; interrupted, start it again.
    """
    options = Options(**given)
    began = time.monotonic()
    told = read_mapping(options.mapping) if options.mapping else MappingFile()
    with session.progress("import.progress_reading"):
        source = read_source(options.file)
    source, layout = settle_layout(
        source,
        told=told,
        named=named_columns(options.named),
        preset=options.preset,
        folder=options.file.parent,
        store=options.store,
        till=options.till,
        identifier=options.identifier,
        time_zone=check_time_zone(options.time_zone),
    )
    check_time_zone(layout.time_zone)
    with session.database() as held:
        by = acting_person(session, email)
        report = _import(session, held, options, source, layout, by)
    report = replace(report, seconds=time.monotonic() - began)
    session.show(report_data(session, report), report_lines(session, report))


def _import(
    session: Session, held: Attachment, options: Options, source: Source, layout: Layout, by: Actor
) -> Report:
    tell_layout(session, source, layout, str(zone_of(layout)))
    opened = open_receipts(source, layout)
    if opened.early:
        session.tell("import.before_programme", **opened.early._asdict())
    language: Language = "ru" if session.language == "ru" else "en"
    wishes = Wishes(options.enrol, options.dry_run, options.region, language)
    door = Door(held.access.app, settings.SECRET_KEY.encode(), utc_now, keep=held.keep)
    done = import_opened(opened, wishes, door, progress=session.progress, by=by)
    target = options.rejects or options.file.with_name(f"{options.file.name}.rejects.csv")
    if done.has_rejects:
        problems = done.tally.rows.problems
        write_rejects(target, source, problems, lambda problem: say_problem(session, problem))
    return Report(done, 0, target if done.has_rejects else None)
