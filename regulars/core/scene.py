"""One purchase as rules look at it: what they all ask is worked out once and kept."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import and_
from zoneinfo import ZoneInfo

from regulars.core.goods_index import GoodsIndex
from regulars.core.money import allocate
from regulars.core.purchase import Buyer, Receipt

_UTC = ZoneInfo("UTC")


class Lines:
    """The lines of a receipt that one selection of goods takes.

    `positions` stand in the order of the lines' ids, so that whatever is decided by position (who
    gets the odd point) does not depend on the order in which the till sent the lines. `paid` and
    `amount` are money in minor units (`amount_text`: in whole ones, for a sentence), `quantities` and
    `quantity` are thousandths of a unit. `in_order`: all lines of a receipt that came so ordered.
    """

    __slots__ = (
        "_quantities",
        "_scene",
        "amount",
        "amount_text",
        "in_order",
        "paid",
        "positions",
    )

    def __init__(self, scene: "Scene", positions: Sequence[int]) -> None:
        paid = scene.paid
        self._scene = scene
        self.positions = positions
        self.in_order = False
        if len(positions) == 1:
            self.amount = paid[positions[0]]
            self.paid: Sequence[int] = (self.amount,)
        else:
            self.in_order = isinstance(positions, range)
            self.paid = paid if self.in_order else [paid[i] for i in positions]
            self.amount = sum(self.paid)
        self.amount_text = decimal_text(self.amount, scene.money_scale)
        self._quantities: list[int] | None = None

    def found_in(self, other: "Lines") -> list[tuple[int, int]]:
        """Pairs of places (in `self.positions`, in `other.positions`) of the lines in both."""
        if other.in_order:
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

    def spread(self, total: int, weights: Sequence[int]) -> tuple[int, ...]:
        """`total` over all lines of the receipt, in proportion to `weights` (one per position).

        By largest remainder, ties to the smaller line id; lines outside the selection get zero.
        """
        positions = self.positions
        if self.in_order:
            return tuple(allocate(total, weights))
        shares = [0] * len(self._scene.paid)
        if len(positions) == 1:
            shares[positions[0]] = total
        elif positions:
            for i, part in zip(positions, allocate(total, weights), strict=True):
                shares[i] = part
        return tuple(shares)


class Scene:
    """A receipt, its buyer, the moment that decides, and the money per line to be reckoned on.

    `paid` is one amount (minor units, not negative) per line: what is left to pay after discounts
    and, by the programme's policy, after points. `order` are the positions of the lines by their ids:
    a range where they came so. `selected` keeps what `lines_of` found. Not shared between threads.
    """

    __slots__ = (
        "_goods",
        "_local",
        "_masks",
        "_shared",
        "_zone",
        "buyer",
        "moment",
        "money_scale",
        "order",
        "paid",
        "receipt",
        "selected",
    )

    def __init__(
        self, receipt: Receipt, buyer: Buyer, moment: datetime, paid: Sequence[int]
    ) -> None:
        assert len(paid) == len(receipt.lines)
        assert not paid or min(paid) >= 0
        self.receipt = receipt
        self.buyer = buyer
        self.moment = moment
        self.paid = paid
        self.money_scale = 2
        self._zone = _UTC
        self._goods: GoodsIndex | None = None
        self._local: datetime | None = None
        ids = [line.id for line in receipt.lines]
        self.order: Sequence[int] = range(len(ids))
        if ids != sorted(ids):
            self.order = sorted(self.order, key=ids.__getitem__)
        self._masks: list[int] | None = None
        self._shared = 0  # selections that take every line, as far as known
        self.selected: dict[int, Lines] = {}

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
            self.selected = {}
            self._masks = masks
            self._shared = reduce(and_, masks) if masks else 0

    @property
    def local(self) -> datetime:
        """The moment by the clock on the wall of the business."""
        if self._local is None:
            self._local = self.moment.astimezone(self._zone)
        return self._local

    @property
    def masks(self) -> list[int]:
        """Per line, the selections it belongs to (see `GoodsIndex`)."""
        if self._masks is None:
            assert self._goods is not None, "enter a programme first"
            self._masks = self._goods.masks_of(self.receipt.lines)
        return self._masks

    def lines_of(self, number: int) -> Lines:
        """The lines that the selection with this number takes."""
        found = self.selected.get(number)
        if found is None:
            bit, masks, order = 1 << number, self.masks, self.order
            if self._shared & bit and isinstance(order, range):
                found = Lines(self, order)
            else:
                found = Lines(self, [i for i in order if masks[i] & bit])
            self.selected[number] = found
        return found


def decimal_text(minor: int, scale: int) -> str:
    """Minor units as people write them: 123450 with scale 2 is `1234.50`."""
    if scale == 2 and minor >= 0:
        return f"{minor // 100}.{minor % 100:02d}"
    if not scale:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**scale)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{scale}d}"
