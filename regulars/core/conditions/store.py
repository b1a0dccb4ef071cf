"""The purchase was made in one of the named stores."""

from typing import Annotated

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Words
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class Store(Frozen):
    """The words are those that the till sends."""

    in_: Annotated[Words, Field(alias="in", min_length=1, max_length=1000, title="Stores")]


def prepare(params: Store, terms: Terms) -> Holds:
    wanted = params.in_
    return lambda scene: scene.receipt.store in wanted


def index(params: Store, terms: Terms) -> Needs:
    return {"store": params.in_}


def why_not(params: Store, scene: Scene, terms: Terms) -> Reason:
    return Reason.of(
        "condition.store", wanted=", ".join(sorted(params.in_)), here=scene.receipt.store
    )


CONDITION = Condition(
    code="store",
    title={"en": "Store", "ru": "Магазин"},
    summary={
        "en": "Holds where the receipt comes from one of the stores.",
        "ru": "Выполнено, если чек из одного из магазинов.",
    },
    params=Store,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "one of the named", "ru": "один из названных"},
            params={"in": ["s1", "other"]},
            lines=(line(100_00),),
            receipt={"store": "s1"},
            holds=True,
        ),
        Example(
            says={"en": "none of the named", "ru": "ни один из названных"},
            params={"in": ["s1"]},
            lines=(line(100_00),),
            receipt={"store": "s2"},
            holds=False,
        ),
    ),
)
