"""What goes back to a client: a status, a body of JSON bytes or a file, headers."""

import asyncio
import os
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import orjson
from pydantic import BaseModel

Headers = tuple[tuple[bytes, bytes], ...]

JSON = (b"content-type", b"application/json")
_CHUNK_BYTES = 256 * 1024
# A page that we have written may still show text of others: it gets no scripts, no origin, no network.
_SHUT_IN = (
    b"content-security-policy",
    b"sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:",
)
PROBLEM_JSON = (b"content-type", b"application/problem+json")
# Answers hold balances and names: neither browsers nor proxies keep them.
SAFE: Headers = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Reply(NamedTuple):
    """A whole answer; `headers` come beside the ones that every answer has.

    `kept` is what is stored under an idempotency key instead of the body, where that holds a secret.
    `file` is sent in place of the body and closed.
    """

    status: int
    body: bytes
    headers: Headers = ()
    media: tuple[bytes, bytes] = JSON
    kept: bytes | None = None
    file: BinaryIO | None = None


def json_reply(value: Any, status: int = 200, headers: Headers = ()) -> Reply:
    """`value` as JSON. Moments are ISO 8601 in UTC with `Z`, ids are text."""
    return Reply(status, as_json(value), headers)


def file_reply(path: Path, name: str, media: str) -> Reply:
    """The file as a download called `name`; a browser that shows it all the same runs nothing of it.

    Raises FileNotFoundError.
    """
    shown = (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii"))
    return Reply(
        200,
        b"",
        (shown, _SHUT_IN),
        media=(b"content-type", media.encode("ascii")),
        file=path.open("rb"),
    )


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
    body, file = reply.body, reply.file
    length = len(body) if file is None else os.fstat(file.fileno()).st_size
    headers = [
        reply.media,
        (b"content-length", b"%d" % length),
        *SAFE,
        *reply.headers,
        *more,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if file is None:
        await send({"type": "http.response.body", "body": body})
        return
    with file:
        while length > 0 and (chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES)):
            length -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
