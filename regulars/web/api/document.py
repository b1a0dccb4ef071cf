"""The OpenAPI document: what FastAPI made of the declarations, with what all operations share."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from regulars.contexts.security.types import Permission
from regulars.core.wording.catalogue import sentence
from regulars.web.api.problems import TYPE_PREFIX

SUMMARY = "Loyalty at the till and behind it"
DESCRIPTION = """\
Two planes: `/till/v1` for tills, `/manage/v1` for everything else. Each key opens one of them.

Money and points are whole minor units; `units` of an answer says how many decimals they have.
Moments are RFC 3339 with an offset. Unknown members of a body are refused. Every problem is
`application/problem+json` (RFC 9457) with a stable `code`, a JSON `pointer` to what is at fault
(into the body; `/query/…` and `/path/…` for parameters) and a sentence in the language of
`Accept-Language` (`ru`, `en`).

Requests with an effect carry an `Idempotency-Key`. Sent again with the same body they get the same
answer with `Idempotent-Replayed: true`; the same key with another body is refused with 422. Keys
are remembered for at least 72 hours, receipt and return numbers for ever.
"""
_KEYS = {
    "till": "The key of a till, `rk_…`: bound to one till of one store.",
    "manage": "The key of a program, `rk_…`: acts as the person it was issued for.",
}
_EXAMPLE_OF_STATUS = {
    400: ("idempotency.key_missing", None),
    401: ("key.refused", None),
    403: ("access.permission_missing", None),
    404: ("member.not_found", "/member"),
    409: ("points.insufficient", None),
    413: ("request.too_large", None),
    415: ("request.media_type", None),
    422: ("request.field_missing", "/occurred_at"),
    429: ("request.too_many", None),
    500: ("api.fault", None),
    503: ("api.unavailable", None),
}
_EXAMPLE_PARAMS = {
    "permission": Permission.TILL_SELL.value,
    "currency": "points",
    "most_bytes": 1_048_576,
    "retry_after_s": 1,
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. Nothing of what was sent is repeated in it.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "`urn:regulars:problem:<code>`"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; see docs/api.md"},
        "detail": {"type": "string", "description": "A sentence for the person at the screen"},
        "pointer": {"type": "string", "description": "JSON pointer to what is at fault"},
        "errors": {
            "type": "array",
            "description": "All flaws of the request, where there are several",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
        "quote": {
            "$ref": "#/components/schemas/QuoteAnswer",
            "description": "With `quote.changed`: what can be promised now",
        },
    },
    "additionalProperties": False,
}
_RATE_HEADERS = {
    "RateLimit-Limit": "Requests that may be made at once",
    "RateLimit-Remaining": "Requests left at the moment",
    "RateLimit-Reset": "Seconds until all of them may be made again",
}


def describe(made: dict[str, Any], apart: Mapping[str, TypeAdapter[Any]]) -> dict[str, Any]:
    """Complete the document that FastAPI made, in place; `apart` are schemas it did not see."""
    made["info"]["summary"] = SUMMARY
    made["info"]["description"] = DESCRIPTION
    made["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    made["servers"] = [{"url": "/"}]
    components = made.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    for name, adapter in apart.items():
        schema = adapter.json_schema(ref_template="#/components/schemas/{model}")
        components["schemas"] |= schema.pop("$defs", {})
        components["schemas"][name] = schema
    components["securitySchemes"] = {
        f"{plane}Key": {"type": "http", "scheme": "bearer", "description": says}
        for plane, says in _KEYS.items()
    }
    components["parameters"] = _parameters()
    components["headers"] = {
        name: {"description": says, "schema": {"type": "integer"}}
        for name, says in _RATE_HEADERS.items()
    }
    components["responses"] = {
        f"Problem{status}": _response(status) for status in _EXAMPLE_OF_STATUS
    }
    for operations in made["paths"].values():
        for operation in operations.values():
            _finish(operation)
    _without_null_defaults(components["schemas"])
    return made


def _finish(operation: dict[str, Any]) -> None:
    references = [parameter.get("$ref", "") for parameter in operation.get("parameters", ())]
    keyed = any(reference.endswith("/IdempotencyKey") for reference in references)
    for status, response in operation["responses"].items():
        if "$ref" in response:
            operation["responses"][status] = {"$ref": response["$ref"]}
            continue
        headers: dict[str, Any] = {
            name: {"$ref": f"#/components/headers/{name}"} for name in _RATE_HEADERS
        }
        if keyed:
            headers["Idempotent-Replayed"] = {
                "description": "`true` where the request was answered before",
                "schema": {"type": "string", "enum": ["true"]},
            }
        response["headers"] = headers


def _parameters() -> dict[str, Any]:
    return {
        "AcceptLanguage": {
            "name": "Accept-Language",
            "in": "header",
            "required": False,
            "description": "`ru` or `en`; default: the programme's language",
            "schema": {"type": "string"},
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "Made up by the client for this one effect: 1–200 visible ASCII characters",
            "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
            "example": "7b1d3a52-6c1e-4f0e-9c55-2f4d1c8a9e10",
        },
        "IdempotencyKeyOfHold": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Needed with `hold`: under one key there is one hold, the last one",
            "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        },
    }


def _response(status: int) -> dict[str, Any]:
    code, pointer = _EXAMPLE_OF_STATUS[status]
    example = {
        "type": TYPE_PREFIX + code,
        "title": sentence(f"title.{status}", {}, "en"),
        "status": status,
        "code": code,
        "detail": sentence(code, _EXAMPLE_PARAMS, "en"),
    }
    if pointer:
        example["pointer"] = pointer
    response: dict[str, Any] = {
        "description": sentence(f"title.{status}", {}, "en"),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": example,
            }
        },
    }
    if status in (429, 503):
        response["headers"] = {
            "Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}
        }
    return response


def _without_null_defaults(value: Any) -> None:
    """A member that may be left out has no default; pydantic would write null."""
    if isinstance(value, dict):
        if value.get("default", 0) is None and "anyOf" not in value:
            del value["default"]
        for part in value.values():
            _without_null_defaults(part)
    elif isinstance(value, list):
        for part in value:
            _without_null_defaults(part)
