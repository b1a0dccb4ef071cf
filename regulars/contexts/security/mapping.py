"""Rows of security turned into values."""

from regulars.contexts.security.access import ROLE_PERMISSIONS, permissions_of_scopes
from regulars.contexts.security.models import (
    ApiKey,
    Approval,
    AuditRow,
    OneTimeLink,
    Passkey,
    SessionRow,
    StaffUser,
)
from regulars.contexts.security.types import (
    Actor,
    ApiKeyView,
    ApprovalView,
    AuditRowView,
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


def staff_view(row: StaffUser) -> StaffView:
    return StaffView(
        id=row.pk,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        language=row.language,
        is_active=row.is_active,
        created_at=row.created_at,
        last_login_at=row.last_login,
    )


def actor_of(row: StaffUser) -> Actor:
    """The person as an actor; a closed account may do nothing."""
    permissions = ROLE_PERMISSIONS[Role(row.role)] if row.is_active else frozenset[Permission]()
    return Actor("staff", str(row.pk), row.pk, permissions)


def principal_of(row: ApiKey) -> Principal:
    """What a key may do: its scopes, and for a person's key no more than the person may."""
    scopes = frozenset(map(Scope, row.scopes))
    permissions = permissions_of_scopes(scopes)
    if row.staff is not None:
        permissions &= actor_of(row.staff).permissions
    return Principal(
        key_id=row.pk,
        plane=Plane(row.plane),
        scopes=scopes,
        permissions=permissions,
        store=row.store_code,
        till=row.till_code,
        staff_id=row.staff_id,
    )


def api_key_view(row: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=row.pk,
        name=row.name,
        plane=Plane(row.plane),
        scopes=frozenset(map(Scope, row.scopes)),
        store=row.store_code,
        till=row.till_code,
        staff_id=row.staff_id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def audit_row_view(row: AuditRow) -> AuditRowView:
    return AuditRowView(
        id=row.pk,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        staff_id=row.staff_id,
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
        detail=row.detail,
        refused=row.refused,
    )


def approval_view(row: Approval) -> ApprovalView:
    return ApprovalView(
        id=row.pk,
        kind=row.kind,
        subject=row.subject,
        payload=row.payload,
        permission=Permission(row.permission),
        requested_by=row.requested_by_id,
        requested_at=row.requested_at,
        reason=row.reason,
        decision=row.decision,
        decided_by=row.decided_by_id,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        alone_reason=row.alone_reason,
    )


def session_view(row: SessionRow) -> SessionView:
    return SessionView(
        id=row.pk,
        holder=Holder(row.holder_kind, row.holder_id),
        method=row.method,
        device=row.device,
        began_at=row.began_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
        proved_at=row.proved_at,
    )


def passkey_view(row: Passkey) -> PasskeyView:
    return PasskeyView(id=row.pk, name=row.name, made_at=row.made_at, used_at=row.used_at)


def link_view(row: OneTimeLink) -> LinkView:
    return LinkView(
        id=row.pk,
        kind=row.kind,
        staff_id=row.staff_id,
        email=row.email,
        role=Role(row.role) if row.role else None,
        language=row.language,
        made_by=row.made_by_id,
        made_at=row.made_at,
        ends_at=row.ends_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
