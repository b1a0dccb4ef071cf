"""Every «no» of the API in one shape: RFC 9457 problem+json with a stable code and a sentence."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from regulars.core.refusal import Invalid, Refused
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import Units, tell
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.web.api.replies import PROBLEM_JSON, Headers, Reply, as_json

TYPE_PREFIX = "urn:regulars:problem:"
STATUS_OF_KIND = {
    "invalid": 422,
    "mismatch": 422,
    "not_found": 404,
    "forbidden": 403,
    "unauthenticated": 401,
    "conflict": 409,
    "changed": 409,
    "limited": 429,
    "busy": 503,
    "unavailable": 503,
}
# Where the code says more than the kind does.
STATUS_OF_CODE = {
    "idempotency.key_missing": 400,
    "idempotency.key_malformed": 400,
    "request.not_json": 400,
    "request.body_missing": 400,
    "request.path_unknown": 404,
    "request.method_not_allowed": 405,
    "request.too_large": 413,
    "request.media_type": 415,
    "api.fault": 500,
}
_RETRY_AFTER_S = 1


class Unavailable(Refused):
    """What answers this is out of reach at the moment; the same request may be sent again."""

    code = "api.unavailable"
    kind = "unavailable"


class Fault(Refused):
    """An error of ours; what it was stands in the log only."""

    code = "api.fault"


class WrongPlane(Refused):
    """A till's key on the management plane, or the other way round."""

    code = "api.wrong_plane"
    kind = "forbidden"


class PathUnknown(Refused):
    """No operation has this address."""

    code = "request.path_unknown"
    kind = "not_found"


class MethodNotAllowed(Refused):
    """The address has operations, but none with this method."""

    code = "request.method_not_allowed"


class TooManyRequests(Refused):
    """The key has used up its requests for the moment."""

    code = "request.too_many"
    kind = "limited"


class TooManyFailures(Refused):
    """Too many look-ups that found nobody: somebody may be guessing."""

    code = "request.too_many_failures"
    kind = "limited"


class Flaw(NamedTuple):
    """One thing that is wrong with a request: where (a JSON pointer), and the code of what."""

    pointer: str
    code: str
    params: Mapping[str, object] = {}


class NotJson(Invalid):
    """The body cannot be parsed: broken, not UTF-8, or nested too deep."""

    code = "request.not_json"


class Malformed(Invalid):
    """The request does not have the shape that the API document asks for."""

    code = "request.invalid"

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(pointer=flaws[0].pointer)
        self.flaws = tuple(flaws)


def status_of(refused: Refused) -> int:
    """The HTTP status that a refusal is answered with."""
    if isinstance(refused, DatabaseUnavailable):
        return 503
    return STATUS_OF_CODE.get(refused.code) or STATUS_OF_KIND[refused.kind]


def problem_of(
    refused: Refused, language: str, *, units: Units | None = None, more: Mapping[str, Any] = {}
) -> dict[str, Any]:
    """The members of the problem document, without anything that the request held."""
    if isinstance(refused, DatabaseUnavailable):
        refused = Unavailable()
    status = status_of(refused)
    code, params = refused.code, refused.params
    flaws = _flaws_of(refused)
    if isinstance(refused, Malformed):
        code, params = flaws[0].code, dict(flaws[0].params)
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": sentence(f"title.{status}", {}, language),
        "status": status,
        "code": code,
        "detail": tell(code, params, units, language),
    }
    if refused.pointer is not None:
        body["pointer"] = refused.pointer
    if len(flaws) > 1 or (flaws and code != flaws[0].code):
        body["errors"] = [
            {
                "pointer": f.pointer,
                "code": f.code,
                "detail": tell(f.code, f.params, units, language),
            }
            for f in flaws
        ]
    body.update(more)
    return body


def problem_reply(
    refused: Refused, language: str, *, units: Units | None = None, more: Mapping[str, Any] = {}
) -> Reply:
    """A refusal as an answer, with `Retry-After` where it may pass."""
    body = problem_of(refused, language, units=units, more=more)
    return Reply(body["status"], as_json(body), _headers(refused, body["status"]), PROBLEM_JSON)


def _flaws_of(refused: Refused) -> Sequence[Flaw]:
    """The single flaws of a request, or those of a programme document it brought."""
    if isinstance(refused, Malformed):
        return refused.flaws
    return [
        Flaw(problem.pointer, problem.code, dict(problem.params))
        for problem in getattr(refused, "problems", ())
    ]


def _headers(refused: Refused, status: int) -> Headers:
    seconds = refused.params.get("retry_after_s")
    if status == 401:
        return ((b"www-authenticate", b'Bearer realm="regulars"'),)
    if status == 405:
        return ((b"allow", str(refused.params["allow"]).encode()),)
    if isinstance(seconds, int) or status == 503:
        wait = seconds if isinstance(seconds, int) else _RETRY_AFTER_S
        return ((b"retry-after", b"%d" % wait),)
    return ()
