"""Small programmes for tests of the engine: one or two currencies, three tiers, kopecks."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from regulars.core.earning.evaluate import earn
from regulars.core.earning.settle import Earnings
from regulars.core.example import AT, buyer, line, receipt
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.document import Programme
from regulars.core.purchase import Buyer, Line
from regulars.core.scene import Scene

BASE: dict[str, Any] = {
    "format": 1,
    "code": "test",
    "title": "Test",
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "en",
    "currencies": {
        "points": {"title": "Points"},
        "cashback": {"title": "Cashback", "kind": "cashback", "scale": 2},
    },
    "tiers": {
        "measure": "spend",
        "window": {"kind": "lifetime"},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "silver", "title": "Silver", "threshold": 100},
            {"code": "gold", "title": "Gold", "threshold": 1000},
        ],
    },
}


def rule(id: str, mechanic: str = "rate_per_amount", **more: Any) -> dict[str, Any]:
    """A rule in document form: 1 point per 10, unless told otherwise."""
    told = {"id": id, "title": id, "mechanic": mechanic, "currency": "points"}
    return told | {"params": {"points": 1, "per": 10}} | more


def document(*rules: dict[str, Any], **more: Any) -> Programme:
    return Programme.model_validate(BASE | {"earning": list(rules)} | more)


def compiled(*rules: dict[str, Any], **more: Any) -> Compiled:
    return compile_programme(document(*rules, **more), 1)


def scene(
    *lines: Line, who: Buyer | None = None, at: datetime = AT, paid: Any = None, **more: Any
) -> Scene:
    """The receipt of these lines, all of it paid."""
    told = receipt(*lines, occurred_at=at, **more)
    return Scene(
        told, who or buyer(tier="base"), at, paid or tuple(sold.amount_minor for sold in lines)
    )


def earned(programme: Compiled, *lines: Line, **more: Any) -> dict[str, int]:
    """What each rule gave."""
    return amounts(earn(programme, scene(*lines, **more)))


def amounts(earnings: Earnings) -> dict[str, int]:
    return {award.rule: award.amount for award in earnings.awards}


_CATEGORIES = ("", "food", "food/dairy", "food/dairy/milk", "home", "home/soap")

lines = st.builds(
    line,
    st.one_of(st.sampled_from([0, 50_00, 70_00]), st.integers(0, 10**6)),
    sku=st.sampled_from(["bread", "milk", "soap"]),
    category=st.sampled_from(_CATEGORIES),
    brand=st.sampled_from(["", "ours", "theirs"]),
    tags=st.frozensets(st.sampled_from(["red", "sale", "no_points"]), max_size=2),
    quantity=st.sampled_from([1000, 2000, 137, 500]),
)
line_lists = st.lists(lines, min_size=1, max_size=6).map(
    lambda sold: tuple(one._replace(id=str(i)) for i, one in enumerate(sold))
)
_COUNTERS = st.fixed_dictionaries(
    {},
    optional={
        "rule:r1:day": st.tuples(st.just(AT.date().toordinal()), st.integers(0, 80)),
        "rule:r2:ever": st.tuples(st.just(0), st.integers(0, 80)),
        "currency:points:day": st.tuples(
            st.sampled_from([AT.date().toordinal(), 1]), st.integers(0, 80)
        ),
    },
)
buyers = st.builds(
    buyer,
    counters=_COUNTERS,
    tier=st.sampled_from(["base", "silver", "gold"]),
    visits=st.integers(0, 12),
    tags=st.frozensets(st.sampled_from(["student", "staff"])),
)
goods = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.lists(st.sampled_from(_CATEGORIES[1:]), max_size=2),
        "brands": st.lists(st.sampled_from(["ours", "theirs"]), max_size=2),
        "skus": st.lists(st.sampled_from(["bread", "milk", "soap"]), max_size=2),
        "exclude_tags": st.lists(st.sampled_from(["sale", "red"]), max_size=1),
        "exclude_categories": st.lists(st.sampled_from(["food/dairy", "home"]), max_size=1),
    },
)
_LEAVES = st.sampled_from(
    [
        {"tier": {"in": ["gold"]}},
        {"tier": {"at_least": "silver"}},
        {"segment": {"in": ["student"]}},
        {"store": {"in": ["s1", "s9"]}},
        {"channel": {"in": ["online"]}},
        {"weekday": {"in": ["wed"]}},
        {"hours": {"from": "22:00", "to": "16:00"}},
        {"hours": {"from": "09:00", "to": "10:30"}},
        {"amount": {"min": 500}},
        {"goods": {"goods": {"categories": ["food"]}, "quantity_min": 2}},
        {"goods": {"goods": {"brands": ["ours"]}}},
        {"nth_purchase": {"every": 3}},
        {"dates": {"since": "2026-03-01", "until": "2026-04-01"}},
        {"dates": {"until": "2026-02-01"}},
        {"payment": {"in": ["card"]}},
    ]
)
trees = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda nodes: {"all": nodes}),
        st.lists(inner, max_size=3).map(lambda nodes: {"any": nodes}),
        inner.map(lambda node: {"not": node}),
    ),
    max_leaves=4,
)
_MECHANICS = st.sampled_from(
    [
        ("rate_per_amount", {"points": 1, "per": 10}),
        ("rate_per_amount", {"points": 1, "per": 7}),
        ("rate_per_amount", {"points": "0.3", "per": 11}),
        ("rate_per_amount", {"points": 3, "per": 100, "by_tier": {"gold": 7}}),
        ("rate_per_amount", {"points": 1, "per": 100, "whole_steps": True}),
        ("rate_per_unit", {"points": 2}),
        ("rate_per_unit", {"points": "0.5", "whole_units": False}),
        ("per_visit", {"points": 5}),
        ("fixed_bonus", {"points": 4, "each": "line"}),
        ("nth_purchase", {"points": 50, "every": 2}),
        ("threshold_steps", {"steps": [{"from": 100, "points": 5}], "count": "each"}),
        ("category_rates", {"per": 7, "categories": {"food": 1}, "default": "0.3"}),
        ("multiplier", {"factor": "1.5"}),
        ("multiplier", {"factor": 3}),
    ]
)
_CAPS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"over": st.sampled_from(["cut", "refuse"])},
        optional={
            name: st.integers(1, 60) for name in ("receipt", "member", "day", "week", "month")
        },
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    mechanic, params = draw(_MECHANICS)
    currency = draw(st.sampled_from(["points", "points", "cashback"]))
    kind = "multipliers" if mechanic == "multiplier" else "rules"
    return {
        "id": draw(st.sampled_from([f"r{i}" for i in range(12)])),
        "title": "Rule",
        "mechanic": mechanic,
        "params": params,
        "currency": currency,
        "exclusive": draw(st.sampled_from([None] * 4 + [f"{kind}-of-{currency}"])),
        "goods": draw(st.one_of(st.just({}), st.just({}), goods)),
        "when": draw(st.one_of(*[st.just({"all": []})] * 3, trees)),
        "priority": draw(st.sampled_from([1, 100, 100])),
        "caps": draw(st.one_of(st.none(), st.none(), _CAPS)),
        "final": draw(st.sampled_from([False] * 9 + [True])),
        "enabled": draw(st.sampled_from([True] * 9 + [False])),
    }


rule_lists = st.lists(rules(), max_size=8, unique_by=lambda one: one["id"])
policies = st.fixed_dictionaries(
    {"multipliers": st.sampled_from(["add", "multiply", "best"])},
    optional={"stacking_max": st.integers(1, 5)},
)
currency_caps = st.fixed_dictionaries(
    {}, optional={"receipt": st.integers(1, 90), "day": st.integers(1, 90)}
)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    more: dict[str, Any] = {"earning_policy": draw(policies)}
    more["rounding"] = draw(st.sampled_from(["half_up", "half_even", "half_down", "down", "up"]))
    currencies = {code: dict(one) for code, one in BASE["currencies"].items()}
    if draw(st.booleans()):
        caps = draw(currency_caps)
        currencies["points"]["caps"] = caps | {"over": draw(st.sampled_from(["cut", "refuse"]))}
    more["currencies"] = currencies
    return document(*draw(rule_lists), **more)
