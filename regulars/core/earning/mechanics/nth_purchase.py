"""A bonus on every n-th purchase, or on certain ones."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic
from regulars.core.example import line
from regulars.core.programme.markers import UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import plain, to_minor
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class NthPurchase(Frozen):
    """The number counts the purchase at hand; wholly returned ones do not count."""

    points: UnitsStep = Field(title="Points")
    every: Annotated[int, Field(ge=2, le=10_000)] | None = Field(default=None, title="Every n-th")
    at: Annotated[tuple[Number, ...], Field(max_length=100)] = Field(
        default=(), title="Exactly the n-th"
    )

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "NthPurchase":
        if bool(self.at) == (self.every is not None):
            raise PydanticCustomError("programme.every_or_at", "one of the two is needed")
        return self


def prepare(params: NthPurchase, terms: Terms, scale: int) -> Gives:
    points = to_minor(params.points, scale)
    shown = plain(params.points)
    every, at = params.every, frozenset(params.at)

    def gives(scene: Scene, lines: Lines) -> Given | None:
        number = scene.buyer.visits + 1
        if number % every if every else number not in at:
            return None
        return points, 1, None, (("points", shown), ("number", number))

    return gives


MECHANIC = Mechanic(
    code="nth_purchase",
    title={"en": "Bonus on the n-th purchase", "ru": "Бонус за n-ю покупку"},
    summary={
        "en": "Gives `points` on every n-th purchase of the member (`every: 5`) or on the named "
        "ones (`at: [1, 10]`), if it holds any of the selected goods.",
        "ru": "Даёт `points` на каждой n-й покупке участника (`every: 5`) или на названных "
        "(`at: [1, 10]`), если в ней есть выбранные товары.",
    },
    params=NthPurchase,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "the fifth of every five", "ru": "пятая из каждых пяти"},
            params={"points": 100, "every": 5},
            lines=(line(300_00),),
            buyer={"visits": 4},
            earns=100,
        ),
        Example(
            says={"en": "the sixth gives nothing", "ru": "шестая не даёт ничего"},
            params={"points": 100, "every": 5},
            lines=(line(300_00),),
            buyer={"visits": 5},
            earns=0,
        ),
    ),
)
