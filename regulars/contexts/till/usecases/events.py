"""What a member did that is no purchase, awarded in the transaction that is open."""

from datetime import datetime

from regulars.contexts.ledger.usecases.booking import write_books
from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.till.types import Balance, EventView
from regulars.core.calendar import add
from regulars.core.earning.settle import Earnings
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import Event
from regulars.core.till.commit import check_member
from regulars.core.till.decision import MemberFacts, ReceiptFromFuture, ReceiptTooLate
from regulars.core.till.events import write_event
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of
from regulars.kit.ids import new_id


def award_event(member: MemberRef, event: Event, *, now: datetime, by: Actor) -> EventView:
    """What the rules in force at the event's moment give for it, booked.

    Times are bounded as those of receipts are. Raises PermissionMissing, MemberNotFound,
    MemberNotActive, ReceiptFromFuture, ReceiptTooLate, NoProgrammeInForce.
    """
    require(by, Permission.TILL_ENROL)
    facts = facts_of_member(member)
    check_member(facts)
    programme = compiled_at(event.occurred_at)
    _check_time(event, programme, now)
    return write_award(member, facts, event, programme, now=now)


def write_award(
    member: MemberRef, facts: MemberFacts, event: Event, programme: Compiled, *, now: datetime
) -> EventView:
    """Book what `event` earns a member under `programme`."""

    def write(book: Book) -> Earnings:
        standing = standing_at(book, terms_of(programme).rungs, event.occurred_at)
        tier = standing.tier if standing else ""
        return write_event(programme, book, facts, tier, event, source=new_id(now=now))

    earnings, posted = write_books(member, programme, write, now=now)
    return EventView(
        member,
        programme.version,
        earnings.awards,
        earnings.cut,
        {code: Balance(*wallet) for code, wallet in posted.balances.items()},
    )


def facts_of_member(member: MemberRef) -> MemberFacts:
    """What the rules may know of a member. Raises MemberNotFound."""
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


def _check_time(event: Event, programme: Compiled, now: datetime) -> None:
    timing, zone = programme.document.timing, programme.zone
    if event.occurred_at > add(now, timing.skew_max, zone):
        raise ReceiptFromFuture(pointer="/occurred_at")
    if add(event.occurred_at, timing.late_max, zone) < now:
        raise ReceiptTooLate(pointer="/occurred_at")
