"""The receipt comes to a certain amount."""

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.programme.markers import MoneyFrom
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene, decimal_text
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Missing


class Amount(Frozen):
    """Both ends are included."""

    min: MoneyFrom | None = Field(default=None, title="From")
    max: MoneyFrom | None = Field(default=None, title="Up to")
    of: Literal["receipt", "paid"] = Field(
        default="receipt", title="Of the receipt as rung up, or of what is left to pay"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Amount":
        if self.min is None and self.max is None:
            raise PydanticCustomError("programme.min_or_max", "one is needed")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("programme.min_over_max", "min is over max")
        return self


def prepare(params: Amount, terms: Terms) -> Holds:
    least = 0 if params.min is None else terms.money_minor(params.min)
    if params.max is None:
        if params.of == "paid":
            return lambda scene: _paid(scene) >= least
        return lambda scene: scene.amount_of_goods() >= least
    most = terms.money_minor(params.max)
    return lambda scene: least <= _measured(params, scene) <= most


def why_not(params: Amount, scene: Scene, terms: Terms) -> Reason:
    found = _measured(params, scene)
    shown = decimal_text(found, terms.money_scale)
    if params.min is not None and found < terms.money_minor(params.min):
        return Reason.of("condition.amount.small", least=str(params.min), found=shown)
    return Reason.of("condition.amount.large", most=str(params.max), found=shown)


def missing(params: Amount, scene: Scene, terms: Terms) -> Missing | None:
    if params.min is None:
        return None
    least, found = terms.money_minor(params.min), _measured(params, scene)
    return Missing(least - found) if found < least else None


def _measured(params: Amount, scene: Scene) -> int:
    return _paid(scene) if params.of == "paid" else scene.amount_of_goods()


def _paid(scene: Scene) -> int:
    goods = scene.goods_only
    return sum(scene.paid if len(goods) == len(scene.paid) else [scene.paid[i] for i in goods])


CONDITION = Condition(
    code="amount",
    title={"en": "Amount of the receipt", "ru": "Сумма чека"},
    summary={
        "en": "Holds where the goods of the receipt come to at least `min` and at most `max`; "
        "delivery, gift cards and top-ups do not count. `of: receipt` "
        "measures what the till rang up, so paying with points does not lose the bonus; `of: paid` "
        "measures what points are reckoned on.",
        "ru": "Выполнено, если товаров в чеке не меньше чем на `min` и не больше чем на `max`; "
        "доставка, подарочные карты и пополнения не в счёт. `of: receipt` берёт "
        "сумму, пробитую кассой, и оплата баллами бонуса не лишает; `of: paid` берёт сумму, с "
        "которой начисляют.",
    },
    params=Amount,
    prepare=prepare,
    why_not=why_not,
    missing=missing,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "exactly the least amount", "ru": "ровно наименьшая сумма"},
            params={"min": 1000},
            lines=(line(600_00), line(400_00, id="2")),
            holds=True,
        ),
        Example(
            says={"en": "a kopeck over the largest", "ru": "на копейку больше наибольшей"},
            params={"max": 1000},
            lines=(line(1000_01),),
            holds=False,
        ),
    ),
)
