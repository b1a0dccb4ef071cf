"""At the till: what is offered to a member personally, and who brought them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, ReferralView, ref_of
from regulars.contexts.members.usecases.referrals import make_referral_code
from regulars.contexts.rewards.queries.offers import list_offers
from regulars.contexts.rewards.queries.referral import get_referral_card
from regulars.contexts.rewards.types import OfferView
from regulars.contexts.rewards.usecases.offers import activate_offer
from regulars.contexts.rewards.usecases.referral import name_referrer
from regulars.contexts.security.types import Permission, Plane
from regulars.core.programme.texts import text_in
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.people import find_member
from regulars.web.api.till.receipts import MemberName
from regulars.web.api.till.shapes import Shape
from regulars.web.api.values import Closed, plain

friends = Operations(Plane.TILL, "Offers and friends")


class MemberOfferAnswer(Shape):
    """A promotion offered to the member, or one they may activate."""

    promotion: str
    title: str
    kind: str
    granted: bool
    activated_at: datetime | None
    since: datetime | None
    until: datetime | None


class MemberOffersAnswer(Shape):
    """In the order of the programme."""

    offers: list[MemberOfferAnswer]


class ReferralAnswer(Shape):
    """Who brought the member is written down; `waiting` for their first purchase."""

    friend: UUID
    status: Literal["waiting", "rewarded", "lapsed"]
    named_at: datetime


class FriendCardAnswer(Shape):
    """What the member brings friends with, and how many came."""

    code: str | None
    link: str | None
    friends: int
    rewarded: int


class TillActivateBody(Closed):
    """Switch a promotion on for a member."""

    member: MemberName
    promotion: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]


class TillReferralBody(Closed):
    """Who joined, and the code of who brought them."""

    member: MemberName
    code: Annotated[str, plain(40, least=1)]


class TillReferralCodeBody(Closed):
    """For whom."""

    member: MemberName


@friends(
    "GET",
    "/members/{member_id}/offers",
    name="list_offers_at_till",
    permission=Permission.TILL_IDENTIFY,
    answers=MemberOffersAnswer,
    problems=(409,),
    looks_up=True,
    examples=examples.OF_MEMBER,
)
def list_for_member(call: Call, member_id: UUID) -> dict[str, Any]:
    """Promotions offered to this member, and those they could activate."""
    member = get_survivor(ref_of(member_id), within=EVERYONE).ref
    found = list_offers(member, now=call.now)
    return {"offers": [_offer(view, call.language) for view in found]}


@friends(
    "POST",
    "/offers/activate",
    name="activate_offer_at_till",
    permission=Permission.TILL_REDEEM,
    answers=MemberOfferAnswer,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def activate(call: Call, body: TillActivateBody) -> dict[str, Any]:
    """Switch a promotion on for a member.

    Again is no error.
    """
    view = activate_offer(find_member(body.member), body.promotion, now=call.now, by=call.actor)
    return _offer(view, call.language)


@friends(
    "POST",
    "/referrals",
    name="name_referrer_at_till",
    permission=Permission.TILL_ENROL,
    answers=ReferralAnswer,
    status=201,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def name_one(call: Call, body: TillReferralBody) -> dict[str, Any]:
    """Write down who brought a member.

    Once, and before the first purchase. A code that nobody has and one that may not be used are
    answered alike.
    """
    view = name_referrer(find_member(body.member), code=body.code, now=call.now, by=call.actor)
    return _referral(view)


@friends(
    "POST",
    "/referral-codes",
    name="make_referral_code_at_till",
    permission=Permission.TILL_ENROL,
    answers=FriendCardAnswer,
    effect="stored",
    problems=(404,),
    looks_up=True,
)
def make_code(call: Call, body: TillReferralCodeBody) -> dict[str, Any]:
    """The code and link a member brings friends with; one is made where there is none."""
    member = find_member(body.member)
    make_referral_code(member, now=call.now, by=call.actor)
    card = get_referral_card(member, now=call.now)
    return {
        "code": card.code,
        "link": card.link,
        "friends": card.friends,
        "rewarded": card.rewarded,
    }


def _offer(view: OfferView, language: str) -> dict[str, Any]:
    return {
        "promotion": view.promotion,
        "title": text_in(dict(view.title), language),
        "kind": view.kind,
        "granted": view.granted,
        "activated_at": view.activated_at,
        "since": view.since,
        "until": view.until,
    }


def _referral(view: ReferralView) -> dict[str, Any]:
    return {"friend": str(view.friend.id), "status": view.status, "named_at": view.named_at}
