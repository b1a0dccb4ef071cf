"""What a reward of a record gives, as a promotion kind of ours with its parameters."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scenarios.conditions import is_set, set_parts
from scenarios.goods_rewards import buy_get, free_product, one_free
from scenarios.reward_words import Given, Setting, pieces_in, scope_in, type_of
from scenarios.scopes import Scope, goods_of
from scenarios.words import UnknownWord, money, number, plain, whole, words


def given_by(reward: Mapping[str, Any], setting: Setting) -> Given | None:
    """The reward as a promotion; None where it gives nothing (yet). Raises UnknownWord."""
    kind = type_of(reward, setting.where)
    match kind:
        case "discount" | "get_discount":
            return _discount(reward, setting)
        case "shipping_discount" | "shipping_price" | "free_shipping":
            return _delivery(kind, reward, setting)
        case "cheapest_free" | "dearest_free":
            return one_free(kind, reward, setting)
        case "fixed_unit_price" | "bundle_price":
            return _price(kind, reward, setting)
        case "free_product":
            return free_product(reward, setting)
        case "get_free" | "buy_get":
            return buy_get(reward, setting)
        case "tiered_percent" | "tiered_fixed":
            return _steps(kind, reward, setting)
        case "flexi_rate":
            return _graduated(reward, setting)
        case "multiply" | "points_multiplier":
            factor = reward.get("factor", reward.get("value"))
            return Given("points_multiplier", {"factor": plain(number(factor, setting.where))})
        case _:
            return None


def _discount(reward: Mapping[str, Any], setting: Setting) -> Given | None:
    where = setting.where
    if not is_set(reward.get("value", reward.get("amount", reward.get("percent")))):
        return None
    scope = scope_in(reward, where)
    if scope.shipping:
        return _delivery("shipping_discount", reward, setting)
    value = number(reward.get("value", reward.get("amount", reward.get("percent"))), where)
    mode = str(reward.get("mode", "percent" if "percent" in reward else "fixed"))
    if value <= 0 or mode == "per_point":
        return None
    percent = mode in ("percent", "percentage")
    if scope.pick:
        return _one_cheaper(scope, value, percent, reward, setting)
    if mode == "price":
        return _price("fixed_unit_price", reward, setting)
    params = pieces_in(reward, setting)
    order = scope.whole_order and not params.keys() - {"uses_up"}
    if percent:
        params["percent"] = plain(min(value, Decimal(100)))
        if is_set(reward.get("max_amount")):
            params["max_amount"] = money(number(reward["max_amount"], where))
        repeated = setting.settings.get("set_percent", "added")
        if setting.claimed or repeated == "compounded":
            params["repeated"] = "compounded"
        return Given("percent", params, scope.promotion, order)
    params["amount"] = money(value)
    allocation = str(reward.get("allocation", "across"))
    if reward.get("per_unit") or allocation in ("each_unit", "per_unit", "unit"):
        params["each"] = "unit"
    elif allocation in ("each_line", "each", "per_line", "line"):
        params["each"] = "line"
    elif allocation in ("by_quantity", "quantity"):
        params["share"] = "quantity"
    fields = dict(scope.promotion)
    if is_set(reward.get("max_amount")):
        fields["caps"] = [{"per": "receipt", "money": money(number(reward["max_amount"], where))}]
    return Given("amount_off", params, fields, order and "each" not in params)


def _one_cheaper(
    scope: Scope, value: Decimal, percent: bool, reward: Mapping[str, Any], setting: Setting
) -> Given:
    params: dict[str, Any] = {"which": scope.pick}
    params |= {"percent": plain(min(value, Decimal(100)))} if percent else {"amount": money(value)}
    if is_set(reward.get("max_units")):
        params["units"] = whole(reward["max_units"], setting.where)
    points = setting.rule.get("points")
    if isinstance(points, Mapping) and points.get("mode") == "per_unit" and not scope.among:
        params |= {"group": 2, "every": True}
    else:
        params["group"] = setting.settings.get("cheapest_of", 2 if scope.among else 1)
    fields = dict(scope.promotion)
    if is_set(reward.get("max_amount")):
        most = money(number(reward["max_amount"], setting.where))
        fields["caps"] = [{"per": "receipt", "money": most}]
    return Given("cheapest", params, fields)


def _price(kind: str, reward: Mapping[str, Any], setting: Setting) -> Given | None:
    where = setting.where
    value = reward.get("value", reward.get("amount"))
    if not is_set(value):
        return None
    price = number(value, where)
    rule = setting.rule
    named = is_set(reward.get("scope")) or is_set(reward.get("target"))
    scope = scope_in(reward, where)
    if not named and not scope.goods:
        scope = Scope(goods_of(rule, where))
    gross = setting.gross_of(scope.goods)
    price = max(Decimal(0), price * gross.numerator / gross.denominator)
    if kind == "fixed_unit_price":
        params = {"price": money(price), "tax": "included", **pieces_in(reward, setting)}
        return Given("fixed_price", params, scope.promotion)
    params = {"price": money(price), "tax": "included"}
    if rule.get("all_skus") is not None:
        params["parts"] = set_parts(rule["all_skus"], where)
    else:
        units = reward.get("units", reward.get("qty", rule.get("min_qty", 1)))
        params["units"] = max(1, whole(units, where)) if is_set(units) else 1
    return Given("bundle_price", params, scope.promotion)


def _delivery(kind: str, reward: Mapping[str, Any], setting: Setting) -> Given | None:
    where = setting.where
    params: dict[str, Any] = {}
    if kind == "shipping_price":
        if not is_set(reward.get("value")):
            return None
        params["price"] = money(number(reward["value"], where))
    elif kind == "free_shipping":
        params["percent"] = 100
    else:
        if not is_set(reward.get("value")):
            return None
        value = number(reward["value"], where)
        if value <= 0:
            return None
        if reward.get("mode", "percent") in ("percent", "percentage"):
            params["percent"] = plain(min(value, Decimal(100)))
        else:
            params["amount"] = money(value)
            spread = str(reward.get("allocation", "each"))
            params["each"] = (
                "once" if spread in ("proportional", "by_value", "across") else "method"
            )
    fields: dict[str, Any] = {}
    if reward.get("methods") is not None:
        params["methods"] = words(reward["methods"], where)
    if is_set(reward.get("max_amount")):
        fields["caps"] = [{"per": "receipt", "money": money(number(reward["max_amount"], where))}]
    return Given("delivery", params, fields)


def _steps(kind: str, reward: Mapping[str, Any], setting: Setting) -> Given:
    """`tiers` are from which amount how much; `base` below the first of them."""
    where = setting.where
    tiers = reward.get("tiers") or {}
    if isinstance(tiers, list):
        tiers = {t.get("from"): t.get("value") for t in tiers if isinstance(t, Mapping)}
    if not isinstance(tiers, Mapping):
        raise UnknownWord(f"{where}: tiers {tiers!r}"[:120])
    found = {number(least, where): number(value, where) for least, value in tiers.items()}
    if is_set(reward.get("base", reward.get("value"))):
        found.setdefault(Decimal(0), number(reward.get("base", reward.get("value")), where))
    off = "percent" if kind == "tiered_percent" else "amount"
    steps = [
        {"from": money(least), off: plain(value) if off == "percent" else money(value)}
        for least, value in sorted(found.items())
        if value > 0
    ]
    params: dict[str, Any] = {"steps": steps}
    scope = scope_in(reward, where)
    if scope.goods or scope.unit_price:
        params["of"] = "receipt"
    by_line = setting.settings.get("tier_amounts", "once") == "line"
    if kind == "tiered_fixed" and (by_line or reward.get("allocation") == "each_line"):
        params["each"] = "line"
    return Given("spend_steps", params, scope.promotion, scope.whole_order)


def _graduated(reward: Mapping[str, Any], setting: Setting) -> Given:
    """One amount for the first unit of a line, another for each further one."""
    where = setting.where
    params: dict[str, Any] = {
        "amount": money(number(reward.get("more", reward.get("value", 0)), where)),
        "each": "unit",
        "first": money(number(reward.get("first", 0), where)),
        "first_of": "line",
    }
    if is_set(reward.get("max_units")):
        params["max_units_per_line"] = whole(reward["max_units"], where)
    return Given("amount_off", params, scope_in(reward, where).promotion)
