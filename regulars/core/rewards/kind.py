"""The shape that every kind of reward has: one file a kind, found by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from regulars.core.calendar import Duration
from regulars.core.programme.document import Programme
from regulars.core.programme.model import Frozen
from regulars.core.refusal import Refused


class Effect(NamedTuple):
    """What issuing an order brings about, beside spending its price.

    `coupon`: a coupon of the promotion `target`; `offer`: the promotion `target` is offered to the
    member; `tier`: the level `target`; each for `lasts` (None: without end).
    """

    does: Literal["nothing", "coupon", "offer", "tier"]
    target: str = ""
    lasts: Duration | None = None


NOTHING = Effect("nothing")


@dataclass(frozen=True, slots=True)
class Example:
    """Parameters that are right, and what they mean: printed in the reference and run as a test."""

    says: Mapping[str, str]
    params: Mapping[str, Any]
    effect: Effect


def never(params: Any) -> datetime | None:
    """No moment of its own at which orders end."""
    return None


def anywhere(params: Any, programme: Programme) -> Refused | None:
    """Nothing in the programme is needed for it."""
    return None


@dataclass(frozen=True, slots=True)
class RewardKind:
    """Something that points can be exchanged for.

    `effect(params)` is what issuing an order does. `check(params, programme)` says what is missing
    in the programme. `closes(params)` is the moment from which nobody orders or gives back.
    `fulfilled`: with the order itself (`at_once`), or when somebody says so (`by_hand`);
    `fulfilment` says what that means. `returnable`: given back until it is fulfilled
    (`until_fulfilled`), while what was issued is unused (`while_unused`), or `never`.
    """

    code: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    params: type[Frozen]
    effect: Callable[[Any], Effect]
    fulfilled: Literal["at_once", "by_hand"]
    returnable: Literal["until_fulfilled", "while_unused", "never"]
    fulfilment: Mapping[str, str]
    examples: tuple[Example, ...]
    check: Callable[[Any, Programme], Refused | None] = anywhere
    closes: Callable[[Any], datetime | None] = never
    needs_stock: bool = False
