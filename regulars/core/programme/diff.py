"""What differs between two programme versions, part by part, in words a marketer reads."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from regulars.core.programme.check import escaped
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.wording.catalogue import SENTENCES, sentence

_SHOWN_MAX = 160
_LENGTHS = {"months": 0, "days": 0, "hours": 0, "minutes": 0}.keys()


class ChangeKind(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Step(NamedTuple):
    """One step on the way to a part: a field by name, or an item by its id, code or place."""

    name: str
    item: str = ""  # "rule", "promotion", "level", "currency"… (see _KEYED); empty for a field


class Change(NamedTuple):
    """One difference. `before` and `after` are plain values, None where there is nothing.

    `pointer` goes by names: items of lists that have an id or code are found by it, not by number.
    """

    pointer: str
    kind: ChangeKind
    before: Any
    after: Any
    steps: tuple[Step, ...]

    def sentence(self, language: str) -> str:
        """«Rule «base» · points: 1 → 2.»"""
        return sentence(
            f"programme.{self.kind}",
            {
                "place": _place(self.steps, language),
                "before": _value(self.before, language),
                "after": _value(self.after, language),
            },
            language,
        )


_KEYED = {
    ("earning",): ("id", "rule"),
    ("promotions",): ("id", "promotion"),
    ("groups",): ("id", "group"),
    ("budgets",): ("id", "budget"),
    ("tiers", "levels"): ("code", "level"),
    ("tiers", "memberships"): ("sku", "membership"),
}
_SETS = frozenset(
    {
        "skus",
        "categories",
        "brands",
        "tags",
        "exclude_skus",
        "exclude_categories",
        "exclude_brands",
        "exclude_tags",
        "codes",
        "stacks_with",
    }
)


def diff(old: Programme, new: Programme) -> tuple[Change, ...]:
    """Every difference from `old` to `new`; empty exactly when the documents are equal.

    Rules, promotions, groups and budgets are matched by id, currencies and tiers by code,
    memberships by product.
    """
    before, after = to_mapping(old, full=True), to_mapping(new, full=True)
    return tuple(_fields(before, after, ()))


def _fields(
    before: dict[str, Any], after: dict[str, Any], steps: tuple[Step, ...]
) -> Iterator[Change]:
    item = "currency" if _path(steps) == ("currencies",) else ""
    for name in dict.fromkeys((*before, *after)):
        here = (*steps, Step(name, item))
        if name not in before:
            yield _change(ChangeKind.ADDED, None, after[name], here)
        elif name not in after:
            yield _change(ChangeKind.REMOVED, before[name], None, here)
        else:
            yield from _values(before[name], after[name], here)


def _values(before: Any, after: Any, steps: tuple[Step, ...]) -> Iterator[Change]:
    if before == after and type(before) is type(after):
        return
    if isinstance(before, dict) and isinstance(after, dict) and _comparable(before, after, steps):
        yield from _fields(before, after, steps)
    elif isinstance(before, list) and isinstance(after, list):
        keyed = _KEYED.get(_path(steps))
        if keyed is not None:
            yield from _items(before, after, steps, *keyed)
        elif steps[-1].name in _SETS or not _nested(before, after):
            yield from _words(before, after, steps)
        else:
            yield _change(ChangeKind.CHANGED, before, after, steps)
    elif before is None:
        yield _change(ChangeKind.ADDED, None, after, steps)
    elif after is None:
        yield _change(ChangeKind.REMOVED, before, None, steps)
    else:
        yield _change(ChangeKind.CHANGED, before, after, steps)


def _comparable(before: dict[str, Any], after: dict[str, Any], steps: tuple[Step, ...]) -> bool:
    """Whether field by field says more than the two as wholes: not so for trees and texts."""
    if steps[-1].name in ("when", "title", "unit", "description"):
        return False
    return before.get("kind") == after.get("kind") or steps[-1].item == "currency"


def _nested(*lists: list[Any]) -> bool:
    return any(isinstance(item, dict | list) for each in lists for item in each)


def _words(before: list[Any], after: list[Any], steps: tuple[Step, ...]) -> Iterator[Change]:
    gone = [word for word in before if word not in after]
    new = [word for word in after if word not in before]
    if gone and not new:
        yield _change(ChangeKind.REMOVED, gone, None, steps)
    elif new and not gone:
        yield _change(ChangeKind.ADDED, None, new, steps)
    else:
        yield _change(ChangeKind.CHANGED, before, after, steps)


def _items(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    steps: tuple[Step, ...],
    key: str,
    kind: str,
) -> Iterator[Change]:
    old = _by_key(before, key)
    new = _by_key(after, key)
    for name in (*old, *(name for name in new if name not in old)):
        here = (*steps, Step(name, kind))
        if name not in new:
            yield _change(ChangeKind.REMOVED, old[name], None, here)
        elif name not in old:
            yield _change(ChangeKind.ADDED, None, new[name], here)
        else:
            yield from _fields(old[name], new[name], here)
    for name in _moved([n for n in old if n in new], [n for n in new if n in old]):
        places = list(old).index(name) + 1, list(new).index(name) + 1
        yield _change(ChangeKind.MOVED, *places, (*steps, Step(name, kind)))


def _by_key(items: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    """Items by key; where one stands twice (memberships may), the later are told apart by place."""
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        name, number = str(item[key]), 2
        while name in found:
            name, number = f"{item[key]} ({number})", number + 1
        found[name] = item
    return found


def _moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The fewest names whose moving turns one order of the same names into the other."""
    place = {name: i for i, name in enumerate(new)}
    ends: list[int] = []
    ends_names: list[str] = []
    before: dict[str, str | None] = {}
    for name in old:
        at = bisect_left(ends, place[name])
        before[name] = ends_names[at - 1] if at else None
        ends[at : at + 1] = [place[name]]
        ends_names[at : at + 1] = [name]
    kept: set[str] = set()
    last = ends_names[-1] if ends_names else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return [name for name in old if name not in kept]


def _path(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(step.name for step in steps)


def _change(kind: ChangeKind, before: Any, after: Any, steps: tuple[Step, ...]) -> Change:
    pointer = "".join(f"/{escaped(step.name)}" for step in steps)
    return Change(pointer, kind, before, after, steps)


def _place(steps: tuple[Step, ...], language: str) -> str:
    """«Rule «base» · points»: what an item stands in goes without saying."""
    following = (*steps[1:], Step("", ""))
    said = [step for step, after in zip(steps, following, strict=True) if not after.item]
    return " · ".join(_said(step, language) for step in said)


def _said(step: Step, language: str) -> str:
    if step.item:
        return sentence(f"programme.item_{step.item}", {"name": step.name}, language)
    return field_name(step.name, language)


def _value(value: Any, language: str) -> str:
    if isinstance(value, dict) and isinstance(value.get("title"), dict):
        value = value["title"]
    if isinstance(value, dict) and value and value.keys() <= {"en", "ru"}:
        return f"«{value.get(language) or next(iter(value.values()))}»"
    return _brief(plain_words(value, language))


def plain_words(value: Any, language: str) -> str:
    """A plain value of a document as people read it: «from: 100, points: 5»."""
    if isinstance(value, bool):
        return sentence("programme.yes" if value else "programme.no", {}, language)
    if isinstance(value, list):
        said = [plain_words(inner, language) for inner in value]
    elif isinstance(value, dict) and _is_length(value):
        lengths = ((name, value.get(name)) for name in _LENGTHS)
        said = [sentence(f"programme.{k}", {"n": n}, language) for k, n in lengths if n]
    elif isinstance(value, dict):
        pairs = ((key, inner) for key, inner in value.items() if inner or inner is False)
        said = [
            f"{field_name(key, language)}: {plain_words(inner, language)}" for key, inner in pairs
        ]
    else:
        said = [] if value is None else [str(value)]
    return ", ".join(said) or sentence("programme.nothing", {}, language)


def _is_length(value: dict[str, Any]) -> bool:
    return value.keys() <= _LENGTHS and all(isinstance(n, int) for n in value.values())


def field_name(key: str, language: str) -> str:
    """A key inside a value: a condition by its title, a field by its name, else as it stands."""
    condition = CONDITIONS.get(key)
    known = f"field.{key}" in SENTENCES["en"]
    if condition is not None and not known:
        return condition.title[language].lower()
    return sentence(f"field.{key}", {}, language) if known else key


def _brief(text: str) -> str:
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
