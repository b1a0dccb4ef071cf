"""A fixed amount off the selected goods."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from regulars.core.example import line
from regulars.core.programme.markers import MoneyFrom, MoneyStep
from regulars.core.programme.texts import plain
from regulars.core.promotions.basket import Basket, Part, within
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    ChooseInOrder,
    PieceLimits,
    count_of,
    lacks_units,
    limited,
    split,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.terms import Terms


class AmountOff(PieceLimits):
    """How much, once for the selected goods, or for each line or unit of them."""

    amount: MoneyStep = Field(title="Amount")
    each: Literal["once", "line", "unit"] = Field(
        default="once", title="Once, for every line, or for every unit"
    )
    share: Literal["value", "quantity"] = Field(
        default="value", title="Once: shared by what the lines cost, or by their quantity"
    )
    first: MoneyFrom | None = Field(default=None, title="Another amount for the first unit")
    first_of: Literal["receipt", "line"] = Field(
        default="receipt", title="The first unit of all, or of every line"
    )
    skip_first: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=0, title="Units left out at the beginning"
    )
    every: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=1, title="Of the rest, every so many-th unit"
    )
    choose: ChooseInOrder = Field(default="cheapest", title="Which units come first")
    tax: Literal["included", "added"] | None = Field(
        default=None, title="Tax is in the amount, or comes on top (else as the programme says)"
    )


def prepare(params: AmountOff, terms: Terms, currency_scale: int) -> Gives:
    if params.each == "unit":
        return _per_unit(params, terms)
    amount = terms.money_minor(params.amount)
    said = (("amount", str(plain(params.amount))),)

    def once(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        chosen, weights, rooms = _scope(params, basket, positions, times)
        if not sum(weights):
            return NOTHING_LEFT
        due = basket.gross_over(amount * times, chosen, weights, net=_net(params, basket))
        cuts = within(due, weights, rooms, moves=basket.rules.minimum_moves)
        found = [(i, cut) for i, cut in zip(chosen, cuts, strict=True) if cut]
        return Given(found, said) if found else NOTHING_LEFT

    def every_line(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        net = _net(params, basket)
        chosen, _, rooms = _scope(params, basket, positions, times)
        dues = [basket.gross(i, amount * times, net=net) for i in chosen]
        cuts = [(i, min(d, r)) for i, d, r in zip(chosen, dues, rooms, strict=True) if d and r]
        return Given(cuts, said, variant="line") if cuts else NOTHING_LEFT

    return once if params.each == "once" else every_line


def _net(params: AmountOff, basket: Basket) -> bool:
    return basket.rules.net if params.tax is None else params.tax == "added"


def _scope(
    params: AmountOff, basket: Basket, positions: Sequence[int], times: int
) -> tuple[list[int], list[int], list[int]]:
    """The lines that bear the amount, their weights in it, and how much each can bear."""
    if params.by_piece or basket.too_many(positions):
        parts = {p.pile.position: p for p in limited(basket, positions, params, times)}
        chosen = [i for i in positions if i in parts]
        if params.share == "quantity":
            weights = [parts[i].units for i in chosen]
        else:
            weights = [parts[i].cost for i in chosen]
        return chosen, weights, [parts[i].room for i in chosen]
    chosen = [i for i in positions if basket.money[i] > 0]
    rooms = [basket.room(i) for i in chosen]
    if params.share == "quantity":
        return chosen, [basket.lines[i].quantity for i in chosen], rooms
    return chosen, [basket.money[i] for i in chosen], rooms


def _per_unit(params: AmountOff, terms: Terms) -> Gives:
    amount = terms.money_minor(params.amount)
    first = amount if params.first is None else terms.money_minor(params.first)
    said = (("amount", str(plain(params.amount))),)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        net = _net(params, basket)
        parts = _units(params, basket, positions, times)
        if not parts:
            return _why_none(params, basket, positions)
        cuts: list[tuple[int, int]] = []
        for place, part in enumerate(parts):
            position = part.pile.position
            due = basket.gross(position, amount, net=net) * part.units
            if params.first is not None and (place == 0 or params.first_of == "line"):
                ahead = basket.gross(position, first, net=net)
                due += ahead - basket.gross(position, amount, net=net)
            if cut := min(due, part.room):
                cuts.append((position, cut))
        if not cuts:
            return NOTHING_LEFT
        used = [(part.pile.position, part.units) for part in parts] if params.uses_up else ()
        return Given(sorted(cuts), said, units=sorted(used), pieces=count_of(parts), variant="unit")

    return gives


def _units(params: AmountOff, basket: Basket, positions: Sequence[int], times: int) -> list[Part]:
    skip, every = params.skip_first, params.every
    if not skip and every == 1:
        return limited(basket, positions, params, times)
    most, basket.units_most = basket.units_most, None
    parts = limited(basket, positions, params, times)
    basket.units_most = most

    def chosen(seen: int) -> int:
        found = 0 if seen <= skip else (seen - skip - 1) // every + 1
        return found if most is None else min(found, most)

    return split(parts, chosen, count_of(parts))[0]


def _why_none(params: AmountOff, basket: Basket, positions: Sequence[int]) -> Missing:
    there = sum(basket.free_units(i) for i in positions)
    needed = max(params.group_size or 1, params.skip_first + 1)
    return lacks_units(needed - there) if there < needed else NOTHING_LEFT


KIND = Kind(
    code="amount_off",
    title={"en": "Amount off", "ru": "Скидка суммой"},
    summary={
        "en": "Takes an amount off: once for all the selected goods together, or for every line or "
        "every unit of them. Never more than there is to pay.",
        "ru": "Снижает цену на сумму: один раз на все выбранные товары вместе, на каждую строку или "
        "на каждую штуку. Никогда не больше, чем остаётся заплатить.",
    },
    params=AmountOff,
    prepare=prepare,
    examples=(
        Example(
            says={
                "en": "15 off lines of 20, 30 and 100, by what they cost",
                "ru": "15 со строк на 20, 30 и 100 — по их стоимости",
            },
            params={"amount": 15},
            lines=(line(20_00), line(30_00, id="2"), line(100_00, id="3")),
            cuts=(2_00, 3_00, 10_00),
        ),
        Example(
            says={"en": "never more than there is", "ru": "не больше, чем есть"},
            params={"amount": 100},
            lines=(line(20_00),),
            cuts=(20_00,),
        ),
        Example(
            says={"en": "3 off every unit", "ru": "3 с каждой штуки"},
            params={"amount": 3, "each": "unit"},
            lines=(line(4_00, quantity=2000), line(8_00, id="2", quantity=2000)),
            cuts=(4_00, 6_00),
        ),
        Example(
            says={"en": "10 off every line", "ru": "10 с каждой строки"},
            params={"amount": 10, "each": "line"},
            lines=(line(20_00, quantity=2000), line(6_00, id="2")),
            cuts=(10_00, 6_00),
        ),
        Example(
            says={
                "en": "1.13 for the first unit, 2.11 for each further one, five at most",
                "ru": "1,13 за первую штуку, 2,11 за каждую следующую, не больше пяти",
            },
            params={"amount": 2.11, "first": 1.13, "each": "unit", "max_units": 5},
            lines=(line(500_00, quantity=10 * QUANTITY_SCALE),),
            cuts=(9_57,),
        ),
        Example(
            says={"en": "5 for every whole pair", "ru": "по 5 со штук целых пар"},
            params={"amount": 5, "each": "unit", "group_size": 2},
            lines=(line(30_00, quantity=3000),),
            cuts=(10_00,),
        ),
        Example(
            says={
                "en": "every second unit, the dearest first",
                "ru": "каждая вторая штука, начиная с дорогих",
            },
            params={"amount": 5, "each": "unit", "choose": "dearest", "skip_first": 1, "every": 2},
            lines=(line(60_00, quantity=3000), line(75_00, id="2", quantity=5000)),
            cuts=(5_00, 15_00),
        ),
        Example(
            says={
                "en": "without tax: 10 are 12 with 20 % on top",
                "ru": "без налога: 10 — это 12 с 20 % сверху",
            },
            params={"amount": 10, "tax": "added"},
            lines=(line(60_00)._replace(tax_rate_bp=2000),),
            cuts=(12_00,),
        ),
        Example(
            says={
                "en": "a minimum price of 45 leaves 5; the other 15 go to the mug",
                "ru": "минимальная цена 45 оставляет 5; ещё 15 переходят на кружку",
            },
            params={"amount": 20},
            lines=(line(50_00)._replace(minimum_minor=45_00), line(20_00, id="2", sku="mug")),
            cuts=(5_00, 15_00),
        ),
        Example(
            says={"en": "10 for each of two sets", "ru": "по 10 за каждый из двух наборов"},
            params={"amount": 10},
            lines=(line(30_00), line(20_00, id="2")),
            cuts=(12_00, 8_00),
            times=2,
        ),
    ),
    corner_cases=(
        {
            "en": "The amount per unit is exact at every quantity: quantity × amount, and never more "
            "than the units cost.",
            "ru": "Сумма за штуку точна при любом количестве: количество × сумма, но не больше, чем "
            "штуки стоят.",
        },
        {
            "en": "For every unit: goods by weight are no units and get nothing; once and for every "
            "line they count like any other.",
            "ru": "На каждую штуку: весовой товар не штучный и ничего не получает; один раз и на "
            "строку он считается как любой другой.",
        },
        {
            "en": "What a minimum price keeps moves to other lines only where the amount is given "
            "once.",
            "ru": "Что не даёт снять минимальная цена, переходит на другие строки, только если сумма "
            "даётся один раз.",
        },
        {
            "en": "Several sets multiply the amount given once or per line; per unit they multiply "
            "the limits of units.",
            "ru": "Несколько наборов умножают сумму, данную один раз или на строку; на штуку — "
            "умножают ограничения по штукам.",
        },
    ),
)
