"""Who works at the tills of a store."""

from dataclasses import dataclass, field
from datetime import datetime

from regulars.contexts.till.models import Cashier


@dataclass(frozen=True, slots=True)
class CashierView:
    """A cashier of a store; the name is for screens and does not show when it is printed."""

    store: str
    code: str
    name: str = field(repr=False)
    active: bool
    changed_at: datetime


def list_cashiers(store: str, *, active: bool | None = None) -> tuple[CashierView, ...]:
    """The cashiers of a store by name, at most five hundred."""
    rows = Cashier.objects.filter(store_id=store).order_by("name", "code")
    if active is not None:
        rows = rows.filter(active=active)
    return tuple(map(cashier_view, rows[:500]))


def cashier_view(row: Cashier) -> CashierView:
    """The row without what proves a PIN."""
    return CashierView(row.store_id, row.code, row.name, row.active, row.changed_at)
