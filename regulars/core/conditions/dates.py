"""The purchase lies in a window of dates or moments."""

from datetime import UTC, datetime

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import micros
from regulars.core.programme.model import Frozen
from regulars.core.programme.moments import Moment, moment_micros
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class Dates(Frozen):
    """From `since` on, up to but not including `until`."""

    since: Moment | None = Field(default=None, title="From")
    until: Moment | None = Field(default=None, title="Until, not included")

    @model_validator(mode="after")
    def _one_is_given(self) -> "Dates":
        if self.since is None and self.until is None:
            raise PydanticCustomError("programme.since_or_until", "one is needed")
        return self


def prepare(params: Dates, terms: Terms) -> Holds:
    since, until = _bounds(params, terms)

    def holds(scene: Scene) -> bool:
        at = micros(scene.moment)
        return (since is None or since <= at) and (until is None or at < until)

    return holds


def index(params: Dates, terms: Terms) -> Needs:
    return {"moment": frozenset({_bounds(params, terms)})}


def why_not(params: Dates, scene: Scene, terms: Terms) -> Reason:
    since, _ = _bounds(params, terms)
    if since is not None and micros(scene.moment) < since:
        return Reason.of("condition.dates.early", since=str(params.since))
    return Reason.of("condition.dates.late", until=str(params.until))


def _bounds(params: Dates, terms: Terms) -> tuple[int | None, int | None]:
    return (
        None if params.since is None else moment_micros(params.since, terms.zone),
        None if params.until is None else moment_micros(params.until, terms.zone),
    )


CONDITION = Condition(
    code="dates",
    title={"en": "Dates", "ru": "Даты"},
    summary={
        "en": "Holds from the first moment of `since` until the first moment of `until`, by the "
        "clock of the business. One of the two may be missing.",
        "ru": "Выполнено с первого мгновения `since` до первого мгновения `until` по часам "
        "бизнеса. Одно из двух можно не указывать.",
    },
    params=Dates,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="time",
    examples=(
        Example(
            says={"en": "the last day of the window", "ru": "последний день окна"},
            params={"since": "2026-12-01", "until": "2027-01-01"},
            at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            holds=True,
        ),
        Example(
            says={"en": "the day of `until` is outside", "ru": "день `until` уже вне окна"},
            params={"since": "2026-12-01", "until": "2027-01-01"},
            at=datetime(2027, 1, 1, tzinfo=UTC),
            holds=False,
        ),
    ),
)
