"""Receipts, quotes, returns and events as tills send them, and what they mean to the desk."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.members.queries import spell_identifier
from regulars.contexts.members.types import IdentifierKind, ref_of
from regulars.contexts.till.types import MemberKey
from regulars.core.money import divide
from regulars.core.purchase import QUANTITY_SCALE, Line, Receipt
from regulars.core.refusal import Invalid
from regulars.core.rewards.codes import normalised
from regulars.core.till.pricing import MONEY_KINDS
from regulars.core.till.tenders import CardUse
from regulars.web.api.values import (
    MINOR_MAX,
    Attributes,
    Closed,
    Code,
    Minor,
    Moment,
    Number,
    Quantity,
    absent,
    plain,
)

LINES_MAX = 500
CODES_MAX, CARDS_MAX = 20, 20
QUOTE_MAX = 20_000  # a token carries the codes, claims and cards of its quote
UNSPELLABLE = "?"  # stands for what cannot be a code of ours; nothing is called so
_LineId = Annotated[str, plain(64, least=1)]
_KINDS = ("card", "phone", "email", "app", "external")


class LineTwice(Invalid):
    """Two lines have the same id: a return could not say which it means."""

    code = "request.line_twice"


class TotalTooLarge(Invalid):
    """The receipt is worth more than any may be."""

    code = "request.total_too_large"


class MemberName(Closed):
    """A member, named in exactly one way."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    id: UUID = absent()
    card: Annotated[str, plain(40, least=1)] = absent()
    phone: Annotated[str, plain(40, least=1)] = absent()
    email: Annotated[str, plain(254, least=1)] = absent()
    app: Annotated[str, plain(300, least=1)] = absent()
    external: Annotated[str, plain(100, least=1)] = absent()

    @model_validator(mode="after")
    def _one_way(self) -> "MemberName":
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("request.member_named_once", "name one")
        return self

    def key(self, region: str, *, pointer: str = "/member") -> MemberKey:
        """How the desk finds them. Raises IdentifierMalformed for a text that is none of its kind."""
        (kind,) = self.model_fields_set
        if kind == "id":
            return MemberKey(ref=ref_of(self.id))
        value = spell_identifier(
            IdentifierKind(kind), getattr(self, kind), region=region, pointer=f"{pointer}/{kind}"
        )
        return MemberKey(kind=kind, value=value)


class LineBody(Closed):
    """One line as it was rung up, before the programme had a say. Money in minor units."""

    id: _LineId | None = Field(default=None, description="Default: its place, from 1")
    sku: Annotated[str, plain(100, least=1)]
    category: Annotated[tuple[Annotated[str, plain(100, least=1)], ...], Field(max_length=10)] = (
        Field(default=(), description="From the widest: food, dairy, milk")
    )
    brand: Annotated[str, plain(100)] = ""
    quantity: Quantity = QUANTITY_SCALE
    price_minor: Minor = Field(description="Of one unit")
    amount_minor: Minor | None = Field(
        default=None, description="Of the line; default: price × quantity, rounded half up"
    )
    minimum_minor: Minor = Field(default=0, description="The least the line may be sold for")
    cost_minor: Minor | None = None
    tax_rate_bp: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None, description="Basis points: 2000 is 20 %"
    )
    tags: Annotated[tuple[Annotated[str, plain(60, least=1)], ...], Field(max_length=20)] = Field(
        default=(), description="Also no_points, no_redeem, no_discount"
    )
    name: Annotated[str, plain(300)] = ""
    kind: Literal["goods", "delivery", "gift_card", "top_up"] = Field(
        default="goods", description="Gift cards and top-ups get no discount and earn nothing"
    )
    card: Annotated[str, plain(40)] = Field(
        default="", description="Of a gift card's line: the number that is sold or topped up"
    )

    @model_validator(mode="after")
    def _card_where_it_belongs(self) -> "LineBody":
        if self.card and self.kind not in MONEY_KINDS:
            raise PydanticCustomError("request.card_of_goods", "no card")
        return self

    def line(self, place: int) -> Line:
        """The line, its amount reckoned where it was not given."""
        amount = self.amount_minor
        if amount is None:
            amount = divide(self.price_minor * self.quantity, QUANTITY_SCALE)
        return Line(
            self.id or str(place),
            self.sku,
            self.quantity,
            self.price_minor,
            amount,
            self.category,
            self.brand,
            self.minimum_minor,
            self.cost_minor,
            self.tax_rate_bp,
            frozenset(self.tags),
            self.name,
            self.kind,
            self.card,
        )


class PaymentBody(Closed):
    """A part of the receipt paid with money."""

    method: Code
    amount_minor: Minor


Pay = Annotated[
    dict[Code, Annotated[int, Field(gt=0, le=MINOR_MAX)] | Literal["max"]], Field(max_length=20)
]
"""By currency: minor units to pay with, or as much as possible."""


class CardBody(Closed):
    """A gift card that is to pay."""

    number: Annotated[str, plain(40, least=1)]
    pin: Annotated[str, plain(12)] = ""
    amount_minor: Annotated[int, Field(gt=0, le=MINOR_MAX)] | None = Field(
        default=None, description="Default: as much as there is on it, and to pay"
    )

    def __repr__(self) -> str:
        return "CardBody(…)"


Claims = Annotated[dict[Code, Annotated[int, Field(ge=1, le=1000)]], Field(max_length=50)]
"""How many times each promotion is asked for that the customer switches on themselves."""


class ReceiptBody(Closed):
    """What was bought, by whom and when; where is known from the key."""

    member: MemberName | None = Field(default=None, description="Left out: nobody's receipt")
    occurred_at: Moment = Field(description="By the till's clock; decides rules, tiers, expiry")
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=LINES_MAX)]
    payments: Annotated[tuple[PaymentBody, ...], Field(max_length=20)] = ()
    channel: Code = "store"
    cashier: Annotated[str, plain(80)] = ""
    attributes: Attributes = Field(default_factory=dict)
    pay: Pay = Field(default_factory=dict)
    codes: Annotated[
        tuple[Annotated[str, plain(64, least=1)], ...], Field(max_length=CODES_MAX)
    ] = Field(default=(), description="Promo codes and coupons, as typed or scanned")
    claims: Claims = Field(
        default_factory=dict, description="Promotions to switch on, and how many times"
    )
    gift_cards: Annotated[tuple[CardBody, ...], Field(max_length=CARDS_MAX)] = Field(
        default=(), description="That are to pay, in this order"
    )

    @model_validator(mode="after")
    def _pays_for_somebody(self) -> "ReceiptBody":
        if self.pay and self.member is None:
            raise PydanticCustomError("request.member_needed", "nobody pays")
        return self

    def receipt(self, number: str, store: str, till: str, brand: str) -> Receipt:
        """The receipt as the core knows it. Raises LineTwice, TotalTooLarge."""
        return Receipt(
            number,
            store,
            till,
            self.occurred_at,
            checked_lines(self.lines),
            self.channel,
            tuple((payment.method, payment.amount_minor) for payment in self.payments),
            self.cashier,
            brand,
            self.attributes,
        )

    def spelled_codes(self) -> dict[str, str]:
        """The codes in their one spelling, each once, in order; with what was typed."""
        spelled: dict[str, str] = {}
        for typed in self.codes:
            spelled.setdefault(normalised(typed) or UNSPELLABLE, typed)
        return spelled

    def card_uses(self) -> tuple[CardUse, ...]:
        """The gift cards that are to pay."""
        return tuple(CardUse(card.number, card.pin, card.amount_minor) for card in self.gift_cards)

    def wish(self) -> dict[str, int | None]:
        """What to pay with; None is as much as possible."""
        return {code: None if units == "max" else units for code, units in self.pay.items()}


class QuoteBody(ReceiptBody):
    """Ask what a receipt would bring, and how much of it points may pay."""

    hold: bool = Field(
        default=False,
        description="Set aside what `pay` spends, and the coupons, until commit, cancel or time-out",
    )
    offers: bool = Field(default=True, description="Tell which promotions were nearly reached")
    explain: bool = Field(
        default=False, description="Tell of every promotion whether it applied, and why not"
    )


class CommitBody(ReceiptBody):
    """Make the sale, as quoted or as the rules of its moment say."""

    quote: Annotated[str, plain(QUOTE_MAX, least=1)] | None = Field(
        default=None, description="The token of a quote"
    )

    @model_validator(mode="after")
    def _quoted_or_said(self) -> "CommitBody":
        if self.quote is not None and self.pay:
            raise PydanticCustomError("request.pay_with_quote", "twice")
        if self.quote is not None and (self.codes or self.claims or self.gift_cards):
            raise PydanticCustomError("request.codes_with_quote", "twice")
        return self


class CancelQuoteBody(Closed):
    """Let go what a quote holds."""

    quote: Annotated[str, plain(QUOTE_MAX, least=1)]


class SaleName(Closed):
    """A sale of this store, by the till's own number."""

    receipt_id: Number
    till: Code | None = Field(default=None, description="Default: this till")


class ReturnLineBody(Closed):
    """A line that comes back, in whole or in part."""

    id: _LineId
    quantity: Quantity


class ReturnBody(Closed):
    """Goods of a sale that come back."""

    sale: SaleName
    occurred_at: Moment
    lines: Annotated[list[ReturnLineBody], Field(min_length=1, max_length=LINES_MAX)] | None = (
        Field(default=None, description="Left out: all that is left")
    )
    gift_card: Annotated[str, plain(40)] = Field(
        default="", description="Number of a gift card that gets what would go back in money"
    )


class LateReceipt(CommitBody):
    """A receipt that waited."""

    kind: Literal["receipt"]
    receipt_id: Number


class LateReturn(ReturnBody):
    """A return that waited."""

    kind: Literal["return"]
    return_id: Number


Late = Annotated[LateReceipt | LateReturn, Field(discriminator="kind")]


class EventBody(Closed):
    """Something a member did that is not a purchase."""

    member: MemberName
    kind: Annotated[str, plain(60, least=1)] = Field(
        description="sign_up, review, check_in, or the business's own"
    )
    occurred_at: Moment
    reference: Annotated[str, plain(100)] = Field(
        default="", description="What makes it unique: the review's id"
    )
    attributes: Attributes = Field(default_factory=dict)


def unique_lines(ids: list[str]) -> list[str]:
    """The ids as they are. Raises LineTwice."""
    if len(set(ids)) != len(ids):
        raise LineTwice(pointer="/lines")
    return ids


def checked_lines(bodies: list[LineBody]) -> tuple[Line, ...]:
    """The lines of a receipt. Raises LineTwice, TotalTooLarge."""
    lines = tuple([body.line(place) for place, body in enumerate(bodies, 1)])
    unique_lines([line.id for line in lines])
    if sum([line.amount_minor for line in lines]) > MINOR_MAX:
        raise TotalTooLarge(pointer="/lines")
    return lines
