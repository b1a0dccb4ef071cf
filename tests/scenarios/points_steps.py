"""Steps on points and gift cards outside of orders, and on levels."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from regulars.core.refusal import Refused
from regulars.core.rewards.decision import Offer, refusal_of
from regulars.core.till.decision import PointsInsufficient
from scenarios.checkout import new_card, place
from scenarios.ladders import holder_of
from scenarios.purses import (
    add_points,
    adjust_points,
    balance_of,
    expire_lots,
    fund_card,
    merge_people,
    programme_now,
    run_expiry,
    spend_points,
    transfer_points,
)
from scenarios.registry import does, moment
from scenarios.translation import valid_of
from scenarios.words import UnknownWord, check, listed, number, part, text
from scenarios.world import WALLET_FIELDS, Person, World


def points_programme(world: World, name: Any = None) -> str:
    """The programme whose points are meant: the named one, else the first that has any."""
    if name is not None:
        return str(world.programme(name)["id"])
    known = programme_now(world).currencies
    for programme in world.programmes:
        if world.currency(programme["id"]) in known:
            return str(programme["id"])
    raise UnknownWord("no programme has points")


def owner_of(world: World, step: Mapping[str, Any], *keys: str) -> Person:
    """Whose books a step means; the buyer's where it does not say."""
    for key in keys or ("owner", "customer"):
        if step.get(key) is not None:
            return world.person(world.customer_of(step[key]) or "")
    return world.person(world.order.customer or "")


def go_to(world: World, value: Any, *, end_of_day: bool = False) -> None:
    """The clock stands at a moment, or at noon (the end) of a day; within one day it never goes back.

    What is earned on a day counts from its end: points that last a month can be used all of their
    last day.
    """
    then = moment(value)
    if len(str(value)) <= 10:
        if end_of_day:
            then += timedelta(hours=12, microseconds=-1)
        if then.date() == world.clock.date():
            then = max(then, world.clock)
    world.clock = then


def set_up_wallets(world: World) -> None:
    """The wallets of the record, filled the day before it begins."""
    for wallet in world.wallets:
        check("wallet", wallet, WALLET_FIELDS)
        name = text(wallet.get("programme"), "wallet programme")
        points = number(wallet.get("points", wallet.get("balance", 0)), "wallet points")
        programme = world.programme(name)
        given = moment(wallet["date"]) if "date" in wallet else world.clock - timedelta(days=1)
        expires = None
        if wallet.get("expires") is not None:
            expires = moment(wallet["expires"], hour=0) + timedelta(days=1)
        if programme.get("kind") == "gift_card":
            code = wallet.get("card", wallet.get("code", f"{name}-card{len(world.cards) + 1}"))
            card = fund_card(world, text(code, "card"), name, points, at=given, expires=expires)
            card.active = wallet.get("active", True) is not False
            card.money = str(wallet.get("currency", "EUR"))
            continue
        owner = wallet.get("owner", wallet.get("customer"))
        person = world.person(world.usual_customer() if owner is None else text(owner, "owner"))
        if points < 0:
            raise UnknownWord("wallet points below zero")
        add_points(world, person, name, points, at=given, expires=expires)


@does(
    "add_points",
    "earn",
    "give_points",
    fields="points owner customer date days_ago programme amount expires",
)
def add(world: World, step: Mapping[str, Any]) -> None:
    at = None
    if step.get("date") is not None:
        go_to(world, step["date"], end_of_day=True)
    elif step.get("days_ago") is not None:
        at = world.clock - timedelta(days=int(number(step["days_ago"], "days_ago")))
    expires = (
        None if step.get("expires") is None else moment(step["expires"], hour=0) + timedelta(days=1)
    )
    points = number(step.get("points", step.get("amount")), "points")
    add_points(
        world, owner_of(world, step), points_programme(world, step.get("programme")), points,
        at=at, expires=expires,
    )  # fmt: skip
    world.last.told["points_earned"] = points


def _tried(world: World, act: Any) -> None:
    """Carry out what may be refused, and remember whether it was."""
    try:
        act()
    except Refused:
        world.last.ok = False
    else:
        world.last.ok = True


@does("spend", "spend_points", fields="points owner customer date programme amount")
def spend(world: World, step: Mapping[str, Any]) -> None:
    if step.get("date") is not None:
        go_to(world, step["date"])
    points = number(step.get("points", step.get("amount")), "points")
    person, name = owner_of(world, step), points_programme(world, step.get("programme"))
    _tried(world, lambda: spend_points(world, person, name, points))
    world.last.told["points_spent"] = points if world.last.ok else Decimal(0)


@does("adjust", "adjust_points", fields="points owner customer programme amount")
def adjust(world: World, step: Mapping[str, Any]) -> None:
    points = number(step.get("points", step.get("amount")), "points")
    person, name = owner_of(world, step), points_programme(world, step.get("programme"))
    _tried(world, lambda: adjust_points(world, person, name, points))


@does("transfer", "transfer_points", fields="from_ from to points date programme amount")
def transfer(world: World, step: Mapping[str, Any]) -> None:
    if step.get("date") is not None:
        go_to(world, step["date"])
    points = number(step.get("points", step.get("amount")), "points")
    giver, taker = owner_of(world, step, "from_", "from"), owner_of(world, step, "to")
    name = points_programme(world, step.get("programme"))
    if giver is taker:
        world.last.ok = False
        return
    _tried(world, lambda: transfer_points(world, giver, taker, name, points))


@does("expire_lot", "expire_points", fields="date owner customer")
def expire_lot(world: World, step: Mapping[str, Any]) -> None:
    expire_lots(world, owner_of(world, step), moment(step.get("date")).date())


@does("run_expiry", "expire", fields="date")
def expire(world: World, step: Mapping[str, Any]) -> None:
    if step.get("date") is not None:
        go_to(world, step["date"])
    expired = run_expiry(world)
    scales = programme_now(world).currencies
    world.last.told["points_expired"] = sum(
        (Decimal(amount).scaleb(-scales[code].scale) for code, amount in expired.items()),
        Decimal(0),
    )


@does("merge_customers", "merge", fields="into sources")
def merge(world: World, step: Mapping[str, Any]) -> None:
    into = world.person(text(step.get("into"), "into"))
    sources = [world.person(text(name, "sources")) for name in listed(step.get("sources"))]
    merge_people(world, into, [person for person in sources if person is not into])


@does("reset")
def reset(world: World, step: Mapping[str, Any]) -> None:
    """Back to how the record begins."""
    fresh = World(world.case, world.settings)
    world.__dict__.update(fresh.__dict__)
    set_up_wallets(world)


@does("buy_reward", "buy_coupon", "redeem_points", fields="programme customer")
def buy_reward(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    person = owner_of(world, step, "customer")
    world.last.ok = reward_refusal(world, programme, person) is None
    if world.last.ok:
        name = str(programme["id"])
        cost = number(part(programme, "reward").get("cost", programme.get("cost", 0)), "cost")
        spend_points(world, person, name, cost)
        world.rewards_taken[name] = world.rewards_taken.get(name, 0) + 1
        mine = name, person.name
        world.rewards_taken_by[mine] = world.rewards_taken_by.get(mine, 0) + 1


def reward_refusal(world: World, programme: Mapping[str, Any], person: Person) -> str | None:
    """Why somebody may not have the reward now, as our catalogue and the books say."""
    reward = part(programme, "reward")
    reward = reward if isinstance(reward, Mapping) else {}
    limits = part(programme, "limits")
    name = str(programme["id"])
    given = (
        reward.get("stock", programme.get("stock")),
        limits.get("total", limits.get("total_uses")),
    )
    offered = [int(number(most, "stock")) for most in given if most is not None]
    each = limits.get("per_customer")
    offer = Offer(
        "reward",
        "ended" if programme.get("active") is False else "live",
        stock=max(0, min(offered) - world.rewards_taken.get(name, 0)) if offered else None,
        per_member_limit=None if each is None else int(number(each, "per_customer")),
        since=window_of(programme).get("since"),
        until=window_of(programme).get("until"),
    )
    mine = world.rewards_taken_by.get((name, person.name), 0)
    found = refusal_of(offer, tier="", taken=mine, now=world.clock)
    if found is not None:
        return found.code
    cost = number(reward.get("cost", programme.get("cost", 0)), "cost")
    return PointsInsufficient.code if balance_of(world, person, name) < cost else None


def window_of(programme: Mapping[str, Any]) -> dict[str, datetime]:
    """From when to when a reward is offered, as its programme is valid."""
    valid = valid_of(programme, f"programme {programme['id']}") or {}
    return {key: moment(value) for key, value in valid.items()}


@does("sell_gift_card", "buy_gift_card", fields="amount code programme value")
def sell_gift_card(world: World, step: Mapping[str, Any]) -> None:
    cards = [p for p in world.programmes if p.get("kind") == "gift_card"]
    name = str(step.get("programme", cards[0]["id"] if cards else "gc"))
    amount = number(step.get("amount", step.get("value")), "amount")
    code = str(step.get("code", f"{name}-card{len(world.cards) + 1}"))
    sold_on_order(world, name, [(code, amount)])


@does("buy", fields="sku qty price programme")
def buy(world: World, step: Mapping[str, Any]) -> None:
    """Gift cards are bought as goods: each piece is a card of its own."""
    name = str(world.programme(step.get("programme"))["id"])
    price = number(step.get("price", 25), "price")
    count = int(number(step.get("qty", 1), "qty"))
    codes = [(f"{name}-card{len(world.cards) + i + 1}", price) for i in range(min(count, 100))]
    sold_on_order(world, name, codes)


def sold_on_order(world: World, name: str, cards: list[tuple[str, Decimal]]) -> None:
    """An order with nothing but these cards is placed and paid."""
    kept = world.order
    order = world.new_order()
    order.customer = kept.customer
    for code, amount in cards:
        new_card(world, code, name)
        world.card_skus.add(f"card:{code}")
        order.lines.append({"sku": f"card:{code}", "price": amount, "qty": 1, "card": code})
    placed = place(world)
    world.last.told["cards"] = list(placed.cards_sold) if placed else []
    world.last.told["card_price"] = cards[0][1] if cards else None
    world.new_order()
    world.order.customer = kept.customer


@does("set_expiry", fields="period programme days weeks months")
def set_expiry(world: World, step: Mapping[str, Any]) -> None:
    """Gift cards sold from now on expire after so long."""
    amount, unit = "", ""
    if step.get("period") is not None:
        amount, _, unit = text(step["period"], "period").partition(" ")
    for key in ("days", "weeks", "months"):
        if step.get(key) is not None:
            amount, unit = str(step[key]), key
    world.card_expiry = expiry_after(amount, unit)


def expiry_after(amount: str, unit: str) -> dict[str, Any]:
    """`20 weeks` as an expiry of ours. Raises UnknownWord."""
    count = int(number(amount, "period"))
    unit = unit.strip().rstrip("s")
    spans = {"day": {"days": count}, "week": {"days": 7 * count}, "month": {"months": count},
             "year": {"months": 12 * count}}  # fmt: skip
    if unit not in spans or count < 1:
        raise UnknownWord(f"a period of {amount!r} {unit!r}"[:80])
    return {"kind": "after", "after": spans[unit]}


@does("set_basis", fields="basis programme")
def set_basis(world: World, step: Mapping[str, Any]) -> None:
    _levels(world)["basis"] = text(step.get("basis"), "basis")


@does("replace_levels", "set_levels", fields="levels programme")
def replace_levels(world: World, step: Mapping[str, Any]) -> None:
    _levels(world)["levels"] = listed(step.get("levels"))


def _levels(world: World) -> dict[str, Any]:
    holder = holder_of(world.programmes)
    if holder is None:
        raise UnknownWord("no programme has levels")
    return world.programme(holder["id"])


@does("top_up", "topup", "load_card", fields="amount owner customer card code programme value")
def top_up(world: World, step: Mapping[str, Any]) -> None:
    """More money on a gift card, or in the wallet of somebody."""
    amount = number(step.get("amount", step.get("value")), "amount")
    card = step.get("card", step.get("code"))
    if card is not None:
        name = text(card, "card")
        fund_card(world, name, world.cards[name].programme if name in world.cards else "", amount)
        return
    add_points(world, owner_of(world, step), points_programme(world, step.get("programme")), amount)


@does("block_card", "deactivate_card", "disable_card", fields="card code")
def block_card(world: World, step: Mapping[str, Any]) -> None:
    name = text(step.get("card", step.get("code")), "card")
    if name not in world.cards:
        raise UnknownWord(f"no card {name!r}"[:80])
    world.cards[name].active = False
