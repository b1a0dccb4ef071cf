"""What programs and people are answered on the management plane, as the API document describes it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field


class View(BaseModel):
    """An answer made of a view of the same members."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def _id_of(ref: Any) -> Any:
    return getattr(ref, "id", ref)


def _in_order(values: Any) -> Any:
    return sorted(values) if isinstance(values, frozenset) else values


MemberId = Annotated[UUID, BeforeValidator(_id_of)]
Words = Annotated[list[str], BeforeValidator(_in_order)]


class VersionAnswer(View):
    """A version of the programme and where it stands."""

    number: int
    code: str
    title: dict[str, str]
    digest: str
    origin_digest: str
    status: Literal["draft", "approved", "live", "retired", "withdrawn"]
    author: str
    editors: list[str]
    note: str
    created_at: datetime
    changed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    alone_reason: str
    live_from: datetime | None


class DocumentAnswer(View):
    """The document of a version."""

    number: int
    digest: str
    document: dict[str, Any]


class VersionList(View):
    """Versions, the newest first."""

    versions: list[VersionAnswer]
    next: str | None


class ProblemLine(View):
    """One thing wrong with a document."""

    pointer: str
    code: str
    detail: str


class CheckAnswer(View):
    """What a programme document would be."""

    is_sound: bool
    problems: list[ProblemLine]


class ChangeLine(View):
    """One difference in meaning."""

    pointer: str
    kind: str
    before: Any
    after: Any


class DiffAnswer(View):
    """What differs between two versions."""

    changes: list[ChangeLine]


class ExportAnswer(View):
    """A version as a YAML file."""

    yaml: str


class PublicationAnswer(View):
    """One act of publishing; in force over `[live_from, live_until)` unless withdrawn."""

    id: UUID
    version: int
    live_from: datetime
    live_until: datetime | None
    published_by: str
    published_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str


class PublicationList(View):
    """Publications in the order of their start."""

    publications: list[PublicationAnswer]


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


class Nothing(View):
    """Done; there is nothing to say."""


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


class CardBatchAnswer(View):
    """New card numbers, in the random order they were drawn in."""

    range_code: str
    batch: int
    numbers: list[str]


class WalletAnswer(View):
    """One wallet in minor units."""

    pending: int
    active: int
    held: int


class ApprovalAnswer(View):
    """A request for a second person's word."""

    id: UUID
    kind: str
    subject: str
    payload: dict[str, Any]
    permission: str
    requested_by: UUID | None
    requested_at: datetime
    reason: str
    decision: Literal["approved", "rejected"] | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision_reason: str
    alone_reason: str | None


class ApprovalList(View):
    """What waits for somebody's word."""

    approvals: list[ApprovalAnswer]


class AdjustmentAnswer(View):
    """A correction: booked, or waiting for a second person, or rejected."""

    status: Literal["posted", "waiting", "rejected"]
    seq: int | None = Field(description="The transaction in the member's ledger")
    balances: dict[str, WalletAnswer] | None
    approval: ApprovalAnswer | None


class PostedAnswer(View):
    """A transaction that is now in the books."""

    seq: int
    balances: dict[str, WalletAnswer]


class RewardTermsAnswer(View):
    """What a reward is and who may have it."""

    title: dict[str, str]
    currency: str
    price_minor: int
    description: dict[str, str] | None
    per_member_limit: int | None
    tiers: list[str]
    since: datetime | None
    until: datetime | None


class RewardAnswer(View):
    """A reward of the catalogue."""

    code: str
    terms: RewardTermsAnswer
    stock: int | None
    status: Literal["draft", "live", "ended"]
    created_at: datetime
    changed_at: datetime


class RewardList(View):
    """Rewards by code."""

    rewards: list[RewardAnswer]
    next: str | None


class RedemptionLine(View):
    """A reward taken by a member."""

    id: UUID
    member: MemberId
    reward: str
    version: int
    currency: str
    price_minor: int
    status: Literal["redeemed", "cancelled"]
    redeemed_at: datetime
    redeemed_by: str
    ledger_seq: int
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str
    cancel_ledger_seq: int | None


class RedemptionList(View):
    """A member's redemptions, the newest first."""

    redemptions: list[RedemptionLine]
    next: str | None


class StoreAnswer(View):
    """A place of business; `time_zone` null is the programme's."""

    code: str
    title: str
    brand: str
    time_zone: str | None
    address: str
    active: bool
    created_at: datetime


class StoreList(View):
    """Stores by code."""

    stores: list[StoreAnswer]
    next: str | None


class TillAnswer(View):
    """A till of a store."""

    store: str
    code: str
    title: str
    active: bool
    created_at: datetime


class TillList(View):
    """Tills of a store by code."""

    tills: list[TillAnswer]
    next: str | None


class KeyAnswer(View):
    """An API key without its secret."""

    id: UUID
    name: str
    plane: Literal["till", "manage"]
    scopes: Words
    store: str | None
    till: str | None
    staff_id: UUID | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyList(View):
    """Keys, the newest first."""

    keys: list[KeyAnswer]


class IssuedKeyAnswer(View):
    """A new key. The token is seen only here; a repeated request does not see it again."""

    id: UUID
    token: str | None


class StaffAnswer(View):
    """A staff account."""

    id: UUID
    email: str
    name: str
    role: str
    language: str
    is_active: bool
    created_at: datetime
    last_login_at: datetime | None


class StaffList(View):
    """All accounts, the oldest first."""

    staff: list[StaffAnswer]


class NewStaffAnswer(View):
    """A new account. The password is seen only here; a repeated request does not see it again."""

    id: UUID
    email: str
    password: str | None


class AuditLine(View):
    """One line of the audit trail."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    staff_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, Any]
    refused: str | None


class AuditList(View):
    """The audit trail, the newest first."""

    rows: list[AuditLine]
    next: str | None
