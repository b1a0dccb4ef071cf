"""What was typed into a generated form, as the plain values of a document, by the models alone.

Names of inputs are paths: `params.points`, `caps.month`, `params.steps.0.from`. Nothing is judged
here: what is wrong goes on into the document and comes back as a problem with its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from regulars.core.calendar import Duration
from regulars.core.earning.catalogue import MECHANICS
from regulars.core.programme.markers import Fits, Refers
from regulars.core.programme.texts import LANGUAGE
from regulars.core.promotions.catalogue import KINDS
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.tree import Node

ROWS_MAX = 200
LANGUAGES = ("ru", "en")
_GAPS = re.compile("[\\s\u00a0\u202f]+")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_TAKES: dict[str, Mapping[str, Any]] = {"mechanic": MECHANICS, "kind": KINDS}

Posted = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a field holds: how it is asked for, whether it may be left out, what it refers to.

    `sort` is texts, text, number, yes, choice, many, words, pairs, length, moment, part, parts,
    either, when or open (a value of any plain kind).
    """

    sort: str
    optional: bool = False
    options: tuple[str, ...] = ()
    model: type[BaseModel] | None = None
    models: tuple[type[BaseModel], ...] = ()
    refers: str = ""
    fits: str = ""
    whole: bool = False


def shape_of(info: FieldInfo) -> Shape:
    """The shape of a model's field."""
    return _shape(info.annotation, list(info.metadata), discriminated=bool(info.discriminator))


def key_of(name: str, info: FieldInfo) -> str:
    """The field as documents write it."""
    return info.alias or name


def params_model(owner: type[BaseModel], plain: Any) -> type[BaseModel] | None:
    """The model of `params`, which the mechanic or the kind beside it decides."""
    for name, catalogue in _TAKES.items():
        if name in owner.model_fields and isinstance(plain, Mapping):
            found = catalogue.get(str(plain.get(name, "")))
            return found.params if found else None
    return None


def _shape(annotation: Any, metadata: list[Any], *, discriminated: bool = False) -> Shape:
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            metadata += more
            discriminated |= any(getattr(each, "discriminator", None) for each in more)
        elif get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation):
            rest = tuple(each for each in get_args(annotation) if each is not NoneType)
            annotation = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007
            optional = True
        else:
            break
    refers = next((each.to for each in metadata if isinstance(each, Refers)), "")
    fits = next((each.scale for each in metadata if isinstance(each, Fits)), "")
    shape = _plain_shape(annotation, refers, fits) or _joined_shape(annotation, discriminated)
    return Shape(
        shape.sort, optional, shape.options, shape.model, shape.models,
        shape.refers or refers, shape.fits or fits, shape.whole,
    )  # fmt: skip


def _plain_shape(annotation: Any, refers: str, fits: str) -> Shape | None:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return Shape("choice", options=tuple(map(str, inner)))
    if isinstance(annotation, type):
        if issubclass(annotation, StrEnum):
            return Shape("choice", options=tuple(each.value for each in annotation))
        if issubclass(annotation, bool):
            return Shape("yes")
        if issubclass(annotation, int):
            return Shape("number", whole=True)
        if issubclass(annotation, str):
            return Shape("choice" if refers else "text")
        if issubclass(annotation, Duration):
            return Shape("length", model=Duration)
        if issubclass(annotation, Node):
            return Shape("when")
        if issubclass(annotation, BaseModel):
            return Shape("part", model=annotation)
        return Shape("number")  # Decimal
    return None


def _joined_shape(annotation: Any, discriminated: bool) -> Shape:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is dict:
        value = _shape(inner[1], [])
        key = _shape(inner[0], [])
        if value.sort == "text" and LANGUAGE in repr(inner[0]):
            return Shape("texts")
        return Shape("pairs", refers=key.refers, fits=value.fits)
    if origin in (frozenset, tuple):
        of = _shape(inner[0], [])
        if of.sort == "part":
            return Shape("parts", model=of.model)
        if of.sort == "texts":
            return Shape("lines")
        if of.options or of.refers:
            return Shape("many", options=of.options, refers=of.refers)
        return Shape("words", whole=of.whole)
    models = tuple(each for each in inner if isinstance(each, type) and issubclass(each, BaseModel))
    if models:
        return Shape("either", models=models)
    if "date" in repr(annotation):
        return Shape("moment")
    return Shape("open")


def read_model(model: type[BaseModel], posted: Posted, prefix: str) -> dict[str, Any]:
    """The plain values of a model's fields under `prefix`; what was left empty is left out."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = key_of(name, info)
        if key == "params" and (params := params_model(model, found)) is not None:
            found[key] = read_model(params, posted, f"{prefix}{key}.")
            continue
        shape = shape_of(info)
        if info.annotation is not None and shape.sort == "choice" and len(shape.options) == 1:
            found[key] = shape.options[0]  # the tag of an alternative
            continue
        value = read_value(shape, posted, prefix + key)
        if value is not None:
            found[key] = value
    return found


def read_value(shape: Shape, posted: Posted, name: str) -> Any:
    """The plain value of one field; None where it is left empty."""
    text = posted.get(name, [""])[-1].strip()
    match shape.sort:
        case "yes":
            return bool(text) if f"{name}.asked" in posted else None
        case "number":
            return _number(text)
        case "texts":
            told = {each: posted.get(f"{name}.{each}", [""])[-1].strip() for each in LANGUAGES}
            told = {key: value for key, value in told.items() if value}
            return told or None
        case "many":
            return [each for each in posted.get(name, []) if each] or None
        case "words":
            words = [word.strip() for word in re.split("[,;\n]", text) if word.strip()]
            return [_number(word) if shape.whole else word for word in words] or None
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        case "pairs":
            return _pairs(posted, name)
        case "length":
            return _length(posted, name)
        case "part":
            return _part(shape, posted, name)
        case "parts":
            return _parts(shape, posted, name)
        case "either":
            return _either(shape, posted, name)
        case "when":
            return read_when(posted, name)
        case "open":
            return _open(text)
        case _:
            return text or None


def read_when(posted: Posted, name: str) -> Any:
    """The tree of conditions under `name`; a single condition stands for itself."""
    found = _group(posted, name, 0)
    if found is None:
        return None
    [(joint, inner)] = found.items()
    if not inner:
        return None
    return inner[0] if len(inner) == 1 else {joint: inner}


def _group(posted: Posted, name: str, depth: int) -> dict[str, list[Any]] | None:
    joint = posted.get(f"{name}.joint", [""])[-1]
    if joint not in ("all", "any") or depth > 8:
        return None
    found = []
    for place in range(ROWS_MAX):
        at = f"{name}.{place}"
        code = posted.get(f"{at}.code", [""])[-1]
        if not code:
            break
        if code == "group":
            inner: Any = _group(posted, at, depth + 1) or {"all": []}
        elif code in CONDITIONS:
            inner = {code: read_model(CONDITIONS[code].params, posted, f"{at}.{code}.")}
        else:
            continue
        found.append({"not": inner} if posted.get(f"{at}.negated", [""])[-1] else inner)
    return {joint: found}


def _number(text: str) -> Any:
    """A number as documents write it; anything else as it was typed, to be refused by name."""
    if not text:
        return None
    compact = _GAPS.sub("", text)
    if not _NUMBER.fullmatch(compact):
        return text
    compact = compact.replace(",", ".")
    return compact if "." in compact else int(compact)


def _open(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    return text or None


def _pairs(posted: Posted, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for place in range(ROWS_MAX):
        at = f"{name}.{place}"
        if f"{at}.key" not in posted:
            break
        key = posted[f"{at}.key"][-1].strip()
        value = _number(posted.get(f"{at}.value", [""])[-1].strip())
        if key and value is not None:
            found[key] = value
    return found or None


def _length(posted: Posted, name: str) -> dict[str, Any] | None:
    found = {}
    for unit in Duration.model_fields:
        value = _number(posted.get(f"{name}.{unit}", [""])[-1].strip())
        if value not in (None, 0):
            found[unit] = value
    return found or None


def _part(shape: Shape, posted: Posted, name: str) -> dict[str, Any] | None:
    assert shape.model is not None
    if shape.optional and not posted.get(f"{name}.given", [""])[-1]:
        return None
    found = read_model(shape.model, posted, f"{name}.")
    return found if found or shape.optional else None


def _parts(shape: Shape, posted: Posted, name: str) -> list[dict[str, Any]] | None:
    assert shape.model is not None
    found = []
    for place in range(ROWS_MAX):
        if f"{name}.{place}.here" not in posted:
            break
        found.append(read_model(shape.model, posted, f"{name}.{place}."))
    return found or None


def _either(shape: Shape, posted: Posted, name: str) -> dict[str, Any] | None:
    kind = posted.get(f"{name}.kind", [""])[-1]
    model = alternative(shape, kind)
    if model is None:
        return None
    return read_model(model, posted, f"{name}.")


def alternative(shape: Shape, kind: str) -> type[BaseModel] | None:
    """The model whose `kind` is this."""
    return next((each for each in shape.models if kind == kind_of(each)), None)


def kind_of(model: type[BaseModel]) -> str:
    """The `kind` that a model of alternatives stands for."""
    return str(get_args(model.model_fields["kind"].annotation)[0])
