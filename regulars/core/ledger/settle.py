"""What the clock has made of an account: activations, expiries and timed-out holds, each at its moment."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from regulars.core.calendar import micros, moment_of
from regulars.core.ledger.book import Book

_RELEASE, _ACTIVATE, _EXPIRE = range(3)  # at one moment in this order
_KINDS = ("release", "activate", "expire")

Due = tuple[int, int, str | int]  # moment (micros), kind, hold or lot


def settle(book: Book, *, at: datetime, version: int, zone: ZoneInfo) -> None:
    """Post everything due up to and including `at`, in time order, one transaction for each moment and kind.

    Settling twice is settling once; settling in steps is settling at the end. Points on hold stay:
    what of them has expired goes with the transaction that ends the hold.
    """
    assert zone == book.zone, "the clock of the books is that of the business"
    for (moment, kind), found in groupby(sorted(_due(book, at)), key=itemgetter(0, 1)):
        posted = False
        for _, _, key in found:
            posted |= _post(book, kind, key)
        if posted:
            book.record_transaction(
                _KINDS[kind], moment_of(moment), source=None, version=version, facts={}
            )


def _post(book: Book, kind: int, key: str | int) -> bool:
    """Post one thing that is due, unless what came before has left nothing of it."""
    if kind == _RELEASE:
        book.release(str(key))
        return True
    lot = book.lots[int(key)]
    if kind == _ACTIVATE:
        if lot.remaining > 0:
            book.activate(lot.number)
        return lot.remaining > 0
    if lot.free > 0:
        book.expire(lot.number)
    return lot.free > 0


def _due(book: Book, at: datetime) -> Iterator[Due]:
    """What the clock does up to `at`; a lot on hold may be free again when its time comes."""
    limit = micros(at)
    for key, hold in book.holds.items():
        if hold.until <= limit:
            yield hold.until, _RELEASE, key
    for lot in book.lots.values():
        if lot.remaining <= 0:
            continue
        if not lot.active and lot.active_at <= at:
            yield micros(lot.active_at), _ACTIVATE, lot.number
        expires = book.expiry(lot)
        if expires is not None and expires <= at:
            yield micros(expires), _EXPIRE, lot.number
