"""A coupon of a promotion: the code is in the answer, and is used like any other."""

from pydantic import Field

from regulars.core.calendar import Duration
from regulars.core.programme.document import Programme
from regulars.core.programme.markers import Lasting
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code
from regulars.core.refusal import Refused
from regulars.core.rewards.kind import Effect, Example, RewardKind
from regulars.core.rewards.promised import without_promotion


class CouponOf(Frozen):
    """Of which promotion, good for how long (else as its batch says)."""

    promotion: Code = Field(title="Promotion")
    lasts: Lasting | None = Field(default=None, title="Good for")


def effect(params: CouponOf) -> Effect:
    return Effect("coupon", params.promotion, params.lasts)


def check(params: CouponOf, programme: Programme) -> Refused | None:
    return without_promotion(programme, params.promotion, "coupon")


KIND = RewardKind(
    code="coupon",
    title={"en": "Coupon", "ru": "Купон"},
    summary={
        "en": "Issues a coupon of `promotion`, whose trigger is `coupon`, bound to the member.",
        "ru": "Выдаёт участнику именной купон акции `promotion` с запуском `coupon`.",
    },
    params=CouponOf,
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
            says={"en": "10 % off dairy, for thirty days", "ru": "10 % на молочное, на 30 дней"},
            params={"promotion": "dairy-10", "lasts": {"days": 30}},
            effect=Effect("coupon", "dairy-10", Duration(days=30)),
        ),
    ),
)
