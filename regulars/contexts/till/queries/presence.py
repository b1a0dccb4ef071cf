"""Who was a customer at the edges of periods, who stopped, and who bought for the first time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from regulars.contexts.till.types import NOBODY

_SQL = Path(__file__).parents[1] / "sql"
_PRESENCE, _NEWCOMERS = (
    (_SQL / f"kpi_{name}.sql").read_text() for name in ("presence", "newcomers")
)


class Presence(NamedTuple):
    """A period: members present at its start, those of them gone at its end, those who came new."""

    present: int
    lost: int
    new: int


def list_presence(edges: Sequence[datetime], horizon: timedelta) -> tuple[Presence, ...]:
    """The periods between consecutive `edges`, of which there are at least two.

    Present at an edge is who bought within the `horizon` before it; new, whose first receipt of all
    lies in the period.
    """
    params = {"edges": list(edges), "horizon": horizon, "nobody": NOBODY.id}
    with connection.cursor() as cursor:
        cursor.execute(_PRESENCE, params)
        found = {number: (present, lost) for number, present, lost in cursor.fetchall()}
        cursor.execute(_NEWCOMERS, params)
        new = dict(cursor.fetchall())
    return tuple(
        Presence(*found.get(number, (0, 0)), new.get(number, 0)) for number in range(1, len(edges))
    )
