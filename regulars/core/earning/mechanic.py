"""The shape that every earning mechanic has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from regulars.core.programme.model import Frozen
from regulars.core.purchase import Event, Line
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms

Params = tuple[tuple[str, object], ...]
Given = tuple[int, int, Sequence[int] | None, Params]
"""What a rule gives: numerator and denominator of minor units (exact, > 0), the weight of each
selected line (None: what is paid for it), and what the sentence of the reason needs."""

Gives = Callable[[Scene, Lines], Given | None]


@dataclass(frozen=True, slots=True)
class Multiplies:
    """A factor (> 1) on what other rules of the currency earned; of all if `rules` is empty."""

    numerator: int
    denominator: int
    rules: frozenset[str]
    params: Params


@dataclass(frozen=True, slots=True)
class Rewards:
    """A fixed number of minor units for an event, as often as `once` lets it be given."""

    event: str
    amount: int
    once: Literal["ever", "reference", "day", "week", "month", "year", "always"]
    params: Params


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: printed in the reference, and run as a test.

    Money has two decimals, the currency none, the tiers are base, silver, gold. `beside` are more
    rules of the programme in document form; `earns` is what the mechanic's own rule gives.
    """

    says: Mapping[str, str]
    params: Mapping[str, Any]
    earns: int
    lines: tuple[Line, ...] = ()
    goods: Mapping[str, Any] = field(default_factory=dict)
    buyer: Mapping[str, Any] = field(default_factory=dict)
    beside: tuple[Mapping[str, Any], ...] = ()
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Mechanic:
    """A way of earning.

    `prepare(params, terms, scale)` is called once per rule and version, `scale` being the decimals
    of the rule's currency. It gives `Gives` for rules on purchases, `Multiplies` or `Rewards` else.
    Changed arithmetic gets a new code: old sales must replay exactly.
    """

    code: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    params: type[Frozen]
    prepare: Callable[[Any, Terms, int], Gives | Multiplies | Rewards]
    examples: tuple[Example, ...]
    kind: Literal["purchase", "multiplier", "event"] = "purchase"
