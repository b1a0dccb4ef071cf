"""The store trades under one of the named brands."""

from typing import Annotated

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Words
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class StoreBrand(Frozen):
    """The words are those that the till sends."""

    in_: Annotated[Words, Field(alias="in", min_length=1, max_length=1000, title="Brands")]


def prepare(params: StoreBrand, terms: Terms) -> Holds:
    wanted = params.in_
    return lambda scene: scene.receipt.store_brand in wanted


def index(params: StoreBrand, terms: Terms) -> Needs:
    return {"store_brand": params.in_}


def why_not(params: StoreBrand, scene: Scene, terms: Terms) -> Reason:
    return Reason.of(
        "condition.store_brand",
        wanted=", ".join(sorted(params.in_)),
        here=scene.receipt.store_brand,
    )


CONDITION = Condition(
    code="store_brand",
    title={"en": "Brand of the store", "ru": "Вывеска магазина"},
    summary={
        "en": "Holds where the store trades under one of the brands.",
        "ru": "Выполнено, если магазин работает под одной из вывесок.",
    },
    params=StoreBrand,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "one of the named", "ru": "один из названных"},
            params={"in": ["north", "other"]},
            lines=(line(100_00),),
            receipt={"store_brand": "north"},
            holds=True,
        ),
        Example(
            says={"en": "none of the named", "ru": "ни один из названных"},
            params={"in": ["north"]},
            lines=(line(100_00),),
            receipt={"store_brand": "south"},
            holds=False,
        ),
    ),
)
