"""Identifiers that sort by the moment they were made (UUID version 7, RFC 9562)."""

import random
import secrets
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_RANDOM_BITS = 74

_lock = threading.Lock()
_last_ms = -1
_last_random = 0


def new_id(*, now: datetime) -> UUID:
    """A new UUIDv7 for the aware moment `now`.

    Ids made in one process for the same millisecond grow strictly: the random part of the first is
    counted on, as RFC 9562 (6.2, method 2) describes. Unique across processes by 74 random bits.
    """
    return UUID(int=_drawn(now))


def new_id_bytes(*, now: datetime) -> bytes:
    """`new_id` as its 16 bytes, for who has a quicker class for them."""
    return _drawn(now).to_bytes(16, "big")


def first_id(at: datetime) -> UUID:
    """The lowest id that `new_id` can make at the aware moment `at` or later."""
    return UUID(int=max(0, (at - _EPOCH) // _MILLISECOND) << 80 | _VERSION_AND_VARIANT)


def _drawn(now: datetime) -> int:
    global _last_ms, _last_random
    ms = (now - _EPOCH) // _MILLISECOND
    with _lock:
        if ms == _last_ms:
            # Only the first of a millisecond has to be beyond guessing: the others are of one process.
            _last_random += 1 + random.getrandbits(16)
        else:
            # The top bit starts clear, so that counting on within a millisecond never overflows.
            _last_ms, _last_random = ms, secrets.randbits(_RANDOM_BITS - 1)
        drawn = _last_random
    high, low = drawn >> 62, drawn & ((1 << 62) - 1)
    return (ms << 80) | _VERSION_AND_VARIANT | (high << 64) | low
