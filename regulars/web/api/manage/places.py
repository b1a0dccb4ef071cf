"""Stores, tills, and the keys that tills work with."""

from typing import Annotated, Literal

from pydantic import Field

from regulars.contexts.security.types import IssuedKey, Permission, Plane, Scope
from regulars.contexts.till.queries.places import (
    StoreView,
    TillView,
    get_store,
    list_stores,
    list_tills,
)
from regulars.contexts.till.usecases.places import (
    TILL_SCOPES,
    change_store,
    change_till,
    create_store,
    create_till,
    issue_till_key,
)
from regulars.kit.paging import make_cursor, read_cursor
from regulars.web.api.manage import examples
from regulars.web.api.manage.office_shapes import (
    IssuedKeyAnswer,
    StoreAnswer,
    StoreList,
    TillAnswer,
    TillList,
)
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.operation import Operations
from regulars.web.api.replies import Reply, as_json
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, Code, Flag, Moment, plain

places = Operations(Plane.MANAGE, "Stores and tills")

_Title = Annotated[str, plain(200, least=1)]
TillScope = Literal["till:sales", "till:returns", "till:enrol", "till:rewards", "till:statements"]


class StoreBody(Closed):
    """A new store."""

    code: Code
    title: _Title
    brand: Annotated[str, plain(80)] = ""
    time_zone: Annotated[str, plain(64, least=1)] | None = Field(
        default=None, description="IANA name; default: the programme's"
    )
    address: Annotated[str, plain(300)] = ""


class ChangeStoreBody(Closed):
    """What to change; what is left out stays."""

    title: _Title | None = None
    brand: Annotated[str, plain(80)] | None = None
    time_zone: Annotated[str, plain(64, least=1)] | None = Field(
        default=None, description="null: the programme's"
    )
    address: Annotated[str, plain(300)] | None = None
    active: bool | None = None


class TillBody(Closed):
    """A new till."""

    code: Code
    title: _Title


class ChangeTillBody(Closed):
    """What to change; a till that is switched off loses its keys at once."""

    title: _Title | None = None
    active: bool | None = None


class TillKeyBody(Closed):
    """What the key may be used for, and until when."""

    scopes: Annotated[tuple[TillScope, ...], Field(min_length=1, max_length=5)] | None = Field(
        default=None, description="Default: all"
    )
    expires_at: Moment | None = None


class PlacesQuery(PageQuery):
    """Which of them."""

    active: Flag | None = None


@places(
    "GET",
    "/stores",
    name="list_stores",
    permission=Permission.PLACES_READ,
    answers=StoreList,
    examples=examples.LIST,
)
def list_all_stores(call: Call, query: PlacesQuery) -> StoreList:
    """Stores by code."""
    after = read_cursor(query.cursor, str)[0] if query.cursor else ""
    found = list_stores(after=after, limit=query.limit + 1, active=query.active)
    shown = found[: query.limit]
    return StoreList(
        stores=[_store(view) for view in shown],
        next=make_cursor(shown[-1].code) if len(found) > len(shown) else None,
    )


@places(
    "POST",
    "/stores",
    permission=Permission.PLACES_WRITE,
    answers=StoreAnswer,
    status=201,
    effect="stored",
    examples=examples.STORES,
)
def open_store(call: Call, body: StoreBody) -> StoreAnswer:
    """Open a store."""
    view = create_store(
        body.code,
        body.title,
        brand=body.brand,
        time_zone=body.time_zone,
        address=body.address,
        now=call.now,
        by=call.actor,
    )
    return _store(view)


@places(
    "GET",
    "/stores/{store}",
    name="get_store",
    permission=Permission.PLACES_READ,
    answers=StoreAnswer,
    examples=examples.ONE_STORE,
)
def get_one_store(call: Call, store: Code) -> StoreAnswer:
    """One store."""
    return _store(get_store(store))


@places(
    "PATCH",
    "/stores/{store}",
    name="change_store",
    permission=Permission.PLACES_WRITE,
    answers=StoreAnswer,
)
def change_one_store(call: Call, store: Code, body: ChangeStoreBody) -> StoreAnswer:
    """Change a store, close it or open it again."""
    view = change_store(
        store,
        title=body.title,
        brand=body.brand,
        time_zone=body.time_zone,
        programme_time_zone="time_zone" in body.model_fields_set and body.time_zone is None,
        address=body.address,
        active=body.active,
        now=call.now,
        by=call.actor,
    )
    return _store(view)


@places(
    "GET",
    "/stores/{store}/tills",
    permission=Permission.PLACES_READ,
    answers=TillList,
    examples=examples.ONE_STORE,
)
def list_tills_of_store(call: Call, store: Code, query: PlacesQuery) -> TillList:
    """Tills of a store by code."""
    after = read_cursor(query.cursor, str)[0] if query.cursor else ""
    found = list_tills(store, after=after, limit=query.limit + 1, active=query.active)
    shown = found[: query.limit]
    return TillList(
        tills=[_till(view) for view in shown],
        next=make_cursor(shown[-1].code) if len(found) > len(shown) else None,
    )


@places(
    "POST",
    "/stores/{store}/tills",
    permission=Permission.PLACES_WRITE,
    answers=TillAnswer,
    status=201,
    effect="stored",
    examples=examples.TILLS,
)
def open_till(call: Call, store: Code, body: TillBody) -> TillAnswer:
    """Set up a till; it has no key yet."""
    return _till(create_till(store, body.code, body.title, now=call.now, by=call.actor))


@places(
    "PATCH",
    "/stores/{store}/tills/{till}",
    name="change_till",
    permission=Permission.PLACES_WRITE,
    answers=TillAnswer,
)
def change_one_till(call: Call, store: Code, till: Code, body: ChangeTillBody) -> TillAnswer:
    """Rename a till, switch it off or on."""
    view = change_till(
        store, till, title=body.title, active=body.active, now=call.now, by=call.actor
    )
    return _till(view)


@places(
    "POST",
    "/stores/{store}/tills/{till}/keys",
    permission=Permission.KEYS_WRITE,
    answers=IssuedKeyAnswer,
    status=201,
    effect="stored",
    problems=(409,),
    examples=examples.TILL_KEYS,
)
def issue_key_of_till(call: Call, store: Code, till: Code, body: TillKeyBody) -> Reply:
    """Issue a key for a till.

    At most two are in force at a time: the one in use and the one to change to. The token is seen
    only in this answer; the same request again does not show it.
    """
    scopes = TILL_SCOPES if body.scopes is None else frozenset(map(Scope, body.scopes))
    issued = issue_till_key(
        store, till, scopes=scopes, expires_at=body.expires_at, now=call.now, by=call.actor
    )
    return issued_reply(issued)


def issued_reply(issued: IssuedKey) -> Reply:
    """The answer with the token; what is kept of it has none."""
    shown = IssuedKeyAnswer(id=issued.id, token=issued.token)
    kept = IssuedKeyAnswer(id=issued.id, token=None)
    return Reply(201, as_json(shown), kept=as_json(kept))


def _store(view: StoreView) -> StoreAnswer:
    return StoreAnswer.model_validate(view)


def _till(view: TillView) -> TillAnswer:
    return TillAnswer.model_validate(view)
