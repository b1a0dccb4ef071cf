"""How far a promotion may go on this receipt: its limits, its budget, the points it costs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from regulars.core.calendar import Period
from regulars.core.earning.settle import Award, Earnings
from regulars.core.money import Rounding, allocate, divide
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.basket import Cuts
from regulars.core.promotions.compiled import CompiledPromotion, Limit, period_at
from regulars.core.promotions.promotion import Given
from regulars.core.promotions.result import Allowance, Presented, Promoted
from regulars.core.purchase import QUANTITY_SCALE, Line
from regulars.core.reasons import Reason
from regulars.core.scene import Scene, decimal_text

_USED = tuple[str, int]  # key and number of the period


class Taken:
    """What one receipt takes of limits, budgets and points while its promotions are applied.

    Nothing is taken of what has no limit. `receipt` is by (promotion, what), `counters` and
    `allowances` by (key, number of the period).
    """

    __slots__ = (
        "_numbers",
        "_presented",
        "_scene",
        "allowances",
        "counters",
        "points",
        "receipt",
    )

    def __init__(self, scene: Scene, presented: Presented) -> None:
        self._scene = scene
        self._presented = presented
        self._numbers: dict[Period | None, int] = {None: 0}
        self.receipt: dict[tuple[str, str], int] = {}
        self.counters: dict[_USED, int] = {}
        self.allowances: dict[_USED, tuple[int, int]] = {}  # (limit, amount)
        self.points: dict[tuple[str, str], int] = {}  # by (promotion, currency)

    def left(self, promotion: CompiledPromotion, limit: Limit) -> int:
        """What a limit still allows; uses are of receipts, so a second application needs none."""
        per, what, key, period, most, _ = limit
        here = self.receipt.get((promotion.id, what), 0) if self.receipt else 0
        if per == "receipt":
            return max(0, most - here)
        if what == "uses" and here:
            return 1
        number = self._number(period) if period else 0
        if per == "all":
            return self._left_of(key, number, most)
        counter = self._scene.buyer.counters.get(key)
        if counter is not None and counter[0] == number:
            most -= counter[1]
        return max(0, most - self.counters.get((key, number), 0))

    def left_in_budget(self, promotion: CompiledPromotion) -> int:
        """What the promotion's budget still holds."""
        assert promotion.budget is not None
        key, period, limit = promotion.budget.shared
        return self._left_of(key, self._number(period), limit)

    def points_left(self, currency: str) -> int | None:
        """Points the member has not yet given for promotions of this receipt; None: not known."""
        balances = self._presented.balances
        if balances is None:
            return None
        spent = sum(amount for (_, code), amount in self.points.items() if code == currency)
        return balances.get(currency, 0) - spent

    def take(self, promotion: CompiledPromotion, money: int, pieces: int, charge: int) -> None:
        """Count one application against everything that limits it."""
        id, receipt = promotion.id, self.receipt
        first = (id, "uses") not in receipt
        amounts = {"uses": 1, "money": money, "units": pieces}
        counted: set[tuple[str, str]] = set()  # two limits may be of one counter
        for per, what, key, period, most, _ in promotion.limits:
            amount = amounts[what]
            if per == "receipt" or not amount or (what == "uses" and not first):
                continue
            once = (key, self._number(period))
            if per == "all":
                self._allow(once, most, 0 if (per, key) in counted else amount)
            elif (per, key) not in counted:
                self.counters[once] = self.counters.get(once, 0) + amount
            counted.add((per, key))
        if promotion.budget is not None and charge:
            key, period, most = promotion.budget.shared
            self._allow((key, self._number(period)), most, charge)
        for what, amount in amounts.items():
            receipt[id, what] = receipt.get((id, what), 0) + amount
        if promotion.price is not None:
            paid = (id, promotion.price.currency)
            self.points[paid] = self.points.get(paid, 0) + promotion.price.amount

    def listed(self) -> tuple[Allowance, ...]:
        """What is taken of the limits that all members share, each once."""
        return tuple(
            Allowance(key, number, limit, amount)
            for (key, number), (limit, amount) in sorted(self.allowances.items())
        )

    def _number(self, period: Period | None) -> int:
        """Of the period that the receipt falls in."""
        found = self._numbers.get(period)
        if found is None:
            found = self._numbers[period] = period_at(period, self._scene.local.date())
        return found

    def _left_of(self, key: str, number: int, limit: int) -> int:
        left = self._presented.left.get(f"{key}:{number}", limit)
        taken = self.allowances.get((key, number))
        return max(0, left - (taken[1] if taken else 0))

    def _allow(self, key: _USED, limit: int, amount: int) -> None:
        before = self.allowances.get(key)
        most = limit if before is None else min(limit, before[0])
        self.allowances[key] = (most, amount + (before[1] if before else 0))


class Refusal(NamedTuple):
    """A limit stands in the way."""

    reason: Reason


def units_allowed(promotion: CompiledPromotion, lefts: Sequence[int]) -> int | None:
    """How many pieces the limits that cut leave; None: any number."""
    pieces = [
        left
        for limit, left in zip(promotion.limits, lefts, strict=True)
        if limit.what == "units" and not limit.refuse
    ]
    return min(pieces, default=None)


def admitted(
    promotion: CompiledPromotion, taken: Taken, programme: Compiled
) -> Sequence[int] | Refusal:
    """What is left of each limit, if of all there is something, and the rest can be paid for."""
    lefts = [taken.left(promotion, limit) for limit in promotion.limits]
    if lefts and min(lefts) < 1:
        return Refusal(_over(promotion.limits[lefts.index(0)], programme.money_scale, 0))
    if promotion.budget is not None and taken.left_in_budget(promotion) < 1:
        return Refusal(_spent(promotion))
    if promotion.price is not None:
        has = taken.points_left(promotion.price.currency)
        if has is not None and has < promotion.price.amount:
            scale = programme.currencies[promotion.price.currency].scale
            return Refusal(
                Reason.of(
                    "promotion.points_missing",
                    currency=promotion.price.currency,
                    missing=decimal_text(promotion.price.amount - has, scale),
                )
            )
    return lefts


def limited(
    promotion: CompiledPromotion,
    given: Given,
    lefts: Sequence[int],
    taken: Taken,
    lines: Sequence[Line],
    scale: int,
) -> Given | Refusal:
    """What is given within what is left of each limit, and within the budget."""
    for limit, left in zip(promotion.limits, lefts, strict=True):
        if limit.what == "uses":
            continue
        wanted = _money(given) if limit.what == "money" else pieces_of(given, lines)
        if wanted <= left:
            continue
        if limit.refuse or not left:
            return Refusal(_over(limit, scale, left))
        if limit.what == "money":
            given = cut_to(given, left)
        else:
            given = cut_to(given, _money(given) * left // wanted)._replace(pieces=left)
        if not (given.cuts or given.gifts or given.coupons):
            return Refusal(_over(limit, scale, left))
    if promotion.budget is not None:
        charge, left = charge_of(promotion, given), taken.left_in_budget(promotion)
        if charge > left:
            room = left - (charge - _money(given))
            if promotion.budget.refuse or room < 1:
                return Refusal(_spent(promotion))
            given = cut_to(given, room)
    return given


def charge_of(promotion: CompiledPromotion, given: Given) -> int:
    """What an application costs its budget: the discount, and the coupons as they are expected to."""
    coupons = sum(count for _, count in given.coupons) * promotion.coupon_cost
    if not coupons or promotion.budget is None:
        return _money(given)
    used = promotion.budget.used
    return _money(given) + divide(coupons * used.numerator, used.denominator, Rounding.UP)


def cut_to(given: Given, most: int) -> Given:
    """The same with `most` of the discount, every cut in proportion, by largest remainder."""
    spread = None if given.spread is None else _shrunk(given.spread, most)
    return given._replace(cuts=_shrunk(given.cuts, most), spread=spread)


def pieces_of(given: Given, lines: Sequence[Line]) -> int:
    """The pieces that get cheaper; what is sold by weight counts as one."""
    if given.pieces is not None:
        return given.pieces
    return sum(max(1, lines[i].quantity // QUANTITY_SCALE) for i, _ in given.cuts)


def boost_charges(
    programme: Compiled, scene: Scene, promoted: Promoted, earnings: Earnings
) -> tuple[Allowance, ...]:
    """What promotions that multiply points cost their budgets: the worth of the points they added.

    Worth is what the currency pays (see `redeem`), times the share that the budget expects to be
    used, rounded up; points that pay nothing cost nothing.
    """
    day = scene.local.date()
    found: dict[_USED, tuple[int, int]] = {}
    for promotion, award in _boosted(programme, promoted, earnings):
        budget = promotion.budget
        cost = 0 if budget is None else worth_of(programme, award, budget.used)
        if budget is not None and cost:
            key = (budget.shared.key, budget.shared.number_at(day))
            found[key] = (budget.shared.limit, cost + found.get(key, (0, 0))[1])
    return tuple(Allowance(*key, limit, cost) for key, (limit, cost) in sorted(found.items()))


def unaffordable(
    programme: Compiled,
    scene: Scene,
    promoted: Promoted,
    earnings: Earnings,
    left: Mapping[str, int],
) -> frozenset[str]:
    """The multiplying promotions whose points do not fit what is left of their budgets, the last in
    order first: earn again without their boosts."""
    day = scene.local.date()
    taken = {f"{a.key}:{a.period}": a.amount for a in promoted.allowances}
    dropped = set()
    for promotion, award in _boosted(programme, promoted, earnings):
        if promotion.budget is None:
            continue
        shared = promotion.budget.shared
        key = f"{shared.key}:{shared.number_at(day)}"
        cost = worth_of(programme, award, promotion.budget.used)
        if taken.get(key, 0) + cost > left.get(key, shared.limit):
            dropped.add(promotion.id)
        else:
            taken[key] = taken.get(key, 0) + cost
    return frozenset(dropped)


def worth_of(programme: Compiled, award: Award, used: Fraction) -> int:
    """Minor units of money that points are expected to cost."""
    pays = programme.currencies[award.currency].money
    if pays is None:
        return 0
    worth = Fraction(award.amount) * Fraction(*pays.worth) * used
    return divide(worth.numerator, worth.denominator, Rounding.UP)


def _boosted(
    programme: Compiled, promoted: Promoted, earnings: Earnings
) -> list[tuple[CompiledPromotion, Award]]:
    by_rule = {f"promotion:{boost.promotion}": boost.promotion for boost in promoted.boosts}
    by_id = programme.promotions.by_id
    return [
        (by_id[by_rule[award.rule]], award) for award in earnings.awards if award.rule in by_rule
    ]


def _money(given: Given) -> int:
    return sum([cut for _, cut in given.cuts])


def _shrunk(cuts: Cuts, most: int) -> list[tuple[int, int]]:
    total = sum([cut for _, cut in cuts])
    if total <= most:
        return list(cuts)
    parts = allocate(most, [cut for _, cut in cuts])
    return [(i, part) for (i, _), part in zip(cuts, parts, strict=True) if part]


def _over(limit: Limit, scale: int, left: int) -> Reason:
    """`promotion.limit.<what>.<per or period>` with what is left."""
    per = limit.per
    if per != "receipt" and limit.period is not None:
        per = f"{per}_{limit.period.value}"
    shown = decimal_text(left, scale) if limit.what == "money" else str(left)
    most = decimal_text(limit.most, scale) if limit.what == "money" else str(limit.most)
    return Reason.of(f"promotion.limit.{limit.what}.{per}", most=most, left=shown)


def _spent(promotion: CompiledPromotion) -> Reason:
    return Reason.of("promotion.budget_spent", budget=promotion.document.budget)
