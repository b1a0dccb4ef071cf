"""Which promotions count where some do not go together: the best for the member.

Exact where the ways to combine them are few, a stated greedy choice beyond.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.conflicts import Bound, bits
from regulars.core.promotions.index import Plan
from regulars.core.promotions.result import Presented, Verdict
from regulars.core.promotions.turn import Turn
from regulars.core.reasons import Reason
from regulars.core.scene import Scene

SETS_MAX = 64  # ways that are all evaluated
STARTS_MAX = 64  # greedy choices that are evaluated where there are more ways
WORK_MAX = 3000  # candidates looked at in all of them
DEPTH_MAX = 200


class _Alone(NamedTuple):
    """What a promotion gives where no other that it does not go together with counts."""

    number: int
    id: str
    amount: int
    more: int  # gifts, coupons and multipliers


def best(programme: Compiled, scene: Scene, presented: Presented, plan: Plan, member: bool) -> Turn:
    """The pass with the greatest total discount.

    Those among the contested promotions that would apply by themselves are combined in every way
    that allows no further one, if there are at most 64; each way is evaluated in full, ties go to
    more gifts, then to the smallest ids. Beyond that they are taken greedily by what each gives by
    itself, then by id: once so, and once with each of the first 63 others before all; the best of
    these counts. Where the programme says that the first count, they are taken so by priority,
    phase and id. What would not apply by itself counts in the end only where it goes together
    with all that was chosen.
    """
    attempt = _Attempt(programme, scene, presented, plan, member)
    promotions = programme.promotions.promotions
    alone = [each for each in map(attempt.alone, bits(plan.contested)) if each is not None]
    would = _mask(each.number for each in alone)
    bounds = [bound for bound in plan.crowded if not bound.in_order]
    conflicts = {each.number: promotions[each.number].conflicts & would for each in alone}
    if programme.promotions.in_order:
        alone.sort(key=lambda each: _place(promotions[each.number]))
        return attempt.run(_taken(alone, conflicts, bounds), would)
    sets = maximal_sets(conflicts, bounds)
    if sets is None:
        starts = min(STARTS_MAX, max(1, WORK_MAX // len(plan.steps)))
        sets = _greedy(alone, conflicts, bounds, starts)
    if len(sets) == 1:
        return attempt.run(sets[0], would)
    ids = {each.number: each.id for each in alone}
    turns = [
        (attempt.run(chosen, would), sorted(ids[number] for number in bits(chosen)))
        for chosen in sets
    ]
    return min(turns, key=lambda pair: (_worth(pair[0]), pair[1]))[0]


class _Attempt:
    """Passes over one receipt with different promotions left out."""

    def __init__(
        self, programme: Compiled, scene: Scene, presented: Presented, plan: Plan, member: bool
    ) -> None:
        self._given = (programme, scene, presented, plan, member)
        self._plan = plan
        self._promotions = programme.promotions.promotions
        self._fresh = Turn(*self._given)
        self._whys: dict[int, Verdict] = {}  # of those that would not apply by themselves
        self._tracked = 0  # whose order counts, so that it must be noted when they apply
        for bound in plan.crowded:
            if bound.in_order:
                self._tracked |= bound.members

    def alone(self, number: int) -> _Alone | None:
        """What a contested promotion gives by itself; None where it does not apply."""
        promotion, turn = self._promotions[number], self._fresh
        if promotion.plain:
            found = turn.tried(promotion)
            if isinstance(found, Verdict):
                self._whys[number] = found
                return None
            amount = sum([cut for _, cut in found.cuts])
            return _Alone(number, promotion.id, amount, len(found.gifts) + len(found.coupons))
        turn.consider(promotion)
        if not turn.applied:
            self._whys[number] = turn.passed[-1]
            return None
        self._fresh = Turn(*self._given)
        amount, more = _worth(turn)
        return _Alone(number, promotion.id, -amount, -more)

    def run(self, chosen: int, would: int) -> Turn:
        """A pass with `chosen` of those that would apply, and with all that are not contested."""
        turn = Turn(*self._given)
        turn.chosen = chosen
        for number in bits(self._plan.contested & ~chosen):
            others = self._promotions[number].conflicts & chosen
            if would >> number & 1:
                others = others or self._crowding(1 << number) & chosen
                outdone = Reason.of("promotion.outdone", other=self._promotions[bits(others)[0]].id)
                turn.left_out[number] = Verdict(self._promotions[number].id, "stacking", outdone)
            elif others:
                turn.left_out[number] = self._whys[number]
        turn.run(chosen & ~self._tracked)
        return turn

    def _crowding(self, bit: int) -> int:
        """Those that share a group with a promotion."""
        found = 0
        for bound in self._plan.crowded:
            if bound.members & bit:
                found |= bound.members & ~bit
        return found


def maximal_sets(conflicts: dict[int, int], bounds: Sequence[Bound]) -> list[int] | None:
    """Every way to choose that keeps to the rules and leaves room for none of the rest.

    `conflicts` are by number the bits that do not go together with it; of each bound at most `most`
    are chosen. None where there are more than 64.
    """
    whole = _mask(conflicts)
    rooms = []
    for bound in bounds:
        inside = bits(bound.members & whole)
        if len(inside) > bound.most:
            rooms.append([_mask(some) for some in _some(inside, bound.most)])
            if len(rooms[-1]) > SETS_MAX:
                return None
    bounded = 0
    for bound in bounds:
        if (bound.members & whole).bit_count() > bound.most:
            bounded |= bound.members & whole
    found: dict[int, None] = {}
    ways = 1
    for room in rooms:
        ways *= len(room)
    if ways > SETS_MAX:
        return None
    for allowed in product(*rooms):
        universe = whole & ~bounded | _union(allowed)
        for chosen in _independent(universe, conflicts):
            if chosen is None:
                return None
            found[chosen] = None
            if len(found) > SETS_MAX:
                return None
    return list(found)


def _some(numbers: Sequence[int], most: int) -> Iterator[tuple[int, ...]]:
    for i, some in enumerate(combinations(numbers, most)):
        if i > SETS_MAX:
            return
        yield some


def _independent(universe: int, conflicts: dict[int, int]) -> Iterator[int | None]:
    """All maximal sets without a conflict (Bron and Kerbosch, with a pivot); None: it goes too deep.

    Promotions that do not go together with just the same others count as one: they share a fate.
    """
    alike: dict[int, int] = {}
    for number in bits(universe):
        key = conflicts[number] & universe
        alike[key] = alike.get(key, 0) | 1 << number
    first = {twins & -twins: (key, twins) for key, twins in alike.items()}
    leaders = _union(first)
    apart = {bit: key & leaders for bit, (key, _) in first.items()}

    def search(chosen: int, open_: int, closed: int, depth: int) -> Iterator[int | None]:
        if depth > DEPTH_MAX:
            yield None
            return
        if not open_:
            if not closed:
                yield chosen
            return
        pivot = min(
            (1 << number for number in bits(open_ | closed)),
            key=lambda bit: ((open_ & (apart[bit] | bit)).bit_count(), bit),
        )
        for number in bits(open_ & (apart[pivot] | pivot)):
            bit = 1 << number
            with_it = ~(apart[bit] | bit)
            yield from search(chosen | bit, open_ & with_it, closed & with_it, depth + 1)
            open_ &= ~bit
            closed |= bit

    for chosen in search(0, leaders, 0, 0):
        if chosen is None:
            yield None
            return
        yield _union(first[1 << number][1] for number in bits(chosen))


def _taken(alone: Sequence[_Alone], conflicts: dict[int, int], bounds: Sequence[Bound]) -> int:
    """Each in turn is taken that still fits those taken before it."""
    chosen = 0
    for each in alone:
        bit = 1 << each.number
        full = chosen & bit or any(
            bound.members & bit and (bound.members & chosen).bit_count() >= bound.most
            for bound in bounds
        )
        if not (full or conflicts[each.number] & chosen):
            chosen |= bit
    return chosen


def _greedy(
    alone: Sequence[_Alone], conflicts: dict[int, int], bounds: Sequence[Bound], starts: int
) -> list[int]:
    """What is taken by what each gives by itself, the most first, and with each of them before all."""
    ordered = sorted(alone, key=lambda each: (-each.amount, -each.more, each.id))
    found = {_taken([first, *ordered], conflicts, bounds): None for first in ordered[:starts]}
    return list(found)


def _place(promotion: CompiledPromotion) -> tuple[int, int, str]:
    return promotion.document.priority, promotion.phase, promotion.id


def _worth(turn: Turn) -> tuple[int, int]:
    """The smaller the better for the member."""
    amount = sum([discount.amount_minor for discount in turn.discounts])
    return -amount, -(len(turn.gifts) + len(turn.issued) + len(turn.boosts))


def _mask(numbers: Iterable[int]) -> int:
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
