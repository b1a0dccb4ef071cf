"""Gift cards at the till: what is on one. They are sold, topped up and paid with by receipts."""

from typing import Annotated, Any

from pydantic import Field

from regulars.contexts.rewards.usecases.gift_cards import ask_balance
from regulars.contexts.security.types import Permission, Plane
from regulars.core.rewards.gift_card import CardNotValid, masked
from regulars.core.till.tenders import CardUse
from regulars.kit.transactions import in_transaction
from regulars.web.api.operation import Example, Operations
from regulars.web.api.serving import Call
from regulars.web.api.till.card_guard import with_cards
from regulars.web.api.till.promotion_shapes import CardBalanceAnswer
from regulars.web.api.values import Closed, plain

till_cards = Operations(Plane.TILL, "Gift cards")


class CardBalanceBody(Closed):
    """A card and its PIN: in the body, so that neither stands in a log of addresses."""

    number: Annotated[str, plain(40, least=1)] = Field(description="As printed or scanned")
    pin: Annotated[str, plain(12)] = ""

    def __repr__(self) -> str:
        return "CardBalanceBody(…)"


@till_cards(
    "POST",
    "/gift-cards/balance",
    name="get_gift_card_balance",
    permission=Permission.TILL_IDENTIFY,
    answers=CardBalanceAnswer,
    problems=(409,),
    examples=[
        Example(
            "A card that is not one of ours",
            body={"number": "9900000000000000001", "pin": "1234"},
            status=409,
        ),
    ],
)
async def show_balance(call: Call, body: CardBalanceBody) -> dict[str, Any]:
    """Read a gift card.

    What is on it and until when. A card that there is not, a wrong PIN and a card that cannot be used
    are answered alike: `gift_card.not_valid`. After five wrong PINs of a card, or too many wrong cards
    from one key, the answer is 429 for a while.
    """

    async def ask() -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            view = ask_balance(body.number, body.pin, now=call.now, by=call.actor)
            if view is None:
                return None
            return {
                "number": masked(view.number),
                "status": view.status,
                "money": view.money,
                "balance_minor": view.balance,
                "parts": [
                    {"amount_minor": amount, "expires_at": expires} for amount, expires in view.lots
                ],
            }

        found = await call.runtime.work(lambda: in_transaction(look))
        if found is None:
            raise CardNotValid
        return found

    return await with_cards(call, [CardUse(body.number, body.pin, None)], ask)
