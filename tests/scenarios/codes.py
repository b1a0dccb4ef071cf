"""Codes as they are entered: which promotion, coupon, gift card or wallet a word stands for."""

import re
from collections.abc import Mapping
from typing import Any

from regulars.core.rewards.codes import normalised
from scenarios.books import funds_for
from scenarios.engine import entered_of, view_of
from scenarios.loyalty import codes_of
from scenarios.purses import programme_now
from scenarios.translation import our_code
from scenarios.words import number
from scenarios.world import Entered, Ticket, World, tried

WRONG = re.compile(r"wrong|unknown|invalid|nonexist|non-exist|not exist|typo|missing|fake|no such")
USES_MAX = 1_000_000_000


def resolve(world: World, word: str) -> Entered:
    """What a word stands for; a word that nobody knows is a promo code that does not exist."""
    spelled = normalised(our_code(word))
    for programme in world.programmes:
        if any(normalised(our_code(code)) == spelled for code in codes_of(programme)):
            return _opened(world, word, programme, by_own_code=True)
    for code in world.cards:
        if normalised(our_code(code)) == spelled:
            return entered_of(world, "card", code, word, world.cards[code].programme)
    for ticket in world.tickets.values():
        if normalised(our_code(ticket.code)) == spelled:
            return entered_of(world, "coupon", ticket.code, word, ticket.programme)
    nobody = entered_of(world, "promo", word, word, "")
    if WRONG.search(word.lower()):
        return nobody
    named = [p for p in world.programmes if str(p["id"]) in re.split(r"[\s:#]+", word)]
    found = named[0] if named else _nameless(world)
    return nobody if found is None else _opened(world, word, found, by_own_code=False)


def _nameless(world: World) -> Mapping[str, Any] | None:
    """The programme that a code which the record does not define belongs to."""
    entered = {e.programme for e in world.order.codes}
    able = [p for p in world.programmes if _opens_nameless(p)]
    fresh = [p for p in able if p["id"] not in entered or _has_more(world, p)]
    return next(iter(fresh or able), None)


def _opens_nameless(programme: Mapping[str, Any]) -> bool:
    if codes_of(programme):
        return programme.get("applies_on") == "future"
    return (
        programme.get("kind") in ("coupon", "coupons", "voucher", "gift_card", "next_order_coupons")
        or programme.get("applies_on") == "future"
        or programme.get("trigger") in ("code", "with_code")
    )


def _has_more(world: World, programme: Mapping[str, Any]) -> bool:
    entered = {e.code for e in world.order.codes}
    cards = [c for c in world.cards.values() if c.programme == programme["id"]]
    return any(card.code not in entered for card in cards)


def _opened(world: World, word: str, programme: Mapping[str, Any], *, by_own_code: bool) -> Entered:
    name = str(programme["id"])
    if programme.get("kind") == "gift_card":
        entered = {e.code for e in world.order.codes}
        cards = [c for c in world.cards.values() if c.programme == name]
        card = next((c for c in cards if c.code not in entered), cards[-1] if cards else None)
        if card is None:
            return entered_of(world, "promo", word, word, "")
        return entered_of(world, "card", card.code, word, name)
    view = view_of(world, asks=False)
    if name in view.translation.coupons and not (by_own_code and name in view.translation.future):
        ticket = ticket_of(world, programme, word if by_own_code else "")
        return entered_of(world, "coupon", ticket.code, word, name)
    opens = name in view.translation.currencies or name in view.translation.opened
    if by_own_code and not opens:
        return entered_of(world, "promo", word, word, name)
    return entered_of(world, "points", word, word, name)


def ticket_of(world: World, programme: Mapping[str, Any], word: str = "") -> Ticket:
    """A coupon of the programme: by its code, else one that was issued, else the one there is."""
    name = str(programme["id"])
    limits = programme.get("limits")
    limits = limits if isinstance(limits, Mapping) else {}
    own = codes_of(programme)
    if word and own:
        code = our_code(word)
        found = next(
            (t for t in world.tickets.values() if normalised(t.code) == normalised(code)), None
        )
        if found is not None:
            return found
    else:
        mine = [t for t in world.tickets.values() if t.programme == name]
        on_order = {e.code for e in world.order.codes}
        fresh = [t for t in mine if t.uses < t.uses_max and not t.revoked]
        if mine:
            return next((t for t in fresh if t.code not in on_order), (fresh or mine)[0])
        code = f"t-{len(world.tickets) + 1}-{name}"
    once = limits.get("single_use_code") or (not own and not limits)
    most = 1 if once else limits.get("total_uses", limits.get("total"))
    ticket = Ticket(code, name, USES_MAX if most is None else int(number(most, "limits")))
    ticket.uses = (
        0 if "total_uses" in limits else min(world.used.get((name, "uses"), 0), ticket.uses_max)
    )
    world.tickets[code] = ticket
    return ticket


def enter(world: World, word: str) -> bool:
    """Enter a code on the order; it stays only where our engine takes it."""
    order = world.open_order()
    found = resolve(world, word)
    if any(e.code == found.code and e.kind == found.kind for e in order.codes):
        return found in accepted_now(world) or accepts(world, found)
    order.codes.append(found)
    if accepts(world, found):
        return True
    order.codes.remove(found)
    return False


def accepts(world: World, entered: Entered) -> bool:
    """Whether our engine takes this code of the order."""
    if entered.kind == "card":
        card = world.cards.get(entered.code)
        if card is None or not card.active or card.money != "EUR":
            return False
        alone = tried(world)
        alone.order.codes = [entered]
        return bool(funds_for(alone, alone.order, programme_now(alone)))
    if entered.kind == "points":
        return True
    stay = world.settings.get("codes_stay", False)
    spelled = normalised(entered.code)
    answers = [a for a in view_of(world).decision.codes if a.code == spelled]
    return any(answer.accepted or (stay and answer.promotion) for answer in answers)


def accepted_now(world: World) -> list[Entered]:
    """The codes of the order that are in force as it stands."""
    return [entered for entered in world.order.codes if accepts(world, entered)]


def remove(world: World, word: str) -> None:
    """Take a code off the order."""
    order = world.open_order()
    same = [e for e in order.codes if e.word.lower() == word.lower()]
    order.codes = [e for e in order.codes if e not in same]
