"""A process of tills: reads a pickled task, says it is ready, and on a word submits its commands at once."""

import asyncio
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from regulars.kit.dsn import Access

_TESTS = Path(__file__).parents[1]


def in_processes(
    access: Access, now: datetime, queues: Sequence[Sequence[Any]], *, processes: int
) -> list[list[Any]]:
    """As `crowd.at_once`, with the queues dealt to so many processes; every queue has its own desk."""
    parts = [list(queues[n::processes]) for n in range(processes)]
    environment = {
        **os.environ,
        "REGULARS_DATABASE_OWNER": access.owner.url,
        "REGULARS_DATABASE_APP": access.app.url,
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
        "PYTHONPATH": os.pathsep.join([str(_TESTS), str(_TESTS.parent)]),
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "races.racer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for _ in parts
    ]
    try:
        for process, part in zip(running, parts, strict=True):
            assert process.stdin is not None
            pickle.dump((access, now, part), process.stdin)
            process.stdin.flush()
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        told = [pickle.load(process.stdout) for process in running if process.stdout]
    finally:
        for process in running:
            process.kill()
            process.communicate()
    answers: list[list[Any]] = [[] for _ in queues]
    for n, part in enumerate(told):
        for i, queue in enumerate(part):
            answers[i * processes + n] = queue
    return answers


async def _race(access: Access, now: datetime, queues: Sequence[Sequence[Any]]) -> list[list[Any]]:
    from races.crowd import _answer  # noqa: PLC0415 Django must be set up before

    from regulars.contexts.till.usecases.desk import open_desk  # noqa: PLC0415

    desks = [await open_desk(access.app, secret=b"s" * 32, clock=lambda: now) for _ in queues]
    for desk in desks:
        await desk.learn_programmes()
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    await asyncio.to_thread(sys.stdin.buffer.readline)

    async def one(desk: Any, queue: Sequence[Any]) -> list[Any]:
        return [_plain(await _answer(desk.submit(command))) for command in queue]

    done = await asyncio.gather(*map(one, desks, queues))
    for desk in desks:
        await desk.close()
    return done


def _plain(answer: Any) -> Any:
    """Refusals travel as their codes: not every one can be pickled."""
    return answer.code if isinstance(answer, Exception) else answer


def main() -> None:
    """One task from standard input to standard output."""
    import django  # noqa: PLC0415

    django.setup()
    access, now, queues = pickle.load(sys.stdin.buffer)
    answers = asyncio.run(_race(access, now, queues))
    pickle.dump(answers, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
