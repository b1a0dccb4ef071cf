"""Consents: the log of what a member agreed to, folded into what is allowed now."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Purpose(StrEnum):
    """What consents are usually asked for. A programme may have purposes of its own besides."""

    TERMS = "terms"
    PERSONAL_DATA = "personal_data"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    MESSENGER = "messenger"
    CALLS = "calls"
    PROFILING = "profiling"
    PARTNERS = "partners"


class Consent(NamedTuple):
    """One row of the log."""

    purpose: str
    given: bool
    at: datetime


def fold(log: Iterable[Consent]) -> dict[str, Consent]:
    """The row in force for each purpose, whatever the order of the log.

    The latest row decides; of two at the same moment the withdrawal does. A purpose without a row
    was never agreed to.
    """
    state: dict[str, Consent] = {}
    for row in log:
        held = state.get(row.purpose)
        if held is None or _rank(row) > _rank(held):
            state[row.purpose] = row
    return state


def is_given(state: Mapping[str, Consent], purpose: str) -> bool:
    """Whether `purpose` is agreed to; silence is a no."""
    row = state.get(purpose)
    return row is not None and row.given


def merged(winner: Mapping[str, Consent], loser: Mapping[str, Consent]) -> tuple[Consent, ...]:
    """What must be added to the winner's log when two memberships of one person become one.

    A withdrawal on either side stands, however old: nobody is written to because of a merge who had
    said no. What only the loser agreed to is taken over; what both say alike is left alone.
    """
    added = []
    for purpose, theirs in sorted(loser.items()):
        ours = winner.get(purpose)
        if ours is None or (ours.given and not theirs.given):
            added.append(theirs)
    return tuple(added)


def _rank(row: Consent) -> tuple[datetime, bool]:
    return row.at, not row.given
