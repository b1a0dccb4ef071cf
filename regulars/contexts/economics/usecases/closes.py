"""Months closed for good, and opened again by two people's word."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from regulars.contexts.economics.chain import (
    CLOSED,
    REOPENED,
    Chain,
    append,
    line_of,
    lock_closes,
    read_chain,
    rows_in_order,
    spelled,
)
from regulars.contexts.economics.models import Close
from regulars.contexts.economics.reckoning import books_of, programme_at_end, reckon
from regulars.contexts.economics.types import CloseLine, CloseView
from regulars.contexts.ledger.queries import (
    first_occurred_at,
    is_due_before,
    read_taken_in,
    was_posted_since,
)
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.queries import find_open_approval
from regulars.contexts.security.types import Actor, ApprovalView, Permission
from regulars.contexts.security.usecases.access import require, require_any
from regulars.contexts.security.usecases.approvals import decide_approval, request_approval
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.till.queries.liability import PointsBooks, read_points_books
from regulars.core.calendar import Period, period_start
from regulars.core.economics.closing import Frozen, Inputs, LateNote, Policy, differences
from regulars.core.economics.frozen import read_text, text_of
from regulars.core.economics.statement import month_name
from regulars.core.economics.vintages import Closed
from regulars.core.ledger.postings import json_text
from regulars.core.refusal import Invalid, NotFound, Refused

KIND = "economics.reopening"
SETTLED = timedelta(seconds=10)
"""By then what was posted is in the books: whoever posts reads the clock right before. So the cut-off
is so long before the moment of the close, and a close waits until nothing of the month came since."""

_LAST_MONTH = 9998 * 12


class MonthNotOver(Refused):
    """The month is still going on."""

    code = "close.month_not_over"


class MonthBetween(Refused):
    """The months are closed one after the other: another one is next."""

    code = "close.not_the_next"


class MonthClosed(Refused):
    """The month is closed already, and other things were taken for granted."""

    code = "close.closed_already"


class MonthOpen(NotFound):
    """The month is not closed."""

    code = "close.not_closed"


class NothingToClose(Refused):
    """Nothing had been posted by the end of the month."""

    code = "close.nothing"


class MonthImpossible(Invalid):
    """There is no such month."""

    code = "close.month_impossible"


class DueUnposted(Refused):
    """Something became due by the clock in the month and is not posted yet."""

    code = "close.due_unposted"


class PostingUnderWay(Refused):
    """Somebody is posting into the month this very moment: to be tried again in some seconds."""

    code = "close.posting_under_way"


class NotTheLastClosed(Refused):
    """Later months stand on this one: they are opened first."""

    code = "close.not_the_last"


class ReopeningAsked(Refused):
    """It waits for a second person's word already."""

    code = "close.reopening_asked"


class CloseChanged(Refused):
    """What was asked for is about a close that is no longer in force."""

    code = "close.changed"


def close_period(
    month: int, *, policy: Policy | None = None, now: datetime, by: Actor
) -> CloseView:
    """Freeze the month: points and money by vintage, estimate, back-test, journal; all or nothing.

    `month` is year × 12 + months from January; `policy` None is that of the close before, else the
    usual. What is posted later than `SETTLED` before `now`, and occurred in the month, counts in the
    next open one.
    Closing again what is closed with the same policy changes nothing and gives the same close; of
    two who close at once one does. To be called in a transaction of READ COMMITTED. Raises
    PermissionMissing, MonthImpossible, MonthNotOver, MonthBetween, MonthClosed, NothingToClose,
    DueUnposted, PostingUnderWay, NoProgrammeInForce, BooksUnlike.
    """
    require(by, Permission.PERIODS_CLOSE)
    if not 12 < month < _LAST_MONTH:
        raise MonthImpossible(pointer="/month")
    lock_closes()
    chain = read_chain()
    known = chain.of(month)
    if known is not None:
        if policy is not None and policy != known.frozen.policy:
            raise MonthClosed(month=month_name(month))
        return CloseView(line_of(known.row, in_force=True), known.frozen)
    zone = chain.zone(compiled_at(now).zone)
    ends = period_start(month + 1, Period.MONTH, zone)
    _check_may_close(chain, month, ends, now=now)
    until = now - SETTLED
    closed = (*chain.closed, Closed(month, until))
    since = None if chain.month is None else chain.month + 1
    books = read_points_books(month, zone, closed, sales_since=since)
    chosen = policy or (chain.last.frozen.policy if chain.last else Policy())
    programme = programme_at_end(ends, now=now)
    currencies = books_of(chain, books, month)
    replaced = _replaced(month)
    frozen = Frozen(
        month=month,
        until=until,
        zone=zone.key,
        money=programme.document.money,
        money_scale=programme.money_scale,
        policy=chosen,
        inputs=_inputs(chain, ends, until, now=now),
        sales=books.sales,
        currencies=reckon(chain, currencies, books, month, chosen.assumed, programme),
        late=_late(books, month),
        after=chain.last.row.number if chain.last else None,
        replaces=replaced.number if replaced else None,
    )
    if replaced is not None:
        told = differences(read_text(replaced.content), frozen)
        frozen = replace(frozen, differences=told)
    row = append(CLOSED, month, until, text_of(frozen), now=now, by=by)
    detail = {"number": row.number, "hash": spelled(bytes(row.hash)), "late": len(frozen.late)}
    record_audit("period.close", "period", month_name(month), detail, now=now, by=by)
    return CloseView(line_of(row, in_force=True), frozen, is_new=True)


def request_reopening(month: int, reason: str, *, now: datetime, by: Actor) -> ApprovalView:
    """Ask a second person to open the last closed month again; until then nothing changes.

    Raises PermissionMissing, MonthOpen, NotTheLastClosed, ReopeningAsked, ReasonInvalid.
    """
    require(by, Permission.PERIODS_CLOSE)
    lock_closes()
    number = _last_closed(read_chain(), month)
    if find_open_approval(KIND, month_name(month)) is not None:
        raise ReopeningAsked(month=month_name(month))
    return request_approval(
        KIND,
        month_name(month),
        {"close": number, "month": month},
        permission=Permission.PERIODS_REOPEN,
        reason=reason,
        now=now,
        by=by,
    )


def find_reopening(month: int, *, by: Actor) -> ApprovalView | None:
    """What waits for a second person's word about the month. Raises PermissionMissing."""
    require_any(by, Permission.PERIODS_REOPEN, Permission.PERIODS_CLOSE)
    return find_open_approval(KIND, month_name(month))


def decide_reopening(
    approval_id: UUID,
    approve: bool,
    reason: str = "",
    *,
    alone_reason: str | None = None,
    now: datetime,
    by: Actor,
) -> tuple[ApprovalView, CloseLine | None]:
    """Open the month again, or leave it closed; the row that opens it, if it was opened.

    What came late since counts in the month again, and it is to be closed anew. Raises CloseChanged
    where the month was opened meanwhile, NotTheLastClosed where a later one was closed, and what
    `decide_approval` raises; then nothing is decided either.
    """
    lock_closes()
    approval = decide_approval(
        approval_id,
        "approved" if approve else "rejected",
        reason=reason,
        alone_reason=alone_reason,
        now=now,
        by=by,
    )
    if not approve:
        return approval, None
    month = approval.payload["month"]
    chain = read_chain()
    link = chain.of(month)
    if link is None or link.row.number != approval.payload["close"]:
        raise CloseChanged(month=month_name(month))
    number = _last_closed(chain, month)
    content = json_text({"of": number, "approval": str(approval.id), "reason": approval.reason})
    row = append(REOPENED, month, None, content, now=now, by=by)
    detail: Mapping[str, str | int | bool | None] = {
        "number": row.number,
        "hash": spelled(bytes(row.hash)),
        "approval": str(approval.id),
    }
    record_audit("period.reopen", "period", month_name(month), detail, now=now, by=by)
    return approval, line_of(row, in_force=True)


def _check_may_close(chain: Chain, month: int, ends: datetime, *, now: datetime) -> None:
    if now - SETTLED < ends:
        raise MonthNotOver(month=month_name(month))
    if chain.month is not None and month != chain.month + 1:
        raise MonthBetween(month=month_name(month), next=month_name(chain.month + 1))
    first = first_occurred_at()
    if chain.month is None and (first is None or first >= ends):
        raise NothingToClose(month=month_name(month))
    if was_posted_since(now - SETTLED, ends):
        raise PostingUnderWay(month=month_name(month))
    if is_due_before(ends):
        raise DueUnposted(month=month_name(month))


def _last_closed(chain: Chain, month: int) -> int:
    link = chain.of(month)
    if link is None:
        raise MonthOpen(month=month_name(month))
    if chain.last is None or chain.last.row.number != link.row.number:
        raise NotTheLastClosed(month=month_name(month), last=month_name(chain.month or month))
    return link.row.number


def _replaced(month: int) -> Close | None:
    """The latest close of the month, which was opened again since."""
    found = [row for row in rows_in_order() if row.month == month and row.kind == CLOSED]
    return found[-1] if found else None


def _inputs(chain: Chain, ends: datetime, until: datetime, *, now: datetime) -> Inputs:
    known = None
    if chain.last is not None:
        frozen = chain.last.frozen
        zone = chain.zone(compiled_at(now).zone)
        known = (period_start(frozen.month + 1, Period.MONTH, zone), frozen.until)
    return Inputs(*read_taken_in(ends, until, known))


def _late(books: PointsBooks, month: int) -> tuple[LateNote, ...]:
    return tuple(
        LateNote(code, own, came)
        for (code, counted, own), came in sorted(books.late.items())
        if counted == month
    )
