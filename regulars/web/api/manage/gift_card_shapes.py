"""What is asked and answered about gift cards on the management plane."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from regulars.web.api.manage.office_shapes import ApprovalAnswer
from regulars.web.api.manage.views import MemberId, View
from regulars.web.api.values import Closed, Signed, plain

MADE_AT_ONCE_MAX = 1_000  # more than that is for the command line, which writes a file

CardBatchCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.:-]{0,59}$")]
TypedNumber = Annotated[str, plain(40, least=1)]
Why = Annotated[str, plain(500, least=1)]
Status = Literal["new", "active", "spent", "blocked", "replaced"]


class GiftCardBatchBody(Closed):
    """How many new cards, by the programme's rules for gift cards."""

    code: CardBatchCode
    count: Annotated[int, Field(ge=1, le=MADE_AT_ONCE_MAX)]


class FindCardBody(Closed):
    """The number as printed or typed: in the body, so that it stands in no log of addresses."""

    number: TypedNumber

    def __repr__(self) -> str:
        return "FindCardBody(…)"


class WhyBody(Closed):
    """Why it is done."""

    reason: Why


class ReplaceBody(Closed):
    """By which card, that was never sold, and why."""

    new_number: TypedNumber
    reason: Why

    def __repr__(self) -> str:
        return "ReplaceBody(…)"


class OwnerBody(Closed):
    """Whose card it is from now on; null: nobody's."""

    member: UUID | None


class AdjustCardBody(Closed):
    """By how much and why; negative takes away, never below what is there."""

    amount: Signed = Field(description="Minor units of money")
    reason: Why


class NewCard(View):
    """A card for the print shop. Number and PIN are seen in this answer only."""

    number: str
    pin: str | None = Field(description="null: the programme's cards need none")


class NewCardBatch(View):
    """A batch that was just made; the same request again does not show the cards."""

    code: str
    count: int
    cards: list[NewCard] | None


class GiftCardBatchAnswer(View):
    """Cards made together."""

    code: str
    money: str
    made: int
    created_at: datetime
    created_by: str


class GiftCardBatchList(View):
    """Batches by code."""

    batches: list[GiftCardBatchAnswer]
    next: str | None


class CardLot(View):
    """A part of a card's money that expires together."""

    amount_minor: int
    expires_at: datetime | None


class GiftCardAnswer(View):
    """A gift card with what is on it now; of its number the last digits."""

    id: UUID
    number: str
    batch: str
    money: str
    status: Status
    balance_minor: int
    parts: list[CardLot]
    owner: MemberId | None
    changed_at: datetime


class GiftCardItem(View):
    """A card in a list, as its books were last written."""

    id: UUID
    number: str
    batch: str
    status: Status
    balance_minor: int


class GiftCardList(View):
    """Cards of a batch, in no order that tells anything."""

    cards: list[GiftCardItem]
    next: str | None


class MemberGiftCards(View):
    """The cards of a member."""

    cards: list[GiftCardItem]


class CardTransaction(View):
    """One thing that happened to a card."""

    seq: int
    kind: str
    occurred_at: datetime
    posted_at: datetime
    source: UUID | None
    change_minor: int
    balance_minor: int
    about: dict[str, Any]


class CardStatement(View):
    """What happened to a card, the newest first."""

    transactions: list[CardTransaction]
    next: str | None


class CardAdjustmentAnswer(View):
    """A correction: booked, or waiting for a second person."""

    status: Literal["posted", "waiting"]
    card: GiftCardAnswer | None
    approval: ApprovalAnswer | None
