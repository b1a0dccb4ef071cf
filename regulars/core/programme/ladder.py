"""Tiers in the document: what qualifies, over which window, how long it lasts, what it gives."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Duration, Period
from regulars.core.goods import Goods
from regulars.core.programme.markers import CurrencyCode, Lasting, TierCode
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code, LocalText, NotNegative, Percent


class RollingWindow(Frozen):
    """What counted in the last months or days; a level lasts `valid` from its last proof."""

    kind: Literal["rolling"] = "rolling"
    length: Lasting = Field(title="Window")
    valid: Lasting | None = Field(default=None, title="A level lasts (else as long as the window)")


class CalendarWindow(Frozen):
    """What counted in the calendar period; a level lasts to its end and `keep_periods` more."""

    kind: Literal["calendar"] = "calendar"
    period: Period = Field(title="Period")
    keep_periods: Annotated[int, Field(ge=0, le=20)] = Field(
        default=1, title="Periods kept after it"
    )


class LifetimeWindow(Frozen):
    """Everything since enrolment counts, and a level once reached stays: the cumulative card."""

    kind: Literal["lifetime"] = "lifetime"


Window = Annotated[RollingWindow | CalendarWindow | LifetimeWindow, Field(discriminator="kind")]


class CardDiscount(Frozen):
    """A percentage off that the level's card gives on every purchase."""

    percent: Percent = Field(title="Percent off")
    goods: Goods = Field(default=Goods(), title="Goods")


class Level(Frozen):
    """One tier."""

    code: Code = Field(title="Code")
    title: LocalText = Field(title="Name")
    threshold: NotNegative = Field(default=0, title="From", validate_default=True)
    invitation_only: bool = Field(default=False, title="By invitation or membership only")
    discount: CardDiscount | None = Field(default=None, title="Discount of the card")
    benefits: tuple[LocalText, ...] = Field(default=(), title="Benefits in words")


class Membership(Frozen):
    """A paid membership: buying the product puts the member on a level for a time."""

    sku: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        title="Product that is the membership"
    )
    tier: TierCode = Field(title="Level")
    valid: Lasting = Field(title="Lasts")


class Ladder(Frozen):
    """The tiers from the lowest (threshold 0) up; the first is where everybody starts."""

    measure: Literal["spend", "points", "visits"] = Field(title="What counts")
    currency: CurrencyCode | None = Field(default=None, title="Currency, where points count")
    window: Window = Field(title="Over which time")
    grace: Duration = Field(default=Duration(), title="Grace before a level is lost")
    landing: Literal["soft", "hard"] = Field(
        default="soft", title="One level down, or to what is earned"
    )
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=20)] = Field(title="Levels")
    memberships: tuple[Membership, ...] = Field(default=(), title="Paid memberships")

    @model_validator(mode="after")
    def _levels_rise(self) -> "Ladder":
        codes = [level.code for level in self.levels]
        if len(set(codes)) != len(codes):
            raise PydanticCustomError("programme.levels_same_code", "two levels have the same code")
        if self.levels[0].threshold or self.levels[0].invitation_only:
            raise PydanticCustomError(
                "programme.first_level_is_everybodys",
                "the first level is everybody's: its threshold is 0",
            )
        earned = [level.threshold for level in self.levels if not level.invitation_only]
        if any(low >= high for low, high in pairwise(earned)):
            raise PydanticCustomError(
                "programme.thresholds_must_rise", "thresholds must rise from level to level"
            )
        if (self.measure == "points") != (self.currency is not None):
            raise PydanticCustomError(
                "programme.ladder_currency", "`currency` is given exactly when points count"
            )
        return self
