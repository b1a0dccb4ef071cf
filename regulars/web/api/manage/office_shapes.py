"""What is answered about points, rewards, places and access, as the API document describes it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from regulars.web.api.manage.views import MemberId, View, Words


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
    kind: str
    params: dict[str, Any]
    money_minor: int
    limit_period: str | None
    visible: bool


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
    """An order of a reward; `status` is by the clock."""

    id: UUID
    member: MemberId
    reward: str
    kind: str
    version: int
    quantity: int
    currency: str
    price_minor: int
    money_minor: int
    status: Literal["reserved", "issued", "fulfilled", "cancelled", "expired"]
    redeemed_at: datetime
    redeemed_by: str
    reserved_until: datetime | None
    issued_at: datetime | None
    fulfilled_at: datetime | None
    fulfilled_by: str | None
    reference: str
    coupon: str
    effect_until: datetime | None
    ledger_seq: int | None
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
