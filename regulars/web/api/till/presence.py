"""Proof at the till that the member is there: cards handed out, digits by which they agree to spend."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, ref_of
from regulars.contexts.members.usecases.codes import take_agreement
from regulars.contexts.members.usecases.identifiers import give_card
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.security.usecases.guessing import count_guess, forgive_guess
from regulars.kit.rate_limits import Guessing
from regulars.kit.transactions import in_transaction
from regulars.web.api.operation import Example, Operations
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.proof_guard import note_proof
from regulars.web.api.till.shape import Shape
from regulars.web.api.values import Closed, plain

presence = Operations(Plane.TILL, "Members")

_OF_MEMBER = Guessing("member_agreement", 5, window=timedelta(minutes=15))
_OF_TILL = Guessing("member_agreement_till", 30)


class TillCardBody(Closed):
    """A printed card that is nobody's yet."""

    card: Annotated[str, plain(40, least=1)]


class CardGivenAnswer(Shape):
    """Whose card it is now."""

    member: UUID


class AgreementBody(Closed):
    """What the member reads off their app."""

    digits: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class AgreementAnswer(Shape):
    """The member agreed."""

    member: UUID
    agreed: bool


@presence(
    "POST",
    "/members/{member_id}/cards",
    name="give_card_at_till",
    permission=Permission.TILL_ENROL,
    answers=CardGivenAnswer,
    status=201,
    effect="stored",
    looks_up=True,
    examples=[
        Example(
            "A number of no batch of ours",
            path={"member_id": examples.MEMBER_ID},
            body={"card": "2999999999994"},
            status=422,
        )
    ],
)
def give_card_to_member(call: Call, member_id: UUID, body: TillCardBody) -> dict[str, Any]:
    """Hand a printed card out.

    To a member who takes part already; new ones are enrolled with it. Only cards that were issued in
    a range of ours and are nobody's.
    """
    member = get_survivor(ref_of(member_id), within=EVERYONE).ref
    give_card(member, body.card, now=call.now, by=call.actor)
    return {"member": str(member.id)}


@presence(
    "POST",
    "/members/{member_id}/agreement",
    name="agree_at_till",
    permission=Permission.TILL_SELL,
    answers=AgreementAnswer,
    looks_up=True,
    examples=[
        Example(
            "Digits that no app shows",
            path={"member_id": examples.MEMBER_ID},
            body={"digits": "000000"},
            status=404,
        )
    ],
)
async def agree(call: Call, member_id: UUID, body: AgreementBody) -> dict[str, Any]:
    """Check the six digits that the member's app shows.

    By them the member agrees to pay with points where they were found by a card, phone or name. They
    are good once, and for about a minute; after five wrong ones the member has to wait.
    """

    def done(work: Any) -> Any:
        return call.runtime.work(partial(in_transaction, work))

    member = (await done(lambda: get_survivor(ref_of(member_id), within=EVERYONE))).ref
    axes = _axes(call, member)
    await done(lambda: count_guess(axes, now=call.now))

    def agreed() -> None:
        take_agreement(member, body.digits, now=call.now, by=call.actor)
        note_proof(call, member)

    await done(agreed)
    await done(lambda: forgive_guess(axes, wholly=(_OF_MEMBER,), now=call.now))
    return {"member": str(member.id), "agreed": True}


def _axes(call: Call, member: MemberRef) -> list[tuple[Guessing, str]]:
    return [(_OF_MEMBER, str(member.id)), (_OF_TILL, call.owner)]
