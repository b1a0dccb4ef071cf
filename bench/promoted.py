"""Fifty promotions, one of them for who shows a coupon, for any programme of the benches."""

from typing import Any

BUDGET = {"id": "spring", "title": "Spring", "money": 1_000_000_000}
SOLD = (
    {"categories": ["food/dairy"]},
    {"categories": ["food/bakery"]},
    {"categories": ["home/cleaning"]},
)
RETAIL = (
    {"skus": ["85123A", "22423", "85099B", "47566"]},
    {"skus": ["20725", "84879", "22720", "22197"]},
    {"skus": ["21212", "20727", "22383", "22457", "23203"]},
)  # fmt: skip
"""What the Online Retail file tells most of."""
SHOWN = "shown"  # the promotion that coupons switch on


def promotions(*here: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Fifty, of which about seven meet a usual receipt with the selections of goods `here`."""
    made = [
        *[_promotion(f"part{n}", "percent", {"percent": 3 + n}, goods=here[n % len(here)], priority=10 + n) for n in range(6)],
        _promotion("mine", "percent", {"percent": 2}, goods=here[0], caps=[{"per": "member", "period": "month", "money": 5000}]),
        _promotion("spring", "percent", {"percent": 1}, goods=here[-1], budget="spring"),
        _promotion("daily", "percent", {"percent": 1}, goods=here[0], caps=[{"per": "all", "period": "day", "uses": 900_000_000}]),
        _promotion("bill", "amount_off", {"amount": 50}, level="order", when={"amount": {"min": 3000}}),
        _promotion("three", "n_for_m", {"take": 3, "pay": 2}, goods=here[-1], caps=[{"per": "receipt", "money": 100}]),
        _promotion(SHOWN, "percent", {"percent": 5}, trigger={"kind": "coupon"}),
        _promotion("word", "percent", {"percent": 5}, trigger={"kind": "code", "codes": ["HELLO"]}),
        *[_promotion(f"brand{n}", "percent", {"percent": 5}, goods=_goods(brands=[f"brand-{n}"])) for n in range(12)],
        *[_promotion(f"goods{n}", "amount_off", {"amount": 20}, goods=_goods(categories=[f"toys/{n}"])) for n in range(8)],
        *[_promotion(f"three{n}", "n_for_m", {"take": 3, "pay": 2}, goods=_goods(categories=[f"home/{n}"])) for n in range(6)],
        *[_promotion(f"hour{n}", "percent", {"percent": 3}, when={"hours": {"from": f"0{n}:00", "to": f"0{n}:30"}}) for n in range(4)],
        *[_promotion(f"app{n}", "percent", {"percent": 3}, when={"channel": {"in": ["app"]}}, goods=_goods(brands=[f"app-{n}"])) for n in range(4)],
        *[_promotion(f"vip{n}", "percent", {"percent": 4}, when={"segment": {"in": [f"vip-{n}"]}}) for n in range(3)],
    ]  # fmt: skip
    assert len(made) == 50
    return made


def _goods(**words: list[str]) -> dict[str, Any]:
    return words


def _promotion(id: str, kind: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": id, "title": id, "kind": kind, "params": params, **more}


def retail_document(programme: dict[str, Any]) -> dict[str, Any]:
    """A programme with fifty promotions on what Online Retail sold; one of them issues coupons."""
    made = promotions(*RETAIL)
    made[-1] = _promotion(
        "again",
        "issue_coupon",
        {"promotion": SHOWN, "expected_cost": 5},
        when={"amount": {"min": 500}},
    )
    return programme | {"promotions": made, "budgets": [BUDGET], "groups": []}
