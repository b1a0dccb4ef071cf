"""Keys that clients present: looked up once, asked about again every second."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.contexts.security.queries import find_principals
from regulars.contexts.security.types import Actor, Plane, Principal
from regulars.contexts.security.usecases.keys import KeyRefused, authenticate_key
from regulars.contexts.till.queries.places import find_store
from regulars.kit.transactions import in_transaction
from regulars.web.api.limits import Limits

STALE_AFTER_S = 1.0
"""A revoked key is refused after at most so long; at once where this process revoked it."""

_FORGOTTEN_AFTER_S = 60.0
_KEYS_MAX = 20_000
_TOKEN_LENGTH_MAX = 120


@dataclass(slots=True)
class Known:
    """A key that was good when it was last asked about."""

    principal: Principal
    actor: Actor
    id: str
    store_brand: str
    since: float  # loop time of the whole check


class Keyring:
    """The keys that this process has seen. Belongs to one event loop.

    A key is looked up when it is first seen and once a minute. In between one query a second, for
    all keys together, asks which of them are still in force: a request whose knowledge is older
    than that waits for it. Where the database cannot be asked, nobody is let in.
    """

    def __init__(self, work: Callable[[Callable[[], Any]], Awaitable[Any]], limits: Limits) -> None:
        self._work = work
        self._limits = limits
        self._known: dict[str, Known] = {}
        self._checked_at = 0.0
        self._checking: asyncio.Future[None] | None = None

    async def find(self, authorization: bytes | None, address: str, *, now: datetime) -> Known:
        """Whose key this is. Raises KeyRefused, TooManyFailures, Unavailable."""
        token = _token(authorization)
        known = self._known.get(token)
        moment = asyncio.get_running_loop().time()
        if known is not None and moment - self._checked_at > STALE_AFTER_S:
            await self._check(moment, now)
            known = self._known.get(token)
        if known is None or moment - known.since > _FORGOTTEN_AFTER_S:
            known = await self._look_up(token, address, moment, now)
        return known

    def distrust(self) -> None:
        """Something may have changed about keys: ask before the next request is let in."""
        self._checked_at = float("-inf")

    async def _look_up(self, token: str, address: str, moment: float, now: datetime) -> Known:
        if token not in self._known:
            self._limits.check_address(address, now=now)
        try:
            principal, brand = await self._work(
                lambda: in_transaction(lambda: _authenticated(token, now))
            )
        except KeyRefused:
            self._known.pop(token, None)
            self._limits.count_wrong_key(address, now=now)
            raise
        known = Known(principal, principal.actor, str(principal.key_id), brand, moment)
        if len(self._known) >= _KEYS_MAX:
            del self._known[next(iter(self._known))]
        if not self._known:
            self._checked_at = moment
        self._known[token] = known
        return known

    async def _check(self, moment: float, now: datetime) -> None:
        """Ask about all keys; whoever comes meanwhile waits for the same answer."""
        if self._checking is not None:
            await asyncio.shield(self._checking)
            return
        self._checking = asyncio.ensure_future(self._ask(moment, now))
        try:
            await asyncio.shield(self._checking)
        finally:
            self._checking = None

    async def _ask(self, moment: float, now: datetime) -> None:
        known = dict(self._known)
        ids = [one.principal.key_id for one in known.values()]
        good = await self._work(lambda: in_transaction(lambda: find_principals(ids, now=now)))
        for token, one in known.items():
            principal = good.get(one.principal.key_id)
            stale = moment - one.since > 2 * _FORGOTTEN_AFTER_S
            if principal is None or stale:
                self._known.pop(token, None)
            elif principal != one.principal:
                one.principal, one.actor = principal, principal.actor
        self._checked_at = moment


def _authenticated(token: str, now: datetime) -> tuple[Principal, str]:
    principal = authenticate_key(token, now=now)
    store = None
    if principal.plane is Plane.TILL and principal.store:
        store = find_store(principal.store)
    return principal, store.brand if store else ""


def _token(authorization: bytes | None) -> str:
    if authorization is None or len(authorization) > _TOKEN_LENGTH_MAX:
        raise KeyRefused
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii():
        raise KeyRefused
    return token.strip()
