"""Forms made from the models of a document: one control a field, with label, hint, unit and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from regulars.core.calendar import Duration
from regulars.core.goods import Goods
from regulars.core.programme.check import escaped
from regulars.core.programme.problems import Problem
from regulars.core.programme.saying import choice_word
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.wording.catalogue import SENTENCES, sentence
from regulars.web.editor.reading import (
    LANGUAGES,
    Shape,
    alternative,
    key_of,
    kind_of,
    params_model,
    shape_of,
)

_ITEMS = {
    "tier": ("tiers", "levels", "code"),
    "currency": ("currencies",),
    "rule": ("earning", "id"),
    "promotion": ("promotions", "id"),
}
_BLANK_ROWS = 2
_LANGUAGE_NAMES = {"ru": "Русский", "en": "English"}


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices."""

    value: str
    label: str
    chosen: bool = False
    about: str = ""


@dataclass(slots=True)
class Control:
    """One field on the page; `parts` are the controls inside it, `rows` the groups that repeat."""

    sort: str
    name: str
    pointer: str
    label: str
    value: Any = ""
    hint: str = ""
    affix: str = ""
    optional: bool = False
    given: bool = True
    folded: bool = False
    options: list[Option] = field(default_factory=list)
    parts: list["Control"] = field(default_factory=list)
    rows: list["Control"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """What the label and the error refer to."""
        return f"f-{self.name.replace('.', '-')}"

    def walk(self) -> Iterator["Control"]:
        """The control and everything inside it."""
        yield self
        for each in (*self.parts, *self.rows):
            yield from each.walk()

    @property
    def has_errors(self) -> bool:
        """Whether anything inside is wrong: then it stands open."""
        return any(each.errors for each in self.walk())


@dataclass(frozen=True, slots=True)
class Around:
    """What a form needs to know of the document it belongs to."""

    document: Mapping[str, Any]
    language: str

    def choices(self, refers: str, chosen: Sequence[str]) -> list[Option]:
        """What stands in the document and may be referred to; what is chosen stays, even if unknown."""
        found = [
            Option(code, _titled(item, code, self.language), code in chosen)
            for code, item in self._items(refers)
        ]
        known = {option.value for option in found}
        return found + [Option(code, code, True) for code in chosen if code not in known]

    def _items(self, refers: str) -> Iterator[tuple[str, Any]]:
        *path, key = (*_ITEMS[refers], "") if refers == "currency" else _ITEMS[refers]
        place: Any = self.document
        for name in path:
            place = (place or {}).get(name) or {}
        if isinstance(place, Mapping):
            yield from place.items()
        else:
            yield from ((str(item.get(key, "")), item) for item in place)

    def unit(self, shape: Shape, name: str, currency: str) -> str:
        """The unit that stands beside a number."""
        if shape.fits == "money":
            return str(self.document.get("money", ""))
        if name in ("percent", "share_max", "redemption"):
            return "%"
        if shape.fits == "currency" or name == "points":
            found = (self.document.get("currencies") or {}).get(currency) or {}
            unit = found.get("unit") or {}
            return str(unit.get(self.language, "")).split("|")[-1]
        return ""


def controls_of(
    model: type[BaseModel],
    plain: Mapping[str, Any],
    around: Around,
    *,
    prefix: str = "",
    pointer: str = "",
    only: Sequence[str] = (),
    currency: str = "",
) -> list[Control]:
    """A control for every field of `model` (those named in `only`), filled with `plain`."""
    currency = str(plain.get("currency", "")) or currency
    found = []
    for name, info in model.model_fields.items():
        key = key_of(name, info)
        if only and key not in only:
            continue
        place = f"{pointer}/{escaped(key)}"
        if key == "params":
            inner = params_model(model, plain)
            if inner is not None:
                told = plain.get("params") or {}
                found += controls_of(
                    inner, told if isinstance(told, Mapping) else {}, around,
                    prefix=f"{prefix}params.", pointer=place, currency=currency,
                )  # fmt: skip
            continue
        shape = shape_of(info)
        if shape.sort == "choice" and len(shape.options) == 1:
            continue
        default = None if info.default is PydanticUndefined else info.default
        value = plain.get(key, default)
        made = _control(shape, prefix + key, place, value, around, currency)
        made.label = label_of(key, info, around.language)
        made.affix = around.unit(shape, key, currency)
        made.hint = made.hint or _hint(key)
        found.append(made)
    return found


def blame(controls: Sequence[Control], problems: Sequence[Problem], language: str) -> list[str]:
    """Put each problem to the control it is nearest to; what belongs to none is given back."""
    every = [each for control in controls for each in control.walk()]
    left = []
    for problem in problems:
        near = [one for one in every if f"{problem.pointer}/".startswith(f"{one.pointer}/")]
        said = problem.sentence(language)
        if near:
            max(near, key=lambda one: len(one.pointer)).errors.append(said)
        else:
            left.append(said)
    return left


def label_of(key: str, info: FieldInfo, language: str) -> str:
    """The field's name: the model's own in English, the vocabulary's in Russian."""
    code = f"field.{key}"
    known = code in SENTENCES[language]
    text = info.title if language == "en" and info.title else ""
    text = text or (sentence(code, {}, language) if known else info.title or key)
    return text[:1].upper() + text[1:]


def _control(
    shape: Shape, name: str, pointer: str, value: Any, around: Around, currency: str
) -> Control:
    made = Control(shape.sort, name, pointer, "", optional=shape.optional)
    match shape.sort:
        case "choice" | "many":
            _choose(made, shape, value, around)
        case "texts":
            told = value if isinstance(value, Mapping) else dict.fromkeys(LANGUAGES, value or "")
            made.parts = [
                Control(
                    "text", f"{name}.{each}", f"{pointer}/{each}", _LANGUAGE_NAMES[each],
                    value=told.get(each, ""),
                )
                for each in LANGUAGES
            ]  # fmt: skip
        case "words":
            words = value if isinstance(value, list | tuple | set | frozenset) else ()
            made.value = ", ".join(map(str, words))
            made.hint = _("Separate several with commas.")
        case "lines":
            lines = value if isinstance(value, list | tuple) else ()
            made.value = "\n".join(_titled({"title": line}, "", around.language) for line in lines)
        case "yes":
            made.value = bool(value)
        case "pairs":
            made.rows = _pairs(shape, name, pointer, value, around, currency)
        case "length":
            made.parts = _length(name, pointer, value, around.language)
        case "part":
            _part(made, shape, value, around, currency)
        case "parts":
            _parts(made, shape, value, around, currency)
        case "either":
            _either(made, shape, value, around, currency)
        case "when":
            _when(made, value, around)
        case _:
            made.value = "" if value is None else _typed(value)
    return made


def _choose(made: Control, shape: Shape, value: Any, around: Around) -> None:
    chosen = [str(each) for each in value] if _is_many(value) else [str(value)] if value else []
    if shape.refers:
        made.options = around.choices(shape.refers, chosen)
    else:
        made.options = [
            Option(each, _capital(choice_word(each, around.language)), each in chosen)
            for each in shape.options
        ]
    made.value = ", ".join(chosen)


def _part(made: Control, shape: Shape, value: Any, around: Around, currency: str) -> None:
    assert shape.model is not None
    told = _mapping(value)
    made.given = not shape.optional or value is not None
    made.folded = shape.model is Goods and not any(told.values())
    made.parts = controls_of(
        shape.model, told, around,
        prefix=f"{made.name}.", pointer=made.pointer, currency=currency,
    )  # fmt: skip


def _parts(made: Control, shape: Shape, value: Any, around: Around, currency: str) -> None:
    assert shape.model is not None
    for place, item in enumerate(value or ()):
        row = Control("row", f"{made.name}.{place}", f"{made.pointer}/{place}", str(place + 1))
        row.parts = controls_of(
            shape.model, _mapping(item), around,
            prefix=f"{row.name}.", pointer=row.pointer, currency=currency,
        )  # fmt: skip
        made.rows.append(row)


def _either(made: Control, shape: Shape, value: Any, around: Around, currency: str) -> None:
    told = _mapping(value)
    kind = str(told.get("kind", ""))
    made.value = kind
    made.options = [
        Option(
            kind_of(each),
            _capital(choice_word(kind_of(each), around.language)),
            kind_of(each) == kind,
        )
        for each in shape.models
    ]
    model = alternative(shape, kind)
    if model is not None:
        made.parts = controls_of(
            model, told, around,
            prefix=f"{made.name}.", pointer=made.pointer, currency=currency,
        )  # fmt: skip


def _pairs(
    shape: Shape, name: str, pointer: str, value: Any, around: Around, currency: str
) -> list[Control]:
    told = [*_mapping(value).items(), *[("", "")] * _BLANK_ROWS]
    rows = []
    for place, (key, each) in enumerate(told):
        row = Control(
            "pair",
            f"{name}.{place}",
            f"{pointer}/{escaped(str(key))}" if key else f"{pointer}/\0{place}",
            "",
        )
        row.value = (key, "" if each == "" else _typed(each))
        if shape.refers:
            row.options = around.choices(shape.refers, [str(key)] if key else [])
        row.affix = around.unit(shape, "points", currency)
        rows.append(row)
    return rows


def _length(name: str, pointer: str, value: Any, language: str) -> list[Control]:
    told = _mapping(value)
    return [
        Control(
            "number", f"{name}.{unit}", f"{pointer}/{unit}",
            _capital(sentence(f"field.{unit}", {}, language)),
            value=told.get(unit) or "",
        )
        for unit in Duration.model_fields
    ]  # fmt: skip


def _when(made: Control, value: Any, around: Around) -> None:
    """The tree as groups; a condition that stands alone is a group of one."""
    told = _mapping(value)
    [(code, inner)] = told.items() if len(told) == 1 else [("all", [])]
    if code in ("all", "any"):
        _group(made, code, inner, around)
    else:
        _group(made, "all", [told], around)
    if len(made.rows) == 1:
        _repoint(made.rows[0], f"{made.pointer}/all/0", made.pointer)
    made.options = [
        Option(code, condition.title[around.language], about=condition.summary[around.language])
        for code, condition in CONDITIONS.items()
    ]


def _group(made: Control, joint: str, inner: Any, around: Around) -> None:
    made.value = joint
    for place, item in enumerate(inner if isinstance(inner, list | tuple) else ()):
        at, told = f"{made.name}.{place}", _mapping(item)
        pointer = f"{made.pointer}/{joint}/{place}"
        negated = set(told) == {"not"}
        if negated:
            told, pointer = _mapping(told["not"]), f"{pointer}/not"
        [(code, params)] = told.items() if len(told) == 1 else [("all", [])]
        row = Control("leaf", at, pointer, "", value=code, given=not negated)
        if code in ("all", "any"):
            row.sort, row.label = "group", _("Group of conditions")
            _group(row, code, params, around)
        elif code in CONDITIONS:
            condition = CONDITIONS[code]
            row.label = condition.title[around.language]
            row.hint = condition.summary[around.language]
            row.parts = controls_of(
                condition.params, _mapping(params), around,
                prefix=f"{at}.{code}.", pointer=f"{pointer}/{code}",
            )  # fmt: skip
        made.rows.append(row)


def _repoint(control: Control, old: str, new: str) -> None:
    for each in control.walk():
        each.pointer = each.pointer.replace(old, new, 1)


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return value if isinstance(value, Mapping) else {}


def _is_many(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def _typed(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _titled(item: Any, code: str, language: str) -> str:
    title = item.get("title") if isinstance(item, Mapping) else None
    if isinstance(title, Mapping):
        return str(title.get(language) or next(iter(title.values()), code))
    return str(title or code)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _hint(key: str) -> str:
    return {
        "id": _("Small Latin letters, digits, and . - _; it stays the same for ever."),
        "code": _("Small Latin letters, digits, and . - _; it stays the same for ever."),
        "unit": _("All plural forms, with | between them."),
        "since": _("A day such as 2026-12-01, or a moment with its offset."),
        "until": _("A day such as 2026-12-01, or a moment with its offset."),
        "exclusive": _("Rules with the same word here compete: only the best counts."),
    }.get(key, "")
