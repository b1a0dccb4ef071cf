"""Cashiers: set up by the office, known at the till by a PIN."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.guessing import count_guess, forgive_guess
from regulars.contexts.till.models import Cashier
from regulars.contexts.till.queries.cashiers import CashierView, cashier_view
from regulars.contexts.till.queries.places import get_store
from regulars.core.places import check_code
from regulars.core.plain_text import line_of_text
from regulars.core.refusal import Invalid, NotFound
from regulars.kit.rate_limits import Guessing
from regulars.kit.secrets import is_same, keyed_digest

_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
_NAME_LENGTH_MAX = 80
_OF_CASHIER = Guessing("cashier_pin", 5)
_OF_TILL = Guessing("cashier_pin_till", 15)


class PinMalformed(Invalid):
    """A PIN is 4–8 digits, not all the same."""

    code = "cashier.pin_malformed"


class CashierUnknown(NotFound):
    """No cashier of this store has this PIN; whether the cashier is known is not told."""

    code = "cashier.pin_wrong"


def set_cashier(
    store: str,
    code: str,
    *,
    name: str | None = None,
    pin: str | None = None,
    active: bool | None = None,
    now: datetime,
    by: Actor,
) -> CashierView:
    """Set up the cashier `code` of a store, or change what is given; a new one needs name and PIN.

    Raises PermissionMissing, StoreNotFound, CodeMalformed, TextMalformed, PinMalformed.
    """
    require(by, Permission.PLACES_WRITE)
    get_store(store)
    row = Cashier.objects.select_for_update().filter(store_id=store, code=code).first()
    if row is None:
        row = Cashier(store_id=store, code=check_code(code), name="", pin_digest=b"", active=True)
    if name is not None or not row.name:
        row.name = line_of_text(
            name or "", length_max=_NAME_LENGTH_MAX, pointer="/name", needed=True
        )
    if pin is not None or not row.pin_digest:
        row.pin_digest = _digest(store, code, _checked(pin or ""))
    row.active = row.active if active is None else active
    row.changed_at = now
    row.save()
    detail = {"active": row.active, "pin": pin is not None}
    record_audit("cashier.set", "cashier", f"{store}/{code}", detail, now=now, by=by)
    return cashier_view(row)


def count_pin_guess(store: str, code: str, till: str, *, now: datetime, by: Actor) -> None:
    """Count a try before it is checked, in a transaction of its own. Raises TooManyGuesses."""
    require(by, Permission.TILL_QUOTE)
    count_guess(_axes(store, code, till), now=now)


def let_cashier_in(
    store: str, code: str, pin: str, *, till: str, now: datetime, by: Actor
) -> CashierView:
    """The cashier whose PIN this is; to be called after `count_pin_guess` was committed.

    Raises PermissionMissing, CashierUnknown.
    """
    require(by, Permission.TILL_QUOTE)
    row = Cashier.objects.filter(store_id=store, code=code, active=True).first()
    known = bytes(row.pin_digest) if row is not None else b""
    if row is None or not is_same(known, _digest(store, code, pin)):
        raise CashierUnknown(pointer="/pin")
    forgive_guess(_axes(store, code, till), wholly=(_OF_CASHIER,), now=now)
    record_audit("cashier.enter", "cashier", f"{store}/{code}", {"till": till}, now=now, by=by)
    return cashier_view(row)


def _checked(pin: str) -> str:
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1:
        raise PinMalformed(pointer="/pin")
    return pin


def _digest(store: str, code: str, pin: str) -> bytes:
    return keyed_digest(settings.SECRET_KEY, "cashier pin", f"{store}\0{code}\0{pin}")


def _axes(store: str, code: str, till: str) -> Sequence[tuple[Guessing, str]]:
    return [(_OF_CASHIER, f"{store}/{code}"), (_OF_TILL, f"{store}/{till}")]
