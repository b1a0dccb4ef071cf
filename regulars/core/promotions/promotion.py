"""The shape that every promotion kind has: one file a kind, found by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from regulars.core.earning.mechanic import Multiplies
from regulars.core.programme.model import Frozen
from regulars.core.promotions.basket import Basket, Cuts
from regulars.core.purchase import Line
from regulars.core.reasons import Reason
from regulars.core.terms import Terms

Params = tuple[tuple[str, object], ...]


class Given(NamedTuple):
    """What a promotion gives on a basket.

    `cuts` are (position of the line, minor units > 0), at most one a line, none above the line's room.
    `units` are (position, whole units) that no other promotion by the piece may use again. `spread`
    is the same money as refunds reckon it (None: as cut): of «2+1» every piece bears its third.
    `gifts` are (sku, thousandths) that the till is to add for nothing; `coupons` are (id of the
    promotion whose coupon is issued with the sale, how many). `params` go into the sentence
    `promotion.<kind>`, or `promotion.<kind>.<variant>`. `pieces` are the whole units made cheaper
    (None: all of the lines that are cut), `sets` how often it counted.
    """

    cuts: Cuts
    params: Params
    units: Cuts = ()
    spread: Cuts | None = None
    gifts: tuple[tuple[str, int], ...] = ()
    coupons: tuple[tuple[str, int], ...] = ()
    pieces: int | None = None
    sets: int = 1
    variant: str = ""


class Missing(NamedTuple):
    """Why it gives nothing, and what more of the selected goods would change that (zero: unknown)."""

    reason: Reason
    money_minor: int = 0
    units: int = 0


Gives = Callable[[Basket, Sequence[int], int], Given | Missing]
"""(basket, positions of the lines in scope by line id, how many times over) → what it gives."""


@dataclass(frozen=True, slots=True)
class Example:
    """A worked receipt: printed in the reference, and run as a test.

    Money has two decimals. `cuts` are what each line gets less, in the order of `lines`; `promotion`
    are more fields of the promotion in document form (`goods`, `when`, `repeat`…). `times` is how
    often its set is on the receipt.
    """

    says: Mapping[str, str]
    params: Mapping[str, Any]
    lines: tuple[Line, ...]
    cuts: tuple[int, ...]
    promotion: Mapping[str, Any] = field(default_factory=dict)
    gifts: tuple[tuple[str, int], ...] = ()
    coupons: tuple[tuple[str, int], ...] = ()
    times: int = 1
    at: datetime | None = None
    buyer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to make a receipt cheaper, or to give something with it.

    `prepare(params, terms, currency_scale)` is called once per promotion and version; it gives `Gives`,
    or `Multiplies` where the promotion works on what is earned. `phase` says when it is evaluated if
    it is triggered by itself; with a code or coupon it comes with these. `pieces`: it takes whole
    units out of the basket, which promotions of this sort do not share. `without_goods`: it may give
    something although no line is in the scope of a promotion on everything. `on`: the lines it looks
    at are goods or delivery. Changed arithmetic gets a new code: old sales must replay exactly.
    """

    code: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    params: type[Frozen]
    prepare: Callable[[Any, Terms, int], Gives | Multiplies]
    examples: tuple[Example, ...]
    phase: Literal["line", "order"] = "line"
    pieces: bool = False
    without_goods: bool = False
    on: Literal["goods", "delivery"] = "goods"
    corner_cases: tuple[Mapping[str, str], ...] = ()
