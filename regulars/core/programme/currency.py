"""A currency of value in the document: how it is earned, ripens, expires and pays."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Duration, Period
from regulars.core.goods import Goods
from regulars.core.money import Rounding
from regulars.core.programme.caps import Caps
from regulars.core.programme.markers import Lasting, MoneyFrom, UnitsFrom, UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code, LocalText, Percent, Positive


class CurrencyKind(StrEnum):
    """What the currency is to its holder; the arithmetic is the same for all."""

    POINTS = "points"
    STATUS = "status"
    STAMPS = "stamps"
    CASHBACK = "cashback"
    STORED_VALUE = "stored_value"  # money paid in beforehand; pays as money does


class NeverExpires(Frozen):
    """What was earned stays until it is spent."""

    kind: Literal["never"] = "never"


class ExpiresAfter(Frozen):
    """Each lot expires a given time after it was earned."""

    kind: Literal["after"] = "after"
    after: Lasting = Field(title="Time after earning")


class ExpiresAtPeriodEnd(Frozen):
    """Everything earned in a calendar period expires at its end, after the grace."""

    kind: Literal["period_end"] = "period_end"
    period: Period = Field(title="Period")
    grace: Duration = Field(default=Duration(), title="Grace")


class ExpiresByInactivity(Frozen):
    """Everything expires when the member has bought nothing for a given time."""

    kind: Literal["inactivity"] = "inactivity"
    after: Lasting = Field(title="Time without a purchase")


Expiry = Annotated[
    NeverExpires | ExpiresAfter | ExpiresAtPeriodEnd | ExpiresByInactivity,
    Field(discriminator="kind"),
]


class PayMoney(Frozen):
    """The currency pays a part of the receipt at a fixed rate."""

    kind: Literal["money"] = "money"
    worth: Positive = Field(title="Money for one unit")
    share_max: Percent = Field(
        default=100, title="Largest share of the receipt, %", validate_default=True
    )
    minimum: UnitsFrom = Field(default=0, title="Least to pay with at once", validate_default=True)
    step: UnitsFrom = Field(default=0, title="Paid in multiples of", validate_default=True)
    receipt_minimum: MoneyFrom = Field(
        default=0, title="Receipt from this amount", validate_default=True
    )
    goods: Goods = Field(default=Goods(), title="Goods that may be paid for")


class PayItem(Frozen):
    """A fixed number of units gives one unit of goods for nothing: «the 10th is free»."""

    kind: Literal["item"] = "item"
    units: UnitsStep = Field(title="Units for one free item")
    goods: Goods = Field(default=Goods(), title="Goods that may be free")
    choose: Literal["cheapest", "dearest"] = Field(default="cheapest", title="Which item is free")
    items_max: Annotated[int, Field(ge=1, le=100)] = Field(
        default=1, title="Free items per receipt"
    )


Redemption = Annotated[PayMoney | PayItem, Field(discriminator="kind")]


class Transfer(Frozen):
    """Members may give the currency to each other."""

    expiry: Literal["keep", "restart"] = Field(
        default="keep", title="What is given keeps its expiry, or is as if earned anew"
    )
    minimum: UnitsFrom = Field(default=0, title="Least to give at once", validate_default=True)
    most: UnitsStep | None = Field(default=None, title="Most to give at once")
    day: UnitsStep | None = Field(default=None, title="Most to give in a day")


class Currency(Frozen):
    """One kind of value a member can hold."""

    title: LocalText = Field(title="Name")
    unit: LocalText | None = Field(default=None, title="Unit: «point|points», «балл|балла|баллов»")
    kind: CurrencyKind = Field(default=CurrencyKind.POINTS, title="Kind")
    scale: Annotated[int, Field(ge=0, le=2)] = Field(default=0, title="Decimals")
    rounding: Rounding | None = Field(
        default=None, title="Rounding when earned (else the programme's)"
    )
    activation: Duration = Field(default=Duration(), title="Usable after")
    expiry: Expiry = Field(default=NeverExpires(), title="Expiry")
    floor: Annotated[int, Field(le=0)] | None = Field(
        default=None, title="Lowest balance a return may leave, minor units (none: no limit)"
    )
    redeem: Redemption | None = Field(default=None, title="How it pays")
    caps: Caps | None = Field(default=None, title="Limits on earning it, all rules together")
    transfer: Transfer | None = Field(default=None, title="Members may give it to each other")

    @model_validator(mode="after")
    def _status_is_not_money(self) -> "Currency":
        if self.kind == CurrencyKind.STATUS and self.redeem:
            raise PydanticCustomError("programme.status_cannot_pay", "status points cannot pay")
        if self.kind == CurrencyKind.STORED_VALUE and (self.redeem or self.caps):
            raise PydanticCustomError("programme.stored_value_plain", "it pays one to one")
        if self.kind == CurrencyKind.STORED_VALUE and not self.activation.is_zero:
            raise PydanticCustomError("programme.stored_value_waits", "it pays at once")
        return self


Currencies = dict[Code, Currency]
