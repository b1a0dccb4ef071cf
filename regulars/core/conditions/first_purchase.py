"""The purchase is the member's first."""

from regulars.core.example import line
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds


class FirstPurchase(Frozen):
    """Nothing to set."""


def prepare(params: FirstPurchase, terms: Terms) -> Holds:
    return lambda scene: not scene.buyer.visits


def why_not(params: FirstPurchase, scene: Scene, terms: Terms) -> Reason:
    return Reason.of("condition.first_purchase", number=scene.buyer.visits + 1)


CONDITION = Condition(
    code="first_purchase",
    title={"en": "First purchase", "ru": "Первая покупка"},
    summary={
        "en": "Holds on the first purchase in the programme. One that was wholly returned does not "
        "count, so the next is the first again.",
        "ru": "Выполнено на первой покупке в программе. Полностью возвращённая не считается, и "
        "первой снова будет следующая.",
    },
    params=FirstPurchase,
    prepare=prepare,
    why_not=why_not,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "nothing bought before", "ru": "раньше ничего не покупал"},
            params={},
            lines=(line(100_00),),
            holds=True,
        ),
        Example(
            says={"en": "bought once before", "ru": "уже покупал один раз"},
            params={},
            lines=(line(100_00),),
            buyer={"visits": 1},
            holds=False,
        ),
    ),
)
