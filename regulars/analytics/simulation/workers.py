"""Parts of a simulation shared out among processes, and what came of them put together.

A worker that is killed is replaced and its part done again. Workers end with the process that
started them, however that ends: nobody writes to their pipe any more.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import Any

from regulars.analytics.simulation.parts import Parts
from regulars.analytics.simulation.work import Job, Worker
from regulars.core.economics.replayed import Replayed, joined
from regulars.core.refusal import Refused

ATTEMPTS_MAX = 3
_LOOK_EVERY_S = 0.5


class WorkersLost(Refused):
    """Worker processes end again and again, most likely for want of memory."""

    code = "simulation.workers_lost"


class WorkerFailed(Exception):
    """A fault of the program in a worker, with its own traceback told."""


def replay_parts(
    parts: Parts, job: Job, *, workers: int, advance: Callable[[int], None]
) -> list[Replayed]:
    """The sums of each run of the job over all parts; the same for any number of workers.

    `advance` is told how many steps (rows, entries) are done in all, often enough to be used for
    stopping: what it raises ends the workers. Raises WorkersLost.
    """
    if workers <= 1 or len(parts.files) == 1:
        return _here(parts, job, advance)
    with _Crew(parts, job, min(workers, len(parts.files))) as crew:
        return crew.run(advance)


def _here(parts: Parts, job: Job, advance: Callable[[int], None]) -> list[Replayed]:
    worker = Worker(parts, job)
    sums: list[Replayed] = []
    done = 0
    for part in range(len(parts.files)):
        sums = _add(sums, worker.replay(part))
        done += parts.steps[part]
        advance(done)
    return sums


def _add(sums: list[Replayed], more: Sequence[Replayed]) -> list[Replayed]:
    if not sums:
        return list(more)
    return [joined(pair) for pair in zip(sums, more, strict=True)]


@dataclass(slots=True)
class _Hand:
    """A worker process, the pipe to it, and the part it is at."""

    process: SpawnProcess
    pipe: "Connection[Any, Any]"
    part: int | None = None


class _Crew:
    """The worker processes of one job."""

    def __init__(self, parts: Parts, job: Job, count: int) -> None:
        self._parts, self._job = parts, job
        self._context = get_context("spawn")
        self._hands: list[_Hand] = []
        self._count = count
        # The largest parts first: nobody waits long for the last one.
        order = sorted(range(len(parts.files)), key=lambda part: -parts.steps[part])
        self._waiting = deque(order)
        self._attempts = [0] * len(parts.files)

    def __enter__(self) -> "_Crew":
        try:
            for _ in range(self._count):
                self._hire()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.pipe.close()
            hand.process.terminate()
        for hand in self._hands:
            hand.process.join()
        self._hands.clear()

    def run(self, advance: Callable[[int], None]) -> list[Replayed]:
        found: dict[int, list[Replayed]] = {}
        while len(found) < len(self._parts.files):
            for hand in list(self._hands):
                if hand.part is None and self._waiting:
                    self._give(hand, self._waiting.popleft())
            pipes = [hand.pipe for hand in self._hands if hand.part is not None]
            ready = wait(pipes, timeout=_LOOK_EVERY_S)
            for hand in [hand for hand in self._hands if hand.pipe in ready]:
                self._take(hand, found)
            advance(sum(self._parts.steps[part] for part in found))
        sums: list[Replayed] = []
        for part in sorted(found):
            sums = _add(sums, found.pop(part))
        return sums

    def _take(self, hand: _Hand, found: dict[int, list[Replayed]]) -> None:
        assert hand.part is not None, "only who works is waited for"
        try:
            told = hand.pipe.recv()
        except (EOFError, OSError):
            self._replace(hand)
            return
        if isinstance(told, str):
            raise WorkerFailed(told)
        found[hand.part] = told
        hand.part = None

    def _give(self, hand: _Hand, part: int) -> None:
        hand.part = part
        self._attempts[part] += 1
        try:
            hand.pipe.send(part)
        except OSError:
            self._replace(hand)

    def _replace(self, hand: _Hand) -> None:
        """A worker has gone: its part is done again by another."""
        part = hand.part
        self._hands.remove(hand)
        hand.pipe.close()
        hand.process.join()
        if part is not None:
            if self._attempts[part] >= ATTEMPTS_MAX:
                raise WorkersLost
            self._waiting.append(part)
        self._hire()

    def _hire(self) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, self._parts, self._job), daemon=True
        )
        process.start()
        theirs.close()
        self._hands.append(_Hand(process, ours))


def serve(pipe: "Connection[Any, Any]", parts: Parts, job: Job) -> None:
    """The life of a worker process: parts in, sums out, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it says when it ends
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        try:
            worker = Worker(parts, job)
            while True:
                pipe.send(worker.replay(pipe.recv()))
        except (EOFError, OSError):
            raise
        except Exception as failure:
            pipe.send(f"{type(failure).__name__}: {failure}")


def _end_with_parent() -> None:
    """End at once when who started us has gone, also in the middle of a part."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
