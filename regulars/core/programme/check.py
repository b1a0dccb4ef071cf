"""A programme document from plain values, or every problem in it, with place and sentence."""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from regulars.core.programme.document import Programme
from regulars.core.programme.problems import Problem, problems_of
from regulars.core.refusal import Invalid

SIZE_MAX = 1024 * 1024
DEPTH_MAX = 40
VALUES_MAX = 200_000
TEXT_MAX = 10_000
NUMBER_MAX = 10**18


class ProgrammeInvalid(Invalid):
    """The document cannot be used; `problems` says what is wrong and where, at most 100."""

    code = "programme.invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        assert problems
        super().__init__(pointer=problems[0].pointer, count=len(problems))
        self.problems = problems


def parse_programme(
    document: str | bytes | Mapping[str, Any], *, format: Literal["mapping", "json"] = "mapping"
) -> Programme:
    """The programme that a JSON text, or a mapping of plain values, describes.

    YAML is read by `regulars.kit.documents.load_yaml` first. Raises ProgrammeInvalid, and nothing
    else, whatever is sent.
    """
    if format == "json":
        if not isinstance(document, str | bytes):
            raise ProgrammeInvalid((Problem("", "programme.not_a_document"),))
        document = _read_json(document)
    problem = unfit(document)
    if problem is not None or not isinstance(document, Mapping):
        raise ProgrammeInvalid((problem or Problem("", "programme.not_a_document"),))
    try:
        return Programme.model_validate(document)
    except ValidationError as error:
        raise ProgrammeInvalid(problems_of(error, document)) from None


class _Twice(ValueError):
    """A key stands twice in one object."""


def _read_json(text: str | bytes) -> Any:
    if len(text) > SIZE_MAX:
        raise ProgrammeInvalid((Problem("", "programme.too_large", (("limit", SIZE_MAX),)),))
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except _Twice as twice:
        raise ProgrammeInvalid(
            (Problem("", "programme.key_twice", (("word", str(twice)[:80]),)),)
        ) from None
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError too
        raise ProgrammeInvalid((Problem("", "programme.not_json"),)) from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return found


class _Part(NamedTuple):
    value: Any
    pointer: str
    depth: int


def unfit(document: Any) -> Problem | None:
    """The first thing that no document may hold, before anything is made of it."""
    if not isinstance(document, Mapping):
        return Problem("", "programme.not_a_document")
    parts = [_Part(document, "", 1)]
    seen = 0
    while parts:
        value, pointer, depth = parts.pop()
        seen += len(value) if isinstance(value, Mapping | list | tuple) else 0
        if seen > VALUES_MAX:
            return Problem("", "programme.too_many_values", (("limit", VALUES_MAX),))
        if depth > DEPTH_MAX:
            return Problem(pointer, "programme.too_deep", (("limit", DEPTH_MAX),))
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if not isinstance(key, str):
                    return Problem(pointer, "programme.key_not_text", (("word", str(key)[:80]),))
                parts.append(_Part(inner, f"{pointer}/{escaped(key[:80])}", depth + 1))
        elif isinstance(value, list | tuple):
            parts += [_Part(inner, f"{pointer}/{i}", depth + 1) for i, inner in enumerate(value)]
        elif (problem := _unfit_value(value, pointer)) is not None:
            return problem
    return None


def _unfit_value(value: Any, pointer: str) -> Problem | None:
    if isinstance(value, str):
        if len(value) > TEXT_MAX:
            return Problem(pointer, "programme.text_too_long", (("limit", TEXT_MAX),))
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            return Problem(pointer, "programme.text_wrong")
        return None
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return (
            None
            if -NUMBER_MAX <= value <= NUMBER_MAX
            else Problem(pointer, "programme.number_wrong")
        )
    return Problem(pointer, "programme.not_plain")


def escaped(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
