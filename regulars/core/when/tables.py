"""Tables that answer, for what conditions ask about, which of many rules a purchase lets through.

Every rule has a bit. For each thing that rules ask about (the store, the hour, the goods…) a table
gives the bits of the rules that a value lets through; the tables' answers are joined by «and».
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from regulars.core.calendar import micros
from regulars.core.scene import Scene
from regulars.core.when.condition import Needs

Window = tuple[int | None, int | None]
"""`[since, until)` in microseconds since 1970; None: open."""

_ONE_VALUE: tuple[tuple[str, Callable[[Scene], Hashable]], ...] = (
    ("store", lambda scene: scene.receipt.store),
    ("store_brand", lambda scene: scene.receipt.store_brand),
    ("channel", lambda scene: scene.receipt.channel),
    ("tier", lambda scene: scene.buyer.tier),
    ("weekday", lambda scene: scene.local.weekday()),
    ("hour", lambda scene: scene.local.hour),
)
_MANY_VALUES: tuple[tuple[str, Callable[[Scene], Iterable[Hashable]]], ...] = (
    ("segment", lambda scene: scene.buyer.tags),
    ("payment", lambda scene: [method for method, _ in scene.receipt.payments]),
)


class Table(NamedTuple):
    """What one thing lets through: the bits by its value."""

    asked: Callable[[Scene], Any]
    masks: dict[Hashable, int]
    others: int  # rules that do not ask


class Tables:
    """The tables of many rules; `through` are the bits that a purchase leaves."""

    __slots__ = ("_many", "_one")

    def __init__(self, needs: Sequence[Needs]) -> None:
        self._one = _made(_ONE_VALUE, needs)
        self._many = _made(_MANY_VALUES, needs)

    def through(self, scene: Scene, mask: int) -> int:
        """Those of `mask` that the scene's store, hour, segment… let through."""
        for asked, masks, others in self._one:
            mask &= masks.get(asked(scene), others)
        for asked, masks, others in self._many:
            let = others
            for value in asked(scene):
                let |= masks.get(value, 0)
            mask &= let
        return mask


class Timetable:
    """Which rules are in force at a moment; each of `windows` must leave it open to a rule."""

    __slots__ = ("_boundaries", "_masks")

    def __init__(self, *windows: Sequence[Sequence[Window]]) -> None:
        toggles: dict[int, list[int]] = {}
        starts = [0] * len(windows)
        for kind, of_rules in enumerate(windows):
            for i, merged in enumerate(of_rules):
                for since, until in merged:
                    if since is None:
                        starts[kind] |= 1 << i
                    else:
                        toggles.setdefault(since, [0] * len(windows))[kind] ^= 1 << i
                    if until is not None:
                        toggles.setdefault(until, [0] * len(windows))[kind] ^= 1 << i
        self._boundaries = sorted(toggles)
        self._masks = [_in_all(starts)]
        for at in self._boundaries:
            starts = [mask ^ toggle for mask, toggle in zip(starts, toggles[at], strict=True)]
            self._masks.append(_in_all(starts))

    def at(self, scene: Scene) -> int:
        """The bits of the rules in force at the moment of the scene."""
        if not self._boundaries:
            return self._masks[0]
        return self._masks[bisect_right(self._boundaries, micros(scene.moment))]


def all_but(some: Iterable[int], count: int) -> int:
    """The bits of `count` rules without these."""
    mask = (1 << count) - 1
    for i in some:
        mask &= ~(1 << i)
    return mask


def masks_by_number(pairs: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    """number → the bits of all that were paired with it."""
    masks: dict[Any, int] = {}
    for number, i in pairs:
        masks[number] = masks.get(number, 0) | 1 << i
    return masks


def joined(masks: dict[int, int], numbers: int) -> int:
    """All bits of `masks` at the numbers whose bit is set in `numbers`."""
    found = 0
    while numbers:
        lowest = numbers & -numbers
        found |= masks.get(lowest.bit_length() - 1, 0)
        numbers ^= lowest
    return found


def _made(
    dimensions: Iterable[tuple[str, Callable[[Scene], Any]]], needs: Sequence[Needs]
) -> tuple[Table, ...]:
    tables = []
    for name, asked in dimensions:
        asking = {i: need[name] for i, need in enumerate(needs) if name in need}
        if asking:
            others = all_but(asking, len(needs))
            masks = masks_by_number((key, i) for i, keys in asking.items() for key in keys)
            one_value = any(name == known for known, _ in _ONE_VALUE)
            if one_value:
                masks = {key: mask | others for key, mask in masks.items()}
            tables.append(Table(asked, masks, others))
    return tuple(tables)


def _in_all(masks: Sequence[int]) -> int:
    found = masks[0]
    for mask in masks:
        found &= mask
    return found


def asked_moments(needs: Sequence[Needs]) -> list[list[Window]]:
    """For each rule the windows that its conditions on dates leave open."""
    whole = frozenset({(None, None)})
    return [_merged(need.get("moment", whole)) for need in needs]


def _merged(windows: Iterable[Any]) -> list[Window]:
    """The same time as windows that do not overlap."""
    merged: list[Window] = []
    for since, until in sorted(windows, key=lambda w: (w[0] is not None, w[0] or 0)):
        if since is not None and until is not None and since >= until:
            continue
        last = merged[-1] if merged else None
        if last is not None and (since is None or last[1] is None or since <= last[1]):
            later = None if last[1] is None or until is None else max(last[1], until)
            merged[-1] = (last[0], later)
        else:
            merged.append((since, until))
    return merged
