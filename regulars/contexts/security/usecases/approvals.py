"""A second person's word: asked for, given or denied; and what holds where there is only one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.contexts.security.access import roles_with
from regulars.contexts.security.mapping import approval_view
from regulars.contexts.security.models import Approval, StaffUser
from regulars.contexts.security.types import Actor, ApprovalView, Decision, Permission
from regulars.contexts.security.usecases.access import PermissionMissing, require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import without_contacts
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.ids import new_id

_REASON_MAX = 500
_DECISIONS = ("approved", "rejected")


class ApprovalNotFound(NotFound):
    """There is no such request, or the actor may not decide on it."""

    code = "approval.not_found"


class ApprovalDecided(Refused):
    """Somebody has decided already."""

    code = "approval.decided"


class SecondPersonNeeded(Refused):
    """Who asks cannot also agree, while somebody else could."""

    code = "approval.second_person_needed"
    kind = "forbidden"


class AloneReasonNeeded(Refused):
    """There is nobody else who could agree: that must be said, and why it is done all the same."""

    code = "approval.alone_reason_needed"


class DecisionInvalid(Invalid):
    """A decision is `approved` or `rejected`."""

    code = "approval.decision_invalid"


class ReasonInvalid(Invalid):
    """A reason of 1–500 characters is needed."""

    code = "approval.reason_invalid"


def request_approval(
    kind: str,
    subject: str,
    payload: Mapping[str, Any],
    *,
    permission: Permission,
    reason: str,
    now: datetime,
    by: Actor,
) -> ApprovalView:
    """Ask for the word of somebody who has `permission`. The caller has checked that `by` may ask.

    `payload` is what will be done, impersonal JSON; it comes back unchanged. Raises ReasonInvalid.
    """
    row = Approval(
        id=new_id(now=now),
        kind=kind,
        subject=subject,
        payload=dict(payload),
        permission=permission,
        requested_by_id=by.staff_id,
        requested_at=now,
        reason=_checked_reason(reason, "/reason"),
    )
    row.save(force_insert=True)
    detail = {"kind": kind, "subject": subject, "reason": row.reason}
    record_audit("approval.request", "approval", str(row.id), detail, now=now, by=by)
    return approval_view(row)


def decide_approval(
    approval_id: UUID,
    decision: Decision,
    *,
    reason: str = "",
    alone_reason: str | None = None,
    now: datetime,
    by: Actor,
) -> ApprovalView:
    """Approve or reject, once. What was asked for is done by the caller, in the same transaction.

    Of two who decide at the same instant the first is heard and the other refused. A rejection
    needs a reason; taking back one's own request needs no second person. Raises ApprovalNotFound,
    PermissionMissing, ApprovalDecided, DecisionInvalid, ReasonInvalid, SecondPersonNeeded,
    AloneReasonNeeded.
    """
    if decision not in _DECISIONS:
        raise DecisionInvalid(pointer="/decision")
    row = Approval.objects.select_for_update(of=("self",)).filter(pk=approval_id).first()
    if row is None:
        raise ApprovalNotFound
    permission = Permission(row.permission)
    if by.staff_id is None:
        raise PermissionMissing(permission=permission.value)
    if row.decision is not None:
        require(by, permission)
        raise ApprovalDecided
    if decision == "approved":
        row.alone_reason = require_second_person(
            row.requested_by_id, permission, alone_reason, by=by
        )
    elif by.staff_id != row.requested_by_id:
        require(by, permission)
    row.decision = decision
    row.decided_by_id = by.staff_id
    row.decided_at = now
    row.decision_reason = (
        _checked_reason(reason, "/reason")
        if decision == "rejected"
        else without_contacts(reason)[:_REASON_MAX]
    )
    row.save()
    detail = {
        "kind": row.kind,
        "subject": row.subject,
        "decision": decision,
        "reason": row.decision_reason,
        "alone_reason": row.alone_reason,
    }
    record_audit("approval.decide", "approval", str(row.id), detail, now=now, by=by)
    return approval_view(row)


def require_second_person(
    author_id: UUID | None,
    permission: Permission,
    alone_reason: str | None,
    *,
    by: Actor,
) -> str | None:
    """Pass where `by`, a person with `permission`, is another than the author.

    Where the only active account with `permission` is the author's own it passes with
    `alone_reason`, which is returned to be recorded; otherwise None is. Raises PermissionMissing,
    SecondPersonNeeded, AloneReasonNeeded, ReasonInvalid.
    """
    require(by, permission)
    if by.staff_id is None:
        raise PermissionMissing(permission=permission.value)
    if by.staff_id != author_id:
        return None
    able = StaffUser.objects.filter(is_active=True, role__in=roles_with(permission))
    if able.exclude(pk=by.staff_id).exists():
        raise SecondPersonNeeded
    if alone_reason is None or not alone_reason.strip():
        raise AloneReasonNeeded(pointer="/alone_reason")
    return _checked_reason(alone_reason, "/alone_reason")


def _checked_reason(reason: str, pointer: str) -> str:
    text = reason.strip()
    if not 0 < len(text) <= _REASON_MAX:
        raise ReasonInvalid(pointer=pointer)
    return without_contacts(text)[:_REASON_MAX]
