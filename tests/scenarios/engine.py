"""Our engine asked about an order of a record, and made to place it or take it back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from regulars.core.goods import Goods, selector
from regulars.core.ledger.book import Book
from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.promotions.result import Presented
from regulars.core.purchase import GIFT_CARD, TOP_UP, Receipt
from regulars.core.refusal import Refused
from regulars.core.rewards.codes import normalised
from regulars.core.till.commit import totals
from regulars.core.till.decision import Decision
from regulars.core.till.quote import decide
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import new_lot, terms_of
from scenarios.baskets import Rung, ring_up
from scenarios.books import VERSION, coupon_of, funds_for, open_book
from scenarios.document import translate
from scenarios.ladders import holder_of, level_code, levels_of
from scenarios.loyalty import attribute_of
from scenarios.translation import Circumstances, Translation, our_code
from scenarios.words import SCALE, UnknownWord, listed, words
from scenarios.world import Entered, Order, Person, World, identity

CLAIMS_MAX = 99


@dataclass
class View:
    """What our engine makes of an order."""

    order: Order
    basket: list[dict[str, Any]]
    rung: Rung
    receipt: Receipt
    programme: Compiled
    translation: Translation
    decision: Decision
    person: str | None

    def discounts_of(self, name: str) -> list[int]:
        """Per line of the receipt, what a programme of the record takes off."""
        cuts = [0] * len(self.receipt.lines)
        for discount in self.decision.discounts:
            if self.translation.programme_of.get(discount.id) == name:
                cuts = [a + b for a, b in zip(cuts, discount.shares, strict=True)]
        currency = self.translation.currencies.get(name)
        for payment in self.decision.payments:
            if payment.currency == currency:
                cuts = [a + b for a, b in zip(cuts, payment.shares, strict=True)]
        return cuts

    def cuts(self) -> list[int]:
        """Per line of the receipt, everything that is taken off its price."""
        cuts = [0] * len(self.receipt.lines)
        shares = [discount.shares for discount in self.decision.discounts]
        for part in (*shares, *(payment.shares for payment in self.decision.payments)):
            cuts = [a + b for a, b in zip(cuts, part, strict=True)]
        return cuts


@lru_cache(maxsize=512)
def _compiled(document: str) -> Compiled:
    return compile_programme(parse_programme(json.loads(document)), VERSION)


def compiled(document: Mapping[str, Any]) -> Compiled:
    """The document made ready; an impossible one is told as an unknown word with its place."""
    try:
        return _compiled(json.dumps(document, sort_keys=True))
    except ProgrammeInvalid as invalid:
        told = "; ".join(f"{p.pointer} {p.code} {dict(p.params)}" for p in invalid.problems[:3])
        raise UnknownWord(f"our document cannot say this: {told}") from None


def translation_of(world: World, order: Order, rung: Rung) -> Translation:
    """The programmes as they stand, in our words."""
    skus = frozenset(line.sku for line in rung.lines)
    steps = world.steps
    claimed = {
        str(step.get("programme", world.programmes[0]["id"] if world.programmes else ""))
        for step in steps
        if step.get("do") in ("claim_reward", "claim_units", "claim", "redeem_reward")
    }
    about = Circumstances(
        settings=world.settings,
        source=world.case.source,
        wallets=world.wallets,
        claimed=frozenset(claimed),
        codes_entered=any(step.get("do") in ("enter_code", "apply_code") for step in steps),
        entered=tuple(entered.programme for entered in order.codes),
        gross_of=lambda goods: gross_of(rung, goods),
        taxed_of=lambda goods: gross_of(rung, goods, all_taxes=True),
        balance=lambda name: _balance(world, order, name),
        pinned=world.pinned,
        groups=world.groups,
        skus=skus,
        card_expiry=world.card_expiry,
    )
    return translate(world.live_programmes(order), about)


def gross_of(rung: Rung, goods: Mapping[str, list[str]], *, all_taxes: bool = False) -> Fraction:
    """What prices with tax are in terms of the record's prices, over the lines that these goods take.

    `all_taxes`: in terms of prices without any tax, also where the record's have it.
    """
    takes = selector(Goods.model_validate(dict(goods)))
    gross = net = Fraction(0)
    for place, on_top in rung.on_top.items():
        line = rung.lines[place]
        if takes is None or takes(line):
            gross += line.amount_minor
            rate = 1 + Fraction(line.tax_rate_bp or 0, 10_000) if all_taxes else Fraction(on_top)
            net += line.amount_minor / rate
    return gross / net if net else Fraction(1)


def _balance(world: World, order: Order, name: str) -> Decimal:
    """The points of a programme that the buyer of the order holds."""
    if order.customer is None:
        return Decimal(0)
    account = world.person(order.customer).account
    wallet = account.state.wallets.get(world.currency(name))
    return Decimal(wallet.active).scaleb(-SCALE) if wallet else Decimal(0)


def kinds_of(programmes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Products that are money: what the rules of gift cards and e-wallets name."""
    kinds: dict[str, str] = {}
    for programme in programmes:
        kind = {"gift_card": GIFT_CARD, "ewallet": TOP_UP}.get(str(programme.get("kind")))
        for rule in listed(programme.get("rules")) if kind else ():
            if isinstance(rule, Mapping) and kind:
                kinds |= dict.fromkeys(words(rule.get("skus"), "skus"), kind)
    return kinds


def view_of(world: World, order: Order | None = None, *, asks: bool = True) -> View:
    """What an order comes to now; `asks`: with what the buyer asked for. Raises UnknownWord."""
    order = order or world.order
    basket = [dict(line) for line in order.lines]
    kinds = {**kinds_of(world.programmes), **dict.fromkeys(world.card_skus, GIFT_CARD)}
    rung = ring_up(basket, order.shipping, kinds, off_percent=order.off_percent)
    translation = translation_of(world, order, rung)
    programme = compiled(translation.document)
    receipt = receipt_of(world, order, rung)
    person = None if order.customer is None else world.person(order.customer)
    book = None if person is None else open_book(world, person, programme)
    decision = decided(world, order, programme, translation, receipt, book, person, asks=asks)
    return View(
        order,
        basket,
        rung,
        receipt,
        programme,
        translation,
        decision,
        None if person is None else person.name,
    )


def receipt_of(world: World, order: Order, rung: Rung) -> Receipt:
    """The receipt that the till would send."""
    attributes: dict[str, str | int | bool] = {}
    for entered in order.codes:
        programme = next((p for p in world.programmes if p["id"] == entered.programme), None)
        if programme is not None:
            attributes[attribute_of(programme)] = True
    for key, value in (
        ("price_list", order.price_list),
        ("country", order.country),
        ("currency", order.currency),
    ):
        if value:
            attributes[key] = value
    company = order.company
    brand = company.removeprefix("branch of ") if company else ""
    return Receipt(
        f"order-{order.number}",
        order.store or company or "store-1",
        "till-1",
        world.clock,
        tuple(rung.lines),
        order.channel or _usual_channel(world),
        store_brand=brand,
        attributes=attributes,
    )


def _usual_channel(world: World) -> str:
    for programme in world.case.raw.get("programmes") or ():
        channels = programme.get("channels") or programme.get("channel")
        if channels:
            return str(channels[0] if isinstance(channels, list) else channels)
    return "store"


def decided(
    world: World,
    order: Order,
    programme: Compiled,
    translation: Translation,
    receipt: Receipt,
    book: Book | None,
    person: Person | None,
    *,
    asks: bool,
    ahead: bool = True,
) -> Decision:
    """Our decision; points that the order itself brings can be used on it at once if `ahead`."""
    asks = asks and bool(receipt.lines)
    presented = presented_of(world, order, programme, translation, asks=asks)
    wish = wish_of(order, translation, asks=asks)
    facts = None if person is None else person.facts
    tier = tier_of(book, programme, world)
    if facts is not None and tier:
        held = [f"group:level {name}" for name in names_of(world, tier)]
        facts = facts._replace(tags=facts.tags | set(held))
    funds = funds_for(world, order, programme)
    plain = decide(programme, book, facts, tier, receipt, {}, presented._replace(claims={}), funds)
    if not asks or book is None or not (presented.claims or wish):
        return plain
    if ahead and world.settings.get("earned_at_once", True):
        enter_ahead(world, book, programme, translation, receipt, plain, order)
    for currency in [*wish]:
        if book.available(currency) <= 0:
            del wish[currency]
    try:
        return decide(programme, book, facts, tier, receipt, wish, presented, funds)
    except Refused:
        return decide(programme, book, facts, tier, receipt, {}, presented, funds)


def enter_ahead(
    world: World,
    book: Book,
    programme: Compiled,
    translation: Translation,
    receipt: Receipt,
    decision: Decision,
    order: Order,
) -> None:
    """Enter what the order earns before it is paid for; points for the next order wait."""
    later = {translation.currencies.get(name) for name in translation.future}
    source = identity(f"sale {order.number}")
    posted = False
    for currency, amount in totals(decision.earnings.awards).items():
        if currency not in later and amount > 0:
            about = programme.document.currencies[currency]
            book.earn(new_lot(about, currency, source, amount, receipt.occurred_at, programme.zone))
            posted = True
    if posted:
        book.record_transaction(
            "earn", receipt.occurred_at, source=source, version=VERSION, facts={}
        )


def tier_of(book: Book | None, programme: Compiled, world: World) -> str:
    """The tier that somebody has now; empty where there are none."""
    if book is None:
        return ""
    found = standing_at(book, terms_of(programme).rungs, world.clock)
    return found.tier if found else ""


def names_of(world: World, tier: str) -> list[str]:
    """How the record calls a tier of ours."""
    holder = holder_of(world.programmes)
    levels = levels_of(holder) if holder else []
    return [name for name, _, _ in levels if level_code(name) == tier]


def wish_of(order: Order, translation: Translation, *, asks: bool) -> dict[str, int | None]:
    """What is to be paid with points and stored value."""
    wish: dict[str, int | None] = {}
    for name, amount in order.pays.items() if asks else ():
        currency = translation.currencies.get(name)
        if currency is not None:
            scale = translation.document["currencies"][currency].get("scale", 0)
            wish[currency] = None if amount is None else int(amount.scaleb(scale))
    claimed = {name for name, _ in order.claims} if asks else set()
    for name in translation.item_payers & claimed:
        wish[translation.currencies[name]] = None
    for name in translation.currencies if asks else ():
        if name in translation.payers_unasked:
            wish.setdefault(translation.currencies[name], None)
    return wish


def presented_of(
    world: World, order: Order, programme: Compiled, translation: Translation, *, asks: bool
) -> Presented:
    """Codes, coupons and claims of the order, and what shared limits still allow."""
    codes = [
        normalised(entered.code) for entered in order.codes if entered.kind in ("promo", "coupon")
    ]
    coupons = {}
    for ticket in world.tickets.values():
        ours = translation.coupons.get(ticket.programme)
        if ours is not None:
            coupons[normalised(ticket.code)] = coupon_of(world, ticket, ours)
    claims: dict[str, int] = {}
    if asks:
        claims = dict.fromkeys(translation.unasked, CLAIMS_MAX)
        for (name, choice), count in order.claims.items():
            for ours in claimed_parts(world, translation, name, choice):
                as_many = ours in translation.as_many_as_can_be
                claims[ours] = CLAIMS_MAX if as_many else claims.get(ours, 0) + count
    day = world.clock.astimezone(programme.zone).date()
    left = {}
    for shared in programme.promotions.shared_limits if programme.promotions else ():
        what, _, rest = shared.key.partition(":")
        ours = rest.split(":")[0]
        owner = translation.budgets.get(ours) or translation.programme_of.get(ours, "")
        used = world.used.get((owner, what), 0)
        left[f"{shared.key}:{shared.number_at(day)}"] = max(0, shared.limit - used)
    return Presented(tuple(dict.fromkeys(codes)), coupons, claims, {}, left)


def claimed_parts(world: World, translation: Translation, name: str, choice: str) -> list[str]:
    """Which of our promotions a claim asks for: the choice, or all that the reward gives."""
    parts = translation.parts.get(name, [])
    if choice:
        found = translation.choices.get((name, choice))
        return [found] if found else []
    rewards = world.programme(name).get("reward")
    chooses = isinstance(rewards, Mapping) and rewards.get("choices")
    return parts[:1] if chooses else parts


def entered_of(world: World, kind: str, code: str, word: str, programme: str) -> Entered:
    """A code as it is kept with an order."""
    return Entered(word, kind, our_code(code) if kind == "promo" else code, programme)
