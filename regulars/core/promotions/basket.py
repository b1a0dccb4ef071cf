"""What is left to pay on each line while promotions are applied one after another."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from regulars.core.goods_index import GoodsIndex
from regulars.core.money import Rounding, allocate, divide, share
from regulars.core.purchase import GOODS, QUANTITY_SCALE, Buyer, Line

Cuts = Sequence[tuple[int, int]]
FINE = 1 << 40  # unit prices are compared to this part of a minor unit


class Rules(NamedTuple):
    """The settings of the programme by which discounts are reckoned (see PromotionPolicy)."""

    rounding: Rounding = Rounding.HALF_UP
    per: str = "receipt"  # a percentage is rounded once per receipt, per line, or per unit
    initial: bool = False  # percentages are of the initial amount, not of what is left
    net: bool = False  # fixed amounts are meant without tax
    minimum_moves: bool = True  # what a minimum price keeps from a line goes to the others
    step: int = 1  # percentages give multiples of so many minor units
    extra_gifts: bool = False  # gifts are always extra goods, never those on the receipt
    conditions_initial: bool = False  # thresholds look at the initial amounts


class Selected(NamedTuple):
    """A selection of goods numbered when the promotion was prepared."""

    number: int
    goods: GoodsIndex


class Pile(NamedTuple):
    """The free whole units of one line: `units` of them.

    `amount` is what all of them still cost, `base` what a percentage of them is taken of, `room` how
    much cheaper they may get together.
    """

    position: int
    units: int
    amount: int
    base: int
    room: int


class Part(NamedTuple):
    """The units of a pile from number `since` up to `until`; shares are cumulative.

    So all parts of a pile cost the pile, however it is cut up.
    """

    pile: Pile
    since: int
    until: int

    @property
    def units(self) -> int:
        return self.until - self.since

    @property
    def cost(self) -> int:
        return self._of(self.pile.amount)

    @property
    def base(self) -> int:
        return self._of(self.pile.base)

    @property
    def room(self) -> int:
        return self._of(self.pile.room)

    def _of(self, total: int) -> int:
        whole = self.pile.units
        if self.since == 0 and self.until == whole:
            return total
        return share(total, self.until, whole) - share(total, self.since, whole)


class Basket:
    """Lines with the money that is left on them; positions are those of `receipt.lines`.

    `money` is what is to be paid so far, `initial` what the till asked, `floor` the least each line
    may cost. Promotions by the piece draw on `free_units`; goods by weight are no pieces. `worth` is
    the money as refunds reckon it (None: the same as `money`). `units_most` and `sets_most` are what
    limits leave to the promotion that is asked next (None: no limit), `only` the lines it may touch
    among goods of its own parameters; the engine sets them. `paid`: what is left to pay per line
    where something was taken off before.
    """

    __slots__ = (
        "_aside",
        "_masks",
        "buyer",
        "floor",
        "floored",
        "free",
        "initial",
        "lines",
        "money",
        "only",
        "order",
        "plain",
        "rules",
        "sets_most",
        "units_most",
        "worth",
    )

    def __init__(
        self,
        lines: Sequence[Line],
        order: Sequence[int],
        rules: Rules,
        masks: Sequence[int] | None = None,
        buyer: Buyer | None = None,
        paid: Sequence[int] | None = None,
    ) -> None:
        self.lines = lines
        self.order = order
        self.rules = rules
        self.buyer = buyer
        self.initial = [line.amount_minor for line in lines]
        self.money = self.initial.copy() if paid is None else list(paid)
        self.floor = [line.minimum_minor for line in lines]
        self.floored = any(self.floor)
        # percentages are cut off what is left, rounded once, and nothing keeps them from it
        self.plain = not (
            self.floored or rules.initial or rules.per != "receipt" or rules.step != 1
        )
        self.free: dict[int, int] = {}  # whole units left on lines that a promotion took some of
        self.worth: list[int] | None = None
        self.units_most: int | None = None
        self.sets_most: int | None = None
        self.only: Callable[[int], bool] | None = None
        self._aside: dict[int, int] = {}  # what the units that were taken still cost
        self._masks = masks

    def base(self, position: int) -> int:
        """What a percentage of this line is taken of."""
        return self.initial[position] if self.rules.initial else self.money[position]

    def room(self, position: int) -> int:
        """How much cheaper the line can still get."""
        return max(0, self.money[position] - self.floor[position])

    def counted(self, position: int) -> int:
        """What a threshold counts of this line."""
        return (self.initial if self.rules.conditions_initial else self.money)[position]

    def goods_of(self, selected: Selected) -> list[int]:
        """The goods on the receipt that a selection takes, by line id."""
        if self._masks is None:
            self._masks = selected.goods.masks_of(self.lines)
        bit, masks, lines = 1 << selected.number, self._masks, self.lines
        return [i for i in self.order if masks[i] & bit and lines[i].kind == GOODS]

    def goods_to_give(self, selected: Selected) -> list[int]:
        """Those of them that the promotion asked next may touch (see `only`)."""
        found, only = self.goods_of(selected), self.only
        return found if only is None else [i for i in found if only(i)]

    def pieces(self, positions: Sequence[int]) -> int:
        """The free units on these lines, of those where there is something left to pay."""
        money = self.money
        return sum([self.free_units(i) for i in positions if money[i] > 0])

    def free_units(self, position: int) -> int:
        """Whole units of the line that no promotion by the piece has used; weighed goods have none."""
        found = self.free.get(position)
        return whole_units(self.lines[position]) if found is None else found

    def too_many(self, positions: Sequence[int]) -> bool:
        """More pieces than limits allow; a line of goods by weight counts as one."""
        if self.units_most is None:
            return False
        return sum([whole_units(self.lines[i]) or 1 for i in positions]) > self.units_most

    def pile(self, position: int) -> Pile:
        """The free units of one line."""
        count = self.free_units(position)
        money = self.money[position]
        if position not in self._aside:
            return Pile(position, count, money, self.base(position), self.room(position))
        amount = money - self._aside[position]
        whole = whole_units(self.lines[position])
        base = share(self.initial[position], count, whole) if self.rules.initial else amount
        least = share(self.floor[position], count, whole)
        room = max(0, min(amount - least, self.room(position)))
        return Pile(position, count, amount, base, room)

    def piles(self, positions: Sequence[int], *, dearest_first: bool = False) -> list[Pile]:
        """The free units on these lines that still cost something, by the price of a unit.

        Of equal prices the later line comes first, whichever way it goes.
        """
        piles = [
            pile
            for i in reversed(positions)
            if self.money[i] > 0 and (pile := self.pile(i)).units and pile.amount > 0
        ]
        sign = -1 if dearest_first else 1
        piles.sort(key=lambda pile: sign * (pile.amount * FINE // pile.units))
        return piles

    def percentage(self, positions: Sequence[int], numerator: int, denominator: int) -> Cuts:
        """The cuts that `numerator / denominator` (at most once the whole) of these lines makes."""
        rules = self.rules
        if not self.plain and (rules.per != "receipt" or rules.step != 1):
            units = [whole_units(self.lines[i]) for i in positions]
            bases = [self.base(i) for i in positions]
            return self.fit(positions, self.percents(bases, units, numerator, denominator))
        money = self.initial if rules.initial else self.money
        weights = [money[i] for i in positions]
        due = sum(weights) * numerator
        if rules.rounding is Rounding.HALF_UP and due >= 0:  # as `divide`, a call less
            total = (2 * due + denominator) // (2 * denominator)
        else:
            total = divide(due, denominator, rules.rounding)
        if not self.plain:
            return self.spread(total, positions, weights)
        if len(positions) == 1:
            return ((positions[0], total),) if total > 0 else ()
        parts = allocate(total, weights)
        return [(i, part) for i, part in zip(positions, parts, strict=True) if part]

    def percents(
        self, bases: Sequence[int], counts: Sequence[int], numerator: int, denominator: int
    ) -> list[int]:
        """`numerator / denominator` of each of `bases`, rounded as the programme says.

        `counts` are the whole units of each (0: not by the piece); they matter where every unit is
        rounded by itself.
        """
        per = self.rules.per
        if per == "receipt":
            return allocate(self.rounded(sum(bases), 1, numerator, denominator), bases)
        if per == "line":
            return [self.rounded(base, 1, numerator, denominator) for base in bases]
        return [
            self.rounded(base, count or 1, numerator, denominator)
            for base, count in zip(bases, counts, strict=True)
        ]

    def rounded(self, base: int, parts: int, numerator: int, denominator: int) -> int:
        """The discount of `numerator / denominator` on `parts` equal parts of `base` in all.

        Each part is rounded by itself. The whole is the whole: 100 % leaves nothing.
        """
        if numerator == denominator:
            return base
        rules, below = self.rules, denominator * parts * self.rules.step
        return min(base, divide(base * numerator, below, rules.rounding) * rules.step * parts)

    def spread(self, total: int, positions: Sequence[int], weights: Sequence[int]) -> Cuts:
        """`total` over these lines in proportion to `weights`, by largest remainder, within their room.

        What does not fit a line goes to the others (or is lost, by the programme's setting). Never
        more than there is room for; parts that are zero are left out.
        """
        rooms = [self.room(i) for i in positions]
        cuts = within(total, weights, rooms, moves=self.rules.minimum_moves)
        return [(i, cut) for i, cut in zip(positions, cuts, strict=True) if cut]

    def fit(self, positions: Sequence[int], wanted: Sequence[int]) -> Cuts:
        """What is wanted of each line, within its room; the rest goes by the programme's setting."""
        return self.spread(sum(wanted), positions, wanted)

    def gross(self, position: int, amount: int, *, net: bool) -> int:
        """A fixed amount for this line; `net`: its tax comes on top."""
        rate = self.lines[position].tax_rate_bp
        return divide(amount * (10_000 + rate), 10_000) if net and rate else amount

    def gross_over(
        self, amount: int, positions: Sequence[int], weights: Sequence[int], *, net: bool
    ) -> int:
        """A fixed amount that these lines share; `net`: each line's tax comes on its part."""
        if not net:
            return amount
        untaxed = [
            divide(weight * 10_000, 10_000 + (self.lines[i].tax_rate_bp or 0))
            for i, weight in zip(positions, weights, strict=True)
        ]
        parts = allocate(amount, untaxed)
        return sum(self.gross(i, part, net=True) for i, part in zip(positions, parts, strict=True))

    def apply(self, cuts: Cuts, units: Cuts = (), spread: Cuts | None = None) -> Cuts | None:
        """Take the cuts off what is to be paid, and the units out of the free ones.

        Returns the cuts as refunds are to reckon them (None: as they are): `spread`, moved to other
        lines where one would have to give back more than was ever paid for it.
        """
        if units or self._aside:
            self._set_aside(dict(cuts), dict(units))
        borne = spread
        if spread is not None or self.worth is not None:
            borne = self._bear(cuts if spread is None else spread)
        for position, cut in cuts:
            self.money[position] -= cut
        return borne

    def copy(self) -> "Basket":
        """The same state, to try something on."""
        other = Basket.__new__(Basket)
        other.lines, other.order, other.rules = self.lines, self.order, self.rules
        other.buyer, other._masks = self.buyer, self._masks
        other.initial, other.floor, other.floored = self.initial, self.floor, self.floored
        other.plain = self.plain
        other.money, other.free = self.money.copy(), self.free.copy()
        other.worth = None if self.worth is None else self.worth.copy()
        other.units_most, other.sets_most = self.units_most, self.sets_most
        other.only = self.only
        other._aside = self._aside.copy()
        return other

    def _set_aside(self, cuts: dict[int, int], units: dict[int, int]) -> None:
        """Keep what taken units still cost apart from the free ones, so that these keep their price."""
        for position in cuts.keys() | units.keys():
            cut = cuts.get(position, 0)
            aside = self._aside.get(position, 0)
            if taken := units.get(position, 0):
                pile = self.pile(position)
                assert taken <= pile.units
                cost = share(pile.amount, taken, pile.units)
                self._aside[position] = max(0, aside + cost - cut)
                self.free[position] = pile.units - taken
            elif aside:
                money = self.money[position]
                self._aside[position] = share(aside, money - cut, money)

    def _bear(self, wanted: Cuts) -> Cuts:
        if self.worth is None:
            self.worth = self.money.copy()
        worth = self.worth
        borne = [0] * len(worth)
        over = 0
        for position, part in wanted:
            borne[position] = min(part, worth[position])
            over += part - borne[position]
        own = {position for position, _ in wanted}
        for order in ([i for i in self.order if i in own], self.order) if over else ():
            rooms = [worth[i] - borne[i] for i in order]
            parts = within(over, rooms, rooms, moves=True)
            for i, part in zip(order, parts, strict=True):
                borne[i] += part
            over -= sum(parts)
        self.worth = [amount - part for amount, part in zip(worth, borne, strict=True)]
        return [(i, part) for i, part in enumerate(borne) if part]


def whole_units(line: Line) -> int:
    """The pieces of a line; goods by weight have none."""
    whole, rest = divmod(line.quantity, QUANTITY_SCALE)
    return 0 if rest or whole < 0 else whole


def within(total: int, weights: Sequence[int], rooms: Sequence[int], *, moves: bool) -> list[int]:
    """`total` in proportion to `weights`, none above its room; `moves`: what is over goes to others."""
    if not weights:
        return []
    if moves:
        total = min(total, sum(rooms))
    parts = allocate(total, weights)
    cuts = [min(part, room) for part, room in zip(parts, rooms, strict=True)]
    while moves and (short := total - sum(cuts)):
        still = [w if c < r else 0 for w, c, r in zip(weights, cuts, rooms, strict=True)]
        if not any(still):
            still = [r - c for c, r in zip(cuts, rooms, strict=True)]
        more = allocate(short, still)
        cuts = [min(c + part, r) for c, part, r in zip(cuts, more, rooms, strict=True)]
    return cuts
