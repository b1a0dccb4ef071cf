"""What waits for a second person: read what is asked, agree or refuse, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.economics.usecases.closes import KIND as OF_MONTH
from regulars.contexts.economics.usecases.closes import decide_reopening
from regulars.contexts.ledger.usecases.adjustments import KIND as OF_POINTS
from regulars.contexts.ledger.usecases.adjustments import decide_adjustment
from regulars.contexts.programme.queries import compiled_at, list_versions
from regulars.contexts.rewards.usecases.gift_cards import KIND as OF_CARD
from regulars.contexts.rewards.usecases.gift_cards import decide_card_adjustment
from regulars.contexts.security.queries import get_approval, list_open_approvals
from regulars.contexts.security.types import Actor, ApprovalView, Permission
from regulars.contexts.security.usecases.access import require_any
from regulars.contexts.security.usecases.approvals import decide_approval
from regulars.core.economics.statement import month_name
from regulars.core.programme.lifecycle import VersionStatus
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.design.faces import language
from regulars.web.templatetags.figures import money, points

CONCERNED = (
    Permission.LEDGER_APPROVE,
    Permission.PROGRAMME_APPROVE,
    Permission.LEDGER_ADJUST,
    Permission.PERIODS_REOPEN,
    Permission.PERIODS_CLOSE,
)
_REASON_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as people read it."""

    view: ApprovalView
    title: str
    icon: str
    amount: str
    asked_by: str
    own: bool
    warning: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A version of the programme that nobody has approved yet."""

    number: int
    title: str
    note: str
    changed_at: datetime


class Decision(forms.Form):
    """The word that is given."""

    decision = forms.ChoiceField(choices=[("approved", "approved"), ("rejected", "rejected")])
    reason = forms.CharField(max_length=_REASON_LENGTH_MAX, required=False)
    alone_reason = forms.CharField(max_length=_REASON_LENGTH_MAX, required=False)


@staff_page()
@require_safe
def approvals_page(request: HttpRequest) -> HttpResponse:
    """Everything that waits and concerns this person, the oldest first."""
    by = request.actor  # type: ignore[attr-defined]
    require_any(by, *CONCERNED)
    page = {
        "waiting": list_waiting(by),
        "drafts": list_drafts(by, utc_now()),
        "held": by.permissions,
    }
    return render(request, "console/approvals.html", page)


@staff_page(step_up=True)
@require_POST
def decide(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Give the word; what is approved is done in the same instant."""
    form = Decision(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    by = request.actor  # type: ignore[attr-defined]
    said = form.cleaned_data
    try:
        in_transaction(lambda: _decide(approval_id, said, by))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        done = said["decision"] == "approved"
        messages.success(request, _("Approved and booked.") if done else _("Refused."))
    return HttpResponseRedirect(reverse("console:approvals"))


def list_waiting(by: Actor) -> list[Waiting]:
    """What waits and concerns `by`; empty for whoever can neither ask nor decide."""
    if not by.permissions.intersection(CONCERNED):
        return []
    names = colleagues(by)
    views = in_transaction(lambda: list_open_approvals(by=by))
    return [_waiting(view, names, by) for view in views]


def list_drafts(by: Actor, now: datetime) -> list[Draft]:
    """Drafts for whoever may approve one, the newest first."""
    if Permission.PROGRAMME_APPROVE not in by.permissions:
        return []
    return [
        Draft(view.number, text_in(dict(view.title), language()), view.note, view.changed_at)
        for view in list_versions(now=now)
        if view.status is VersionStatus.DRAFT
    ]


def _decide(approval_id: UUID, said: dict[str, Any], by: Actor) -> None:
    now = utc_now()
    asked = get_approval(approval_id, by=by)
    agreed, reason = said["decision"] == "approved", said["reason"]
    alone = said["alone_reason"] or None
    if asked.kind == OF_POINTS:
        decide_adjustment(
            approval_id, agreed, reason,
            programme=compiled_at(now), alone_reason=alone, now=now, by=by,
        )  # fmt: skip
    elif asked.kind == OF_CARD:
        decide_card_adjustment(approval_id, agreed, reason, alone_reason=alone, now=now, by=by)
    elif asked.kind == OF_MONTH:
        decide_reopening(approval_id, agreed, reason, alone_reason=alone, now=now, by=by)
    else:
        decide_approval(
            approval_id, said["decision"], reason=reason, alone_reason=alone, now=now, by=by
        )


def _waiting(view: ApprovalView, names: dict[UUID, str], by: Actor) -> Waiting:
    asked = view.payload
    title, icon, amount = _("Request"), "clipboard-check", ""
    warning = _("It is booked at once and cannot be undone but by another correction.")
    if view.kind == OF_POINTS:
        title, icon = _("Correction of points"), "adjustments"
        amount = _signed(points(abs(asked["amount"]), asked["currency"]), asked["amount"])
    elif view.kind == OF_CARD:
        title, icon = _("Correction of a gift card"), "gift-card"
        amount = _signed(money(abs(asked["amount"])), asked["amount"])
    elif view.kind == OF_MONTH:
        title, icon = _("Opening a closed month again"), "lock-open"
        amount = month_name(asked["month"])
        warning = _("The month is open from then on, until it is closed anew.")
    who = names.get(view.requested_by) if view.requested_by else None
    own = view.requested_by is not None and view.requested_by == by.staff_id
    return Waiting(view, title, icon, amount, who or _("A colleague"), own, warning)


def _signed(shown: str, amount: int) -> str:
    return f"+{shown}" if amount > 0 else f"−{shown}"
