"""Who acts, what they may do, and the values that security hands to others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID


class Permission(StrEnum):
    """One thing that may be allowed. What is not granted is denied."""

    TILL_IDENTIFY = "till.identify"
    TILL_QUOTE = "till.quote"
    TILL_SELL = "till.sell"
    TILL_RETURN = "till.return"
    TILL_ENROL = "till.enrol"
    TILL_REDEEM = "till.redeem"
    TILL_STATEMENT = "till.statement"
    MEMBERS_READ = "members.read"
    MEMBERS_CONTACTS = "members.contacts"
    MEMBERS_WRITE = "members.write"
    MEMBERS_SUPPORT = "members.support"
    MEMBERS_ERASE = "members.erase"
    MEMBERS_IMPORT = "members.import"
    MEMBERS_EXPORT = "members.export"
    CONSENTS_READ = "consents.read"
    CONSENTS_WRITE = "consents.write"
    CARDS_ISSUE = "cards.issue"
    LEDGER_READ = "ledger.read"
    LEDGER_ADJUST = "ledger.adjust"
    LEDGER_APPROVE = "ledger.approve"
    PROGRAMME_READ = "programme.read"
    PROGRAMME_WRITE = "programme.write"
    PROGRAMME_APPROVE = "programme.approve"
    PROGRAMME_PUBLISH = "programme.publish"
    REWARDS_READ = "rewards.read"
    REWARDS_WRITE = "rewards.write"
    REWARDS_REDEEM = "rewards.redeem"
    PLACES_READ = "places.read"
    PLACES_WRITE = "places.write"
    RECEIPTS_IMPORT = "receipts.import"
    REPORTS_READ = "reports.read"
    STUDIES_RUN = "studies.run"
    PLANS_WRITE = "plans.write"
    PERIODS_CLOSE = "periods.close"
    PERIODS_REOPEN = "periods.reopen"
    KEYS_READ = "keys.read"
    KEYS_WRITE = "keys.write"
    STAFF_READ = "staff.read"
    STAFF_WRITE = "staff.write"
    BRAND_WRITE = "brand.write"
    AUDIT_READ = "audit.read"


class Role(StrEnum):
    """What a staff account is for; `access.ROLE_PERMISSIONS` says what each may do."""

    OWNER = "owner"
    MARKETER = "marketer"
    CONTROLLER = "controller"
    SUPPORT = "support"
    CASHIER = "cashier"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"


class Plane(StrEnum):
    """Which of the two APIs a key opens."""

    TILL = "till"
    MANAGE = "manage"


class Scope(StrEnum):
    """What an API key is issued for; `access.SCOPE_PERMISSIONS` says what each allows."""

    TILL_SALES = "till:sales"
    TILL_RETURNS = "till:returns"
    TILL_ENROL = "till:enrol"
    TILL_REWARDS = "till:rewards"
    TILL_STATEMENTS = "till:statements"
    MEMBERS_READ = "members:read"
    MEMBERS_CONTACTS = "members:contacts"
    MEMBERS_WRITE = "members:write"
    MEMBERS_SUPPORT = "members:support"
    MEMBERS_ERASE = "members:erase"
    MEMBERS_IMPORT = "members:import"
    MEMBERS_EXPORT = "members:export"
    CONSENTS_WRITE = "consents:write"
    CARDS_ISSUE = "cards:issue"
    LEDGER_READ = "ledger:read"
    LEDGER_ADJUST = "ledger:adjust"
    PROGRAMME_READ = "programme:read"
    PROGRAMME_WRITE = "programme:write"
    PROGRAMME_PUBLISH = "programme:publish"
    REWARDS_READ = "rewards:read"
    REWARDS_WRITE = "rewards:write"
    REWARDS_REDEEM = "rewards:redeem"
    PLACES_READ = "places:read"
    PLACES_WRITE = "places:write"
    RECEIPTS_IMPORT = "receipts:import"
    REPORTS_READ = "reports:read"
    STUDIES_RUN = "studies:run"
    PLANS_WRITE = "plans:write"
    PERIODS_CLOSE = "periods:close"
    KEYS_WRITE = "keys:write"
    STAFF_WRITE = "staff:write"
    BRAND_WRITE = "brand:write"
    AUDIT_READ = "audit:read"
    APPROVALS = "approvals:decide"


class Actor(NamedTuple):
    """Who does something: what every use case takes as `by`.

    `kind` is staff | key | till | member | system; `id` is opaque and impersonal. `staff_id` is the
    person who answers for it, where there is one.
    """

    kind: str
    id: str
    staff_id: UUID | None
    permissions: frozenset[Permission]


def system_actor(name: str) -> Actor:
    """The program itself (an import, a job, the first start): it may do everything."""
    return Actor("system", name, None, frozenset(Permission))


@dataclass(frozen=True, slots=True)
class Principal:
    """What a presented API key turned out to be."""

    key_id: UUID
    plane: Plane
    scopes: frozenset[Scope]
    permissions: frozenset[Permission]
    store: str | None
    till: str | None
    staff_id: UUID | None

    @property
    def actor(self) -> Actor:
        kind = "till" if self.plane is Plane.TILL else "key"
        return Actor(kind, str(self.key_id), self.staff_id, self.permissions)


@dataclass(frozen=True, slots=True)
class StaffView:
    """A staff account. Name and address do not show when it is printed."""

    id: UUID
    email: str = field(repr=False)
    name: str = field(repr=False)
    role: Role
    language: str
    is_active: bool
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A staff account just made, with its password where we made that up: shown once."""

    id: UUID
    email: str = field(repr=False)
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """How a sign-in ended: `staff` and `actor`, or a refusal and when to come back."""

    staff: StaffView | None
    actor: Actor | None = None
    refused: str | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """An API key without its secret."""

    id: UUID
    name: str
    plane: Plane
    scopes: frozenset[Scope]
    store: str | None
    till: str | None
    staff_id: UUID | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key with its token: the only time that the token is seen."""

    id: UUID
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditRowView:
    """One line of the audit trail."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    staff_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    detail: Mapping[str, Any]
    refused: str | None


Decision = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """A request for a second person's word, and the word once it is given."""

    id: UUID
    kind: str
    subject: str
    payload: Mapping[str, Any]
    permission: Permission
    requested_by: UUID | None
    requested_at: datetime
    reason: str
    decision: Decision | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision_reason: str
    alone_reason: str | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered the first time a key was used."""

    status: int
    answer: bytes


HolderKind = Literal["staff", "member"]
SessionMethod = Literal[
    "password", "code_app", "recovery", "passkey", "link", "email", "phone", "social"
]
LinkKind = Literal["invitation", "reset", "welcome"]


class Holder(NamedTuple):
    """Whom a session or a passkey belongs to: a staff account or a member."""

    kind: HolderKind
    id: UUID


@dataclass(frozen=True, slots=True)
class SessionView:
    """A browser that somebody is signed in with; `proved_at`: when they last showed who they are."""

    id: UUID
    holder: Holder
    method: SessionMethod
    device: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun; its token is seen only here."""

    id: UUID
    token: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SignInStep:
    """Where a sign-in stands: a session, a second step to be answered, or a refusal.

    `second` is the token of the second step. A session begun by a password alone is good for
    nothing but setting up a second factor, where the installation asks for one.
    """

    staff: StaffView | None = None
    session: NewSession | None = None
    second: str | None = field(default=None, repr=False)
    refused: str | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey, by the name its holder gave it."""

    id: UUID
    name: str = field(repr=False)
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeAppSetup:
    """What a code app is set up with: shown until it is confirmed, never again."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person can prove themselves with beside the password."""

    code_app: bool
    recovery_codes: int
    passkeys: tuple[PasskeyView, ...]

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all."""
        return self.code_app or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class LinkView:
    """A one-time link without its secret."""

    id: UUID
    kind: LinkKind
    staff_id: UUID | None
    email: str = field(repr=False)
    role: Role | None
    language: str
    made_by: UUID | None
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeOutcome:
    """How the checking of a one-time code ended: the contact that is proved, or a refusal."""

    contact: str | None = field(default=None, repr=False)
    refused: str | None = None
    retry_after_s: int | None = None
