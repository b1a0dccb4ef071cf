"""What tills are told of promotions: discounts, gifts, coupons, codes, missed offers; and of gift cards."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from regulars.web.api.till.shape import Shape, Told


class DecidedDiscount(Shape):
    """A price reduction by a promotion, or by the card of a tier (`card:<tier>`)."""

    id: str
    title: str | None = Field(description="Of the promotion, in the language asked for")
    amount_minor: int
    times: int = Field(description="How often the promotion counted")
    code: str | None = Field(description="The code that switched it on")
    reason: Told


class DecidedTender(Shape):
    """A part of what is due that a gift card or the member's stored value pays."""

    card: str | None = Field(description="The gift card's id")
    currency: str | None = Field(description="The stored value's currency")
    amount_minor: int
    reason: Told


class PointsDue(Shape):
    """Points that a promotion costs; the sale spends them."""

    promotion: str
    title: str | None
    currency: str
    amount: int = Field(description="Minor units of the currency")


class DecidedGift(Shape):
    """Goods to be added for nothing."""

    promotion: str
    title: str | None
    sku: str
    quantity: str
    reason: Told


class CouponsIssued(Shape):
    """Coupons that the sale brings."""

    promotion: str = Field(description="That they switch on")
    title: str | None
    by: str = Field(description="The promotion that gives them")
    count: int
    codes: list[str] = Field(description="For the customer; none where only decided")


class CodeAnswered(Shape):
    """What became of a code of the request."""

    code: str
    accepted: bool
    promotion: str | None = Field(description="That it switched on")
    title: str | None
    reason: Told


class MissedOffer(Shape):
    """A promotion that a little more of its goods would bring."""

    promotion: str
    title: str | None
    missing_minor: int = Field(description="So much more money, or zero")
    missing_units: int = Field(description="So many more pieces, or zero")
    gain_minor: int = Field(description="What the receipt would then get off")
    cost_minor: int = Field(description="What the goods to be added would cost")
    text: str


class ExplainedPromotion(Shape):
    """What became of one promotion, and why."""

    promotion: str
    title: str | None
    applied: bool
    amount_minor: int
    times: int
    code: str
    text: str


class RefundTender(Shape):
    """A part of a refund that goes back to a gift card or to stored value."""

    card: str | None = Field(description="The gift card's id")
    currency: str | None = Field(description="The stored value's currency")
    amount_minor: int


class Refund(Shape):
    """How a refund goes back: the way it was paid."""

    money_minor: int
    gift_card_minor: int = Field(
        description="What the gift card of the request got instead of money"
    )
    tenders: list[RefundTender]


class DecidedLoad(Shape):
    """Money that a line puts on a gift card, or into the member's stored value."""

    line: str
    card: str | None = Field(description="The gift card's id")
    number: str | None = Field(description="The last digits of its number")
    currency: str | None = Field(description="The stored value's currency")
    amount_minor: int
    sold: bool = Field(description="The card is sold by it, and works from now on")


class CardPart(Shape):
    """A part of a card's money that expires together."""

    amount_minor: int
    expires_at: datetime | None


class CardBalanceAnswer(Shape):
    """What is on a gift card."""

    number: str = Field(description="Its last digits")
    status: Literal["active", "spent"]
    money: str
    balance_minor: int
    parts: list[CardPart] = Field(description="The soonest to expire first")
