"""A budget of personal offers shared out: read the offers, choose, write who gets what."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from regulars.core.economics.allocation import Steps, steps_of, take_steps
from regulars.core.refusal import Invalid
from regulars.integrations.offers.reading import (
    COST_DECIMALS,
    BadRow,
    Offers,
    read_offers,
    write_choice,
)

_UNIT = 10**COST_DECIMALS
BUDGET_MAX = 900_000_000_000  # in ten-thousandths still exact as a float
CURVE = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
CHOICE, SUMMARY = "allocation.csv", "allocation.json"


class BudgetImpossible(Invalid):
    """The budget is negative, or more than any sum that can be kept exactly."""

    code = "allocation.budget_impossible"


@dataclass(frozen=True, slots=True)
class OfferShare:
    """How an offer fared: to how many it could be made, to how many it is, what that costs and brings."""

    offer: str
    on_hand: int
    chosen: int
    cost: float
    margin: float


@dataclass(frozen=True, slots=True)
class Point:
    """What another budget could bring at most, and what one more unit of it would add."""

    budget: float
    margin: float
    shadow_price: float


@dataclass(frozen=True, slots=True)
class Shared:
    """A budget shared out. Money in whole units; `bound` is the margin no choice can exceed.

    `wanted` is what it would cost to give everybody the best of theirs.
    """

    budget: float
    cost: float
    margin: float
    bound: float
    gap: float
    shadow_price: float
    wanted: float
    customers: int
    chosen: int
    rows: int
    refused: int
    offers: tuple[OfferShare, ...]
    curve: tuple[Point, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def allocate(
    file: Path, budget: Fraction, out: Path, *, advance: Callable[[int], None] = lambda steps: None
) -> tuple[Shared, Sequence[BadRow]]:
    """Share `budget` out among the offers in `file`; writes `allocation.csv` and `allocation.json` to `out`.

    `advance` is told each of three steps. The rows that could not be used come back with their lines.
    Raises BudgetImpossible, OffersUnreadable, OffersColumnsMissing, OffersEmpty, OffersTooMany.
    """
    if not 0 <= budget <= BUDGET_MAX:
        raise BudgetImpossible(most=BUDGET_MAX)
    offers = read_offers(file)
    advance(1)
    costs = offers.costs.astype(np.float64)
    steps = steps_of(offers.starts, offers.margins, costs)
    # A budget finer than costs are kept is rounded down: what is spent never exceeds it.
    whole = float(int(budget * _UNIT))
    found = take_steps(steps, offers.starts, offers.margins, costs, whole)
    advance(1)
    shared = Shared(
        budget=float(budget),
        cost=found.cost / _UNIT,
        margin=found.value,
        bound=found.bound,
        gap=found.gap,
        shadow_price=found.shadow_price * _UNIT,
        wanted=float(steps.cost.sum()) / _UNIT,
        customers=len(offers.customers),
        chosen=int((found.chosen >= 0).sum()),
        rows=offers.rows,
        refused=len(offers.bad),
        offers=_by_offer(offers, found.chosen),
        curve=_curve(steps, float(budget)),
    )
    out.mkdir(parents=True, exist_ok=True)
    write_choice(out / CHOICE, offers, found.chosen)
    text = json.dumps(shared.as_json(), ensure_ascii=False, indent=1)
    beside = out / f".{SUMMARY}.part"
    beside.write_text(text, encoding="utf-8")
    beside.replace(out / SUMMARY)
    advance(1)
    return shared, offers.bad


def _by_offer(offers: Offers, chosen: np.ndarray[Any, Any]) -> tuple[OfferShare, ...]:
    """The offers, those given to most first."""
    count = len(offers.names)
    rows = chosen[chosen >= 0]
    on_hand = np.bincount(offers.name, minlength=count)
    given = np.bincount(offers.name[rows], minlength=count)
    cost = np.bincount(offers.name[rows], weights=offers.costs[rows], minlength=count)
    margin = np.bincount(offers.name[rows], weights=offers.margins[rows], minlength=count)
    order = sorted(range(count), key=lambda place: (-given[place], place))
    names = offers.names.to_pylist()
    return tuple(
        OfferShare(
            names[place], int(on_hand[place]), int(given[place]), float(cost[place]) / _UNIT,
            float(margin[place]),
        )
        for place in order
    )  # fmt: skip


def _curve(steps: Steps, budget: float) -> tuple[Point, ...]:
    points = []
    for share in CURVE:
        margin, price = steps.worth(budget * share * _UNIT)
        points.append(Point(budget * share, margin, price * _UNIT))
    return tuple(points)
