"""What an order costs: totals, taxes, discounts by line and by programme, delivery."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from regulars.core.purchase import GIFT_CARD, TOP_UP
from scenarios.checkout import unit_parts
from scenarios.expecting import Differs, Sight, by_name, expects, figures
from scenarios.words import CENT, UnknownWord, listed, major, number


def _cents(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator) / 100).quantize(CENT)


def due_of(sight: Sight) -> Decimal:
    """What is left to pay in money, after points, cards, stored value and goods given back."""
    decision = sight.view.decision
    due = major(decision.due_minor - sum(t.money_minor for t in decision.tenders))
    return due - (sight.view.order.returning or Decimal(0))


def net_of(sight: Sight, amounts: list[int]) -> Decimal:
    """Amounts by line without their tax; a levy is nothing but tax."""
    net = Fraction(0)
    for place, (line, amount) in enumerate(zip(sight.view.receipt.lines, amounts, strict=True)):
        if place not in sight.view.rung.levies:
            net += Fraction(amount * 10_000, 10_000 + (line.tax_rate_bp or 0))
    return _cents(net)


@expects("total", "order_total", "due", "gross", "amount_due", "total_incl_tax")
def total(sight: Sight, expected: Any) -> None:
    sight.same("total", expected, due_of(sight))


@expects("net", "net_total", "total_excl_tax", "untaxed")
def net(sight: Sight, expected: Any) -> None:
    sight.same("net", expected, net_of(sight, list(sight.view.decision.due)))


@expects("tax_total", "tax")
def tax_total(sight: Sight, expected: Any) -> None:
    due = list(sight.view.decision.due)
    sight.same("tax_total", expected, major(sum(due)) - net_of(sight, due))


@expects("subtotal", "items_total", "goods_total")
def subtotal(sight: Sight, expected: Any) -> None:
    shipping = set(sight.view.rung.shipping.values())
    due = sum(a for i, a in enumerate(sight.view.decision.due) if i not in shipping)
    sight.same("subtotal", expected, major(due))


@expects("discount", "discount_total", "total_discount")
def discount(sight: Sight, expected: Any) -> None:
    if isinstance(expected, dict) and "about" not in expected:
        discounted(sight, expected)
        return
    sight.same("discount", expected, major(sum(sight.view.cuts())))


@expects("discount_items", "items_discount", "discount_goods")
def discount_items(sight: Sight, expected: Any) -> None:
    shipping = set(sight.view.rung.shipping.values())
    cuts = sum(c for i, c in enumerate(sight.view.cuts()) if i not in shipping)
    sight.same("discount_items", expected, major(cuts))


@expects("shipping_discount", "discount_shipping")
def shipping_discount(sight: Sight, expected: Any) -> None:
    cuts = sight.view.cuts()
    sight.same(
        "shipping_discount",
        expected,
        major(sum(cuts[i] for i in sight.view.rung.shipping.values())),
    )


@expects("shipping", "shipping_total")
def shipping(sight: Sight, expected: Any) -> None:
    due, rung = sight.view.decision.due, sight.view.rung
    if isinstance(expected, dict) and "about" not in expected:
        for method, amount in expected.items():
            if method not in rung.shipping:
                raise Differs(f"shipping: no method {method}")
            sight.same(f"shipping {method}", amount, major(due[rung.shipping[method]]))
        return
    sight.same("shipping", expected, major(sum(due[i] for i in rung.shipping.values())))


@expects("line_discounts")
def line_discounts(sight: Sight, expected: Any) -> None:
    if isinstance(expected, dict):
        discounted(sight, expected)
        return
    found = sight.by_line(sight.view.cuts())
    wanted = figures(expected, "line_discounts")
    if len(wanted) != len(found):
        raise Differs(f"line_discounts: {len(wanted)} lines expected, {len(found)} found")
    all_of = sum((number(amount, "line_discounts") for amount in wanted), Decimal(0))
    sight.same("line_discounts in all", all_of, sum(found, Decimal(0)))
    for i, (amount, cut) in enumerate(zip(wanted, found, strict=True)):
        figure = {"about": amount, "within": CENT}  # who gets the odd cent is nobody's figure
        sight.same(f"line_discounts[{i}] of {[str(x) for x in found]}", figure, cut)


@expects("first_line_discount")
def first_line_discount(sight: Sight, expected: Any) -> None:
    found = [*sight.by_line(sight.view.cuts()), Decimal(0)]
    sight.same("first_line_discount", expected, found[0])


@expects("line_discounts_sum")
def line_discounts_sum(sight: Sight, expected: Any) -> None:
    sight.same("line_discounts_sum", expected, sum(sight.by_line(sight.view.cuts()), Decimal(0)))


@expects("discounted", "discount_by")
def discounted(sight: Sight, expected: Any) -> None:
    """By product, or by programme."""
    cuts = sight.view.cuts()
    for name, amount in by_name(expected, "discounted").items():
        places = sight.places(name)
        if sight.is_programme(name) and not places:
            found = sum(sight.view.discounts_of(name))
        else:
            found = sum(cuts[i] for i in places)
        sight.same(f"discounted {name}", amount, major(found))


@expects("adjustments")
def adjustments(sight: Sight, expected: Any) -> None:
    """What is taken off by product, or by programme and product; nothing else is taken off."""
    wanted = dict(by_name(expected, "adjustments"))
    view, taken = sight.view, dict[str, dict[str, Any]]()
    for name in listed(wanted.pop("removed", None)):
        if any(view.discounts_of(str(name))):
            raise Differs(f"adjustments: {name} is still there")
    for name, amounts in list(wanted.items()):
        if isinstance(amounts, dict):
            taken[name] = wanted.pop(name)
    for name, amounts in taken.items():
        _compare(sight, f"adjustments {name}", amounts, view.discounts_of(name))
    if not taken:
        _compare(sight, "adjustments", wanted, view.cuts())
    elif wanted:
        raise UnknownWord(f"adjustments: {sorted(wanted)!r}"[:120])


def _compare(sight: Sight, name: str, amounts: dict[str, Any], cuts: list[int]) -> None:
    left = {i: cut for i, cut in enumerate(cuts) if cut}
    for sku, amount in amounts.items():
        places = sight.places(str(sku))
        if not places:
            raise Differs(f"{name}: no line {sku}")
        sight.same(f"{name} {sku}", amount, major(sum(left.pop(i, 0) for i in places)))
    if left:
        raise Differs(f"{name}: more is taken off than expected, {[str(major(c)) for c in cuts]}")


@expects("unit_discounts")
def unit_discounts(sight: Sight, expected: Any) -> None:
    """What each piece of a product gets less, in any order."""
    cuts = sight.view.cuts()
    for sku, amounts in by_name(expected, "unit_discounts").items():
        found: list[Decimal] = []
        for place in sight.places(sku):
            found += [major(part) for part in unit_parts(cuts[place], sight.units_of(place))]
        wanted = sorted(number(a, "unit_discounts") for a in figures(amounts, "unit_discounts"))
        if len(wanted) != len(found):
            raise Differs(f"unit_discounts {sku}: {len(wanted)} expected, {len(found)} found")
        for one, other in zip(wanted, sorted(found), strict=True):
            sight.same(f"unit_discounts {sku}", one, other)


@expects("unit_price")
def unit_price(sight: Sight, expected: Any) -> None:
    lines, due = sight.view.receipt.lines, sight.view.decision.due
    if not lines:
        raise Differs("unit_price: the basket is empty")
    sight.same("unit_price", expected, major(unit_parts(due[0], max(1, sight.units_of(0)))[0]))


@expects("unit_prices")
def unit_prices(sight: Sight, expected: Any) -> None:
    due = sight.view.decision.due
    for sku, amount in by_name(expected, "unit_prices").items():
        places = sight.places(sku)
        units = sum(sight.units_of(i) for i in places)
        if not units:
            raise Differs(f"unit_prices: no unit of {sku}")
        sight.same(
            f"unit_prices {sku}", amount, _cents(Fraction(sum(due[i] for i in places), units))
        )


@expects("line_totals")
def line_totals(sight: Sight, expected: Any) -> None:
    due = sight.view.decision.due
    if isinstance(expected, list):
        for wanted, found in zip(expected, sight.by_line(due), strict=False):
            sight.same("line_totals", wanted, found)
        sight.equal("line_totals", len(expected), len(sight.view.rung.places))
        return
    for sku, amount in by_name(expected, "line_totals").items():
        sight.same(f"line_totals {sku}", amount, major(sum(due[i] for i in sight.places(sku))))


@expects("gross_drop")
def gross_drop(sight: Sight, expected: Any) -> None:
    sight.same("gross_drop", expected, major(sum(sight.view.cuts())))


@expects("net_drop")
def net_drop(sight: Sight, expected: Any) -> None:
    sight.same("net_drop", expected, net_of(sight, sight.view.cuts()))


@expects("paid_by")
def paid_by(sight: Sight, expected: Any) -> None:
    """By gift card, by programme of cards, or by wallet."""
    found: dict[str, Decimal] = {}
    cards = {str(card.account.member_id): card for card in sight.world.cards.values()}
    names = {code: name for name, code in sight.view.translation.currencies.items()}
    for tender in sight.view.decision.tenders:
        card = cards.get(tender.card)
        keys = {card.code, card.programme} if card else {names.get(tender.currency, "")}
        for key in keys:
            found[key] = found.get(key, Decimal(0)) + major(tender.money_minor)
    for payment in sight.view.decision.payments:
        key = names.get(payment.currency, "")
        found[key] = found.get(key, Decimal(0)) + major(payment.money_minor)
    for name, amount in by_name(expected, "paid_by").items():
        sight.same(f"paid_by {name}", amount, found.get(name, Decimal(0)))


@expects("gift_card_amount")
def gift_card_amount(sight: Sight, expected: Any) -> None:
    lines = zip(sight.view.receipt.lines, sight.view.decision.due, strict=True)
    sight.same(
        "gift_card_amount",
        expected,
        major(sum(d for line, d in lines if line.kind in (GIFT_CARD, TOP_UP))),
    )


@expects("refund")
def refund(sight: Sight, expected: Any) -> None:
    found = sight.world.last.told.get("refund")
    if found is None:
        raise Differs("refund: nothing came back")
    sight.same("refund", expected, found)


@expects("lines", "skus")
def lines(sight: Sight, expected: Any) -> None:
    found = sorted(str(line.get("sku")) for line in sight.view.basket)
    sight.equal("lines", sorted(str(sku) for sku in listed(expected)), found)
