"""What is answered about members and cards, as the API document describes it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from regulars.web.api.manage.views import MemberId, ProblemLine, View, Words


class MemberAnswer(View):
    """A member without contact data; `version` guards changes against each other."""

    id: MemberId = Field(validation_alias=AliasChoices("ref", "id"))
    status: Literal["active", "blocked", "merged", "erased"]
    status_reason: str
    enrolled_at: datetime
    birthday: date | None
    language: Literal["en", "ru"]
    tags: Words
    attributes: dict[str, bool | int | str]
    store: str | None
    is_staff: bool
    referred_by: MemberId | None
    merged_into: MemberId | None
    version: int


class MemberList(View):
    """Members, the newest first."""

    members: list[MemberAnswer]
    next: str | None


class ProfileAnswer(View):
    """Contact data."""

    given_name: str
    family_name: str
    phone: str
    email: str
    gender: str
    city: str
    note: str


class EnrolledAnswer(View):
    """The member an enrolment led to."""

    member: UUID
    is_new: bool
    sign_up: dict[str, int] = Field(description="What signing up earned, by currency")
    referral_refused: str | None = Field(
        description="Why who brought them was not written down; null: it was, or nobody was named"
    )


class IdentifierAnswer(View):
    """What a member is found by; masked for who may not see contact data."""

    kind: str
    value: str
    form: str
    status: Literal["active", "blocked", "replaced"]
    since: datetime
    until: datetime | None


class IdentifierList(View):
    """A member's identifiers, the oldest first."""

    identifiers: list[IdentifierAnswer]


class ConsentAnswer(View):
    """One row of the consent log."""

    id: UUID
    purpose: str
    given: bool
    at: datetime
    channel: str
    text_version: str
    proof: dict[str, str]
    by: str


class ConsentList(View):
    """The log, the oldest first."""

    consents: list[ConsentAnswer]


class MemberVersion(View):
    """The member's version after the change."""

    version: int


class RangeAnswer(View):
    """A range of card numbers and how full it is."""

    code: str
    prefix: str
    length: int
    checksum: Literal["ean13", "luhn", "none"]
    form: str
    issued_only: bool
    issued: int
    capacity: int
    next_batch: int


class NewRangeAnswer(View):
    """A new range, and what to mind about it."""

    range: RangeAnswer
    warnings: list[ProblemLine]


class RangeList(View):
    """All ranges."""

    ranges: list[RangeAnswer]


class CardBatchLine(View):
    """A batch of cards and what became of it."""

    batch: int
    count: int
    made_at: datetime
    printings: int
    printed_at: datetime | None
    active: int = Field(description="Open a membership")
    lost: int = Field(description="Blocked or replaced")
    retired: int = Field(description="Of erased members")
    waiting: int = Field(description="Given to nobody yet")


class CardBatchList(View):
    """The batches of a range, the newest first."""

    batches: list[CardBatchLine]


class PrintRunAnswer(View):
    """The numbers of a batch, always in the same order; `printings` counts this time too."""

    range_code: str
    batch: int
    checksum: Literal["ean13", "luhn", "none"]
    printings: int
    numbers: list[str]


class CardBatchAnswer(View):
    """New card numbers, in the random order they were drawn in."""

    range_code: str
    batch: int
    numbers: list[str]
