"""Finds the rules that may apply to a purchase; those that cannot cost nothing.

Every rule has a bit. For each thing that rules ask about (the store, the hour, the goods…) a table
gives the bits of the rules that a value lets through; the tables' answers are joined by «and».
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from regulars.core.calendar import micros
from regulars.core.earning.compiled import CompiledCaps, CompiledRule
from regulars.core.earning.mechanic import Gives
from regulars.core.goods_index import REMEMBERED_MAX
from regulars.core.programme.moments import moment_micros
from regulars.core.programme.policies import EarningPolicy
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Holds, Needs

PLANS_MAX = 4096


class Step(NamedTuple):
    """An ordinary rule with what the evaluation needs of it, at hand."""

    rule: CompiledRule
    holds: Holds | None
    goods: int
    gives: Gives
    caps: CompiledCaps | None


class Plan(NamedTuple):
    """The candidates of a purchase by priority and id. `plain`: all that hold, apply."""

    rules: tuple[Step, ...]
    multipliers: tuple[CompiledRule, ...]
    plain: bool


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


class _Table(NamedTuple):
    asked: Callable[[Scene], Any]
    masks: dict[Hashable, int]
    others: int  # rules that do not ask


class RuleIndex:
    """The index over one version's rules."""

    __slots__ = (
        "_by_goods",
        "_goods_asked",
        "_many",
        "_moment_masks",
        "_moments",
        "_not_asking_goods",
        "_one",
        "_plans",
        "_policy",
        "_purchase_rules",
        "_remembered",
        "_rules",
        "_terms",
    )

    def __init__(
        self,
        rules: tuple[CompiledRule, ...],
        needs: Sequence[Needs],
        terms: Terms,
        policy: EarningPolicy,
    ) -> None:
        self._rules = rules
        self._terms = terms
        self._policy = policy
        self._purchase_rules = sum(1 << rule.number for rule in rules if rule.rewards is None)
        self._by_goods = _masks_by_number((rule.goods, rule.number) for rule in rules)
        asking = {i: need["goods"] for i, need in enumerate(needs) if "goods" in need}
        self._goods_asked = _masks_by_number(
            (number, i) for i, numbers in asking.items() for number in numbers
        )
        self._not_asking_goods = _all_but(asking, len(rules))
        self._one = _tables(_ONE_VALUE, needs)
        self._many = _tables(_MANY_VALUES, needs)
        self._moments, self._moment_masks = _moments(rules, needs, terms)
        self._plans: dict[int, Plan] = {}
        self._remembered: dict[int, tuple[int, int]] = {}

    def plan(self, scene: Scene) -> Plan:
        """The rules that may apply to the purchase; each has still to be asked whether it holds."""
        mask = self._by_lines(scene) & self.in_time(scene)
        for asked, masks, others in self._one:
            mask &= masks.get(asked(scene), others)
        for asked, masks, others in self._many:
            through = others
            for value in asked(scene):
                through |= masks.get(value, 0)
            mask &= through
        plan = self._plans.get(mask)
        return self._new_plan(mask) if plan is None else plan

    def in_time(self, scene: Scene) -> int:
        """The bits of the rules in force at the moment of the scene."""
        if not self._moments:
            return self._moment_masks[0]
        return self._moment_masks[bisect_right(self._moments, micros(scene.moment))]

    def _by_lines(self, scene: Scene) -> int:
        """Rules that have goods to earn on and the goods they ask; tells the scene its lines."""
        terms, remembered = self._terms, self._remembered
        earning, asked = 0, self._not_asking_goods
        masks = terms.goods.masks_of(scene.receipt.lines)
        for mask in masks:
            found = remembered.get(mask) or self._look_up(mask)
            earning |= found[0]
            asked |= found[1]
        scene.enter(terms.zone, terms.money_scale, terms.goods, masks)
        return earning & asked & self._purchase_rules

    def _look_up(self, mask: int) -> tuple[int, int]:
        found = (_joined(self._by_goods, mask), _joined(self._goods_asked, mask))
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[mask] = found
        return found

    def _new_plan(self, mask: int) -> Plan:
        rules = [rule for rule in self._rules if mask >> rule.number & 1]
        steps = tuple(
            Step(rule, rule.holds, rule.goods, rule.gives, rule.caps)
            for rule in rules
            if rule.gives is not None
        )
        multipliers = tuple(rule for rule in rules if rule.multiplies is not None)
        most = self._policy.stacking_max
        plain = not any(rule.final or rule.exclusive for rule in rules)
        plan = Plan(steps, multipliers, plain and (most is None or len(rules) <= most))
        if len(self._plans) >= PLANS_MAX:
            self._plans.clear()
        self._plans[mask] = plan
        return plan


def _all_but(some: Iterable[int], count: int) -> int:
    mask = (1 << count) - 1
    for i in some:
        mask &= ~(1 << i)
    return mask


def _masks_by_number(pairs: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    """number → the bits of all that were paired with it."""
    masks: dict[Any, int] = {}
    for number, i in pairs:
        masks[number] = masks.get(number, 0) | 1 << i
    return masks


def _joined(masks: dict[int, int], numbers: int) -> int:
    """All bits of `masks` at the numbers whose bit is set in `numbers`."""
    joined = 0
    while numbers:
        lowest = numbers & -numbers
        joined |= masks.get(lowest.bit_length() - 1, 0)
        numbers ^= lowest
    return joined


def _tables(
    dimensions: Iterable[tuple[str, Callable[[Scene], Any]]], needs: Sequence[Needs]
) -> tuple[_Table, ...]:
    tables = []
    for name, asked in dimensions:
        asking = {i: need[name] for i, need in enumerate(needs) if name in need}
        if asking:
            others = _all_but(asking, len(needs))
            masks = _masks_by_number((key, i) for i, keys in asking.items() for key in keys)
            one_value = any(name == known for known, _ in _ONE_VALUE)
            if one_value:
                masks = {key: mask | others for key, mask in masks.items()}
            tables.append(_Table(asked, masks, others))
    return tuple(tables)


def _moments(
    rules: Sequence[CompiledRule], needs: Sequence[Needs], terms: Terms
) -> tuple[list[int], list[int]]:
    """Sorted boundaries, and the bits of the rules in force before, between and after them."""
    toggles: dict[int, list[int]] = {}
    starts = [0, 0]
    for kind, windows in enumerate((_valid(rules, terms), _asked_moments(needs))):
        for i, merged in enumerate(windows):
            for since, until in merged:
                if since is None:
                    starts[kind] |= 1 << i
                else:
                    toggles.setdefault(since, [0, 0])[kind] ^= 1 << i
                if until is not None:
                    toggles.setdefault(until, [0, 0])[kind] ^= 1 << i
    boundaries = sorted(toggles)
    masks = [starts[0] & starts[1]]
    for at in boundaries:
        starts = [starts[0] ^ toggles[at][0], starts[1] ^ toggles[at][1]]
        masks.append(starts[0] & starts[1])
    return boundaries, masks


Window = tuple[int | None, int | None]


def _valid(rules: Sequence[CompiledRule], terms: Terms) -> list[list[Window]]:
    windows: list[list[Window]] = []
    for rule in rules:
        valid = rule.document.valid
        ends = (valid.since, valid.until) if valid else (None, None)
        since, until = (None if at is None else moment_micros(at, terms.zone) for at in ends)
        windows.append([(since, until)])
    return windows


def _asked_moments(needs: Sequence[Needs]) -> list[list[Window]]:
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
