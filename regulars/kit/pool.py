"""Connections of asyncpg for the till path, where the ORM would be too slow."""

import asyncpg

from regulars.kit.dsn import Dsn

_CONNECT_S = 10.0
_COMMAND_S = 30.0
_SESSION = {
    "application_name": "regulars till",
    # Few statements, asked for thousands of times a second, each by key: planned once, by index,
    # whatever the statistics say today.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}


async def connect(dsn: Dsn) -> asyncpg.Connection:
    """One connection. json and jsonb travel as text: the till path encodes and decodes itself."""
    return await asyncpg.connect(
        dsn.url, timeout=_CONNECT_S, command_timeout=_COMMAND_S, server_settings=_SESSION
    )


async def open_pool(dsn: Dsn, *, size: int) -> asyncpg.Pool:
    """A pool of at most `size` connections.

    A connection that the server has closed (it was restarted) is replaced when it is next asked
    for. A lock is waited for at most 5 s (SQLSTATE 55P03), a statement takes at most 30 s.
    """
    return await asyncpg.create_pool(
        dsn.url,
        min_size=0,  # else it insists, with a traceback a second, while the database is away
        max_size=size,
        max_inactive_connection_lifetime=300.0,
        timeout=_CONNECT_S,
        command_timeout=_COMMAND_S,
        server_settings=_SESSION,
        reset=_as_it_is,
    )


async def _as_it_is(connection: asyncpg.Connection) -> None:
    """Nothing to reset between two uses: no statement of the till path changes its session."""
