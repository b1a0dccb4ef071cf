"""What the clock has made of an account: activations, expiries and timed-out holds, each at its moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.core.calendar import micros, moment_of
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import expiry_of

_RELEASE, _ACTIVATE, _EXPIRE = range(3)  # at one moment in this order


def settle(book: Book, *, at: datetime, version: int, zone: ZoneInfo) -> None:
    """Post everything due up to and including `at`, in time order, one transaction for each moment and kind.

    Settling twice is settling once; settling in steps is settling at the end.
    """
    limit = micros(at)
    while True:
        due = _due(book, limit, zone)
        if not due:
            return
        moment, kind = min(due)[:2]
        keys = [key for when, what, key in due if (when, what) == (moment, kind)]
        for key in sorted(keys):
            if kind == _RELEASE:
                book.release(str(key))
            elif kind == _ACTIVATE:
                book.activate(int(key))
            else:
                book.expire(int(key))
        name = ("release", "activate", "expire")[kind]
        book.record_transaction(name, moment_of(moment), source=None, version=version, facts={})


def _due(book: Book, limit: int, zone: ZoneInfo) -> list[tuple[int, int, str | int]]:
    found: list[tuple[int, int, str | int]] = []
    for key, hold in book.holds.items():
        if hold.until <= limit:
            found.append((hold.until, _RELEASE, key))
    for lot in book.lots.values():
        if lot.remaining <= 0:
            continue
        if not lot.active and micros(lot.active_at) <= limit:
            found.append((micros(lot.active_at), _ACTIVATE, lot.number))
        expires = expiry_of(lot, book.last_purchase, zone)
        if expires is not None and lot.free > 0 and micros(expires) <= limit:
            found.append((micros(expires), _EXPIRE, lot.number))
    return found
