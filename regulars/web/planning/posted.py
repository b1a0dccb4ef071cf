"""What was changed on the page of a plan: read from its form, tried on the plan, told where it cannot be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from django.utils.translation import gettext as _

from regulars.core.economics.document import Estimate, Plan, Spread
from regulars.core.economics.plan import (
    PlanInvalid,
    assumptions,
    parse_plan,
    plain_values,
    with_changes,
)
from regulars.core.programme.texts import text_in
from regulars.documents.plan_words import title_of
from regulars.web.design.faces import language
from regulars.web.planning.numbers import NoNumber, is_share, read, read_whole

_NOTE_MAX = 500
"""The longest source or owner that is read."""
_WHOLE = {"months": (), "expiry_months": ("programme",), "ramp_months": ("response",)}
"""The terms that are whole numbers, and the part of the document each stands in."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be: the field's name ('' where it is none of the page), its title, why."""

    name: str
    title: str
    text: str


@dataclass(slots=True)
class Tried:
    """The plan with what was typed; `wrong` says why there is none."""

    plan: Plan | None = None
    changes: dict[str, Estimate] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


def try_posted(kept: Plan, data: Mapping[str, Any]) -> Tried:
    """The plan `kept` with what a form of its page says; every problem is told at once."""
    tried = Tried()
    terms = _terms(kept, data, tried)
    for name, estimate in assumptions(kept).items():
        if f"{name}:likely" in data:
            _read(kept, name, estimate, data, tried)
    if tried.wrong:
        return tried
    try:
        changed = with_changes(kept, tried.changes)
        tried.plan = parse_plan(_with_terms(plain_values(changed), terms))
    except PlanInvalid as invalid:
        tried.wrong += _told(kept, invalid)
    return tried


def _read(kept: Plan, name: str, before: Estimate, data: Mapping[str, Any], tried: Tried) -> None:
    percent = is_share(before)
    told: dict[str, Any] = {}
    for part in ("likely", "low", "high"):
        text = str(data.get(f"{name}:{part}", "")).strip()
        if f"{name}:{part}" not in data:
            told[part] = getattr(before, part)
        elif not text and part != "likely":
            told[part] = None
        else:
            try:
                told[part] = read(text, percent=percent)
            except NoNumber:
                title = title_of(kept, name, language())
                tried.wrong.append(Wrong(name, title, _("This is no number.")))
                return
    for part in ("source", "owner"):
        text = " ".join(str(data.get(f"{name}:{part}", getattr(before, part))).split())
        told[part] = text[:_NOTE_MAX]
    spread = data.get(f"{name}:spread", before.spread)
    told["spread"] = spread if spread in get_args(Spread) else before.spread
    if told != {part: getattr(before, part) for part in told}:
        # Checked with the whole plan, which points at what is wrong.
        tried.changes[name] = Estimate.model_construct(**told)


def _terms(kept: Plan, data: Mapping[str, Any], tried: Tried) -> dict[str, Any]:
    """What was typed that is no assumption: title, first month, lengths of time."""
    terms: dict[str, Any] = {}
    for name in _WHOLE:
        text = str(data.get(name, "")).strip()
        if name not in data:
            continue
        try:
            terms[name] = read_whole(text) if text or name != "expiry_months" else None
        except NoNumber:
            tried.wrong.append(Wrong(name, "", _("This is no number.")))
    if "start" in data:
        terms["start"] = str(data["start"])[:7]
        terms["settle"] = "settle" in data
    title = " ".join(str(data.get("title", "")).split())
    if title and title != text_in(kept.title, language()):
        terms["title"] = title
    return terms


def _with_terms(document: dict[str, Any], terms: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in terms.items():
        if name == "title":
            document["title"] = {**document["title"], language(): value}
            continue
        place = document
        for part in _WHOLE.get(name, ()):
            place = place[part]
        place[name] = value
    return document


def _told(kept: Plan, invalid: PlanInvalid) -> Iterator[Wrong]:
    known = assumptions(kept)
    for problem in invalid.problems:
        place = problem.pointer.lstrip("/").replace("~1", "/").replace("~0", "~")
        says = problem.sentence(language())
        if place in known:
            yield Wrong(place, title_of(kept, place, language()), says)
            continue
        last = place.rpartition("/")[2]
        name = last if last in {*_WHOLE, "start", "title"} else ""
        yield Wrong(name, "" if name else place, says)
