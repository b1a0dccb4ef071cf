"""Answers about orders, stock, personal offers, referrals and transfers."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from regulars.web.api.manage.office_shapes import RedemptionLine, WalletAnswer
from regulars.web.api.manage.views import MemberId, View


class StockMoveLine(View):
    """One change of a reward's stock."""

    at: datetime
    reason: Literal["set", "added", "taken", "put_back"]
    change: int
    order: UUID | None
    by: str


class StockMoveList(View):
    """The journal of a reward's stock, the newest first."""

    moves: list[StockMoveLine]


class OrderList(View):
    """Orders of rewards, the newest first."""

    orders: list[RedemptionLine]
    next: str | None


class PersonalOfferAnswer(View):
    """A promotion for one member: offered, or there to be activated."""

    promotion: str
    title: dict[str, str]
    kind: str
    params: dict[str, Any]
    activated_at: datetime | None
    since: datetime | None
    until: datetime | None
    granted_by: str
    granted: bool


class PersonalOfferList(View):
    """In the order of the document."""

    offers: list[PersonalOfferAnswer]


class WithdrawnAnswer(View):
    """Whether there was one."""

    withdrawn: bool


class ReferralLine(View):
    """Who brought a friend, and what both have been given for it so far."""

    friend: MemberId
    referrer: MemberId
    named_at: datetime
    status: Literal["waiting", "rewarded", "lapsed"]
    earned_at: datetime | None
    friend_currency: str | None
    friend_amount: int | None
    referrer_currency: str | None
    referrer_amount: int | None
    capped: bool


class ReferralCardAnswer(View):
    """What a member brings friends with, and what came of it."""

    code: str | None
    link: str | None
    friends: int
    rewarded: int
    brought_by: ReferralLine | None


class ReferralList(View):
    """The friends a member brought, the latest first."""

    referrals: list[ReferralLine]


class TransferAnswer(View):
    """The wallets of both after it."""

    giver: dict[str, WalletAnswer]
    taker: dict[str, WalletAnswer]
