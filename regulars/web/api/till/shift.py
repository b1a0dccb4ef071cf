"""What a till has to know of itself: its store, the programme's words, and who stands at it."""

from functools import partial
from typing import Annotated, Any

from pydantic import Field

from regulars.contexts.programme.queries import NoProgrammeInForce
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.queries.cashiers import CashierView, list_cashiers
from regulars.contexts.till.queries.places import get_store, get_till
from regulars.contexts.till.usecases.cashiers import count_pin_guess, let_cashier_in
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.kit.transactions import in_transaction
from regulars.web.api.operation import Example, Operations
from regulars.web.api.serving import Call
from regulars.web.api.till.answers import units_json
from regulars.web.api.till.shape import Shape, Units
from regulars.web.api.values import Closed, Code

shift = Operations(Plane.TILL, "The till")


class PlaceTitle(Shape):
    """A store or till and what it is called."""

    code: str
    title: str


class CurrencyTitle(Shape):
    """A currency of the programme; `worth_minor` of money is what `per` of its units pay."""

    code: str
    title: str
    pays: bool
    worth_minor: int | None
    per: int | None


class ThisTillAnswer(Shape):
    """This till, and how the programme in force calls things."""

    store: PlaceTitle
    till: PlaceTitle
    programme: str
    language: str
    time_zone: str
    currencies: list[CurrencyTitle]
    tiers: list[PlaceTitle]
    units: Units


class CashierShape(Shape):
    """A cashier of this store."""

    code: str
    name: str


class CashiersAnswer(Shape):
    """Who may stand at this till."""

    cashiers: list[CashierShape]


class PinBody(Closed):
    """Who says to be there."""

    cashier: Code
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")]

    def __repr__(self) -> str:
        return "PinBody(…)"


@shift(
    "GET",
    "/till",
    name="get_this_till",
    permission=Permission.TILL_QUOTE,
    answers=ThisTillAnswer,
    problems=(409,),
    examples=[Example("The till of the key", status=200)],
)
def get_this_till(call: Call) -> dict[str, Any]:
    """Where this key's till stands, and what the programme calls its currencies and tiers."""
    programme = call.runtime.desk.programme_at(call.now)
    if programme is None:
        raise NoProgrammeInForce
    store, till = get_store(call.store), get_till(call.store, call.till)
    document = programme.document
    ladder = document.tiers
    return {
        "store": {"code": store.code, "title": store.title},
        "till": {"code": till.code, "title": till.title},
        "programme": text_in(document.title, call.language),
        "language": document.language,
        "time_zone": store.time_zone or programme.zone.key,
        "currencies": [_currency(programme, code, call.language) for code in programme.currencies],
        "tiers": [
            {"code": level.code, "title": text_in(level.title, call.language)}
            for level in (ladder.levels if ladder else ())
        ],
        "units": units_json(call.runtime.units_at(call.now)),  # type: ignore[arg-type]
    }


@shift(
    "GET",
    "/cashiers",
    name="list_cashiers_at_till",
    permission=Permission.TILL_QUOTE,
    answers=CashiersAnswer,
    examples=[Example("Of the key's store", status=200)],
)
def list_cashiers_of_store(call: Call) -> dict[str, Any]:
    """Who works at this store's tills."""
    return {"cashiers": [_cashier(view) for view in list_cashiers(call.store, active=True)]}


@shift(
    "POST",
    "/cashiers/enter",
    name="enter_cashier",
    permission=Permission.TILL_QUOTE,
    answers=CashierShape,
    problems=(404,),
    examples=[
        Example("Not the right PIN", body={"cashier": "vera", "pin": "1234"}, status=404),
    ],
)
async def enter_cashier(call: Call, body: PinBody) -> dict[str, Any]:
    """Check a cashier's PIN.

    Receipts then name the cashier. Five wrong ones in a quarter of an hour have to wait.
    """
    store, till = call.store, call.till
    count = partial(count_pin_guess, store, body.cashier, till, now=call.now, by=call.actor)
    await call.runtime.work(partial(in_transaction, count))
    enter = partial(
        let_cashier_in, store, body.cashier, body.pin, till=till, now=call.now, by=call.actor
    )
    return _cashier(await call.runtime.work(partial(in_transaction, enter)))


def _currency(programme: Compiled, code: str, language: str) -> dict[str, Any]:
    money = programme.currencies[code].money
    return {
        "code": code,
        "title": text_in(programme.document.currencies[code].title, language),
        "pays": money is not None,
        "worth_minor": money.worth[0] if money else None,
        "per": money.worth[1] if money else None,
    }


def _cashier(view: CashierView) -> dict[str, str]:
    return {"code": view.code, "name": view.name}
