"""The receipt is paid with one of the named methods."""

from typing import Annotated

from pydantic import Field

from regulars.core.example import line
from regulars.core.goods import Words
from regulars.core.programme.model import Frozen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.condition import Condition, Example, Holds, Needs


class Payment(Frozen):
    """Any part of the receipt, or all of it, is paid with one of the methods."""

    in_: Annotated[Words, Field(alias="in", min_length=1, max_length=50, title="Payment methods")]
    whole: bool = Field(default=False, title="The whole receipt is paid so")


def prepare(params: Payment, terms: Terms) -> Holds:
    methods = params.in_
    if params.whole:
        return lambda scene: (
            bool(scene.receipt.payments)
            and all(method in methods for method, amount in scene.receipt.payments if amount)
        )
    return lambda scene: any(
        method in methods and amount > 0 for method, amount in scene.receipt.payments
    )


def index(params: Payment, terms: Terms) -> Needs:
    return {} if params.whole else {"payment": params.in_}


def why_not(params: Payment, scene: Scene, terms: Terms) -> Reason:
    return Reason.of("condition.payment", methods=", ".join(sorted(params.in_)))


_HALF_CASH = {"payments": (("cash", 50_00), ("card", 50_00))}

CONDITION = Condition(
    code="payment",
    title={"en": "Payment method", "ru": "Способ оплаты"},
    summary={
        "en": "Holds where some money is paid with one of the methods; with `whole`, where all of "
        "it is. The words are those that the till sends.",
        "ru": "Выполнено, если хоть часть денег платят одним из способов; с `whole`, если все. "
        "Слова те, что присылает касса.",
    },
    params=Payment,
    prepare=prepare,
    why_not=why_not,
    index=index,
    looks_at="receipt",
    examples=(
        Example(
            says={"en": "half by card is enough", "ru": "половины картой достаточно"},
            params={"in": ["card"]},
            lines=(line(100_00),),
            receipt=_HALF_CASH,
            holds=True,
        ),
        Example(
            says={"en": "half by card is not the whole", "ru": "половина картой, а нужно всё"},
            params={"in": ["card"], "whole": True},
            lines=(line(100_00),),
            receipt=_HALF_CASH,
            holds=False,
        ),
    ),
)
