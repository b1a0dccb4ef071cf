"""Finds the promotions that may apply to a receipt; those that cannot cost nothing (see `when.tables`)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from regulars.core.goods_index import REMEMBERED_MAX
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.conflicts import Bound, bits
from regulars.core.promotions.promotion import Gives
from regulars.core.promotions.result import NOTHING, Presented
from regulars.core.purchase import DELIVERY
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
Windows = tuple[list[list[Window]], list[tuple[frozenset[str], Window] | None]]


class Step(NamedTuple):
    """A candidate with what the evaluation needs of it, at hand.

    `gives` is None where it takes more than asking for the discount: limits, a trigger, others that it
    does not go together with…
    """

    promotion: CompiledPromotion
    holds: Holds | None
    goods: int
    gives: Gives | None


class Plan(NamedTuple):
    """The candidates of a receipt in the order of evaluation.

    `contested` are the bits of those that do not go together with another candidate; `crowded` are
    the groups that more candidates belong to than may count. `asking`: some have conditions.
    """

    steps: tuple[Step, ...]
    mask: int
    contested: int
    crowded: tuple[Bound, ...]
    asking: bool


class PromotionIndex:
    """The index over one version's promotions."""

    __slots__ = (
        "_auto",
        "_bounds",
        "_by_code",
        "_by_goods",
        "_by_id",
        "_delivery",
        "_early",
        "_goods_asked",
        "_no_goods",
        "_not_asking_goods",
        "_plans",
        "_promotions",
        "_remembered",
        "_tables",
        "_terms",
        "_timetable",
        "_triggers",
    )

    def __init__(
        self,
        promotions: tuple[CompiledPromotion, ...],
        needs: Sequence[Needs],
        windows: Windows,
        codes: Mapping[str, int],
        bounds: Sequence[Bound],
        terms: Terms,
    ) -> None:
        usual, early = windows
        self._bounds = bounds
        self._promotions = promotions
        self._terms = terms
        self._by_goods = masks_by_number((p.goods, p.number) for p in promotions if p.needs_goods)
        self._delivery = sum(1 << p.number for p in promotions if p.on_delivery)
        self._no_goods = sum(
            1 << p.number for p in promotions if not (p.needs_goods or p.on_delivery)
        )
        asking = {i: need["goods"] for i, need in enumerate(needs) if "goods" in need}
        self._goods_asked = masks_by_number(
            (number, i) for i, numbers in asking.items() for number in numbers
        )
        self._not_asking_goods = all_but(asking, len(promotions))
        self._tables = Tables(needs)
        asked = asked_moments(needs)
        self._timetable = Timetable(usual, asked)
        self._early = _early(early, asked)
        self._triggers = masks_by_number((p.document.trigger.kind, p.number) for p in promotions)
        self._auto = self._triggers.get("auto", 0)
        self._by_code = dict(codes)
        self._by_id = {p.id: 1 << p.number for p in promotions}
        self._plans: dict[int, Plan] = {}
        self._remembered: dict[int, tuple[int, int]] = {}

    def plan(self, scene: Scene, presented: Presented) -> Plan:
        """The promotions that may apply; each has still to be asked whether its conditions hold."""
        mask = self.by_lines(scene)
        mask &= self._auto if presented is NOTHING else self.triggered(presented)
        mask &= self.in_time(scene)
        mask = self._tables.through(scene, mask)
        plan = self._plans.get(mask)
        return self._new_plan(mask) if plan is None else plan

    def in_time(self, scene: Scene) -> int:
        """The bits of the promotions in force for the buyer at the moment of the scene."""
        mask = self._timetable.at(scene)
        early = self._early.get(scene.buyer.tier)
        return mask if early is None else mask | early.at(scene)

    def triggered(self, presented: Presented) -> int:
        """The bits of the promotions that something presented, or nothing at all, switches on."""
        mask, triggers, by_id = self._auto, self._triggers, self._by_id
        for code in presented.codes:
            mask |= self._by_code.get(code, 0)
        coupons = triggers.get("coupon", 0)
        for coupon in presented.coupons.values():
            mask |= by_id.get(coupon.promotion, 0) & coupons
        activated, personal = triggers.get("activated", 0), triggers.get("personal", 0)
        for id, times in presented.claims.items():
            if times > 0:
                mask |= by_id.get(id, 0) & activated
        for id, offer in presented.offers.items():
            bit = by_id.get(id, 0)
            mask |= bit & (personal | activated if offer.activated else personal)
        return mask

    def by_code(self, code: str) -> int:
        """The bits of the promotions that a code switches on."""
        return self._by_code.get(code, 0)

    def by_lines(self, scene: Scene) -> int:
        """Promotions that have goods in their scope and the goods their conditions ask.

        Tells the scene its lines.
        """
        terms, remembered = self._terms, self._remembered
        scope, asked = self._no_goods, self._not_asking_goods
        for mask in set(scene.enter(terms.zone, terms.money_scale, terms.goods)):
            found = remembered.get(mask) or self._look_up(mask)
            scope |= found[0]
            asked |= found[1]
        if self._delivery and any(line.kind == DELIVERY for line in scene.receipt.lines):
            scope |= self._delivery
        return scope & asked

    def _look_up(self, mask: int) -> tuple[int, int]:
        found = (joined(self._by_goods, mask), joined(self._goods_asked, mask))
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[mask] = found
        return found

    def _new_plan(self, mask: int) -> Plan:
        promotions = [self._promotions[number] for number in bits(mask)]
        contested = sum(1 << p.number for p in promotions if p.conflicts & mask)
        crowded = tuple(b for b in self._bounds if (b.members & mask).bit_count() > b.most)
        apart = contested
        for bound in crowded:
            apart |= bound.members & mask
            if not bound.in_order:
                contested |= bound.members & mask
        steps = tuple(
            Step(p, p.holds, p.goods, p.gives if p.plain and not apart >> p.number & 1 else None)
            for p in promotions
        )
        asking = any(step.holds is not None for step in steps)
        plan = Plan(steps, mask, contested, crowded, asking)
        if len(self._plans) >= PLANS_MAX:
            self._plans.clear()
        self._plans[mask] = plan
        return plan


def _early(
    early: Sequence[tuple[frozenset[str], Window] | None], asked: Sequence[Sequence[Window]]
) -> dict[str, Timetable]:
    """By tier: what its members see before the others."""
    tiers = {tier for each in early if each is not None for tier in each[0]}
    return {
        tier: Timetable(
            [[each[1]] if each is not None and tier in each[0] else [] for each in early], asked
        )
        for tier in tiers
    }
