"""The purchase was made through one of the named channels."""

from typing import Annotated

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Words
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class Channel(Frozen):
    """The words are those that the till sends."""

    in_: Annotated[Words, Field(alias="in", min_length=1, max_length=1000, title="Channels")]


def prepare(params: Channel, terms: Terms) -> Holds:
    wanted = params.in_
    return lambda scene: scene.receipt.channel in wanted


def index(params: Channel, terms: Terms) -> Needs:
    return {"channel": params.in_}


def why_not(params: Channel, scene: Scene, terms: Terms) -> Reason:
    return Reason.of(
        "condition.channel", wanted=", ".join(sorted(params.in_)), here=scene.receipt.channel
    )


CONDITION = Condition(
    code="channel",
    title={"en": "Channel of sale", "ru": "Канал продажи"},
    summary={
        "en": "Holds where the sale was made through one of the channels.",
        "ru": "Выполнено, если продажа сделана через один из каналов.",
    },
    params=Channel,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "one of the named", "ru": "один из названных"},
            params={"in": ["online", "other"]},
            lines=(line(100_00),),
            receipt={"channel": "online"},
            holds=True,
        ),
        Example(
            says={"en": "none of the named", "ru": "ни один из названных"},
            params={"in": ["online"]},
            lines=(line(100_00),),
            receipt={"channel": "store"},
            holds=False,
        ),
    ),
)
