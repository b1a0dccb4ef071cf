"""Corrections by hand: booked at once when small, by a second person's word when not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.contexts.ledger.types import Posted
from regulars.contexts.ledger.usecases.points import (
    adjust_points,
    check_adjustment,
    lock_account,
)
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus
from regulars.contexts.security.types import Actor, ApprovalView, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.approvals import decide_approval, request_approval
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Refused
from regulars.kit.ids import new_id

KIND = "ledger.adjustment"


class MemberErased(Refused):
    """Nobody stands behind this membership any more."""

    code = "ledger.member_erased"


@dataclass(frozen=True, slots=True)
class AdjustmentOutcome:
    """Either booked, or waiting for (or refused by) a second person."""

    posted: Posted | None
    approval: ApprovalView | None


def request_adjustment(
    member: MemberRef,
    *,
    programme: Compiled,
    currency: str,
    amount: int,
    reason_text: str,
    limit: int,
    now: datetime,
    by: Actor,
) -> AdjustmentOutcome:
    """Correct a wallet by `amount` minor units, or ask for approval where it is over `limit` either way.

    A member that was merged is corrected in the books of the one who stays. Raises
    PermissionMissing, MemberNotFound, MemberErased and what `adjust_points` raises; what is asked
    for is checked before it is asked.
    """
    require(by, Permission.LEDGER_ADJUST)
    member = _holder(member)
    check_adjustment(programme, currency, amount)
    if abs(amount) > limit:
        payload = {
            "bucket": member.bucket,
            "member": str(member.id),
            "currency": currency,
            "amount": amount,
            "reason": reason_text,
        }
        approval = request_approval(
            KIND,
            str(member.id),
            payload,
            permission=Permission.LEDGER_APPROVE,
            reason=reason_text,
            now=now,
            by=by,
        )
        return AdjustmentOutcome(None, approval)
    source = new_id(now=now)
    posted = adjust_points(
        member,
        programme=programme,
        currency=currency,
        amount=amount,
        source=source,
        reason_text=reason_text,
        now=now,
        by=by,
    )
    detail: dict[str, str | int | bool | None] = {"currency": currency, "amount": amount}
    record_audit("ledger.adjust", "member", str(member.id), detail, now=now, by=by)
    return AdjustmentOutcome(posted, None)


def decide_adjustment(
    approval_id: UUID,
    approve: bool,
    reason: str,
    *,
    programme: Compiled,
    alone_reason: str | None = None,
    now: datetime,
    by: Actor,
) -> AdjustmentOutcome:
    """Approve a correction, which books it, or reject it.

    Raises MemberErased and what `decide_approval` and `adjust_points` raise; then nothing is
    decided either.
    """
    approval = decide_approval(
        approval_id,
        "approved" if approve else "rejected",
        reason=reason,
        alone_reason=alone_reason,
        now=now,
        by=by,
    )
    if not approve:
        return AdjustmentOutcome(None, approval)
    asked = approval.payload
    posted = adjust_points(
        _holder(MemberRef(asked["bucket"], UUID(asked["member"]))),
        programme=programme,
        currency=asked["currency"],
        amount=asked["amount"],
        source=approval.id,
        reason_text=asked["reason"],
        now=now,
        by=by,
        approved_by=str(by.staff_id),
    )
    return AdjustmentOutcome(posted, approval)


def _holder(member: MemberRef) -> MemberRef:
    """The member, or who it was merged into; locked, so that it stays so to the end."""
    held = get_survivor(member, within=EVERYONE)
    while True:
        lock_account(held.ref)
        found = get_survivor(held.ref, within=EVERYONE)
        if found.ref == held.ref:
            break
        held = found
    if found.status is MemberStatus.ERASED:
        raise MemberErased
    return found.ref
