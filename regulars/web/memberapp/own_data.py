"""A member's own data: taken as a file, and asking to be forgotten."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.members.usecases.support import ask_erasure, find_asked_erasure
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import member_page
from regulars.web.accounts.member_record import as_file, hand_out_record
from regulars.web.accounts.refusals import told


@member_page
@require_safe
def own_data(request: Any) -> HttpResponse:
    """What is kept of the member, and whether they have asked to be forgotten."""
    asked = in_transaction(lambda: find_asked_erasure(request.member, by=request.actor))
    return render(request, "memberapp/data.html", {"asked": asked})


@member_page
@require_POST
def take(request: Any) -> HttpResponse:
    """All that is kept of the member, as a file."""
    now, by = utc_now(), request.actor
    return as_file(in_transaction(lambda: hand_out_record(request.member, now=now, by=by)))


@member_page
@require_POST
def ask(request: Any) -> HttpResponse:
    """Ask to be forgotten; a colleague answers within the days that the law gives."""
    try:
        in_transaction(lambda: ask_erasure(request.member, now=utc_now(), by=request.actor))
        messages.success(request, _("We have your request."))
    except Refused as refused:
        messages.error(request, told(request, refused))
    return HttpResponseRedirect(reverse("memberapp:data"))
