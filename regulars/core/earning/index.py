"""Finds the rules that may apply to a purchase; those that cannot cost nothing (see `when.tables`)."""

from collections.abc import Sequence
from typing import NamedTuple

from regulars.core.earning.compiled import CompiledCaps, CompiledRule
from regulars.core.earning.mechanic import Gives
from regulars.core.goods_index import REMEMBERED_MAX
from regulars.core.programme.moments import moment_micros
from regulars.core.programme.policies import EarningPolicy
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Holds, Needs
from regulars.core.when.tables import (
    Tables,
    Timetable,
    Window,
    all_but,
    asked_moments,
    joined,
    masks_by_number,
)

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


class RuleIndex:
    """The index over one version's rules."""

    __slots__ = (
        "_by_goods",
        "_goods_asked",
        "_not_asking_goods",
        "_plans",
        "_policy",
        "_purchase_rules",
        "_remembered",
        "_rules",
        "_tables",
        "_terms",
        "_timetable",
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
        self._by_goods = masks_by_number((rule.goods, rule.number) for rule in rules)
        asking = {i: need["goods"] for i, need in enumerate(needs) if "goods" in need}
        self._goods_asked = masks_by_number(
            (number, i) for i, numbers in asking.items() for number in numbers
        )
        self._not_asking_goods = all_but(asking, len(rules))
        self._tables = Tables(needs)
        self._timetable = Timetable(_valid(rules, terms), asked_moments(needs))
        self._plans: dict[int, Plan] = {}
        self._remembered: dict[int, tuple[int, int]] = {}

    def plan(self, scene: Scene) -> Plan:
        """The rules that may apply to the purchase; each has still to be asked whether it holds."""
        mask = self._tables.through(scene, self._by_lines(scene) & self.in_time(scene))
        plan = self._plans.get(mask)
        return self._new_plan(mask) if plan is None else plan

    def in_time(self, scene: Scene) -> int:
        """The bits of the rules in force at the moment of the scene."""
        return self._timetable.at(scene)

    def _by_lines(self, scene: Scene) -> int:
        """Rules that have goods to earn on and the goods they ask; tells the scene its lines."""
        terms, remembered = self._terms, self._remembered
        earning, asked = 0, self._not_asking_goods
        for mask in scene.enter(terms.zone, terms.money_scale, terms.goods):
            found = remembered.get(mask) or self._look_up(mask)
            earning |= found[0]
            asked |= found[1]
        return earning & asked & self._purchase_rules

    def _look_up(self, mask: int) -> tuple[int, int]:
        found = (joined(self._by_goods, mask), joined(self._goods_asked, mask))
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


def _valid(rules: Sequence[CompiledRule], terms: Terms) -> list[list[Window]]:
    windows: list[list[Window]] = []
    for rule in rules:
        valid = rule.document.valid
        ends = (valid.since, valid.until) if valid else (None, None)
        since, until = (None if at is None else moment_micros(at, terms.zone) for at in ends)
        windows.append([(since, until)])
    return windows
