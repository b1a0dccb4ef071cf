"""Limits and budgets of a record's programme, as ours."""

from collections.abc import Mapping
from typing import Any

from scenarios.conditions import is_set
from scenarios.settings import Settings
from scenarios.words import check, money, number, one_of, whole

LIMITS: Mapping[str, tuple[str, str, str | None]] = {
    "total_uses": ("all", "uses", None),
    "total": ("all", "uses", None),
    "uses": ("all", "uses", None),
    "per_customer": ("member", "uses", None),
    "per_customer_uses": ("member", "uses", None),
    "per_customer_per_day": ("member", "uses", "day"),
    "per_customer_per_week": ("member", "uses", "week"),
    "per_customer_per_month": ("member", "uses", "month"),
    "uses_per_day": ("all", "uses", "day"),
    "total_discount": ("all", "money", None),
    "discount_per_customer": ("member", "money", None),
    "discount_per_order": ("receipt", "money", None),
    "max_discount": ("receipt", "money", None),
    "total_units": ("all", "units", None),
    "units_per_customer": ("member", "units", None),
    "units_per_order": ("receipt", "units", None),
    "per_order": ("receipt", "units", None),
}
ELSEWHERE = frozenset({"single_use_code", "units_per_product"})  # read by coupons and rewards
BUDGETS = frozenset({"spend", "usage", "use_by_attribute"})
BUDGET_FIELDS = frozenset({"type", "limit", "used", "currency", "attribute"})
COUNT_MAX = 1_000_000_000


def caps_of(programme: Mapping[str, Any], settings: Settings) -> list[dict[str, Any]]:
    """The caps of a promotion; a usage budget is one too. Raises UnknownWord."""
    where = f"programme {programme.get('id')}"
    caps = []
    limits = programme.get("limits")
    if limits is not None:
        check(f"{where} limits", limits, [*LIMITS, *ELSEWHERE])
        for key, value in limits.items():
            if key in LIMITS and is_set(value):
                caps.append(_cap(LIMITS[key], value, settings, where))
    budget = _budget(programme, where)
    if budget is not None and budget.get("type") != "spend":
        per = "member" if budget.get("type") == "use_by_attribute" else "all"
        caps.append(_cap((per, "uses", None), budget["limit"], settings, where))
    return caps


def _cap(
    about: tuple[str, str, str | None], value: Any, settings: Settings, where: str
) -> dict[str, Any]:
    per, what, period = about
    cap: dict[str, Any] = {"per": per}
    if what == "money":
        cap["money"] = money(number(value, where))
    else:
        cap[what] = min(COUNT_MAX, whole(value, where))
    if period:
        cap["period"] = period
    if settings.get("caps_over", "cut") != "cut":
        cap["over"] = "refuse"
    return cap


def no_limit(programme: Mapping[str, Any]) -> bool:
    """Whether a limit of zero leaves nothing at all."""
    limits = programme.get("limits")
    if not isinstance(limits, Mapping):
        return False
    where = f"programme {programme.get('id')}"
    return any(
        is_set(value) and not isinstance(value, bool) and number(value, where) <= 0
        for key, value in limits.items()
        if key in LIMITS
    )


def _budget(programme: Mapping[str, Any], where: str) -> Mapping[str, Any] | None:
    budget = programme.get("budget")
    if budget is None:
        return None
    check(f"{where} budget", budget, BUDGET_FIELDS)
    one_of(budget.get("type", "spend"), BUDGETS, f"{where} budget")
    return budget if is_set(budget.get("limit")) else None


def budget_of(programme: Mapping[str, Any], settings: Settings) -> dict[str, Any] | None:
    """The money that the programme may cost in all; None without such a budget. Raises UnknownWord."""
    where = f"programme {programme.get('id')}"
    budget = _budget(programme, where)
    if budget is None or budget.get("type", "spend") != "spend":
        return None
    over = settings.get("budget_over", "refuse")
    return {"title": "Budget", "money": money(number(budget["limit"], where)), "over": over}
