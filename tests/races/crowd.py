"""Several tills at once: threads with a loop, a desk and connections of their own."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import connections

from regulars.contexts.till.usecases.desk import open_desk
from regulars.core.refusal import Refused
from regulars.kit.dsn import Access


def at_once(access: Access, now: datetime, queues: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Each thread submits its queue of commands one after the other, all threads from the same instant.

    Gives for each thread its answers and refusals; anything else that is raised fails the test.
    """
    barrier = threading.Barrier(len(queues))

    async def one(queue: Sequence[Any]) -> list[Any]:
        desk = await open_desk(access.app, secret=b"s" * 32, clock=lambda: now)
        try:
            await asyncio.to_thread(barrier.wait)
            return [await _answer(desk.submit(command)) for command in queue]
        finally:
            await desk.close()

    def run(queue: Sequence[Any]) -> list[Any]:
        try:
            return asyncio.run(one(queue))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(queues)) as threads:
        return list(threads.map(run, queues))


def in_threads(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all from the same instant; results or refusals in their order."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


async def _answer(asked: Any) -> Any:
    try:
        return await asked
    except Refused as refused:
        return refused
