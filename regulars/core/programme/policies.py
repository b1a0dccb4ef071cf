"""The programme's settings for returns, late receipts, quotes and what points are earned on."""

from typing import Annotated, Literal

from pydantic import Field

from regulars.core.calendar import Duration
from regulars.core.programme.markers import Lasting
from regulars.core.programme.model import Frozen


class ReturnPolicy(Frozen):
    """What happens to points when goods come back."""

    earned: Literal["pending_only", "within_balance", "negative"] = Field(
        default="negative", title="Earned points already spent"
    )
    expired_grace: Duration = Field(
        default=Duration(days=30), title="Points given back after their expiry live for"
    )
    within: Lasting | None = Field(default=None, title="Returns accepted within (else always)")
    promotions: Literal["keep", "recompute"] = Field(
        default="keep",
        title="Discounts of the goods that are kept stay, or are reckoned anew and deducted",
    )
    coupons: Literal["give_back", "keep"] = Field(
        default="give_back", title="Coupons of a sale that comes back whole"
    )


class TimePolicy(Frozen):
    """How far a till's clock and a late receipt may be off."""

    skew_max: Duration = Field(default=Duration(minutes=10), title="A receipt may be ahead by")
    late_max: Duration = Field(default=Duration(days=30), title="A receipt may be late by")
    quote_valid: Lasting = Field(default=Duration(minutes=15), title="A quote is good for")


class EarningPolicy(Frozen):
    """What points are reckoned on."""

    base: Literal["paid", "full", "none_when_paying"] = Field(
        default="paid",
        title="Earn on what is left after points, on the full price, or not at all when points pay",
    )
    stacking_max: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, title="At most so many earning rules per receipt"
    )
    multipliers: Literal["add", "multiply", "best"] = Field(
        default="add", title="Several multipliers add up, multiply, or the best one counts"
    )
