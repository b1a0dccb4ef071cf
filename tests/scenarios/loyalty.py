"""Points in the records as currencies, earning rules and payments of our programme document."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scenarios.conditions import GrossOf, is_set, rule_conditions, rules_of
from scenarios.reward_words import pays_for_items, rewards_of
from scenarios.scopes import goods_of
from scenarios.settings import Settings
from scenarios.words import UnknownWord, check, listed, money, number, one_of, plain, whole, words

KEPT_KINDS = frozenset({"loyalty", "ewallet", "instant_reward"})
POINT_MODES = frozenset({"per_order", "per_money", "per_unit"})
POINTS_FIELDS = frozenset({"mode", "amount", "per", "value"})
EARNING_TYPES = frozenset(
    {
        "points_per_money", "product_purchase", "multiply", "multiplier", "multiply_by_labels",
        "points", "event", "custom_event", "first_purchase", "fixed", "fixed_points",
        "per_order", "per_money", "per_unit", "general_spending", "multiply_for_product",
    }
)  # fmt: skip
LIMIT_WORDS = {
    "per_transaction": "receipt", "per_order": "receipt", "per_receipt": "receipt",
    "per_day": "day", "daily": "day", "per_week": "week", "weekly": "week",
    "per_month": "month", "monthly": "month", "per_year": "year", "yearly": "year",
    "per_customer": "member", "per_member": "member", "total": "member", "ever": "member",
    "day": "day", "week": "week", "month": "month", "year": "year",
}  # fmt: skip


def is_kept(programme: Mapping[str, Any], wallets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether its points stay in a wallet after the order."""
    if programme.get("kind") == "gift_card":
        return False
    if programme.get("kind") in KEPT_KINDS or programme.get("applies_on") == "both":
        return True
    if any(wallet.get("programme") == programme.get("id") for wallet in wallets):
        return True
    if not rewards_of(programme) and programme.get("trigger") is None:
        return True
    if programme.get("applies_on") == "future":
        return gives_points(programme) and needs_points(programme)
    return any("type" in rule for rule in rules_of(programme))


def gives_points(programme: Mapping[str, Any]) -> bool:
    """Whether a rule of it gives points."""
    return any("points" in rule or "type" in rule for rule in rules_of(programme))


def needs_points(programme: Mapping[str, Any]) -> bool:
    """Whether a reward of it is paid with points."""
    return any(
        "required_points" in reward
        or reward.get("mode") == "per_point"
        or reward.get("type") == "pay"
        or "points_per_cent" in reward
        or reward.get("clear_points")
        for reward in rewards_of(programme)
    )


def whole_points(programme: Mapping[str, Any]) -> bool:
    """Whether its points are whole ones, what is over being cut off."""
    return any("collection_factor" in rule for rule in rules_of(programme))


def currency_of(programme: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The currency that the programme's points are. Raises UnknownWord."""
    where = f"programme {programme.get('id')}"
    currency: dict[str, Any] = {"title": "Points", "scale": 2}
    if whole_points(programme):
        currency |= {"scale": 0, "rounding": "down"}
    elif settings.get("points_whole", ""):
        currency |= {"scale": 0, "rounding": settings.get("points_whole", "")}
    if programme.get("points_valid_days") is not None:
        days = whole(programme["points_valid_days"], where)
        currency["expiry"] = {"kind": "after", "after": {"days": days}}
    elif programme.get("points_valid_months") is not None:
        months = whole(programme["points_valid_months"], where)
        currency["expiry"] = {"kind": "after", "after": {"months": months}}
    waits = programme.get("pending_days", programme.get("activation_days"))
    if waits is not None and whole(waits, where) > 0:
        currency["activation"] = {"days": whole(waits, where)}
    if programme.get("kind") == "ewallet":
        return currency | {"kind": "stored_value"}
    caps = _limits(programme, settings, where)
    if caps:
        currency["caps"] = caps
    pays = _payment(programme, where) or _free_items(programme, settings, where)
    if pays:
        currency["redeem"] = pays
    transfer = settings.get("transfer_expiry", "keep")
    if programme.get("kind") != "gift_card":
        currency["transfer"] = {"expiry": transfer}
    return currency


def _limits(programme: Mapping[str, Any], settings: Settings, where: str) -> dict[str, Any]:
    limits = programme.get("earning_limits")
    if limits is None:
        return {}
    check(f"{where} earning_limits", limits, [*LIMIT_WORDS, "over"])
    caps: dict[str, Any] = {
        LIMIT_WORDS[key]: plain(number(value, where))
        for key, value in limits.items()
        if key != "over" and is_set(value)
    }
    over = limits.get("over", settings.get("caps_over", "cut"))
    return caps | {"over": over} if caps else {}


def _payment(programme: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    """How the points pay, where so much of money is said for each."""
    if is_set(programme.get("point_value")):
        return {"kind": "money", "worth": plain(number(programme["point_value"], where))}
    for reward in rewards_of(programme):
        if "points_per_cent" in reward:
            continue
        if reward.get("mode") == "per_point" and is_set(reward.get("value")):
            pays: dict[str, Any] = {
                "kind": "money",
                "worth": plain(number(reward["value"], where)),
            }
            needed = number(reward.get("required_points", 0), where)
            if needed > 1:
                pays |= {"step": plain(needed), "minimum": plain(needed)}
            elif needed == 1:
                pays |= {"step": "1"}
            goods = goods_of(reward, where)
            if goods:
                pays["goods"] = goods
            return pays
    return None


def _free_items(
    programme: Mapping[str, Any], settings: Settings, where: str
) -> dict[str, Any] | None:
    """Points that make units of a product free, as a way to pay."""
    reward = pays_for_items(programme, settings)
    if reward is None:
        return None
    needed = number(reward.get("required_points", 1), where)
    if needed <= 0:
        return None
    goods = goods_of(reward, where)
    return {"kind": "item", "units": plain(needed), "goods": goods, "items_max": 100}


def earning_of(
    programme: Mapping[str, Any], currency: str, number_from: int, gross_of: GrossOf, slug: str
) -> list[dict[str, Any]]:
    """The earning rules of a programme, in the order of the record. Raises UnknownWord."""
    where = f"programme {programme.get('id')}"
    found: list[dict[str, Any]] = []
    base_when = [_code_condition(programme, where)] if programme.get("trigger") == "code" else []
    for i, rule in enumerate(rules_of(programme)):
        earned = _earned(programme, rule, where)
        if earned is None:
            continue
        mechanic, params = earned
        when = [part for part in base_when if part] + rule_conditions(rule, gross_of, where)
        made: dict[str, Any] = {
            "id": f"{slug}-r{i + 1}",
            "title": "Rule",
            "mechanic": mechanic,
            "params": params,
            "currency": currency,
            "priority": number_from + i,
        }
        goods = goods_of(rule, where)
        if goods:
            made["goods"] = goods
        if when:
            made["when"] = when[0] if len(when) == 1 else {"all": when}
        if rule.get("final"):
            made["final"] = True
        if rule.get("active") is False:
            made["enabled"] = False
        found.append(made)
    return found


def codes_of(programme: Mapping[str, Any]) -> list[str]:
    """The words that switch the programme on, as the record writes them."""
    where = f"programme {programme.get('id')}"
    found: list[str] = []
    for holder in (programme, *rules_of(programme)):
        found += words(listed(holder.get("code")) + listed(holder.get("codes")), where)
    return list(dict.fromkeys(found))


def attribute_of(programme: Mapping[str, Any]) -> str:
    """The field of a receipt that says the programme's code was entered."""
    folded = "".join(c for c in str(programme.get("id")).lower() if c.isascii() and c.isalnum())
    return f"entered_{folded}"[:60]


def _code_condition(programme: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    if not codes_of(programme):
        return None
    return {"attribute": {"of": "receipt", "name": attribute_of(programme), "eq": True}}


def _earned(
    programme: Mapping[str, Any], rule: Mapping[str, Any], where: str
) -> tuple[str, dict[str, Any]] | None:
    if "type" in rule or "event" in rule:
        return _typed(rule, where)
    points = rule.get("points")
    if points is None:
        if programme.get("kind") != "loyalty":
            return None
        return "fixed_bonus", {"points": 1}
    if not isinstance(points, Mapping):
        points = {"mode": "per_order", "amount": points}
    check(f"{where} points", points, POINTS_FIELDS)
    mode = one_of(points.get("mode", "per_order"), POINT_MODES, f"{where} points mode")
    amount = number(points.get("amount", points.get("value", 1)), where)
    if amount <= 0:
        return None
    if mode == "per_order":
        return "fixed_bonus", {"points": plain(amount)}
    if mode == "per_unit":
        return "rate_per_unit", {"points": plain(amount)}
    per = number(points.get("per", 1), where)
    return "rate_per_amount", {"points": plain(amount), "per": money(max(per, Decimal("0.01")))}


def _typed(rule: Mapping[str, Any], where: str) -> tuple[str, dict[str, Any]] | None:
    """Rules of systems that name what a rule does. Raises UnknownWord."""
    kind = str(rule.get("type", "event"))
    if kind not in EARNING_TYPES:
        raise UnknownWord(f"{where}: unknown type of rule {kind!r}")
    if kind in ("points_per_money", "general_spending", "per_money"):
        value = number(rule.get("value", rule.get("points", 1)), where)
        per = number(rule.get("collection_factor", 1), where)
        if value <= 0 or per <= 0:
            return None
        return "rate_per_amount", {"points": plain(value), "per": money(per)}
    if kind.startswith("multipl"):
        factor = number(rule.get("factor", rule.get("value", 1)), where)
        return ("multiplier", {"factor": plain(factor)}) if factor > 1 else None
    given = rule.get("points", rule.get("value", rule.get("amount", 1)))
    if isinstance(given, Mapping):
        given = given.get("amount", 1)
    points = number(given, where)
    if points <= 0:
        return None
    if kind == "per_unit":
        return "rate_per_unit", {"points": plain(points)}
    if kind == "product_purchase":
        return "fixed_bonus", {"points": plain(points), "each": "line"}
    if kind in ("event", "custom_event"):
        name = rule.get("event", rule.get("name", "event"))
        return "event_bonus", {"event": "custom", "name": str(name), "points": plain(points)}
    return "fixed_bonus", {"points": plain(points)}
