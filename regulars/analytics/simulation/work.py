"""What a worker does with one part: replay it under every candidate and give back the sums."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from regulars.analytics.simulation.parts import Parts, read_items, read_rows
from regulars.contexts.till.queries.histories import read_family
from regulars.core.calendar import micros, moment_of
from regulars.core.economics.behaviour import Behaviour, Point
from regulars.core.economics.books_replay import (
    Family,
    PastEvent,
    PastSale,
    Step,
    replay_families,
)
from regulars.core.economics.file_replay import (
    count_refused,
    holders_of,
    is_taken,
    replay_file,
    sampled,
)
from regulars.core.economics.replay import Replay
from regulars.core.economics.replayed import Replayed
from regulars.core.programme.check import parse_programme
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.receipts.grouping import group_rows
from regulars.core.receipts.rows import Rows


@dataclass(frozen=True, slots=True)
class Run:
    """One candidate under one value of the response."""

    candidate: int  # place among the documents
    point: Point


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be replayed over every part; all of it plain values, so that workers can be sent it.

    `since` and `until` are micros, `[since, until)`; `end` is the moment up to which the clock runs.
    """

    documents: tuple[Any, ...]
    runs: tuple[Run, ...]
    behaviour: Behaviour
    seed: int
    share: float
    since: int
    until: int
    end: datetime
    now: datetime


class Worker:
    """A job made ready: programmes are compiled once."""

    def __init__(self, parts: Parts, job: Job) -> None:
        self._parts = parts
        self._job = job
        self._programmes = [
            compile_programme(parse_programme(document), number)
            for number, document in enumerate(job.documents, 1)
        ]

    def replay(self, part: int) -> list[Replayed]:
        """The sums of each run over a part."""
        # Whole histories live until the part is done, and go without help then: looking for what
        # could go meanwhile finds nothing.
        was_on = gc.isenabled()
        gc.disable()
        try:
            return self._replay(part)
        finally:
            if was_on:
                gc.enable()

    def _replay(self, part: int) -> list[Replayed]:
        job = self._job
        replays = [self._begin(run) for run in job.runs]
        path = self._parts.folder / self._parts.files[part]
        about = self._parts.conventions
        if about is None:
            return replay_families(self._families(path), replays, job.end)
        rows, spelled = read_rows(path, about)
        slips = group_rows(rows, store=about.store, till=about.till)
        slips = [slip for slip in slips if job.since <= slip.at < job.until]
        slips = sampled(rows, slips, job.share, job.seed)
        holders = holders_of(slips, lambda name: spelled[name], now=job.now)
        count_refused(rows, replays, lambda row: self._is_counted(rows, row))
        return replay_file(rows, slips, holders, replays, job.end)

    def _families(self, path: Path) -> Iterator[Family]:
        """The families of a part that are in the sample, with their entries of the time asked for."""
        job = self._job
        for raw in read_items(path):
            family = read_family(raw)
            if not is_taken(_name(family), job.share, job.seed):
                continue
            yield [
                chain._replace(
                    steps=tuple(
                        step for step in chain.steps if job.since <= moment(step) < job.until
                    )
                )
                for chain in family
            ]

    def _begin(self, run: Run) -> Replay:
        job = self._job
        programme: Compiled = self._programmes[run.candidate]
        return Replay(programme, job.behaviour, run.point, seed=job.seed, now=job.now)

    def _is_counted(self, rows: Rows, row: int) -> bool:
        job, at = self._job, rows.at[row]
        name = rows.customer[row] or f"line {rows.lines[row]}"
        in_time = at is None or job.since <= at < job.until
        return in_time and is_taken(name, job.share, job.seed)


def moment(step: Step) -> int:
    """When an entry happened, in micros."""
    if isinstance(step, PastSale):
        return micros(step.receipt.occurred_at)
    return micros(step.event.occurred_at if isinstance(step, PastEvent) else step.at)


def _name(family: Family) -> str:
    """What a family is drawn by: its first member, or the receipt of nobody."""
    member, steps = family[0]
    if member is not None:
        return str(min(chain.member.id for chain in family if chain.member is not None))
    first = steps[0]
    return str(first.id) if isinstance(first, PastSale) else ""


def last_moment(parts: Parts, until: int) -> datetime:
    """The moment up to which the clock of a replay runs: the last receipt taken, or the window's end."""
    return moment_of(max(parts.first, min(parts.last, until - 1)))
