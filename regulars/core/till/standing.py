"""A member's tier and visit count at a moment, from the record where it suffices, else from history."""

from datetime import datetime

from regulars.core.calendar import micros
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.tiers import (
    Entry,
    Record,
    Rungs,
    Standing,
    extend,
    measured,
    record_of,
    standing,
)

TURNOVER = "turnover"  # the counter of what a member's purchases came to, where a promotion asks


def standing_at(book: Book, rungs: Rungs | None, moment: datetime) -> Standing | None:
    """The tier at `moment`; None where the programme has no tiers. Raises NotLoaded."""
    if rungs is None:
        return None
    record = book.record
    if book.ladder != rungs.fingerprint or _knows_later(record, micros(moment)):
        record = record_of(history_of(book), rungs, moment)
    return standing(record, book.grants, rungs, moment)


def visits_before(book: Book, moment: datetime) -> int:
    """How many purchases up to `moment` the books know of, returned ones not counted. Raises NotLoaded."""
    if not is_late(book, moment):
        return book.visits
    limit = micros(moment)
    return sum(entry.visits for entry in history_of(book) if entry.at <= limit)


def turnover_of(book: Book) -> int:
    """What the member's purchases came to, less returns. Raises NotLoaded.

    Once a sale has counted it, it stands in a counter; before that the history says it.
    """
    if book.has_counter(TURNOVER):
        return book.counter(TURNOVER)
    return sum(entry.spend for entry in history_of(book)) if book.visits else 0


def is_late(book: Book, moment: datetime) -> bool:
    """Whether the books already know of a later purchase."""
    last = book.last_purchase
    return last is not None and moment < last


def note_entry(book: Book, entry: Entry, rungs: Rungs | None) -> None:
    """Keep the tier record in step with a new entry, from scratch where the entry changes the past.

    Raises NotLoaded.
    """
    if rungs is None:
        book.remember(entry)
        if book.ladder:
            book.qualify(Record(), "")
        return
    adds = measured(entry, rungs)
    if book.ladder != rungs.fingerprint or _changes_the_past(book.record, entry.at, adds):
        book.qualify(record_of((*history_of(book), entry), rungs), rungs.fingerprint)
    elif adds:
        book.qualify(extend(book.record, entry.at, adds, rungs), rungs.fingerprint)
    book.remember(entry)


def _changes_the_past(record: Record, at: int, adds: int) -> bool:
    """Whether the record cannot simply go on: less, earlier, or netted against a correction."""
    if not adds or not record.window:
        return adds < 0
    newest, amount = record.window[-1]
    return adds < 0 or at < newest or (at == newest and amount < 0)


def _knows_later(record: Record, moment: int) -> bool:
    return bool(record.window) and record.window[-1][0] > moment


def history_of(book: Book) -> tuple[Entry, ...]:
    """Every qualifying entry; raises NotLoaded where they are not at hand."""
    if book.history is None:
        raise NotLoaded(history=True)
    return book.history
