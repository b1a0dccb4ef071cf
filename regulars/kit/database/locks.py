"""File locks that the kernel releases when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """An advisory lock on one file; the file stays, only the lock comes and goes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def take_exclusive(self) -> None:
        """Wait until nobody else holds the file, then hold it alone."""
        fcntl.flock(self._opened(), fcntl.LOCK_EX)

    def take_shared(self) -> None:
        """Wait until nobody holds the file alone, then hold it with others."""
        fcntl.flock(self._opened(), fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Hold the file alone if that is possible at once."""
        try:
            fcntl.flock(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _opened(self) -> int:
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._fd


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` alone for the length of the block."""
    lock = FileLock(path)
    lock.take_exclusive()
    try:
        yield
    finally:
        lock.release()
