"""One purchase as rules look at it: what they all ask is worked out once and kept."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.core.goods_index import GoodsIndex
from regulars.core.money import allocate
from regulars.core.purchase import GOODS, Buyer, Receipt

_UTC = ZoneInfo("UTC")
_ASKED_ONE_BY_ONE = 2  # selections; where more are asked for, grouping the lines pays


class Lines:
    """The lines of a receipt that one selection of goods takes.

    `positions` stand in the order of the lines' ids, so that whatever is decided by position (who
    gets the odd point) does not depend on the order in which the till sent the lines. `paid` and
    `amount` are money in minor units (`amount_text`: in whole ones, for a sentence), `quantities` and
    `quantity` are thousandths of a unit. `in_order`: all lines of a receipt that came so ordered.
    """

    __slots__ = (
        "_count",
        "_quantities",
        "_receipt",
        "amount",
        "amount_text",
        "in_order",
        "paid",
        "positions",
    )

    def __init__(self, scene: "Scene", positions: Sequence[int]) -> None:
        paid = scene.paid
        # Not the scene itself: it keeps these lines, and neither would go without the collector.
        self._receipt = scene.receipt
        self._count = len(paid)
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
            lines = self._receipt.lines
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
        shares = [0] * self._count
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

    Conditions measure `amounts`: what the till rang up, unless `repaid` says that they shall see
    what is left.
    """

    __slots__ = (
        "_amounts",
        "_goods",
        "_goods_only",
        "_groups",
        "_local",
        "_masks",
        "_positions",
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
        self._amounts: Sequence[int] | None = None
        self._goods_only: list[int] | None = None
        self._masks: list[int] | None = None
        self._groups: dict[int, list[int]] | None = None  # lines by the selections they belong to
        self._positions: dict[int, Sequence[int]] = {}
        self.selected: dict[int, Lines] = {}

    def enter(self, zone: ZoneInfo, money_scale: int, goods: GoodsIndex) -> list[int]:
        """See the purchase with a programme's zone and selections; forgets another programme's.

        Returns the masks (see `masks`).
        """
        if self._goods is not goods or self._zone is not zone:
            if self._goods is not None:
                self._groups = None
                self.selected, self._positions = {}, {}
            self._local = None
            self._zone = zone
            self._goods = goods
            self.money_scale = money_scale
            self._masks = None
        masks = self._masks
        if masks is None:
            masks = self._masks = goods.masks_of(self.receipt.lines)
        return masks

    def repaid(self, paid: Sequence[int], *, measured: bool = False) -> "Scene":
        """The same purchase with other money per line; what was looked up for it stays known.

        With `measured` conditions on amounts see this money too. `paid` may change afterwards only
        where nobody but conditions looks at the scene.
        """
        other = Scene.__new__(Scene)
        other.receipt, other.buyer, other.moment = self.receipt, self.buyer, self.moment
        other.money_scale, other.order, other.paid = self.money_scale, self.order, paid
        other._zone, other._goods, other._local = self._zone, self._goods, self._local
        other._masks, other._groups, other._positions = self._masks, self._groups, self._positions
        other._amounts = paid if measured else self._amounts
        other._goods_only = self._goods_only
        other.selected = {}
        return other

    @property
    def amounts(self) -> Sequence[int]:
        """Per line, the money that conditions measure."""
        if self._amounts is None:
            self._amounts = [line.amount_minor for line in self.receipt.lines]
        return self._amounts

    @property
    def goods_only(self) -> list[int]:
        """The positions of the lines that are goods: no delivery, gift cards or top-ups."""
        if self._goods_only is None:
            lines = self.receipt.lines
            self._goods_only = [i for i, line in enumerate(lines) if line.kind == GOODS]
        return self._goods_only

    def amount_of_goods(self) -> int:
        """What the goods of the receipt come to, as conditions measure it."""
        amounts = self.amounts
        if len(self.goods_only) == len(amounts):
            return sum(amounts)
        return sum([amounts[i] for i in self.goods_only])

    def positions_of(self, number: int) -> Sequence[int]:
        """The lines that the selection with this number takes, in the order of their ids."""
        found = self._positions.get(number)
        if found is None:
            found = self._positions[number] = self._find(1 << number)
        return found

    def _find(self, bit: int) -> Sequence[int]:
        groups = self._groups
        if groups is None:
            if len(self._positions) < _ASKED_ONE_BY_ONE:
                masks, order = self.masks, self.order
                found = [i for i in order if masks[i] & bit]
                return order if len(found) == len(order) else found
            groups = self._group()
        matching = [positions for mask, positions in groups.items() if mask & bit]
        if len(matching) == len(groups):
            return self.order
        if len(matching) == 1:
            return matching[0]
        masks = self.masks
        return [i for i in self.order if masks[i] & bit] if matching else ()

    def _group(self) -> dict[int, list[int]]:
        """Lines that belong to the same selections, in order: what is looked for is found by them."""
        masks = self.masks
        groups: dict[int, list[int]] = {}
        for i in self.order:
            mask = masks[i]
            found = groups.get(mask)
            if found is None:
                groups[mask] = [i]
            else:
                found.append(i)
        self._groups = groups
        return groups

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
            positions = self._positions.get(number)
            if positions is None:
                positions = self._positions[number] = self._find(1 << number)
            found = self.selected[number] = Lines(self, positions)
        return found


def decimal_text(minor: int, scale: int) -> str:
    """Minor units as people write them: 123450 with scale 2 is `1234.50`."""
    if scale == 2 and minor >= 0:
        return f"{minor // 100}.{minor % 100:02d}"
    if not scale:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**scale)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{scale}d}"
