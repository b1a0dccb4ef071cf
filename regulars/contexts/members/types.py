"""Members as other contexts see them: references, commands and frozen views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID

from regulars.core.ledger.accounts import bucket_of

AttributeValue = str | int | bool
Language = Literal["en", "ru"]


class MemberRef(NamedTuple):
    """What the whole product calls a member by: a random id and the bucket that follows from it."""

    bucket: int
    id: UUID


class MemberStatus(StrEnum):
    """Where a membership stands."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    MERGED = "merged"
    ERASED = "erased"


class IdentifierKind(StrEnum):
    """What a member can be found by."""

    CARD = "card"
    PHONE = "phone"
    EMAIL = "email"
    APP = "app"
    EXTERNAL = "external"


class IdentifierStatus(StrEnum):
    """Whether an identifier still opens the membership."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as somebody typed or scanned it. The value does not show when it is printed."""

    kind: IdentifierKind
    value: str = field(repr=False)
    form: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """Who a member is: kept apart from the ledger, deleted by erasure, never printed."""

    given_name: str = ""
    family_name: str = ""
    phone: str = ""
    email: str = ""
    gender: str = ""
    city: str = ""
    note: str = ""

    def __repr__(self) -> str:
        return "Profile(…)"


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """One purpose agreed to or refused, with what proves it."""

    purpose: str
    given: bool
    channel: str
    text_version: str = ""
    proof: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is known of a person at enrolment; at least one identifier."""

    identifiers: tuple[Identifier, ...]
    profile: Profile = field(default=Profile(), repr=False)
    birthday: date | None = field(default=None, repr=False)
    consents: tuple[ConsentGiven, ...] = ()
    tags: frozenset[str] = frozenset()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict, repr=False)
    language: Language = "ru"
    store: str | None = None
    referred_by: MemberRef | None = None
    is_staff: bool = False
    enrolled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The member an enrolment led to; `is_new` is False where it was already there."""

    member: MemberRef
    is_new: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a caller may see: everybody, the members of some stores, or one member only."""

    stores: frozenset[str] | None = None
    member: MemberRef | None = None


EVERYONE = Reach()


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member without contact data."""

    ref: MemberRef
    status: MemberStatus
    status_reason: str
    enrolled_at: datetime
    birthday: date | None = field(repr=False)
    language: Language
    tags: frozenset[str]
    attributes: Mapping[str, AttributeValue] = field(repr=False)
    store: str | None
    is_staff: bool
    referred_by: MemberRef | None
    merged_into: MemberRef | None
    version: int
    rests_until: datetime | None = None  # a contact was changed: nothing is spent before


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Which members a list shows; every given part must fit. Periods are `[since, until)`."""

    status: MemberStatus | None = None
    tag: str | None = None
    store: str | None = None
    enrolled_since: datetime | None = None
    enrolled_until: datetime | None = None
    is_staff: bool | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """What a member is called in a list, as much as its reader may see; parts may be empty."""

    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    card: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list of members that a colleague wants to see again: its name, and its filters."""

    id: UUID
    name: str
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SupportRequestView:
    """What a member asked of support, until when it is due, and what became of it.

    `kind`: missing_points | dispute | lost_card | erasure | other. `decision`: done | refused, None
    while it is open; `approval` is the correction that waits for a second person, if there is one.
    """

    id: UUID
    member: MemberRef
    kind: str
    text: str = field(repr=False)
    opened_at: datetime
    opened_by: UUID | None
    due_at: datetime
    decision: str | None
    answer: str = field(repr=False)
    approval: UUID | None
    decided_at: datetime | None
    decided_by: UUID | None


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """An identifier of a member; `value` is masked unless the caller may see contact data."""

    kind: IdentifierKind
    value: str = field(repr=False)
    form: str
    status: IdentifierStatus
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A member that a cashier's text led to: enough to be recognised, not enough to be copied."""

    ref: MemberRef
    status: MemberStatus
    by: IdentifierKind | Literal["name"]
    identifier_status: IdentifierStatus | None
    shown_name: str = field(repr=False)
    shown_contact: str = field(repr=False)
    is_staff: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One row of the consent log."""

    id: UUID
    purpose: str
    given: bool
    at: datetime
    channel: str
    text_version: str
    proof: Mapping[str, Any] = field(repr=False)
    by: str


@dataclass(frozen=True, slots=True)
class CardRangeView:
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


@dataclass(frozen=True, slots=True)
class CardBatch:
    """New card numbers, in the random order they were drawn in."""

    range_code: str
    batch: int
    numbers: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintRun:
    """The numbers of a batch as a print shop gets them; `printings` counts this time too."""

    range_code: str
    batch: int
    checksum: Literal["ean13", "luhn", "none"]
    printings: int
    numbers: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardBatchView:
    """A batch of cards and what became of it.

    `active` open a membership now, `lost` are blocked or replaced, `retired` were an erased
    member's; the rest waits to be handed out.
    """

    range_code: str
    batch: int
    count: int
    made_at: datetime
    printings: int
    printed_at: datetime | None
    active: int
    lost: int
    retired: int

    @property
    def waiting(self) -> int:
        return self.count - self.active - self.lost - self.retired


@dataclass(frozen=True, slots=True)
class NewCodeDevice:
    """A device that may show codes from now on; `secret` is seen this once."""

    id: UUID
    tag: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeDeviceView:
    """A device of a member that shows codes."""

    id: UUID
    name: str
    made_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of an import that was not taken, and why; nothing of the row itself."""

    line: int
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of a batch of rows: the three counts add up to the rows."""

    created: int
    found: int
    rejects: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class ReferralView:
    """Who brought a friend, and how far the rewards of both have come.

    `status`: waiting (for the friend's purchase), rewarded, or lapsed (it came too late). The amounts
    are what the ledger has under the two sources, by programme version `version`; `capped` says that
    the referrer had had enough. `purchase` and `earned_at` are the purchase that counts, and its moment.
    """

    friend: MemberRef
    referrer: MemberRef
    named_at: datetime
    status: Literal["waiting", "rewarded", "lapsed"]
    attempt: int
    seen: int
    purchase: UUID | None
    earned_at: datetime | None
    watch_until: datetime | None
    version: int | None
    friend_currency: str | None
    friend_amount: int | None
    friend_source: UUID | None
    referrer_currency: str | None
    referrer_amount: int | None
    referrer_source: UUID | None
    capped: bool


@dataclass(frozen=True, slots=True)
class ReferralEarned:
    """What a friend's purchase brought both: (currency, minor units, source), None where nothing."""

    purchase: UUID | None
    at: datetime
    version: int
    watch_until: datetime | None
    friend: tuple[str, int, UUID] | None
    referrer: tuple[str, int, UUID] | None
    capped: bool


def ref_of(member_id: UUID) -> MemberRef:
    """The reference of the member with this id, existing or not."""
    return MemberRef(bucket_of(member_id), member_id)


@dataclass(frozen=True, slots=True)
class ConsentTextView:
    """What a consent says in one version; `title` and `body` by language."""

    purpose: str
    version: int
    offered: bool
    required: bool
    title: Mapping[str, str]
    body: Mapping[str, str]
    published_at: datetime

    @property
    def name(self) -> str:
        """How the log of consents calls it: `terms/3`."""
        return f"{self.purpose}/{self.version}"
