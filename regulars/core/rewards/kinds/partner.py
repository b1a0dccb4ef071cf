"""A reward that a partner gives: a taxi ride, a month of cinema."""

from typing import Annotated

from pydantic import Field

from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code
from regulars.core.rewards.kind import NOTHING, Effect, Example, RewardKind


class PartnerReward(Frozen):
    """Whose, and what the partner calls it."""

    partner: Code = Field(title="Partner")
    offer: Annotated[str, Field(max_length=200)] = Field(
        default="", title="The partner's name of it"
    )


def effect(params: PartnerReward) -> Effect:
    return NOTHING


KIND = RewardKind(
    code="partner",
    title={"en": "Partner's reward", "ru": "Награда партнёра"},
    summary={
        "en": "Something that `partner` gives; the order is fulfilled with the partner's reference.",
        "ru": "То, что даёт партнёр `partner`; заказ выполняется со ссылкой партнёра.",
    },
    params=PartnerReward,
    effect=effect,
    fulfilled="by_hand",
    returnable="until_fulfilled",
    fulfilment={
        "en": "The partner confirmed it: their number stands in `reference`.",
        "ru": "Партнёр подтвердил: его номер стоит в `reference`.",
    },
    examples=(
        Example(
            says={"en": "a ride to the airport", "ru": "поездка в аэропорт"},
            params={"partner": "taxi", "offer": "airport"},
            effect=NOTHING,
        ),
    ),
)
