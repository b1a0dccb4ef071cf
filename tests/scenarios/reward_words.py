"""The words of a reward, and what they are read with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scenarios.conditions import is_set, rules_of
from scenarios.scopes import Scope, goods_of, scope_of
from scenarios.settings import Settings
from scenarios.words import check, flag, listed, number, one_of, part, text, whole

REWARD_FIELDS = frozenset(
    {
        "type", "mode", "value", "scope", "max_amount", "max_units", "max_units_per_line",
        "per_unit", "allocation", "required_points", "clear_points", "choices", "all_of", "sku",
        "skus", "tag", "cat", "product", "qty", "target", "group_size", "methods", "tiers",
        "base", "first", "more", "cost", "stock", "order", "skip_first", "every", "add",
        "points_per_cent", "description", "repeat", "exclude_skus", "exclude_cat",
        "exclude_tag", "max_qty", "amount", "percent", "id", "brand", "units", "programme",
        "factor", "label", "labels",
    }
)  # fmt: skip
TYPES = frozenset(
    {
        "discount", "free_product", "get_free", "cheapest_free", "dearest_free",
        "fixed_unit_price", "bundle_price", "shipping_discount", "shipping_price", "pay", "coupon",
        "tiered_percent", "tiered_fixed", "flexi_rate", "free_shipping", "points", "get_discount",
        "buy_get", "multiply", "points_multiplier",
    }
)  # fmt: skip
MODES = frozenset({"percent", "percentage", "fixed", "amount", "per_point", "per_unit", "price"})
ALLOCATIONS = frozenset(
    {
        "each_line", "each", "per_line", "line", "by_value", "proportional", "value",
        "by_quantity", "quantity", "across", "each_unit", "per_unit", "unit", "order",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """One promotion's worth of a reward: kind, parameters, and fields of the promotion."""

    kind: str
    params: Mapping[str, Any]
    fields: Mapping[str, Any] = field(default_factory=dict)
    order: bool = False


@dataclass(frozen=True)
class Setting:
    """What a reward is read with: its programme, the run's choices, what goods are taxed with."""

    programme: Mapping[str, Any]
    settings: Settings
    per_line_units: bool
    buys_once: bool
    claimed: bool
    gross_of: Any

    @property
    def where(self) -> str:
        return f"programme {self.programme.get('id')} reward"

    @property
    def rule(self) -> Mapping[str, Any]:
        rules = rules_of(self.programme)
        return rules[0] if rules else {}

    @property
    def per_bundle(self) -> bool:
        return str(self.programme.get("repeat", "")) in ("per_bundle", "per_set", "each_set")


def rewards_of(programme: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rewards that are given all together, or of which one is chosen. Raises UnknownWord."""
    where = f"programme {programme.get('id')} reward"
    found: list[Mapping[str, Any]] = []
    for reward in [*listed(programme.get("reward")), *listed(programme.get("rewards"))]:
        check(where, reward, REWARD_FIELDS)
        inner = listed(reward.get("all_of")) + listed(reward.get("choices"))
        for one in inner or [reward]:
            found.append(check(where, one, REWARD_FIELDS))
    return found


def type_of(reward: Mapping[str, Any], where: str) -> str:
    """The type of a reward; a discount where only its mode says so. Raises UnknownWord."""
    one_of(reward.get("mode", "fixed"), MODES, f"{where} mode")
    one_of(reward.get("allocation", "order"), ALLOCATIONS, f"{where} allocation")
    return str(one_of(reward.get("type", "discount"), TYPES, f"{where} type"))


def scope_in(reward: Mapping[str, Any], where: str) -> Scope:
    """The goods of a reward: its scope, its target, or what it names. Raises UnknownWord."""
    if is_set(reward.get("scope")):
        scope = scope_of(reward["scope"], where)
    elif is_set(reward.get("target")):
        scope = scope_of(reward["target"], where)
    else:
        goods = goods_of(reward, where)
        scope = Scope(goods, whole_order=not goods)
    more = goods_of({k: v for k, v in reward.items() if k.startswith("exclude_")}, where)
    if more:
        scope = Scope({**scope.goods, **more}, scope.unit_price, scope.pick, scope.among)
    return scope


def pieces_in(reward: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    """Limits by the piece, in whichever of the words the record uses."""
    where, params = setting.where, dict[str, Any]()
    limit = reward.get("max_units", reward.get("max_qty"))
    if is_set(limit):
        per_line = setting.per_line_units or setting.settings.get("units_of_order", "all") == "line"
        params["max_units_per_line" if per_line else "max_units"] = whole(limit, where)
    if is_set(reward.get("max_units_per_line")):
        params["max_units_per_line"] = whole(reward["max_units_per_line"], where)
    limits = part(setting.programme, "limits")
    if isinstance(limits, Mapping) and is_set(limits.get("units_per_product")):
        params["max_units_per_line"] = whole(limits["units_per_product"], where)
    if is_set(reward.get("group_size")):
        params["group_size"] = whole(reward["group_size"], where)
    for ours in ("skip_first", "every"):
        if is_set(reward.get(ours)):
            params[ours] = whole(reward[ours], where)
    if setting.settings.get("uses_up", False):
        params["uses_up"] = True
    if reward.get("order") is not None:
        dear = any(
            word in str(reward["order"]) for word in ("dear", "expensive", "desc", "highest")
        )
        params["choose"] = "dearest" if dear else "cheapest"
    return params


def units_per_reward(reward: Mapping[str, Any], rule: Mapping[str, Any], where: str) -> int:
    """How many units bring one reward where points are given by the unit; zero where they are not."""
    points = rule.get("points")
    if not isinstance(points, Mapping) or points.get("mode") != "per_unit":
        return 0
    each = number(points.get("amount", 1), where)
    needed = number(reward.get("required_points", 1), where)
    return max(1, -int(-needed // each)) if each > 0 else 0


def pays_for_items(programme: Mapping[str, Any], settings: Settings) -> Mapping[str, Any] | None:
    """The one reward of a programme that is a unit of a product of the basket for so many points."""
    rewards = rewards_of(programme)
    extra = settings.get("free_goods", "basket") == "extra"
    if len(rewards) != 1 or extra or rewards[0].get("type") != "free_product":
        return None
    reward = rewards[0]
    one = reward.get("qty", 1) == 1 and not reward.get("clear_points") and "add" not in reward
    return reward if one and goods_of(reward, "reward") else None


def is_all(reward: Mapping[str, Any], where: str) -> bool:
    """Whether a claim of this reward costs all the points there are."""
    return flag(reward.get("clear_points", False), where)


def title_of(reward: Mapping[str, Any]) -> str:
    """What a buyer names a choice by: its value."""
    return text(reward.get("value", reward.get("id", reward.get("sku", "?"))), "choice")
