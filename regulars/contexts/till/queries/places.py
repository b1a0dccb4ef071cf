"""Reads of the stores and their tills."""

from dataclasses import dataclass
from datetime import datetime

from regulars.contexts.till.models import Sale, Store, Till
from regulars.core.places import check_code, is_code
from regulars.core.refusal import NotFound


class StoreNotFound(NotFound):
    """There is no store of this code."""

    code = "store.not_found"


class TillNotFound(NotFound):
    """The store has no till of this code, or there is no such store."""

    code = "till.not_found"


@dataclass(frozen=True, slots=True)
class StoreView:
    """A place of business; `time_zone` None is the programme's."""

    code: str
    title: str
    brand: str
    time_zone: str | None
    address: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TillView:
    """A till of a store."""

    store: str
    code: str
    title: str
    active: bool
    created_at: datetime


def find_store(code: str) -> StoreView | None:
    """The store of this code, if there is one."""
    row = Store.objects.filter(code=code).first() if is_code(code) else None
    return row and _store_view(row)


def get_store(code: str) -> StoreView:
    """The store of this code. Raises StoreNotFound."""
    found = find_store(code)
    if found is None:
        raise StoreNotFound
    return found


def list_stores(
    *, after: str = "", limit: int = 100, active: bool | None = None
) -> tuple[StoreView, ...]:
    """Stores by code, at most `limit`, those whose code comes after `after`.

    Raises CodeMalformed for an `after` that is no code.
    """
    rows = Store.objects.order_by("code")
    if after:
        rows = rows.filter(code__gt=check_code(after, pointer="/after"))
    if active is not None:
        rows = rows.filter(active=active)
    return tuple(map(_store_view, rows[:limit]))


def get_till(store: str, code: str) -> TillView:
    """The till `code` of a store. Raises TillNotFound."""
    known = is_code(store) and is_code(code)
    row = Till.objects.filter(store_id=store, code=code).first() if known else None
    if row is None:
        raise TillNotFound
    return _till_view(row)


def list_tills(
    store: str, *, after: str = "", limit: int = 100, active: bool | None = None
) -> tuple[TillView, ...]:
    """Tills of a store by code, at most `limit`, those whose code comes after `after`.

    Raises StoreNotFound, and CodeMalformed for an `after` that is no code.
    """
    get_store(store)
    rows = Till.objects.filter(store_id=store).order_by("code")
    if after:
        rows = rows.filter(code__gt=check_code(after, pointer="/after"))
    if active is not None:
        rows = rows.filter(active=active)
    return tuple(map(_till_view, rows[:limit]))


def has_sales() -> bool:
    """Whether anything was ever sold at any till."""
    return Sale.objects.exists()


def _store_view(row: Store) -> StoreView:
    return StoreView(
        code=row.code,
        title=row.title,
        brand=row.brand,
        time_zone=row.time_zone,
        address=row.address,
        active=row.active,
        created_at=row.created_at,
    )


def _till_view(row: Till) -> TillView:
    return TillView(
        store=row.store_id,
        code=row.code,
        title=row.title,
        active=row.active,
        created_at=row.created_at,
    )
