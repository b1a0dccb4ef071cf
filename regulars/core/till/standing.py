"""A member's tier and visit count at a moment, from the record where it suffices, else from history."""

from datetime import datetime

from regulars.core.calendar import micros
from regulars.core.ledger.book import Book
from regulars.core.tiers import Entry, Rungs, Standing, extend, measured, record_of, standing
from regulars.core.till.decision import NotLoaded


def standing_at(book: Book, rungs: Rungs | None, moment: datetime) -> Standing | None:
    """The tier at `moment`; None where the programme has no tiers. Raises NotLoaded."""
    if rungs is None:
        return None
    record = book.record
    if book.ladder != rungs.fingerprint or is_late(book, moment):
        record = record_of(history_of(book), rungs, moment)
    return standing(record, book.grants, rungs, moment)


def visits_before(book: Book, moment: datetime) -> int:
    """How many purchases the member made before `moment`, returned ones not counted. Raises NotLoaded."""
    if not is_late(book, moment):
        return book.visits
    limit = micros(moment)
    return sum(entry.visits for entry in history_of(book) if entry.at < limit)


def is_late(book: Book, moment: datetime) -> bool:
    """Whether the books already know of a later purchase."""
    return book.last_purchase is not None and moment < book.last_purchase


def note_entry(book: Book, entry: Entry, rungs: Rungs | None) -> None:
    """Keep the tier record in step with a new entry, from scratch where the entry changes the past."""
    if rungs is None:
        book.remember(entry)
        return
    adds = measured(entry, rungs)
    newest = book.record.window[-1][0] if book.record.window else None
    in_step = book.ladder == rungs.fingerprint
    in_order = adds >= 0 and (newest is None or entry.at >= newest)
    if in_step and in_order:
        if adds:
            book.qualify(extend(book.record, entry.at, adds, rungs), rungs.fingerprint)
        book.remember(entry)
        return
    history = history_of(book)
    book.remember(entry)
    book.qualify(record_of((*history, entry), rungs), rungs.fingerprint)


def history_of(book: Book) -> tuple[Entry, ...]:
    """Every qualifying entry; raises NotLoaded where they are not at hand."""
    if book.history is None:
        raise NotLoaded(history=True)
    return book.history
