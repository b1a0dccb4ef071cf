"""One pass over the candidates of a receipt: what is left to pay, what was applied, what was not."""

from collections.abc import Iterable, Sequence
from typing import Literal

from regulars.core.earning.compiled import CompiledRule
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.conflicts import bits
from regulars.core.promotions.index import Plan
from regulars.core.promotions.limits import (
    Refusal,
    Taken,
    admitted,
    charge_of,
    limited,
    pieces_of,
    units_allowed,
)
from regulars.core.promotions.promotion import Given, Missing
from regulars.core.promotions.result import (
    Boost,
    Discount,
    Gift,
    Issued,
    PointsDue,
    Presented,
    Promoted,
    Verdict,
)
from regulars.core.promotions.scope import allowed_by, lines_in_scope, sets_on
from regulars.core.promotions.triggers import BY_OFFER, asked
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.reasons import Reason
from regulars.core.scene import Scene

Why = Literal["condition", "goods", "trigger", "time", "limit", "stacking", "nothing"]

NO_GOODS = Reason("promotion.no_goods")
NO_MEMBER = Reason("promotion.no_member")
NO_SET = Reason("promotion.no_set")
NOT_VALID = Reason("code.not_valid")
NOT_OFFERED = Reason("promotion.not_offered")
ONCE: Sequence[str] = ("",)

_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much; this is the hot path


class Turn:
    """The state of one pass. `view` is the receipt as conditions see it.

    `applied` are bits, as far as it matters to others; `chosen` those of the promotions that do not
    go together with all others which are to count, `left_out` those that are not, and why.
    """

    __slots__ = (
        "applied",
        "basket",
        "boosts",
        "chosen",
        "codes",
        "discounts",
        "gifts",
        "issued",
        "left_out",
        "member",
        "passed",
        "plan",
        "presented",
        "programme",
        "scene",
        "taken",
        "view",
    )

    def __init__(
        self, programme: Compiled, scene: Scene, presented: Presented, plan: Plan, member: bool
    ) -> None:
        self.programme = programme
        self.scene = scene
        self.presented = presented
        self.plan = plan
        self.member = member
        self.basket, self.view = opened(programme, scene, asking=plan.asking)
        self.taken = Taken(scene, presented)
        self.applied = 0
        self.chosen = 0
        self.left_out: dict[int, Verdict] = {}
        self.codes: set[str] = set()  # those that switched something on
        self.discounts: list[Discount] = []
        self.gifts: list[Gift] = []
        self.issued: list[Issued] = []
        self.boosts: list[Boost] = []
        self.passed: list[Verdict] = []

    def run(self, chosen: int = 0) -> None:
        """Try each candidate in its order.

        Those that have nothing but goods, conditions and what they give, and that go together with
        all others or are `chosen` of those that do not, are done here and not by `consider`: most are
        such, and calls are what they cost.
        """
        scene, view, basket = self.scene, self.view, self.basket
        lines = scene.receipt.lines
        nothing = [0] * len(lines)
        positions_of, apply = scene.positions_of, basket.apply
        discounts, passed = self.discounts, self.passed
        for promotion, holds, goods, directly in self.plan.steps:
            gives = directly
            if gives is None:
                if not (chosen >> promotion.number & 1 and promotion.plain):
                    self.consider(promotion)
                    continue
                gives = promotion.gives
                assert gives is not None
            if holds is not None and not holds(view):
                passed.append(unmet(promotion, view))
                continue
            given = gives(basket, positions_of(goods), 1)
            if isinstance(given, Missing):
                passed.append(_new(Verdict, (promotion.id, "nothing", *given)))
                continue
            cuts, params, taken, spread, gifts, coupons, pieces, sets, variant = given
            code = f"{promotion.code}.{variant}" if variant else promotion.code
            reason = _new(Reason, (code, params))
            borne = apply(cuts, taken, spread)
            if cuts:
                shares, amount, cheaper = nothing.copy(), 0, 0
                for position, cut in cuts:
                    shares[position] = cut
                    amount += cut
                    cheaper += lines[position].quantity // QUANTITY_SCALE or 1
                as_borne = None if borne is None else by_line(borne, len(lines))
                if pieces is None:
                    pieces = cheaper
                used = sum([count for _, count in taken]) if taken else 0
                discounts.append(
                    _new(
                        Discount,
                        (
                            promotion.id,
                            amount,
                            tuple(shares),
                            reason,
                            as_borne,
                            sets,
                            pieces,
                            "",
                            used,
                        ),
                    )
                )
            if gifts or coupons:
                self._add(promotion, given, reason)

    def consider(self, promotion: CompiledPromotion) -> None:
        """Apply the promotion as often as it counts, or note why not."""
        if self.plan.contested or self.plan.crowded:
            if promotion.number in self.left_out:
                self.passed.append(self.left_out[promotion.number])
                return
            against = self._against(promotion)
            if against is not None:
                self._pass(promotion, "stacking", Reason.of("promotion.stacking", other=against))
                return
        if promotion.needs_member and not self.member:
            self._pass(promotion, "trigger", NO_MEMBER)
            return
        asked_for = ONCE
        if promotion.trigger != "auto":
            asked_for = asked(promotion, self.programme, self.scene, self.presented)
        if not asked_for:
            self._pass(
                promotion, "trigger", NOT_OFFERED if promotion.trigger in BY_OFFER else NOT_VALID
            )
            return
        if promotion.holds is not None and not promotion.holds(self.view):
            self.passed.append(unmet(promotion, self.view))
            return
        positions = self._scope(promotion)
        if not positions and (promotion.needs_goods or promotion.on_delivery):
            self._pass(promotion, "goods", NO_GOODS)
            return
        times = 1
        if promotion.repeat:
            times = min(sets_on(promotion, self.scene), promotion.document.times_max or 1 << 30)
            if not times:
                self._pass(promotion, "nothing", NO_SET)
                return
        for number, code in enumerate(asked_for):
            if number and promotion.picky:
                positions = self._scope(promotion)
            verdict = self._apply(promotion, positions, times, code)
            if verdict is not None:
                if not number:
                    self.passed.append(verdict)
                break
            self.applied |= 1 << promotion.number
            if code:
                self.codes.add(code)

    def _scope(self, promotion: CompiledPromotion) -> Sequence[int]:
        if promotion.picky:
            return lines_in_scope(promotion, self.scene, self.basket)
        return self.scene.positions_of(promotion.goods)

    def tried(self, promotion: CompiledPromotion) -> Given | Verdict:
        """What a plain promotion gives as things stand; nothing is applied."""
        assert promotion.gives is not None
        if promotion.holds is not None and not promotion.holds(self.view):
            return unmet(promotion, self.view)
        given = promotion.gives(self.basket, self.scene.positions_of(promotion.goods), 1)
        return Verdict(promotion.id, "nothing", *given) if isinstance(given, Missing) else given

    def result(self) -> Promoted:
        """Everything so far, without the answers to codes."""
        taken = self.taken
        if not taken.receipt:  # nothing that is counted
            return _new(
                Promoted,
                (
                    tuple(self.discounts),
                    tuple(self.gifts),
                    tuple(self.issued),
                    tuple(self.boosts),
                    (),
                    (),
                    (),
                    (),
                    tuple(self.passed),
                ),
            )
        return Promoted(
            tuple(self.discounts),
            tuple(self.gifts),
            tuple(self.issued),
            tuple(self.boosts),
            tuple(PointsDue(id, code, amount) for (id, code), amount in taken.points.items()),
            (),
            tuple((key, number, amount) for (key, number), amount in taken.counters.items()),
            taken.listed(),
            tuple(self.passed),
        )

    def _against(self, promotion: CompiledPromotion) -> str | None:
        """The first of those applied that it does not go together with."""
        bit, counting = 1 << promotion.number, self.applied | self.chosen
        found = promotion.conflicts & counting
        if not found:
            for bound in self.plan.crowded:
                inside = bound.members & (self.applied if bound.in_order else counting) & ~bit
                if bound.members & bit and inside.bit_count() >= bound.most:
                    found |= inside
        if not found:
            return None
        return self.programme.promotions.promotions[bits(found)[0]].id

    def _apply(
        self, promotion: CompiledPromotion, positions: Sequence[int], times: int, code: str
    ) -> Verdict | None:
        taken = self.taken
        lefts: Sequence[int] = ()
        if promotion.counted:
            admission = admitted(promotion, taken, self.programme)
            if isinstance(admission, Refusal):
                return Verdict(promotion.id, "limit", admission.reason)
            lefts = admission
        if promotion.boost is not None:
            self._boost(promotion, promotion.boost)
            taken.take(promotion, 0, 0, 0)
            return None
        given = self._given(promotion, positions, times, lefts)
        if isinstance(given, Missing):
            return _new(Verdict, (promotion.id, "nothing", *given))
        lines = self.scene.receipt.lines
        if promotion.limits or promotion.budget is not None:
            scale = self.programme.money_scale
            within = limited(promotion, given, lefts, taken, lines, scale)
            if isinstance(within, Refusal):
                return Verdict(promotion.id, "limit", within.reason)
            given = within
        self._give(promotion, given, times, code)
        return None

    def _given(
        self,
        promotion: CompiledPromotion,
        positions: Sequence[int],
        times: int,
        lefts: Sequence[int],
    ) -> Given | Missing:
        """What the kind gives now; the limits on pieces and repetitions are told to the basket."""
        assert promotion.gives is not None
        basket = self.basket
        if promotion.limits:
            basket.units_most = units_allowed(promotion, lefts)
        if promotion.trigger not in ("activated", "coupon"):
            basket.sets_most = promotion.document.times_max
        if promotion.picky:
            basket.only = allowed_by(promotion, basket)
        given = promotion.gives(basket, positions, times)
        basket.units_most = basket.sets_most = basket.only = None
        return given

    def _give(self, promotion: CompiledPromotion, given: Given, times: int, code: str) -> None:
        cuts, params, units, spread, gifts, coupons, pieces, sets, variant = given
        lines = self.scene.receipt.lines
        if pieces is None:
            pieces = pieces_of(given, lines)
        money = sum([cut for _, cut in cuts])
        if promotion.counted:
            self.taken.take(promotion, money, pieces, charge_of(promotion, given))
        code_of_reason = f"{promotion.code}.{variant}" if variant else promotion.code
        reason = _new(Reason, (code_of_reason, params))
        borne = self.basket.apply(cuts, units, spread)
        if cuts:
            count = len(lines)
            shares = by_line(cuts, count)
            as_borne = None if borne is None else by_line(borne, count)
            used = sum([number for _, number in units]) if units else 0
            sets = max(times, sets)
            self.discounts.append(
                _new(
                    Discount,
                    (promotion.id, money, shares, reason, as_borne, sets, pieces, code, used),
                )
            )
        if gifts or coupons:
            self._add(promotion, given, reason)

    def _add(self, promotion: CompiledPromotion, given: Given, reason: Reason) -> None:
        self.gifts += [Gift(promotion.id, sku, number, reason) for sku, number in given.gifts]
        self.issued += [Issued(of, promotion.id, count) for of, count in given.coupons if count]

    def _boost(self, promotion: CompiledPromotion, boost: CompiledRule) -> None:
        assert boost.multiplies is not None
        reason = Reason(boost.code, boost.multiplies.params)
        self.boosts.append(
            Boost(promotion.id, boost.currency, boost.multiplies, boost.goods, reason)
        )

    def _pass(self, promotion: CompiledPromotion, why: Why, reason: Reason) -> None:
        self.passed.append(_verdict(promotion, why, reason))


def opened(programme: Compiled, scene: Scene, *, asking: bool) -> tuple[Basket, Scene]:
    """The basket before any promotion, and the receipt as conditions are to see it."""
    promotions = programme.promotions
    basket = Basket(scene.receipt.lines, scene.order, promotions.rules, scene.masks, scene.buyer)
    basket.money = list(scene.paid)
    if not asking or promotions.sees_initial:
        return basket, scene
    return basket, scene.repaid(basket.money, measured=True)


def unmet(promotion: CompiledPromotion, view: Scene) -> Verdict:
    """The condition that does not hold, and what more would make it hold if nothing else is amiss."""
    reason, missing = promotion.asked.why_not(view)
    if missing is None:
        return _verdict(promotion, "condition", reason)
    pieces = -(-missing.quantity // QUANTITY_SCALE)
    return Verdict(promotion.id, "condition", reason, missing.money_minor, pieces)


def by_line(cuts: Iterable[tuple[int, int]], count: int) -> tuple[int, ...]:
    """The cuts as one amount for each line."""
    shares = [0] * count
    for position, cut in cuts:
        shares[position] += cut
    return tuple(shares)


def _verdict(promotion: CompiledPromotion, why: Why, reason: Reason) -> Verdict:
    return Verdict(promotion.id, why, reason)
