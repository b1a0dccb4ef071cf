"""Static files over HTTP: kept in memory, packed by gzip where that pays, kept by browsers for good."""

import asyncio
import gzip
import mimetypes
from pathlib import Path
from typing import NamedTuple

from regulars.project.pages import Receive, Scope, Send
from regulars.project.static_version import STATIC, static_url

_YEAR_S = 365 * 24 * 3600  # the address changes with what the files contain
_PACKED = {".css", ".js", ".json", ".svg", ".txt", ".wasm"}  # fonts and pictures are packed already
_TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".woff2": "font/woff2"}
_TEXTS = ("text/", "application/json")

Headers = list[tuple[bytes, bytes]]


class _File(NamedTuple):
    headers: Headers
    plain: bytes
    packed: bytes | None


class StaticFiles:
    """An ASGI application that answers under `static_url()` with what lay in `folder` at its start."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.prefix = static_url()
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file()
        }
        self._read: dict[str, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD; 404 for a file that is not there, also outside the folder."""
        name = scope["path"].removeprefix(self.prefix)
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")])
        elif name not in self._paths:
            await _answer(send, 404, [])
        else:
            await self._send(name, scope, send)

    async def _send(self, name: str, scope: Scope, send: Send) -> None:
        file = self._read.get(name)
        if file is None:
            file = self._read[name] = await asyncio.to_thread(_file, self._paths[name])
        headers, body = list(file.headers), file.plain
        if file.packed is not None and _takes_gzip(scope):
            headers.append((b"content-encoding", b"gzip"))
            body = file.packed
        headers.append((b"content-length", str(len(body)).encode()))
        await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _takes_gzip(scope: Scope) -> bool:
    told = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    return b"gzip" in told and b"gzip;q=0," not in told.replace(b" ", b"") + b","


def _file(path: Path) -> _File:
    plain = path.read_bytes()
    kind = (
        _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    headers = [
        (b"content-type", (f"{kind}; charset=utf-8" if kind.startswith(_TEXTS) else kind).encode()),
        (b"cache-control", f"public, max-age={_YEAR_S}, immutable".encode()),
        (b"vary", b"accept-encoding"),
        (b"x-content-type-options", b"nosniff"),
    ]
    packed = gzip.compress(plain, 9, mtime=0) if path.suffix in _PACKED else None
    return _File(headers, plain, packed if packed and len(packed) < len(plain) else None)
