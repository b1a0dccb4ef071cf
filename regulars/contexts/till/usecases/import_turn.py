"""One import at a time: two would match returns by sales that the other is still bringing in."""

from django.db import connection

from regulars.core.refusal import Refused

_LOCK = (20_261_121, 2)  # any pair of numbers that nothing else locks


class ImportRunning(Refused):
    """Another import is at work on this database."""

    code = "import.running"
    kind = "busy"


def take_import_turn() -> None:
    """Be the one who imports until this connection ends, however it ends. Raises ImportRunning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _LOCK)
        row = cursor.fetchone()
    if not row or not row[0]:
        raise ImportRunning
