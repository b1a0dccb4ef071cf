"""What the requests of one process share: the desk, the keys, the threads of the ORM, the units."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from regulars.contexts.programme import queries as programmes
from regulars.contexts.till.usecases.desk import Desk, open_desk
from regulars.core.programme.compiled import Compiled
from regulars.core.wording.telling import Units
from regulars.kit.clock import utc_now
from regulars.kit.dsn import Dsn
from regulars.web.api.keys import Keyring
from regulars.web.api.limits import Limits
from regulars.web.api.problems import Unavailable

ORM_THREADS = 8
LANGUAGE_WITHOUT_PROGRAMME = "en"

Result = TypeVar("Result")


@dataclass(slots=True)
class Runtime:
    """Made when the server starts, closed when it ends; belongs to one event loop."""

    desk: Desk
    limits: Limits
    threads: ThreadPoolExecutor
    keyring: Keyring = field(init=False)
    _units: dict[int, Units] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keyring = Keyring(self.work, self.limits)

    async def work(self, task: Callable[[], Result]) -> Result:
        """`task`, which talks to the ORM, in a thread. Raises what it raises, and Unavailable."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.threads, task)
        except (OperationalError, InterfaceError):
            raise Unavailable from None

    def language(self, now: datetime) -> str:
        """The language of the programme in force: for who does not say which."""
        programme = self.desk.programme_at(now)
        return programme.document.language if programme else LANGUAGE_WITHOUT_PROGRAMME

    def units_at(self, now: datetime) -> Units | None:
        """The units of the programme in force."""
        programme = self.desk.programme_at(now)
        return units_of(programme) if programme else None

    async def units(self, version: int) -> Units:
        """The units of a version; versions that decided anything never change."""
        found = self._units.get(version)
        if found is not None:
            return found
        return await self.work(lambda: self.units_in_thread(version))

    def units_in_thread(self, version: int) -> Units:
        """The same for who is in a thread of the ORM already."""
        found = self._units.get(version)
        if found is None:
            found = self._units[version] = units_of(programmes.compiled(version))
        return found

    async def close(self) -> None:
        """Answer what was taken, then let the connections go."""
        await self.desk.close()
        self.threads.shutdown(wait=True)


async def open_runtime() -> Runtime:
    """Everything ready to answer, the timeline read; raises where the database is out of reach."""
    desk = await open_desk(_dsn(), secret=_secret(), clock=utc_now)
    threads = ThreadPoolExecutor(ORM_THREADS, thread_name_prefix="orm")
    runtime = Runtime(desk, Limits(), threads)
    await desk.run([])
    return runtime


def units_of(programme: Compiled) -> Units:
    """The decimals of a version's money and currencies, and what its promotions are called."""
    scales = {code: currency.scale for code, currency in programme.currencies.items()}
    titles = {promotion.id: promotion.title for promotion in programme.document.promotions}
    return Units(programme.money, programme.money_scale, scales, titles)


def _dsn() -> Dsn:
    """Where Django's own connections go: the role of the application."""
    told: dict[str, Any] = connections.settings["default"]
    found = {
        "dbname": told["NAME"],
        "user": told["USER"],
        "password": told["PASSWORD"],
        "host": told["HOST"],
        "port": str(told["PORT"]),
        **told.get("OPTIONS", {}),
    }
    return Dsn.of(**{key: str(value) for key, value in found.items() if value})


def _secret() -> bytes:
    return settings.SECRET_KEY.encode()
