"""Enter what an event other than a purchase earns: sign-up, birthday, referral, review, check-in."""

from uuid import UUID

from regulars.core.calendar import micros
from regulars.core.earning.evaluate import award_event
from regulars.core.earning.settle import Earnings
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import Event
from regulars.core.tiers import Entry
from regulars.core.till.commit import facts_of, totals, write_counters
from regulars.core.till.decision import MemberFacts
from regulars.core.till.quote import buyer_of
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import new_lot, terms_of


def write_event(
    programme: Compiled, book: Book, member: MemberFacts, tier: str, event: Event, *, source: UUID
) -> Earnings:
    """Award `event` by the rules in force at its moment; nothing is recorded where nothing is earned."""
    buyer = buyer_of(book, member, tier, event.occurred_at)
    earnings = award_event(programme, event, buyer, event.occurred_at)
    earned = totals(earnings.awards)
    if not earned:
        return earnings
    document = programme.document
    for currency, amount in earned.items():
        terms = document.currencies[currency]
        book.earn(new_lot(terms, currency, source, amount, event.occurred_at, programme.zone))
    write_counters(book, earnings.counters)
    entry = Entry(micros(event.occurred_at), 0, 0, earned)
    note_entry(book, entry, terms_of(programme).rungs)
    book.record_transaction(
        "event",
        event.occurred_at,
        source=source,
        version=programme.version,
        facts=facts_of([entry], earnings.counters, event=event.kind),
    )
    return earnings
