"""What a run of a record may choose: settings of the programme document, and how its source counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

Choice = tuple[str, Any]

POLICY: Mapping[str, tuple[Any, ...]] = {
    "percent_of": ("initial",),
    "conditions_on": ("initial",),
    "rounding": ("down", "half_down", "up", "half_even", "half_up"),
    "round_per": ("line", "unit"),
    "round_to": (1,),
    "amounts": ("net",),
    "minimum_price": ("lost",),
    "order_percentages": ("best",),
    "exclusive": ("first",),
    "free_goods": ("extra",),
}
"""Fields of `promotion_policy` with the values that are not the default."""

OTHERS: Mapping[str, tuple[Any, ...]] = {
    "earning_base": ("full",),
    "caps_over": ("refuse",),
    "budget_over": ("cut",),
    "transfer_expiry": ("restart",),
    "set_percent": ("compounded",),
    "among_equals": ("narrowest", "id"),
    "units_of_order": ("line",),
    "tier_amounts": ("line",),
    "group_order": ("listed",),
    "returns_promotions": ("recompute",),
    "buy_get": ("once", "repeated", "whole"),
    "uses_up": (True,),
    "codes_stay": (True,),  # a code that is good is kept until its conditions hold
    "points_whole": ("down", "half_up", "up"),
    "least_amounts": ("net",),
    "cheapest_of": (2, 1),
    "count_products": ("apart", "together"),
    "earned_at_once": (False,),
}
"""Other settings of the document, and choices its author has in saying what a record says."""

HABITS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("sylius", {"rounding": "half_down"}),  # prices are rounded half up
    ("oscar", {"rounding": "down", "conditions_on": "initial"}),
    ("solidus", {"tier_amounts": "line"}),
    ("saleor", {"round_per": "line"}),
    ("vendure", {"amounts": "net", "codes_stay": True}),
    ("sale_loyalty", {"free_goods": "extra", "order_percentages": "best"}),
    ("pos_loyalty", {"order_percentages": "best"}),
)
"""Choices that a system makes throughout, by a word in where the record comes from."""

DOWN_FIRST = ("sylius", "oscar", "erpnext", "frappe")
PER_LINE_UNITS = ("medusa",)


@dataclass(frozen=True)
class Settings:
    """One way to run a record: the choices that differ from the default, by name."""

    chosen: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any) -> Any:
        return self.chosen.get(name, default)

    @property
    def title(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.chosen.items()) or "defaults"

    def policy(self) -> dict[str, Any]:
        """The fields of `promotion_policy` that are chosen."""
        return {name: value for name, value in self.chosen.items() if name in _POLICY_FIELDS}


_POLICY_FIELDS = frozenset({*POLICY, "codes_max"})
DEFAULTS = Settings()


def habits(source: str) -> dict[str, Any]:
    """How the system that a record comes from makes these choices."""
    found: dict[str, Any] = {}
    for word, choices in HABITS:
        if word in source:
            found |= choices
    return found


def ways(source: str) -> Iterator[Settings]:
    """The ways to run a record, as few choices as possible first.

    As documented; then as its source is known to choose; then one other choice, with the source's
    or without; then two.
    """
    yield DEFAULTS
    usual = habits(source)
    if usual:
        yield Settings(usual)
    singles = [
        (name, value)
        for group in (POLICY, OTHERS)
        for name, values in group.items()
        for value in values
    ]
    for single in singles:
        yield Settings(dict([single]))
    for single in singles if usual else ():
        yield Settings({**usual, **dict([single])})
    for one, other in combinations(singles, 2):
        if one[0] != other[0]:
            yield Settings(dict([one, other]))


def higher_first(source: str) -> bool:
    """Whether the source takes the larger priority number first."""
    return any(word in source for word in DOWN_FIRST)


def buys_once(source: str) -> bool:
    """Whether «buy so many, get so many» counts once, what was bought staying open to others."""
    return any(word in source for word in PER_LINE_UNITS)


def units_per_line(source: str) -> bool:
    """Whether a limit of units means each line by itself where the record comes from."""
    return any(word in source for word in PER_LINE_UNITS)
