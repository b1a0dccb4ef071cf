"""What goes back to a client: a status, a body of JSON bytes, headers."""

from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import BaseModel

Headers = tuple[tuple[bytes, bytes], ...]

JSON = (b"content-type", b"application/json")
PROBLEM_JSON = (b"content-type", b"application/problem+json")
# Answers hold balances and names: neither browsers nor proxies keep them.
SAFE: Headers = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Reply(NamedTuple):
    """A whole answer; `headers` come beside the ones that every answer has.

    `kept` is what is stored under an idempotency key instead of the body, where that holds a secret.
    """

    status: int
    body: bytes
    headers: Headers = ()
    media: tuple[bytes, bytes] = JSON
    kept: bytes | None = None


def json_reply(value: Any, status: int = 200, headers: Headers = ()) -> Reply:
    """`value` as JSON. Moments are ISO 8601 in UTC with `Z`, ids are text."""
    return Reply(status, as_json(value), headers)


def as_json(value: Any) -> bytes:
    """`value` as compact JSON bytes."""
    if isinstance(value, BaseModel):
        return value.model_dump_json(by_alias=True).encode()
    return orjson.dumps(value, _plain, orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    # asyncpg has a class of ids of its own, which orjson does not know.
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value))


async def send_reply(reply: Reply, send: Any, more: Headers = ()) -> None:
    """Write `reply` to an ASGI server, with `more` headers."""
    body = reply.body
    headers = [
        reply.media,
        (b"content-length", b"%d" % len(body)),
        *SAFE,
        *reply.headers,
        *more,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
