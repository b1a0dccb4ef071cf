"""Which version of the programme is in force at a moment, from what was published and withdrawn."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Publication(NamedTuple):
    """A version put in force from `live_from`; `revision` orders the acts of publishing."""

    id: UUID
    version: int
    live_from: datetime
    revision: int
    published_at: datetime
    withdrawn_at: datetime | None = None


class Timeline:
    """An immutable view of the publications, ready to be asked about any moment.

    In force at t is the publication with the greatest `live_from` ≤ t that has not been withdrawn;
    of those that start at one moment, the one published last. A withdrawn publication counts for no
    moment at all, past ones included: what it decided stays decided, but it decides nothing more.
    """

    __slots__ = ("_in_force", "_starts", "publications")

    def __init__(self, publications: Iterable[Publication]) -> None:
        self.publications = tuple(sorted(publications, key=lambda p: (p.live_from, p.revision)))
        last_of_start = {p.live_from: p for p in self.publications if p.withdrawn_at is None}
        self._starts = tuple(last_of_start)
        self._in_force = tuple(last_of_start.values())

    def publication_at(self, moment: datetime) -> Publication | None:
        """The publication in force at `moment`; None before the first."""
        position = bisect_right(self._starts, moment)
        return self._in_force[position - 1] if position else None

    def version_at(self, moment: datetime) -> int | None:
        """The number of the version in force at `moment`; None before the first."""
        publication = self.publication_at(moment)
        return publication.version if publication else None

    def upcoming(self, moment: datetime) -> tuple[Publication, ...]:
        """Those that will come into force after `moment`, in order."""
        return self._in_force[bisect_right(self._starts, moment) :]

    def end_of(self, publication: Publication) -> datetime | None:
        """When `publication` gives way to the next one; None while nothing is to follow it.

        For one that is withdrawn or outdone by another of the same start: its start.
        """
        position = bisect_right(self._starts, publication.live_from)
        if not position or self._in_force[position - 1] != publication:
            return publication.live_from
        return self._starts[position] if position < len(self._starts) else None

    def as_known_at(self, moment: datetime) -> "Timeline":
        """The timeline as it stood at `moment`: without what was published or withdrawn later."""
        return Timeline(
            p._replace(withdrawn_at=None) if p.withdrawn_at and p.withdrawn_at > moment else p
            for p in self.publications
            if p.published_at <= moment
        )

    def without(self, publication_id: UUID) -> "Timeline":
        """The timeline as it would be, had this publication never been."""
        return Timeline(p for p in self.publications if p.id != publication_id)


def start_of(version: int, timeline: Timeline, *, now: datetime) -> datetime | None:
    """Since when `version` is in force, else when it next will be, else when it last came to be."""
    in_force = timeline.publication_at(now)
    if in_force is not None and in_force.version == version:
        return in_force.live_from
    for publication in timeline.upcoming(now):
        if publication.version == version:
            return publication.live_from
    mine = (p.live_from for p in timeline.publications if p.version == version)
    past = [start for start in mine if start <= now]
    return past[-1] if past else None
