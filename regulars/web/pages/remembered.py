"""Figures that take long to read: remembered, read anew behind the page, never waited for by one."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from datetime import datetime, timedelta
from time import monotonic
from typing import Generic, Protocol, TypeVar

from django.db import connections

FRESH_FOR = timedelta(seconds=15)
STALE_FOR = timedelta(hours=1)
PATIENCE_S = 0.1  # how long a page waits for figures that are read quickly
_TIMES_FRESH = 20  # what takes long to read stays fresh so many times as long


class HasMoment(Protocol):
    """Something that says as of when it is."""

    @property
    def at(self) -> datetime:
        """As of when it is."""


Read = TypeVar("Read", bound=HasMoment)


class Remembered(Generic[Read]):
    """The latest figures; whoever asks while they are fresh gets them, one at a time reads anew."""

    def __init__(self, read: Callable[[datetime], Read]) -> None:
        self._read = read
        self._reading = threading.Lock()
        self._beginning = threading.Lock()
        self._behind: Future[Read] | None = None
        self._found: Read | None = None
        self._fresh_for = FRESH_FOR

    def at(self, now: datetime) -> Read:
        """Figures not older than `FRESH_FOR`, or 20 times what it takes to read them.

        Waits for them however long it takes. Raises NoProgrammeInForce.
        """
        with self._reading:
            found = self._found
            if found is None or not timedelta(0) <= now - found.at < self._fresh_for:
                began = monotonic()
                found = self._found = self._read(now)
                taken = timedelta(seconds=monotonic() - began)
                self._fresh_for = max(FRESH_FOR, taken * _TIMES_FRESH)
            return found

    def soon(self, now: datetime) -> Read | None:
        """What `at` gives where that takes no longer than `PATIENCE_S`; else it is read behind the page.

        Meanwhile figures up to `STALE_FOR` old are given, and None where there are none.
        Raises NoProgrammeInForce, and what went wrong with the database.
        """
        found = self._found
        if found is not None and timedelta(0) <= now - found.at < self._fresh_for:
            return found
        try:
            return self._begin(now).result(timeout=PATIENCE_S)
        except NotYet:
            return found if found and timedelta(0) <= now - found.at < STALE_FOR else None

    def is_ready(self, now: datetime) -> bool:
        """Whether figures fresh at `now` are there without reading anything."""
        found = self._found
        return found is not None and timedelta(0) <= now - found.at < self._fresh_for

    def forget(self) -> None:
        """Read anew next time, whenever that is."""
        self._found = None

    def _begin(self, now: datetime) -> "Future[Read]":
        """The reading that is under way, else one begun now."""
        with self._beginning:
            if self._behind is None or self._behind.done():
                self._behind = Future()
                threading.Thread(
                    target=self._read_behind, args=(self._behind, now), daemon=True
                ).start()
            return self._behind

    def _read_behind(self, promise: "Future[Read]", now: datetime) -> None:
        try:
            promise.set_result(self.at(now))
        except BaseException as wrong:
            promise.set_exception(wrong)
        finally:
            connections.close_all()  # those of this thread, which ends here
