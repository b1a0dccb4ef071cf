"""The shape that every condition has."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from regulars.core.goods import Goods
from regulars.core.programme.model import Frozen
from regulars.core.purchase import Line
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms

Holds = Callable[[Scene], bool]
Needs = Mapping[str, frozenset[Hashable]]
"""By dimension, keys of which a purchase must have at least one for the condition to hold.

It may promise too little (the condition is still asked), never too much. The dimensions are those
of `core.when.tables`: moment, hour, weekday, store, store_brand, channel, tier, segment, payment,
goods.
"""


class Missing(NamedTuple):
    """What more of which goods (None: any) would make a condition hold: minor units of money and
    thousandths of a unit, one of them or both more than zero."""

    money_minor: int = 0
    quantity: int = 0
    goods: Goods | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: printed in the reference, and run as a test."""

    says: Mapping[str, str]
    params: Mapping[str, Any]
    holds: bool
    at: datetime | None = None
    lines: tuple[Line, ...] | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)
    buyer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about a purchase or a member that is answered with yes or no.

    `looks_at` says what it needs: a condition on the receipt cannot stand where there is none.
    `missing` is asked where the condition does not hold: what the buyer could still add, or None.
    """

    code: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    params: type[Frozen]
    prepare: Callable[[Any, Terms], Holds]
    why_not: Callable[[Any, Scene, Terms], Reason]
    looks_at: Literal["member", "time", "receipt"]
    examples: tuple[Example, ...]
    index: Callable[[Any, Terms], Needs] | None = None
    missing: Callable[[Any, Scene, Terms], Missing | None] | None = None

    def holds(self, params: Frozen, scene: Scene, terms: Terms) -> bool:
        """Whether the condition holds; for many scenes `prepare` once and call what it gives."""
        return self.prepare(params, terms)(scene)
