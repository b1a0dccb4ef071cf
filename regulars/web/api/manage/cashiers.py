"""Who works at the tills of a store."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.queries.cashiers import list_cashiers
from regulars.contexts.till.queries.places import get_store
from regulars.contexts.till.usecases.cashiers import set_cashier
from regulars.web.api.manage.views import View
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, Code, plain

cashiers = Operations(Plane.MANAGE, "Stores and tills")


class CashierBody(Closed):
    """What is set; a new cashier needs name and PIN, of an old one what is left out stays."""

    name: Annotated[str, plain(80, least=1)] | None = None
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,8}$")] | None = None
    active: bool | None = None

    def __repr__(self) -> str:
        return "CashierBody(…)"


class CashierAnswer(View):
    """A cashier of a store; the PIN is never shown."""

    store: str
    code: str
    name: str
    active: bool
    changed_at: datetime


class CashierList(View):
    """The cashiers of a store."""

    cashiers: list[CashierAnswer]


@cashiers(
    "GET",
    "/stores/{store}/cashiers",
    name="list_cashiers",
    permission=Permission.PLACES_READ,
    answers=CashierList,
)
def list_all(call: Call, store: Code) -> CashierList:
    """The cashiers of a store."""
    views = list_cashiers(get_store(store).code)
    return CashierList(cashiers=[CashierAnswer.model_validate(view) for view in views])


@cashiers(
    "PUT",
    "/stores/{store}/cashiers/{cashier}",
    name="set_cashier",
    permission=Permission.PLACES_WRITE,
    answers=CashierAnswer,
    effect="stored",
)
def set_one(call: Call, store: Code, cashier: Code, body: CashierBody) -> CashierAnswer:
    """Set up a cashier, change the name or PIN, or let them work no more."""
    view = set_cashier(
        store,
        cashier,
        name=body.name,
        pin=body.pin,
        active=body.active,
        now=call.now,
        by=call.actor,
    )
    return CashierAnswer.model_validate(view)
