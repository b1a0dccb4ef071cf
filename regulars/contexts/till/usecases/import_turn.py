"""One import at a time: two would match returns by sales that the other is still bringing in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from regulars.core.refusal import Refused

_LOCK = (20_261_121, 2)  # any pair of numbers that nothing else locks


class ImportRunning(Refused):
    """Another import is at work on this database."""

    code = "import.running"
    kind = "busy"


@contextmanager
def import_turn() -> Iterator[None]:
    """Be the one who imports for the block, or until this connection ends. Raises ImportRunning."""
    take_import_turn()
    try:
        yield
    finally:
        _leave()


def take_import_turn() -> None:
    """Be the one who imports until this connection ends, however it ends. Raises ImportRunning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _LOCK)
        row = cursor.fetchone()
    if not row or not row[0]:
        raise ImportRunning


def _leave() -> None:
    """Let the next one in; a connection that was lost has let go already."""
    if connection.connection is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _LOCK)
