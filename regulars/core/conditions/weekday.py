"""The purchase falls on one of the named days of the week."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Weekday(Frozen):
    """Days of the week by the calendar of the business."""

    in_: Annotated[tuple[Day, ...], Field(alias="in", min_length=1, max_length=7, title="Days")]


def prepare(params: Weekday, terms: Terms) -> Holds:
    days = _numbers(params)
    return lambda scene: scene.local.weekday() in days


def index(params: Weekday, terms: Terms) -> Needs:
    return {"weekday": _numbers(params)}


def why_not(params: Weekday, scene: Scene, terms: Terms) -> Reason:
    return Reason.of(
        "condition.weekday", days=", ".join(params.in_), day=DAYS[scene.local.weekday()]
    )


def _numbers(params: Weekday) -> frozenset[int]:
    return frozenset(DAYS.index(day) for day in params.in_)


CONDITION = Condition(
    code="weekday",
    title={"en": "Day of the week", "ru": "День недели"},
    summary={
        "en": "Holds on the named days: mon, tue, wed, thu, fri, sat, sun. A day runs from "
        "midnight to midnight of the business zone.",
        "ru": "Выполнено в названные дни: mon, tue, wed, thu, fri, sat, sun. День длится от "
        "полуночи до полуночи по часам бизнеса.",
    },
    params=Weekday,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="time",
    examples=(
        Example(
            says={"en": "Wednesday in the middle of the week", "ru": "среда в середине недели"},
            params={"in": ["tue", "wed"]},
            at=datetime(2026, 3, 4, 12, tzinfo=UTC),
            holds=True,
        ),
        Example(
            says={"en": "Wednesday is not the weekend", "ru": "среда не выходной"},
            params={"in": ["sat", "sun"]},
            at=datetime(2026, 3, 4, 12, tzinfo=UTC),
            holds=False,
        ),
    ),
)
