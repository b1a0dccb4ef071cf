"""What is left to pay on each line while promotions are applied one after another."""

from collections.abc import Sequence
from typing import NamedTuple

from regulars.core.money import Rounding, allocate, share
from regulars.core.purchase import QUANTITY_SCALE, Line


class Rules(NamedTuple):
    """The settings of the programme by which discounts are reckoned (see PromotionPolicy)."""

    rounding: Rounding = Rounding.HALF_UP
    per: str = "receipt"  # a percentage is rounded once per receipt, per line, or per unit
    initial: bool = False  # percentages are of the initial amount, not of what is left
    net: bool = False  # fixed amounts are meant without tax
    minimum_moves: bool = True  # what a minimum price keeps from a line goes to the others


class Pile(NamedTuple):
    """The whole units of one line that are free: `count` of them, `amount` minor units for `quantity`."""

    position: int
    count: int
    amount: int
    quantity: int


class Basket:
    """Lines with the money that is left on them; positions are those of `receipt.lines`.

    `money` is what is to be paid so far, `initial` what the till asked, `floor` the least each line
    may cost. Whole-unit promotions draw on `free_units`; goods by weight are no units.
    """

    __slots__ = ("floor", "free", "initial", "lines", "money", "order", "rules")

    def __init__(self, lines: Sequence[Line], order: Sequence[int], rules: Rules) -> None:
        self.lines = lines
        self.order = order
        self.rules = rules
        self.initial = [line.amount_minor for line in lines]
        self.money = list(self.initial)
        self.floor = [line.minimum_minor for line in lines]
        self.free: dict[int, int] = {}  # whole units left on lines that a promotion took some of

    def base(self, position: int) -> int:
        """What a percentage of this line is taken of."""
        return self.initial[position] if self.rules.initial else self.money[position]

    def room(self, position: int) -> int:
        """How much cheaper the line can still get."""
        return max(0, self.money[position] - self.floor[position])

    def free_units(self, position: int) -> int:
        """Whole units of the line that no promotion by the piece has used; weighed goods have none."""
        found = self.free.get(position)
        if found is not None:
            return found
        whole, rest = divmod(self.lines[position].quantity, QUANTITY_SCALE)
        return 0 if rest or whole < 0 else whole

    def piles(self, positions: Sequence[int], *, dearest_first: bool = False) -> list[Pile]:
        """The free units on these lines by price of a unit; ties in the order of the line ids."""
        piles = [
            Pile(i, count, self.base(i), self.lines[i].quantity)
            for i in positions
            if (count := self.free_units(i))
        ]
        sign = -1 if dearest_first else 1
        piles.sort(key=lambda pile: sign * (pile.amount * QUANTITY_SCALE**2 // pile.quantity))
        return piles

    def spread(self, total: int, positions: Sequence[int], weights: Sequence[int]) -> list[tuple[int, int]]:
        """`total` over these lines in proportion to `weights`, by largest remainder, within their room.

        What does not fit a line goes to the others (or is lost, by the programme's setting). Never
        more than there is room for; parts that are zero are left out.
        """
        cuts = _within(total, weights, [self.room(i) for i in positions], self.rules.minimum_moves)
        return [(i, cut) for i, cut in zip(positions, cuts, strict=True) if cut]

    def apply(self, cuts: Sequence[tuple[int, int]], units: Sequence[tuple[int, int]]) -> None:
        """Take the cuts off what is to be paid, and the units out of the free ones."""
        for position, cut in cuts:
            self.money[position] -= cut
        for position, count in units:
            self.free[position] = self.free_units(position) - count

    def copy(self) -> "Basket":
        """The same state, to try something on."""
        other = Basket.__new__(Basket)
        other.lines, other.order, other.rules = self.lines, self.order, self.rules
        other.initial, other.floor = self.initial, self.floor
        other.money, other.free = self.money.copy(), self.free.copy()
        return other


def cost_of(pile: Pile, count: int) -> int:
    """What `count` units of a pile cost: cumulative shares, so that all of a line cost the line."""
    return share(pile.amount, count * QUANTITY_SCALE, pile.quantity)


def _within(
    total: int, weights: Sequence[int], rooms: Sequence[int], minimum_moves: bool
) -> list[int]:
    parts = allocate(min(total, sum(rooms)) if minimum_moves else total, weights)
    cuts = [min(part, room) for part, room in zip(parts, rooms, strict=True)]
    while minimum_moves and (short := min(total, sum(rooms)) - sum(cuts)):
        open_weights = [
            weight if cut < room else 0
            for weight, cut, room in zip(weights, cuts, rooms, strict=True)
        ]
        if not any(open_weights):
            break
        more = allocate(short, open_weights)
        cuts = [min(cut + part, room) for cut, part, room in zip(cuts, more, rooms, strict=True)]
    return cuts
