"""The programmes of a record: their words, and in which order their source takes them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scenarios.reward_words import rewards_of
from scenarios.scopes import scope_of
from scenarios.words import listed, number

PROGRAMME_FIELDS = frozenset(
    {
        "id", "kind", "trigger", "applies_on", "rules", "reward", "rewards", "limits",
        "priority", "exclusive", "budget", "levels", "points_valid_days", "points_valid_months",
        "active", "enabled", "valid", "price_lists", "price_list", "channels", "channel",
        "company", "code", "codes", "category", "weekdays", "hours", "skip_discounted",
        "repeat", "referral", "basis", "level_start", "level_end", "level_days", "downgrade",
        "earning_limits", "point_value", "customer_group", "customer_groups", "only_for_staff",
        "name", "currency", "pending_days", "activation_days", "campaign", "stock", "cost",
        "period", "levels_valid_days", "store",
    }
)  # fmt: skip


def explicit_priorities(programmes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the record says which goes first."""
    return any(programme.get("priority") is not None for programme in programmes)


def in_order(
    programmes: Sequence[Mapping[str, Any]], higher_first: bool, among_equals: str
) -> list[Mapping[str, Any]]:
    """The programmes as their source takes them; an exclusive one is looked at first.

    Without priorities as listed, or (`narrowest`) what is for fewer goods first.
    """
    sign = -1 if higher_first else 1

    def key(programme: Mapping[str, Any]) -> tuple[Any, ...]:
        where = f"programme {programme.get('id')}"
        given = programme.get("priority")
        priority = Decimal(0) if given is None else number(given, where)
        equal: Any = 0
        if among_equals == "narrowest":
            equal = _breadth(programme, where)
        elif among_equals == "id":
            equal = str(programme.get("id"))
        return (not programme.get("exclusive"), sign * priority, equal)

    return sorted(programmes, key=key)


def _breadth(programme: Mapping[str, Any], where: str) -> int:
    widths = []
    for reward in rewards_of(programme):
        scope = scope_of(reward.get("scope"), where)
        names = [name for names in scope.goods.values() for name in listed(names)]
        widths.append(len(names) or 10_000)
    return min(widths, default=0)


def currency_code(place: int, name: str) -> str:
    """The currency of a programme, by its place in the record: it stays while others change."""
    folded = "".join(c for c in name.lower() if c.isascii() and c.isalnum())
    return f"c{place}-{folded}"[:40]
