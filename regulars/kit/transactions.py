"""One piece of work as one database transaction, tried again when the database asks for it."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, close_old_connections, connections, transaction

Result = TypeVar("Result")

SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
TRY_AGAIN = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE})

_TRIES = 6
_FIRST_WAIT_S = 0.01


def in_transaction(
    work: Callable[[], Result], *, tries: int = _TRIES, using: str = "default"
) -> Result:
    """Run `work` in one transaction and return its result once it is committed.

    A conflict (serialization failure, deadlock, lock time-out) rolls everything back and runs
    `work` again, at most `tries` times in all; so `work` must take its keys and ids from outside
    and do nothing but talk to this database. Inside a transaction already open, it simply runs
    there: only the outermost one can be tried again. Whatever else `work` raises comes through.
    """
    if connections[using].in_atomic_block:
        return work()
    for attempt in range(1, tries + 1):
        # A connection that died with the database's last restart is dropped here, not used.
        close_old_connections()
        try:
            with transaction.atomic(using=using):
                return work()
        except OperationalError as failure:
            if sqlstate(failure) not in TRY_AGAIN or attempt == tries:
                raise
        time.sleep(wait_s(attempt))
    raise AssertionError("the loop returns or raises")


def sqlstate(failure: BaseException) -> str | None:
    """The SQLSTATE of a database error of psycopg, asyncpg or Django, if it has one."""
    for candidate in (failure, failure.__cause__):
        found = getattr(candidate, "sqlstate", None)
        if found:
            return str(found)
    return None


def wait_s(attempt: int) -> float:
    """How long to wait after the `attempt`-th conflict: doubling, and never twice the same."""
    ceiling = _FIRST_WAIT_S * 2**attempt
    return random.uniform(ceiling / 2, ceiling)
