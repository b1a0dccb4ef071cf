"""What pydantic finds wrong with a document, as pointers, stable codes and sentences."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from regulars.core.conditions.hours import CLOCK
from regulars.core.programme.texts import CODE, LANGUAGE, MONEY
from regulars.core.wording.catalogue import sentence

SHOWN_MAX = 100
_VALUE_MAX = 60


class Problem(NamedTuple):
    """One thing wrong: a JSON pointer into the document, a stable code, what the sentence needs."""

    pointer: str
    code: str
    params: tuple[tuple[str, object], ...] = ()

    def sentence(self, language: str) -> str:
        return sentence(self.code, dict(self.params), language)


_CODES: dict[str, tuple[str, tuple[str, ...]]] = {
    "missing": ("programme.missing", ()),
    "extra_forbidden": ("programme.unknown_field", ()),
    "greater_than": ("programme.more_than", ("gt",)),
    "greater_than_equal": ("programme.at_least", ("ge",)),
    "less_than": ("programme.less_than", ("lt",)),
    "less_than_equal": ("programme.at_most", ("le",)),
    "literal_error": ("programme.one_of", ("expected",)),
    "enum": ("programme.one_of", ("expected",)),
    "union_tag_invalid": ("programme.kind_unknown", ("expected_tags",)),
    "union_tag_not_found": ("programme.kind_missing", ()),
    "string_too_long": ("programme.text_at_most", ("max_length",)),
    "string_too_short": ("programme.text_empty", ()),
    "too_long": ("programme.too_many", ("max_length",)),
    "too_short": ("programme.too_few", ("min_length",)),
    "decimal_max_digits": ("programme.too_many_digits", ("max_digits",)),
    "decimal_max_places": ("programme.too_many_decimals_at_all", ("decimal_places",)),
    "decimal_whole_digits": ("programme.too_many_digits", ("whole_digits",)),
}
_PATTERNS = {
    CODE: "programme.code_wrong",
    LANGUAGE: "programme.language_unknown",
    MONEY: "programme.money_wrong",
    CLOCK: "programme.clock_wrong",
}
_BY_START = (
    ("string_", "programme.text_expected"),
    ("int_", "programme.whole_number_expected"),
    ("decimal_", "programme.number_expected"),
    ("float_", "programme.number_expected"),
    ("finite_", "programme.number_expected"),
    ("bool_", "programme.yes_or_no_expected"),
    ("dict_", "programme.mapping_expected"),
    ("mapping_", "programme.mapping_expected"),
    ("model_", "programme.mapping_expected"),
    ("list_", "programme.list_expected"),
    ("tuple_", "programme.list_expected"),
    ("frozen_set_", "programme.list_expected"),
    ("set_", "programme.list_expected"),
    ("date", "programme.moment_wrong"),
    ("timezone_", "programme.moment_wrong"),
    ("recursion_", "programme.too_deep"),
)


def problems_of(error: ValidationError, document: Mapping[str, Any]) -> tuple[Problem, ...]:
    """The problems in the order in which they stand, without repetition; at most 100."""
    found: dict[Problem, None] = {}
    for each in error.errors(include_url=False, include_input=False):
        found.setdefault(_problem(each, document))
    return tuple(_without_alternatives(list(found)))[:SHOWN_MAX]


def _problem(error: Mapping[str, Any], document: Mapping[str, Any]) -> Problem:
    kind, context = str(error["type"]), error.get("ctx") or {}
    pointer, value = _place(error["loc"], document)
    if "." in kind:
        return Problem(pointer, kind, tuple((k, _shown(v)) for k, v in context.items()))
    code, names = _CODES.get(kind, ("", ()))
    if kind == "string_pattern_mismatch":
        code = _PATTERNS.get(str(context.get("pattern")), "programme.pattern")
    if not code:
        code = next(
            (c for start, c in _BY_START if kind.startswith(start)), "programme.value_wrong"
        )
    params: list[tuple[str, object]] = [("limit", _shown(context.get(name))) for name in names]
    if code in ("programme.missing", "programme.unknown_field"):
        params = [("field", pointer.rpartition("/")[2][:_VALUE_MAX])]
    else:
        plain = value is not None and not isinstance(value, Mapping | list | tuple)
        params.append(("value", str(value)[:_VALUE_MAX] if plain else "…"))
    return Problem(pointer, code, tuple(params))


def _place(loc: tuple[int | str, ...], document: Any) -> tuple[str, Any]:
    """The pointer for pydantic's `loc`, which also names alternatives that stand in no document."""
    pointer, value, tagged = "", document, False
    for i, part in enumerate(loc):
        inner = value.get(part) if isinstance(value, Mapping) else None
        if inner is None and isinstance(part, int) and isinstance(value, list | tuple):
            inner = value[part] if part < len(value) else None
        last = i == len(loc) - 1 and isinstance(value, Mapping) and part != "[key]"
        if part == "[key]" and i:
            value = loc[i - 1]
            continue
        if not tagged and isinstance(value, Mapping) and part == value.get("kind"):
            tagged = True  # the alternative that was chosen, which pydantic names first
            continue
        tagged = False
        if inner is None and not last:
            continue
        value = inner
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer, value


def _without_alternatives(problems: list[Problem]) -> list[Problem]:
    """Where a value may be of several types, pydantic tells what is wrong with each."""
    kept: list[Problem] = []
    places: set[str] = set()
    for problem in problems:
        if problem.code.endswith("_expected") or problem.code == "programme.moment_wrong":
            if problem.pointer in places:
                continue
            places.add(problem.pointer)
        kept.append(problem)
    return kept


def _shown(value: object) -> object:
    return value if isinstance(value, int) else str(value)[:200]
