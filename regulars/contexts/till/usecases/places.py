"""Stores and tills: made, changed, switched off and on; the keys of a till go with it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from regulars.contexts.security.types import Actor, IssuedKey, Permission, Plane, Scope
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.keys import issue_api_key, revoke_till_keys
from regulars.contexts.till.models import Store, Till
from regulars.contexts.till.queries.places import (
    StoreNotFound,
    StoreView,
    TillNotFound,
    TillView,
    get_store,
    get_till,
)
from regulars.core.places import (
    ADDRESS_LENGTH_MAX,
    BRAND_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    check_code,
    check_time_zone,
)
from regulars.core.plain_text import line_of_text
from regulars.core.refusal import Refused

TILL_SCOPES = frozenset(
    {
        Scope.TILL_SALES,
        Scope.TILL_RETURNS,
        Scope.TILL_ENROL,
        Scope.TILL_REWARDS,
        Scope.TILL_STATEMENTS,
    }
)


class StoreCodeTaken(Refused):
    """There is a store of this code already."""

    code = "store.code_taken"


class TillCodeTaken(Refused):
    """The store has a till of this code already."""

    code = "till.code_taken"


class StoreNotActive(Refused):
    """The store is closed."""

    code = "store.not_active"


class TillNotActive(Refused):
    """The till is switched off."""

    code = "till.not_active"


def create_store(
    code: str,
    title: str,
    *,
    brand: str = "",
    time_zone: str | None = None,
    address: str = "",
    now: datetime,
    by: Actor,
) -> StoreView:
    """A new store, open. `time_zone` is an IANA name, None for the programme's.

    Raises StoreCodeTaken, CodeMalformed, TextMalformed, TimeZoneUnknown.
    """
    require(by, Permission.PLACES_WRITE)
    row = Store(code=check_code(code), active=True, created_at=now)
    _write_store(row, title=title, brand=brand, time_zone=time_zone, address=address)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise StoreCodeTaken(pointer="/code", store=code) from None
    record_audit("store.create", "store", code, now=now, by=by)
    return get_store(code)


def change_store(
    code: str,
    *,
    title: str | None = None,
    brand: str | None = None,
    time_zone: str | None = None,
    programme_time_zone: bool = False,
    address: str | None = None,
    active: bool | None = None,
    now: datetime,
    by: Actor,
) -> StoreView:
    """Change what is given and leave the rest; `programme_time_zone` takes a zone of its own away.

    A store that is closed keeps its tills; none of them can be given a key. Raises StoreNotFound,
    TextMalformed, TimeZoneUnknown.
    """
    require(by, Permission.PLACES_WRITE)
    row = Store.objects.select_for_update().filter(code=get_store(code).code).first()
    if row is None:
        raise StoreNotFound
    _write_store(
        row,
        title=row.title if title is None else title,
        brand=row.brand if brand is None else brand,
        time_zone=None if programme_time_zone else time_zone or row.time_zone,
        address=row.address if address is None else address,
    )
    row.active = row.active if active is None else active
    row.save()
    record_audit("store.change", "store", code, {"active": row.active}, now=now, by=by)
    return get_store(code)


def create_till(store: str, code: str, title: str, *, now: datetime, by: Actor) -> TillView:
    """A new till of an open store, switched on; it has no key yet.

    Raises StoreNotFound, StoreNotActive, TillCodeTaken, CodeMalformed, TextMalformed.
    """
    require(by, Permission.PLACES_WRITE)
    _lock_open_store(store)
    row = Till(
        store_id=store,
        code=check_code(code),
        title=line_of_text(title, length_max=TITLE_LENGTH_MAX, pointer="/title", needed=True),
        active=True,
        created_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise TillCodeTaken(pointer="/code", store=store, till=code) from None
    record_audit("till.create", "till", f"{store}/{code}", now=now, by=by)
    return get_till(store, code)


def change_till(
    store: str,
    code: str,
    *,
    title: str | None = None,
    active: bool | None = None,
    now: datetime,
    by: Actor,
) -> TillView:
    """Change what is given. A till that is switched off loses its keys at once, for good.

    Raises TillNotFound, TextMalformed.
    """
    require(by, Permission.PLACES_WRITE)
    row = _lock_till(store, code)
    if title is not None:
        row.title = line_of_text(title, length_max=TITLE_LENGTH_MAX, pointer="/title", needed=True)
    if active is not None:
        row.active = active
    row.save()
    if not row.active:
        revoke_till_keys(store, code, now=now, by=by)
    record_audit("till.change", "till", f"{store}/{code}", {"active": row.active}, now=now, by=by)
    return get_till(store, code)


def deactivate_till(store: str, code: str, *, now: datetime, by: Actor) -> TillView:
    """Switch a till off and revoke its keys. Repeating it changes nothing. Raises TillNotFound."""
    return change_till(store, code, active=False, now=now, by=by)


def issue_till_key(
    store: str,
    code: str,
    *,
    scopes: frozenset[Scope] = TILL_SCOPES,
    expires_at: datetime | None = None,
    now: datetime,
    by: Actor,
) -> IssuedKey:
    """A key for a till that is switched on, in a store that is open: the token is seen only here.

    At most two keys of a till are active at a time (security refuses a third). Raises
    StoreNotFound, TillNotFound, StoreNotActive, TillNotActive, and what `issue_api_key` raises.
    """
    _lock_open_store(store)
    row = _lock_till(store, code)
    if not row.active:
        raise TillNotActive(store=store, till=code)
    return issue_api_key(
        name=f"{store}/{code}",
        plane=Plane.TILL,
        scopes=scopes,
        store=store,
        till=code,
        expires_at=expires_at,
        now=now,
        by=by,
    )


def _write_store(
    row: Store, *, title: str, brand: str, time_zone: str | None, address: str
) -> None:
    row.title = line_of_text(title, length_max=TITLE_LENGTH_MAX, pointer="/title", needed=True)
    row.brand = line_of_text(brand, length_max=BRAND_LENGTH_MAX, pointer="/brand")
    row.time_zone = check_time_zone(time_zone)
    row.address = line_of_text(address, length_max=ADDRESS_LENGTH_MAX, pointer="/address")


def _lock_open_store(code: str) -> None:
    """Keep the store open until the end of the transaction."""
    row = Store.objects.select_for_update(no_key=True).filter(code=get_store(code).code).first()
    if row is None:
        raise StoreNotFound
    if not row.active:
        raise StoreNotActive(store=code)


def _lock_till(store: str, code: str) -> Till:
    get_till(store, code)
    row = Till.objects.select_for_update(of=("self",)).filter(store_id=store, code=code).first()
    if row is None:
        raise TillNotFound
    return row
