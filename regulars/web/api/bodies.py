"""Reading a request's body once: whole, not too large, of the right kind."""

from collections.abc import Mapping
from typing import Any

from regulars.core.refusal import Invalid

BODY_BYTES_MAX = 1024 * 1024
BATCH_BYTES_MAX = 8 * 1024 * 1024


class BodyTooLarge(Invalid):
    """The body has more bytes than this operation takes."""

    code = "request.too_large"


class BodyMissing(Invalid):
    """The operation needs a body and got none."""

    code = "request.body_missing"


class MediaTypeWrong(Invalid):
    """The body is not declared to be JSON in UTF-8."""

    code = "request.media_type"


class ClientGone(Exception):
    """The client hung up before it had sent everything: there is nobody to answer."""


def check_media_type(headers: Mapping[bytes, bytes]) -> None:
    """Raises MediaTypeWrong unless the body is `application/json`, in UTF-8 where it says so."""
    declared = headers.get(b"content-type", b"")
    if declared == b"application/json":
        return
    media, _, parameters = declared.lower().partition(b";")
    charset = parameters.replace(b" ", b"").replace(b'"', b"")
    if media.strip() != b"application/json" or charset not in (b"", b"charset=utf-8"):
        raise MediaTypeWrong


async def read_body(receive: Any, headers: Mapping[bytes, bytes], most_bytes: int) -> bytes:
    """The body. Raises BodyTooLarge as soon as that is known, BodyMissing, ClientGone."""
    declared = headers.get(b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:20]) > most_bytes:
        raise BodyTooLarge(most_bytes=most_bytes)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(receive, body, most_bytes)
    if message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > most_bytes:
        raise BodyTooLarge(most_bytes=most_bytes)
    if not body:
        raise BodyMissing
    return body


async def _rest(receive: Any, first: bytes, most_bytes: int) -> bytes:
    parts, size, more = [first], len(first), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > most_bytes:
            raise BodyTooLarge(most_bytes=most_bytes)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)
