"""Passkeys: made by a signed-in person on a device of theirs, and signed in with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.contexts.security.ceremonies import forget, recall, remember
from regulars.contexts.security.models import Ceremony, Passkey, SessionRow
from regulars.contexts.security.push_models import PushDevice
from regulars.contexts.security.types import Actor, Holder, HolderKind
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import storable
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.ids import new_id
from regulars.kit.passkeys import (
    Credential,
    PasskeyAnswerWrong,
    Site,
    asserted,
    assertion,
    credential_named,
    registered,
    registration,
)

PASSKEYS_MAX = 20
_NAME_LENGTH_MAX = 80
_REGISTER, _SIGN_IN = "passkey/new", "passkey/use"


class PasskeyRefused(Invalid):
    """The device's answer does not fit, or came too late; why is not told."""

    code = "passkey.refused"


class PasskeyNotFound(NotFound):
    """The holder has no such passkey."""

    code = "passkey.not_found"


class PasskeysTooMany(Refused):
    """The holder has as many passkeys as one may have."""

    code = "passkey.too_many"


def begin_passkey(
    holder: Holder, site: Site, *, name: str, shown: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    """The token of the ceremony, and what the holder's browser is asked for.

    `name` and `shown` are how the device calls the account. Raises PasskeysTooMany.
    """
    known = list(_of(holder).values_list("credential", flat=True))
    if len(known) >= PASSKEYS_MAX:
        raise PasskeysTooMany
    options, state = registration(
        site,
        holder=holder.id.bytes,
        name=name,
        shown=shown,
        known=[bytes(data) for data in known],
    )
    return remember(_REGISTER, holder, state, now=now), options


def finish_passkey(
    holder: Holder,
    site: Site,
    token: str,
    answer: Mapping[str, Any],
    *,
    name: str,
    now: datetime,
    by: Actor,
) -> UUID:
    """Keep the passkey that the browser made. Raises PasskeyRefused."""
    begun = recall(_REGISTER, token, now=now)
    forget(_REGISTER, token)
    if begun is None or begun.holder != holder:
        raise PasskeyRefused
    try:
        made = registered(site, begun.state, answer)
    except PasskeyAnswerWrong:
        raise PasskeyRefused from None
    shown = storable(" ".join(name.split()))[:_NAME_LENGTH_MAX]
    row = Passkey(
        id=new_id(now=now),
        holder_kind=holder.kind,
        holder_id=holder.id,
        credential_id=made.id,
        credential=made.data,
        sign_count=made.count,
        name=shown,
        made_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise PasskeyRefused from None
    record_audit("passkey.add", holder.kind, str(holder.id), now=now, by=by)
    return row.pk


def begin_passkey_sign_in(site: Site, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """The token of the ceremony and what any browser is asked for: the same for everybody."""
    options, state = assertion(site)
    return remember(_SIGN_IN, None, state, now=now), options


def finish_passkey_sign_in(
    kind: HolderKind, site: Site, token: str, answer: Mapping[str, Any], *, now: datetime
) -> Holder:
    """Whose passkey answered. Raises PasskeyRefused, the same for every reason.

    Whether that holder may come in is the caller's question. A challenge is answered once, right or
    wrong: the caller commits in either case.
    """
    begun = recall(_SIGN_IN, token, now=now)
    forget(_SIGN_IN, token)
    if begun is None:
        raise PasskeyRefused
    try:
        row = (
            Passkey.objects.select_for_update()
            .filter(credential_id=credential_named(answer), holder_kind=kind)
            .first()
        )
        if row is None:
            raise PasskeyRefused
        known = Credential(bytes(row.credential_id), bytes(row.credential), row.sign_count)
        count = asserted(site, begun.state, known, answer)
    except PasskeyAnswerWrong:
        raise PasskeyRefused from None
    Passkey.objects.filter(pk=row.pk).update(sign_count=count, used_at=now)
    return Holder(kind, row.holder_id)


def remove_passkey(holder: Holder, passkey_id: UUID, *, now: datetime, by: Actor) -> None:
    """Take one passkey of the holder away. Raises PasskeyNotFound."""
    gone, _ = _of(holder).filter(pk=passkey_id).delete()
    if not gone:
        raise PasskeyNotFound
    record_audit("passkey.remove", holder.kind, str(holder.id), now=now, by=by)


def forget_holder(holder: Holder, *, now: datetime) -> None:
    """Somebody is erased: no passkey and no half-done step is left, and no browser is signed in."""
    remove_all_passkeys(holder)
    PushDevice.objects.filter(holder_kind=holder.kind, holder_id=holder.id).delete()
    Ceremony.objects.filter(holder_kind=holder.kind, holder_id=holder.id).delete()
    sessions = SessionRow.objects.filter(holder_kind=holder.kind, holder_id=holder.id)
    sessions.filter(ended_at=None).update(ended_at=now)
    sessions.update(device="")


def remove_all_passkeys(holder: Holder) -> int:
    """Take all passkeys of a holder away (an erasure, a lost device); how many there were."""
    gone, _ = _of(holder).delete()
    return gone


def _of(holder: Holder):  # type: ignore[no-untyped-def]
    return Passkey.objects.filter(holder_kind=holder.kind, holder_id=holder.id)
