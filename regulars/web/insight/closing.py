"""A month is closed by a person who types its name, and opened again by two."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.contexts.economics.queries.closes import last_policy
from regulars.contexts.economics.usecases.closes import close_period, request_reopening
from regulars.contexts.security.types import Permission
from regulars.core.economics.closing import Policy
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.insight.months import month_name, month_title

_ACCOUNT_LENGTH_MAX = 40
_REASON_LENGTH_MAX = 500


class Closing(forms.Form):
    """The month typed in, and what is taken for granted; what is left empty is as in the last close."""

    typed = forms.CharField(max_length=20)
    redeemed = forms.DecimalField(
        min_value=0, max_value=100, max_digits=7, decimal_places=4, required=False
    )
    tail = forms.IntegerField(min_value=0, max_value=120, required=False)
    revenue = forms.CharField(max_length=_ACCOUNT_LENGTH_MAX, required=False)
    liability = forms.CharField(max_length=_ACCOUNT_LENGTH_MAX, required=False)

    def policy(self, last: Policy | None) -> Policy:
        """What was said, the rest as in `last`."""
        said, (assumed, accounts) = self.cleaned_data, last or Policy()
        share: Decimal | None = said["redeemed"]
        if share is not None:
            assumed = assumed._replace(redeemed_share=Fraction(share) / 100)
        if said["tail"] is not None:
            assumed = assumed._replace(tail_months=said["tail"])
        if said["revenue"]:
            accounts = accounts._replace(revenue=said["revenue"])
        if said["liability"]:
            accounts = accounts._replace(liability=said["liability"])
        return Policy(assumed, accounts)


class Reopening(forms.Form):
    """Why a month is to be opened again."""

    reason = forms.CharField(max_length=_REASON_LENGTH_MAX)


@staff_page(Permission.PERIODS_CLOSE, step_up=True)
@require_POST
def close(request: HttpRequest, month: int) -> HttpResponse:
    """Freeze the month for good."""
    by, form = request.actor, Closing(request.POST)  # type: ignore[attr-defined]
    if not form.is_valid():
        messages.error(request, _("Nothing was closed: an assumption is not a figure that can be."))
    elif form.cleaned_data["typed"].strip() != month_name(month):
        messages.error(request, _("Nothing was closed: another month was typed in."))
    else:
        _try(request, lambda: _close(form, month, by), _closed(month))
    return _back(month)


@staff_page(Permission.PERIODS_CLOSE, step_up=True)
@require_POST
def reopen(request: HttpRequest, month: int) -> HttpResponse:
    """Ask a second person to open the last closed month again."""
    by, form = request.actor, Reopening(request.POST)  # type: ignore[attr-defined]
    if not form.is_valid():
        messages.error(request, _("Say why the month is to be opened again."))
    else:
        reason = form.cleaned_data["reason"]
        done = _("Asked. The month stays closed until a second person agrees.")
        _try(request, lambda: request_reopening(month, reason, now=utc_now(), by=by), done)
    return _back(month)


def _close(form: Closing, month: int, by: Any) -> None:
    policy = form.policy(last_policy())
    close_period(month, policy=policy, now=utc_now(), by=by)


def _closed(month: int) -> str:
    return _("%(month)s is closed.") % {"month": month_title(month)}


def _try(request: HttpRequest, work: Any, done: str) -> None:
    try:
        in_transaction(work)
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, done)


def _back(month: int) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('insight:liability')}?month={month_name(month)}")
