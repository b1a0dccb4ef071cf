"""What a link in a letter can take back: kept sealed under the link's token, forgotten in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from regulars.contexts.security.ceremonies import recall, remember
from regulars.contexts.security.models import Ceremony
from regulars.contexts.security.types import Holder
from regulars.kit.sealing import SealBroken, seal_json, unseal_json

_KIND = "undo"


@dataclass(frozen=True, slots=True)
class Undoable:
    """A change of somebody's account, when it was made, and what is needed to take it back."""

    holder: Holder
    at: datetime
    what: Mapping[str, Any] = field(repr=False)


def keep_undoable(
    holder: Holder, what: Mapping[str, Any], *, lasts: timedelta, now: datetime
) -> str:
    """The token by which a change made at `now` can be taken back within `lasts`."""
    sealed = seal_json(settings.SECRET_KEY, _KIND, what).hex()
    return remember(_KIND, holder, {"at": now.isoformat(), "sealed": sealed}, lasts=lasts, now=now)


def find_undoable(token: str, *, now: datetime) -> Undoable | None:
    """The change of this token, held until the transaction ends; None where it is over."""
    found = recall(_KIND, token, now=now)
    return None if found is None or found.holder is None else _undoable(found.holder, found.state)


def list_undoable(holder: Holder, *, since: datetime, now: datetime) -> list[Undoable]:
    """The holder's changes made at `since` or later that can still be taken back, the newest first."""
    found = [_undoable(holder, row.state) for row in _rows(holder).filter(ends_at__gt=now)]
    late = [one for one in found if one is not None and one.at >= since]
    return sorted(late, key=lambda one: one.at, reverse=True)


def forget_undoable(holder: Holder) -> None:
    """No change of the holder can be taken back any more."""
    _rows(holder).delete()


def _rows(holder: Holder):  # type: ignore[no-untyped-def]
    return Ceremony.objects.filter(kind=_KIND, holder_kind=holder.kind, holder_id=holder.id)


def _undoable(holder: Holder, state: Mapping[str, Any]) -> Undoable | None:
    try:
        what = unseal_json(settings.SECRET_KEY, _KIND, bytes.fromhex(state["sealed"]))
    except SealBroken:
        return None
    return Undoable(holder, datetime.fromisoformat(state["at"]), what)
