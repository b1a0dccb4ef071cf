"""What must be remembered between two requests of one sign-in: kept here, handed out once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from regulars.contexts.security.models import Ceremony
from regulars.contexts.security.types import Holder
from regulars.kit.secrets import digest, is_well_formed, new_secret

LASTS = timedelta(minutes=5)


class Remembered(NamedTuple):
    """The other half of a ceremony."""

    holder: Holder | None
    state: Mapping[str, Any]


def remember(
    kind: str,
    holder: Holder | None,
    state: Mapping[str, Any],
    *,
    lasts: timedelta = LASTS,
    now: datetime,
) -> str:
    """Keep `state`; the token by which the browser comes back for it."""
    token = new_secret()
    Ceremony.objects.create(
        digest=_digest(kind, token),
        kind=kind,
        holder_kind=holder.kind if holder else "",
        holder_id=holder.id if holder else None,
        state=dict(state),
        ends_at=now + lasts,
    )
    return token


def recall(kind: str, token: str, *, now: datetime) -> Remembered | None:
    """What was kept under the token, held until the transaction ends; None where it is over."""
    if not is_well_formed(token):
        return None
    rows = Ceremony.objects.select_for_update().filter(digest=_digest(kind, token))
    row = rows.filter(ends_at__gt=now).first()
    if row is None:
        return None
    return Remembered(Holder(row.holder_kind, row.holder_id) if row.holder_id else None, row.state)


def forget(kind: str, token: str) -> None:
    """The token is good for nothing more."""
    Ceremony.objects.filter(digest=_digest(kind, token)).delete()


def purge_ceremonies(*, now: datetime) -> None:
    """Forget what nobody came back for."""
    Ceremony.objects.filter(ends_at__lt=now).delete()


def _digest(kind: str, token: str) -> bytes:
    return digest(f"ceremony/{kind}", token)
