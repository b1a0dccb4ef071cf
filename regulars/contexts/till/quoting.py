"""Quotes: what a receipt would bring, what of it is set aside, and whether a commit can keep the promise."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from regulars.contexts.till.cards import presented_cards, promised_cards, with_loads
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
from regulars.core.promotions.result import CodeAnswer
from regulars.core.purchase import Receipt
from regulars.core.reasons import Reason
from regulars.core.rewards.gift_card import CardNotValid, Purse, funds_left, funds_of
from regulars.core.till.commit import (
    check_member,
    check_receipt,
    check_spending,
    rests,
    spends_of,
    totals,
)
from regulars.core.till.decision import (
    Decision,
    MemberFacts,
    PaymentNotPossible,
    Reservation,
    Spendable,
    Tender,
)
from regulars.core.till.looking import look_around
from regulars.core.till.quote import (
    decide,
    list_spendable,
    price,
    promise_digest,
    promise_of,
)
from regulars.core.till.tenders import Funds


class Asked(NamedTuple):
    """What a receipt comes with, beside its goods and its member."""

    pay: Wish
    codes: tuple[str, ...] = ()
    claims: Mapping[str, int] = {}
    funds: tuple[Funds, ...] = ()
    offers: bool = True
    explain: bool = False
    unheard: tuple[CodeAnswer, ...] = ()
    unproved_max_minor: int | None = None


def decide_quote(command: QuoteSale, row: Row, room: Room) -> Outcome:
    """The answer to «what would happen»; with `hold`, what it spends is set aside till it ends."""
    member = room.member(row, command.member)
    check_member(member)
    receipt = command.receipt
    programme = room.programme(receipt.occurred_at)
    if not command.rewind:
        check_receipt(receipt, programme.document.timing, programme, now=room.now)
    purse = presented_cards(room, row, programme, command.cards, at=receipt.occurred_at)
    funds = funds_of(purse, money=programme.money)
    asked = Asked(
        command.pay,
        command.codes,
        command.claims,
        funds,
        command.offers,
        command.explain,
        command.unheard,
        command.unproved_max_minor,
    )
    hold = command.hold and room.binding
    quote_id = _quote_id(command, room)
    book = None if member is None else room.open_book(programme, row, at=receipt.occurred_at)
    # Asked for again under its key, a hold is no second one.
    again = hold and command.key_digest is not None
    released = let_go(book, quote_id) if book and again else {}
    view, decision = quote(
        programme, book, member, receipt, asked, row, room, quote_id=quote_id, hold=hold
    )
    with_loads(programme, receipt, purse, decision, has_member=member is not None)
    outcome = Outcome(view, passed=decision.passed)
    if hold:
        outcome.reservations = _reservations(command, decision, quote_id, view)
    if book is None:
        return outcome
    if _holds_points(view):
        outcome.changes = room.keep(book.close())
    elif released:
        at, version = receipt.occurred_at, programme.version
        book.record_transaction("release", at, source=None, version=version, facts={})
        outcome.changes = room.keep(book.close())
    return outcome


def quote(
    programme: Compiled,
    book: Book | None,
    member: MemberFacts | None,
    receipt: Receipt,
    asked: Asked,
    row: Row,
    room: Room,
    *,
    quote_id: str,
    hold: bool,
) -> tuple[QuoteView, Decision]:
    """A quote on settled books; a hold is written into `book`, to be saved by the caller."""
    at = receipt.occurred_at
    presented = room.presented(row, programme, asked.codes, asked.claims, quote_id, at)
    tier = tier_at(book, programme, at) if book else ""

    priced = price(programme, book, member, tier, receipt, presented)

    def decided(pay: Wish, funds: tuple[Funds, ...]) -> Decision:
        return decide(programme, book, member, tier, receipt, pay, presented, funds, priced)

    decision = decided(asked.pay, asked.funds)
    if asked.unheard:
        decision = decision._replace(codes=(*decision.codes, *asked.unheard))
    check_spending(programme, member, decision, asked.unproved_max_minor, now=room.now)
    plain = decided({}, ()) if asked.pay else decision
    resting = rests(member, now=room.now)
    options = tuple(
        _option(_resting(found) if resting else found, decided)
        for found in (list_spendable(programme, book, plain, receipt) if book else ())
    )
    view = _view(decision, options, member, receipt, programme, room, asked, quote_id, hold=hold)
    if book:
        view = replace(
            view,
            earned_if_nothing_spent=totals(plain.earnings.awards),
            balances={code: Balance(*book.wallet(code)) for code in programme.currencies},
        )
        if hold and (decision.payments or decision.points or _own(decision)):
            _hold(book, decision, programme, receipt, view, room)
    if priced.promotions is not None and (asked.offers or asked.explain):
        owner = member is not None
        seen = look_around(programme, priced, member=owner, near=asked.offers, every=asked.explain)
        view = replace(view, missed=seen.missed, explained=seen.explained)
    return view, decision


def recall(command: CommitSale, member: MemberFacts | None, room: Room) -> Quoted | None:
    """What the quote of a commit promised, if it still binds; raises QuoteInvalid for a forged one.

    None where it has ended, is another member's or another basket's, or its version was withdrawn.
    """
    assert command.quote is not None
    quoted = read(command.quote, room.secret)
    member_id = None if member is None else member.id
    if quoted.until < micros(room.now) or quoted.member != _text_of(member_id):
        return None
    if quoted.basket != basket_digest(command.receipt, member_id):
        return None
    if room.programme(moment_of(quoted.at)).version != quoted.version:
        return None
    return quoted


def decide_as_quoted(
    quoted: Quoted,
    book: Book | None,
    member: MemberFacts | None,
    receipt: Receipt,
    row: Row,
    room: Room,
    purse: Purse,
) -> Decision | None:
    """The decision of the quote's moment, its holds let go; None where it is not what was promised."""
    programme = room.version(quoted.version)
    moment = moment_of(quoted.at)
    tier = ""
    if book is not None:
        let_go(book, quoted.id)
        tier = tier_at(book, programme, moment)
    receipt = receipt._replace(occurred_at=moment)
    codes, claims = tuple(quoted.codes), quoted.claims
    presented = room.presented(row, programme, codes, claims, quoted.id, moment)
    try:
        funds = funds_of(purse, money=programme.money)
        decision = decide(programme, book, member, tier, receipt, quoted.pay, presented, funds)
    except (PaymentNotPossible, CardNotValid):
        return None
    kept = promise_digest(promise_of(decision)) == quoted.promise
    return decision if kept else None


def fresh_quote(command: CommitSale, row: Row, member: MemberFacts | None, room: Room) -> QuoteView:
    """What can be promised now instead of what was: the wish is met as far as it can be."""
    receipt = command.receipt
    programme = room.programme(receipt.occurred_at)
    assert command.quote is not None
    quoted = read(command.quote, room.secret)
    codes = tuple(quoted.codes)
    known = programme.promotions.by_id
    claims = {claimed: times for claimed, times in quoted.claims.items() if claimed in known}
    book: Book | None = None
    pay: dict[str, int] = {}
    if member is not None:
        book = room.open_book(programme, row, at=receipt.occurred_at)
        let_go(book, quoted.id)
        at = receipt.occurred_at
        presented = room.presented(row, programme, codes, claims, quoted.id, at)
        tier = tier_at(book, programme, at)
        plain = decide(programme, book, member, tier, receipt, {}, presented)
        pay = {
            found.currency: _nearest(quoted.pay[found.currency], found)
            for found in list_spendable(programme, book, plain, receipt)
            if found.currency in quoted.pay and found.most
        }
    quote_id = str(room.make_id())
    purse = promised_cards(room, row, programme, quoted.cards, at=receipt.occurred_at)
    asked = Asked(pay, codes, claims, funds_left(purse, money=programme.money))
    view, _ = quote(
        programme, book, member, receipt, asked, row, room, quote_id=quote_id, hold=False
    )
    return view


def decide_cancel(command: CancelQuote, row: Row, room: Room) -> Outcome:
    """Release what a quote holds; cancelling again, or a quote without a hold, releases nothing."""
    quoted = read(command.quote, room.secret)
    coupons = tuple(Reservation(code, quoted.id, None) for code in quoted.coupons)
    if row["member_id"] is None:
        return Outcome(CancelView({}), reservations=coupons)
    programme = room.programme(command.at)
    book = room.open_book(programme, row, at=command.at)
    released = let_go(book, quoted.id)
    if not released:
        return Outcome(CancelView({}), reservations=coupons)
    book.record_transaction("release", command.at, source=None, version=programme.version, facts={})
    return Outcome(CancelView(released), room.keep(book.close()), reservations=coupons)


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


def _resting(found: Spendable) -> Spendable:
    return found._replace(most=0, worth_minor=0, reason=Reason.of("spend.rests"))


def _option(
    found: Spendable, decided: Callable[[Wish, tuple[Funds, ...]], Decision]
) -> SpendableView:
    earned: Mapping[str, int] = {}
    if found.most:
        earned = totals(decided({found.currency: found.most}, ()).earnings.awards)
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
    member: MemberFacts | None,
    receipt: Receipt,
    programme: Compiled,
    room: Room,
    asked: Asked,
    quote_id: str,
    *,
    hold: bool,
) -> QuoteView:
    until = room.now
    if room.binding:
        until = add(until, programme.document.timing.quote_valid, programme.zone)
    held = bool(decision.payments or decision.points or _own(decision) or decision.coupons)
    member_id = None if member is None else member.id
    quoted = Quoted(
        quote_id,
        _text_of(member_id),
        basket_digest(receipt, member_id),
        programme.version,
        micros(receipt.occurred_at),
        micros(until) if room.binding else 0,
        promise_digest(promise_of(decision)),
        {
            **{p.currency: p.amount for p in decision.payments},
            **{t.currency: t.amount for t in _own(decision)},
        },
        hold and held,
        asked.codes,
        asked.claims,
        [(tender.card, tender.amount) for tender in decision.tenders if tender.card],
        decision.coupons if hold else (),
    )
    return QuoteView(
        sign(quoted, room.secret),
        None if member is None else ref_of(member),
        decision_view(decision),
        options,
        {},
        {},
        until,
        hold and held,
        receipt,
    )


def _own(decision: Decision) -> tuple[Tender, ...]:
    """What is paid out of the member's stored value."""
    return tuple(tender for tender in decision.tenders if not tender.card)


def _holds_points(view: QuoteView) -> bool:
    decision = view.decision
    own = any(not card for card, *_ in decision.tenders)
    return view.held and bool(decision.payments or decision.points or own)


def _reservations(
    command: QuoteSale, decision: Decision, quote_id: str, view: QuoteView
) -> tuple[Reservation, ...]:
    """The coupons that a hold sets aside; of those shown again under its key, what it does not use goes."""
    until = micros(view.valid_until)
    held = [Reservation(code, quote_id, until) for code in decision.coupons]
    if command.key_digest is not None:
        other = [code for code in command.codes if code not in decision.coupons]
        held += [Reservation(code, quote_id, None) for code in other]
    return tuple(held)


def _text_of(member_id: UUID | None) -> str:
    return "" if member_id is None else str(member_id)


def _hold(
    book: Book,
    decision: Decision,
    programme: Compiled,
    receipt: Receipt,
    view: QuoteView,
    room: Room,
) -> None:
    quoted = read(view.token, room.secret)
    amounts: dict[str, int] = {}
    for currency, amount in spends_of(decision):
        amounts[currency] = amounts.get(currency, 0) + amount
    for currency, amount in amounts.items():
        book.hold(f"{quoted.id}:{currency}", currency, amount, view.valid_until)
    book.record_transaction(
        "hold", receipt.occurred_at, source=None, version=programme.version, facts={}
    )
