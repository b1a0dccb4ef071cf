"""Referral in the document: what a member and the friend they bring get, for what, and how often."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Duration, Period
from regulars.core.programme.markers import CurrencyCode, Lasting, MoneyFrom
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Positive

CODE_GAP = "{code}"
Link = Annotated[str, Field(max_length=300, pattern=r"^https://[^\s{}]+\{code\}[^\s{}]*$")]


class ReferralReward(Frozen):
    """So many units of a currency."""

    currency: CurrencyCode = Field(title="Currency")
    points: Positive = Field(title="Points")


class ReferralCap(Frozen):
    """For so many friends the referrer is rewarded; those who come beyond get only their own."""

    period: Period | None = Field(default=None, title="Within each (else for ever)")
    friends: Annotated[int, Field(ge=1, le=1_000_000)] = Field(title="Friends")


class Referral(Frozen):
    """Members bring friends: a friend names who sent them, and both are rewarded.

    Nobody names themselves, nobody is named twice or by somebody who came earlier, rings are refused.
    """

    friend: ReferralReward | None = Field(default=None, title="The friend gets")
    referrer: ReferralReward | None = Field(default=None, title="The referrer gets")
    earned_by: Literal["purchase", "joining"] = Field(
        default="purchase", title="Earned by the friend's first purchase, or by joining"
    )
    purchase_from: MoneyFrom = Field(
        default=0, title="A purchase counts from this amount paid", validate_default=True
    )
    purchase_within: Lasting | None = Field(
        default=None, title="The purchase comes so soon after joining (else whenever)"
    )
    named_within: Lasting | None = Field(
        default=None, title="The referrer is named so soon after joining (else before any purchase)"
    )
    waiting: Duration = Field(
        default=Duration(days=14), title="Usable after, so that returns come first"
    )
    returned: Literal["take_back", "keep"] = Field(
        default="take_back", title="When that purchase is returned wholly"
    )
    same_contact: Literal["refuse", "allow"] = Field(
        default="refuse", title="Two memberships with one phone, address or device"
    )
    caps: Annotated[
        tuple[ReferralCap, ...], Field(max_length=5, title="Friends a referrer is rewarded for")
    ] = ()
    link: Link | None = Field(default=None, title="Link to give to friends, with {code}")

    @model_validator(mode="after")
    def _somebody_gets_something(self) -> "Referral":
        if self.friend is None and self.referrer is None:
            raise PydanticCustomError("programme.referral_empty", "a reward is needed")
        return self
