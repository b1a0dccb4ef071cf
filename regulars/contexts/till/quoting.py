"""Quotes: what a receipt would bring, what of it is set aside, and whether a commit can keep the promise."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from regulars.contexts.till.mapping import Row, decision_view
from regulars.contexts.till.quotes import Quoted, basket_digest, read, sign
from regulars.contexts.till.room import Outcome, Room, ref_of, tier_at
from regulars.contexts.till.types import (
    Balance,
    CancelQuote,
    CancelView,
    CommitSale,
    QuoteSale,
    QuoteView,
    SpendableView,
    Wish,
)
from regulars.core.calendar import add, micros, moment_of
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import Receipt
from regulars.core.till.commit import check_member, check_receipt, totals
from regulars.core.till.decision import Decision, MemberFacts, PaymentNotPossible, Spendable
from regulars.core.till.quote import decide, list_spendable, promise_digest, promise_of


def decide_quote(command: QuoteSale, row: Row, room: Room) -> Outcome:
    """The answer to «what would happen»; with `hold`, the points it spends are set aside till it ends."""
    member = room.member(row, command.member)
    check_member(member)
    receipt = command.receipt
    programme = room.programme(receipt.occurred_at)
    if not command.rewind:
        check_receipt(receipt, programme.document.timing, programme, now=room.now)
    if member is None:
        decision = decide(programme, None, None, "", receipt, {})
        quote_id = str(room.make_id())
        return Outcome(
            _view(decision, (), {}, None, receipt, programme, room, quote_id=quote_id, held=False)
        )
    book = room.open_book(programme, row, at=receipt.occurred_at)
    hold = command.hold and room.binding
    quote_id = _quote_id(command, room)
    # Asked for again under its key, a hold is no second one.
    released = let_go(book, quote_id) if hold and command.key_digest else {}
    view = quote(programme, book, member, receipt, command.pay, room, quote_id=quote_id, hold=hold)
    if released and not view.held:
        at, version = receipt.occurred_at, programme.version
        book.record_transaction("release", at, source=None, version=version, facts={})
    elif not view.held:
        return Outcome(view)
    return Outcome(view, room.keep(book.close()))


def quote(
    programme: Compiled,
    book: Book,
    member: MemberFacts,
    receipt: Receipt,
    pay: Wish,
    room: Room,
    *,
    quote_id: str,
    hold: bool,
) -> QuoteView:
    """A quote on settled books; a hold is written into `book`, to be saved by the caller."""
    tier = tier_at(book, programme, receipt.occurred_at)
    decision = decide(programme, book, member, tier, receipt, pay)
    plain = decide(programme, book, member, tier, receipt, {}) if pay else decision
    options = tuple(
        _option(found, programme, book, member, tier, receipt)
        for found in list_spendable(programme, book, plain, receipt)
    )
    view = _view(
        decision,
        options,
        totals(plain.earnings.awards),
        member,
        receipt,
        programme,
        room,
        quote_id=quote_id,
        held=hold and bool(decision.payments),
    )
    balances = {code: Balance(*book.wallet(code)) for code in programme.currencies}
    view = replace(view, balances=balances)
    if view.held:
        _hold(book, decision, programme, receipt, view, room)
    return view


def recall(command: CommitSale, member: MemberFacts, room: Room) -> Quoted | None:
    """What the quote of a commit promised, if it still binds; raises QuoteInvalid for a forged one.

    None where it has ended, is another member's or another basket's, or its version was withdrawn.
    """
    assert command.quote is not None
    quoted = read(command.quote, room.secret)
    if quoted.until < micros(room.now) or quoted.member != str(member.id):
        return None
    if quoted.basket != basket_digest(command.receipt, member.id):
        return None
    if room.programme(moment_of(quoted.at)).version != quoted.version:
        return None
    return quoted


def decide_as_quoted(
    quoted: Quoted, book: Book, member: MemberFacts, receipt: Receipt, room: Room
) -> Decision | None:
    """The decision of the quote's moment, its holds let go; None where it is not what was promised."""
    programme = room.version(quoted.version)
    let_go(book, quoted.id)
    moment = moment_of(quoted.at)
    tier = tier_at(book, programme, moment)
    try:
        decision = decide(
            programme, book, member, tier, receipt._replace(occurred_at=moment), quoted.pay
        )
    except PaymentNotPossible:
        return None
    kept = promise_digest(promise_of(decision)) == quoted.promise
    return decision if kept else None


def fresh_quote(command: CommitSale, row: Row, member: MemberFacts, room: Room) -> QuoteView:
    """What can be promised now instead of what was: the wish is met as far as it can be."""
    receipt = command.receipt
    programme = room.programme(receipt.occurred_at)
    book = room.open_book(programme, row, at=receipt.occurred_at)
    assert command.quote is not None
    quoted = read(command.quote, room.secret)
    let_go(book, quoted.id)
    tier = tier_at(book, programme, receipt.occurred_at)
    plain = decide(programme, book, member, tier, receipt, {})
    pay = {
        found.currency: _nearest(quoted.pay[found.currency], found)
        for found in list_spendable(programme, book, plain, receipt)
        if found.currency in quoted.pay and found.most
    }
    quote_id = str(room.make_id())
    return quote(programme, book, member, receipt, pay, room, quote_id=quote_id, hold=False)


def decide_cancel(command: CancelQuote, row: Row, room: Room) -> Outcome:
    """Release what a quote holds; cancelling again, or a quote without a hold, releases nothing."""
    quoted = read(command.quote, room.secret)
    if row["member_id"] is None:
        return Outcome(CancelView({}))
    programme = room.programme(command.at)
    book = room.open_book(programme, row, at=command.at)
    released = let_go(book, quoted.id)
    if not released:
        return Outcome(CancelView({}))
    book.record_transaction("release", command.at, source=None, version=programme.version, facts={})
    return Outcome(CancelView(released), room.keep(book.close()))


def let_go(book: Book, quote_id: str) -> dict[str, int]:
    """Release the holds of a quote that are still there; what they held, by currency."""
    released = {}
    for key in [key for key in book.holds if key.startswith(quote_id + ":")]:
        released[book.holds[key].currency] = book.holds[key].amount
        book.release(key)
    return released


def _quote_id(command: QuoteSale, room: Room) -> str:
    if command.key_digest is None:
        return str(room.make_id())
    return str(UUID(bytes=command.key_digest[:16], version=4))


def _nearest(wanted: int, limits: Spendable) -> int:
    """The most of what was wanted that can be paid."""
    amount = min(wanted, limits.most)
    return max(amount - amount % limits.step, limits.minimum)


def _option(
    found: Spendable,
    programme: Compiled,
    book: Book,
    member: MemberFacts,
    tier: str,
    receipt: Receipt,
) -> SpendableView:
    earned: Mapping[str, int] = {}
    if found.most:
        whole = decide(programme, book, member, tier, receipt, {found.currency: found.most})
        earned = totals(whole.earnings.awards)
    return SpendableView(
        found.currency,
        found.balance,
        found.minimum,
        found.most,
        found.step,
        found.worth_minor,
        found.reason,
        earned,
    )


def _view(
    decision: Decision,
    options: tuple[SpendableView, ...],
    earned: Mapping[str, int],
    member: MemberFacts | None,
    receipt: Receipt,
    programme: Compiled,
    room: Room,
    *,
    quote_id: str,
    held: bool,
) -> QuoteView:
    until = room.now
    if room.binding:
        until = add(until, programme.document.timing.quote_valid, programme.zone)
    quoted = Quoted(
        quote_id,
        "" if member is None else str(member.id),
        basket_digest(receipt, None if member is None else member.id),
        programme.version,
        micros(receipt.occurred_at),
        micros(until) if room.binding else 0,
        promise_digest(promise_of(decision)),
        {p.currency: p.amount for p in decision.payments},
        held,
    )
    return QuoteView(
        sign(quoted, room.secret),
        None if member is None else ref_of(member),
        decision_view(decision),
        options,
        earned,
        {},
        until,
        held,
        receipt,
    )


def _hold(
    book: Book,
    decision: Decision,
    programme: Compiled,
    receipt: Receipt,
    view: QuoteView,
    room: Room,
) -> None:
    quoted = read(view.token, room.secret)
    for payment in decision.payments:
        key = f"{quoted.id}:{payment.currency}"
        book.hold(key, payment.currency, payment.amount, view.valid_until)
    book.record_transaction(
        "hold", receipt.occurred_at, source=None, version=programme.version, facts={}
    )
