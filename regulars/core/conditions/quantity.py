"""The receipt holds a certain number of units in all."""

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.conditions.goods import Quantity
from regulars.core.example import line
from regulars.core.programme.model import Frozen
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.reasons import Reason
from regulars.core.scene import Scene, decimal_text
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Missing


class Units(Frozen):
    """Both ends are included; weighed goods count by their weight."""

    min: Quantity | None = Field(default=None, title="From")
    max: Quantity | None = Field(default=None, title="Up to")

    @model_validator(mode="after")
    def _in_order(self) -> "Units":
        if self.min is None and self.max is None:
            raise PydanticCustomError("programme.min_or_max", "one is needed")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("programme.min_over_max", "min is over max")
        return self


def prepare(params: Units, terms: Terms) -> Holds:
    least = 0 if params.min is None else int(params.min * QUANTITY_SCALE)
    if params.max is None:
        return lambda scene: _found(scene) >= least
    most = int(params.max * QUANTITY_SCALE)
    return lambda scene: least <= _found(scene) <= most


def why_not(params: Units, scene: Scene, terms: Terms) -> Reason:
    found = _found(scene)
    shown = decimal_text(found, 3)
    if params.min is not None and found < params.min * QUANTITY_SCALE:
        return Reason.of("condition.quantity.few", least=str(params.min), found=shown)
    return Reason.of("condition.quantity.many", most=str(params.max), found=shown)


def missing(params: Units, scene: Scene, terms: Terms) -> Missing | None:
    if params.min is None:
        return None
    least, found = int(params.min * QUANTITY_SCALE), _found(scene)
    return Missing(0, least - found) if found < least else None


def _found(scene: Scene) -> int:
    lines = scene.receipt.lines
    return sum([lines[i].quantity for i in scene.goods_only])


_THREE = (line(100_00, quantity=2000), line(50_00, id="2", quantity=1000))

CONDITION = Condition(
    code="quantity",
    title={"en": "Units in the receipt", "ru": "Количество в чеке"},
    summary={
        "en": "Holds where all lines together have at least `min` and at most `max` units. For "
        "units of certain goods use the condition `goods`.",
        "ru": "Выполнено, если во всех строках вместе не меньше `min` и не больше `max` единиц. "
        "Для единиц определённых товаров есть условие `goods`.",
    },
    params=Units,
    prepare=prepare,
    why_not=why_not,
    missing=missing,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "three units are three", "ru": "три единицы"},
            params={"min": 3},
            lines=_THREE,
            holds=True,
        ),
        Example(
            says={"en": "three units are over two", "ru": "три единицы больше двух"},
            params={"max": 2},
            lines=_THREE,
            holds=False,
        ),
    ),
)
