"""The purchase has a certain number in the member's row of purchases."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class NthPurchase(Frozen):
    """Every so many purchases, or certain ones; returned purchases are not counted."""

    every: Annotated[int, Field(ge=2, le=10_000)] | None = Field(default=None, title="Every n-th")
    at: Annotated[tuple[Number, ...], Field(max_length=100)] = Field(
        default=(), title="Exactly the n-th"
    )

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "NthPurchase":
        if bool(self.at) == (self.every is not None):
            raise PydanticCustomError("programme.every_or_at", "one of the two is needed")
        return self


def prepare(params: NthPurchase, terms: Terms) -> Holds:
    every, at = params.every, frozenset(params.at)
    if every is not None:
        return lambda scene: (scene.buyer.visits + 1) % every == 0
    return lambda scene: scene.buyer.visits + 1 in at


def why_not(params: NthPurchase, scene: Scene, terms: Terms) -> Reason:
    number = scene.buyer.visits + 1
    if params.every is not None:
        return Reason.of("condition.nth_purchase.every", every=params.every, number=number)
    wanted = ", ".join(map(str, sorted(params.at)))
    return Reason.of("condition.nth_purchase.at", wanted=wanted, number=number)


CONDITION = Condition(
    code="nth_purchase",
    title={"en": "N-th purchase", "ru": "N-я покупка"},
    summary={
        "en": "Holds on every n-th purchase (`every: 5`) or on certain ones (`at: [1, 10]`). The "
        "purchase at hand counts; returned ones do not.",
        "ru": "Выполнено на каждой n-й покупке (`every: 5`) или на названных (`at: [1, 10]`). "
        "Нынешняя покупка считается, возвращённые нет.",
    },
    params=NthPurchase,
    prepare=prepare,
    why_not=why_not,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "the tenth is a fifth one", "ru": "десятая кратна пяти"},
            params={"every": 5},
            lines=(line(100_00),),
            buyer={"visits": 9},
            holds=True,
        ),
        Example(
            says={"en": "the second is not listed", "ru": "второй нет в списке"},
            params={"at": [1, 3]},
            lines=(line(100_00),),
            buyer={"visits": 1},
            holds=False,
        ),
    ),
)
