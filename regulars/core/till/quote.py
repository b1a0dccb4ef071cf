"""What would happen if this receipt were committed: prices, payment by points and earnings, with reasons.

The order is fixed: the card's discount, payment by points, earning. Nothing is written.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from regulars.core.earning.evaluate import earn
from regulars.core.earning.settle import Earnings
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.postings import json_text
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import QUANTITY_SCALE, Buyer, Line, Receipt
from regulars.core.scene import Scene
from regulars.core.till.decision import (
    CurrencyUnknown,
    Decision,
    MemberFacts,
    Payment,
    Spendable,
)
from regulars.core.till.pricing import card_discount, pay, spendable
from regulars.core.till.standing import visits_before
from regulars.core.till.terms import terms_of

Wish = Mapping[str, int | None]
"""How much of which currency the member wants to pay with; None: as much as possible."""

NOTHING: Wish = {}
EARNS_NOTHING = Earnings((), (), ())


class Promise(NamedTuple):
    """What a quote promises: compared with what the commit would give."""

    due_minor: int
    discount_minor: int
    paid: tuple[tuple[str, int, int], ...]  # (currency, amount, money)
    earned: tuple[tuple[str, int], ...]


def decide(
    programme: Compiled,
    book: Book | None,
    member: MemberFacts | None,
    tier: str,
    receipt: Receipt,
    wish: Wish,
) -> Decision:
    """Everything about `receipt` for a member whose settled `book` this is; None: nobody's receipt.

    Raises PaymentNotPossible or CurrencyUnknown where the wish cannot be met exactly.
    """
    terms = terms_of(programme)
    lines = receipt.lines
    due = [line.amount_minor for line in lines]
    if member is None or book is None:
        return Decision(programme.version, "", sum(due), (), (), tuple(due), EARNS_NOTHING)
    card = terms.cards.get(tier)
    discount = card and card_discount(tier, card, lines, terms.rounding)
    if discount:
        due = [money - share for money, share in zip(due, discount.shares, strict=True)]
    payments: list[Payment] = []
    for currency in sorted(wish):
        if currency not in programme.currencies:
            raise CurrencyUnknown(pointer=f"/pay/{currency}", currency=currency)
        payment = pay(terms, currency, wish[currency], available(book, currency), receipt, due)
        if payment:
            payments.append(payment)
            due = [money - share for money, share in zip(due, payment.shares, strict=True)]
    earnings = _earnings(programme, book, member, tier, receipt, payments, due)
    return Decision(
        programme.version,
        tier,
        sum(line.amount_minor for line in lines),
        (discount,) if discount else (),
        tuple(payments),
        tuple(due),
        earnings,
    )


def list_spendable(
    programme: Compiled, book: Book, decision: Decision, receipt: Receipt
) -> list[Spendable]:
    """For each currency that pays: how much of it could pay this receipt before any payment."""
    terms = terms_of(programme)
    due = list(decision.due)
    for payment in decision.payments:
        due = [money + share for money, share in zip(due, payment.shares, strict=True)]
    return [
        spendable(terms, currency, available(book, currency), receipt, due)
        for currency in sorted(terms.pays)
    ]


def promise_of(decision: Decision) -> Promise:
    """The figures of a decision that its commit must repeat."""
    earned: dict[str, int] = {}
    for award in decision.earnings.awards:
        earned[award.currency] = earned.get(award.currency, 0) + award.amount
    return Promise(
        decision.due_minor,
        decision.discount_minor,
        tuple((p.currency, p.amount, p.money_minor) for p in decision.payments),
        tuple(sorted(earned.items())),
    )


def promise_digest(promise: Promise) -> str:
    """A short fingerprint of a promise, to be signed into the quote."""
    return sha256(json_text(promise).encode()).hexdigest()[:32]


def available(book: Book, currency: str) -> int:
    """What can be spent; raises NotLoaded where the lots are not at hand."""
    if not book.has_lots:
        raise NotLoaded(lots=True)
    return book.available(currency)


def buyer_of(book: Book, member: MemberFacts, tier: str, moment: datetime) -> Buyer:
    """The member as the earning rules may know them."""
    return Buyer(
        str(member.id),
        member.enrolled_at,
        member.birthday,
        member.tags,
        member.attributes,
        tier,
        visits_before(book, moment),
        book.counters_at(moment),
    )


def _earnings(
    programme: Compiled,
    book: Book,
    member: MemberFacts,
    tier: str,
    receipt: Receipt,
    payments: list[Payment],
    due: list[int],
) -> Earnings:
    base = programme.document.earning_policy.base
    if payments and base == "none_when_paying":
        return EARNS_NOTHING
    paid = due
    if payments and base == "full":
        paid = [
            money + sum(p.shares[i] for p in payments if not p.items[i])
            for i, money in enumerate(due)
        ]
    if any(any(p.items) for p in payments):
        receipt = receipt._replace(lines=_without_free_items(receipt.lines, payments))
    buyer = buyer_of(book, member, tier, receipt.occurred_at)
    return earn(programme, Scene(receipt, buyer, receipt.occurred_at, paid))


def _without_free_items(lines: tuple[Line, ...], payments: list[Payment]) -> tuple[Line, ...]:
    """An item got for nothing earns nothing, whatever the rule counts."""
    return tuple(
        line._replace(quantity=line.quantity - QUANTITY_SCALE * sum(p.items[i] for p in payments))
        for i, line in enumerate(lines)
    )
