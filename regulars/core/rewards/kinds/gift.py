"""Goods handed over: a mug, a bag of coffee, a branded towel."""

from typing import Annotated

from pydantic import Field

from regulars.core.programme.model import Frozen
from regulars.core.rewards.kind import NOTHING, Effect, Example, RewardKind

Sku = Annotated[str, Field(min_length=1, max_length=100)]


class Gift(Frozen):
    """Which goods, for whoever keeps the stock; the catalogue itself needs no sku."""

    sku: Sku | None = Field(default=None, title="Product")
    place: Annotated[str, Field(max_length=200)] = Field(default="", title="Where it is fetched")


def effect(params: Gift) -> Effect:
    return NOTHING


KIND = RewardKind(
    code="gift",
    title={"en": "Gift", "ru": "Подарок"},
    summary={
        "en": "Goods for points. With stock, the last one is given once, however many ask at once.",
        "ru": "Товар за баллы. При учёте остатка последний достанется одному, сколько бы ни просили.",
    },
    params=Gift,
    effect=effect,
    fulfilled="by_hand",
    returnable="until_fulfilled",
    fulfilment={
        "en": "The goods were handed over or sent.",
        "ru": "Товар вручён или отправлен.",
    },
    examples=(
        Example(
            says={"en": "a mug, fetched at the counter", "ru": "кружка, выдают у стойки"},
            params={"sku": "mug-01", "place": "counter"},
            effect=NOTHING,
        ),
        Example(
            says={"en": "a gift without a sku", "ru": "подарок без артикула"},
            params={},
            effect=NOTHING,
        ),
    ),
)
