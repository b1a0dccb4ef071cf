"""Browsers that somebody is signed in with: begun, seen, proved anew, ended."""

from datetime import datetime, timedelta
from uuid import UUID

from regulars.contexts.security.mapping import session_view
from regulars.contexts.security.models import SessionRow
from regulars.contexts.security.types import (
    Actor,
    Holder,
    HolderKind,
    NewSession,
    Permission,
    SessionMethod,
    SessionView,
)
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import storable
from regulars.core.refusal import NotFound
from regulars.kit.ids import new_id
from regulars.kit.secrets import digest, is_well_formed, new_secret

# A working day for staff, and a break in it; a member's phone stays signed in while it is used.
LASTS: dict[HolderKind, timedelta] = {
    "staff": timedelta(hours=12),
    "member": timedelta(days=180),
}
IDLE: dict[HolderKind, timedelta] = {
    "staff": timedelta(hours=4),
    "member": timedelta(days=90),
}
# How long a proof of who one is holds for dangerous acts.
PROOF_HOLDS = timedelta(minutes=10)
_SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=90)
_DEVICE_LENGTH_MAX = 80


class SessionNotFound(NotFound):
    """There is no such session, or it is somebody else's."""

    code = "session.not_found"


def begin_session(
    holder: Holder, *, method: SessionMethod, device: str, proved: bool = True, now: datetime
) -> NewSession:
    """A new session of somebody whom the caller has just recognised by `method`."""
    token = new_secret()
    row = SessionRow(
        id=new_id(now=now),
        digest=_digest(token),
        holder_kind=holder.kind,
        holder_id=holder.id,
        method=method,
        device=storable(device).strip()[:_DEVICE_LENGTH_MAX],
        began_at=now,
        seen_at=now,
        ends_at=now + LASTS[holder.kind],
        proved_at=now if proved else None,
    )
    row.save(force_insert=True)
    return NewSession(row.pk, token, row.ends_at)


def open_session(kind: HolderKind, token: str, *, now: datetime) -> SessionView | None:
    """The session of this token that goes on at `now`, else None.

    That it was seen is noted at most once a minute. A member's session goes on while it is used.
    Whether its holder may still come in is the caller's question.
    """
    if not is_well_formed(token):
        return None
    rows = SessionRow.objects.filter(digest=_digest(token), holder_kind=kind, ended_at=None)
    row = rows.filter(ends_at__gt=now, seen_at__gt=now - IDLE[kind]).first()
    if row is None:
        return None
    if row.seen_at <= now - _SEEN_EVERY:
        row.seen_at = now
        if kind == "member":
            row.ends_at = now + LASTS[kind]
        rows.update(seen_at=row.seen_at, ends_at=row.ends_at)
    return session_view(row)


def is_proved(session: SessionView, *, now: datetime) -> bool:
    """Whether its holder showed who they are within the last ten minutes."""
    return session.proved_at is not None and now < session.proved_at + PROOF_HOLDS


def prove_session(
    session: SessionView, method: SessionMethod | None = None, *, now: datetime
) -> None:
    """Note that its holder has just shown who they are; `method`: now by more than before."""
    changes: dict[str, object] = {"proved_at": now}
    if method is not None:
        changes["method"] = method
    SessionRow.objects.filter(pk=session.id, ended_at=None).update(**changes)


def end_session(session_id: UUID, *, now: datetime, by: Actor) -> None:
    """End one session, the own or (with `staff.write`) a colleague's; again is harmless.

    Raises SessionNotFound.
    """
    row = SessionRow.objects.select_for_update().filter(pk=session_id).first()
    if row is None or not _may_end(row, by):
        raise SessionNotFound
    if row.ended_at is None:
        SessionRow.objects.filter(pk=row.pk).update(ended_at=now)
        record_audit("session.end", row.holder_kind, str(row.holder_id), now=now, by=by)


def end_sessions_of(holder: Holder, *, but: UUID | None = None, now: datetime, by: Actor) -> int:
    """End all sessions of a holder except `but`; how many there were.

    For the holder; for who may manage staff; for the program. Raises PermissionMissing.
    """
    if by.id != str(holder.id) and by.kind != "system":
        require(
            by, Permission.STAFF_WRITE if holder.kind == "staff" else Permission.MEMBERS_SUPPORT
        )
    rows = SessionRow.objects.filter(
        holder_kind=holder.kind, holder_id=holder.id, ended_at=None, ends_at__gt=now
    ).exclude(pk=but)
    ended = rows.update(ended_at=now)
    if ended:
        detail = {"sessions": ended}
        record_audit("session.end_all", holder.kind, str(holder.id), detail, now=now, by=by)
    return ended


def purge_sessions(*, now: datetime) -> None:
    """Forget sessions that ended long ago."""
    SessionRow.objects.filter(ends_at__lt=now - _KEPT).delete()


def _may_end(row: SessionRow, by: Actor) -> bool:
    if by.kind == row.holder_kind and by.id == str(row.holder_id):
        return True
    needed = Permission.STAFF_WRITE if row.holder_kind == "staff" else Permission.MEMBERS_SUPPORT
    return by.kind in ("staff", "system") and needed in by.permissions


def _digest(token: str) -> bytes:
    return digest("session", token)
