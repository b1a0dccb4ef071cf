"""Steps on the order being put together: lines, quantities, delivery, prices, codes, claims."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scenarios.baskets import LINE_FIELDS, OPEN, price_of, qty_of
from scenarios.checkout import place
from scenarios.codes import enter, remove
from scenarios.registry import does
from scenarios.words import UnknownWord, check, flag, listed, number, text
from scenarios.world import Order, World

ABOUT = "channel company price_list country currency store"
BASKET = f"lines shipping shipping_methods shipping_net customer {ABOUT}"


@does("set_basket", "basket", "new_basket", fields=BASKET)
def set_basket(world: World, step: Mapping[str, Any]) -> None:
    order = world.order
    if order.confirmed or order.lines or order.returning is not None:
        order = world.new_order()
    order.lines = [_line(line) for line in listed(step.get("lines"))]
    order.shipping = {}
    _deliver(world, step)
    if "customer" in step:
        order.customer = world.customer_of(step["customer"])
    _about(order, step)


def _about(order: Order, step: Mapping[str, Any]) -> None:
    """Where and how the order is made."""
    for key in ABOUT.split():
        if step.get(key) is not None:
            setattr(order, key, text(step[key], key))


def _line(line: Any) -> dict[str, Any]:
    return dict(check("line", line, LINE_FIELDS))


def _deliver(world: World, step: Mapping[str, Any]) -> None:
    order = world.order
    given = step.get("shipping")
    if isinstance(given, Mapping):
        check("shipping", given, ("gross", "net", "price", "method", "tax"))
        order.shipping["shipping"] = _costs(given)
    elif given is not None:
        costs: dict[str, Any] = {"gross": number(given, "shipping")}
        if step.get("shipping_net") is not None:
            costs["net"] = number(step["shipping_net"], "shipping")
        order.shipping["shipping"] = costs
    methods = step.get("shipping_methods")
    if methods is not None:
        if not isinstance(methods, Mapping):
            raise UnknownWord("shipping_methods: an object is expected")
        for method, gross in methods.items():
            order.shipping[text(method, "method")] = {"gross": number(gross, "shipping")}


def _costs(given: Mapping[str, Any]) -> dict[str, Any]:
    gross = given.get("gross", given.get("price"))
    net = given.get("net")
    costs: dict[str, Any] = {}
    if gross is not None:
        costs["gross"] = number(gross, "shipping")
    if net is not None:
        costs["net"] = number(net, "shipping")
    if not costs:
        raise UnknownWord("shipping without a price")
    return costs


@does("shipping", "set_shipping", "add_shipping", fields="gross net price method value")
def shipping(world: World, step: Mapping[str, Any]) -> None:
    order = world.open_order()
    given = {"gross": step["value"]} if "value" in step else step
    order.shipping[text(step.get("method", "shipping"), "method")] = _costs(given)


@does("add_lines", "add_line", "add", fields="lines line " + " ".join(sorted(LINE_FIELDS)))
def add_lines(world: World, step: Mapping[str, Any]) -> None:
    order = world.order if world.order.returning is not None else world.open_order()
    lines = listed(step.get("lines")) + listed(step.get("line"))
    if not lines:
        lines = [{key: value for key, value in step.items() if key in LINE_FIELDS}]
    order.lines += [_line(line) for line in lines]
    if order.returning is not None:
        _open_amounts(world)


def _open_amounts(world: World) -> None:
    """A gift card of an open amount is worth what the goods given back leave."""
    order = world.order
    others = [line for line in order.lines if line.get("price") not in OPEN]
    left = (order.returning or Decimal(0)) - sum(
        (price_of(line) * qty_of(line) for line in others), Decimal(0)
    )
    for line in order.lines:
        if line.get("price") in OPEN:
            line["price"] = max(Decimal(0), left)
            line["card"] = f"card-{len(world.cards) + 1}"
            world.card_skus.add(str(line.get("sku")))
            left = Decimal(0)


def _lines_of(world: World, sku: Any) -> list[dict[str, Any]]:
    order = world.open_order()
    found = [line for line in order.lines if str(line.get("sku")) == str(sku)]
    if not found:
        raise UnknownWord(f"no line {sku!r} in the basket"[:80])
    return found


@does("set_qty", "set_quantity", fields="sku qty quantity")
def set_qty(world: World, step: Mapping[str, Any]) -> None:
    first, *others = _lines_of(world, step.get("sku"))
    first["qty"] = number(step.get("qty", step.get("quantity")), "qty")
    first.pop("quantity", None)
    if first["qty"] == 0:
        others.append(first)
    for other in others if len(others) and first["qty"] == 0 else ():
        world.order.lines.remove(other)


@does("remove_line", "remove", fields="sku")
def remove_line(world: World, step: Mapping[str, Any]) -> None:
    for line in _lines_of(world, step.get("sku")):
        world.order.lines.remove(line)


@does("clear_basket", "empty_basket", "remove_all_lines")
def clear_basket(world: World, step: Mapping[str, Any]) -> None:
    world.open_order().lines = []


@does("set_price", fields="sku price min_price original_price")
def set_price(world: World, step: Mapping[str, Any]) -> None:
    for line in _lines_of(world, step.get("sku")):
        for key in ("price", "min_price", "original_price"):
            if key in step:
                line[key] = number(step[key], key)


@does("set_tax", fields="sku tax")
def set_tax(world: World, step: Mapping[str, Any]) -> None:
    for line in _lines_of(world, step.get("sku")):
        line["tax"] = step.get("tax")


@does("price", fields="sku list price qty cat tag")
def price(world: World, step: Mapping[str, Any]) -> None:
    """The price that a catalogue would show: one unit in a basket of its own."""
    asked = step.get("list", step.get("price"))
    line: dict[str, Any] = {
        "sku": step.get("sku", "ITEM"),
        "price": number(asked, "price"),
        "qty": 1,
    }
    line |= {key: step[key] for key in ("cat", "tag", "qty") if key in step}
    set_basket(world, {"lines": [line]})


@does("order_total", fields="value total")
def order_total(world: World, step: Mapping[str, Any]) -> None:
    value = number(step.get("value", step.get("total")), "total")
    set_basket(world, {"lines": [{"sku": "ORDER", "price": value, "qty": 1}]})


@does("enter_code", "apply_code", "add_code", "scan_code", fields="code")
def enter_code(world: World, step: Mapping[str, Any]) -> None:
    world.last.accepted = enter(world, text(step.get("code"), "code"))
    world.last.ok = world.last.accepted


@does("remove_code", fields="code")
def remove_code(world: World, step: Mapping[str, Any]) -> None:
    remove(world, text(step.get("code"), "code"))


@does("remove_all_codes", "clear_codes")
def remove_all_codes(world: World, step: Mapping[str, Any]) -> None:
    world.open_order().codes = []


@does(
    "apply",
    "apply_auto",
    "apply_once",
    "recalculate",
    "refresh",
    "compute",
    "evaluate",
)
def apply_auto(world: World, step: Mapping[str, Any]) -> None:
    """Everything is reckoned anew at every look; what was taken off by hand comes back."""
    if world.order.lines and not world.order.confirmed:
        world.order.suppressed = set()
    world.last.told["recalculated"] = True


@does("remove_all_discounts", "remove_discounts")
def remove_all_discounts(world: World, step: Mapping[str, Any]) -> None:
    order = world.open_order()
    order.codes = [e for e in order.codes if e.kind == "card"]
    order.claims, order.pays = {}, {}
    order.suppressed = {p["id"] for p in world.programmes if p.get("trigger") in (None, "auto")}


@does("remove_discount", "remove_reward", "remove_promotion", fields="programme code")
def remove_discount(world: World, step: Mapping[str, Any]) -> None:
    order = world.open_order()
    name = str(world.programme(step.get("programme"))["id"])
    order.suppressed.add(name)
    order.claims = {key: count for key, count in order.claims.items() if key[0] != name}
    order.codes = [e for e in order.codes if e.programme != name]


@does("reset_programmes", "reset_rewards")
def reset_programmes(world: World, step: Mapping[str, Any]) -> None:
    """Back to what applies by itself: codes, claims and removals are forgotten."""
    order = world.open_order()
    order.codes, order.claims, order.pays, order.suppressed = [], {}, {}, set()


@does("claim_reward", "claim", "redeem_reward", fields="programme choice reward times sku")
def claim_reward(world: World, step: Mapping[str, Any]) -> None:
    order = world.open_order()
    programme = world.programme(step.get("programme"))
    name = str(programme["id"])
    choice = step.get("choice", step.get("reward", step.get("sku")))
    key = (name, "" if choice is None else text(choice, "choice"))
    rewards = listed(programme.get("reward"))
    pays = programme.get("kind") == "ewallet" or any(
        isinstance(r, Mapping) and (r.get("type") == "pay" or r.get("mode") == "per_point")
        for r in rewards
    )
    if pays:
        order.pays[name] = None
        return
    times = int(number(step.get("times", 1), "times"))
    order.claims[key] = order.claims.get(key, 0) + max(1, min(times, 99))


@does("claim_units", fields="programme units sku")
def claim_units(world: World, step: Mapping[str, Any]) -> None:
    """So many units of the reward product are taken; they stand on the order as goods."""
    order = world.open_order()
    programme = world.programme(step.get("programme"))
    reward = next((r for r in listed(programme.get("reward")) if isinstance(r, Mapping)), {})
    sku = text(step.get("sku", reward.get("sku", "ITEM")), "sku")
    units = number(step.get("units"), "units")
    order.lines.append({"sku": sku, "price": Decimal(10), "qty": units})
    order.claims[str(programme["id"]), ""] = 1


@does("redeem", "pay_with_points", fields="points programme amount")
def redeem(world: World, step: Mapping[str, Any]) -> None:
    """The order is paid with so many points."""
    order = world.open_order()
    programme = world.programme(step.get("programme"))
    points = number(step.get("points", step.get("amount")), "points")
    per_cent = [
        r["points_per_cent"]
        for r in listed(programme.get("reward"))
        if isinstance(r, Mapping) and "points_per_cent" in r
    ]
    if per_cent:
        each = number(per_cent[0], "points_per_cent")
        order.claims[str(programme["id"]), ""] = int(points // each) if each > 0 else 0
    else:
        order.pays[str(programme["id"])] = points


@does(
    "order",
    "new_order",
    "start_order",
    fields=f"id customer lines {ABOUT}",
)
def new_order(world: World, step: Mapping[str, Any]) -> None:
    order = world.order
    if order.lines or order.confirmed or order.codes or order.claims or order.returning is not None:
        order = world.new_order()
    if "customer" in step:
        order.customer = world.customer_of(step["customer"])
    _about(order, step)
    if step.get("id") is not None:
        world.orders[text(step["id"], "order")] = order
    if step.get("lines") is not None:
        order.lines = [_line(line) for line in listed(step["lines"])]


@does("confirm", "place_order", "pay", "complete", "checkout", fields="order email customer")
def confirm(world: World, step: Mapping[str, Any]) -> None:
    """The order is placed; an e-mail or a customer given now is who placed it."""
    named = world.orders.get(str(step.get("order")))
    if named is not None:
        world.order = named
    for key in ("email", "customer"):
        if step.get(key) is not None:
            world.order.customer = world.customer_of(step[key])
    if world.order.confirmed and step.get("order") is None:
        world.new_order(keep_lines=True)
    if not world.order.confirmed:
        place(world)


@does("set_customer", "change_customer", "login", fields="to email customer id")
def change_customer(world: World, step: Mapping[str, Any]) -> None:
    order = world.open_order()
    given = next((step[key] for key in ("to", "email", "customer", "id") if key in step), None)
    order.customer = world.customer_of(given)


@does("set_address", "set_country", "set_shipping_address", "ship_to", fields="country")
def set_address(world: World, step: Mapping[str, Any]) -> None:
    world.open_order().country = text(step.get("country"), "country")


@does("set_currency", fields="currency")
def set_currency(world: World, step: Mapping[str, Any]) -> None:
    world.open_order().currency = text(step.get("currency"), "currency")


@does("price_list", "set_price_list", fields="percent_off id name")
def price_list(world: World, step: Mapping[str, Any]) -> None:
    order = world.order
    if step.get("percent_off") is not None:
        order.off_percent = number(step["percent_off"], "percent_off")
    if step.get("id", step.get("name")) is not None:
        order.price_list = text(step.get("id", step.get("name")), "price list")


@does("channel", "set_channel", fields="prices_include_tax name id channel")
def channel(world: World, step: Mapping[str, Any]) -> None:
    """Whether fixed amounts are meant with tax or without goes with the prices of the channel."""
    if step.get("prices_include_tax") is not None:
        with_tax = flag(step["prices_include_tax"], "prices_include_tax")
        world.pinned["amounts"] = "gross" if with_tax else "net"
    name = step.get("name", step.get("id", step.get("channel")))
    if name is not None:
        world.open_order().channel = text(name, "channel")
