"""A member's books for pages and commands, without the desk."""

from datetime import datetime

from regulars.contexts.ledger.queries import read_book
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.reading import books_view
from regulars.contexts.till.types import BooksView


def get_books(member: MemberRef, *, now: datetime) -> BooksView:
    """What the member holds and which tier they are in, right by the clock; writes nothing.

    `member` is a survivor: of one who was merged into another nothing is held. Raises
    NoProgrammeInForce.
    """
    programme = compiled_at(now)
    return books_view(read_book(member, programme, now=now), programme, member, at=now)
