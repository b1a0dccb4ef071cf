"""What the records call a scope, as our selection of goods and of unit prices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from scenarios.words import CENT, UnknownWord, listed, money, number, text, words

EVERYTHING = frozenset(
    {
        "order", "all_products", "all", "basket", "cart", "items", "line_items", "products",
        "everything", "each_line", "order_lines", "entire_order", "whole_order", "any", "filter",
        "lines", "subtotal", "all_items",
    }
)  # fmt: skip
WHOLE_ORDER = frozenset({"order", "basket", "cart", "entire_order", "whole_order", "subtotal"})
CHEAPEST = frozenset(
    {"cheapest", "cheapest_unit", "cheapest_item", "cheapest_product", "cheapest_line"}
)
DEAREST = frozenset(
    {"dearest", "dearest_unit", "most_expensive", "most_expensive_unit", "dearest_item"}
)
SHIPPING = frozenset({"shipping", "delivery"})
KEYS = {
    "sku": "skus", "skus": "skus", "cat": "categories", "cats": "categories",
    "category": "categories", "categories": "categories", "taxon": "categories", "tag": "tag",
    "tags": "tag", "label": "label", "labels": "label", "product": "product",
    "products": "product", "brand": "brands", "brands": "brands", "collection": "collection",
    "variant": "variant", "variants": "variant",
}  # fmt: skip
_AMONG = re.compile(r"\s+(?:among|of|in|from)\s+")
_PRICE = re.compile(
    r"unit_price\s*(?:(?P<sign>>=|<=|>|<|=)\s*(?P<one>[\d.]+)|(?P<low>[\d.]+)\s*\.\.\s*(?P<high>[\d.]+))"
)


@dataclass(frozen=True)
class Scope:
    """Which goods a reward is for: a selection, prices of a unit, and perhaps one of the units."""

    goods: Mapping[str, list[str]]
    unit_price: Mapping[str, str] | None = None
    pick: str = ""  # "cheapest" or "dearest"
    among: bool = False  # one of a named set: it takes two to have a cheaper one
    whole_order: bool = False
    shipping: bool = False

    @property
    def promotion(self) -> dict[str, Any]:
        """The fields of a promotion that say this."""
        fields: dict[str, Any] = {}
        if self.goods:
            fields["goods"] = dict(self.goods)
        if self.unit_price:
            fields["unit_price"] = dict(self.unit_price)
        return fields


def scope_of(given: Any, where: str) -> Scope:
    """Read a scope; several in a list are any of them. Raises UnknownWord."""
    if given is None:
        return Scope({}, whole_order=True)
    if isinstance(given, Mapping):
        return Scope(goods_of(given, where))
    found = [_scope(text(one, where).strip(), where) for one in listed(given)]
    if not found:
        return Scope({}, whole_order=True)
    scope = found[0]
    for other in found[1:]:
        scope = replace(scope, goods=_either(scope.goods, other.goods))
    return scope


def _scope(word: str, where: str) -> Scope:
    if word in EVERYTHING:
        return Scope({}, whole_order=word in WHOLE_ORDER)
    if word in SHIPPING:
        return Scope({}, shipping=True)
    head, *rest = _AMONG.split(word, maxsplit=1)
    if head in CHEAPEST or head in DEAREST:
        pick = "cheapest" if head in CHEAPEST else "dearest"
        inner = _scope(rest[0].strip(), where) if rest else Scope({})
        return replace(inner, pick=pick, among=bool(rest), whole_order=False)
    price = _PRICE.search(word)
    if price:
        left = (word[: price.start()] + word[price.end() :]).strip(" ;,&")
        left = left.removeprefix("and ").removesuffix(" and").strip()
        inner = _scope(left, where) if left else Scope({})
        return replace(inner, unit_price=_prices(price, where), whole_order=False)
    return Scope(_named(word, where))


def _named(word: str, where: str) -> dict[str, list[str]]:
    """`cat:shirts`, `skus:A,B`, `cat:a;tag:b`, and the same with `!` or `not` for all but these."""
    fields: dict[str, list[str]] = {}
    for part in re.split(r"\s*[;&+]\s*|\s+or\s+", word):
        key, colon, names = part.partition(":")
        key = key.strip()
        but = key.startswith(("!", "not ", "exclude_", "except "))
        key = re.sub(r"^(!|not |exclude_|except )", "", key)
        if not colon or key not in KEYS or not names.strip():
            raise UnknownWord(f"{where}: unknown scope {word!r}")
        _put(fields, key, words(names, where), but=but)
    return fields


def _prices(found: re.Match[str], where: str) -> dict[str, str]:
    if found["low"] is not None:
        return {
            "from": money(number(found["low"], where)),
            "to": money(number(found["high"], where)),
        }
    price = number(found["one"], where)
    match found["sign"]:
        case ">=":
            return {"from": money(price)}
        case ">":
            return {"from": money(price + CENT)}
        case "<=":
            return {"to": money(price)}
        case "<":
            return {"to": money(max(Decimal(0), price - CENT))}
        case _:
            return {"from": money(price), "to": money(price)}


def _put(fields: dict[str, list[str]], key: str, names: list[str], *, but: bool) -> None:
    ours = KEYS[key]
    if ours == "categories":
        fields.setdefault("exclude_categories" if but else "categories", []).extend(names)
        tags = [f"cat:{name}" for name in names]
    elif ours in ("skus", "brands"):
        fields.setdefault(f"exclude_{ours}" if but else ours, []).extend(names)
        return
    else:
        tags = [f"{ours}:{name}" for name in names]
    fields.setdefault("exclude_tags" if but else "tags", []).extend(tags)


GOODS_FIELDS = frozenset(
    {*KEYS, *(f"exclude_{key}" for key in KEYS)} - {"products", "variants", "cats", "taxon"}
)


def goods_of(given: Mapping[str, Any], where: str) -> dict[str, list[str]]:
    """The goods that the fields of a rule name: `skus`, `cat`, `tag`, … and `exclude_…`."""
    fields: dict[str, list[str]] = {}
    for key, value in given.items():
        but = key.startswith("exclude_")
        name = key.removeprefix("exclude_")
        if name in KEYS and value is not None:
            _put(fields, name, words(value, f"{where} {key}"), but=but)
    if given.get("exclude_delivery"):
        _put(fields, "labels", ["delivery"], but=True)
    return fields


def _either(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {key: [*one.get(key, []), *other.get(key, [])] for key in {**one, **other}}
