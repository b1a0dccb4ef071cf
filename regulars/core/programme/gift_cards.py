"""Gift cards in the document: how long they last, what may be on them, how their numbers look."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Duration
from regulars.core.programme.currency import ExpiresAfter, ExpiresAtPeriodEnd, NeverExpires
from regulars.core.programme.markers import MoneyFrom, MoneyStep
from regulars.core.programme.model import Frozen

NUMBER_PREFIX = r"^[0-9]{1,9}$"

CardExpiry = Annotated[
    NeverExpires | ExpiresAfter | ExpiresAtPeriodEnd, Field(discriminator="kind")
]


class GiftCards(Frozen):
    """Cards that are sold at the till and pay there as money does.

    The defaults are the cautious ones: cards do not expire, need a PIN and are not topped up.
    """

    expiry: CardExpiry = Field(default=NeverExpires(), title="Expiry")
    expired_grace: Duration = Field(
        default=Duration(), title="What has expired can be put on a new card for"
    )
    least: MoneyFrom = Field(
        default=0, title="Least amount to be put on a card", validate_default=True
    )
    most: MoneyStep | None = Field(
        default=None, title="Most that may be on a card (none: no limit)"
    )
    top_up: bool = Field(default=False, title="A card can be topped up")
    pin: bool = Field(default=True, title="Paying needs the PIN")
    pin_digits: Annotated[int, Field(ge=4, le=8)] = Field(default=4, title="Digits of a PIN")
    prefix: Annotated[str, Field(pattern=NUMBER_PREFIX)] = Field(
        default="990", title="Numbers begin with"
    )
    number_length: Annotated[int, Field(ge=16, le=19)] = Field(
        default=19, title="Digits of a number"
    )

    @model_validator(mode="after")
    def _amounts_leave_room(self) -> "GiftCards":
        if self.most is not None and self.least > self.most:
            raise PydanticCustomError("programme.gift_card_amounts", "least is above most")
        return self
