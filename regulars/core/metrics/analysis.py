"""What an analysis found, as plain values: every door prints the same of them.

Amounts are minor units of `Source.money`; forecasts are floats and said to be forecasts. Days are ISO dates.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """What was analysed: of a file its rows as they came, of our own books the receipts."""

    name: str
    rows: int
    customers: int
    amount_minor: int
    sold_rows: int  # sold to known customers for money
    sold_customers: int
    sold_minor: int
    refused: Mapping[str, int]  # code of the refusal → rows
    since: str
    until: str
    money: str
    money_scale: int


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one cell by code: `label` is a period, `side` a store, segment… ('' for all)."""

    label: str
    side: str
    parts: Mapping[str, int | None]
    figures: Mapping[str, int | Decimal | None]


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers of an RFM segment, and how many were there before."""

    code: str
    customers: int
    receipts: int
    sales_minor: int
    mean_recency_days: float
    customers_before: int


@dataclass(frozen=True, slots=True)
class Move:
    """Customers who went from one segment to another; `was` is '' for new ones."""

    was: str
    now: str
    customers: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort by age in months: customers who came, and net money, from age 0 on."""

    label: str
    customers: tuple[int, ...]
    sales_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Affinity:
    """Two goods bought together."""

    first: str
    second: str
    first_name: str
    second_name: str
    both: int
    support: float
    confidence: float
    lift: float


@dataclass(frozen=True, slots=True)
class Offer:
    """Goods to offer next: to how many customers, and the expected sales if each is offered them."""

    sku: str
    name: str
    customers: int
    expected_minor: int


@dataclass(frozen=True, slots=True)
class Validation:
    """A model of the first part of the data against the rest (see `analytics.lifetimes.HoldOut`)."""

    model: str
    likelihood: float
    until: str
    weeks: float
    customers: int
    expected: float
    expected_error: float
    actual: int
    deviation: float
    weekly: tuple[tuple[int, float, int], ...]
    groups: tuple[tuple[int, int, float, float], ...]
    error: float
    error_of_rate: float
    square_error: float


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Customer lifetime value of all: what is expected within `weeks`, and how sure the model is.

    `model` is the model of purchases that was taken, `tested` how each of them did on what it had not
    seen; `validation` is the one of these that was taken.
    """

    model: str
    weeks: float
    margin: float | None
    discount: float
    purchases_model: Mapping[str, float]
    purchases_likelihood: float
    spending_model: Mapping[str, float]
    spending_likelihood: float
    customers: int
    alive: float
    purchases: float
    purchases_low: float
    purchases_high: float
    value_minor: float
    value_low_minor: float
    value_high_minor: float
    deciles_minor: tuple[float, ...]  # mean value by tenth of customers, the best first
    validation: Validation | None
    tested: tuple[Validation, ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """The risk of losing customers within the horizon, and how good the risk was on later data."""

    horizon_days: int
    customers: int
    expected: float
    fitted_on: int
    judged_on: int
    auc: float
    brier: float
    brier_of_rate: float
    calibration: tuple[tuple[float, float], ...]
    weights: Mapping[str, tuple[float, float]]  # feature → weight, standard error


@dataclass(frozen=True, slots=True)
class Analysis:
    """All of it. `gaps` are the parts that the data did not suffice for, with the code of the reason."""

    source: Source
    step: str
    horizon_days: int
    total: Row
    periods: tuple[Row, ...]
    sides: Mapping[str, tuple[Row, ...]]
    segments: tuple[Segment, ...]
    segments_before: str
    moves: tuple[Move, ...]
    cohorts: tuple[Cohort, ...]  # by documents: who bought or brought something back
    cohorts_of_purchases: tuple[Cohort, ...]
    affinities: tuple[Affinity, ...]
    offers: tuple[Offer, ...]
    lifetime: Lifetime | None
    losses: Losses | None
    gaps: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """A JSON value; fractions are texts of six decimals."""
        found: dict[str, Any] = asdict(self)
        return found
