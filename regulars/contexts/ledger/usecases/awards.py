"""Points given for something other than a purchase, and taken back where its ground falls away."""

from datetime import datetime
from uuid import UUID

from regulars.contexts.ledger.books import open_book, save
from regulars.contexts.ledger.types import Posted
from regulars.contexts.members.types import MemberRef
from regulars.contexts.security.types import Actor
from regulars.core.calendar import micros
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.tiers import Entry
from regulars.core.till.commit import facts_of
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import new_lot, terms_of


def award_points(
    member: MemberRef,
    *,
    programme: Compiled,
    currency: str,
    amount: int,
    active_at: datetime,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> Posted:
    """Give `amount` minor units, usable from `active_at`; they count towards tiers as earned.

    Not idempotent by itself: the caller keeps what `source` was awarded for. `currency` is one of
    the programme's.
    """
    book = open_book(member, programme, now=now)
    terms = programme.document.currencies[currency]
    lot = new_lot(terms, currency, source, amount, now, programme.zone)
    active_at = max(now, active_at)
    book.earn(lot._replace(active_at=active_at, active=active_at <= now))
    _record(book, "award", programme, currency, amount, source, reason, now, by)
    return save([book])[0]


def take_back_award(
    member: MemberRef,
    *,
    programme: Compiled,
    currency: str,
    amount: int,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> int:
    """Take back what `source` was awarded; what of it could be taken.

    Pending and unspent points first; what was spent meanwhile goes by the returns policy of the
    programme (`returns.earned`) and the floor of the currency, as with a returned purchase.
    """
    book = open_book(member, programme, now=now)
    known = programme.currencies.get(currency)
    taken = book.take_back(
        source,
        currency,
        amount,
        policy=programme.document.returns.earned,
        floor=known.floor if known else 0,
    )
    _record(book, "unaward", programme, currency, -taken, source, reason, now, by)
    save([book])
    return taken


def _record(
    book: Book,
    kind: str,
    programme: Compiled,
    currency: str,
    amount: int,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> None:
    entry = Entry(micros(now), 0, 0, {currency: amount})
    note_entry(book, entry, terms_of(programme).rungs)
    told = [reason.code, dict(reason.params)]
    facts = facts_of([entry], reason=told, by=f"{by.kind}:{by.id}")
    book.record_transaction(kind, now, source=source, version=programme.version, facts=facts)
