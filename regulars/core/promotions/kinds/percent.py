"""A percentage off the selected goods."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from regulars.core.example import line
from regulars.core.programme.markers import MoneyStep
from regulars.core.programme.texts import Percent, plain
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.pieces import (
    NOTHING_LEFT,
    PieceLimits,
    count_of,
    limited,
)
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.terms import Terms

_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much; this is the hot path


class PercentOff(PieceLimits):
    """How many percent, of which units, up to which amount."""

    percent: Percent = Field(title="Percent", gt=0)
    max_amount: MoneyStep | None = Field(default=None, title="Discount at most")
    repeated: Literal["added", "compounded"] = Field(
        default="added", title="For several sets the percentages add up, or follow one another"
    )


def prepare(params: PercentOff, terms: Terms, currency_scale: int) -> Gives:
    numerator, denominator = (params.percent / 100).as_integer_ratio()
    said = (("percent", plain(params.percent)),)
    most = None if params.max_amount is None else terms.money_minor(params.max_amount)
    limited_by_piece = _by_piece(params, numerator, denominator)
    _, *rest = Given((), said)

    def simply(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        if basket.units_most is not None and basket.too_many(positions):
            return limited_by_piece(basket, positions, times)
        share = numerator if times == 1 else min(numerator * times, denominator)
        cuts = basket.percentage(positions, share, denominator)
        return _new(Given, (cuts, *rest)) if cuts else NOTHING_LEFT

    def compounded(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        trial, total = basket.copy(), dict.fromkeys(positions, 0)
        for _ in range(times):
            cuts = trial.percentage(positions, numerator, denominator)
            if not cuts:
                break
            trial.apply(cuts)
            for position, cut in cuts:
                total[position] += cut
        given = [(position, cut) for position, cut in total.items() if cut]
        return Given(given, said) if given else NOTHING_LEFT

    def capped(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        given = inner(basket, positions, times)
        if most is None or isinstance(given, Missing):
            return given
        total = sum(cut for _, cut in given.cuts)
        if total <= most * times:
            return given
        at = [position for position, _ in given.cuts]
        weights = [cut for _, cut in given.cuts]
        return given._replace(cuts=basket.spread(most * times, at, weights))

    inner: Gives = compounded if params.repeated == "compounded" else simply
    if params.by_piece:
        inner = limited_by_piece
    return inner if most is None else capped


def _by_piece(params: PercentOff, numerator: int, denominator: int) -> Gives:
    said = (("percent", plain(params.percent)),)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        parts = limited(basket, positions, params, times)
        if not parts:
            return NOTHING_LEFT
        wanted = basket.percents(
            [part.base for part in parts], [part.units for part in parts], numerator, denominator
        )
        cuts: dict[int, int] = {}
        for part, cut in zip(parts, wanted, strict=True):
            cuts[part.pile.position] = min(cut, part.room)
        given = [(position, cut) for position, cut in sorted(cuts.items()) if cut]
        if not given:
            return NOTHING_LEFT
        used = [(part.pile.position, part.units) for part in parts] if params.uses_up else ()
        return Given(given, said, units=used, pieces=count_of(parts))

    return gives


KIND = Kind(
    code="percent",
    title={"en": "Percentage off", "ru": "Скидка в процентах"},
    summary={
        "en": "Takes a percentage off the selected goods; with level `order` off the whole receipt. "
        "With a limit of units it is taken of exactly those units.",
        "ru": "Снижает цену выбранных товаров на процент; с уровнем `order` — всего чека. С "
        "ограничением по штукам процент берётся ровно с этих штук.",
    },
    params=PercentOff,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "10 % of 99.90 is 9.99", "ru": "10 % от 99,90 — 9,99"},
            params={"percent": 10},
            lines=(line(99_90),),
            cuts=(9_99,),
        ),
        Example(
            says={
                "en": "the odd kopeck goes by largest remainder: 10 % of 3.33 in three lines is 0.33",
                "ru": "лишняя копейка — по наибольшему остатку: 10 % от 3,33 в трёх строках — 0,33",
            },
            params={"percent": 10},
            lines=(line(1_11), line(1_11, id="2"), line(1_11, id="3")),
            cuts=(11, 11, 11),
        ),
        Example(
            says={
                "en": "100 %, at most 40: 30 and 25 share them",
                "ru": "100 %, не больше 40: 30 и 25 делят их",
            },
            params={"percent": 100, "max_amount": 40},
            lines=(line(30_00, quantity=2000), line(25_00, id="2")),
            cuts=(21_82, 18_18),
        ),
        Example(
            says={"en": "the cheapest unit only", "ru": "только самая дешёвая штука"},
            params={"percent": 20, "max_units": 1},
            lines=(line(24_00, quantity=2000), line(40_00, id="2", quantity=2000)),
            cuts=(2_40, 0),
        ),
        Example(
            says={"en": "one unit of every line", "ru": "по одной штуке в строке"},
            params={"percent": 10, "max_units_per_line": 1},
            lines=(line(100_00), line(750_00, id="2", quantity=5000)),
            cuts=(10_00, 15_00),
        ),
        Example(
            says={
                "en": "whole threes only: three of four",
                "ru": "только тройками: три из четырёх",
            },
            params={"percent": 10, "group_size": 3},
            lines=(line(30_00, quantity=3000), line(20_00, id="2")),
            cuts=(3_00, 0),
        ),
        Example(
            says={
                "en": "two units of each product, over its lines",
                "ru": "по две штуки каждого товара, со всех его строк",
            },
            params={"percent": 10, "max_units_per_product": 2},
            lines=(
                line(10_00),
                line(30_00, id="2", quantity=3000),
                line(50_00, id="3", sku="milk"),
            ),
            cuts=(0, 2_00, 5_00),
        ),
        Example(
            says={"en": "goods by weight: 0.137 kg", "ru": "весовой товар: 0,137 кг"},
            params={"percent": 15},
            lines=(line(54_66, quantity=137),),
            cuts=(8_20,),
        ),
        Example(
            says={
                "en": "5 % for each of five sets, added up: 25 %",
                "ru": "5 % за каждый из пяти наборов складываются: 25 %",
            },
            params={"percent": 5},
            lines=(line(50_00, quantity=5000),),
            cuts=(12_50,),
            times=5,
        ),
        Example(
            says={
                "en": "10 % of what is left, three times",
                "ru": "10 % от остатка, трижды",
            },
            params={"percent": 10, "repeated": "compounded"},
            lines=(line(300_00),),
            cuts=(81_30,),
            times=3,
        ),
    ),
    corner_cases=(
        {
            "en": "100 % always leaves nothing, however it is rounded.",
            "ru": "100 % не оставляет ничего при любом округлении.",
        },
        {
            "en": "What a minimum price keeps from a line goes to the other lines, or is lost, by "
            "`promotion_policy: {minimum_price: moves | lost}`; of single units it is lost.",
            "ru": "Что минимальная цена не даёт снять со строки, переходит на другие строки или "
            "пропадает по `promotion_policy: {minimum_price: moves | lost}`; у отдельных штук "
            "пропадает.",
        },
        {
            "en": "Goods by weight are no pieces: limits of units leave them out.",
            "ru": "Весовой товар не штучный: ограничения по штукам его не берут.",
        },
        {
            "en": "Several sets add up to 100 % at most; limits of units and of the amount count once "
            "for each set.",
            "ru": "За несколько наборов — не больше 100 %; ограничения по штукам и сумме действуют "
            "на каждый набор.",
        },
    ),
)
