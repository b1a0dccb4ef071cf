"""One purchase as rules look at it: what they all ask is worked out once and kept."""

from collections.abc import Sequence
from datetime import datetime
from operator import gt
from zoneinfo import ZoneInfo

from regulars.core.goods_index import GoodsIndex
from regulars.core.money import allocate
from regulars.core.purchase import Buyer, Receipt

_UTC = ZoneInfo("UTC")


class Lines:
    """The lines of a receipt that one selection of goods takes.

    `positions` stand in the order of the lines' ids, so that whatever is decided by position (who
    gets the odd point) does not depend on the order in which the till sent the lines. `paid` and
    `amount` are money in minor units, `quantities` and `quantity` thousandths of a unit.
    """

    __slots__ = ("_quantities", "_scene", "_text", "amount", "paid", "positions")

    def __init__(self, scene: "Scene", positions: list[int]) -> None:
        paid = scene.paid
        self._scene = scene
        self.positions = positions
        if len(positions) == 1:
            self.amount = paid[positions[0]]
            self.paid = [self.amount]
        else:
            self.paid = [paid[i] for i in positions]
            self.amount = sum(self.paid)
        self._quantities: list[int] | None = None
        self._text = ""

    def found_in(self, other: "Lines") -> list[tuple[int, int]]:
        """Pairs of places (in `self.positions`, in `other.positions`) of the lines in both."""
        if other.positions is self._scene.order:
            return list(enumerate(self.positions))
        if len(other.positions) == 1:
            [wanted] = other.positions
            return [(place, 0) for place, i in enumerate(self.positions) if i == wanted]
        place_of = {i: place for place, i in enumerate(other.positions)}
        return [(place, place_of[i]) for place, i in enumerate(self.positions) if i in place_of]

    @property
    def quantities(self) -> list[int]:
        if self._quantities is None:
            lines = self._scene.receipt.lines
            self._quantities = [lines[i].quantity for i in self.positions]
        return self._quantities

    @property
    def quantity(self) -> int:
        return sum(self.quantities)

    @property
    def amount_text(self) -> str:
        """`amount` in whole units of money, for a sentence."""
        if not self._text:
            self._text = decimal_text(self.amount, self._scene.money_scale)
        return self._text

    def spread(self, total: int, weights: Sequence[int]) -> tuple[int, ...]:
        """`total` over all lines of the receipt, in proportion to `weights` (one per position).

        By largest remainder, ties to the smaller line id; lines outside the selection get zero.
        """
        positions = self.positions
        scene = self._scene
        if len(positions) == 1:
            shares = [0] * len(scene.paid)
            shares[positions[0]] = total
            return tuple(shares)
        parts = allocate(total, weights) if positions else []
        if positions is scene.order:
            return tuple(parts)
        shares = [0] * len(scene.paid)
        for i, part in zip(positions, parts, strict=True):
            shares[i] = part
        return tuple(shares)


class Scene:
    """A receipt, its buyer, the moment that decides, and the money per line to be reckoned on.

    `paid` is one amount (minor units, not negative) per line: what is left to pay after discounts
    and, by the programme's policy, after points. Made per receipt; not shared between threads.
    """

    __slots__ = (
        "_goods",
        "_in_order",
        "_local",
        "_masks",
        "_order",
        "_sets",
        "_zone",
        "buyer",
        "moment",
        "money_scale",
        "paid",
        "receipt",
    )

    def __init__(
        self, receipt: Receipt, buyer: Buyer, moment: datetime, paid: Sequence[int]
    ) -> None:
        assert len(paid) == len(receipt.lines)
        self.receipt = receipt
        self.buyer = buyer
        self.moment = moment
        self.paid = paid
        self.money_scale = 2
        self._zone = _UTC
        self._goods: GoodsIndex | None = None
        self._local: datetime | None = None
        self._order: list[int] | None = None
        self._in_order = False
        self._masks: list[int] | None = None
        self._sets: dict[int, Lines] = {}

    def enter(
        self, zone: ZoneInfo, money_scale: int, goods: GoodsIndex, masks: list[int] | None = None
    ) -> None:
        """See the purchase with a programme's zone and selections; forgets another programme's.

        `masks` may be handed over where the caller has looked the lines up already.
        """
        if self._goods is not goods or self._zone is not zone:
            self._zone = zone
            self._goods = goods
            self.money_scale = money_scale
            self._local = None
            self._sets = {}
            self._masks = masks

    @property
    def local(self) -> datetime:
        """The moment by the clock on the wall of the business."""
        if self._local is None:
            self._local = self.moment.astimezone(self._zone)
        return self._local

    @property
    def order(self) -> list[int]:
        """Positions of the lines in the order of their ids."""
        if self._order is None:
            ids = [line.id for line in self.receipt.lines]
            self._in_order = not any(map(gt, ids, ids[1:]))
            self._order = list(range(len(ids)))
            if not self._in_order:
                self._order.sort(key=ids.__getitem__)
        return self._order

    @property
    def masks(self) -> list[int]:
        """Per line, the selections it belongs to (see `GoodsIndex`)."""
        if self._masks is None:
            assert self._goods is not None, "enter a programme first"
            self._masks = [self._goods.mask_of(line) for line in self.receipt.lines]
        return self._masks

    def lines_of(self, number: int) -> Lines:
        """The lines that the selection with this number takes."""
        found = self._sets.get(number)
        if found is None:
            masks = self.masks
            bit = 1 << number
            positions = [i for i in self.order if masks[i] & bit]
            if self._in_order and len(positions) == len(masks):
                positions = self.order
            found = Lines(self, positions)
            self._sets[number] = found
        return found


def decimal_text(minor: int, scale: int) -> str:
    """Minor units as people write them: 123450 with scale 2 is `1234.50`."""
    if scale == 2 and minor >= 0:
        return f"{minor // 100}.{minor % 100:02d}"
    if not scale:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**scale)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{scale}d}"
