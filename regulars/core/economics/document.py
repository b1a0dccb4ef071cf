"""An economic plan as a document: base, programme, response, budget, scenarios, all as stated assumptions.

Amounts are whole units of money as floats: a plan is a forecast, not money of the books. Shares and
rates are fractions (0.03 is 3 %). Months are counted from the start: 0 is what is paid before it.
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_serializer, model_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import SerializerFunctionWrapHandler

from regulars.core.economics.budget_items import BY_CODE, Group, Unit
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import MONEY, Code, LocalText

MONTHS_MAX = 120
LARGEST = 1e12

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Spread = Literal["triangular", "pert", "normal"]
Note = Annotated[str, Field(max_length=500)]


class Estimate(Frozen):
    """A number with its range, source and owner; a bare number is one without range.

    `low` and `high` are the ends of a triangular or PERT spread; 90 % of a normal one lies between
    them. Stated together or not at all.
    """

    FLOOR: ClassVar[float] = -LARGEST
    CEILING: ClassVar[float] = LARGEST

    likely: Number
    low: Number | None = None
    high: Number | None = None
    spread: Spread = "triangular"
    source: Note = ""
    owner: Note = ""

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"likely": value} if number else value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise PydanticCustomError("plan.range_half", "a range has two ends")
        low, high = self.ends
        for value in (low, self.likely, high):
            if not self.FLOOR <= value <= self.CEILING:
                limits = {"low": _plain(self.FLOOR), "high": _plain(self.CEILING)}
                raise PydanticCustomError("plan.out_of_bounds", "out of bounds", limits)
        if not low <= self.likely <= high:
            raise PydanticCustomError("plan.range_order", "low, likely, high in order")
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, whole: SerializerFunctionWrapHandler) -> Any:
        told = {k: v for k, v in whole(self).items() if v != type(self).model_fields[k].default}
        return told if len(told) > 1 else self.likely

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high; both the number itself where no range is stated."""
        low = self.likely if self.low is None else self.low
        return low, self.likely if self.high is None else self.high

    @property
    def uncertain(self) -> bool:
        """Whether the range has any width."""
        low, high = self.ends
        return low < high


class Amount(Estimate):
    """Not negative."""

    FLOOR = 0.0


class Worth(Estimate):
    """More than nothing: what is divided by it stays a number, however it is drawn."""

    FLOOR = 1e-6


class Share(Amount):
    """Between nothing and all."""

    CEILING = 1.0


class Lift(Estimate):
    """A change by a share: −0.5 halves, 0.1 adds a tenth."""

    FLOOR = -1.0
    CEILING = 10.0


class Lag(Estimate):
    """Months, at least one."""

    FLOOR = 1.0
    CEILING = 60.0


class Base(Frozen):
    """The business as it would go on without the programme, and the people who join it.

    `visits` and `check` are of a future member: purchases a month, money a purchase. `loss` is the
    share of members who stop buying in a month. `seasonality` has a factor for each calendar month.
    """

    source: Note = ""
    members: Amount = Amount(likely=0.0)
    joins: Amount
    loss: Share = Share(likely=0.0)
    visits: Amount
    check: Amount
    margin: Share
    other_sales: Amount = Amount(likely=0.0)
    seasonality: (
        Annotated[
            tuple[Annotated[float, Field(strict=True, ge=0, le=100)], ...],
            Field(min_length=12, max_length=12),
        ]
        | None
    ) = None


class Coded(Frozen):
    """A part that is named by its code."""

    code: Code


class PlanTier(Coded):
    """A tier: the share of members in it, what they earn on top, what one costs a month besides."""

    title: LocalText | None = None
    members: Share
    extra_rate: Share = Share(likely=0.0)
    cost: Amount = Amount(likely=0.0)


class Rewards(Frozen):
    """What members get: typed in, or taken from a version of the programme named in `version`.

    `reward_rate` is the value of points issued ÷ sales to members, `redeemed` the share of points
    that is ever spent, `lag` the mean months from earning to spending, `reward_cost` what a unit of
    points' value costs the business when spent (1 where points pay like money).
    """

    version: Note = ""
    reward_rate: Share
    worth: Worth
    redeemed: Share
    lag: Lag = Lag(likely=3.0)
    expiry_months: Annotated[int, Field(strict=True, ge=1, le=MONTHS_MAX)] | None = None
    welcome_points: Amount = Amount(likely=0.0)
    reward_cost: Share = Share(likely=1.0)
    tiers: Annotated[tuple[PlanTier, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if sum(tier.members.ends[1] for tier in self.tiers) > 1 + 1e-9:
            raise PydanticCustomError("plan.tiers_over_all", "tiers hold at most all members")
        return self


class Response(Frozen):
    """How members' behaviour changes; without a word of it, not at all.

    `frequency` and `check` are lifts of visits and of the average check, reached evenly over
    `ramp_months`; `newcomers` is the share of those joining who would not have been customers.
    """

    frequency: Lift = Lift(likely=0.0)
    check: Lift = Lift(likely=0.0)
    newcomers: Share = Share(likely=0.0)
    ramp_months: Annotated[int, Field(strict=True, ge=0, le=MONTHS_MAX)] = 0


class Item(Coded):
    """A budget item: `amount` × `quantity` for each unit, from month `from` through month `to`.

    `item` names one on offer, whose title, group and unit then hold unless stated. `quantity` is
    units bought at once, messages a member a month, cards a new member. `growth` is yearly.
    """

    item: Code | None = None
    title: LocalText | None = None
    group: Group | None = None
    unit: Unit | None = None
    amount: Amount
    quantity: Amount = Amount(likely=1.0)
    growth: Lift = Lift(likely=0.0)
    since: Annotated[int | None, Field(strict=True, ge=0, le=MONTHS_MAX, alias="from")] = None
    to: Annotated[int, Field(strict=True, ge=0, le=MONTHS_MAX)] | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.item is not None and self.item not in BY_CODE:
            raise PydanticCustomError("plan.item_unknown", "not on offer", {"item": self.item})
        if self.item is None and (self.unit is None or self.group is None):
            raise PydanticCustomError("plan.item_incomplete", "unit and group are missing")
        if self.to is not None and self.to < self.first_month:
            raise PydanticCustomError("plan.item_never", "it ends before it begins")
        if self.to is not None and self.kind == "one_off":
            raise PydanticCustomError("plan.one_off_lasts", "what is paid once has no end")
        return self

    @property
    def kind(self) -> Unit:
        """What it is paid for."""
        return self.unit or BY_CODE[self.item or ""].unit

    @property
    def in_group(self) -> Group:
        """The group its cost is told in."""
        return self.group or BY_CODE[self.item or ""].group

    @property
    def first_month(self) -> int:
        """As stated; otherwise before the start where it is paid once, and month 1 where it runs."""
        if self.since is not None:
            return self.since
        return 0 if self.kind == "one_off" else 1

    def name(self, language: str) -> str:
        """Its title in `language`: its own, else that of the item on offer, else its code."""
        if self.title:
            return self.title.get(language) or next(iter(self.title.values()))
        return BY_CODE[self.item].title(language) if self.item else self.code


class Correlation(Frozen):
    """Two assumptions that move together, by the correlation of their normal scores."""

    between: tuple[str, str]
    rho: Annotated[float, Field(strict=True, ge=-1, le=1)]


class Scenario(Coded):
    """A plan by what is different: new numbers (or ranges) for assumptions by name."""

    title: LocalText | None = None
    set: Annotated[dict[str, Estimate], Field(max_length=200)]


class Plan(Frozen):
    """A whole plan. Names of assumptions are its places: `base.visits`, `budget.app.amount`."""

    title: LocalText
    money: Annotated[str, Field(pattern=MONEY)]
    money_scale: Annotated[int, Field(strict=True, ge=0, le=4)] = 2
    start: Annotated[str, Field(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")]
    months: Annotated[int, Field(strict=True, ge=1, le=MONTHS_MAX)]
    discount: Share
    settle: bool = True
    base: Base
    programme: Rewards
    response: Response = Response()
    budget: Annotated[tuple[Item, ...], Field(max_length=200)] = ()
    correlations: Annotated[tuple[Correlation, ...], Field(max_length=200)] = ()
    scenarios: Annotated[tuple[Scenario, ...], Field(max_length=20)] = ()


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
