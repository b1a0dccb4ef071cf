"""Notices to browsers: where members switched them on, what is put on its way, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from regulars.contexts.security.models import SessionRow
from regulars.contexts.security.ports import sends_push
from regulars.contexts.security.push_models import PushDevice
from regulars.contexts.security.types import Actor, Holder, SessionView
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.letters import post_letter
from regulars.core.refusal import Invalid
from regulars.kit.ids import new_id
from regulars.kit.outside import AddressRefused, checked_address
from regulars.kit.push_message import (
    AUTH_BYTES,
    NotAKey,
    decode,
    encode,
    point_of,
    public_key,
    sender_key,
)
from regulars.kit.sealing import SealBroken, seal_json, unseal_json
from regulars.kit.secrets import digest

PUSH = "push"
DEVICES_MAX = 5
# After so many failures in a row a notice is tried once only; after so many more, no more at all.
FAILURES_PATIENT, FAILURES_MAX = 3, 12
LASTS = timedelta(days=1)
_SEAL = "push device"
_KEY_LENGTH_MAX = 200


class PushMalformed(Invalid):
    """What the browser said is no place where notices could be handed in."""

    code = "push.malformed"


@dataclass(frozen=True, slots=True)
class PushPlace:
    """Where a notice is handed in, and the keys of the browser that will read it."""

    endpoint: str = field(repr=False)
    key: bytes = field(repr=False)
    auth: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Follower:
    """A browser that takes news, whose they are, and how far they were told."""

    device: UUID
    holder: UUID
    language: str
    told: int | None


def switch_push_on(
    session: SessionView,
    holder: Holder,
    endpoint: str,
    key: str,
    auth: str,
    *,
    language: str,
    told: int | None = None,
    now: datetime,
    by: Actor,
) -> None:
    """Let the browser of this session have the holder's notices; again changes where they go.

    What a browser says is taken only if it is an https address of a public name and keys that fit.
    The oldest of more than five of a holder has no more. Raises PushMalformed.
    """
    place = {"endpoint": endpoint, "key": key, "auth": auth}
    try:
        checked_address(endpoint)
        if max(len(key), len(auth)) > _KEY_LENGTH_MAX or len(decode(auth)) != AUTH_BYTES:
            raise NotAKey
        public_key(decode(key))
    except (AddressRefused, NotAKey):
        raise PushMalformed from None
    theirs = digest("push endpoint", endpoint)
    PushDevice.objects.filter(endpoint_digest=theirs).exclude(session_id=session.id).delete()
    _device, made = PushDevice.objects.update_or_create(
        session_id=session.id,
        defaults={
            "endpoint_digest": theirs,
            "sealed": seal_json(settings.SECRET_KEY, _SEAL, place),
            "language": language,
            "failures": 0,
        },
        create_defaults={
            "id": new_id(now=now),
            "holder_kind": holder.kind,
            "holder_id": holder.id,
            "endpoint_digest": theirs,
            "sealed": seal_json(settings.SECRET_KEY, _SEAL, place),
            "language": language,
            "made_at": now,
            "told": told,
        },
    )
    old = _of(holder).order_by("-made_at", "-id").values_list("pk", flat=True)[DEVICES_MAX:]
    PushDevice.objects.filter(pk__in=list(old)).delete()
    if made:
        record_audit("push.on", holder.kind, str(holder.id), now=now, by=by)


def switch_push_off(session: SessionView, *, now: datetime, by: Actor) -> None:
    """The browser of this session gets nothing more; again is harmless."""
    gone, _ = PushDevice.objects.filter(session_id=session.id).delete()
    if gone:
        holder = session.holder
        record_audit("push.off", holder.kind, str(holder.id), now=now, by=by)


def is_push_on(session: SessionView) -> bool:
    """Whether the browser of this session has notices."""
    return PushDevice.objects.filter(session_id=session.id).exists()


def sender() -> str:
    """The public key by which browsers and push services know this installation."""
    return encode(point_of(sender_key(settings.SECRET_KEY)))


def tell_devices(
    holder: Holder,
    what: str,
    params: Mapping[str, str | int],
    *,
    but: UUID | None = None,
    now: datetime,
) -> None:
    """Put `letter.<what>` on its way to every browser of the holder except the session `but`."""
    if not sends_push():
        return
    for row in _of(holder).exclude(session_id=but):
        _post(row.pk, what, params, row.language, now)


def tell_device(
    device: UUID, what: str, params: Mapping[str, str | int], *, language: str, now: datetime
) -> None:
    """The same to one of them."""
    _post(device, what, params, language, now)


def list_followers(kind: str, *, after: UUID | None, limit: int) -> tuple[Follower, ...]:
    """Browsers of members or staff that take news, by id, from `after` on."""
    rows = PushDevice.objects.filter(holder_kind=kind, session__ended_at=None)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return tuple(
        Follower(row.pk, row.holder_id, row.language, row.told)
        for row in rows.order_by("pk")[:limit]
    )


def note_told(device: UUID, told: int) -> None:
    """The news of this browser's holder were told as far as `told`."""
    PushDevice.objects.filter(pk=device).update(told=told)


def follow_holder(holder: Holder, heir: Holder) -> None:
    """What was one's is another's from now on: two memberships became one."""
    _of(holder).update(holder_id=heir.id, told=None)


def find_place(device: UUID, *, now: datetime) -> PushPlace | None:
    """Where a notice for this browser is handed in; None where it is not to have any more."""
    rows = PushDevice.objects.filter(pk=device)
    row = rows.filter(session__ended_at=None, session__ends_at__gt=now).first()
    if row is None:
        return None
    try:
        told = unseal_json(settings.SECRET_KEY, _SEAL, bytes(row.sealed))
    except SealBroken:
        return None
    return PushPlace(told["endpoint"], decode(told["key"]), decode(told["auth"]))


def note_delivery(device: UUID, *, went: bool, is_gone: bool = False) -> bool:
    """A notice was taken, or not; whether to try one that was not again.

    A browser that is gone, or fails too often, gets no more.
    """
    rows = PushDevice.objects.filter(pk=device)
    if is_gone:
        rows.delete()
        return False
    if went:
        rows.exclude(failures=0).update(failures=0)
        return False
    rows.update(failures=F("failures") + 1)
    rows.filter(failures__gte=FAILURES_MAX).delete()
    return rows.filter(failures__lte=FAILURES_PATIENT).exists()


def purge_push() -> None:
    """Forget browsers whose session has ended."""
    over = SessionRow.objects.exclude(ended_at=None).values("pk")
    PushDevice.objects.filter(session_id__in=over).delete()


def _post(
    device: UUID, what: str, params: Mapping[str, str | int], language: str, now: datetime
) -> None:
    post_letter(PUSH, str(device), what, params, language=language, lasts=LASTS, now=now)


def _of(holder: Holder):  # type: ignore[no-untyped-def]
    return PushDevice.objects.filter(holder_kind=holder.kind, holder_id=holder.id)
