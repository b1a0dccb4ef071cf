"""Prove the closes: the chain of their hashes, what the audit trail says, and their figures."""

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from regulars.contexts.economics.chain import (
    CLOSED,
    GENESIS,
    Chain,
    chain_before,
    hash_of,
    read_chain,
    rows_in_order,
    spelled,
)
from regulars.contexts.economics.models import Close
from regulars.contexts.ledger.queries import read_taken_in
from regulars.contexts.security.queries import list_audit_details
from regulars.contexts.till.queries.liability import PointsBooks, read_points_books
from regulars.core.calendar import Period, period_start
from regulars.core.economics.closing import Frozen, Inputs, after
from regulars.core.economics.frozen import FrozenUnreadable, read_text
from regulars.core.economics.statement import month_name
from regulars.core.economics.vintages import BooksUnlike, standing
from regulars.core.ledger.audit import Difference


def list_close_differences() -> Iterator[Difference]:
    """Every way in which closes were tampered with, or the books under them; writes nothing.

    Each row's hash is recomputed and fits the one before; the audit trail knows each and no other;
    figures of each close add up, open where the one before closed, and are those of the books that
    were there at its cut-off, which have the hash that was frozen. To be called in a transaction.
    """
    rows = list(rows_in_order())
    yield from _chain_differences(rows)
    yield from _audit_differences(rows)
    readable = True
    for row in rows:
        if row.kind != CLOSED:
            continue
        try:
            frozen = read_text(row.content)
            earlier = chain_before(frozen)
        except FrozenUnreadable:
            yield _about("verify.close_unreadable", row)
            readable = False
            continue
        if (frozen.month, frozen.until) != (row.month, row.until):
            yield _about("verify.close_unreadable", row)
        if not _adds_up(frozen, earlier):
            yield _about("verify.close_figures", row)
        if _inputs(frozen, earlier) != frozen.inputs:
            yield _about("verify.close_inputs", row)
    if readable:
        yield from _against_the_books(read_chain())


def _chain_differences(rows: Sequence[Close]) -> Iterator[Difference]:
    previous = GENESIS
    for place, row in enumerate(rows, 1):
        if (
            row.number != place
            or bytes(row.previous) != previous
            or hash_of(row) != bytes(row.hash)
        ):
            yield _about("verify.close_chain", row)
        previous = bytes(row.hash)


def _audit_differences(rows: Sequence[Close]) -> Iterator[Difference]:
    """A row taken off the end of the chain is missed by the audit trail alone."""
    noted = {
        (detail.get("number"), detail.get("hash"))
        for action in ("period.close", "period.reopen")
        for detail in list_audit_details(action)
    }
    held = {(row.number, spelled(bytes(row.hash))) for row in rows}
    for number, _ in sorted(noted - held, key=str):
        yield Difference("verify.close_missing", None, (("number", number),))
    for row in rows:
        if (row.number, spelled(bytes(row.hash))) not in noted:
            yield _about("verify.close_unknown", row)


def _adds_up(frozen: Frozen, earlier: Chain) -> bool:
    """Entries add up, one by one; the opening is the closing before; the lines are what they sum to."""
    last = earlier.last.frozen if earlier.last else None
    for code, one in frozen.currencies.items():
        if one.end.month != frozen.month or not all(entry.adds_up for entry in one.end.entries):
            return False
        closed = {line.vintage: line for line in one.end.lines}
        for entry in one.end.entries:
            line = closed.get(entry.vintage)
            if line is not None and (
                line.liability_minor != entry.money.closing_minor
                or line.points.outstanding != entry.closing_points
            ):
                return False
        before = last.currencies.get(code) if last else None
        if before is None:
            continue
        closings = {
            e.vintage: (e.closing_points, e.money.closing_minor) for e in before.end.entries
        }
        openings = {e.vintage: (e.opening_points, e.money.opening_minor) for e in one.end.entries}
        for vintage in closings.keys() | openings.keys():
            if closings.get(vintage, (0, 0)) != openings.get(vintage, (0, 0)):
                return False
        if before.end.month != one.end.month - 1:
            return False
    return True


def _inputs(frozen: Frozen, earlier: Chain) -> Inputs:
    zone = ZoneInfo(frozen.zone)
    known = None
    if earlier.last is not None:
        before = earlier.last.frozen
        known = (period_start(before.month + 1, Period.MONTH, zone), before.until)
    ends = period_start(frozen.month + 1, Period.MONTH, zone)
    return Inputs(*read_taken_in(ends, frozen.until, known))


def _against_the_books(chain: Chain) -> Iterator[Difference]:
    """The closes in force beside one reading of the books, in which each month ends at its cut-off."""
    if chain.month is None or chain.last is None:
        return
    zone = ZoneInfo(chain.last.frozen.zone)
    try:
        books = read_points_books(chain.month, zone, chain.closed)
    except BooksUnlike:
        yield _about("verify.close_books", chain.last.row)
        return
    closed: int | None = None
    for link in chain.links:
        if not _is_of(books, link.frozen, closed):
            yield _about("verify.close_books", link.row)
        closed = link.frozen.month


def _is_of(books: PointsBooks, frozen: Frozen, closed: int | None) -> bool:
    since = -1 if closed is None else closed
    sales = {month: one for month, one in books.sales.items() if since < month <= frozen.month}
    if sales != dict(frozen.sales):
        return False
    for code in books.flows.keys() | frozen.currencies.keys():
        vintages = books.flows.get(code, {})
        one = frozen.currencies.get(code)
        known = after(vintages, None, frozen.month)
        held = sum(standing(months, frozen.month).outstanding for months in known.values())
        if after(known, closed, frozen.month) != (one.flows if one else {}):
            return False
        if held != (one.end.total.closing_points if one else 0):
            return False
    return True


def _about(code: str, row: Close) -> Difference:
    params: tuple[tuple[str, Any], ...] = (("month", month_name(row.month)), ("number", row.number))
    return Difference(code, None, params)
