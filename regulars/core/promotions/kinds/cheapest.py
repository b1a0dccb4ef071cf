"""The cheapest (or dearest) unit free or cheaper, of all the goods or of every group of them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.programme.markers import MoneyStep
from regulars.core.promotions.basket import Basket, Part
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    Cheaper,
    Choose,
    Units,
    cost_of,
    count_of,
    in_groups,
    lacks_units,
    most_sets,
    off,
    outcome,
    split,
    take,
    wholes,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.reasons import Reason
from regulars.core.scene import decimal_text
from regulars.core.terms import Terms


class Cheapest(Cheaper):
    """Of how many units, which one, and how much cheaper it gets."""

    which: Choose = Field(default="cheapest", title="Which unit")
    group: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=1, title="Units needed, or in a group"
    )
    units: Units = Field(default=1, title="Units that get cheaper")
    every: bool = Field(default=False, title="In every group, from the dearest down")
    most: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, title="Groups at most"
    )
    amount_min: MoneyStep | None = Field(default=None, title="The units must come to at least")

    @model_validator(mode="after")
    def _fits_the_group(self) -> "Cheapest":
        if self.every and self.units > self.group:
            raise PydanticCustomError("programme.group_too_small", "units do not fit the group")
        return self


def prepare(params: Cheapest, terms: Terms, currency_scale: int) -> Gives:
    cheaper = off(params, terms)
    least = 0 if params.amount_min is None else terms.money_minor(params.amount_min)
    variant = f"{params.which}.{cheaper.variant}" + (".of" if params.group > 1 else "")

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        if (there := basket.pieces(positions)) < params.group:
            return lacks_units(params.group - there)
        parts = wholes(basket.piles(positions, dearest_first=True))
        count, cost = count_of(parts), cost_of(parts)
        if not count or count < params.group:
            return lacks_units(max(1, params.group) - count)
        if cost < least:
            short = decimal_text(least - cost, terms.money_scale)
            return Missing(
                Reason.of("promotion.missing.money", money=short), money_minor=least - cost
            )
        if params.every:
            sets = count // params.group
            most = most_sets(basket, params.most, times)
            sets = sets if most is None else min(sets, most)
            picked, others = _of_groups(params, parts, sets, basket.units_most)
        else:
            sets = 1
            picked, others = _of_all(params, parts, times, least, basket.units_most)
        given = outcome(
            basket, list(zip(picked, cheaper.cuts(basket, picked), strict=True)), others
        )
        if given is None:
            return NOTHING_LEFT
        return given._replace(
            params=(*cheaper.params, ("units", params.units), ("group", params.group)),
            sets=sets,
            variant=variant,
        )

    return gives


def _of_groups(
    params: Cheapest, parts: list[Part], sets: int, units_most: int | None
) -> tuple[list[Part], list[Part]]:
    """The chosen units of each of `sets` groups, and those grouped with them."""
    return split(
        parts,
        in_groups(params.group, params.units, units_most, last=params.which == "cheapest"),
        sets * params.group,
    )


def _of_all(
    params: Cheapest, parts: list[Part], times: int, least: int, units_most: int | None
) -> tuple[list[Part], list[Part]]:
    """The chosen units of all, and the dearest others that the promotion asks for."""
    units = params.units * times
    if units_most is not None:
        units = min(units, units_most)
    if params.which == "dearest":
        picked, rest = take(parts, units)
    else:
        rest, picked = take(parts, max(0, count_of(parts) - units))
    others, rest = take(rest, max(0, params.group - count_of(picked)))
    for part in rest:
        short = least - cost_of(picked) - cost_of(others)
        if short <= 0:
            break
        each = max(1, part.cost // part.units)
        others.append(Part(part.pile, part.since, min(part.until, part.since - -short // each)))
    return picked, others


KIND = Kind(
    code="cheapest",
    title={"en": "Cheapest unit", "ru": "Самая дешёвая штука"},
    summary={
        "en": "Makes the cheapest (or dearest) unit of the selected goods free, or cheaper by a "
        "percentage or an amount, or sells it at a price. With `every` the units are put in groups "
        "from the dearest down, and each group gets it.",
        "ru": "Делает самую дешёвую (или дорогую) штуку выбранных товаров бесплатной, дешевле на "
        "процент или сумму, или продаёт её по цене. С `every` штуки собираются в группы начиная с "
        "дорогих, и каждая группа получает своё.",
    },
    params=Cheapest,
    prepare=prepare,
    pieces=True,
    examples=(
        Example(
            says={"en": "the cheapest of three free", "ru": "самая дешёвая из трёх бесплатно"},
            params={"group": 3},
            lines=(line(36_00, quantity=3000),),
            cuts=(12_00,),
        ),
        Example(
            says={"en": "10 % off the cheaper one, two needed", "ru": "10 % на дешёвую, нужны две"},
            params={"group": 2, "percent": 10},
            lines=(line(115_00), line(50_00, id="2")),
            cuts=(0, 5_00),
        ),
        Example(
            says={
                "en": "every second unit at half price: 333+333, 333+115, 17.25 alone",
                "ru": "каждая вторая за полцены: 333+333, 333+115, 17,25 без пары",
            },
            params={"group": 2, "percent": 50, "every": True},
            lines=(line(115_00), line(17_25, id="2"), line(999_00, id="3", quantity=3000)),
            cuts=(57_50, 0, 166_50),
        ),
        Example(
            says={"en": "4.44 off the cheapest", "ru": "4,44 с самой дешёвой"},
            params={"amount": 4.44},
            lines=(line(13_33), line(16_66, id="2")),
            cuts=(4_44, 0),
        ),
        Example(
            says={"en": "the dearest at 1", "ru": "самая дорогая за 1"},
            params={"price": 1, "which": "dearest"},
            lines=(line(13_33), line(16_66, id="2")),
            cuts=(0, 15_66),
        ),
        Example(
            says={"en": "one unit is no pair", "ru": "одна штука — не пара"},
            params={"group": 2},
            lines=(line(13_33),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "An incomplete group gets nothing; with `every` grouping from the dearest down "
            "gives the member the most that any grouping can.",
            "ru": "Неполная группа не получает ничего; с `every` сборка групп от дорогих даёт "
            "участнику наибольшее из возможного.",
        },
        {
            "en": "Units that cost nothing already, and goods by weight, are not counted.",
            "ru": "Штуки, которые уже бесплатны, и весовой товар не считаются.",
        },
        {
            "en": "When one of the units comes back, each bears its part of the discount in "
            "proportion to its price.",
            "ru": "При возврате штуки каждая несёт свою часть скидки пропорционально цене.",
        },
        {
            "en": "A minimum price limits what its own unit gets; nothing moves to the others.",
            "ru": "Минимальная цена ограничивает скидку своей штуки; на другие ничего не переходит.",
        },
    ),
)
