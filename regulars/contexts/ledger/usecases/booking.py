"""Write into one member's books what the core decides, from contexts above the ledger."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from regulars.contexts.ledger.books import open_book, save
from regulars.contexts.ledger.types import Posted
from regulars.contexts.members.types import MemberRef
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled

Decided = TypeVar("Decided")


def write_books(
    member: MemberRef,
    programme: Compiled,
    write: Callable[[Book], Decided],
    *,
    now: datetime,
) -> tuple[Decided, Posted]:
    """What `write` decided on the member's books, and how they stand after it.

    The account is locked until the open transaction ends; the books are settled up to `now`, with
    all lots and history. Whatever `write` posts must stand in a transaction of the ledger.
    """
    book = open_book(member, programme, now=now)
    decided = write(book)
    return decided, save([book])[0]


def write_books_of(
    holders: Sequence[MemberRef],
    programme: Compiled,
    write: Callable[[Sequence[Book]], Decided],
    *,
    now: datetime,
) -> tuple[Decided, Sequence[Posted]]:
    """As `write_books` for several accounts at once, in the order given; saved all or none.

    They are locked in the one order in which everybody locks.
    """
    opened = {ref: open_book(ref, programme, now=now) for ref in sorted(set(holders))}
    books = [opened[ref] for ref in holders]
    decided = write(books)
    return decided, save(books)
