"""The purchase falls into a window of the day, which may pass midnight."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs

CLOCK = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
Clock = Annotated[str, Field(pattern=CLOCK)]


class Hours(Frozen):
    """From `from` on, up to but not including `to`, by the clock of the business."""

    from_: Clock = Field(alias="from", title="From")
    to: Clock = Field(title="Until, not included")

    @model_validator(mode="after")
    def _not_empty(self) -> "Hours":
        if self.from_ == self.to or self.from_ == "24:00":
            raise PydanticCustomError("programme.hours_empty", "the window is empty")
        return self


def prepare(params: Hours, terms: Terms) -> Holds:
    start, end = _minutes(params.from_), _minutes(params.to)
    if start < end:
        return lambda scene: start <= _minute(scene) < end
    return lambda scene: not end <= _minute(scene) < start


def index(params: Hours, terms: Terms) -> Needs:
    start, end = _minutes(params.from_), _minutes(params.to)
    last = end if start < end else end + 24 * 60
    return {"hour": frozenset(hour % 24 for hour in range(start // 60, (last - 1) // 60 + 1))}


def why_not(params: Hours, scene: Scene, terms: Terms) -> Reason:
    return Reason.of(
        "condition.hours", since=params.from_, until=params.to, at=f"{scene.local:%H:%M}"
    )


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _minute(scene: Scene) -> int:
    local = scene.local
    return local.hour * 60 + local.minute


CONDITION = Condition(
    code="hours",
    title={"en": "Hours of the day", "ru": "Часы дня"},
    summary={
        "en": "Holds from `from` until `to` (not included). Where `from` is later than `to`, the "
        "window passes midnight.",
        "ru": "Выполнено с `from` до `to` (не включая). Если `from` позже `to`, окно проходит "
        "через полночь.",
    },
    params=Hours,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="time",
    examples=(
        Example(
            says={"en": "half past eight is in the morning window", "ru": "половина девятого утра"},
            params={"from": "08:00", "to": "11:00"},
            at=datetime(2026, 3, 4, 8, 30, tzinfo=UTC),
            holds=True,
        ),
        Example(
            says={"en": "the end is not included", "ru": "конец не входит"},
            params={"from": "08:00", "to": "11:00"},
            at=datetime(2026, 3, 4, 11, 0, tzinfo=UTC),
            holds=False,
        ),
        Example(
            says={"en": "a night window after midnight", "ru": "ночное окно после полуночи"},
            params={"from": "22:00", "to": "02:00"},
            at=datetime(2026, 3, 4, 1, 59, tzinfo=UTC),
            holds=True,
        ),
    ),
)
