"""A basket of a record as lines of our receipt: gross prices, tax by its rate, a levy as its own line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from regulars.core.money import allocate
from regulars.core.purchase import DELIVERY, GIFT_CARD, GOODS, QUANTITY_SCALE, TOP_UP, Line
from scenarios.words import UnknownWord, check, listed, minor, number, text, words

LINE_FIELDS = frozenset(
    {
        "sku", "price", "qty", "quantity", "cat", "category", "categories", "tag", "tags",
        "label", "labels", "product", "brand", "collection", "tax", "min_price",
        "original_price", "list_price", "catalogue_discount", "discountable", "has_adjustment",
        "manual_discount_percent", "manual_discount", "name", "kind", "type", "variant", "card",
        "id", "unit_price",
    }
)  # fmt: skip
TAX_FIELDS = frozenset({"rate", "included", "fixed_per_unit", "base_for_next", "name"})
KINDS_SAID = {
    "goods": GOODS, "product": GOODS, "gift_card": GIFT_CARD, "top_up": TOP_UP, "delivery": DELIVERY,
    "shipping": DELIVERY,
}  # fmt: skip
OPEN = ("open amount", "open")
LEVY = "levy"


class Tax(NamedTuple):
    """`on_top` multiplies a price without tax, `rate_bp` is all of it, `levy` is money per unit."""

    on_top: Decimal
    rate_bp: int
    levy: Decimal


@dataclass
class Rung:
    """A basket as rung up: our lines, and where each line of the record stands among them."""

    lines: list[Line] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)  # by line of the record
    levies: set[int] = field(default_factory=set)
    shipping: dict[str, int] = field(default_factory=dict)  # method → place
    on_top: dict[int, Decimal] = field(default_factory=dict)  # place → price with tax by without

    def of_sku(self, basket: Sequence[Mapping[str, Any]], sku: str) -> list[int]:
        """The places of the lines of this product."""
        return [
            place
            for line, place in zip(basket, self.places, strict=True)
            if place is not None and str(line.get("sku")) == sku
        ]


def tax_of(given: Any, where: str) -> Tax:
    """One tax or several, as one rate and a levy. Raises UnknownWord."""
    on_top, within, levy = Decimal(1), Decimal(1), Decimal(0)
    compound = False
    added, contained = Decimal(0), Decimal(0)
    for one in listed(given):
        tax = check(f"{where} tax", one if isinstance(one, Mapping) else {"rate": one}, TAX_FIELDS)
        levy += number(tax.get("fixed_per_unit", 0), where)
        rate = number(tax.get("rate", 0), where) / 100
        if rate < 0 or rate > 10:
            raise UnknownWord(f"{where}: a tax of {rate}")
        compound |= bool(tax.get("base_for_next"))
        if tax.get("included", False):
            within *= 1 + rate
            contained += rate
        else:
            on_top *= 1 + rate
            added += rate
    if not compound:
        on_top, within = 1 + added, 1 + contained
    rate_bp = int(((on_top * within - 1) * 10_000).to_integral_value())
    return Tax(on_top, rate_bp, levy)


def qty_of(line: Mapping[str, Any], where: str = "line") -> Decimal:
    """How many units."""
    return number(line.get("qty", line.get("quantity", 1)), where)


def price_of(line: Mapping[str, Any], where: str = "line") -> Decimal:
    """The price of a unit as the record has it; an open amount is nothing yet."""
    price = line.get("price", line.get("unit_price", 0))
    return Decimal(0) if price is None or price in OPEN else number(price, where)


def tags_of(line: Mapping[str, Any], where: str) -> frozenset[str]:
    """What the record says of the goods beside category and brand, told apart by kind of word."""
    found = {
        f"tag:{word}" for word in words(listed(line.get("tag")) + listed(line.get("tags")), where)
    }
    for key in ("label", "labels"):
        found |= {f"label:{word}" for word in words(line.get(key), where)}
    for key in ("product", "collection", "variant"):
        found |= {f"{key}:{word}" for word in words(line.get(key), where)}
    cats = categories_of(line, where)
    found |= {f"cat:{word}" for word in cats[1:]}
    if line.get("discountable") is False:
        found.add("no_discount")
    return frozenset(found)


def categories_of(line: Mapping[str, Any], where: str) -> list[str]:
    """The categories named; the first becomes the line's own, the others tags."""
    given = [
        *listed(line.get("cat")),
        *listed(line.get("category")),
        *listed(line.get("categories")),
    ]
    return words(given, where)


def ring_up(
    basket: Sequence[Mapping[str, Any]],
    shipping: Mapping[str, Mapping[str, Any]],
    kinds: Mapping[str, str],
    *,
    off_percent: Decimal = Decimal(0),
) -> Rung:
    """The receipt lines of a basket; `kinds` says which products are top-ups or gift cards.

    A line of less than nothing is a discount the till gave by hand: it makes the others cheaper
    before any promotion. A line of no quantity is left out.
    """
    rung = Rung()
    by_hand = 0
    for i, given in enumerate(basket):
        where = f"line {i + 1}"
        check(where, given, LINE_FIELDS)
        line, tax = _line(i, given, kinds, off_percent, where)
        if line.amount_minor < 0:
            by_hand -= line.amount_minor
        if line.quantity <= 0 or line.amount_minor < 0:
            rung.places.append(None)
            continue
        rung.on_top[len(rung.lines)] = tax.on_top
        rung.places.append(len(rung.lines))
        rung.lines += _one_by_one(line) if line.kind == GIFT_CARD else [line]
        if tax.levy:
            rung.levies.add(len(rung.lines))
            rung.lines.append(_levy(line, tax.levy))
    if by_hand:
        rung.lines = _cheaper(rung.lines, by_hand)
    for method, costs in shipping.items():
        rung.shipping[method] = len(rung.lines)
        rung.lines.append(_delivery(method, costs))
    return rung


def _line(
    i: int, given: Mapping[str, Any], kinds: Mapping[str, str], off_percent: Decimal, where: str
) -> tuple[Line, Tax]:
    sku = text(given.get("sku", f"line{i + 1}"), where)
    tax = tax_of(given.get("tax"), where)
    quantity = qty_of(given, where)
    price = price_of(given, where) * tax.on_top
    asked = price
    if off_percent:
        price *= 1 - off_percent / 100
    listed_price = given.get("original_price", given.get("list_price"))
    if listed_price is None and given.get("catalogue_discount") is not None:
        off = number(given["catalogue_discount"], where) / 100
        listed_price = price_of(given, where) / (1 - off) if off < 1 else None
    if listed_price is not None:
        asked = max(asked, number(listed_price, where) * tax.on_top)
    amount = price * quantity
    by_hand = number(given.get("manual_discount_percent", 0), where)
    if by_hand:
        amount *= 1 - min(by_hand, Decimal(100)) / 100
    amount -= min(amount, number(given.get("manual_discount", 0), where)) if amount > 0 else 0
    least = number(given["min_price"], where) * tax.on_top if given.get("min_price") else Decimal(0)
    cats = categories_of(given, where)
    thousandths = quantity * QUANTITY_SCALE
    if thousandths != thousandths.to_integral_value():
        raise UnknownWord(f"{where}: a quantity of {quantity}")
    kind = kinds.get(sku, GOODS)
    said = str(given.get("kind", given.get("type", "goods")))
    if said not in KINDS_SAID:
        raise UnknownWord(f"{where}: unknown kind {said!r}"[:120])
    kind = KINDS_SAID[said] if said != "goods" else kind
    line = Line(
        f"{i + 1:04d}",
        sku,
        int(thousandths),
        minor(asked),
        minor(amount),
        (cats[0],) if cats else (),
        ",".join(words(given.get("brand"), where)),
        max(0, minor(least * quantity)),
        tax_rate_bp=tax.rate_bp,
        tags=tags_of(given, where),
        kind=kind,
        card=str(given.get("card", f"{sku}-{i + 1}")) if kind == GIFT_CARD else "",
    )
    return line, tax


def _one_by_one(line: Line) -> list[Line]:
    """Gift cards as they are sold: each piece a card of its own."""
    count = line.quantity // QUANTITY_SCALE
    if count <= 1 or count > 100:
        return [line]
    return [
        line._replace(
            id=f"{line.id}-{i}",
            quantity=QUANTITY_SCALE,
            amount_minor=amount,
            card=f"{line.card}-{i}",
        )
        for i, amount in enumerate(allocate(line.amount_minor, [1] * count))
    ]


def _levy(line: Line, each: Decimal) -> Line:
    """A fixed tax per unit: nobody's goods, never discounted, nothing is earned on it."""
    amount = minor(each * line.quantity / QUANTITY_SCALE)
    return Line(
        f"{line.id}-levy",
        LEVY,
        line.quantity,
        minor(each),
        amount,
        tags=frozenset({"no_discount", "no_points", "no_redeem"}),
        kind=DELIVERY,
    )


def _delivery(method: str, costs: Mapping[str, Any]) -> Line:
    gross, net = costs.get("gross"), costs.get("net")
    amount = minor(number(net if gross is None else gross, "shipping"))
    if amount < 0:
        raise UnknownWord(f"shipping for {gross!r}"[:80])
    rate = 0
    if gross is not None and net and number(net, "shipping"):
        ratio = number(gross, "shipping") / number(net, "shipping")
        rate = int(((ratio - 1) * 1000).to_integral_value()) * 10
    return Line(
        f"ship-{method}", method, QUANTITY_SCALE, amount, amount, tax_rate_bp=rate, kind=DELIVERY
    )


def _cheaper(lines: Sequence[Line], by_hand: int) -> list[Line]:
    """The lines less what the till took off by hand, in proportion, none below zero."""
    amounts = [line.amount_minor if line.kind == GOODS else 0 for line in lines]
    cuts = allocate(min(by_hand, sum(amounts)), amounts) if any(amounts) else [0] * len(lines)
    return [
        line._replace(amount_minor=line.amount_minor - cut)
        for line, cut in zip(lines, cuts, strict=True)
    ]
