"""The 20-rule programme and the 5-line receipts that the benches of the till are run with."""

import random
from datetime import datetime, timedelta
from typing import Any

from regulars.core.purchase import Line, Receipt

CATEGORIES = ("food/dairy", "food/bakery", "food/meat", "home/cleaning", "alcohol/wine")


def document() -> dict[str, Any]:
    """Points, three tiers and 20 rules, of which a usual receipt meets about seven."""
    rules = [
        _rule("base", "rate_per_amount", {"points": 1, "per": 20}),
        _rule("mill", "rate_per_unit", {"points": 2}, goods={"brands": ["mill"], "categories": ["toys"]}, when={"channel": {"in": ["app"]}}),
        _rule("dairy", "rate_per_amount", {"points": 1, "per": 50}, goods=_category("food/dairy")),
        _rule("brands", "category_rates", {"per": 50, "brands": {"ours": 2, "mill": 1}}),
        _rule("big", "threshold_steps", {"steps": [{"from": 3000, "points": 30}, {"from": 6000, "points": 80}]}),
        _rule("visit", "per_visit", {"points": 5}, caps={"day": 10}),
        _rule("gold", "rate_per_amount", {"points": 1, "per": 100}, when={"tier": {"at_least": "silver"}}),
        _rule("double", "multiplier", {"factor": 2, "rules": ["dairy"]}),
        _rule("tenth", "nth_purchase", {"points": 100, "every": 10}),
        _rule("morning", "fixed_bonus", {"points": 5}, when={"all": [{"hours": {"from": "07:00", "to": "10:00"}}, {"channel": {"in": ["app"]}}]}),
        _rule("weekend", "fixed_bonus", {"points": 10}, when={"all": [{"weekday": {"in": ["sat", "sun"]}}, {"tier": {"at_least": "gold"}}]}),
        _rule("first", "fixed_bonus", {"points": 200}, when={"first_purchase": {}}),
        _rule("vip", "fixed_bonus", {"points": 50}, when={"segment": {"in": ["vip"]}}),
        _rule("web", "fixed_bonus", {"points": 15}, when={"channel": {"in": ["web"]}}),
        _rule("north", "fixed_bonus", {"points": 5}, when={"store": {"in": ["s7", "s8"]}}),
        _rule("wine", "rate_per_unit", {"points": 3}, goods=_category("alcohol/wine"), caps={"receipt": 30}),
        _rule("fish", "rate_per_amount", {"points": 1, "per": 10}, goods=_category("food/fish")),
        _rule("toys", "rate_per_amount", {"points": 1, "per": 10}, goods=_category("toys")),
        _rule("spring", "fixed_bonus", {"points": 20}, valid={"since": "2020-03-01", "until": "2020-06-01"}),
        _rule("basket", "fixed_bonus", {"points": 10}, when={"quantity": {"min": 20}}),
    ]  # fmt: skip
    assert len(rules) == 20
    return {
        "format": 1,
        "code": "bench",
        "title": "Bench",
        "time_zone": "Europe/Moscow",
        "money": "RUB",
        "language": "ru",
        "currencies": {
            "points": {
                "title": "Points",
                "redeem": {"kind": "money", "worth": 1, "share_max": 50},
                "expiry": {"kind": "after", "after": {"months": 12}},
                "activation": {"days": 1},
            },
        },
        "earning": rules,
        "tiers": {
            "measure": "spend",
            "window": {"kind": "rolling", "length": {"months": 12}},
            "levels": [
                {"code": "base", "title": "Base"},
                {
                    "code": "silver",
                    "title": "Silver",
                    "threshold": 20000,
                    "discount": {"percent": 3},
                },
                {"code": "gold", "title": "Gold", "threshold": 100000, "discount": {"percent": 5}},
            ],
        },
    }


def receipt(rng: random.Random, number: str, at: datetime) -> Receipt:
    """Five lines out of an assortment of 5,000 goods, one of them weighed."""
    lines = []
    for i in range(5):
        kind = rng.randrange(1000)
        quantity = rng.randrange(100, 3000) if i == 4 else 1000 * rng.randrange(1, 4)
        price = 2000 + 37 * kind
        amount = price * quantity // 1000
        category = tuple(CATEGORIES[(i + kind) % 5].split("/"))
        brand = ("", "ours", "mill", "", "hill")[kind % 5]
        lines.append(Line(str(i + 1), f"sku{i}-{kind}", quantity, price, amount, category, brand))
    return Receipt(number, f"s{rng.randrange(10)}", f"t{rng.randrange(4)}", at, tuple(lines))


def moments(now: datetime, spread: timedelta, rng: random.Random) -> datetime:
    """A moment of a purchase in the last `spread` before `now`."""
    return now - spread * rng.random()


def _category(path: str) -> dict[str, Any]:
    return {"categories": [path]}


def _rule(id: str, mechanic: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "title": id,
        "mechanic": mechanic,
        "params": params,
        "currency": "points",
    } | more
