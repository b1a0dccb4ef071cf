"""Money off a later receipt, for points: a coupon that takes an amount off."""

from pydantic import Field

from regulars.core.calendar import Duration
from regulars.core.programme.document import Programme
from regulars.core.programme.markers import Lasting
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code, Positive
from regulars.core.refusal import Refused
from regulars.core.rewards.kind import Effect, Example, RewardKind
from regulars.core.rewards.promised import without_promotion


class MoneyOff(Frozen):
    """How much, by which promotion; `amount` is what the member is told, the promotion gives it."""

    amount: Positive = Field(title="Amount")
    promotion: Code = Field(title="Promotion")
    lasts: Lasting | None = Field(default=None, title="Good for")


def effect(params: MoneyOff) -> Effect:
    return Effect("coupon", params.promotion, params.lasts)


def check(params: MoneyOff, programme: Programme) -> Refused | None:
    return without_promotion(programme, params.promotion, "coupon")


KIND = RewardKind(
    code="money_off",
    title={"en": "Money off", "ru": "Скидка деньгами"},
    summary={
        "en": "Takes `amount` off one later receipt: a coupon of `promotion` does it.",
        "ru": "Уменьшает один следующий чек на `amount`: это делает купон акции `promotion`.",
    },
    params=MoneyOff,
    effect=effect,
    check=check,
    fulfilled="at_once",
    returnable="while_unused",
    fulfilment={
        "en": "The code was issued. The order can be given back while nobody has used it.",
        "ru": "Код выдан. Заказ можно вернуть, пока код никто не применил.",
    },
    examples=(
        Example(
            says={"en": "200 off one receipt, for a month", "ru": "200 с одного чека, на месяц"},
            params={"amount": 200, "promotion": "minus-200", "lasts": {"months": 1}},
            effect=Effect("coupon", "minus-200", Duration(months=1)),
        ),
    ),
)
