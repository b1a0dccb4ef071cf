"""A member's balances, lots and tier as of a moment, out of loaded books."""

from datetime import datetime

from regulars.contexts.members.types import MemberRef
from regulars.contexts.till.mapping import Row
from regulars.contexts.till.room import Outcome, Room, ref_of
from regulars.contexts.till.types import Balance, BooksView, ReadBooks
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import in_spending_order
from regulars.core.programme.compiled import Compiled
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of


def decide_books(command: ReadBooks, row: Row, room: Room) -> Outcome:
    """What the member holds and which tier they are in at `at`, right by the clock; writes nothing."""
    member = room.member(row, command.member)
    assert member is not None
    programme = room.programme(command.at)
    book = room.open_book(programme, row, at=command.at)
    return Outcome(books_view(book, programme, ref_of(member), at=command.at))


def books_view(book: Book, programme: Compiled, member: MemberRef, *, at: datetime) -> BooksView:
    """What settled books hold at `at`, as others see it."""
    standing = standing_at(book, terms_of(programme).rungs, at)
    lots = tuple(
        (
            lot.currency,
            lot.remaining,
            lot.earned_at,
            lot.active_at,
            book.expiry(lot),
        )
        for lot in in_spending_order(book.lots.values(), book.expiry)
        if lot.remaining
    )
    return BooksView(
        member,
        programme.version,
        {code: Balance(*book.wallet(code)) for code in programme.currencies},
        lots,
        standing.tier if standing else None,
        standing.until if standing else None,
        standing.next_tier if standing else None,
        standing.missing if standing else 0,
        book.visits,
    )
