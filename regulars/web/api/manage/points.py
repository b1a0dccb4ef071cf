"""Points by hand: corrections, the second person's word, tiers by invitation, rewards of a member."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from pydantic import Field

from regulars.contexts.economics.usecases.closes import KIND as OF_MONTH
from regulars.contexts.economics.usecases.closes import decide_reopening
from regulars.contexts.ledger.types import Posted
from regulars.contexts.ledger.usecases.adjustments import (
    KIND,
    AdjustmentOutcome,
    decide_adjustment,
    request_adjustment,
)
from regulars.contexts.ledger.usecases.points import grant_tier
from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, ref_of
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.usecases.gift_cards import KIND as OF_CARD
from regulars.contexts.rewards.usecases.gift_cards import decide_card_adjustment
from regulars.contexts.security.queries import get_approval, list_open_approvals
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.security.usecases.approvals import decide_approval
from regulars.contexts.security.usecases.audit import record_audit
from regulars.kit.ids import new_id
from regulars.web.api.manage import examples
from regulars.web.api.manage.office_shapes import (
    AdjustmentAnswer,
    ApprovalAnswer,
    ApprovalList,
    PostedAnswer,
    WalletAnswer,
)
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, Moment, Signed, plain

points = Operations(Plane.MANAGE, "Points")

_APPROVALS = (
    Permission.LEDGER_APPROVE,
    Permission.PROGRAMME_APPROVE,
    Permission.LEDGER_ADJUST,
    Permission.PERIODS_REOPEN,
    Permission.PERIODS_CLOSE,
)

_CurrencyCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
_Reason = Annotated[str, plain(500, least=1)]


class AdjustBody(Closed):
    """By how much and why; negative takes away, never below what is there."""

    currency: _CurrencyCode
    amount: Signed = Field(description="Minor units of the currency")
    reason: _Reason


class DecideBody(Closed):
    """The second person's word."""

    decision: Literal["approved", "rejected"]
    reason: Annotated[str, plain(500)] = Field(default="", description="A rejection needs one")
    alone_reason: _Reason | None = Field(
        default=None, description="Where nobody else could decide: why it is done alone"
    )


class GrantBody(Closed):
    """A level by invitation."""

    tier: _CurrencyCode
    until: Moment | None = Field(default=None, description="Default: for good")
    reason: _Reason


@points(
    "POST",
    "/members/{member_id}/adjustments",
    name="adjust_points",
    permission=Permission.LEDGER_ADJUST,
    answers=AdjustmentAnswer,
    status=201,
    effect="stored",
    examples=examples.ADJUSTMENTS,
)
def adjust(call: Call, member_id: UUID, body: AdjustBody) -> AdjustmentAnswer:
    """Correct a wallet.

    A correction over the limit is not booked but waits for a second person: `status` is `waiting`.
    """
    member = get_member(ref_of(member_id), within=EVERYONE).ref
    outcome = request_adjustment(
        member,
        programme=compiled_at(call.now),
        currency=body.currency,
        amount=body.amount,
        reason_text=body.reason,
        limit=settings.ADJUSTMENT_LIMIT_MINOR,
        now=call.now,
        by=call.actor,
    )
    return _adjustment(outcome)


@points(
    "GET",
    "/approvals",
    permission=_APPROVALS,
    answers=ApprovalList,
    examples=examples.LIST,
)
def list_approvals(call: Call) -> ApprovalList:
    """What waits for somebody's word and concerns the caller."""
    views = list_open_approvals(by=call.actor)
    return ApprovalList(approvals=[ApprovalAnswer.model_validate(view) for view in views])


@points(
    "GET",
    "/approvals/{approval_id}",
    name="get_approval",
    permission=_APPROVALS,
    answers=ApprovalAnswer,
)
def get_one_approval(call: Call, approval_id: UUID) -> ApprovalAnswer:
    """One request, for who made it and who may decide on it."""
    return ApprovalAnswer.model_validate(get_approval(approval_id, by=call.actor))


@points(
    "POST",
    "/approvals/{approval_id}/decide",
    name="decide_approval",
    permission=_APPROVALS,
    answers=AdjustmentAnswer,
    effect="stored",
)
def decide(call: Call, approval_id: UUID, body: DecideBody) -> AdjustmentAnswer:
    """Approve or reject; what is approved is done in the same instant.

    Who asked cannot also approve, while somebody else could; taking back one's own request is
    possible.
    """
    asked = get_approval(approval_id, by=call.actor)
    if asked.kind == OF_CARD:
        done = decide_card_adjustment(
            approval_id,
            body.decision == "approved",
            body.reason,
            alone_reason=body.alone_reason,
            now=call.now,
            by=call.actor,
        )
        return _adjustment(AdjustmentOutcome(done.posted, done.approval))
    if asked.kind == OF_MONTH:
        reopened, _ = decide_reopening(
            approval_id,
            body.decision == "approved",
            body.reason,
            alone_reason=body.alone_reason,
            now=call.now,
            by=call.actor,
        )
        return _adjustment(AdjustmentOutcome(None, reopened))
    if asked.kind != KIND:
        view = decide_approval(
            approval_id,
            body.decision,
            reason=body.reason,
            alone_reason=body.alone_reason,
            now=call.now,
            by=call.actor,
        )
        return _adjustment(AdjustmentOutcome(None, view))
    outcome = decide_adjustment(
        approval_id,
        body.decision == "approved",
        body.reason,
        programme=compiled_at(call.now),
        alone_reason=body.alone_reason,
        now=call.now,
        by=call.actor,
    )
    return _adjustment(outcome)


@points(
    "POST",
    "/members/{member_id}/tier-grants",
    name="grant_tier",
    permission=Permission.LEDGER_ADJUST,
    answers=PostedAnswer,
    status=201,
    effect="stored",
    examples=examples.GRANTS,
)
def grant(call: Call, member_id: UUID, body: GrantBody) -> PostedAnswer:
    """Put a member on a level by invitation."""
    member = get_member(ref_of(member_id), within=EVERYONE).ref
    posted = grant_tier(
        member,
        programme=compiled_at(call.now),
        tier=body.tier,
        until=body.until,
        source=new_id(now=call.now),
        reason_text=body.reason,
        now=call.now,
        by=call.actor,
    )
    detail = {"tier": body.tier, "until": body.until.isoformat() if body.until else None}
    record_audit("ledger.grant_tier", "member", str(member.id), detail, now=call.now, by=call.actor)
    return PostedAnswer(seq=posted.seq, balances=_wallets(posted))


# What is approved is done, whether it wrote into a member's books or not.
_STATUS: Mapping[str | None, Literal["posted", "waiting", "rejected"]] = {
    "approved": "posted",
    "rejected": "rejected",
    None: "waiting",
}


def _adjustment(outcome: AdjustmentOutcome) -> AdjustmentAnswer:
    posted, approval = outcome.posted, outcome.approval
    status: Literal["posted", "waiting", "rejected"] = "posted"
    if posted is None:
        decision = approval.decision if approval else None
        status = _STATUS[decision]
    return AdjustmentAnswer(
        status=status,
        seq=posted.seq if posted else None,
        balances=_wallets(posted) if posted else None,
        approval=ApprovalAnswer.model_validate(approval) if approval else None,
    )


def _wallets(posted: Posted) -> dict[str, WalletAnswer]:
    return {code: WalletAnswer.model_validate(view) for code, view in posted.balances.items()}
