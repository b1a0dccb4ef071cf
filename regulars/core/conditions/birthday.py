"""The purchase is made near the member's birthday."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds

Days = Annotated[int, Field(ge=0, le=180)]


class Birthday(Frozen):
    """So many days before the birthday and after it; the day itself always counts."""

    days_before: Days = Field(default=0, title="Days before")
    days_after: Days = Field(default=0, title="Days after")


def prepare(params: Birthday, terms: Terms) -> Holds:
    before, after = timedelta(days=params.days_before), timedelta(days=params.days_after)

    def holds(scene: Scene) -> bool:
        birthday = scene.buyer.birthday
        if birthday is None:
            return False
        today = scene.local.date()
        return any(
            day - before <= today <= day + after
            for day in (birthday_in(birthday, today.year + year) for year in (-1, 0, 1))
        )

    return holds


def birthday_in(birthday: date, year: int) -> date:
    """The day on which it is celebrated that year: 29 February on the 28th of other years."""
    try:
        return birthday.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def why_not(params: Birthday, scene: Scene, terms: Terms) -> Reason:
    if scene.buyer.birthday is None:
        return Reason.of("condition.birthday.unknown")
    return Reason.of(
        "condition.birthday", days_before=params.days_before, days_after=params.days_after
    )


_CHRISTMAS = {"birthday": date(1990, 12, 30)}

CONDITION = Condition(
    code="birthday",
    title={"en": "Around the birthday", "ru": "Около дня рождения"},
    summary={
        "en": "Holds from `days_before` days before the member's birthday to `days_after` days "
        "after it, across the turn of the year too. Who was born on 29 February celebrates on the "
        "28th in other years. A member whose birthday is not known has none.",
        "ru": "Выполнено за `days_before` дней до дня рождения участника и `days_after` дней "
        "после, в том числе через Новый год. Родившиеся 29 февраля в другие годы празднуют 28-го. "
        "Если день рождения не известен, условие не выполнено.",
    },
    params=Birthday,
    prepare=prepare,
    why_not=why_not,
    looks_at="member",
    examples=(
        Example(
            says={"en": "three days later, in the new year", "ru": "через три дня, в новом году"},
            params={"days_before": 3, "days_after": 3},
            at=datetime(2026, 1, 2, 12, tzinfo=UTC),
            buyer=_CHRISTMAS,
            holds=True,
        ),
        Example(
            says={"en": "four days later is too late", "ru": "через четыре дня уже поздно"},
            params={"days_before": 3, "days_after": 3},
            at=datetime(2026, 1, 3, 12, tzinfo=UTC),
            buyer=_CHRISTMAS,
            holds=False,
        ),
        Example(
            says={"en": "born on 29 February, in a common year", "ru": "родился 29 февраля"},
            params={},
            at=datetime(2026, 2, 28, 12, tzinfo=UTC),
            buyer={"birthday": date(2000, 2, 29)},
            holds=True,
        ),
    ),
)
