"""Enrol a person at the till and award the sign-up at once."""

import asyncio
from datetime import datetime

from regulars.contexts.members.types import Enrolled, Enrolment
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.security.types import Actor
from regulars.contexts.till.desk import Desk
from regulars.contexts.till.types import EventView, MemberKey, RecordEvent
from regulars.core.purchase import Event
from regulars.kit.transactions import in_transaction

SIGN_UP = "sign_up"


async def enrol_at_till(
    desk: Desk, enrolment: Enrolment, *, now: datetime, by: Actor
) -> tuple[Enrolled, EventView | None]:
    """The new member, and what signing up earned (None where the programme is not in force yet).

    The award follows in a step of its own; asking again after a failure in between awards it then,
    because it is given once. Raises what `enrol_member` raises.
    """
    enrolled = await asyncio.to_thread(
        in_transaction, lambda: enrol_member(enrolment, now=now, by=by)
    )
    if desk.programme_at(now) is None:
        return enrolled, None
    command = RecordEvent(MemberKey(ref=enrolled.member), Event(SIGN_UP, now))
    answer = await desk.submit(command)
    assert isinstance(answer, EventView)
    return enrolled, answer
