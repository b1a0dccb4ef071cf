"""Reads of closed months, and the liability at the end of any month."""

from datetime import datetime

from django.db import connection, transaction

from regulars.contexts.economics.chain import (
    Chain,
    Link,
    chain_before,
    line_of,
    read_chain,
    rows_in_order,
)
from regulars.contexts.economics.models import Close
from regulars.contexts.economics.reckoning import books_of, programme_at_end, reckon
from regulars.contexts.economics.types import CloseLine, CloseView, Compared
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.till.queries.liability import PointsBooks, read_points_books
from regulars.core.calendar import Period, period_start
from regulars.core.economics.closing import Frozen, FrozenCurrency, Policy, after
from regulars.core.economics.deferred import RollForward
from regulars.core.economics.frozen import read_text
from regulars.core.economics.statement import ClosedAs, Statement, month_name, told
from regulars.core.economics.subledger import Entry
from regulars.core.economics.vintages import NOTHING, Late, month_of
from regulars.core.refusal import NotFound, Refused


class CloseNotFound(NotFound):
    """There is no such close, or the month is not closed."""

    code = "close.not_found"


class MonthAhead(Refused):
    """The month has not begun yet."""

    code = "liability.month_ahead"
    kind = "invalid"


def list_closes(*, by: Actor) -> tuple[CloseLine, ...]:
    """Every close and every reopening, the newest first. Raises PermissionMissing."""
    require(by, Permission.REPORTS_READ)
    rows = list(rows_in_order())
    newest = {row.month: row.number for row in rows}
    return tuple(line_of(row, in_force=newest[row.month] == row.number) for row in reversed(rows))


def get_close(month: int, *, by: Actor) -> CloseView:
    """The month as it is closed. Raises PermissionMissing, CloseNotFound."""
    require(by, Permission.REPORTS_READ)
    link = read_chain().of(month)
    if link is None:
        raise CloseNotFound(month=month_name(month))
    return CloseView(line_of(link.row, in_force=True), link.frozen)


def get_close_by_number(number: int, *, by: Actor) -> CloseView:
    """A close by its number, also one opened again since. Raises PermissionMissing, CloseNotFound."""
    require(by, Permission.REPORTS_READ)
    row = Close.objects.filter(number=number, until__isnull=False).first()
    if row is None:
        raise CloseNotFound(month=f"#{number}")
    held = read_chain().of(row.month)
    in_force = held is not None and held.row.number == number
    return CloseView(line_of(row, in_force=in_force), read_text(row.content))


def compare_close(month: int, *, by: Actor) -> dict[str, Compared]:
    """A closed month beside what the books say today, by currency: what came late since.

    Months before it are as they were frozen; today's figures have the estimate of today.
    Raises PermissionMissing, CloseNotFound, BooksUnlike.
    """
    require(by, Permission.REPORTS_READ)
    chain = read_chain()
    link = chain.of(month)
    if link is None:
        raise CloseNotFound(month=month_name(month))
    earlier = chain.before(month)
    zone = chain.zone(compiled_at(link.frozen.until).zone)
    since = None if earlier.month is None else month
    books = read_points_books(month, zone, earlier.closed, sales_since=since)
    came = read_points_books(month, zone, chain.closed, sales_since=month + 1).late
    today = _reckoned(earlier, books, month, link.frozen.policy, now=link.frozen.until)
    late: dict[str, Late] = {}
    for (code, _, own), one in came.items():
        if own == month:
            known = late.get(code, Late())
            late[code] = Late(known.transactions + one.transactions, known.flow.plus(one.flow))
    frozen = link.frozen.currencies
    return {
        code: Compared(_total(frozen.get(code)), _total(today.get(code)), late.get(code, Late()))
        for code in sorted(frozen.keys() | today.keys())
    }


def read_statement(
    month: int | None, *, policy: Policy | None = None, now: datetime, by: Actor
) -> Statement:
    """The liability at the end of a month (None: the last that is over); writes nothing.

    A closed month is as it was frozen, whatever came since. An open one goes on from the last closed
    one, with `policy` (else that of the last close, else the usual), in one snapshot where no
    transaction is open yet. A month before the first closed one is reckoned from what that froze.
    Raises PermissionMissing, MonthAhead, NoProgrammeInForce, BooksUnlike.
    """
    require(by, Permission.REPORTS_READ)
    if connection.in_atomic_block:
        return _statement(month, policy, now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _statement(month, policy, now)


def last_policy() -> Policy | None:
    """What the last closed month took for granted; None before any is closed."""
    last = read_chain().last
    return last.frozen.policy if last else None


def statement_of(view: CloseView) -> Statement:
    """A close as a statement, also one that is not in force any more."""
    return _closed_statement(chain_before(view.frozen), view.frozen, view.line)


def _statement(month: int | None, policy: Policy | None, now: datetime) -> Statement:
    chain = read_chain()
    zone = chain.zone(compiled_at(now).zone)
    this = month_of(now, zone)
    asked = this - 1 if month is None else month
    if asked > this:
        raise MonthAhead(month=month_name(asked))
    link = chain.of(asked)
    if link is not None:
        line = line_of(link.row, in_force=True)
        return _closed_statement(chain.before(asked), link.frozen, line)
    if chain.links and asked < chain.links[0].row.month:
        return _before_the_first(chain.links[0], asked)
    chosen = policy or (chain.last.frozen.policy if chain.last else Policy())
    since = None if chain.month is None else chain.month + 1
    books = read_points_books(asked, zone, chain.closed, sales_since=since)
    return _open_statement(chain, books, asked, chosen, now)


def _open_statement(
    chain: Chain, books: PointsBooks, month: int, policy: Policy, now: datetime
) -> Statement:
    zone = chain.zone(compiled_at(now).zone)
    programme = programme_at_end(period_start(month + 1, Period.MONTH, zone), now=now)
    currencies = books_of(chain, books, month)
    found = reckon(chain, currencies, books, month, policy.assumed, programme)
    return Statement(
        month,
        programme.document.money,
        programme.money_scale,
        policy,
        None,
        tuple(told(code, one, currencies[code][0]) for code, one in found.items()),
    )


def _before_the_first(link: Link, month: int) -> Statement:
    """Of what the first close froze of the months before it."""
    frozen = link.frozen
    books = PointsBooks(
        {code: one.flows for code, one in frozen.currencies.items()}, frozen.sales, {}
    )
    ends = period_start(
        month + 1, Period.MONTH, Chain((link,)).zone(compiled_at(frozen.until).zone)
    )
    programme = programme_at_end(ends, now=frozen.until)
    currencies = books_of(Chain(()), books, month)
    found = reckon(Chain(()), currencies, books, month, frozen.policy.assumed, programme)
    return Statement(
        month,
        frozen.money,
        frozen.money_scale,
        frozen.policy,
        None,
        tuple(told(code, one, currencies[code][0]) for code, one in found.items()),
    )


def _closed_statement(earlier: Chain, frozen: Frozen, line: CloseLine) -> Statement:
    currencies = []
    for code, one in sorted(frozen.currencies.items()):
        whole = {vintage: dict(months) for vintage, months in earlier.flows(code).items()}
        for vintage, months in one.flows.items():
            whole.setdefault(vintage, {}).update(months)
        currencies.append(told(code, one, after(whole, None, frozen.month)))
    return Statement(
        frozen.month,
        frozen.money,
        frozen.money_scale,
        frozen.policy,
        ClosedAs(line.number, line.at, frozen.until, line.hash),
        tuple(currencies),
        frozen.late,
        frozen.differences,
    )


def _reckoned(
    chain: Chain, books: PointsBooks, month: int, policy: Policy, *, now: datetime
) -> dict[str, FrozenCurrency]:
    zone = chain.zone(compiled_at(now).zone)
    programme = programme_at_end(period_start(month + 1, Period.MONTH, zone), now=now)
    currencies = books_of(chain, books, month)
    return reckon(chain, currencies, books, month, policy.assumed, programme)


def _total(one: FrozenCurrency | None) -> Entry:
    if one is None:
        return Entry(0, 0, NOTHING, 0, RollForward(0, 0, 0, 0, 0))
    return one.end.total
