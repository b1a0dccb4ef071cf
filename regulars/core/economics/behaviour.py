"""What a replay takes for granted of people: when they pay with points, and how they answer a programme.

Both are stated, never found: by default nobody spends otherwise than stated and nobody buys more.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from regulars.core.refusal import Invalid

SHARE_MAX = Fraction(1)
_WORTH_MAX = 10**12

Kind = Literal["never", "at_once", "from", "share", "recorded"]


class BehaviourWrong(Invalid):
    """No such way of redeeming is known, or its number is out of bounds."""

    code = "simulation.behaviour_wrong"


class ResponseWrong(Invalid):
    """No such response, or its shares are out of bounds or not in order."""

    code = "simulation.response_wrong"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How members redeem: as much as the programme lets them, whenever this says so.

    `never`; `at_once` at every visit; `from`: when what they hold is worth `least_minor` of money;
    `share`: at a visit with chance `share`, drawn for each member from the seed; `recorded`: what
    their own receipts were paid with, as far as it can be under the candidate.
    """

    kind: Kind = "at_once"
    least_minor: int = 0
    share: Fraction = SHARE_MAX


class Span(NamedTuple):
    """A share that is added: likely, and the ends it is thought to lie between."""

    low: Fraction = Fraction(0)
    likely: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    @property
    def is_range(self) -> bool:
        return self.low != self.likely or self.high != self.likely


class Point(NamedTuple):
    """One value of a response: visits more, and money more on each receipt, as shares."""

    frequency: Fraction = Fraction(0)
    check: Fraction = Fraction(0)


NO_SPAN = Span()
NO_POINT = Point()


@dataclass(frozen=True, slots=True)
class Response:
    """What members are thought to buy more because of the programme; by default nothing."""

    frequency: Span = NO_SPAN
    check: Span = NO_SPAN

    @property
    def is_none(self) -> bool:
        return not any((*self.frequency, *self.check))

    @property
    def is_range(self) -> bool:
        return self.frequency.is_range or self.check.is_range

    @property
    def likely(self) -> Point:
        return Point(self.frequency.likely, self.check.likely)

    @property
    def low(self) -> Point:
        return Point(self.frequency.low, self.check.low)

    @property
    def high(self) -> Point:
        return Point(self.frequency.high, self.check.high)


def read_behaviour(text: str, *, money_scale: int) -> Behaviour:
    """`never`, `at-once`, `from:500` (whole money), `share:0.3` or `recorded`. Raises BehaviourWrong."""
    name, sign, number = text.strip().partition(":")
    if not sign and name in ("never", "at-once", "recorded"):
        return Behaviour("at_once" if name == "at-once" else name)  # type: ignore[arg-type]
    value = _fraction(number) if sign else None
    if name == "from" and value is not None:
        least = value * 10**money_scale
        if least.denominator == 1 and 0 < least <= _WORTH_MAX:
            return Behaviour("from", least_minor=int(least))
    if name == "share" and value is not None and 0 <= value <= 1:
        return Behaviour("share", share=value)
    raise BehaviourWrong(told=text[:60])


def read_response(text: str) -> Response:
    """`none`, or `frequency=0.02/0.05/0.08,check=0.01`: shares from 0 to 1. Raises ResponseWrong.

    One number is sure; three are low, likely and high.
    """
    if text.strip() == "none":
        return Response()
    spans: dict[str, Span] = {}
    for part in text.split(","):
        name, _, numbers = part.strip().partition("=")
        if name not in ("frequency", "check") or name in spans:
            raise ResponseWrong(told=text[:60])
        spans[name] = _span(numbers, text)
    return Response(**spans)


def _span(numbers: str, text: str) -> Span:
    found = [_fraction(number) for number in numbers.split("/")]
    values = [value for value in found if value is not None]
    if len(values) == len(found) and len(values) in (1, 3):
        span = Span(*(values * 3 if len(values) == 1 else values))
        if 0 <= span.low <= span.likely <= span.high <= 1:
            return span
    raise ResponseWrong(told=text[:60])


def _fraction(text: str) -> Fraction | None:
    if len(text) > 20:
        return None
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return None
