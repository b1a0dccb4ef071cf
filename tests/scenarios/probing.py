"""Questions about a programme without an order: could it be used, how often, on which day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from scenarios.checkout import place
from scenarios.codes import ticket_of
from scenarios.engine import View, view_of
from scenarios.reward_words import rewards_of
from scenarios.world import Entered, Order, World, tried

OFTEN_MAX = 25
_WHOLE = {"type": "discount", "mode": "percent", "value": Decimal(100), "scope": "order"}


def sample(price: Decimal = Decimal(100), qty: int = 1, tax: int = 0) -> list[dict[str, Any]]:
    """A basket of one product, where the record has none."""
    line: dict[str, Any] = {"sku": "SAMPLE", "price": price, "qty": Decimal(qty)}
    return [{**line, "tax": {"rate": tax, "included": True}}] if tax else [line]


def probe(world: World, programme: Mapping[str, Any]) -> World:
    """A world to ask in: only this programme is on; without a reward it takes everything off."""
    copy = tried(world)
    mine = copy.programme(programme["id"])
    if not rewards_of(mine):
        mine["reward"] = dict(_WHOLE)
    copy.only = {mine["id"]}
    if copy.order.confirmed:
        copy.new_order(keep_lines=True)
    if not copy.order.lines:
        copy.order.lines = sample()
    return copy


def in_force(world: World, name: str) -> bool:
    """Whether the programme does something on the order as it stands, its code being entered."""
    view = _with_code(world, name)
    return applied(view, name) or any(
        view.translation.programme_of.get(gift.promotion) == name for gift in view.decision.gifts
    )


def _with_code(world: World, name: str) -> View:
    view = view_of(world)
    if name in view.translation.coupons or any(
        p.get("trigger", {}).get("kind") == "code" for p in _own(view, name)
    ):
        enter_own(world, name)
        view = view_of(world)
    return view


def _own(view: View, name: str) -> list[Mapping[str, Any]]:
    return [
        p
        for p in view.translation.document["promotions"]
        if view.translation.programme_of.get(p["id"]) == name
    ]


def enter_own(world: World, name: str) -> None:
    """Put the programme's own code on the order, whether or not it does something."""
    view = view_of(world, asks=False)
    for promotion in _own(view, name):
        trigger = promotion.get("trigger", {})
        if trigger.get("kind") == "code":
            world.order.codes.append(Entered(name, "promo", trigger["codes"][0], name))
        elif trigger.get("kind") == "coupon":
            from_tickets = [t for t in world.tickets.values() if t.programme == name]
            ticket = from_tickets[0] if from_tickets else ticket_of(world, world.programme(name))
            world.order.codes.append(Entered(name, "coupon", ticket.code, name))


def applied(view: View, name: str) -> bool:
    """Whether a discount, gift or coupon of the programme is on the order."""
    mine = view.translation.programme_of
    found = [d.id for d in view.decision.discounts] + [g.promotion for g in view.decision.gifts]
    found += [issued.by for issued in view.decision.issued]
    return any(mine.get(ours) == name for ours in found)


def is_available(world: World, programme: Mapping[str, Any], *, at: datetime | None = None) -> bool:
    """Whether the programme could be used now (or then) on the basket, or on any basket."""
    copy = probe(world, programme)
    if at is not None:
        copy.clock = at
    return in_force(copy, programme["id"])


def times_left(world: World, programme: Mapping[str, Any]) -> int:
    """How many orders more can use the programme, found by placing them; at most `OFTEN_MAX`."""
    copy = probe(world, programme)
    for times in range(OFTEN_MAX):
        copy.new_order(keep_lines=True)
        if not in_force(copy, programme["id"]):
            return times
        place(copy)
        copy.clock += timedelta(minutes=1)
    return OFTEN_MAX


def register_use(
    world: World, programme: Mapping[str, Any], amounts: list[Decimal], customer: str | None
) -> None:
    """An order is placed on which the programme takes these amounts off, as far as its limits let it."""
    kept = world.order, world.only, world.programmes
    world.programmes = [dict(p) for p in world.programmes]
    mine = world.programme(programme["id"])
    mine["reward"] = dict(_WHOLE)
    mine.pop("rules", None)
    mine["trigger"] = "auto"
    mine.pop("kind", None)
    world.only = {mine["id"]}
    world.numbers += 1
    lines = [
        {"sku": f"USE{i}", "price": amount, "qty": Decimal(1)}
        for i, amount in enumerate(amounts or [Decimal(100)])
    ]
    world.order = Order(str(world.numbers), customer, lines=lines)
    place(world)
    world.placed.pop()
    world.order, world.only, world.programmes = kept
