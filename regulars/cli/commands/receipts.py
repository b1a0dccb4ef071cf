"""`regulars receipts`: past receipts out of a file, through the real engine."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

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
from regulars.contexts.members.types import IdentifierKind, Language
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled, get_timeline
from regulars.contexts.security.types import Actor
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.till.usecases.customers import (
    Customers,
    FirstReceipt,
    enrol_customers,
    find_customers,
    imagine_customers,
)
from regulars.contexts.till.usecases.desk import open_desk
from regulars.contexts.till.usecases.import_turn import take_import_turn
from regulars.contexts.till.usecases.imports import PastReceipts, import_receipts
from regulars.core.calendar import micros, moment_of
from regulars.core.places import check_time_zone
from regulars.core.programme.compiled import Compiled
from regulars.core.receipts.grouping import Slip, group_rows
from regulars.core.receipts.layout import PRESETS, IdentifierName, Layout
from regulars.core.receipts.tally import Tally
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.normalising import rows_of
from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.rejects import write_rejects
from regulars.integrations.receipts.source import Source
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import Attachment
from regulars.kit.transactions import in_transaction

_CUSTOMERS_AT_ONCE = 2000
_WATCHED_EVERY_S = 1.0
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
    programme = _programme()
    zone = ZoneInfo(layout.time_zone) if layout.time_zone else programme.zone
    tell_layout(session, source, layout, str(zone))
    rows = rows_of(source, layout, zone=zone, money_scale=programme.document.money_scale)
    slips = group_rows(rows, store=layout.store, till=layout.till)
    _warn_of_times_without_programme(session, slips)
    if not options.dry_run:
        take_import_turn()
    customers = _customers(session, options, layout, slips, by)
    past = PastReceipts(rows, slips, customers.holders, options.dry_run)
    with session.progress("import.progress", total=len(rows)) as advance:
        tally = asyncio.run(_run(held, past, advance, by))
    if not options.dry_run:
        in_transaction(lambda: _note(tally, by))
    target = options.rejects or options.file.with_name(f"{options.file.name}.rejects.csv")
    refused = bool(rows.problems or source.broken)
    if refused:
        write_rejects(target, source, rows.problems, lambda problem: say_problem(session, problem))
    return Report(
        source=source,
        layout=layout,
        tally=tally,
        customers=len({slip.customer for slip in slips} - {None}),
        created=customers.created,
        money=programme.document.money,
        money_scale=programme.document.money_scale,
        seconds=0,
        dry_run=options.dry_run,
        rejects=target if refused else None,
    )


async def _run(
    held: Attachment, past: PastReceipts, advance: Callable[[int], None], by: Actor
) -> Tally:
    secret = settings.SECRET_KEY.encode()
    desk = await open_desk(held.access.app, secret=secret, clock=utc_now)
    watch = asyncio.create_task(_watch(held))
    try:
        return await import_receipts(desk, past, advance=advance, by=by)
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await desk.close()


async def _watch(held: Attachment) -> None:
    """Bring our own database back if it dies meanwhile; the import waits for it."""
    while True:
        await asyncio.sleep(_WATCHED_EVERY_S)
        await asyncio.to_thread(held.keep)


def _programme() -> Compiled:
    """The programme by whose zone and money the file is read: the last one published."""
    publications = get_timeline().timeline.publications
    if not publications:
        raise NoProgrammeInForce
    return compiled(publications[-1].version)


def _warn_of_times_without_programme(session: Session, slips: Sequence[Slip]) -> None:
    since = micros(get_timeline().timeline.publications[0].live_from)
    early = sum(1 for slip in slips if slip.at < since)
    if early:
        day = f"{moment_of(slips[0].at):%Y-%m-%d}"
        session.tell("import.before_programme", receipts=early, first=day)


def _customers(
    session: Session, options: Options, layout: Layout, slips: Sequence[Slip], by: Actor
) -> Customers:
    """Whose the customers are; with --enrol the unknown become members, in order of their first receipt."""
    kind = IdentifierKind(layout.identifier)
    first: dict[str, Slip] = {}
    for slip in slips:
        if slip.customer is not None:
            first.setdefault(slip.customer, slip)
    known = Customers()
    names = list(first)
    for some in _parts(names):
        find = partial(find_customers, some, kind, region=options.region, by=by)
        known.holders.update(in_transaction(find).holders)
    unknown = [name for name in names if name not in known.holders]
    if not options.enrol:
        return known
    if options.dry_run:
        imagined = imagine_customers(unknown)
        return Customers(known.holders | imagined.holders, imagined.created)
    created = 0
    language: Language = "ru" if session.language == "ru" else "en"
    with session.progress("import.progress_members", total=len(unknown)) as advance:
        for some in _parts(unknown):
            told = [
                FirstReceipt(name, moment_of(first[name].at), first[name].store) for name in some
            ]
            enrol = partial(
                enrol_customers, told, kind, language=language, region=options.region, by=by
            )
            outcome = in_transaction(lambda enrol=enrol: enrol(now=utc_now()))  # type: ignore[misc]
            known.holders.update(outcome.holders)
            created += outcome.created
            advance(len(some))
    return Customers(known.holders, created)


def _parts(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[i : i + _CUSTOMERS_AT_ONCE] for i in range(0, len(names), _CUSTOMERS_AT_ONCE)]


def _note(tally: Tally, by: Actor) -> None:
    detail: dict[str, str | int | bool | None] = {
        "sales": tally.sales - tally.sales_known,
        "returns": tally.returns - tally.returns_known,
    }
    record_audit("receipts.import", "receipts", "", detail, now=utc_now(), by=by)
