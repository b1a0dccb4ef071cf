"""The more is bought, the more comes off: steps of a threshold with a percentage or an amount."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.goods import Goods
from regulars.core.programme.markers import MoneyFrom, MoneyStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Percent, plain
from regulars.core.promotions.basket import Basket, Cuts, Selected
from regulars.core.promotions.pieces import NOTHING_LEFT, lacks_units
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing, Params
from regulars.core.purchase import GOODS, QUANTITY_SCALE
from regulars.core.reasons import Reason
from regulars.core.scene import decimal_text
from regulars.core.terms import Terms


class SpendStep(Frozen):
    """From here on, so many percent or so much off."""

    from_: MoneyFrom = Field(alias="from", title="From")
    percent: Percent | None = Field(default=None, title="Percent", gt=0)
    amount: MoneyStep | None = Field(default=None, title="Amount")

    @model_validator(mode="after")
    def _one_way(self) -> "SpendStep":
        if (self.percent is None) == (self.amount is None):
            raise PydanticCustomError("programme.percent_or_amount", "either percent or amount")
        return self


class SpendSteps(Frozen):
    """Steps from the lowest to the highest; the highest one reached counts."""

    steps: Annotated[tuple[SpendStep, ...], Field(min_length=1, max_length=50, title="Steps")]
    by: Literal["money", "units"] = Field(default="money", title="Steps of money or of units")
    of: Literal["goods", "receipt"] = Field(
        default="goods", title="What is measured: the promotion's goods, or the whole receipt"
    )
    measured: Goods | None = Field(default=None, title="Measured are these goods instead")
    repeats: bool = Field(
        default=False, title="An amount counts once for every whole multiple of its step"
    )

    each: Literal["once", "line"] = Field(
        default="once", title="An amount is given once, or on every line"
    )

    @model_validator(mode="after")
    def _steps_rise(self) -> "SpendSteps":
        amounts = [step.from_ for step in self.steps]
        if any(low >= high for low, high in pairwise(amounts)):
            raise PydanticCustomError("programme.steps_must_rise", "steps must rise")
        return self


class _Row(NamedTuple):
    least: int
    amount: int  # 0: a percentage
    numerator: int
    denominator: int
    params: Params


def prepare(params: SpendSteps, terms: Terms, currency_scale: int) -> Gives:
    scale = terms.money_scale if params.by == "money" else 3
    rows = [_row(step, params.by, terms) for step in params.steps]
    lowest = rows[0].least
    rows.reverse()
    measured = _measured(params, terms)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        at = positions if measured is None else basket.goods_of(measured)
        if params.by == "money":
            found = sum(basket.counted(i) for i in at)
        else:
            found = sum(basket.lines[i].quantity for i in at if basket.lines[i].kind == GOODS)
        row = next((row for row in rows if found >= row.least), None)
        if row is None:
            short = lowest - found
            if params.by == "units":
                return lacks_units(-(-short // QUANTITY_SCALE))
            reason = Reason.of("promotion.missing.money", money=decimal_text(short, scale))
            return Missing(reason, money_minor=short)
        if row.amount:
            again = found // row.least if params.repeats and row.least else 1
            give = _every_line if params.each == "line" else _once
            cuts = give(basket, positions, row.amount * times * again)
        else:
            numerator = min(row.numerator * times, row.denominator)
            cuts = basket.percentage(positions, numerator, row.denominator)
        if not cuts:
            return NOTHING_LEFT
        shown = decimal_text(found, scale)
        if params.by == "units" and not found % QUANTITY_SCALE:
            shown = str(found // QUANTITY_SCALE)
        said = (*row.params, ("found", shown))
        variant = "amount" if row.amount else "percent"
        return Given(cuts, said, variant=variant)

    return gives


def _once(basket: Basket, positions: Sequence[int], amount: int) -> Cuts:
    weights = [basket.money[i] for i in positions]
    if not any(weights):
        return ()
    due = basket.gross_over(amount, positions, weights, net=basket.rules.net)
    return basket.spread(due, positions, weights)


def _every_line(basket: Basket, positions: Sequence[int], amount: int) -> Cuts:
    net = basket.rules.net
    dues = ((i, min(basket.gross(i, amount, net=net), basket.room(i))) for i in positions)
    return [(i, due) for i, due in dues if due]


def _row(step: SpendStep, by: str, terms: Terms) -> _Row:
    least = terms.money_minor(step.from_) if by == "money" else int(step.from_ * QUANTITY_SCALE)
    said: Params = (("least", str(plain(step.from_))),)
    if step.amount is not None:
        said = (*said, ("amount", str(plain(step.amount))))
        return _Row(least, terms.money_minor(step.amount), 0, 1, said)
    assert step.percent is not None
    ratio = (step.percent / 100).as_integer_ratio()
    return _Row(least, 0, *ratio, (*said, ("percent", plain(step.percent))))


def _measured(params: SpendSteps, terms: Terms) -> Selected | None:
    if params.measured is not None:
        return Selected(terms.number_of(params.measured), terms.goods)
    if params.of == "receipt":
        return Selected(terms.number_of(Goods()), terms.goods)
    return None


_STEPS = [{"from": 0, "percent": 10}, {"from": 20, "percent": 15}, {"from": 30, "percent": 20}]

KIND = Kind(
    code="spend_steps",
    title={"en": "Steps of spending", "ru": "Ступени суммы"},
    summary={
        "en": "A percentage or an amount off by the step that the selected goods reach, in money or "
        "in units. Measured may be other goods, or the whole receipt, than those that get cheaper.",
        "ru": "Процент или сумма скидки по ступени, которой достигли выбранные товары деньгами или "
        "штуками. Измеряться могут другие товары или весь чек, а не то, что дешевеет.",
    },
    params=SpendSteps,
    prepare=prepare,
    phase="order",
    examples=(
        Example(
            says={"en": "20 in all reach the second step", "ru": "20 достигают второй ступени"},
            params={"steps": _STEPS},
            lines=(line(10_00), line(10_00, id="2")),
            cuts=(1_50, 1_50),
        ),
        Example(
            says={
                "en": "the receipt is measured, only the bread gets cheaper",
                "ru": "измеряется чек, дешевеет только хлеб",
            },
            params={"steps": _STEPS, "of": "receipt"},
            promotion={"goods": {"skus": ["bread"]}},
            lines=(line(10_00), line(25_00, id="2", sku="milk")),
            cuts=(2_00, 0),
        ),
        Example(
            says={"en": "100 off from 1,000, 300 from 2,000", "ru": "100 от 1000, 300 от 2000"},
            params={"steps": [{"from": 1000, "amount": 100}, {"from": 2000, "amount": 300}]},
            lines=(line(2000_00),),
            cuts=(300_00,),
        ),
        Example(
            says={"en": "100 for every whole 1,000", "ru": "100 за каждую полную 1000"},
            params={"steps": [{"from": 1000, "amount": 100}], "repeats": True},
            lines=(line(3999_00),),
            cuts=(300_00,),
        ),
        Example(
            says={
                "en": "5 % from three units, 10 % from five",
                "ru": "5 % от трёх штук, 10 % от пяти",
            },
            params={
                "by": "units",
                "steps": [{"from": 3, "percent": 5}, {"from": 5, "percent": 10}],
            },
            lines=(line(40_00, quantity=4000),),
            cuts=(2_00,),
        ),
        Example(
            says={"en": "0.01 short of the lowest step", "ru": "не хватает 0,01 до первой ступени"},
            params={"steps": [{"from": 1000, "amount": 100}]},
            lines=(line(999_99),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "What is left to pay after earlier promotions is measured, or the initial amount, "
            "by `promotion_policy: {conditions_on: left | initial}`.",
            "ru": "Измеряется остаток после прежних акций или исходная сумма по "
            "`promotion_policy: {conditions_on: left | initial}`.",
        },
        {
            "en": "The steps stand in rising order; only the highest one reached counts.",
            "ru": "Ступени стоят по возрастанию; считается только самая высокая достигнутая.",
        },
    ),
)
