"""The till path of one process: a pool, the batcher, and the programme versions it decides by.

Everything here may be lost at any moment: what counts is in the database.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import asyncpg
from asyncpg.pgproto import pgproto
from django.db import InterfaceError, OperationalError
from django.db import connection as django_connection

from regulars.contexts.programme import queries as programmes
from regulars.contexts.till.asking import affinity, wants_of
from regulars.contexts.till.batch import (
    Batch,
    Result,
    Task,
    TimelineMoved,
    current_revision,
    tasks_of,
)
from regulars.contexts.till.rewinding import LookBack
from regulars.contexts.till.room import Room
from regulars.contexts.till.types import Answer, Command, QuoteSale, ReadBooks, TillBusy
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.timeline import Timeline
from regulars.core.rewards.patterns import ISSUED, bytes_for, issued_codes
from regulars.core.till.terms import terms_of
from regulars.kit.batching import Again, Batcher
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.kit.dsn import Dsn
from regulars.kit.ids import new_id_bytes
from regulars.kit.pool import open_pool
from regulars.kit.processes import calm_collector

CONNECTIONS = 2
BATCH_MAX = 100
PRESENT = timedelta(seconds=2)  # what is so little past is the till's «now» on its way to us
_OFFERED = frozenset({"personal", "activated"})  # triggers that need the member's offers
PATIENCE_S = 20.0  # how long a restart of the database is waited out

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    InterfaceError,
    OperationalError,
    OSError,
    TimeoutError,
)
Read = TypeVar("Read")


class Desk:
    """Decides and saves commands in batches. Belongs to one event loop; made by `open_desk`."""

    def __init__(self, pool: asyncpg.Pool, secret: bytes, clock: Callable[[], datetime]) -> None:
        self.pool = pool
        self._secret = secret
        self._clock = clock
        self._revision = -1
        self._timeline = Timeline(())
        self._versions: dict[int, Compiled] = {}
        self._reading = asyncio.Lock()
        self._batcher: Batcher[Task, Answer] = Batcher(
            self._settle,
            connections=CONNECTIONS,
            most=BATCH_MAX,
            key=lambda task: affinity(task.command),
        )

    async def submit(self, command: Command) -> Answer:
        """The answer to one command, decided together with what else is waiting.

        Raises what the decision refuses, and DatabaseUnavailable: the same command may then be sent
        again, it will not happen twice.
        """
        return await self._batcher.submit(Task(command, wants_of(command)))

    async def run(
        self,
        commands: Sequence[Command],
        *,
        kind: type[Batch] = Batch,
        now: datetime | None = None,
    ) -> list[Result]:
        """An answer or exception for each of `commands`, which are decided in their order.

        A lost connection is replaced and everything asked again: what was saved answers as it did.
        """
        tasks = tasks_of(commands)
        await self._reach(lambda batch: batch.run(tasks), kind, now)
        return [task.result or TillBusy() for task in tasks]

    async def _settle(self, tasks: list[Task]) -> list[Result | Again]:
        """One round of what waits; who has no result then goes round again with the next."""
        await self._reach(lambda batch: batch.settle(tasks), Batch, None)
        return [task.result or Again(task.pause_s) for task in tasks]

    async def look_back(self, command: QuoteSale | ReadBooks) -> Answer:
        """The answer by the books as they were, or will be, at the moment that is asked about.

        Nothing is written; a quote made here binds nobody. Raises what the decision refuses, and
        DatabaseUnavailable.
        """
        (result,) = await self.run([command], kind=LookBack)
        if isinstance(result, Exception):
            raise result
        return result

    def is_past(self, moment: datetime) -> bool:
        """Whether `moment` is before what a command sent now is about."""
        return moment < self._clock() - PRESENT

    async def close(self) -> None:
        """Answer what was taken, then let the connections go."""
        await self._batcher.close()
        await self.pool.close()

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement that only reads; a database that is gone is waited for.

        Raises DatabaseUnavailable.
        """
        rows: list[Any] = []

        async def work(batch: Batch) -> None:
            rows[:] = await batch.connection.fetch(statement, *values)

        await self._reach(work, Batch, None)
        return rows

    async def learn_programmes(self) -> None:
        """Read what is published now, so that `programme_at` knows it before anything is decided."""
        async with self.pool.acquire() as connection:
            await self._read_timeline(connection)

    def programme_at(self, moment: datetime) -> Compiled | None:
        """The version in force at `moment`, as this process knows the timeline."""
        number = self._timeline.version_at(moment)
        return None if number is None else self._versions[number]

    async def _reach(
        self,
        work: Callable[[Batch], Awaitable[object]],
        kind: type[Batch],
        now: datetime | None,
    ) -> None:
        """Do `work` on a batch; a database that is gone is waited for, and the work begun again."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        pause = 0.05
        while True:
            try:
                async with self.pool.acquire() as connection:
                    await work(await self._batch(connection, kind, now))
                return
            except TimelineMoved:
                self._revision = -1
            except _LOST:
                if loop.time() > deadline:
                    raise DatabaseUnavailable from None
                await asyncio.sleep(pause * (0.5 + random.random()))
                pause = min(pause * 2, 1.0)

    async def _batch(
        self, connection: asyncpg.Connection, kind: type[Batch], now: datetime | None
    ) -> Batch:
        if self._revision < 0:
            await self._read_timeline(connection)
        moment = self._clock() if now is None else now
        programme = self.programme_at(moment)
        room = Room(
            now=moment,
            secret=self._secret,
            programme_at=self.programme_at,
            version=self._version,
            make_id=lambda: pgproto.UUID(new_id_bytes(now=moment)),
            make_codes=_coupon_codes,
            has_limits=any(map(_has_limits, self._versions.values())),
            has_offers=any(map(_has_offers, self._versions.values())),
            binding=kind is not LookBack,
        )
        ladder = terms_of(programme).fingerprint if programme else ""
        return kind(connection, room, self._revision, ladder)

    def _version(self, number: int) -> Compiled:
        return self._versions[number]

    async def _read_timeline(self, connection: asyncpg.Connection) -> None:
        """Read what is published and make its versions ready; versions never change, so each is read once."""
        async with self._reading:
            if await current_revision(connection) == self._revision:
                return
            view = await asyncio.to_thread(_by_the_orm, programmes.get_timeline)
            numbers = {publication.version for publication in view.timeline.publications}
            for number in sorted(numbers - self._versions.keys()):
                compiled = await asyncio.to_thread(_by_the_orm, programmes.compiled, number)
                self._versions[number] = compiled
            self._timeline, self._revision = view.timeline, view.revision


def _has_limits(version: Compiled) -> bool:
    return bool(version.promotions.shared_limits)


@lru_cache(maxsize=64)
def _has_offers(version: Compiled) -> bool:
    promotions = version.promotions.promotions
    return any(promotion.document.trigger.kind in _OFFERED for promotion in promotions)


def _coupon_codes(count: int) -> list[str]:
    return issued_codes(count, os.urandom(bytes_for(ISSUED, count)))


def _by_the_orm(read: Callable[..., Read], *arguments: Any) -> Read:
    """What `read` finds; a connection of this thread that has been lost is not kept."""
    try:
        return read(*arguments)
    except (InterfaceError, OperationalError):
        django_connection.close()
        raise


async def open_desk(dsn: Dsn, *, secret: bytes, clock: Callable[[], datetime]) -> Desk:
    """A desk on the database, with its few connections."""
    calm_collector()
    pool: Any = await open_pool(dsn, size=CONNECTIONS + 1)
    return Desk(pool, secret, clock)
