"""Several tills at once: threads with a loop, a desk and connections of their own."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import connections

from regulars.contexts.till.usecases.desk import Desk, open_desk
from regulars.core.refusal import Refused
from regulars.kit.dsn import Access

_READY_S = 60.0


def at_once(access: Access, now: datetime, queues: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Each thread submits its queue of commands one after the other, all threads from the same instant.

    A command may be a function of the thread's answers so far; where it gives None nothing is asked.
    Gives for each thread its answers and refusals; anything else that is raised fails the test.
    """
    barrier = threading.Barrier(len(queues))
    informed = asyncio.run(_informed(access, now))
    connections.close_all()

    async def one(queue: Sequence[Any]) -> list[Any]:
        desk = await open_desk(access.app, secret=b"s" * 32, clock=lambda: now)
        _tell(desk, informed)
        try:
            async with desk.pool.acquire():  # connected before the others start
                await asyncio.to_thread(barrier.wait, _READY_S)
            answers: list[Any] = []
            for command in queue:
                asked = command(answers) if callable(command) else command
                answers.append(None if asked is None else await _answer(desk.submit(asked)))
            return answers
        finally:
            await desk.close()

    def run(queue: Sequence[Any]) -> list[Any]:
        try:
            return asyncio.run(one(queue))
        except BaseException:
            barrier.abort()  # the others would wait for us
            raise

    with ThreadPoolExecutor(len(queues)) as threads:
        return list(threads.map(run, queues))


def in_threads(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all from the same instant; results or refusals in their order."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait(_READY_S)
        try:
            return work()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


async def _informed(access: Access, now: datetime) -> Desk:
    """A desk that has read the timeline and goes home."""
    desk = await open_desk(access.app, secret=b"s" * 32, clock=lambda: now)
    await desk.learn_programmes()
    await desk.close()
    return desk


def _tell(desk: Desk, informed: Desk) -> None:
    """Spare fifty desks fifty more connections to read the same timeline."""
    desk._timeline, desk._versions = informed._timeline, dict(informed._versions)
    desk._revision = informed._revision


async def _answer(asked: Any) -> Any:
    try:
        return await asked
    except Refused as refused:
        return refused
