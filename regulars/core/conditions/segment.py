"""The member belongs to one of the named segments."""

from typing import Annotated

from pydantic import Field

from regulars.core.goods import Words
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class Segment(Frozen):
    """Tags that members carry; having one of them is enough."""

    in_: Annotated[Words, Field(alias="in", min_length=1, max_length=200, title="Segments")]


def prepare(params: Segment, terms: Terms) -> Holds:
    apart_from = params.in_.isdisjoint
    return lambda scene: not apart_from(scene.buyer.tags)


def index(params: Segment, terms: Terms) -> Needs:
    return {"segment": params.in_}


def why_not(params: Segment, scene: Scene, terms: Terms) -> Reason:
    return Reason.of("condition.segment", segments=", ".join(sorted(params.in_)))


CONDITION = Condition(
    code="segment",
    title={"en": "Segment of the member", "ru": "Сегмент участника"},
    summary={
        "en": "Holds where the member carries one of the tags. To ask for several at once, join "
        "conditions with `all`.",
        "ru": "Выполнено, если у участника есть одна из меток. Чтобы потребовать несколько сразу, "
        "соедините условия через `all`.",
    },
    params=Segment,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="member",
    examples=(
        Example(
            says={"en": "one tag of two is enough", "ru": "достаточно одной метки из двух"},
            params={"in": ["student", "pensioner"]},
            buyer={"tags": frozenset({"student"})},
            holds=True,
        ),
        Example(
            says={"en": "a member without tags", "ru": "участник без меток"},
            params={"in": ["student"]},
            holds=False,
        ),
    ),
)
