"""Which selections of goods a line belongs to, looked up at once for all of a programme."""

from collections.abc import Iterable

from regulars.core.goods import Goods, category_prefixes
from regulars.core.purchase import GOODS, Line

REMEMBERED_MAX = 16_384

Masks = tuple[int, int]
"""Bits of the selections that a word puts a line into, and of those that it keeps it out of."""

_NEITHER: Masks = (0, 0)


class GoodsIndex:
    """Numbers every distinct selection; `masks_of` tells which take a line.

    The cost of a look-up does not grow with the number of selections.
    """

    __slots__ = (
        "_brands",
        "_categories",
        "_everything",
        "_numbers",
        "_paths",
        "_skus",
        "_tags",
    )

    def __init__(self) -> None:
        self._numbers: dict[Goods, int] = {}
        self._everything = 0
        self._skus: dict[str, Masks] = {}
        self._brands: dict[str, Masks] = {}
        self._categories: dict[str, Masks] = {}
        self._tags: dict[str, Masks] = {}
        self._paths: dict[tuple[str, ...], Masks] = {}  # remembered, at most REMEMBERED_MAX

    def number_of(self, goods: Goods) -> int:
        """The number of this selection, given now if it is new."""
        number = self._numbers.get(goods)
        if number is None:
            number = self._numbers[goods] = len(self._numbers)
            self._add(goods, 1 << number)
        return number

    def masks_of(self, lines: Iterable[Line]) -> list[int]:
        """For each line, bit n is set where selection n takes it.

        A line of no quantity, such as an item made free, is not bought: nothing takes it. Delivery,
        gift cards and top-ups are no goods.
        """
        paths, skus, brands, tags = self._paths, self._skus, self._brands, self._tags
        everything = self._everything
        masks = []
        for line in lines:
            path = paths.get(line.category)
            into, out = self._masks_of(line.category) if path is None else path
            into |= everything
            named = skus.get(line.sku) if skus else None
            if named is not None:
                into |= named[0]
                out |= named[1]
            named = brands.get(line.brand) if brands else None
            if named is not None:
                into |= named[0]
                out |= named[1]
            if line.tags:
                for tag in line.tags:
                    more_into, more_out = tags.get(tag, _NEITHER)
                    into |= more_into
                    out |= more_out
            if out:
                into &= ~out
            masks.append(into if line.quantity and line.kind == GOODS else 0)
        return masks

    def _masks_of(self, category: tuple[str, ...]) -> Masks:
        into, out = 0, 0
        for prefix in category_prefixes(category):
            more_into, more_out = self._categories.get(prefix, _NEITHER)
            into |= more_into
            out |= more_out
        if len(self._paths) >= REMEMBERED_MAX:
            self._paths.clear()
        self._paths[category] = (into, out)
        return into, out

    def _add(self, goods: Goods, bit: int) -> None:
        self._paths.clear()
        if not (goods.skus or goods.categories or goods.brands or goods.tags):
            self._everything |= bit
        _mark(self._skus, goods.skus, goods.exclude_skus, bit)
        _mark(self._categories, goods.categories, goods.exclude_categories, bit)
        _mark(self._brands, goods.brands, goods.exclude_brands, bit)
        _mark(self._tags, goods.tags, goods.exclude_tags, bit)


def _mark(
    table: dict[str, Masks], included: Iterable[str], excluded: Iterable[str], bit: int
) -> None:
    for word in included:
        into, out = table.get(word, _NEITHER)
        table[word] = (into | bit, out)
    for word in excluded:
        into, out = table.get(word, _NEITHER)
        table[word] = (into, out | bit)
