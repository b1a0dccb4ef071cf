"""What concerns single members: personal offers, who brought whom, points given to each other."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.ledger.usecases.transfers import transfer_points
from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, MemberRef, ref_of
from regulars.contexts.members.usecases.referrals import make_referral_code
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.offers import list_offers
from regulars.contexts.rewards.queries.referral import get_referral_card, list_friends
from regulars.contexts.rewards.usecases.offers import (
    activate_offer,
    offer_promotion,
    withdraw_offer,
)
from regulars.contexts.rewards.usecases.referral import name_referrer
from regulars.contexts.security.types import Permission, Plane
from regulars.web.api.manage import examples
from regulars.web.api.manage.office_shapes import WalletAnswer
from regulars.web.api.manage.reward_shapes import (
    PersonalOfferAnswer,
    PersonalOfferList,
    ReferralCardAnswer,
    ReferralLine,
    ReferralList,
    TransferAnswer,
    WithdrawnAnswer,
)
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import MINOR_MAX, Closed, Moment, plain

friends = Operations(Plane.MANAGE, "Offers and friends")

_Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


class OfferBody(Closed):
    """Which promotion, from when until when."""

    promotion: _Code
    since: Moment | None = None
    until: Moment | None = None


class ActivateBody(Closed):
    """Which promotion."""

    promotion: _Code


class ReferralCodeBody(Closed):
    """Whether the old code is to stop working."""

    renew: bool = False


class NameReferrerBody(Closed):
    """Who brought the member: by code, or by id."""

    code: Annotated[str, plain(40, least=1)] | None = None
    referrer: UUID | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "NameReferrerBody":
        if (self.code is None) == (self.referrer is None):
            raise PydanticCustomError("request.member_named_once", "name one")
        return self


class TransferBody(Closed):
    """How much of what to whom."""

    to: UUID
    currency: _Code
    amount: Annotated[int, Field(ge=1, le=MINOR_MAX, description="Minor units of the currency")]


@friends(
    "GET",
    "/members/{member_id}/offers",
    name="list_member_offers",
    permission=Permission.REWARDS_READ,
    answers=PersonalOfferList,
    examples=examples.OF_MEMBER,
)
def list_for_member(call: Call, member_id: UUID) -> PersonalOfferList:
    """Promotions offered to this member, and those they could activate."""
    found = list_offers(_member(member_id), now=call.now)
    return PersonalOfferList(offers=[PersonalOfferAnswer.model_validate(view) for view in found])


@friends(
    "POST",
    "/members/{member_id}/offers",
    name="offer_promotion",
    permission=Permission.REWARDS_WRITE,
    answers=PersonalOfferAnswer,
    status=201,
    effect="stored",
    problems=(409,),
)
def offer(call: Call, member_id: UUID, body: OfferBody) -> PersonalOfferAnswer:
    """Offer a promotion to one member; again changes the period."""
    view = offer_promotion(
        ref_of(member_id),
        body.promotion,
        since=body.since,
        until=body.until,
        now=call.now,
        by=call.actor,
    )
    return PersonalOfferAnswer.model_validate(view)


@friends(
    "POST",
    "/members/{member_id}/offers/activate",
    name="activate_offer",
    permission=Permission.REWARDS_REDEEM,
    answers=PersonalOfferAnswer,
    effect="stored",
)
def activate(call: Call, member_id: UUID, body: ActivateBody) -> PersonalOfferAnswer:
    """Switch a promotion on for the member."""
    view = activate_offer(ref_of(member_id), body.promotion, now=call.now, by=call.actor)
    return PersonalOfferAnswer.model_validate(view)


@friends(
    "POST",
    "/members/{member_id}/offers/{promotion}/withdraw",
    name="withdraw_offer",
    permission=Permission.REWARDS_WRITE,
    answers=WithdrawnAnswer,
    effect="stored",
)
def withdraw(call: Call, member_id: UUID, promotion: _Code) -> WithdrawnAnswer:
    """Take an offer back, activated or not."""
    gone = withdraw_offer(ref_of(member_id), promotion, now=call.now, by=call.actor)
    return WithdrawnAnswer(withdrawn=gone)


@friends(
    "GET",
    "/members/{member_id}/referral",
    name="get_referral_card",
    permission=Permission.MEMBERS_READ,
    answers=ReferralCardAnswer,
    examples=examples.OF_MEMBER,
)
def show_card(call: Call, member_id: UUID) -> ReferralCardAnswer:
    """A member's referral code and link, and how many friends they brought."""
    return ReferralCardAnswer.model_validate(get_referral_card(_member(member_id), now=call.now))


@friends(
    "POST",
    "/members/{member_id}/referral-code",
    name="make_referral_code",
    permission=(Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT),
    answers=ReferralCardAnswer,
    effect="stored",
    problems=(409,),
)
def make_code(call: Call, member_id: UUID, body: ReferralCodeBody) -> ReferralCardAnswer:
    """Give a member a code to bring friends with, or a new one."""
    member = _member(member_id)
    make_referral_code(member, renew=body.renew, now=call.now, by=call.actor)
    return ReferralCardAnswer.model_validate(get_referral_card(member, now=call.now))


@friends(
    "GET",
    "/members/{member_id}/referrals",
    name="list_referrals",
    permission=Permission.MEMBERS_READ,
    answers=ReferralList,
    examples=examples.OF_MEMBER,
)
def list_brought(call: Call, member_id: UUID) -> ReferralList:
    """The latest hundred friends that a member brought."""
    found = list_friends(_member(member_id), limit=100)
    return ReferralList(referrals=[ReferralLine.model_validate(view) for view in found])


@friends(
    "POST",
    "/members/{member_id}/referrer",
    name="name_referrer",
    permission=(Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT),
    answers=ReferralLine,
    status=201,
    effect="stored",
)
def name_one(call: Call, member_id: UUID, body: NameReferrerBody) -> ReferralLine:
    """Write down who brought a member: once, and before the first purchase."""
    view = name_referrer(
        ref_of(member_id),
        code=body.code or "",
        referrer=_member(body.referrer) if body.referrer else None,
        now=call.now,
        by=call.actor,
    )
    return ReferralLine.model_validate(view)


@friends(
    "POST",
    "/members/{member_id}/transfers",
    name="transfer_points",
    permission=Permission.LEDGER_ADJUST,
    answers=TransferAnswer,
    status=201,
    effect="stored",
)
def transfer(call: Call, member_id: UUID, body: TransferBody) -> TransferAnswer:
    """Give points of one member to another; what becomes of their expiry says the programme."""
    given, taken = transfer_points(
        ref_of(member_id),
        ref_of(body.to),
        programme=compiled_at(call.now),
        currency=body.currency,
        amount=body.amount,
        source=UUID(bytes=call.key_digest[:16]),
        now=call.now,
        by=call.actor,
    )
    return TransferAnswer(
        giver={
            code: WalletAnswer.model_validate(wallet) for code, wallet in given.balances.items()
        },
        taker={
            code: WalletAnswer.model_validate(wallet) for code, wallet in taken.balances.items()
        },
    )


def _member(member_id: UUID) -> MemberRef:
    return get_member(ref_of(member_id), within=EVERYONE).ref
