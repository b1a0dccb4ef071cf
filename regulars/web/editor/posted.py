"""Rows put into and taken out of what was posted, before anything is read from it."""

from typing import Any

from regulars.core.when.catalogue import CONDITIONS
from regulars.web.editor.reading import ROWS_MAX

Rows = dict[str, list[str]]


def posted_of(data: Any) -> Rows:
    """What came with a form, by name, as far as it can belong to one of ours."""
    return {
        name: [value.replace("\x00", "") for value in data.getlist(name)][:ROWS_MAX]
        for name in data
        if len(name) <= 200
    }


def changed_rows(posted: Rows) -> Rows:
    """With the row that the pressed button adds, or without the one it drops."""
    add, drop = posted.get("add", [""])[-1], posted.get("drop", [""])[-1]
    if add:
        return _with_row(posted, add)
    return _without_row(posted, drop) if drop else posted


def is_about_rows(posted: Rows) -> bool:
    """Whether a button was pressed that only changes the form."""
    return "add" in posted or "drop" in posted


def _with_row(posted: Rows, path: str) -> Rows:
    changed = dict(posted)
    if f"{path}.joint" in posted:  # a group of conditions
        code = posted.get(f"{path}.new", [""])[-1]
        place = _free(posted, path, "code")
        if code == "group":
            changed[f"{path}.{place}.joint"] = ["any"]
        if code == "group" or code in CONDITIONS:
            changed[f"{path}.{place}.code"] = [code]
    else:
        changed[f"{path}.{_free(posted, path, 'here')}.here"] = ["1"]
    return changed


def _free(posted: Rows, path: str, mark: str) -> int:
    return next(n for n in range(ROWS_MAX + 1) if f"{path}.{n}.{mark}" not in posted)


def _without_row(posted: Rows, path: str) -> Rows:
    """The rows after it move up."""
    owner, _, place = path.rpartition(".")
    if not place.isdecimal() or len(place) > 3:
        return posted
    changed: Rows = {}
    for name, values in posted.items():
        rest = name.removeprefix(f"{owner}.")
        number, _, inner = rest.partition(".")
        if rest == name or not number.isdecimal() or int(number) < int(place):
            changed[name] = values
        elif int(number) > int(place):
            changed[f"{owner}.{int(number) - 1}.{inner}"] = values
    return changed
