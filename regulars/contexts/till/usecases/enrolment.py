"""Enrol a person and award the sign-up, both or neither."""

import asyncio
from datetime import datetime

from regulars.contexts.members.types import Enrolled, Enrolment
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.contexts.rewards.usecases.referral import name_referrer
from regulars.contexts.security.types import Actor
from regulars.contexts.till.types import EventView
from regulars.contexts.till.usecases.desk import Desk
from regulars.contexts.till.usecases.events import facts_of_member, write_award
from regulars.core.purchase import Event
from regulars.core.refusal import Refused
from regulars.kit.transactions import in_transaction

SIGN_UP = "sign_up"


async def enrol_at_till(
    desk: Desk, enrolment: Enrolment, *, now: datetime, by: Actor
) -> tuple[Enrolled, EventView | None]:
    """The new member, and what signing up earned (None where no programme is in force yet).

    One transaction: whoever is enrolled has the award, whatever fails in between. Raises what
    `enrol_member` raises.
    """
    return await asyncio.to_thread(
        in_transaction, lambda: enrol_with_award(enrolment, now=now, by=by)
    )


def enrol_with_award(
    enrolment: Enrolment, *, now: datetime, by: Actor
) -> tuple[Enrolled, EventView | None]:
    """The same inside the transaction that is open. Raises what `enrol_member` raises."""
    enrolled = enrol_member(enrolment, now=now, by=by)
    try:
        programme = compiled_at(now)
    except NoProgrammeInForce:
        return enrolled, None
    facts = facts_of_member(enrolled.member)
    award = write_award(enrolled.member, facts, Event(SIGN_UP, now), programme, now=now)
    return enrolled, award


def enrol_with_referral(
    enrolment: Enrolment, code: str, *, now: datetime, by: Actor
) -> tuple[Enrolled, EventView | None, Refused | None]:
    """The same, and who brought them: by `code`, else by `enrolment.referred_by`.

    A referral that is refused keeps nobody out: the third says why; None where it was written down,
    or nobody was named. Raises what `enrol_member` raises.
    """
    enrolled, award = enrol_with_award(enrolment, now=now, by=by)
    if not code and enrolment.referred_by is None:
        return enrolled, award, None
    try:
        referrer = None if code else enrolment.referred_by
        name_referrer(enrolled.member, code=code, referrer=referrer, now=now, by=by)
    except Refused as refused:
        return enrolled, award, refused
    return enrolled, award, None
