"""Personal offers: what is on, and what a member can switch on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.rewards.queries.offers import list_offers
from regulars.contexts.rewards.usecases.offers import activate_offer
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import member_page
from regulars.web.accounts.refusals import told
from regulars.web.memberapp.rewards import for_oneself


@member_page
@require_safe
def offers_page(request: HttpRequest) -> HttpResponse:
    """The offers of this member."""
    offers = in_transaction(lambda: _offers(request)) if request.programme else []  # type: ignore[attr-defined]
    return render(request, "memberapp/offers.html", {"offers": offers})


@member_page
@require_POST
def activate(request: HttpRequest, promotion: str) -> HttpResponse:
    """Switch an offer on; again changes nothing."""
    try:
        in_transaction(
            lambda: activate_offer(
                request.member,  # type: ignore[attr-defined]
                promotion,
                now=utc_now(),
                by=for_oneself(request),
            )
        )
        messages.success(request, _("The offer is on."))
    except Refused as refused:
        messages.error(request, told(request, refused))
    return HttpResponseRedirect(reverse("memberapp:offers"))


def _offers(request: Any) -> list[dict[str, Any]]:
    return [
        {
            "promotion": one.promotion,
            "title": text_in(dict(one.title), request.language),
            "on": one.activated_at is not None,
            "until": one.until,
            "granted": one.granted,
        }
        for one in list_offers(request.member, now=utc_now())
    ]
