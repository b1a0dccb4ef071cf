"""Points given to a good cause: final, and nothing is handed over."""

from typing import Annotated

from pydantic import Field

from regulars.core.programme.model import Frozen
from regulars.core.rewards.kind import NOTHING, Effect, Example, RewardKind


class Donation(Frozen):
    """To whom."""

    cause: Annotated[str, Field(min_length=1, max_length=200)] = Field(title="Cause")


def effect(params: Donation) -> Effect:
    return NOTHING


KIND = RewardKind(
    code="donation",
    title={"en": "Donation", "ru": "Пожертвование"},
    summary={
        "en": "The price goes to `cause`; the operator pays its worth out. It is not given back.",
        "ru": "Цена идёт на `cause`; её стоимость перечисляет оператор. Не возвращается.",
    },
    params=Donation,
    effect=effect,
    fulfilled="at_once",
    returnable="never",
    fulfilment={
        "en": "Done with the order. What is owed to the cause is the sum of its orders.",
        "ru": "Выполнено с заказом. Долг перед получателем — сумма его заказов.",
    },
    examples=(
        Example(
            says={"en": "a tree", "ru": "дерево"},
            params={"cause": "Forest fund"},
            effect=NOTHING,
        ),
    ),
)
