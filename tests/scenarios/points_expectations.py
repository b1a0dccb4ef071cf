"""Points, levels, gift cards, referral: what stands in the books after the steps."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from regulars.core.calendar import Duration, add, moment_of
from scenarios.books import funds_for, open_book
from scenarios.checkout import place
from scenarios.engine import view_of
from scenarios.expecting import Differs, Sight, by_name, expects
from scenarios.ladders import NO_LEVEL, level_code
from scenarios.points_steps import expiry_after, points_programme, reward_refusal
from scenarios.promotion_expectations import earned_of
from scenarios.purses import (
    balance_of,
    card_balance,
    fund_card,
    programme_now,
    standing_of,
)
from scenarios.reward_words import rewards_of
from scenarios.words import UnknownWord, flag, listed, major
from scenarios.world import Entered, World, identity, tried


def _person(sight: Sight) -> Any:
    return sight.world.person(sight.world.order.customer or "")


def _told(sight: Sight, name: str) -> Decimal:
    found = sight.world.last.told.get(name)
    if found is None:
        raise Differs(f"{name}: nothing of the kind happened")
    return Decimal(found)


@expects("points_earned")
def points_earned(sight: Sight, expected: Any) -> None:
    if isinstance(expected, dict) and "about" not in expected:
        for name, points in expected.items():
            sight.same(f"points_earned {name}", points, earned_of(sight, name))
        return
    if not sight.world.order.lines and "points_earned" in sight.world.last.told:
        sight.same("points_earned", expected, _told(sight, "points_earned"))
        return
    names = sight.view.translation.kept or set(sight.view.translation.currencies)
    sight.same("points_earned", expected, sum((earned_of(sight, n) for n in names), Decimal(0)))


def _spent(sight: Sight) -> Decimal:
    decision, scales = sight.view.decision, sight.view.programme.currencies
    spent = [(p.currency, p.amount) for p in decision.payments]
    spent += [(cost.currency, cost.amount) for cost in decision.points]
    return sum((Decimal(a).scaleb(-scales[c].scale) for c, a in spent), Decimal(0))


@expects("points_spent", "points_redeemed")
def points_spent(sight: Sight, expected: Any) -> None:
    if not sight.world.order.lines and "points_spent" in sight.world.last.told:
        sight.same("points_spent", expected, _told(sight, "points_spent"))
        return
    sight.same("points_spent", expected, _spent(sight))


@expects("points_balance", "balance")
def points_balance(sight: Sight, expected: Any) -> None:
    """By programme (of the buyer), by person, or of the buyer."""
    world = sight.world
    if not isinstance(expected, dict):
        name = points_programme(world)
        sight.same("points_balance", expected, balance_of(world, _person(sight), name))
        return
    for key, points in expected.items():
        sight.same(f"points_balance {key}", points, _balance(sight, key))


def _balance(sight: Sight, key: str) -> Decimal:
    world = sight.world
    cards = [c for c in world.cards.values() if key in (c.code, c.programme)]
    if cards and (key not in world.people or sight.is_programme(key)):
        return sum((card_balance(world, card) for card in cards), Decimal(0))
    if sight.is_programme(key):
        return balance_of(world, _person(sight), key)
    return balance_of(world, world.person(key), points_programme(world))


@expects("points_pending")
def points_pending(sight: Sight, expected: Any) -> None:
    """Of the buyer, or by person: what is not usable yet."""
    world, name = sight.world, points_programme(sight.world)
    wanted = expected if isinstance(expected, dict) else {_person(sight).name: expected}
    for who, points in wanted.items():
        programme = programme_now(world)
        currency = world.currency(name)
        book = open_book(world, world.person(who), programme)
        scale = programme.currencies[currency].scale
        found = Decimal(book.wallet(currency).pending).scaleb(-scale)
        sight.same(f"points_pending {who}", points, found)


@expects("coupon_balance")
def coupon_balance(sight: Sight, expected: Any) -> None:
    names = [p["id"] for p in sight.world.programmes if p.get("applies_on") == "future"]
    if not names:
        raise UnknownWord("coupon_balance: no programme for the next order")
    sight.same("coupon_balance", expected, balance_of(sight.world, _person(sight), names[0]))


TOLD = (
    "points_expired", "points_reversed", "points_given_back", "invited", "rewarded", "accepted",
    "rewards_paid", "money_back",
)  # fmt: skip


def _telling(name: str) -> Any:
    def look(sight: Sight, expected: Any) -> None:
        sight.same(name, expected, _told(sight, name))

    return look


for _name in TOLD:
    expects(_name)(_telling(_name))


@expects("referral_paid")
def referral_paid(sight: Sight, expected: Any) -> None:
    found = bool(sight.world.last.told.get("referral_paid", False))
    sight.equal("referral_paid", flag(expected, "referral_paid"), found)


def _outcome(sight: Sight) -> bool:
    """Whether the latest step was let through; without one the first reward is asked for."""
    if sight.world.last.ok is None:
        programme = sight.world.programme()
        return reward_refusal(sight.world, programme, _person(sight)) is None
    return sight.world.last.ok


@expects("error")
def error(sight: Sight, expected: Any) -> None:
    if expected in (None, False, ""):
        sight.equal("error", True, _outcome(sight))
    elif _outcome(sight):
        raise Differs(f"error: {expected!r} expected, it was let through"[:120])


@expects("ok")
def ok(sight: Sight, expected: Any) -> None:
    sight.equal("ok", flag(expected, "ok"), _outcome(sight))


@expects("claimable")
def claimable(sight: Sight, expected: Any) -> None:
    """How many rewards could be had now for the points there are."""
    found = sum(_claim(sight, p["id"]) is not None for p in sight.world.programmes)
    sight.same("claimable", expected, Decimal(found))


@expects("points_cost")
def points_cost(sight: Sight, expected: Any) -> None:
    costs = [cost for p in sight.world.programmes if (cost := _claim(sight, p["id"])) is not None]
    if not costs:
        raise Differs("points_cost: nothing can be claimed")
    sight.same("points_cost", expected, costs[0])


def _claim(sight: Sight, name: str) -> Decimal | None:
    """What a reward of the programme costs in points, claimed on a copy; None where it is not to be had."""
    copy = tried(sight.world)
    programme = copy.programme(name)
    if not copy.order.lines or not rewards_of(programme):
        return None
    if any(r.get("mode") == "per_point" for r in rewards_of(programme)):
        copy.order.pays = {**copy.order.pays, name: None}
    else:
        copy.steps = [*copy.steps, {"do": "claim_reward", "programme": name}]
        copy.order.claims[name, ""] = 1
    spent = _spent(Sight(copy))
    return spent if spent > 0 else None


@expects("level", "tier")
def level(sight: Sight, expected: Any) -> None:
    found, _, _ = standing_of(sight.world, _person(sight))
    code = found.tier if found else NO_LEVEL
    sight.equal("level", NO_LEVEL if expected is None else level_code(expected), code)


@expects("level_from")
def level_from(sight: Sight, expected: Any) -> None:
    found, programme, book = standing_of(sight.world, _person(sight))
    proved = book.record.proofs.get(found.tier) if found else None
    if proved is None:
        raise Differs("level_from: no level was reached")
    day = moment_of(proved).astimezone(programme.zone).date()
    sight.equal("level_from", str(expected)[:10], day.isoformat())


@expects("level_to")
def level_to(sight: Sight, expected: Any) -> None:
    """The last day on which the level holds."""
    found, programme, _ = standing_of(sight.world, _person(sight))
    if found is None or found.until is None:
        raise Differs("level_to: the level does not end")
    last = found.until.astimezone(programme.zone) - timedelta(microseconds=1)
    sight.equal("level_to", str(expected)[:10], last.date().isoformat())


@expects("last_day_usable", "expires_on")
def last_day_usable(sight: Sight, expected: Any) -> None:
    world = sight.world
    wanted = expected if isinstance(expected, dict) else {_person(sight).name: expected}
    programme = programme_now(world)
    for name, day in wanted.items():
        book = open_book(world, world.person(name), programme)
        ends = [book.expiry(lot) for lot in book.lots.values() if lot.remaining > 0]
        days = [
            (end.astimezone(programme.zone) - timedelta(microseconds=1)).date().isoformat()
            for end in ends
            if end is not None
        ]
        sight.equal(f"last_day_usable {name}", str(day)[:10], max(days, default="never"))


@expects("unspent_of_lot")
def unspent_of_lot(sight: Sight, expected: Any) -> None:
    """What is left of the points that an order brought."""
    world, programme = sight.world, programme_now(sight.world)
    book = open_book(world, _person(sight), programme)
    for name, points in by_name(expected, "unspent_of_lot").items():
        order = world.orders.get(name)
        if order is None:
            raise UnknownWord(f"unspent_of_lot: no order {name!r}"[:80])
        sight.same(f"unspent_of_lot {name}", points, _left_of(book, order.number, programme))


def _left_of(book: Any, number_: str, programme: Any) -> Decimal:
    source = identity(f"sale {number_}")
    left = [lot for lot in book.lots.values() if lot.source == source]
    return sum(
        (Decimal(lot.remaining).scaleb(-programme.currencies[lot.currency].scale) for lot in left),
        Decimal(0),
    )


@expects("points_left_for_invoice", "points_of_invoice")
def points_of_invoice(sight: Sight, expected: Any) -> None:
    """What is left of the points that the order placed last brought."""
    if not sight.world.placed:
        raise Differs("points_of_invoice: no invoice")
    placed = sight.world.placed[-1]
    book = open_book(sight.world, sight.world.person(placed.person or ""), placed.programme)
    found = _left_of(book, placed.order.number, placed.programme)
    sight.same("points_of_invoice", expected, found)


@expects("lots_active")
def lots_active(sight: Sight, expected: Any) -> None:
    programme = programme_now(sight.world)
    books = [open_book(sight.world, person, programme) for person in sight.world.people.values()]
    found = sum(1 for book in books for lot in book.lots.values() if lot.remaining > 0)
    sight.same("lots_active", expected, Decimal(found))


@expects("cards")
def cards(sight: Sight, expected: Any) -> None:
    """How many wallets of points there are."""
    kept = sum(1 for p in sight.world.people.values() if p.account.state.wallets)
    sight.same("cards", expected, Decimal(kept))


@expects("cards_issued")
def cards_issued(sight: Sight, expected: Any) -> None:
    sight.same("cards_issued", expected, Decimal(len(_sold(sight))))


def _sold(sight: Sight) -> list[str]:
    """The cards that the order sells, or the step before it sold."""
    sold = sight.world.last.told.get("cards")
    if sold is not None:
        return list(sold)
    copy = tried(sight.world)
    done = [placed for placed in copy.placed if placed.order is sight.world.order]
    placed = done[0] if done else place(copy)
    return placed.cards_sold if placed else []


@expects("each_balance")
def each_balance(sight: Sight, expected: Any) -> None:
    """Of every card that was sold last: the price of one, or a figure."""
    world, sold = sight.world, _sold(sight)
    if not sold:
        raise Differs("each_balance: no card was sold")
    for code in sold:
        if code not in world.cards:
            raise Differs("each_balance: the cards are not paid for yet")
        price = world.last.told.get("card_price")
        if price is None:
            lines = zip(sight.view.receipt.lines, sight.view.decision.due, strict=True)
            price = sum((major(due) for line, due in lines if line.card == code), Decimal(0))
        wanted = price if isinstance(expected, str) else expected
        sight.same("each_balance", wanted, card_balance(world, world.cards[code]))


@expects("expiry")
def expiry(sight: Sight, expected: Any) -> None:
    """`issue date + 20 weeks`, of a card sold now."""
    found = re.fullmatch(
        r"\s*(?:issue|sale|purchase) (?:date|day)\s*\+\s*(\d+)\s*(\w+)\s*", str(expected)
    )
    if found is None:
        raise UnknownWord(f"expiry {expected!r}"[:80])
    copy = tried(sight.world)
    card = fund_card(copy, "asked", "", Decimal(10))
    after = Duration.model_validate(expiry_after(found[1], found[2])["after"])
    programme = programme_now(copy)
    [lot] = (card.account.lots or {}).values()
    sight.equal("expiry", add(copy.clock, after, programme.zone), lot.expires_at)


@expects("refused")
def refused(sight: Sight, expected: Any) -> None:
    """Cards that must not pay, each told in words."""
    for reason in listed(expected):
        if _pays_although(sight.world, str(reason)):
            raise Differs(f"refused: a card that is {reason} pays")


def _pays_although(world: World, reason: str) -> bool:
    copy = tried(world)
    ago = re.search(r"expired (\d+) days? ago", reason)
    word = reason.lower()
    amount = (
        Decimal(0)
        if any(w in word for w in ("empty", "spent", "no balance", "zero"))
        else Decimal(50)
    )
    if ago or "expired" in word:
        days = int(ago[1]) if ago else 1
        ended = copy.clock - timedelta(days=min(days, 10_000))
        fund_card(copy, "asked", "", amount, at=ended - timedelta(days=30), expires=ended)
    elif any(w in word for w in ("inactive", "not active", "disabled", "currency", "empty", "spent",
                                 "no balance", "zero")):  # fmt: skip
        card = fund_card(copy, "asked", "", amount)
        card.active = "active" not in word or "disabled" in word
        card.money = "USD" if "currency" in word else "EUR"
        if not card.active or "disabled" in word:
            card.money = "---"
    else:
        raise UnknownWord(f"refused: {reason!r}"[:80])
    copy.order.lines = [{"sku": "ITEM", "price": Decimal(20), "qty": 1}]
    copy.order.codes = [Entered("asked", "card", "asked", "")]
    view = view_of(copy)
    return bool(funds_for(copy, copy.order, view.programme)) or bool(view.decision.tenders)
