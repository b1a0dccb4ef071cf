"""Enrol a person and award the sign-up, both or neither."""

import asyncio
from datetime import datetime

from regulars.contexts.ledger.usecases.booking import write_books
from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, Enrolled, Enrolment, MemberRef
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.contexts.security.types import Actor
from regulars.contexts.till.types import Balance, EventView
from regulars.contexts.till.usecases.desk import Desk
from regulars.core.earning.settle import Earnings
from regulars.core.ledger.book import Book
from regulars.core.purchase import Event
from regulars.core.till.decision import MemberFacts
from regulars.core.till.events import write_event
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of
from regulars.kit.ids import new_id
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
        return enrolled, _award(enrolled.member, now)
    except NoProgrammeInForce:
        return enrolled, None


def _award(member: MemberRef, now: datetime) -> EventView:
    programme = compiled_at(now)
    facts = _facts(member)

    def write(book: Book) -> Earnings:
        standing = standing_at(book, terms_of(programme).rungs, now)
        tier = standing.tier if standing else ""
        event = Event(SIGN_UP, now)
        return write_event(programme, book, facts, tier, event, source=new_id(now=now))

    earnings, posted = write_books(member, programme, write, now=now)
    return EventView(
        member,
        programme.version,
        earnings.awards,
        earnings.cut,
        {code: Balance(*wallet) for code, wallet in posted.balances.items()},
    )


def _facts(member: MemberRef) -> MemberFacts:
    view = get_member(member, within=EVERYONE)
    return MemberFacts(
        view.ref.id,
        view.status.value,
        view.enrolled_at,
        view.birthday,
        view.language,
        view.tags,
        view.attributes,
    )
