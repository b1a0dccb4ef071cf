"""Small programmes with promotions, and receipts for them, made by Hypothesis or by hand."""

from datetime import datetime
from typing import Any

from engine_cases import BASE
from hypothesis import strategies as st

from regulars.core.example import AT, buyer, line, receipt
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.document import Programme
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import NOTHING, Presented, Promoted
from regulars.core.purchase import Buyer, Line
from regulars.core.rewards.codes import normalised
from regulars.core.scene import Scene

SUFFIXES = "abcdefghijkl"


def offer(id: str, kind: str = "percent", **more: Any) -> dict[str, Any]:
    """A promotion in document form: 10 % off everything, unless told otherwise."""
    params = {"percent": 10} if kind == "percent" else {}
    return {"id": id, "title": id, "kind": kind, "params": params} | more


def percent(id: str, percent: Any, **more: Any) -> dict[str, Any]:
    return offer(id, params={"percent": percent}, **more)


def amount(id: str, amount: Any, **more: Any) -> dict[str, Any]:
    return offer(id, "amount_off", params={"amount": amount}, **more)


def document(*offers: dict[str, Any], **more: Any) -> Programme:
    """`policy` stands for `promotion_policy`."""
    policy = {"promotion_policy": more.pop("policy")} if "policy" in more else {}
    return Programme.model_validate(BASE | {"promotions": list(offers)} | policy | more)


def compiled(*offers: dict[str, Any], **more: Any) -> Compiled:
    return compile_programme(document(*offers, **more), 1)


def scene(
    *lines: Line, who: Buyer | None = None, at: datetime = AT, paid: Any = None, **more: Any
) -> Scene:
    told = receipt(*lines, occurred_at=at, **more)
    return Scene(
        told, who or buyer(tier="base"), at, paid or tuple(one.amount_minor for one in lines)
    )


def promoted(
    programme: Compiled,
    *lines: Line,
    presented: Presented = NOTHING,
    member: bool = True,
    **more: Any,
) -> Promoted:
    return promote(programme, scene(*lines, **more), presented, member=member)


def given(result: Promoted) -> dict[str, int]:
    """What each promotion took off, in all its applications."""
    amounts: dict[str, int] = {}
    for discount in result.discounts:
        amounts[discount.id] = amounts.get(discount.id, 0) + discount.amount_minor
    return amounts


def why(result: Promoted) -> dict[str, str]:
    return {verdict.promotion: verdict.why for verdict in result.passed}


def total(result: Promoted) -> int:
    return sum(discount.amount_minor for discount in result.discounts)


_CATEGORIES = ("food", "food/dairy", "home", "")
_SKUS = ("milk", "soap", "bread")


@st.composite
def line_lists(draw: st.DrawFn) -> tuple[Line, ...]:
    lines = []
    for i in range(draw(st.integers(1, 5))):
        quantity = draw(st.sampled_from([1000, 1000, 2000, 3000, 5000, 137]))
        amount = draw(st.sampled_from([0, 1, 99, 50_00, 70_00, 33_33, 123_45]))
        one = line(
            amount,
            id=f"{i}",
            sku=draw(st.sampled_from(_SKUS)),
            category=draw(st.sampled_from(_CATEGORIES)),
            tags=draw(st.sampled_from([(), (), (), ("no_discount",), ("red",)])),
            quantity=quantity,
        )
        minimum = draw(st.sampled_from([0, 0, 0, amount // 2, amount, amount + 5]))
        kind = draw(st.sampled_from(["goods"] * 6 + ["delivery", "gift_card"]))
        lines.append(one._replace(minimum_minor=minimum, kind=kind))
    return tuple(lines)


_GOODS = st.sampled_from(
    [
        {},
        {},
        {"categories": ["food"]},
        {"categories": ["food/dairy"]},
        {"skus": ["milk", "bread"]},
        {"exclude_tags": ["red"]},
        {"skus": ["nothing-like-it"]},
    ]
)
_WHENS = st.sampled_from(
    [
        {"all": []},
        {"all": []},
        {"all": []},
        {"amount": {"min": 100}},
        {"amount": {"max": 120}},
        {"goods": {"goods": {"categories": ["food"]}, "quantity_min": 2}},
        {"goods": {"goods": {"skus": ["milk"]}, "amount_min": 40}},
        {"quantity": {"min": 3}},
        {"tier": {"in": ["gold"]}},
        {"not": {"weekday": {"in": ["wed"]}}},
    ]
)
_KINDS = st.sampled_from(
    [
        ("percent", {"percent": 10}),
        ("percent", {"percent": 33}),
        ("percent", {"percent": 100}),
        ("percent", {"percent": 50, "max_units": 1}),
        ("amount_off", {"amount": 5}),
        ("amount_off", {"amount": 3, "each": "unit"}),
        ("amount_off", {"amount": "70.01"}),
        ("fixed_price", {"price": 20}),
        ("n_for_m", {"take": 3, "pay": 2}),
        ("n_for_m", {"take": 2, "pay": 1, "count": "product"}),
        ("buy_x_get_y", {"buy": {"skus": ["milk"]}, "get": {"skus": ["bread"]}, "percent": 50}),
        ("cheapest", {"percent": 50, "group": 2, "every": True}),
        ("bundle_price", {"price": 60, "units": 2}),
        ("spend_steps", {"steps": [{"from": 50, "percent": 5}, {"from": 150, "amount": 20}]}),
        ("gift_item", {"sku": "bread"}),
        ("delivery", {"percent": 100}),
        ("points_multiplier", {"currency": "points", "factor": 2}),
    ]
)
_CAPS = st.lists(
    st.one_of(
        st.builds(
            lambda per, what, most, over: {"per": per, what: most, "over": over},
            st.sampled_from(["receipt", "member", "all"]),
            st.sampled_from(["uses", "money", "units"]),
            st.integers(1, 30),
            st.sampled_from(["cut", "refuse"]),
        ),
        st.just({"per": "member", "period": "day", "money": 12}),
        st.just({"per": "all", "period": "month", "uses": 2}),
    ),
    max_size=2,
)


@st.composite
def offers(draw: st.DrawFn, id: str) -> dict[str, Any]:
    kind, params = draw(_KINDS)
    more: dict[str, Any] = {
        "params": params,
        "goods": draw(_GOODS),
        "when": draw(_WHENS),
        "priority": draw(st.sampled_from([1, 100, 100])),
        "level": draw(st.sampled_from([None, None, "line", "order"])),
        "not_discounted": draw(st.sampled_from([False] * 5 + [True])),
        "caps": draw(st.one_of(st.just([]), st.just([]), _CAPS)),
        "budget": draw(st.sampled_from([None, None, None, "pot", "pool"])),
        "group": draw(st.sampled_from([None, None, None, "one", "two"])),
    }
    stacks = draw(st.sampled_from(["all"] * 5 + ["none", "listed"]))
    more["stacks"] = stacks
    if stacks == "listed":
        others = [f"p{s}" for s in SUFFIXES[:6]]
        more["stacks_with"] = draw(st.lists(st.sampled_from([*others, "one"]), max_size=3))
    trigger = draw(st.sampled_from(["auto"] * 6 + ["code", "activated"]))
    if trigger == "code":
        more["trigger"] = {"kind": "code", "codes": [f"CODE-{id}"]}
    elif trigger == "activated":
        more["trigger"] = {"kind": "activated"}
        more["times_max"] = draw(st.sampled_from([None, 2]))
    if draw(st.integers(0, 9)) == 0:
        more["repeat"] = {"each": [{"goods": {"skus": ["milk"]}}, {"goods": {"skus": ["soap"]}}]}
    if draw(st.integers(0, 9)) == 0:
        more["unit_price"] = {"from": 30}
    return offer(id, kind, **more)


@st.composite
def programmes(draw: st.DrawFn, most: int = 6) -> dict[str, Any]:
    """Keyword arguments of `document`, with `offers` among them."""
    names = [f"p{s}" for s in SUFFIXES[:most]]
    chosen = draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=most))
    made = [draw(offers(id)) for id in chosen]
    known = set(chosen) | {"one"}
    for one in made:
        if "stacks_with" in one:
            one["stacks_with"] = sorted(set(one["stacks_with"]) & known)
    return {
        "offers": made,
        "groups": [
            {"id": "one", "choose": draw(st.sampled_from(["best", "first"]))},
            {"id": "two", "most": 2, "choose": draw(st.sampled_from(["best", "first"]))},
        ],
        "budgets": [
            {"id": "pot", "title": "Pot", "money": 30, "over": "cut"},
            {"id": "pool", "title": "Pool", "money": 40, "period": "day", "over": "refuse"},
        ],
        "policy": {
            "percent_of": draw(st.sampled_from(["left", "left", "initial"])),
            "conditions_on": draw(st.sampled_from(["left", "initial"])),
            "round_per": draw(st.sampled_from(["receipt", "receipt", "line", "unit"])),
            "minimum_price": draw(st.sampled_from(["moves", "lost"])),
            "order_percentages": draw(st.sampled_from(["all", "all", "best"])),
            "exclusive": draw(st.sampled_from(["best", "best", "first"])),
            "free_goods": draw(st.sampled_from(["basket", "extra"])),
        },
        "rounding": draw(st.sampled_from(["half_up", "half_even", "down", "up"])),
    }


def made(case: dict[str, Any]) -> Compiled:
    return compiled(*case["offers"], **{k: v for k, v in case.items() if k != "offers"})


presenteds = st.builds(
    Presented,
    codes=st.lists(
        st.sampled_from([*(normalised(f"CODE-p{s}") for s in SUFFIXES[:6]), "NX5"]),
        unique=True,
        max_size=4,
    ).map(tuple),
    claims=st.dictionaries(st.sampled_from([f"p{s}" for s in SUFFIXES[:6]]), st.integers(1, 3)),
)
buyers = st.builds(buyer, tier=st.sampled_from(["base", "gold"]))
