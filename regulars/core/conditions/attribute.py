"""A field that the business keeps on its members or sends with its receipts has a certain value."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds

Text = Annotated[StrictStr, Field(max_length=200)]
Whole = Annotated[StrictInt, Field(ge=-(10**15), le=10**15)]
Value = StrictBool | Whole | Text


class Attribute(Frozen):
    """One of the four questions is asked; a missing field answers every one with no."""

    of: Literal["member", "receipt"] = Field(
        default="member", title="Kept on the member or sent with the receipt"
    )
    name: Annotated[str, Field(min_length=1, max_length=60)] = Field(title="Name of the field")
    eq: Value | None = Field(default=None, title="Equals")
    in_: Annotated[tuple[Value, ...], Field(alias="in", default=(), max_length=200, title="One of")]
    min: Whole | None = Field(default=None, title="From")
    max: Whole | None = Field(default=None, title="Up to")

    @model_validator(mode="after")
    def _one_question(self) -> "Attribute":
        ranged = self.min is not None or self.max is not None
        if (self.eq is not None) + bool(self.in_) + ranged != 1:
            raise PydanticCustomError("programme.one_question", "exactly one question is needed")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("programme.min_over_max", "min is over max")
        return self


def prepare(params: Attribute, terms: Terms) -> Holds:
    name, of_member = params.name, params.of == "member"
    wanted = frozenset(map(_typed, params.in_ if params.in_ else (params.eq,)))
    least, most = params.min, params.max

    def equals(scene: Scene) -> bool:
        return _typed(_fields(scene, of_member).get(name)) in wanted

    def lies_between(scene: Scene) -> bool:
        value = _fields(scene, of_member).get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return (least is None or value >= least) and (most is None or value <= most)

    return equals if least is None and most is None else lies_between


def why_not(params: Attribute, scene: Scene, terms: Terms) -> Reason:
    return Reason.of(f"condition.attribute.{params.of}", name=params.name)


def _fields(scene: Scene, of_member: bool) -> Mapping[str, str | int | bool]:
    return scene.buyer.attributes if of_member else scene.receipt.attributes


def _typed(value: object) -> tuple[bool, object]:
    """Python holds `True == 1`; a field that says 1 does not say yes."""
    return isinstance(value, bool), value


CONDITION = Condition(
    code="attribute",
    title={"en": "Custom field", "ru": "Своё поле"},
    summary={
        "en": "Asks a field of the member or of the receipt one question: `eq`, `in`, or `min` "
        "and `max` (whole numbers, both ends included). A field that is not there answers no.",
        "ru": "Задаёт полю участника или чека один вопрос: `eq`, `in` либо `min` и `max` (целые, "
        "оба конца включены). Если поля нет, ответ «нет».",
    },
    params=Attribute,
    prepare=prepare,
    why_not=why_not,
    looks_at="member",
    examples=(
        Example(
            says={"en": "the city is the named one", "ru": "город тот самый"},
            params={"name": "city", "eq": "Kazan"},
            buyer={"attributes": {"city": "Kazan"}},
            holds=True,
        ),
        Example(
            says={"en": "a receipt of two guests is not a party", "ru": "двое гостей не компания"},
            params={"of": "receipt", "name": "guests", "min": 4},
            receipt={"attributes": {"guests": 2}},
            holds=False,
        ),
        Example(
            says={"en": "the number 1 is not a yes", "ru": "число 1 не значит «да»"},
            params={"name": "vegan", "eq": True},
            buyer={"attributes": {"vegan": 1}},
            holds=False,
        ),
    ),
)
