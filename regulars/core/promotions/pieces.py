"""Goods by the piece: which units a promotion means, and what it gives on them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.goods import Goods
from regulars.core.money import allocate
from regulars.core.programme.markers import MoneyFrom, MoneyStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Percent, plain
from regulars.core.promotions.basket import Basket, Part, Pile, Selected
from regulars.core.promotions.promotion import Given, Missing, Params
from regulars.core.reasons import Reason
from regulars.core.terms import Terms

NO_DISCOUNT = "no_discount"  # the tag of lines that no promotion touches
Units = Annotated[int, Field(ge=1, le=10_000)]
Choose = Literal["cheapest", "dearest"]
ChooseInOrder = Literal["cheapest", "dearest", "first"]
"""`first`: in the order of the lines."""


class PieceLimits(Frozen):
    """Which units count; without any of these, whole lines do, goods by weight among them."""

    max_units: Units | None = Field(default=None, title="Units at most")
    max_units_per_line: Units | None = Field(default=None, title="Units of a line at most")
    max_units_per_product: Units | None = Field(default=None, title="Units of a product at most")
    group_size: Units | None = Field(default=None, title="Only whole groups of so many units")
    choose: ChooseInOrder = Field(default="cheapest", title="Which units where not all count")
    uses_up: bool = Field(
        default=False, title="Its units count for no other promotion by the piece"
    )

    @property
    def by_piece(self) -> bool:
        limits = (
            self.max_units,
            self.max_units_per_line,
            self.max_units_per_product,
            self.group_size,
        )
        return self.uses_up or any(limit is not None for limit in limits)


class Cheaper(Frozen):
    """What the chosen units get; they are free where nothing is said."""

    percent: Percent | None = Field(default=None, title="Percent", gt=0)
    amount: MoneyStep | None = Field(default=None, title="Amount off every unit")
    price: MoneyFrom | None = Field(default=None, title="Price of a unit instead")

    @model_validator(mode="after")
    def _one_way(self) -> "Cheaper":
        if sum(way is not None for way in (self.percent, self.amount, self.price)) > 1:
            raise PydanticCustomError("programme.one_way_off", "one of percent, amount, price")
        return self


class Off(NamedTuple):
    """`cuts(basket, parts)` are how much cheaper these units get, each within its room."""

    cuts: Callable[[Basket, Sequence[Part]], list[int]]
    params: Params
    variant: str


def off(params: Cheaper, terms: Terms) -> Off:
    """What is said under `percent`, `amount` or `price`, ready to reckon with."""
    if params.percent is not None:
        ratio = (params.percent / 100).as_integer_ratio()
        return Off(partial(_percent, *ratio), (("percent", plain(params.percent)),), "percent")
    if params.amount is not None:
        amount = partial(_amount, terms.money_minor(params.amount))
        return Off(amount, (("amount", str(plain(params.amount))),), "amount")
    if params.price is not None:
        price = partial(_price, terms.money_minor(params.price))
        return Off(price, (("price", str(plain(params.price))),), "price")
    return Off(lambda basket, parts: [part.room for part in parts], (), "free")


def _percent(numerator: int, denominator: int, basket: Basket, parts: Sequence[Part]) -> list[int]:
    bases, counts = [part.base for part in parts], [part.units for part in parts]
    cuts = basket.percents(bases, counts, numerator, denominator)
    return [min(cut, part.room) for cut, part in zip(cuts, parts, strict=True)]


def _amount(amount: int, basket: Basket, parts: Sequence[Part]) -> list[int]:
    net = basket.rules.net
    return [
        min(basket.gross(part.pile.position, amount, net=net) * part.units, part.room)
        for part in parts
    ]


def _price(price: int, basket: Basket, parts: Sequence[Part]) -> list[int]:
    net = basket.rules.net
    dues = [
        part.cost - basket.gross(part.pile.position, price, net=net) * part.units for part in parts
    ]
    return [max(0, min(due, part.room)) for due, part in zip(dues, parts, strict=True)]


def selected(goods: Goods, terms: Terms) -> Selected:
    """Goods of a promotion's own parameters, without those that no promotion touches."""
    kept = goods.model_copy(update={"exclude_tags": goods.exclude_tags | {NO_DISCOUNT}})
    return Selected(terms.number_of(kept), terms.goods)


def wholes(piles: Iterable[Pile]) -> list[Part]:
    """All units of each pile."""
    return [Part(pile, 0, pile.units) for pile in piles]


def count_of(parts: Iterable[Part]) -> int:
    """How many units there are."""
    return sum(part.units for part in parts)


def cost_of(parts: Iterable[Part]) -> int:
    """What these units cost."""
    return sum(part.cost for part in parts)


def take(parts: Sequence[Part], count: int) -> tuple[list[Part], list[Part]]:
    """The first `count` units in the order of `parts`, and the others."""
    taken, left = [], []
    for part in parts:
        some = min(count, part.units)
        count -= some
        middle = part.since + some
        if some:
            taken.append(Part(part.pile, part.since, middle))
        if middle < part.until:
            left.append(Part(part.pile, middle, part.until))
    return taken, left


def split(
    parts: Sequence[Part], chosen: Callable[[int], int], until: int
) -> tuple[list[Part], list[Part]]:
    """Of the first `until` units in the order of `parts`: the chosen ones, and the others.

    `chosen(x)` says how many of the first x units are chosen.
    """
    picked, others, start = [], [], 0
    for part in parts:
        end = min(start + part.units, until)
        if end <= start:
            break
        middle = part.since + chosen(end) - chosen(start)
        if middle > part.since:
            picked.append(Part(part.pile, part.since, middle))
        if middle < part.since + end - start:
            others.append(Part(part.pile, middle, part.since + end - start))
        start = end
    return picked, others


def limited(
    basket: Basket, positions: Sequence[int], limits: PieceLimits, times: int
) -> list[Part]:
    """The units that count under these limits; `times` lets each limit count so often."""
    piles = basket.piles(positions, dearest_first=limits.choose == "dearest")
    if limits.choose == "first":
        place = {position: at for at, position in enumerate(positions)}
        piles.sort(key=lambda pile: place[pile.position])
    parts = _of_products(basket, wholes(piles), limits, times)
    count = whole = count_of(parts)
    if limits.max_units is not None:
        count = min(count, limits.max_units * times)
    if limits.group_size is not None:
        count -= count % limits.group_size
    if basket.units_most is not None:
        count = min(count, basket.units_most)
    return parts if count == whole else take(parts, count)[0]


def _of_products(basket: Basket, parts: list[Part], limits: PieceLimits, times: int) -> list[Part]:
    """No more units of a line or of a product than the limits let through."""
    if limits.max_units_per_line is not None:
        most = limits.max_units_per_line * times
        parts = [Part(part.pile, 0, min(part.units, most)) for part in parts]
    if limits.max_units_per_product is not None:
        left: dict[str, int] = {}
        kept = []
        for part in parts:
            sku = basket.lines[part.pile.position].sku
            still = left.get(sku, limits.max_units_per_product * times)
            some = min(part.units, still)
            left[sku] = still - some
            if some:
                kept.append(Part(part.pile, 0, some))
        return kept
    return parts


def in_groups(size: int, units: int, most: int | None, *, last: bool) -> Callable[[int], int]:
    """How many of the first x units are the `units` first (or last) ones of a group of `size`."""

    def chosen(seen: int) -> int:
        whole, rest = divmod(seen, size)
        more = max(0, rest - (size - units)) if last else min(rest, units)
        found = whole * units + more
        return found if most is None else min(found, most)

    return chosen


def outcome(
    basket: Basket,
    chosen: Sequence[tuple[Part, int]],
    others: Sequence[Part],
    *,
    also_used: bool = True,
    all_bear: bool = False,
) -> Given | None:
    """What is given when `chosen` units get so much cheaper, `others` having to be bought with them.

    Where there are others, or `all_bear`, every unit that took part bears the discount on refunds in
    proportion to its price. All of them are used up, unless `also_used` leaves the others to further
    promotions. None: nothing is given.
    """
    cuts: dict[int, int] = {}
    used: dict[int, int] = {}
    weights: dict[int, int] = {}
    pieces = 0
    for part, cut in chosen:
        position = part.pile.position
        cuts[position] = cuts.get(position, 0) + cut
        used[position] = used.get(position, 0) + part.units
        weights[position] = weights.get(position, 0) + part.cost
        pieces += part.units if cut else 0
    for part in others:
        position = part.pile.position
        weights[position] = weights.get(position, 0) + part.cost
        if also_used:
            used[position] = used.get(position, 0) + part.units
    given = sorted((position, cut) for position, cut in cuts.items() if cut)
    if not given:
        return None
    spread = None
    if others or all_bear:
        order = [i for i in basket.order if i in weights]
        borne = allocate(sum(cuts.values()), [weights[i] for i in order])
        spread = [(i, part) for i, part in zip(order, borne, strict=True) if part]
    return Given(given, (), units=sorted(used.items()), spread=spread, pieces=pieces)


def by_product(basket: Basket, positions: Sequence[int]) -> list[list[int]]:
    """The lines product by product."""
    found: dict[str, list[int]] = {}
    for i in positions:
        found.setdefault(basket.lines[i].sku, []).append(i)
    return list(found.values())


def most_sets(basket: Basket, most: int | None, times: int) -> int | None:
    """How often a promotion that repeats by itself may count (None: as often as it can)."""
    own = None if most is None else most * times
    limits = [limit for limit in (own, basket.sets_most) if limit is not None]
    return min(limits, default=None)


def join(found: Sequence[Given], params: Params, variant: str = "") -> Given:
    """What several groups of goods get, as one; no line is in two of the groups."""
    apart = all(each.spread is None for each in found)
    return Given(
        sorted(cut for each in found for cut in each.cuts),
        params,
        units=sorted(taken for each in found for taken in each.units),
        spread=None
        if apart
        else sorted(
            part for each in found for part in (each.cuts if each.spread is None else each.spread)
        ),
        pieces=sum(each.pieces or 0 for each in found),
        sets=sum(each.sets for each in found),
        variant=variant,
    )


def lacks_units(units: int) -> Missing:
    """So many units more are needed."""
    return Missing(Reason.of("promotion.missing.units", units=units), units=units)


NOTHING_LEFT = Missing(Reason.of("promotion.missing.nothing_left"))
