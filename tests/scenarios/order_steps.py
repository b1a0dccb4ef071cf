"""Steps on placed orders: returns, cancellations, invoices, purchases told in one word, history."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from regulars.core.calendar import micros
from regulars.core.purchase import QUANTITY_SCALE, Event
from regulars.core.refusal import Refused
from regulars.core.tiers import Entry
from regulars.core.till.commit import facts_of
from regulars.core.till.events import write_event
from regulars.core.till.returns import Undone
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import terms_of
from scenarios.basket_steps import set_basket
from scenarios.books import VERSION, open_book
from scenarios.checkout import cancel, place, take_back
from scenarios.points_steps import add, go_to, owner_of, points_programme
from scenarios.probing import register_use
from scenarios.purses import add_points, programme_now
from scenarios.referring import register_friend
from scenarios.registry import does
from scenarios.words import UnknownWord, check, listed, number, text
from scenarios.world import Placed, World, identity


@does("register_transaction", "transaction", fields="customer date")
def register_transaction(world: World, step: Mapping[str, Any]) -> None:
    """The basket was bought; what it earned is asked for next."""
    if "customer" in step:
        world.order.customer = world.customer_of(step["customer"])
    if step.get("date") is not None:
        go_to(world, step["date"])
    place(world)


@does("return", "refund", "return_goods", fields="sku qty rate value order all")
def give_back(world: World, step: Mapping[str, Any]) -> None:
    """Goods come back: so many of a product, so much of the value, or everything."""
    placed = _placed_with(world, step.get("sku"), step.get("order"))
    wanted: dict[str, int] | None = None
    if step.get("sku") is not None or "qty" in step:
        wanted = _units(placed, step.get("sku"), number(step.get("qty", 1), "qty"))
    elif "value" in step:
        wanted = _worth(placed, number(step["value"], "value"))
    try:
        undone = take_back(world, placed, wanted)
    except Refused:
        world.last.ok = False
        world.last.told |= {"points_reversed": Decimal(0), "points_given_back": Decimal(0)}
        return
    world.last.ok = True
    _tell(world, placed, undone)


def _placed_with(world: World, sku: Any, name: Any = None) -> Placed:
    order = world.orders.get(str(name))
    for placed in reversed(world.placed):
        if placed.cancelled or (order is not None and placed.order is not order):
            continue
        if sku is None or any(line.sku == str(sku) for line in placed.sold.lines):
            return placed
    raise UnknownWord(f"nothing sold of {sku!r}"[:80])


def _units(placed: Placed, sku: Any, quantity: Decimal) -> dict[str, int]:
    left = int(quantity * QUANTITY_SCALE)
    wanted: dict[str, int] = {}
    for line in placed.sold.lines:
        if left > 0 and (sku is None or line.sku == str(sku)):
            part = min(left, line.quantity - placed.returned.get(line.id, 0))
            if part > 0:
                wanted[line.id] = part
                left -= part
    if left > 0 and wanted:
        wanted[next(iter(wanted))] += left  # more than there is: for our engine to refuse
    return wanted


def _worth(placed: Placed, value: Decimal) -> dict[str, int]:
    """Goods of this value: the share of every line."""
    whole = sum(line.due_minor for line in placed.sold.lines)
    if whole <= 0:
        return {}
    return {
        line.id: int(line.quantity * value * 100 / whole)
        for line in placed.sold.lines
        if line.quantity
    }


def _tell(world: World, placed: Placed, undone: Undone) -> None:
    scales = placed.programme.currencies
    told = world.last.told
    for key, sums in (
        ("points_reversed", undone.taken_back or undone.reversed),
        ("points_given_back", undone.restored),
    ):
        told[key] = sum(
            (Decimal(a).scaleb(-scales[c].scale) for c, a in sums.items() if c in scales),
            Decimal(0),
        )
    told["refund"] = Decimal(undone.refund_minor).scaleb(-2)
    told["money_back"] = Decimal(undone.money_minor).scaleb(-2)


@does("start_return", fields="sku qty order")
def start_return(world: World, step: Mapping[str, Any]) -> None:
    """A new order that begins with goods given back; what they cost is there to be spent."""
    give_back(world, {k: v for k, v in step.items() if k != "order"})
    order = world.new_order()
    order.returning = world.last.told.get("refund", Decimal(0))


@does("cancel", "cancel_order", "cancel_previous", "cancel_invoice", fields="order")
def cancel_order(world: World, step: Mapping[str, Any]) -> None:
    named = step.get("order")
    if named is not None:
        order = world.orders.get(str(named))
        for placed in world.placed:
            if placed.order is order:
                take_back(world, placed, None)
                placed.cancelled = True
                return
        if order is not None:
            order.lines, order.codes = [], []
        return
    if world.order.lines and not world.order.confirmed and step["do"] in ("cancel", "cancel_order"):
        world.new_order()
        return
    cancel(world)


@does("invoice", fields="qty rate redeem customer sku")
def invoice(world: World, step: Mapping[str, Any]) -> None:
    """One product, so many at such a price, perhaps paid with points in part."""
    line = {
        "sku": step.get("sku", "ITEM"),
        "price": number(step.get("rate"), "rate"),
        "qty": number(step.get("qty", 1), "qty"),
    }
    set_basket(world, {"lines": [line]})
    if "customer" in step:
        world.order.customer = world.customer_of(step["customer"])
    if step.get("redeem"):
        name = points_programme(world)
        world.order.pays[name] = number(step["redeem"], "redeem")
    place(world)


@does("purchase", fields="value points_earned customer owner")
def purchase(world: World, step: Mapping[str, Any]) -> None:
    """Something was bought for `value`; `points_earned` says what it brought, whatever the rules."""
    value = number(step.get("value"), "value")
    person = owner_of(world, step)
    order = world.new_order()
    order.customer = person.name
    order.lines = [{"sku": "VALUE", "price": Decimal(1), "qty": value}]
    if step.get("points_earned") is not None and value > 0:
        programme = world.programme(points_programme(world))
        kept = programme.get("rules")
        each = number(step["points_earned"], "points_earned") / value
        programme["rules"] = [{"points": {"mode": "per_unit", "amount": each}}]
        place(world)
        programme["rules"] = kept
    else:
        place(world)


@does("set_already_reversed", fields="points")
def set_already_reversed(world: World, step: Mapping[str, Any]) -> None:
    """Earlier returns took back so many of the points that the last order brought."""
    placed = world.latest()
    earned = sum(sum(line.earned.values()) for line in placed.sold.lines)
    points = number(step.get("points"), "points")
    if not earned:
        return
    share = min(Decimal(1), points * 100 / earned)
    wanted = {
        line.id: max(0, int(line.quantity * share) - placed.returned.get(line.id, 0))
        for line in placed.sold.lines
    }
    wanted = {line: quantity for line, quantity in wanted.items() if quantity}
    if wanted:
        cancelled = placed.cancelled
        take_back(world, placed, wanted)
        placed.cancelled = cancelled


@does("history", fields="placed guest same_email purchases customer orders spent")
def history(world: World, step: Mapping[str, Any]) -> None:
    """What a customer bought before; a guest is known by the e-mail, or not at all."""
    if "purchases" in step:
        for purchase in listed(step["purchases"]):
            check("purchase", purchase, ("c", "customer", "pos", "store", "amount"))
            name = text(purchase.get("c", purchase.get("customer")), "customer")
            store = text(purchase.get("pos", purchase.get("store", "store-1")), "store")
            _buys(world, name, number(purchase.get("amount", 0), "amount"), store)
        return
    count = int(number(step.get("placed", step.get("orders", 0)), "placed"))
    known = not step.get("guest") or step.get("same_email") or not count
    given = world.customer_of(step["customer"]) if step.get("customer") is not None else None
    name = given or f"history {len(world.people) + 1}"
    person = world.person(name)
    world.new_order()
    world.order.customer = name
    if known and 0 < count <= 1000:
        programme = programme_now(world)
        book = open_book(world, person, programme)
        for _ in range(count):
            book.purchase(micros(world.clock) - 1, 1)
        entry = Entry(
            micros(world.clock) - 1, int(number(step.get("spent", 0), "spent") * 100), count
        )
        note_entry(book, entry, terms_of(programme).rungs)
        book.record_transaction(
            "sale", world.clock, source=identity(f"history {name}"), version=VERSION,
            facts=facts_of([entry]),
        )  # fmt: skip
        person.account = book.close().account


@does("tier", fields="spent_before this_purchase")
def tier(world: World, step: Mapping[str, Any]) -> None:
    """Somebody new buys for so much, then for so much more."""
    world.numbers += 1
    name = f"buyer {world.numbers}"
    for key in ("spent_before", "this_purchase"):
        value = number(step.get(key, 0), key)
        if value > 0:
            _buys(world, name, value)
    world.order.customer = name


def _buys(world: World, name: str, value: Decimal, store: str = "") -> None:
    order = world.new_order()
    order.customer, order.store = name, store
    order.lines = [{"sku": "ITEM", "price": value, "qty": 1}]
    place(world)
    world.advance(minutes=1)


@does("total", fields="value")
def total(world: World, step: Mapping[str, Any]) -> None:
    """Somebody new has come to this total, of purchases or of points as the levels count."""
    world.numbers += 1
    name = f"buyer {world.numbers}"
    value = number(step.get("value"), "value")
    holder = next((p for p in world.programmes if p.get("levels") is not None), {})
    if "point" in str(holder.get("basis", "")):
        add_points(world, world.person(name), points_programme(world, holder.get("id")), value)
        world.new_order()
    elif value > 0:
        _buys(world, name, value)
    world.order.customer = name


@does("register", fields="programme amounts amount customer referred_by email")
def register(world: World, step: Mapping[str, Any]) -> None:
    """A discount was given under a programme; or somebody joins, perhaps brought by a member."""
    if "amounts" in step or "amount" in step:
        programme = world.programme(step.get("programme"))
        given = listed(step.get("amounts")) + listed(step.get("amount"))
        amounts = [number(amount, "amounts") for amount in given]
        register_use(world, programme, amounts, world.order.customer)
        return
    world.numbers += 1
    name = text(step.get("customer", step.get("email", f"new {world.numbers}")), "customer")
    if step.get("referred_by") is not None:
        register_friend(world, name, text(step["referred_by"], "referred_by"))
    world.person(name)
    world.new_order()
    world.order.customer = name


@does("earn_points", fields="points owner customer date days_ago programme amount expires")
def earn_points(world: World, step: Mapping[str, Any]) -> None:
    add(world, step)


@does("event", fields="event name type customer owner reference date kind")
def event(world: World, step: Mapping[str, Any]) -> None:
    """Something other than a purchase happens; our event rules say what it brings."""
    from_step = step.get("event", step.get("name", step.get("type", step.get("kind"))))
    kind = text(from_step, "event")
    if step.get("date") is not None:
        go_to(world, step["date"])
    person = owner_of(world, step)
    world.last.told["points_earned"] = happen(world, person, kind, str(step.get("reference", "")))


def happen(world: World, person: Any, kind: str, reference: str) -> Decimal:
    """What an event earned somebody, written into their books."""
    programme = programme_now(world)
    book = open_book(world, person, programme)
    source = identity(f"event {kind} {person.account.version}")
    happened = Event(kind, world.clock, reference or str(person.account.version))
    earned = write_event(programme, book, person.facts, "", happened, source=source)
    person.account = book.close().account
    scales = programme.currencies
    return sum(
        (Decimal(award.amount).scaleb(-scales[award.currency].scale) for award in earned.awards),
        Decimal(0),
    )
