"""Giving members what an analysis found of them, some at a time, each part a transaction of its own."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from regulars.analytics.analysis import Found
from regulars.contexts.members.usecases.scores import Score, write_scores
from regulars.contexts.security.types import Actor
from regulars.kit.transactions import in_transaction

_AT_ONCE = 5000


def write_back(found: Found, *, now: datetime, by: Actor) -> int:
    """Write segment, value and risk of every customer of own books; how many members changed."""
    changed = 0
    for part in _parts(found):
        changed += in_transaction(lambda part=part: write_scores(part, now=now, by=by))  # type: ignore[misc]
    return changed


def _parts(found: Found) -> Iterator[list[Score]]:
    for batch in found.customers.to_batches(max_chunksize=_AT_ONCE):
        yield [
            Score(
                UUID(row["customer"]),
                row["segment"],
                row.get("value_minor"),
                None if row.get("churn_risk") is None else round(100 * row["churn_risk"]),
                row.get("value_low_minor"),
                row.get("value_high_minor"),
            )
            for row in batch.to_pylist()
        ]
