"""What sales, returns and the office write into gift cards' books, each as one transaction of the card."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.core.calendar import add
from regulars.core.ledger.accounts import ACTIVE, ADJUSTED, EXPIRED, SOLD
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Lot, Taken, back_from
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Refused
from regulars.core.rewards.gift_card import (
    BLOCKED_MARK,
    CARD_CURRENCY,
    MARKS,
    REPLACED_MARK,
    SOLD_MARK,
    Card,
    CardInsufficient,
    CardNotValid,
    CardPolicy,
    Purse,
    marks_of,
    new_lot,
)
from regulars.core.till.decision import Load, Tender

SALE, RETURN, BLOCK, REPLACE, ADJUST = (
    "card_sale",
    "card_return",
    "card_block",
    "card_replace",
    "card_adjust",
)
"""Kinds of transactions in the chain of a card."""


class CardStatusWrong(Refused):
    """The card is not in a state in which this can be done."""

    code = "gift_card.status_wrong"


def write_sale(
    programme: Compiled,
    policy: CardPolicy | None,
    purse: Purse,
    tenders: Iterable[Tender],
    loads: Iterable[Load],
    *,
    sale: UUID,
    at: datetime,
) -> tuple[dict[str, tuple[Taken, ...]], tuple[Book, ...]]:
    """Pay with the cards of `tenders` and put money on those of `loads`, a transaction for each card.

    What a receipt puts on a card does not pay the same receipt. Returns which lots paid, by card, and
    the books that have to be saved with the sale, all or none. Raises CardInsufficient.
    """
    by_id = {str(card.id): card for card in purse.cards.values()}
    paid = {tender.card: tender for tender in tenders if tender.card}
    loaded = {load.card: load for load in loads if load.card}
    taken: dict[str, tuple[Taken, ...]] = {}
    books = []
    for key in sorted(paid.keys() | loaded.keys()):
        book = by_id[key].book
        if key in paid:
            if book.available(CARD_CURRENCY) < paid[key].amount:
                raise CardInsufficient(most_minor=book.available(CARD_CURRENCY))
            taken[key] = book.spend(CARD_CURRENCY, paid[key].amount)
        counters: list[tuple[str, int, int]] = []
        if key in loaded:
            assert policy is not None, "nothing is put on cards without rules for them"
            counters = put_on(book, policy, loaded[key].amount_minor, source=sale, at=at)
        record(book, SALE, counters, source=sale, at=at, version=programme.version)
        books.append(book)
    return taken, tuple(books)


def put_on(
    book: Book, policy: CardPolicy, amount: int, *, source: UUID, at: datetime
) -> list[tuple[str, int, int]]:
    """Put money that was paid in on a card; a card that was not sold yet is sold by it.

    Returns the marks to be recorded with it.
    """
    book.earn(new_lot(policy, source, amount, at), SOLD)
    return [] if marks_of(book) & SOLD_MARK else [_mark(book, SOLD_MARK)]


def give_back(
    programme: Compiled,
    book: Book,
    taken: Sequence[Taken],
    before: int,
    amount: int,
    *,
    at: datetime,
) -> None:
    """Put `amount` of what was paid out of `taken` back, after `before` went back already.

    The lots get it in which it was; what of them has expired lives on for the grace of the returns
    policy. The books of the card need all their lots.
    """
    grace = programme.document.returns.expired_grace
    until = None if grace.is_zero else add(at, grace, programme.zone)
    book.give_back(CARD_CURRENCY, back_from(taken, before, amount), at=at, grace=until)


def unspent_of(book: Book, sale: UUID, currency: str = CARD_CURRENCY) -> int:
    """What is left of the money that `sale` put on the card (or into stored value)."""
    lots = [lot for lot in book.lots.values() if (lot.source, lot.currency) == (sale, currency)]
    return sum(max(0, lot.free) for lot in lots)


def take_out(book: Book, currency: str, sale: UUID, amount: int) -> None:
    """Undo `amount` of what was paid in by `sale`, out of its own lots, which hold as much."""
    due = amount
    for number in sorted(book.lots):
        lot = book.lots[number]
        if due and (lot.source, lot.currency) == (sale, currency) and lot.free > 0:
            part = min(due, lot.free)
            book.move(number, remaining=-part)
            due -= part
    assert not due, "more was taken out than the sale paid in"
    book.post(currency, ACTIVE, -amount)
    book.post(currency, SOLD, amount)


def take_off(book: Book, sale: UUID, amount: int) -> list[tuple[str, int, int]]:
    """Take `amount` of what `sale` put on the card off again; a card that is empty then is not sold any more.

    Returns the marks to be recorded with it.
    """
    take_out(book, CARD_CURRENCY, sale, amount)
    wallet = book.wallet(CARD_CURRENCY)
    is_empty = not (wallet.active or wallet.held)
    return [_mark(book, -SOLD_MARK)] if is_empty and marks_of(book) & SOLD_MARK else []


def check_refund_card(card: Card | None, *, money: str, pointer: str) -> Card:
    """The card that a refund goes onto: a new one, or one in use. Raises CardNotValid."""
    if card is None or card.money != money or card.marks not in (0, SOLD_MARK):
        raise CardNotValid(pointer=pointer)
    return card


def block(
    book: Book, blocks: bool, *, source: UUID, at: datetime, version: int, **about: Any
) -> bool:
    """Block a card, or let it work again; False where it is so already. Raises CardStatusWrong."""
    marks = marks_of(book)
    if marks & REPLACED_MARK:
        raise CardStatusWrong
    if bool(marks & BLOCKED_MARK) == blocks:
        return False
    counters = [_mark(book, BLOCKED_MARK if blocks else -BLOCKED_MARK)]
    record(book, BLOCK, counters, source=source, at=at, version=version, **about)
    return True


def replace(
    old: Book,
    new: Book,
    policy: CardPolicy | None,
    *,
    source: UUID,
    at: datetime,
    version: int,
    about: Mapping[str, Any],
) -> int:
    """Move everything from one card to another that was never used; returns what is on it then.

    Lots keep their numbers and times, used up ones too, so that a later return finds what paid. What
    had expired no longer ago than the policy's grace lives again, with a new expiry. Both books need
    all their lots. Raises CardStatusWrong.
    """
    marks = marks_of(old)
    if not marks & SOLD_MARK or marks & REPLACED_MARK or marks_of(new) or new.last_lot:
        raise CardStatusWrong
    if old.holds:
        for key in sorted(old.holds):
            old.release(key)
        record(old, "release", (), source=None, at=at, version=version)
    for number in sorted(old.lots):
        lot = old.lots[number]
        new.adopt(lot)
        if lot.remaining:
            old.transfer_out(number)
    if policy is not None:
        _revive(new, policy, source, at)
    record(new, REPLACE, [_mark(new, SOLD_MARK)], source=source, at=at, version=version, **about)
    record(
        old, REPLACE, [_mark(old, REPLACED_MARK)], source=source, at=at, version=version, **about
    )
    return new.wallet(CARD_CURRENCY).active


def adjust(
    book: Book,
    policy: CardPolicy,
    amount: int,
    *,
    source: UUID,
    at: datetime,
    version: int,
    about: Mapping[str, Any],
) -> None:
    """Correct what is on a sold card by `amount`, never below zero.

    Raises CardStatusWrong, CardInsufficient.
    """
    if not marks_of(book) & SOLD_MARK or marks_of(book) & REPLACED_MARK:
        raise CardStatusWrong
    if amount > 0:
        book.earn(new_lot(policy, source, amount, at), ADJUSTED)
    else:
        most = book.available(CARD_CURRENCY)
        if most < -amount:
            raise CardInsufficient(pointer="/amount", most_minor=most)
        book.spend(CARD_CURRENCY, -amount, ADJUSTED)
    record(book, ADJUST, (), source=source, at=at, version=version, **about)


def record(
    book: Book,
    kind: str,
    counters: Sequence[tuple[str, int, int]],
    *,
    source: UUID | None,
    at: datetime,
    version: int,
    **about: Any,
) -> None:
    """Close what was written on a card into one transaction."""
    facts: dict[str, Any] = dict(about)
    if counters:
        facts["c"] = [list(counter) for counter in counters]
    book.record_transaction(kind, at, source=source, version=version, facts=facts)


def _mark(book: Book, bit: int) -> tuple[str, int, int]:
    book.count(MARKS, 0, bit)
    return (MARKS, 0, bit)


def _revive(book: Book, policy: CardPolicy, source: UUID, at: datetime) -> None:
    """Bring back what has expired within the grace, as a lot of its own."""
    back = 0
    for number in sorted(book.lots):
        lot = book.lots[number]
        if lot.expired > 0 and _within_grace(lot, policy, at):
            back += lot.expired
            book.move(number, expired=-lot.expired)
    if back:
        book.earn(new_lot(policy, source, back, at), EXPIRED)


def _within_grace(lot: Lot, policy: CardPolicy, at: datetime) -> bool:
    if lot.expires_at is None or policy.expired_grace.is_zero:
        return False
    return at < add(lot.expires_at, policy.expired_grace, policy.zone)
