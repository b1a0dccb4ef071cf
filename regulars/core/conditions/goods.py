"""The receipt holds certain goods, perhaps for a least amount or in a least quantity."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Goods
from regulars.core.programme.markers import MoneyFrom
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import NotNegative
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.reasons import Reason
from regulars.core.scene import Scene, decimal_text
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Missing, Needs

Quantity = Annotated[NotNegative, Field(decimal_places=3, max_digits=12)]


class GoodsBought(Frozen):
    """Lines of the receipt that match, taken together."""

    goods: Goods = Field(title="Goods")
    amount_min: MoneyFrom | None = Field(default=None, title="For at least this amount")
    quantity_min: Quantity | None = Field(default=None, title="At least so many units")


def prepare(params: GoodsBought, terms: Terms) -> Holds:
    number = terms.number_of(params.goods)
    amount, quantity = _least(params, terms)
    if not amount and not quantity:
        return lambda scene: bool(scene.positions_of(number))

    def holds(scene: Scene) -> bool:
        positions = scene.positions_of(number)
        if not positions or (quantity and _units(scene, positions) < quantity):
            return False
        return not amount or _rung_up(scene, number) >= amount

    return holds


def index(params: GoodsBought, terms: Terms) -> Needs:
    return {"goods": frozenset({terms.number_of(params.goods)})}


def why_not(params: GoodsBought, scene: Scene, terms: Terms) -> Reason:
    number = terms.number_of(params.goods)
    amount, quantity = _least(params, terms)
    positions = scene.positions_of(number)
    if not positions:
        return Reason.of("condition.goods")
    units = _units(scene, positions)
    if quantity and units < quantity:
        return Reason.of(
            "condition.goods.quantity",
            least=str(params.quantity_min),
            found=decimal_text(units, 3),
        )
    found = decimal_text(_rung_up(scene, number), terms.money_scale)
    return Reason.of(
        "condition.goods.amount", least=decimal_text(amount, terms.money_scale), found=found
    )


def _least(params: GoodsBought, terms: Terms) -> tuple[int, int]:
    amount = 0 if params.amount_min is None else terms.money_minor(params.amount_min)
    quantity = 0 if params.quantity_min is None else int(params.quantity_min * QUANTITY_SCALE)
    return amount, quantity


def missing(params: GoodsBought, scene: Scene, terms: Terms) -> Missing | None:
    number = terms.number_of(params.goods)
    amount, quantity = _least(params, terms)
    positions = scene.positions_of(number)
    units = quantity - _units(scene, positions)
    if not positions and not quantity:
        units = QUANTITY_SCALE
    return Missing(max(0, amount - _rung_up(scene, number)), max(0, units), params.goods)


def _units(scene: Scene, positions: Sequence[int]) -> int:
    lines = scene.receipt.lines
    return sum([lines[i].quantity for i in positions])


def _rung_up(scene: Scene, number: int) -> int:
    amounts = scene.amounts
    return sum([amounts[i] for i in scene.positions_of(number)])


_TWO_COFFEES = (
    line(180_00, sku="latte", category="drinks/coffee"),
    line(120_00, id="2", sku="espresso", category="drinks/coffee"),
    line(90_00, id="3", sku="bun", category="bakery"),
)

CONDITION = Condition(
    code="goods",
    title={"en": "Goods in the receipt", "ru": "Товары в чеке"},
    summary={
        "en": "Holds where the receipt has lines of these goods; with `amount_min`, where they "
        "come to at least that amount as rung up; with `quantity_min`, where there are at least so "
        "many units of them.",
        "ru": "Выполнено, если в чеке есть такие товары; с `amount_min`, если их не меньше чем на "
        "эту сумму по чеку; с `quantity_min`, если их не меньше стольких единиц.",
    },
    params=GoodsBought,
    prepare=prepare,
    why_not=why_not,
    missing=missing,
    index=index,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "coffee is in the receipt", "ru": "в чеке есть кофе"},
            params={"goods": {"categories": ["drinks/coffee"]}},
            lines=_TWO_COFFEES,
            holds=True,
        ),
        Example(
            says={"en": "300 of coffee are not 301", "ru": "кофе на 300, а нужно на 301"},
            params={"goods": {"categories": ["drinks/coffee"]}, "amount_min": 301},
            lines=_TWO_COFFEES,
            holds=False,
        ),
        Example(
            says={"en": "two coffees of two", "ru": "два кофе из двух"},
            params={"goods": {"categories": ["drinks"]}, "quantity_min": 2},
            lines=_TWO_COFFEES,
            holds=True,
        ),
    ),
)
