"""Sales, returns and events against loaded books: what each answers and what it leaves to be saved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from regulars.contexts.members.types import MemberRef
from regulars.contexts.till.mapping import (
    Row,
    decision_view,
    return_row,
    sale_row,
    sold_of,
    state_balances,
    stored_decision,
)
from regulars.contexts.till.quoting import decide_as_quoted, fresh_quote, recall
from regulars.contexts.till.room import Outcome, Room, ref_of, tier_at
from regulars.contexts.till.types import (
    NOBODY,
    CommitSale,
    EventView,
    MemberUnknown,
    QuoteChanged,
    RecordEvent,
    ReturnGoods,
    ReturnView,
    SaleKey,
    SaleUnknown,
    SaleView,
)
from regulars.core.calendar import add, micros
from regulars.core.ledger.accounts import bucket_of
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import Changes
from regulars.core.programme.compiled import Compiled
from regulars.core.till.commit import check_member, check_receipt, commit, memberships
from regulars.core.till.decision import Decision, MemberFacts
from regulars.core.till.events import write_event
from regulars.core.till.quote import decide
from regulars.core.till.returns import (
    ReturnTooLate,
    Sold,
    Undone,
    restored_so_far,
    undo,
    write_return,
)
from regulars.core.till.standing import history_of, is_late
from regulars.core.till.terms import terms_of


def decide_commit(command: CommitSale, row: Row, room: Room) -> Outcome:
    """A sale: what was quoted, or what the rules of its moment say.

    Raises QuoteChanged with a fresh quote, and what `check_receipt`, `check_member`, `decide` raise.
    """
    member = room.member(row, command.member)
    check_member(member)
    receipt = command.receipt
    if member is None:
        programme = room.programme(receipt.occurred_at)
        check_receipt(receipt, programme.document.timing, programme, now=_asked_at(command, room))
        return _anonymous_sale(command, decide(programme, None, None, "", receipt, {}), room)
    if command.quote is None:
        programme = room.programme(receipt.occurred_at)
        check_receipt(receipt, programme.document.timing, programme, now=_asked_at(command, room))
        book = room.open_book(programme, row, at=receipt.occurred_at)
        tier = tier_at(book, programme, receipt.occurred_at)
        decision = decide(programme, book, member, tier, receipt, command.pay)
        return _sale(command, programme, book, member, decision, room)
    quoted = recall(command, member, room)
    if quoted is None:
        raise QuoteChanged(fresh_quote(command, row, member, room))
    programme = room.version(quoted.version)
    check_receipt(receipt, programme.document.timing, programme, now=_asked_at(command, room))
    book = room.open_book(programme, row, at=receipt.occurred_at)
    promised = decide_as_quoted(quoted, book, member, receipt, room)
    if promised is None:
        raise QuoteChanged(fresh_quote(command, row, member, room))
    return _sale(command, programme, book, member, promised, room)


def decide_return(command: ReturnGoods, row: Row, room: Room) -> Outcome:
    """Goods come back under the version that sold them.

    Raises SaleUnknown, ReturnTooLate and what `undo` raises.
    """
    if row["sale_id"] is None:
        raise SaleUnknown(pointer="/sale")
    programme = room.version(row["sale_version"])
    sold = sold_of(
        row["sale_id"],
        row["sale_occurred_at"],
        row["sale_receipt"],
        row["sale_decision"],
        row["lot_offset"] or 0,
    )
    _check_return_time(command, programme, sold)
    before, returns = room.returned.get(sold.id) or _returned(row)
    undone = undo(sold, before, command.lines)
    if row["sale_member"] == NOBODY.id:
        ref: MemberRef | None = None
        changes: Changes | None = None
    else:
        if row["member_id"] is None:
            raise MemberUnknown(pointer="/sale")
        ref = MemberRef(row["bucket"], row["member_id"])
        book = room.open_book(programme, row, at=command.occurred_at, whole=True)
        source = room.make_id()
        undone = write_return(
            programme,
            book,
            sold,
            undone,
            restored_so_far(sold, before),
            source=source,
            at=command.occurred_at,
        )
        changes = room.keep(book.close()) if not command.dry_run else book.close()
    view = _return_view(command, sold, undone, programme, ref, changes, room)
    if command.dry_run:
        return Outcome(view)
    room.returned[sold.id] = (undone.returned, returns + 1)
    saved = {**_sale_columns(row), "sale_returns": returns}
    seq = changes.account.version if changes else None
    return Outcome(view, changes, returned=return_row(command, view, saved, seq, undone))


def decide_event(command: RecordEvent, row: Row, room: Room) -> Outcome:
    """What an event earns the member."""
    member = room.member(row, command.member)
    check_member(member)
    assert member is not None
    programme = room.programme(command.event.occurred_at)
    book = room.open_book(programme, row, at=command.event.occurred_at)
    tier = tier_at(book, programme, command.event.occurred_at)
    earnings = write_event(programme, book, member, tier, command.event, source=room.make_id())
    changes = room.keep(book.close())
    view = EventView(
        ref_of(member),
        programme.version,
        earnings.awards,
        earnings.cut,
        state_balances(changes.account.state),
    )
    return Outcome(view, changes if changes.transactions else None)


def _sale(
    command: CommitSale,
    programme: Compiled,
    book: Book,
    member: MemberFacts,
    decision: Decision,
    room: Room,
) -> Outcome:
    receipt, sale = command.receipt, room.make_id()
    late = _late(book, programme, command, decision)
    taken = commit(programme, book, receipt, decision, sale=sale)
    changes = book.close()
    if not command.dry_run:
        room.keep(changes)
    balances = state_balances(changes.account.state)
    view = SaleView(
        sale,
        ref_of(member),
        SaleKey(receipt.store, receipt.till, receipt.number),
        receipt.occurred_at,
        room.now,
        decision_view(decision),
        balances,
        late,
        receipt,
    )
    if command.dry_run:
        return Outcome(view)
    grants = memberships(terms_of(programme), programme, receipt, sale)
    stored = stored_decision(
        view.decision, taken, decision.earnings.counters, grants, balances, late
    )
    row = sale_row(command, ref_of(member), view, changes.account.version, stored)
    return Outcome(view, changes, sale=row)


def _anonymous_sale(command: CommitSale, decision: Decision, room: Room) -> Outcome:
    receipt = command.receipt
    view = SaleView(
        room.make_id(),
        None,
        SaleKey(receipt.store, receipt.till, receipt.number),
        receipt.occurred_at,
        room.now,
        decision_view(decision),
        {},
        None,
        receipt,
    )
    if command.dry_run:
        return Outcome(view)
    ref = MemberRef(bucket_of(view.id), NOBODY.id)
    stored = stored_decision(view.decision, {}, (), (), {}, None)
    return Outcome(view, sale=sale_row(command, ref, view, None, stored))


def _asked_at(command: CommitSale, room: Room) -> datetime:
    """The moment by which a receipt may be late; past receipts out of a file are taken as in time."""
    return min(room.now, command.receipt.occurred_at) if command.history else room.now


def _late(
    book: Book, programme: Compiled, command: CommitSale, decision: Decision
) -> Mapping[str, Any] | None:
    """What a late receipt would have changed, had it come in time; None for one in time."""
    at = command.receipt.occurred_at
    if not is_late(book, at):
        return None
    moment = micros(at)
    later = sum(1 for entry in history_of(book) if entry.at > moment and entry.visits > 0)
    assert book.last_purchase is not None
    since = tier_at(book, programme, book.last_purchase)
    return {"later_purchases": later, "tier_then": decision.tier, "tier_since": since}


def _check_return_time(command: ReturnGoods, programme: Compiled, sold: Sold) -> None:
    within = programme.document.returns.within
    if within and add(sold.occurred_at, within, programme.zone) < command.occurred_at:
        raise ReturnTooLate(pointer="/occurred_at")


def _returned(row: Row) -> tuple[Mapping[str, int], int]:
    text = row["sale_returned"]
    return (orjson.loads(text) if text else {}), row["sale_returns"]


def _sale_columns(row: Row) -> dict[str, Any]:
    return {"sale_bucket": row["sale_bucket"], "sale_member": row["sale_member"]}


def _return_view(
    command: ReturnGoods,
    sold: Sold,
    undone: Undone,
    programme: Compiled,
    ref: MemberRef | None,
    changes: Changes | None,
    room: Room,
) -> ReturnView:
    source = changes.transactions[-1].source if changes else None
    return ReturnView(
        source if isinstance(source, UUID) else room.make_id(),
        sold.id,
        ref,
        SaleKey(command.store, command.till, command.number),
        command.occurred_at,
        room.now,
        programme.version,
        undone.refund_minor,
        undone.quantities,
        undone.restored,
        undone.reversed,
        undone.taken_back,
        tuple(undone.reasons),
        state_balances(changes.account.state) if changes else {},
    )
