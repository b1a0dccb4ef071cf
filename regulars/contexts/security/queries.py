"""Reading staff, keys, the audit trail and open approvals."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from regulars.contexts.security.access import (
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    plane_of,
    roles_with,
)
from regulars.contexts.security.mapping import (
    actor_of,
    api_key_view,
    approval_view,
    audit_row_view,
    link_view,
    passkey_view,
    principal_of,
    session_view,
    staff_view,
)
from regulars.contexts.security.models import (
    ApiKey,
    Approval,
    AuditRow,
    CodeApp,
    OneTimeLink,
    Passkey,
    RecoveryCode,
    SessionRow,
    StaffUser,
)
from regulars.contexts.security.types import (
    Actor,
    ApiKeyView,
    ApprovalView,
    AuditRowView,
    Factors,
    Holder,
    LinkView,
    PasskeyView,
    Permission,
    Plane,
    Principal,
    Role,
    Scope,
    SessionView,
    StaffView,
)
from regulars.contexts.security.usecases.access import require, require_any
from regulars.contexts.security.usecases.approvals import ApprovalNotFound
from regulars.contexts.security.usecases.sessions import IDLE
from regulars.contexts.security.usecases.staff import StaffNotFound
from regulars.core.identifiers import storable
from regulars.kit.ids import first_id
from regulars.kit.paging import Page, cursor_id, make_cursor, page_size, read_cursor

_MILLISECOND = timedelta(milliseconds=1)  # what ids are fine to


def get_staff(staff_id: UUID, *, by: Actor) -> StaffView:
    """One account. Anybody may read the own one. Raises PermissionMissing, StaffNotFound."""
    if staff_id != by.staff_id:
        require(by, Permission.STAFF_READ)
    row = StaffUser.objects.filter(pk=staff_id).first()
    if row is None:
        raise StaffNotFound
    return staff_view(row)


def list_staff(*, by: Actor) -> tuple[StaffView, ...]:
    """All accounts, the oldest first. Raises PermissionMissing."""
    require(by, Permission.STAFF_READ)
    return tuple(map(staff_view, StaffUser.objects.order_by("created_at", "pk")))


def find_staff_actor(email: str) -> Actor | None:
    """The active person with this address, as an actor: for commands on the machine itself."""
    address = storable(email.strip().lower())
    row = StaffUser.objects.filter(email=address, is_active=True).first()
    return actor_of(row) if row else None


def find_only_owner() -> Actor | None:
    """The owner of an installation that has just one, else None."""
    rows = StaffUser.objects.filter(role=Role.OWNER, is_active=True)[:2]
    return actor_of(rows[0]) if len(rows) == 1 else None


def find_actor(staff_id: UUID) -> Actor | None:
    """The person with this account as an actor, or None where it is closed or unknown."""
    row = StaffUser.objects.filter(pk=staff_id, is_active=True).first()
    return actor_of(row) if row else None


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role may do."""
    return ROLE_PERMISSIONS[role]


def count_able(permission: Permission) -> int:
    """How many active accounts have a permission."""
    return StaffUser.objects.filter(is_active=True, role__in=roles_with(permission)).count()


def find_principals(key_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, Principal]:
    """What the keys among `key_ids` that are in force at `now` may do; the others are missing."""
    rows = ApiKey.objects.select_related("staff").filter(pk__in=list(key_ids), revoked_at=None)
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    rows = rows.filter(Q(staff=None) | Q(staff__is_active=True))
    return {row.pk: principal_of(row) for row in rows}


def list_api_keys(
    *,
    plane: Plane | None = None,
    store: str | None = None,
    till: str | None = None,
    in_force_at: datetime | None = None,
    before: UUID | None = None,
    limit: int | None = None,
    by: Actor,
) -> tuple[ApiKeyView, ...]:
    """Keys without secrets, the newest first; with `in_force_at` only those good at that moment.

    At most `limit`, those older than the key `before`. Raises PermissionMissing.
    """
    require(by, Permission.KEYS_READ)
    wanted = {"plane": plane, "store_code": store, "till_code": till}
    rows = ApiKey.objects.order_by("-id").filter(**_given(wanted))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if in_force_at is not None:
        rows = rows.filter(revoked_at=None)
        rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=in_force_at))
    return tuple(map(api_key_view, rows[:limit]))


def list_grantable_scopes(*, by: Actor) -> tuple[Scope, ...]:
    """The scopes of a management key that give a program something of what `by` may."""
    return tuple(
        scope
        for scope, allowed in SCOPE_PERMISSIONS.items()
        if plane_of(scope) is Plane.MANAGE and allowed & by.permissions
    )


def list_audit_rows(
    *,
    object_kind: str | None = None,
    object_id: str | None = None,
    actor_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 100,
    by: Actor,
) -> Page[AuditRowView]:
    """The audit trail of `[since, until)`, the newest first.

    Raises PermissionMissing, CursorInvalid.
    """
    require(by, Permission.AUDIT_READ)
    bounds = [first_id(until + _MILLISECOND)] if until else []
    if cursor:
        bounds.append(_id_of(cursor))
    wanted = {
        "object_kind": object_kind,
        "object_id": object_id,
        "actor_id": actor_id,
        "at__gte": since,
        "at__lt": until,
        # Ids sort by moment: the rows of a day long ago are found without going through all since.
        "id__gte": first_id(since) if since else None,
        "id__lt": min(bounds, default=None),
    }
    rows = AuditRow.objects.filter(**_given(wanted))
    size = page_size(limit)
    found = tuple(map(audit_row_view, rows.order_by("-id")[: size + 1]))
    more = make_cursor(found[size - 1].id.hex) if len(found) > size else None
    return Page(found[:size], more)


def get_approval(approval_id: UUID, *, by: Actor) -> ApprovalView:
    """One request, for who made it and who may decide on it; ApprovalNotFound for all others."""
    row = Approval.objects.filter(pk=approval_id).first()
    if row is None or not _may_see(row, by):
        raise ApprovalNotFound
    return approval_view(row)


def list_open_approvals(*, by: Actor) -> tuple[ApprovalView, ...]:
    """What waits for somebody's word and concerns `by`, the oldest first.

    Raises PermissionMissing for whoever can neither ask nor decide.
    """
    require_any(
        by,
        Permission.LEDGER_APPROVE,
        Permission.PROGRAMME_APPROVE,
        Permission.LEDGER_ADJUST,
        Permission.PERIODS_REOPEN,
        Permission.PERIODS_CLOSE,
    )
    rows = Approval.objects.filter(decision=None).order_by("id")
    return tuple(approval_view(row) for row in rows if _may_see(row, by))


def list_sessions(holder: Holder, *, now: datetime, by: Actor) -> tuple[SessionView, ...]:
    """The browsers somebody is signed in with at `now`, the latest used first.

    For the holder, and who may read staff (or support members). Raises PermissionMissing.
    """
    _require_own_or(holder, Permission.STAFF_READ, Permission.MEMBERS_SUPPORT, by=by)
    rows = SessionRow.objects.filter(
        holder_kind=holder.kind,
        holder_id=holder.id,
        ended_at=None,
        ends_at__gt=now,
        seen_at__gt=now - IDLE[holder.kind],
    )
    return tuple(map(session_view, rows.order_by("-seen_at", "-id")))


def is_session_open(session_id: UUID, *, now: datetime) -> bool:
    """Whether somebody is still signed in by this session at `now`; nobody is told who."""
    row = SessionRow.objects.filter(pk=session_id, ended_at=None, ends_at__gt=now).first()
    return row is not None and row.seen_at > now - IDLE[row.holder_kind]


def list_passkeys(holder: Holder, *, by: Actor) -> tuple[PasskeyView, ...]:
    """The passkeys of a holder, the oldest first. Raises PermissionMissing."""
    _require_own_or(holder, Permission.STAFF_READ, Permission.MEMBERS_SUPPORT, by=by)
    rows = Passkey.objects.filter(holder_kind=holder.kind, holder_id=holder.id)
    return tuple(map(passkey_view, rows.order_by("id")))


def get_factors(staff_id: UUID, *, by: Actor) -> Factors:
    """What an account is guarded by beside its password. Raises PermissionMissing."""
    passkeys = list_passkeys(Holder("staff", staff_id), by=by)
    apps = CodeApp.objects.filter(staff_id=staff_id).exclude(confirmed_at=None)
    codes = RecoveryCode.objects.filter(staff_id=staff_id, used_at=None)
    return Factors(apps.exists(), codes.count(), passkeys)


def list_invitations(*, now: datetime, by: Actor) -> tuple[LinkView, ...]:
    """Invitations that can still be taken up, the newest first. Raises PermissionMissing."""
    require(by, Permission.STAFF_WRITE)
    rows = OneTimeLink.objects.filter(
        kind="invitation", used_at=None, revoked_at=None, ends_at__gt=now
    )
    return tuple(map(link_view, rows.order_by("-id")))


def find_signed_in(session: SessionView) -> tuple[StaffView, Actor] | None:
    """The person behind a session of staff; None where the account was closed meanwhile."""
    row = StaffUser.objects.filter(pk=session.holder.id, is_active=True).first()
    return (staff_view(row), actor_of(row)) if row else None


def _require_own_or(
    holder: Holder, of_staff: Permission, of_members: Permission, *, by: Actor
) -> None:
    if by.kind == holder.kind and by.id == str(holder.id):
        return
    require(by, of_staff if holder.kind == "staff" else of_members)


def find_open_approval(kind: str, subject: str) -> ApprovalView | None:
    """What waits for somebody's word about that, the oldest; the caller has checked who may ask."""
    rows = Approval.objects.filter(decision=None, kind=kind, subject=subject).order_by("id")
    row = rows.first()
    return approval_view(row) if row else None


def list_audit_details(action: str) -> tuple[Mapping[str, Any], ...]:
    """What the audit trail says of everything of that kind that was done: to be held against it."""
    rows = AuditRow.objects.filter(action=action, refused=None).order_by("id")
    return tuple(rows.values_list("detail", flat=True))


def _given(wanted: Mapping[str, object]) -> dict[str, object]:
    """The conditions that were given, in a form that the database can take."""
    return {
        name: storable(value) if isinstance(value, str) else value
        for name, value in wanted.items()
        if value is not None
    }


def _may_see(row: Approval, by: Actor) -> bool:
    if by.staff_id is not None and by.staff_id == row.requested_by_id:
        return True
    return row.permission in by.permissions


def _id_of(cursor: str) -> UUID:
    (text,) = read_cursor(cursor, str)
    return cursor_id(text)
