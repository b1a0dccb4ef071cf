"""Changes to one part of a programme document in plain values; the document given is never altered."""

from collections.abc import Mapping
from typing import Any

from regulars.core.programme.promotions import Promotion
from regulars.core.promotions.compiled import phase_of
from regulars.core.refusal import NotFound

KEYED = {"earning": "id", "promotions": "id", "groups": "id", "budgets": "id"}
_STEP = 10
_PRIORITY = 100  # where a rule or promotion names none

Plain = dict[str, Any]


class PartNotFound(NotFound):
    """The document has no such part."""

    code = "programme.part_not_found"


def find_part(document: Mapping[str, Any], section: str, key: str = "") -> tuple[Any, str]:
    """The part and its JSON pointer. Raises PartNotFound where a keyed one is not there."""
    place = document.get(section)
    if section in KEYED:
        for number, item in enumerate(place or ()):
            if item[KEYED[section]] == key:
                return item, f"/{section}/{number}"
        raise PartNotFound
    if section == "currencies":
        if key not in (place or {}):
            raise PartNotFound
        return place[key], f"/{section}/{key}"  # type: ignore[index]
    return place, f"/{section}"


def put_part(document: Mapping[str, Any], section: str, key: str, part: Any) -> tuple[Plain, str]:
    """The document with `part` in the place of the one called `key`, or at the end; and its pointer.

    None for a section without keys takes the section out.
    """
    changed = dict(document)
    if section in KEYED:
        items = list(changed.get(section) or ())
        names = [item[KEYED[section]] for item in items]
        place = names.index(key) if key in names else len(items)
        items[place : place + 1] = [part]
        changed[section] = items
        return changed, f"/{section}/{place}"
    if section == "currencies":
        changed[section] = {**(changed.get(section) or {}), key: part}
        return changed, f"/{section}/{key}"
    if part is None:
        changed.pop(section, None)
    else:
        changed[section] = part
    return changed, f"/{section}"


def without_part(document: Mapping[str, Any], section: str, key: str) -> Plain:
    """The document without the part called `key`. Raises PartNotFound."""
    find_part(document, section, key)
    changed = dict(document)
    if section in KEYED:
        changed[section] = [each for each in changed[section] if each[KEYED[section]] != key]
    elif section == "currencies":
        changed[section] = {code: each for code, each in changed[section].items() if code != key}
    else:
        changed.pop(section)
    return changed


def in_order(document: Mapping[str, Any], section: str) -> list[Plain]:
    """Rules or promotions in the order in which they are evaluated."""
    return sorted(document.get(section) or (), key=lambda item: _rank(section, item))


def moved(document: Mapping[str, Any], section: str, key: str, place: int) -> Plain:
    """The document with a rule or promotion evaluated at `place`, counted from nought.

    Only its own `priority` changes where the neighbours leave room; else all are numbered anew. A
    promotion stays among those of its phase. Raises PartNotFound.
    """
    find_part(document, section, key)
    order = in_order(document, section)
    here = next(item for item in order if item["id"] == key)
    order.remove(here)
    phases = [_rank(section, item)[0] for item in order]
    phase = _rank(section, here)[0]
    first = sum(each < phase for each in phases)
    last = sum(each <= phase for each in phases)
    place = max(first, min(place, last))
    before = order[place - 1] if place > first else None
    after = order[place] if place < last else None
    order.insert(place, here)
    room = _between(before, after, here)
    if room is not None:
        priorities = {key: room}
    else:
        step = max(1, min(_STEP, 10_000 // (len(order) + 1)))
        priorities = {item["id"]: (n + 1) * step for n, item in enumerate(order)}
    changed = dict(document)
    changed[section] = [
        {**item, "priority": priorities[item["id"]]} if item["id"] in priorities else item
        for item in document[section]
    ]
    return changed


def _rank(section: str, item: Mapping[str, Any]) -> tuple[int, int, str]:
    phase = phase_of(Promotion.model_validate(item)) if section == "promotions" else 0
    return phase, item.get("priority", _PRIORITY), item["id"]


def _between(before: Plain | None, after: Plain | None, here: Plain) -> int | None:
    """A priority that puts `here` between two others, if there is one; the own one if it does."""
    low = (before.get("priority", _PRIORITY), before["id"]) if before else (-1, "")
    high = (after.get("priority", _PRIORITY), after["id"]) if after else (10_001, "")
    own = here.get("priority", _PRIORITY)
    middle = (low[0] + high[0]) // 2 if before and after else low[0] + _STEP if before else None
    tries = [own, middle, low[0] + 1, high[0] - 1, low[0], high[0]]
    for priority in tries:
        if priority is not None and 0 <= priority <= 10_000 and low < (priority, here["id"]) < high:
            return int(priority)
    return None
