"""Errors of validation as flaws: our own codes, pointers, and nothing of what was sent."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from regulars.core.identifiers import without_contacts
from regulars.core.wording.catalogue import SENTENCES
from regulars.web.api.problems import Flaw, Malformed

FLAWS_MAX = 20
_NAME_LENGTH_MAX = 60
_KNOWN_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,60}", re.ASCII)
_CODES = {
    "json_invalid": "request.not_json",
    "missing": "request.field_missing",
    "extra_forbidden": "request.field_unknown",
    "greater_than": "request.out_of_range",
    "greater_than_equal": "request.out_of_range",
    "less_than": "request.out_of_range",
    "less_than_equal": "request.out_of_range",
    "too_long": "request.length_wrong",
    "too_short": "request.length_wrong",
    "string_too_long": "request.text_malformed",
    "string_too_short": "request.text_malformed",
    "string_pattern_mismatch": "request.text_malformed",
    "string_unicode": "request.text_malformed",
}
_MOMENTS = ("datetime_", "timezone_")
# Where a union was tried, pydantic names its members in the location; those are no part of the body.
_INVISIBLE = re.compile(r"^(function-|constrained-|literal\[|tagged-union|lax-or-strict|json-or-)")


def malformed(
    error: ValidationError, *, prefix: str = "", without: Sequence[str] = ()
) -> Malformed:
    """What to answer; pointers are relative to the request's body, below `prefix`.

    `without` are names by which a union tells its members apart: they open the location, but are
    no part of the body.
    """
    found = error.errors(include_url=False, include_input=False)
    flaws = {
        (prefix + pointer_of(_within(one["loc"], without)), code_of(one["type"]))
        for one in found[:FLAWS_MAX]
    }
    return Malformed([Flaw(pointer, code) for pointer, code in sorted(flaws)])


def is_not_json(error: ValidationError) -> bool:
    """Whether the body could not even be parsed."""
    return any(one["type"] == "json_invalid" for one in error.errors(include_url=False))


def code_of(kind: str) -> str:
    """Our code for a kind of validation error; our own validators name it themselves."""
    if kind in SENTENCES["en"]:
        return kind
    if kind in _CODES:
        return _CODES[kind]
    if kind.startswith(_MOMENTS):
        return "request.moment_malformed"
    return "request.type_wrong" if kind.endswith("_type") else "request.value_invalid"


def pointer_of(location: Sequence[Any]) -> str:
    """A JSON pointer (RFC 6901). Names that were sent are shown only where they look like names."""
    return "".join(f"/{_shown(part)}" for part in location if not _is_invisible(part))


def _within(location: Sequence[Any], without: Sequence[str]) -> Sequence[Any]:
    return location[1:] if location and location[0] in without else location


def _is_invisible(part: Any) -> bool:
    return isinstance(part, str) and _INVISIBLE.match(part) is not None


def _shown(part: Any) -> str:
    text = str(part)
    if isinstance(part, int):
        return text
    if not _KNOWN_NAME.fullmatch(text):
        return "?"
    return without_contacts(text)[:_NAME_LENGTH_MAX].replace("~", "~0").replace("/", "~1")
