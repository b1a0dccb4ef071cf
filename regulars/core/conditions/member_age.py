"""The member has been in the programme for a certain time."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds

Days = Annotated[int, Field(ge=0, le=36_600)]


class MemberAge(Frozen):
    """Calendar days since enrolment; the day of enrolment is day 0, both ends are included."""

    days_min: Days | None = Field(default=None, title="Days in the programme, from")
    days_max: Days | None = Field(default=None, title="Days in the programme, up to")

    @model_validator(mode="after")
    def _in_order(self) -> "MemberAge":
        if self.days_min is None and self.days_max is None:
            raise PydanticCustomError("programme.min_or_max", "one is needed")
        if self.days_max is not None and (self.days_min or 0) > self.days_max:
            raise PydanticCustomError("programme.min_over_max", "min is over max")
        return self


def prepare(params: MemberAge, terms: Terms) -> Holds:
    least, most = params.days_min or 0, params.days_max

    def holds(scene: Scene) -> bool:
        days = _days(scene, terms)
        return days >= least and (most is None or days <= most)

    return holds


def why_not(params: MemberAge, scene: Scene, terms: Terms) -> Reason:
    days = _days(scene, terms)
    if days < (params.days_min or 0):
        return Reason.of("condition.member_age.new", least=params.days_min, days=days)
    return Reason.of("condition.member_age.old", most=params.days_max, days=days)


def _days(scene: Scene, terms: Terms) -> int:
    enrolled = scene.buyer.enrolled_at.astimezone(terms.zone).date()
    return max(0, (scene.local.date() - enrolled).days)


_ENROLLED = {"enrolled_at": datetime(2026, 3, 1, 20, 0, tzinfo=UTC)}

CONDITION = Condition(
    code="member_age",
    title={"en": "Time in the programme", "ru": "Время в программе"},
    summary={
        "en": "Holds where the member enrolled at least `days_min` and at most `days_max` calendar "
        "days ago; the day of enrolment is day 0.",
        "ru": "Выполнено, если участник вступил не меньше `days_min` и не больше `days_max` "
        "календарных дней назад; день вступления считается нулевым.",
    },
    params=MemberAge,
    prepare=prepare,
    why_not=why_not,
    looks_at="member",
    examples=(
        Example(
            says={"en": "enrolled three days ago", "ru": "вступил три дня назад"},
            params={"days_min": 3},
            buyer=_ENROLLED,
            holds=True,
        ),
        Example(
            says={"en": "no longer a newcomer", "ru": "уже не новичок"},
            params={"days_max": 2},
            buyer=_ENROLLED,
            holds=False,
        ),
    ),
)
