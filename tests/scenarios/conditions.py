"""When a programme of a record counts, as conditions of our programme document."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scenarios.scopes import GOODS_FIELDS, goods_of, scope_of
from scenarios.words import CENT, UnknownWord, check, listed, money, number, plain, text, words

RULE_FIELDS = GOODS_FIELDS | {
    "min_qty", "max_qty", "min_amount", "max_amount", "min_amount_tax", "min_amount_over",
    "code", "codes", "customer_group", "customer_groups", "nth_order", "points", "type",
    "value", "amount", "factor", "final", "min_order", "collection_factor", "buy",
    "all_skus", "any_skus", "channel", "channels", "company", "payment", "customer",
    "level", "levels", "first_order", "weekdays", "hours", "price_list", "price_lists",
    "event", "store", "stores", "id", "name", "min_items", "min_spent", "scope",
    "min_units", "customers", "active", "country", "countries", "shipping_country",
    "currency", "exclude_delivery",
}  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NOT_SET = ("n", "x", "?", "filter")
EXCLUDED = ("excl", "excluded", "net", "without")
INCLUDED = ("incl", "included", "gross", "with")

GrossOf = Callable[[Mapping[str, list[str]]], Fraction]
"""For goods, what their price with tax is in terms of that without: the basket tells."""


def is_set(value: Any) -> bool:
    """Whether a value is given; `n` stands for one that a step sets later."""
    return value is not None and value not in NOT_SET


def rules_of(programme: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules of a programme, each known word by word. Raises UnknownWord."""
    where = f"programme {programme.get('id')}"
    rules = listed(programme.get("rules"))
    return [check(f"{where} rule", rule, RULE_FIELDS) for rule in rules]


def when_of(
    programme: Mapping[str, Any], gross_of: GrossOf, usual_tax: str = "incl"
) -> dict[str, Any]:
    """All that must hold: any one of the rules, and what the programme itself says."""
    where = f"programme {programme.get('id')}"
    parts = programme_conditions(programme, where)
    ways = [rule_conditions(rule, gross_of, where, usual_tax) for rule in rules_of(programme)]
    if ways and all(ways):
        parts += ways[0] if len(ways) == 1 else [{"any": [_all(way) for way in ways]}]
    return _all(parts)


def _all(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {"all": list(parts)}


def programme_conditions(programme: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """Channels, companies, price lists, hours and days of a whole programme."""
    found: list[dict[str, Any]] = []
    channels = programme.get("channels", programme.get("channel"))
    if channels is not None:
        found.append(_among("channel", words(channels, where)))
    if programme.get("store") is not None:
        found.append(_among("store", words(programme["store"], where)))
    if programme.get("company") is not None:
        found.append(_among("store_brand", words(programme["company"], where)))
    lists = programme.get("price_lists", programme.get("price_list"))
    if listed(lists):
        found.append(
            {"attribute": {"of": "receipt", "name": "price_list", "in": words(lists, where)}}
        )
    found += _times(programme, where)
    groups = programme.get("customer_group", programme.get("customer_groups"))
    if groups is not None:
        found.append({"segment": {"in": [f"group:{g}" for g in words(groups, where)]}})
    if programme.get("only_for_staff"):
        found.append({"segment": {"in": ["group:staff"]}})
    return found


def _times(given: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if given.get("weekdays") is not None:
        days = [day.lower()[:3] for day in words(given["weekdays"], where)]
        if not set(days) <= set(WEEKDAYS):
            raise UnknownWord(f"{where}: weekdays {given['weekdays']!r}")
        found.append({"weekday": {"in": days}})
    if given.get("hours") is not None:
        hours = [text(hour, where) for hour in listed(given["hours"])]
        if len(hours) == 1 and "-" in hours[0]:
            hours = hours[0].split("-")
        if len(hours) != 2:
            raise UnknownWord(f"{where}: hours {given['hours']!r}")
        found.append({"hours": {"from": hours[0].strip(), "to": hours[1].strip()}})
    return found


def _among(code: str, names: list[str]) -> dict[str, Any]:
    return {code: {"in": names}} if names else {"any": []}


def rule_conditions(
    rule: Mapping[str, Any], gross_of: GrossOf, where: str, usual_tax: str = "incl"
) -> list[dict[str, Any]]:
    """Everything that one rule asks for; nothing where it always holds."""
    found = (
        _of_goods(rule, gross_of, where, usual_tax) + _of_buyer(rule, where) + _times(rule, where)
    )
    for key, code in (("channel", "channel"), ("channels", "channel"), ("company", "store_brand"),
                      ("store", "store"), ("stores", "store"), ("payment", "payment")):  # fmt: skip
        if rule.get(key) is not None:
            found.append(_among(code, words(rule[key], where)))
    for key, name in (("price_list", "price_list"), ("price_lists", "price_list"),
                      ("country", "country"), ("countries", "country"),
                      ("shipping_country", "country"), ("currency", "currency")):  # fmt: skip
        if listed(rule.get(key)):
            names = words(rule[key], where)
            found.append({"attribute": {"of": "receipt", "name": name, "in": names}})
    return found


def _of_goods(
    rule: Mapping[str, Any], gross_of: GrossOf, where: str, usual_tax: str
) -> list[dict[str, Any]]:
    goods = goods_of(rule, where)
    if is_set(rule.get("scope")):
        goods = {**goods, **scope_of(rule["scope"], where).goods}
    units = next(
        (
            number(rule[key], where)
            for key in ("min_qty", "min_items", "min_units")
            if is_set(rule.get(key))
        ),
        None,
    )
    amount = least_amount(rule, where)
    if amount is not None and str(rule.get("min_amount_tax", usual_tax)) in EXCLUDED:
        gross = gross_of(goods)
        amount = (amount * gross.numerator / gross.denominator).quantize(CENT)
    found = _goods_or_all(goods, units, amount)
    if is_set(rule.get("max_qty")):
        found.append({"quantity": {"max": plain(number(rule["max_qty"], where))}})
    if is_set(rule.get("max_amount")):
        found.append({"amount": {"max": money(number(rule["max_amount"], where))}})
    if is_set(rule.get("min_order")):
        found.append({"amount": {"min": money(number(rule["min_order"], where))}})
    for key in ("all_skus", "any_skus"):
        if rule.get(key) is not None:
            parts = [part["goods"] for part in set_parts(rule[key], where)]
            quantities = [part["quantity"] for part in set_parts(rule[key], where)]
            each = [
                {"goods": {"goods": part, "quantity_min": str(count)}}
                for part, count in zip(parts, quantities, strict=True)
            ]
            found += each if key == "all_skus" else [{"any": each}]
    return found


def _goods_or_all(
    goods: Mapping[str, list[str]], units: Decimal | None, amount: Decimal | None
) -> list[dict[str, Any]]:
    if goods:
        params: dict[str, Any] = {"goods": dict(goods)}
        if units is not None and units > 0:
            params["quantity_min"] = plain(units)
        if amount is not None and amount > 0:
            params["amount_min"] = money(amount)
        return [{"goods": params}]
    found: list[dict[str, Any]] = []
    if units is not None and units > 0:
        found.append({"quantity": {"min": plain(units)}})
    if amount is not None and amount > 0:
        found.append({"amount": {"min": money(amount)}})
    return found


def least_amount(rule: Mapping[str, Any], where: str) -> Decimal | None:
    """The amount from which the rule holds, in the terms of the record."""
    tax = str(rule.get("min_amount_tax", "incl"))
    if tax not in EXCLUDED + INCLUDED:
        raise UnknownWord(f"{where}: min_amount_tax {tax!r}")
    for key in ("min_amount", "min_spent"):
        if is_set(rule.get(key)):
            return number(rule[key], where)
    if is_set(rule.get("min_amount_over")):
        return number(rule["min_amount_over"], where) + CENT
    return None


def _of_buyer(rule: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    groups = rule.get("customer_group", rule.get("customer_groups"))
    if groups is not None:
        found.append({"segment": {"in": [f"group:{g}" for g in words(groups, where)]}})
    people = rule.get("customer", rule.get("customers"))
    if people is not None:
        found.append({"segment": {"in": [f"name:{g}" for g in words(people, where)]}})
    levels = rule.get("level", rule.get("levels"))
    if levels is not None:
        found.append({"segment": {"in": [f"group:level {g}" for g in words(levels, where)]}})
    if rule.get("first_order"):
        found.append({"first_purchase": {}})
    if is_set(rule.get("nth_order")):
        nth = [int(number(n, where)) for n in listed(rule["nth_order"])]
        found.append({"first_purchase": {}} if nth == [1] else {"nth_purchase": {"at": nth}})
    return found


def set_parts(given: Any, where: str) -> list[dict[str, Any]]:
    """`{PIZ: 1, COL: 1}` (or a list of products) as the parts of a set."""
    pairs = given.items() if isinstance(given, Mapping) else [(sku, 1) for sku in listed(given)]
    return [
        {"goods": {"skus": words(sku, where)}, "quantity": int(number(count, where))}
        for sku, count in pairs
    ]
