"""A privilege for a while: a level of the ladder with all its benefits, or a service in words."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Duration
from regulars.core.programme.document import Programme
from regulars.core.programme.markers import Lasting
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code
from regulars.core.refusal import Refused
from regulars.core.rewards.kind import NOTHING, Effect, Example, RewardKind
from regulars.core.rewards.promised import without_level


class Privilege(Frozen):
    """A level for a time, or what the staff does for the member."""

    tier: Code | None = Field(default=None, title="Level")
    lasts: Lasting | None = Field(default=None, title="For")
    service: Annotated[str, Field(max_length=300)] = Field(default="", title="Service in words")

    @model_validator(mode="after")
    def _is_something(self) -> "Privilege":
        if (self.tier is None) == (not self.service):
            raise PydanticCustomError("reward.privilege", "a level or a service")
        return self


def effect(params: Privilege) -> Effect:
    return NOTHING if params.tier is None else Effect("tier", params.tier, params.lasts)


def check(params: Privilege, programme: Programme) -> Refused | None:
    return None if params.tier is None else without_level(programme, params.tier)


KIND = RewardKind(
    code="privilege",
    title={"en": "Privilege", "ru": "Привилегия"},
    summary={
        "en": "A level of the ladder for a time, or a service named in words.",
        "ru": "Уровень программы на время или услуга, названная словами.",
    },
    params=Privilege,
    effect=effect,
    check=check,
    fulfilled="by_hand",
    returnable="until_fulfilled",
    fulfilment={
        "en": "The service was rendered. A level counts from the order; giving the order back ends it.",
        "ru": "Услуга оказана. Уровень действует с заказа; возврат заказа его прекращает.",
    },
    examples=(
        Example(
            says={"en": "gold for a month", "ru": "золото на месяц"},
            params={"tier": "gold", "lasts": {"months": 1}},
            effect=Effect("tier", "gold", Duration(months=1)),
        ),
        Example(
            says={"en": "a personal stylist", "ru": "личный стилист"},
            params={"service": "an hour with a stylist"},
            effect=NOTHING,
        ),
    ),
)
