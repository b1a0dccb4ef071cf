"""Free or cheaper delivery for a while: a promotion offered to this member."""

from pydantic import Field

from regulars.core.calendar import Duration
from regulars.core.programme.document import Programme
from regulars.core.programme.markers import Lasting
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import Code
from regulars.core.refusal import Refused
from regulars.core.rewards.kind import Effect, Example, RewardKind
from regulars.core.rewards.promised import without_promotion


class FreeDelivery(Frozen):
    """By which promotion, for how long."""

    promotion: Code = Field(title="Promotion")
    lasts: Lasting | None = Field(default=None, title="Good for")


def effect(params: FreeDelivery) -> Effect:
    return Effect("offer", params.promotion, params.lasts)


def check(params: FreeDelivery, programme: Programme) -> Refused | None:
    return without_promotion(programme, params.promotion, "personal", "activated")


KIND = RewardKind(
    code="free_delivery",
    title={"en": "Free delivery", "ru": "Бесплатная доставка"},
    summary={
        "en": "Offers the member `promotion`, whose trigger is `personal` or `activated` and whose "
        "kind lowers delivery; no code has to be typed.",
        "ru": "Даёт участнику акцию `promotion` с запуском `personal` или `activated`, которая "
        "снижает цену доставки; кода вводить не нужно.",
    },
    params=FreeDelivery,
    effect=effect,
    check=check,
    fulfilled="at_once",
    returnable="never",
    fulfilment={
        "en": "The promotion holds for the member from that moment on. Not given back after it.",
        "ru": "Акция действует для участника с этого момента. После этого не возвращается.",
    },
    examples=(
        Example(
            says={"en": "free delivery for a month", "ru": "бесплатная доставка на месяц"},
            params={"promotion": "delivery-free", "lasts": {"months": 1}},
            effect=Effect("offer", "delivery-free", Duration(months=1)),
        ),
    ),
)
