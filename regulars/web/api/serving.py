"""Serving one request of an operation: key, limits, permission, body, handler, answer."""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import BaseModel, ValidationError

from regulars.contexts.security.types import Actor, Plane, Principal
from regulars.contexts.security.usecases.access import require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.idempotency import (
    IdempotencyKeyMalformed,
    IdempotencyKeyMissing,
)
from regulars.core.refusal import Refused
from regulars.kit.batching import BatcherClosed
from regulars.kit.clock import utc_now
from regulars.kit.logging import note_fault
from regulars.kit.transactions import in_transaction
from regulars.web.api.bodies import ClientGone, check_media_type, read_body
from regulars.web.api.flaws import is_not_json, malformed
from regulars.web.api.language import chosen_language
from regulars.web.api.limits import rate_headers
from regulars.web.api.once import StoredOnce, run_in_transaction
from regulars.web.api.operation import Operation
from regulars.web.api.problems import (
    Fault,
    Flaw,
    Malformed,
    NotJson,
    TooManyRequests,
    Unavailable,
    WrongPlane,
    problem_reply,
    status_of,
)
from regulars.web.api.replies import Headers, Reply, json_reply, send_reply
from regulars.web.api.runtime import Runtime

log = logging.getLogger("regulars.web.api")

_KEY = re.compile(rb"[!-~]{1,200}")
_LED_TO_NOBODY = ("member.not_found", "card.not_activated", "member_code.not_valid")
_QUERY_PARAMETERS_MAX = 50


@dataclass(slots=True)
class Call:
    """What a handler may know of the request beside its parameters."""

    runtime: Runtime
    principal: Principal
    actor: Actor
    store_brand: str
    now: datetime
    language: str
    key: bytes | None
    address: str = ""  # of the client as the server sees it

    @property
    def idempotency_key(self) -> str:
        """The header. Raises IdempotencyKeyMissing, IdempotencyKeyMalformed."""
        return checked_key(self.key)

    @property
    def store(self) -> str:
        """The store that the key is bound to."""
        assert self.principal.store is not None
        return self.principal.store

    @property
    def till(self) -> str:
        """The till that the key is bound to."""
        assert self.principal.till is not None
        return self.principal.till

    @property
    def owner(self) -> str:
        """Whose idempotency keys are one space: a till, or a person; rotation of keys changes nothing."""
        if self.principal.till is not None:
            return f"{self.store}/{self.till}"
        return f"staff/{self.principal.staff_id}"

    @property
    def key_digest(self) -> bytes:
        """The idempotency key as it is remembered."""
        return self.digest_of(self.idempotency_key)

    def digest_of(self, key: str) -> bytes:
        """An idempotency key within its owner's."""
        return hashlib.sha256(f"{self.owner}\0{key}".encode()).digest()


async def serve(
    operation: Operation,
    runtime: Runtime,
    scope: Any,
    receive: Any,
    send: Any,
    path: Mapping[str, str],
) -> None:
    """Answer one request. Whatever happens inside, the client gets JSON and no more than it may know."""
    headers = dict(scope["headers"])
    now = utc_now()
    language = chosen_language(headers.get(b"accept-language"), runtime.language(now))
    more: Headers = ()
    try:
        client = scope.get("client")
        address = client[0] if client else ""
        known = await runtime.keyring.find(headers.get(b"authorization"), address, now=now)
        verdict = runtime.limits.take(operation.plane, known.id, now=now)
        more = rate_headers(verdict)
        if not verdict.allowed:
            raise TooManyRequests(retry_after_s=verdict.retry_after_s)
        if known.principal.plane is not operation.plane:
            raise WrongPlane
        require_any(known.actor, *operation.permissions)
        if operation.looks_up:
            runtime.limits.check_looking_up(known.id, now=now)
        key = headers.get(b"idempotency-key")
        if operation.effect in ("by_number", "stored"):
            checked_key(key)
        call = Call(
            runtime, known.principal, known.actor, known.store_brand, now, language, key, address
        )
        reply = await _handled(operation, call, scope, receive, headers, path)
        if operation.plane is Plane.MANAGE and operation.effect != "none":
            runtime.keyring.distrust()
    except ClientGone:
        return
    except Refused as refused:
        reply = _refusal(operation, runtime, refused, language, now)
        if reply.status == 403 and operation.plane is Plane.MANAGE:
            await _audit(operation, runtime, known.actor, refused, now)
        if refused.code in _LED_TO_NOBODY and operation.looks_up:
            runtime.limits.count_unknown(known.id, now=now)
    except BatcherClosed:
        reply = problem_reply(Unavailable(), language)
    except Exception as fault:
        note_fault(fault)
        reply = problem_reply(Fault(), language)
    await send_reply(reply, send, more)


async def _handled(
    operation: Operation,
    call: Call,
    scope: Any,
    receive: Any,
    headers: Mapping[bytes, bytes],
    path: Mapping[str, str],
) -> Reply:
    arguments: dict[str, Any] = {}
    for name, kind in operation.path_types.items():
        try:
            arguments[name] = kind.validate_python(path[name])
        except ValidationError as error:
            raise malformed(error, prefix=f"/path/{name}") from None
    if operation.query_type is not None:
        arguments["query"] = _query(operation, scope["query_string"])
    elif scope["query_string"]:
        _refuse_parameters(scope["query_string"])
    raw = b""
    if operation.body_type is not None:
        check_media_type(headers)
        raw = await read_body(receive, headers, operation.body_bytes_max)
        try:
            arguments["body"] = operation.body_type.validate_json(raw, strict=True)
        except ValidationError as error:
            if is_not_json(error):
                raise NotJson from None
            raise malformed(error) from None
    if not operation.is_sync:
        return _reply(operation, await operation.handler(call=call, **arguments))
    once = None
    if operation.effect == "stored":
        request = (operation.method, scope["path"], scope["query_string"], _canonical(raw))
        digest = hashlib.sha256(b"\0".join(map(_bytes, request))).digest()
        once = StoredOnce(call.owner, call.idempotency_key, digest, call.now)
    task = partial(_done, operation, call, arguments)
    return await call.runtime.work(lambda: run_in_transaction(task, once))


def _done(operation: Operation, call: Call, arguments: Mapping[str, Any]) -> Reply:
    return _reply(operation, operation.handler(call=call, **arguments))


def _reply(operation: Operation, answer: Any) -> Reply:
    if isinstance(answer, Reply):
        return answer
    if operation.status == 204:
        return Reply(204, b"")
    return json_reply(answer, operation.status)


def _query(operation: Operation, raw: bytes) -> BaseModel:
    if not raw and operation.no_query is not None:
        return operation.no_query
    assert operation.query_type is not None
    found: dict[str, str] = {}
    for name, value in _parameters(raw):
        if name in found:
            raise Malformed([Flaw("/query", "request.parameter_twice")])
        found[name] = value
    try:
        return operation.query_type.model_validate(found)
    except ValidationError as error:
        raise malformed(error, prefix="/query") from None


def _refuse_parameters(raw: bytes) -> None:
    if _parameters(raw):
        raise Malformed([Flaw("/query", "request.field_unknown")])


def _parameters(raw: bytes) -> list[tuple[str, str]]:
    try:
        text = raw.decode("ascii")
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_QUERY_PARAMETERS_MAX
        )
    except ValueError:
        raise Malformed([Flaw("/query", "request.value_invalid")]) from None


def checked_key(key: bytes | None) -> str:
    """An idempotency key as text. Raises IdempotencyKeyMissing, IdempotencyKeyMalformed."""
    if not key:
        raise IdempotencyKeyMissing
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMalformed
    return key.decode("ascii")


def _refusal(
    operation: Operation, runtime: Runtime, refused: Refused, language: str, now: datetime
) -> Reply:
    # Neither what was sent nor who sent it: the operation and the code tell enough.
    log.info(
        "refused",
        extra={"operation": operation.id, "code": refused.code, "status": status_of(refused)},
    )
    return problem_reply(refused, language, units=runtime.units_at(now))


async def _audit(
    operation: Operation, runtime: Runtime, by: Actor, refused: Refused, now: datetime
) -> None:
    """Put on record that somebody tried what they may not, in a transaction of its own."""

    def record() -> None:
        record_audit(operation.id, "operation", "", refused=refused.code, now=now, by=by)

    try:
        await runtime.work(lambda: in_transaction(record))
    except Unavailable:
        log.warning("a refusal could not be audited", extra={"operation": operation.id})


def _canonical(raw: bytes) -> bytes:
    """A body in one form: the order of members and spaces do not make another request of it."""
    try:
        return orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS)
    except ValueError:  # no body, or numbers that not every parser takes
        return raw


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode("utf-8", "replace")
