"""A seat at an event: the stock are its seats, and it closes when it begins."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from regulars.core.programme.model import Frozen
from regulars.core.rewards.kind import NOTHING, Effect, Example, RewardKind


class Seats(Frozen):
    """When and where; the seats are the stock of the reward."""

    starts_at: AwareDatetime = Field(title="Begins")
    place: Annotated[str, Field(max_length=200)] = Field(default="", title="Place")


def effect(params: Seats) -> Effect:
    return NOTHING


def closes(params: Seats) -> datetime | None:
    return params.starts_at


KIND = RewardKind(
    code="event",
    title={"en": "Event", "ru": "Мероприятие"},
    summary={
        "en": "Seats at an event: `quantity` of an order are seats, the stock is what is left. From "
        "`starts_at` on nobody orders and nobody gives back.",
        "ru": "Места на мероприятии: `quantity` заказа — число мест, остаток — свободные. С момента "
        "`starts_at` заказать и вернуть нельзя.",
    },
    params=Seats,
    effect=effect,
    closes=closes,
    fulfilled="by_hand",
    returnable="until_fulfilled",
    fulfilment={"en": "The guest came.", "ru": "Гость пришёл."},
    examples=(
        Example(
            says={"en": "a tasting on the fifth of May", "ru": "дегустация пятого мая"},
            params={"starts_at": "2026-05-05T19:00:00+03:00", "place": "Main hall"},
            effect=NOTHING,
        ),
    ),
    needs_stock=True,
)
