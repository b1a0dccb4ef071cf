"""What would happen if this receipt were committed: prices, payment by points and earnings, with reasons.

The order is fixed: the card's discount, promotions, payment by points, gift cards and stored value,
earning. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from regulars.core.earning.evaluate import earn
from regulars.core.earning.settle import Earnings
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.postings import json_text
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.limits import boost_charges, unaffordable
from regulars.core.promotions.result import NOTHING as UNPRESENTED
from regulars.core.promotions.result import Discount, Presented
from regulars.core.purchase import QUANTITY_SCALE, Buyer, Line, Receipt
from regulars.core.scene import Scene
from regulars.core.till.decision import (
    CurrencyUnknown,
    Decision,
    MemberFacts,
    Payment,
    Spendable,
    Tender,
)
from regulars.core.till.pricing import card_discount, pay, spendable
from regulars.core.till.promoting import (
    Promotions,
    apply_promotions,
    joined,
    nobody,
    with_balances,
    without_boosts,
)
from regulars.core.till.standing import turnover_of, visits_before
from regulars.core.till.tenders import Funds, pay_tenders, spendable_stored
from regulars.core.till.terms import terms_of

Wish = Mapping[str, int | None]
"""How much of which currency the member wants to pay with; None: as much as possible."""

NOTHING: Wish = {}
EARNS_NOTHING = Earnings((), (), ())
UNPROMOTED = ((),) * (len(Decision._fields) - Decision._fields.index("tenders") - 1)

_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much; this is the hot path


class Promise(NamedTuple):
    """What a quote promises: compared with what the commit would give."""

    due_minor: int
    discount_minor: int
    paid: tuple[tuple[str, int, int], ...]  # (currency, amount, money)
    earned: tuple[tuple[str, int], ...]
    promoted: tuple[object, ...] = ()  # discounts, gifts, coupons, codes, points, tenders


class Priced(NamedTuple):
    """A receipt after the tier's card and promotions, before any payment."""

    discounts: tuple[Discount, ...]
    due: list[int]
    promotions: Promotions | None
    presented: Presented


def price(
    programme: Compiled,
    book: Book | None,
    member: MemberFacts | None,
    tier: str,
    receipt: Receipt,
    presented: Presented,
) -> Priced:
    """What the receipt costs before any payment. Raises PromotionUnknown."""
    terms = terms_of(programme)
    due = [line.amount_minor for line in receipt.lines]
    discounts: tuple[Discount, ...] = ()
    if member is not None:
        card = terms.cards.get(tier)
        discount = card and card_discount(tier, card, receipt.lines, terms.rounding)
        if discount:
            discounts = (discount,)
            due = [money - share for money, share in zip(due, discount.shares, strict=True)]
    if not (terms.promotes or presented.codes or presented.claims):
        return _new(Priced, (discounts, due, None, presented))
    if member is None or book is None:
        buyer = nobody(receipt)
    else:
        buyer = promoted_buyer(programme, book, member, tier, receipt.occurred_at)
        presented = with_balances(presented, terms, book)
    promotions = apply_promotions(
        programme, receipt, buyer, due, presented, member=member is not None
    )
    discounts += promotions.promoted.discounts
    return Priced(discounts, promotions.due, promotions, presented)


def decide(
    programme: Compiled,
    book: Book | None,
    member: MemberFacts | None,
    tier: str,
    receipt: Receipt,
    wish: Wish,
    presented: Presented = UNPRESENTED,
    funds: Sequence[Funds] = (),
    priced: Priced | None = None,
) -> Decision:
    """Everything about `receipt` for a member whose settled `book` this is; None: nobody's receipt.

    Prices first (the tier's card, then promotions), then payment by points, then what gift cards
    and stored value pay of the rest, then earning. `presented` are the codes and coupons that came
    with the receipt, `funds` its gift cards; `priced` is what `price` made of the same receipt, where
    that is known. Raises PaymentNotPossible or CurrencyUnknown where the wish cannot be met exactly,
    PromotionUnknown.
    """
    if priced is None:
        priced = price(programme, book, member, tier, receipt, presented)
    discounts, due, promotions, presented = priced
    lines = receipt.lines
    payments: tuple[Payment, ...] = ()
    tenders: tuple[Tender, ...] = ()
    earnings = EARNS_NOTHING
    if member is None or book is None:
        tier = ""
        if funds:
            tenders = pay_tenders(funds, lines, due)
    else:
        if wish:
            payments, due = _pay(programme, book, wish, receipt, due, promotions)
        if funds or wish:
            tenders = pay_tenders((*_stored(programme, book, wish), *funds), lines, due)
        seen = promotions.scene if promotions else None
        scene = _earning_scene(programme, book, member, tier, receipt, payments, due, seen)
        if scene is not None:
            if promotions is None:
                earnings = earn(programme, scene)
            else:
                earnings, promotions = _boosted(programme, scene, promotions, presented)
    decision = _new(
        Decision,
        (
            programme.version,
            tier,
            sum([line.amount_minor for line in lines]),
            discounts,
            payments,
            tuple(due),
            earnings,
            tenders,
            *UNPROMOTED,
        ),
    )
    return _with_promotions(decision, promotions) if promotions else decision


def _with_promotions(decision: Decision, promotions: Promotions) -> Decision:
    promoted = promotions.promoted
    return decision._replace(
        points=promotions.points,
        gifts=promoted.gifts,
        issued=promoted.issued,
        codes=promoted.codes,
        coupons=promotions.coupons,
        counters=promoted.counters,
        allowances=tuple([taken for taken in promoted.allowances if taken.amount]),
        passed=promoted.passed,
    )


def _pay(
    programme: Compiled,
    book: Book,
    wish: Wish,
    receipt: Receipt,
    due: list[int],
    promotions: Promotions | None,
) -> tuple[tuple[Payment, ...], list[int]]:
    """The payments by points and what is due after them; what promotions cost is set aside first."""
    terms = terms_of(programme)
    payments: list[Payment] = []
    for currency in sorted(wish):
        if currency not in programme.currencies:
            raise CurrencyUnknown(pointer=f"/pay/{currency}", currency=currency)
        if currency in terms.stored:
            continue
        costs = (
            [cost.amount for cost in promotions.points if cost.currency == currency]
            if promotions
            else ()
        )
        balance = max(0, available(book, currency) - sum(costs))
        payment = pay(terms, currency, wish[currency], balance, receipt, due)
        if payment:
            payments.append(payment)
            due = [money - share for money, share in zip(due, payment.shares, strict=True)]
    return tuple(payments), due


def _stored(programme: Compiled, book: Book, wish: Wish) -> list[Funds]:
    stored = terms_of(programme).stored
    return [
        Funds("", currency, available(book, currency), wish[currency], f"/pay/{currency}")
        for currency in sorted(wish)
        if currency in stored
    ]


def list_spendable(
    programme: Compiled, book: Book, decision: Decision, receipt: Receipt
) -> list[Spendable]:
    """For each currency that pays: how much of it could pay this receipt before any payment."""
    terms = terms_of(programme)
    due = list(decision.due)
    for payment in decision.payments:
        due = [money + share for money, share in zip(due, payment.shares, strict=True)]
    costs: dict[str, int] = {}
    for cost in decision.points:
        costs[cost.currency] = costs.get(cost.currency, 0) + cost.amount
    found = []
    for currency in sorted({*terms.pays, *terms.stored}):
        balance = max(0, available(book, currency) - costs.get(currency, 0))
        if currency in terms.stored:
            found.append(spendable_stored(currency, balance, receipt, decision.due))
        else:
            found.append(spendable(terms, currency, balance, receipt, due))
    return found


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
        (
            [(d.id, d.amount_minor, d.times, d.code) for d in decision.discounts],
            [(gift.promotion, gift.sku, gift.quantity) for gift in decision.gifts],
            decision.issued,
            [(answer.code, answer.promotion) for answer in decision.codes if answer.accepted],
            [cost[:3] for cost in decision.points],
            [(tender.key, tender.amount) for tender in decision.tenders],
        ),
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


def promoted_buyer(
    programme: Compiled, book: Book, member: MemberFacts, tier: str, moment: datetime
) -> Buyer:
    """The member as promotions may know them: the turnover too, where one asks. Raises NotLoaded."""
    buyer = buyer_of(book, member, tier, moment)
    if terms_of(programme).turnover:
        return buyer._replace(turnover_minor=turnover_of(book))
    return buyer


def _earning_scene(
    programme: Compiled,
    book: Book,
    member: MemberFacts,
    tier: str,
    receipt: Receipt,
    payments: Sequence[Payment],
    due: list[int],
    seen: Scene | None,
) -> Scene | None:
    """The purchase as earning rules see it, out of the scene of the promotions; None: earns nothing."""
    base = programme.document.earning_policy.base
    if payments and base == "none_when_paying":
        return None
    paid = due
    if payments and base == "full":
        paid = [
            money + sum(p.shares[i] for p in payments if not p.items[i])
            for i, money in enumerate(due)
        ]
    if any(any(p.items) for p in payments):
        receipt, seen = receipt._replace(lines=_without_free_items(receipt.lines, payments)), None
    if seen is not None:
        return seen.repaid(paid)
    buyer = buyer_of(book, member, tier, receipt.occurred_at)
    return Scene(receipt, buyer, receipt.occurred_at, paid)


def _boosted(
    programme: Compiled, scene: Scene, promotions: Promotions, presented: Presented
) -> tuple[Earnings, Promotions]:
    """What is earned with the promotions' multipliers, and what these cost their budgets."""
    promoted = promotions.promoted
    earnings = earn(programme, scene, promoted.boosts)
    if not promoted.boosts:
        return earnings, promotions
    dropped = unaffordable(programme, scene, promoted, earnings, presented.left)
    if dropped:
        promoted = without_boosts(promoted, dropped)
        earnings = earn(programme, scene, promoted.boosts)
    charges = boost_charges(programme, scene, promoted, earnings)
    promoted = promoted._replace(allowances=joined(promoted.allowances, charges))
    return earnings, promotions._replace(promoted=promoted)


def _without_free_items(lines: tuple[Line, ...], payments: Sequence[Payment]) -> tuple[Line, ...]:
    """An item got for nothing earns nothing, whatever the rule counts."""
    return tuple(
        line._replace(quantity=line.quantity - QUANTITY_SCALE * sum(p.items[i] for p in payments))
        for i, line in enumerate(lines)
    )
