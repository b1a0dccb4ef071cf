"""Rewards that are goods: the cheapest one free, a product given, one got for another bought."""

from collections.abc import Mapping
from typing import Any

from scenarios.conditions import is_set
from scenarios.reward_words import Given, Setting, scope_in, units_per_reward
from scenarios.scopes import goods_of, scope_of
from scenarios.words import money, number, plain, whole


def one_free(kind: str, reward: Mapping[str, Any], setting: Setting) -> Given:
    """The cheapest of so many: again and again by number, once where an amount is asked for."""
    where, rule = setting.where, setting.rule
    goods = scope_in(reward, where).goods if is_set(reward.get("scope")) else goods_of(rule, where)
    fields = {"goods": dict(goods)} if goods else {}
    which = "dearest" if kind == "dearest_free" else "cheapest"
    if is_set(rule.get("min_qty")) and whole(rule["min_qty"], where) >= 1:
        take = whole(rule["min_qty"], where)
        if take >= 2 and which == "cheapest":
            apart = setting.settings.get("count_products", "together") == "apart"
            count = "product" if apart else "together"
            return Given("n_for_m", {"take": take, "pay": take - 1, "count": count}, fields)
        return Given("cheapest", {"which": which, "group": take, "every": True}, fields)
    params: dict[str, Any] = {"which": which}
    if is_set(rule.get("min_amount")):
        params["amount_min"] = money(number(rule["min_amount"], where))
    return Given("cheapest", params, fields)


def free_product(reward: Mapping[str, Any], setting: Setting) -> Given | None:
    """So many units of a product: of the basket, or added to it."""
    where, rule = setting.where, setting.rule
    quantity = max(1, whole(reward.get("qty", 1), where))
    goods: Mapping[str, list[str]] = goods_of(reward, where)
    if not goods:
        goods = (
            scope_in(reward, where).goods if is_set(reward.get("scope")) else goods_of(rule, where)
        )
    skus = goods.get("skus", []) if set(goods) == {"skus"} else []
    extra = setting.settings.get("free_goods", "basket") == "extra"
    extra = extra or str(reward.get("add", "")).startswith("always")
    needs = units_per_reward(reward, rule, where)
    same = goods == goods_of(rule, where) and needs and not setting.claimed
    if same and not extra:
        usual = "together" if len(skus) == 1 else "apart"
        apart = setting.settings.get("count_products", usual) == "apart"
        count = "product" if apart else "together"
        params = {"take": needs + quantity, "pay": needs, "count": count}
        return Given("n_for_m", params, {"goods": dict(goods)} if goods else {})
    if len(skus) == 1:
        params = {"sku": skus[0], "quantity": quantity}
        if str(reward.get("add", "")).startswith("always"):
            params["where"] = "extra"
        elif setting.claimed:
            params["where"] = "setting" if extra else "basket"
        repeat = {}
        if needs and not setting.claimed:
            part = {"goods": goods_of(rule, where), "quantity": needs}
            repeat = {"repeat": {"each": [part]}}
        return Given("gift_item", params, repeat)
    params = {"get": dict(goods), "get_quantity": quantity, "buy_quantity": needs or 1}
    buy = goods_of(rule, where)
    params["buy"] = dict(buy)
    if not needs or setting.claimed:
        return Given("gift_item", {"goods": dict(goods), "quantity": quantity})
    return Given("buy_x_get_y", params)


def buy_get(reward: Mapping[str, Any], setting: Setting) -> Given:
    where, rule = setting.where, setting.rule
    buy = (
        scope_of(rule["buy"], where).goods if rule.get("buy") is not None else goods_of(rule, where)
    )
    target = reward.get("target", reward.get("scope"))
    get = scope_of(target, where).goods if target is not None else goods_of(reward, where)
    params: dict[str, Any] = {
        "buy": dict(buy),
        "buy_quantity": max(1, whole(rule.get("min_qty", 1), where)),
        "get": dict(get or buy),
        "get_quantity": max(1, whole(reward.get("qty", reward.get("max_units", 1)) or 1, where)),
    }
    way = setting.settings.get("buy_get", "once" if setting.buys_once else "repeated")
    if way != "repeated":
        params |= {"most": 1, "bought_stay": True}
    if way == "whole":
        params["incomplete"] = False
    mode, value = reward.get("mode"), reward.get("value")
    if mode in ("percent", "percentage") and is_set(value) and number(value, where) < 100:
        params["percent"] = plain(number(value, where))
    elif mode in ("fixed", "amount") and is_set(value):
        params["amount"] = money(number(value, where))
    if reward.get("repeat") is False:
        params["most"] = 1
    return Given("buy_x_get_y", params)
