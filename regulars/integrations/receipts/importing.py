"""A file whose layout is settled, brought into the books: one way for the command and for the console."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

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
from regulars.contexts.till.usecases.import_turn import import_turn
from regulars.contexts.till.usecases.imports import PastReceipts, import_receipts
from regulars.core.calendar import micros, moment_of
from regulars.core.programme.compiled import Compiled
from regulars.core.receipts.grouping import Slip, group_rows
from regulars.core.receipts.layout import Layout
from regulars.core.receipts.rows import Rows
from regulars.core.receipts.tally import Tally
from regulars.integrations.receipts.normalising import rows_of
from regulars.integrations.receipts.report import Imported
from regulars.integrations.receipts.source import Source
from regulars.kit.dsn import Dsn
from regulars.kit.transactions import in_transaction

_CUSTOMERS_AT_ONCE = 2000
_WATCHED_EVERY_S = 1.0


class Progress(Protocol):
    """Told what begins (the code of a sentence) and of how many steps; gives what moves it on."""

    def __call__(
        self, code: str, *, total: int | None = None
    ) -> AbstractContextManager[Callable[[int], None]]: ...


class Early(NamedTuple):
    """Receipts from before the first version was in force, and the day of the first of them."""

    receipts: int
    first: str


@dataclass(frozen=True, slots=True, repr=False)
class OpenedFile:
    """A file of receipts read by the programme's zone and money."""

    source: Source
    layout: Layout
    programme: Compiled
    zone: ZoneInfo
    rows: Rows
    slips: Sequence[Slip]
    early: Early | None


@dataclass(frozen=True, slots=True, repr=False)
class Door:
    """How an import reaches the books.

    `keep` is called every second on a thread of its own, to bring the database back if it is ours and
    dies meanwhile. `wait` runs the import to its end.
    """

    dsn: Dsn
    secret: bytes = field(repr=False)
    clock: Callable[[], datetime]
    keep: Callable[[], None] | None = None
    wait: Callable[[Coroutine[Any, Any, Tally]], Tally] = asyncio.run


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of an import: members made of the unknown, or only to be told what would come."""

    enrol: bool = False
    dry_run: bool = False
    region: str = "RU"
    language: Language = "en"


def zone_of(layout: Layout) -> ZoneInfo:
    """Where the clocks hung that show no offset. Raises NoProgrammeInForce."""
    return ZoneInfo(layout.time_zone) if layout.time_zone else _programme().zone


def open_receipts(source: Source, layout: Layout) -> OpenedFile:
    """The rows of the file as receipts, by the last programme published. Raises NoProgrammeInForce."""
    programme, zone = _programme(), zone_of(layout)
    rows = rows_of(source, layout, zone=zone, money_scale=programme.document.money_scale)
    slips = group_rows(rows, store=layout.store, till=layout.till)
    return OpenedFile(source, layout, programme, zone, rows, slips, _early(slips))


def import_opened(
    opened: OpenedFile, wishes: Wishes, door: Door, *, progress: Progress, by: Actor
) -> Imported:
    """Bring the receipts into the books, those that are there already as before; or only try.

    Stopped at any point, the same again does the rest. Raises PermissionMissing, ImportRunning,
    DatabaseUnavailable.
    """
    with nullcontext() if wishes.dry_run else import_turn():
        customers = _customers(opened, wishes, door, progress, by)
        past = PastReceipts(opened.rows, opened.slips, customers.holders, wishes.dry_run)
        with progress("import.progress", total=len(opened.rows)) as advance:
            tally = door.wait(_run(door, past, advance, by))
        if not wishes.dry_run:
            in_transaction(lambda: _note(tally, door.clock(), by))
    document = opened.programme.document
    return Imported(
        source=opened.source,
        layout=opened.layout,
        tally=tally,
        customers=len({slip.customer for slip in opened.slips} - {None}),
        created=customers.created,
        money=document.money,
        money_scale=document.money_scale,
        dry_run=wishes.dry_run,
    )


async def _run(door: Door, past: PastReceipts, advance: Callable[[int], None], by: Actor) -> Tally:
    desk = await open_desk(door.dsn, secret=door.secret, clock=door.clock)
    watch = asyncio.create_task(_watch(door.keep)) if door.keep else None
    try:
        return await import_receipts(desk, past, advance=advance, by=by)
    finally:
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        await desk.close()


async def _watch(keep: Callable[[], None]) -> None:
    """Bring our own database back if it dies meanwhile; the import waits for it."""
    while True:
        await asyncio.sleep(_WATCHED_EVERY_S)
        await asyncio.to_thread(keep)


def _programme() -> Compiled:
    """The programme by whose zone and money the file is read: the last one published."""
    publications = get_timeline().timeline.publications
    if not publications:
        raise NoProgrammeInForce
    return compiled(publications[-1].version)


def _early(slips: Sequence[Slip]) -> Early | None:
    since = micros(get_timeline().timeline.publications[0].live_from)
    count = sum(1 for slip in slips if slip.at < since)
    return Early(count, f"{moment_of(slips[0].at):%Y-%m-%d}") if count else None


def _customers(
    opened: OpenedFile, wishes: Wishes, door: Door, progress: Progress, by: Actor
) -> Customers:
    """Whose the customers are; who is to be enrolled becomes a member in order of their first receipt."""
    kind = IdentifierKind(opened.layout.identifier)
    first: dict[str, Slip] = {}
    for slip in opened.slips:
        if slip.customer is not None:
            first.setdefault(slip.customer, slip)
    known = Customers()
    names = list(first)
    for some in _parts(names):
        find = partial(find_customers, some, kind, region=wishes.region, by=by)
        known.holders.update(in_transaction(find).holders)
    unknown = [name for name in names if name not in known.holders]
    if not wishes.enrol:
        return known
    if wishes.dry_run:
        imagined = imagine_customers(unknown)
        return Customers(known.holders | imagined.holders, imagined.created)
    created = 0
    with progress("import.progress_members", total=len(unknown)) as advance:
        for some in _parts(unknown):
            told = [
                FirstReceipt(name, moment_of(first[name].at), first[name].store) for name in some
            ]
            enrol = partial(
                enrol_customers, told, kind,
                language=wishes.language, region=wishes.region, by=by,
            )  # fmt: skip
            outcome = in_transaction(lambda enrol=enrol: enrol(now=door.clock()))  # type: ignore[misc]
            known.holders.update(outcome.holders)
            created += outcome.created
            advance(len(some))
    return Customers(known.holders, created)


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for i in range(0, len(names), _CUSTOMERS_AT_ONCE):
        yield names[i : i + _CUSTOMERS_AT_ONCE]


def _note(tally: Tally, now: datetime, by: Actor) -> None:
    detail: dict[str, str | int | bool | None] = {
        "sales": tally.sales - tally.sales_known,
        "returns": tally.returns - tally.returns_known,
    }
    record_audit("receipts.import", "receipts", "", detail, now=now, by=by)
