"""Sales, returns and events against loaded books: what each answers and what it leaves to be saved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.contexts.till.cards import (
    presented_cards,
    promised_cards,
    return_to_cards,
    with_loads,
    write_cards,
)
from regulars.contexts.till.mapping import (
    Row,
    decision_view,
    member_of,
    receipt_of,
    return_row,
    returned_of,
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
from regulars.core.promotions.result import Issued
from regulars.core.rewards.gift_card import Purse, funds_of
from regulars.core.till.commit import (
    check_member,
    check_receipt,
    check_spending,
    commit,
    memberships,
)
from regulars.core.till.decision import CouponMove, Decision, IssuedCode, MemberFacts
from regulars.core.till.events import write_event
from regulars.core.till.given_back import GivenBack, given_back
from regulars.core.till.promoting import nobody
from regulars.core.till.quote import decide, promoted_buyer
from regulars.core.till.recompute import owed_for_kept
from regulars.core.till.returns import (
    Deducted,
    ReturnTooLate,
    Undone,
    deduct,
    restored_so_far,
    undo,
    write_return,
)
from regulars.core.till.sold import Sold
from regulars.core.till.standing import history_of, is_late
from regulars.core.till.terms import terms_of

Issues = tuple[tuple[Issued, tuple[str, ...]], ...]
"""Coupons that a sale brings, with their codes."""


def decide_commit(command: CommitSale, row: Row, room: Room) -> Outcome:
    """A sale: what was quoted, or what the rules of its moment say.

    Raises QuoteChanged with a fresh quote, and what `check_receipt`, `check_member`, `decide` raise.
    """
    member = room.member(row, command.member)
    check_member(member)
    receipt = command.receipt
    quoted = None
    if command.quote is None:
        programme = room.programme(receipt.occurred_at)
    else:
        quoted = recall(command, member, room)
        if quoted is None:
            raise QuoteChanged(fresh_quote(command, row, member, room))
        programme = room.version(quoted.version)
    check_receipt(receipt, programme.document.timing, programme, now=_asked_at(command, room))
    at = receipt.occurred_at
    book = None if member is None else room.open_book(programme, row, at=at)
    if quoted is not None:
        purse = promised_cards(room, row, programme, quoted.cards, at=at)
        promised = decide_as_quoted(quoted, book, member, receipt, row, room, purse)
        if promised is None:
            raise QuoteChanged(fresh_quote(command, row, member, room))
        decision = promised
    else:
        presented = room.presented(row, programme, command.codes, command.claims, None, at)
        purse = presented_cards(room, row, programme, command.cards, at=at)
        funds = funds_of(purse, money=programme.money)
        tier = tier_at(book, programme, at) if book else ""
        decision = decide(programme, book, member, tier, receipt, command.pay, presented, funds)
        if command.unheard:
            decision = decision._replace(codes=(*decision.codes, *command.unheard))
    if not (command.history or (quoted and quoted.held)):  # what was set aside before may be taken
        check_spending(programme, member, decision, command.unproved_max_minor, now=room.now)
    decision = with_loads(programme, receipt, purse, decision, has_member=member is not None)
    quote_id = quoted.id if quoted and quoted.coupons else ""
    if member is None or book is None:
        return _anonymous_sale(command, programme, decision, quote_id, purse, room)
    return _sale(command, programme, book, member, decision, quote_id, purse, room)


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
    before, deducted, returns = room.returned.get(sold.id) or _returned(row)
    undone = undo(sold, before, command.lines)
    back = given_back(programme, sold, before, undone.returned)
    book: Book | None = None
    ref: MemberRef | None = None
    if row["sale_member"] != NOBODY.id:
        if row["member_id"] is None:
            raise MemberUnknown(pointer="/sale")
        ref = MemberRef(row["bucket"], row["member_id"])
        book = room.open_book(programme, row, at=command.occurred_at, whole=True)
    if programme.document.returns.promotions == "recompute":
        owed = _owed(command, programme, sold, row, book, undone)
        undone = deduct(undone, owed, deducted)
    changes: Changes | None = None
    restored, entry, at = (
        restored_so_far(sold, before, deducted),
        room.make_id(),
        command.occurred_at,
    )
    cards = return_to_cards(
        room, row, programme, sold, undone, restored, book, source=entry, onto=command.onto, at=at
    )
    undone = cards.undone
    if book is not None:
        undone = write_return(programme, book, sold, undone, restored, source=entry, at=at)
        changes = book.close()
    view = _return_view(command, sold, undone, back, programme, ref, changes, entry, room)
    if command.dry_run:
        return Outcome(view)
    for written in ((changes,) if changes else ()) + cards.changes:
        room.keep(written)
    room.returned[sold.id] = (undone.returned, undone.deducted, returns + 1)
    saved = {**_sale_columns(row), "sale_returns": returns}
    seq = changes.account.version if changes else None
    return Outcome(
        view,
        changes,
        returned=return_row(command, view, saved, seq, undone, back),
        allowances=back.allowances,
        coupons=back.coupons,
        revoked=back.revoked,
        cards=cards.changes,
    )


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
    quote_id: str,
    purse: Purse,
    room: Room,
) -> Outcome:
    receipt, sale = command.receipt, room.make_id()
    late = _late(book, programme, command, decision)
    card_taken, cards = write_cards(programme, purse, decision, sale=sale, at=receipt.occurred_at)
    taken = commit(programme, book, receipt, decision, sale=sale)
    changes = book.close()
    if not command.dry_run:
        for written in (changes, *cards):
            room.keep(written)
    balances = state_balances(changes.account.state)
    issued = _issue(command, decision, member.id, room)
    view = SaleView(
        sale,
        ref_of(member),
        SaleKey(receipt.store, receipt.till, receipt.number),
        receipt.occurred_at,
        room.now,
        decision_view(decision, issued),
        balances,
        late,
        receipt,
    )
    if command.dry_run:
        return Outcome(view)
    grants = memberships(terms_of(programme), programme, receipt, sale)
    stored = stored_decision(view.decision, decision, taken, grants, balances, late, card_taken)
    row = sale_row(command, ref_of(member), view, changes.account.version, stored)
    outcome = Outcome(view, changes, sale=row, cards=cards)
    return _with_promotions(outcome, programme, decision, issued, quote_id)


def _anonymous_sale(
    command: CommitSale,
    programme: Compiled,
    decision: Decision,
    quote_id: str,
    purse: Purse,
    room: Room,
) -> Outcome:
    receipt, sale = command.receipt, room.make_id()
    card_taken, cards = write_cards(programme, purse, decision, sale=sale, at=receipt.occurred_at)
    if not command.dry_run:
        for written in cards:
            room.keep(written)
    issued = _issue(command, decision, None, room)
    view = SaleView(
        sale,
        None,
        SaleKey(receipt.store, receipt.till, receipt.number),
        receipt.occurred_at,
        room.now,
        decision_view(decision, issued),
        {},
        None,
        receipt,
    )
    if command.dry_run:
        return Outcome(view)
    ref = MemberRef(bucket_of(view.id), NOBODY.id)
    stored = stored_decision(view.decision, decision, {}, (), {}, None, card_taken)
    outcome = Outcome(view, sale=sale_row(command, ref, view, None, stored), cards=cards)
    return _with_promotions(outcome, programme, decision, issued, quote_id)


def _with_promotions(
    outcome: Outcome, programme: Compiled, decision: Decision, issued: Issues, quote_id: str
) -> Outcome:
    """The outcome with what the promotions take of coupons and shared limits, and bring."""
    if decision.allowances or decision.coupons or decision.passed or issued:
        outcome.allowances = decision.allowances
        outcome.passed = decision.passed
        outcome.coupons = tuple(CouponMove(code, 1, quote_id) for code in decision.coupons)
        view = outcome.answer
        assert isinstance(view, SaleView)
        outcome.issued = tuple(
            IssuedCode(
                code,
                one.promotion,
                one.by,
                None if view.member is None else view.member.id,
                view.occurred_at,
                _valid_until(programme, one.by, view.occurred_at),
            )
            for one, codes in issued
            for code in codes
        )
    return outcome


def _valid_until(programme: Compiled, promotion: str, at: datetime) -> datetime | None:
    """When coupons that this promotion gives end; None: never."""
    params = programme.promotions.by_id[promotion].document.params
    valid = getattr(params, "valid", None)
    return None if valid is None else add(at, valid, programme.zone)


def _issue(command: CommitSale, decision: Decision, member: UUID | None, room: Room) -> Issues:
    """Codes for the coupons that the sale brings; what is only decided gets none."""
    if not decision.issued or command.dry_run:
        return ()
    return tuple((one, tuple(room.make_codes(one.count))) for one in decision.issued)


def _owed(
    command: ReturnGoods,
    programme: Compiled,
    sold: Sold,
    row: Row,
    book: Book | None,
    undone: Undone,
) -> int:
    """What the kept goods would have cost more without the returned ones."""
    at, channel = sold.occurred_at, row["sale_channel"]
    receipt = receipt_of(row["sale_receipt"], command.sale, at, channel)
    member = member_of(row) if book is not None else None
    if book is None or member is None:
        buyer = nobody(receipt)
    else:
        buyer = promoted_buyer(programme, book, member, row["sale_tier"], at)
        buyer = buyer._replace(visits=max(0, buyer.visits - 1), counters={})
    owner = member is not None
    return owed_for_kept(programme, sold, receipt, buyer, undone.returned, member=owner)


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


def _returned(row: Row) -> tuple[Mapping[str, int], Deducted, int]:
    return (*returned_of(row["sale_returned"]), row["sale_returns"])


def _sale_columns(row: Row) -> dict[str, Any]:
    return {"sale_bucket": row["sale_bucket"], "sale_member": row["sale_member"]}


def _return_view(
    command: ReturnGoods,
    sold: Sold,
    undone: Undone,
    back: GivenBack,
    programme: Compiled,
    ref: MemberRef | None,
    changes: Changes | None,
    entry: UUID,
    room: Room,
) -> ReturnView:
    return ReturnView(
        entry,
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
        undone.tenders,
        tuple(move.code for move in back.coupons),
        back.revoked,
        undone.onto,
        undone.kept_minor,
    )
