"""More points from higher receipts, by steps."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic
from regulars.core.example import line
from regulars.core.programme.markers import MoneyStep, UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import plain, to_minor
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms


class Step(Frozen):
    """From this amount on, so many points."""

    from_: MoneyStep = Field(alias="from", title="From the amount")
    points: UnitsStep = Field(title="Points")


class ThresholdSteps(Frozen):
    """Steps from the lowest to the highest."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=50, title="Steps")]
    count: Literal["highest", "each"] = Field(
        default="highest", title="The highest step reached counts, or each of them"
    )

    @model_validator(mode="after")
    def _steps_rise(self) -> "ThresholdSteps":
        amounts = [step.from_ for step in self.steps]
        if any(low >= high for low, high in pairwise(amounts)):
            raise PydanticCustomError("programme.steps_must_rise", "steps must rise")
        return self


def prepare(params: ThresholdSteps, terms: Terms, scale: int) -> Gives:
    rows: list[tuple[int, Given]] = []
    total, units = 0, Decimal(0)
    for step in params.steps:
        points = to_minor(step.points, scale)
        total += points
        units += step.points
        given, shown = (total, units) if params.count == "each" else (points, step.points)
        said = (("points", plain(shown)), ("least", str(plain(step.from_))))
        rows.append((terms.money_minor(step.from_), (given, 1, None, said)))
    rows.reverse()

    def gives(scene: Scene, lines: Lines) -> Given | None:
        amount = lines.amount
        for least, given in rows:
            if amount >= least:
                return (*given[:3], (*given[3], ("amount", lines.amount_text)))
        return None

    return gives


_STEPS = [{"from": 1000, "points": 50}, {"from": 3000, "points": 200}]

MECHANIC = Mechanic(
    code="threshold_steps",
    title={"en": "Bonus by steps of the amount", "ru": "Бонус по ступеням суммы"},
    summary={
        "en": "Gives the points of the highest step that the amount paid for the selected goods "
        "reaches; with `count: each`, those of all steps reached, added up.",
        "ru": "Даёт баллы самой высокой ступени, которой достигла сумма выбранных товаров; с "
        "`count: each` складывает баллы всех достигнутых ступеней.",
    },
    params=ThresholdSteps,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "3,500 reaches the second step", "ru": "3500 достигает второй ступени"},
            params={"steps": _STEPS},
            lines=(line(3500_00),),
            earns=200,
        ),
        Example(
            says={"en": "both steps added", "ru": "обе ступени вместе"},
            params={"steps": _STEPS, "count": "each"},
            lines=(line(3500_00),),
            earns=250,
        ),
        Example(
            says={"en": "999.99 reaches none", "ru": "999,99 не достигает ни одной"},
            params={"steps": _STEPS},
            lines=(line(999_99),),
            earns=0,
        ),
    ),
)
