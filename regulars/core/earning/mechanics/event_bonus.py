"""A bonus for something that is not a purchase."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.earning.mechanic import Example, Mechanic, Rewards
from regulars.core.example import AT
from regulars.core.programme.markers import UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import plain, to_minor
from regulars.core.purchase import Event
from regulars.core.terms import Terms


class EventBonus(Frozen):
    """`points` for the event; a custom one has a name of the business's own."""

    event: Literal[
        "sign_up", "profile_completed", "birthday", "referral", "review", "check_in", "custom"
    ] = Field(title="Event")
    name: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        default=None, title="Name of the custom event"
    )
    points: UnitsStep = Field(title="Points")
    once: Literal["ever", "reference", "day", "week", "month", "year", "always"] = Field(
        default="ever", title="How often"
    )

    @model_validator(mode="after")
    def _a_name_for_the_custom_one(self) -> "EventBonus":
        if (self.event == "custom") != (self.name is not None):
            raise PydanticCustomError("programme.custom_event_name", "a name is needed")
        return self


def prepare(params: EventBonus, terms: Terms, scale: int) -> Rewards:
    kind = params.name if params.event == "custom" and params.name else params.event
    points = to_minor(params.points, scale)
    return Rewards(kind, points, params.once, (("points", plain(params.points)), ("event", kind)))


MECHANIC = Mechanic(
    code="event_bonus",
    title={"en": "Bonus for an event", "ru": "Бонус за событие"},
    summary={
        "en": "Gives `points` when the business reports that the member signed up, completed the "
        "profile, has a birthday, brought a friend, wrote a review, checked in, or did something "
        "of its own (`event: custom` with `name`). `once` says how often: `ever`, once per "
        "`reference` (the review, the friend), once a `day`, `week`, `month` or `year`, `always`.",
        "ru": "Даёт `points`, когда бизнес сообщает, что участник вступил, заполнил анкету, "
        "празднует день рождения, привёл друга, написал отзыв, отметился или сделал что-то своё "
        "(`event: custom` с `name`). `once` говорит, как часто: `ever` (один раз), один раз на "
        "`reference` (отзыв, друга), раз в `day`, `week`, `month` или `year`, `always` (всегда).",
    },
    params=EventBonus,
    prepare=prepare,
    kind="event",
    examples=(
        Example(
            says={"en": "100 points for signing up", "ru": "100 баллов за вступление"},
            params={"event": "sign_up", "points": 100},
            event=Event("sign_up", AT),
            earns=100,
        ),
        Example(
            says={
                "en": "the second sign-up gives nothing",
                "ru": "второе вступление не даёт ничего",
            },
            params={"event": "sign_up", "points": 100},
            event=Event("sign_up", AT),
            buyer={"counters": {"rule:bonus:times": (0, 1)}},
            earns=0,
        ),
        Example(
            says={"en": "an event of one's own", "ru": "своё событие"},
            params={"event": "custom", "name": "master_class", "points": 30, "once": "always"},
            event=Event("master_class", AT),
            earns=30,
        ),
    ),
)
