"""The support desk: what members asked, by deadline; answers, and the corrections that come with them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.members.queries import get_member, list_people
from regulars.contexts.members.types import EVERYONE, ref_of
from regulars.contexts.members.usecases.support import (
    decide_request,
    get_request,
    list_answered_requests,
    list_open_requests,
    open_request,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.console.member import GONE
from regulars.web.console.member_acts import Correction, corrected, tell_correction
from regulars.web.console.members import name_of
from regulars.web.console.support_words import KINDS, request_row
from regulars.web.design.faces import language

_ROWS = 50


@staff_page(Permission.MEMBERS_SUPPORT)
@require_safe
def support_page(request: Any) -> HttpResponse:
    """Requests by deadline, of one kind or all; or those that were answered."""
    kind = request.GET.get("kind", "")
    answered = kind == "answered"
    cursor = request.GET.get("cursor", "")[:400] or None

    def read() -> dict[str, Any]:
        by: Actor = request.actor
        if answered:
            found = list_answered_requests(cursor=cursor, limit=_ROWS, by=by)
        else:
            found = list_open_requests(
                kind=kind if kind in KINDS else None, cursor=cursor, limit=_ROWS, by=by
            )
        people = list_people([one.member for one in found.items], by=by)
        rows = [request_row(one, utc_now()) for one in found.items]
        for row in rows:
            person = people.get(row["view"].member)
            row["name"] = (person and (person.name or person.card)) or _("Nameless member")
        return {"rows": rows, "next": found.next_cursor}

    page = in_transaction(read)
    page["next"] = f"?kind={kind}&cursor={page['next']}" if page["next"] else ""
    page["first"] = f"?kind={kind}" if cursor else ""
    page["answered"] = answered
    page["chips"] = [
        {"title": title, "href": f"?kind={code}" if code else "?", "current": kind == code}
        | {"count": None}
        for code, title in (
            ("", _("All open")),
            *((code, str(words[0])) for code, words in KINDS.items()),
            ("answered", _("Answered")),
        )
    ]
    return render(request, "console/support.html", page)


@staff_page(Permission.MEMBERS_SUPPORT)
@require_safe
def request_page(request: Any, request_id: UUID) -> HttpResponse:
    """One request, and what it can be answered by."""

    def read() -> dict[str, Any]:
        by: Actor = request.actor
        found = get_request(request_id, by=by)
        view = get_member(found.member, within=EVERYONE)
        person = list_people([view.ref], by=by).get(view.ref)
        names = colleagues(by)
        return {
            "row": request_row(found, utc_now()),
            "view": found,
            "member": view,
            "name": name_of(view, person),
            "opened_by": names.get(found.opened_by, "") if found.opened_by else "",
            "decided_by": names.get(found.decided_by, "") if found.decided_by else "",
            "may_correct": Permission.LEDGER_ADJUST in by.permissions
            and view.status not in GONE
            and found.kind in ("missing_points", "dispute", "other"),
        }

    page = in_transaction(read)
    programme = request.programme
    page["currencies"] = [
        {"code": code, "title": text_in(one.title, language())}
        for code, one in sorted(
            programme.document.currencies.items() if programme else (),
            key=lambda pair: pair[0] != "points",
        )
    ]
    return render(request, "console/support_request.html", page)


@staff_page(Permission.MEMBERS_SUPPORT)
@require_POST
def ask_support(request: Any, member_id: UUID) -> HttpResponse:
    """Take down what a member asks."""
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
    try:
        in_transaction(
            lambda: open_request(ref_of(member_id), kind, text, now=utc_now(), by=request.actor)
        )
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, _("The request is taken down."))
    return HttpResponseRedirect(reverse("console:member", args=[member_id]))


@staff_page(Permission.MEMBERS_SUPPORT)
@require_POST
def answer(request: Any, request_id: UUID) -> HttpResponse:
    """Answer a request; a correction with it is booked, or asked for, in the same transaction."""
    page = HttpResponseRedirect(reverse("console:support_request", args=[request_id]))
    form = Correction({**request.POST.dict(), "reason": request.POST.get("answer", "")[:200]})
    with_points = bool(request.POST.get("amount", "").strip())
    if with_points and not form.is_valid():
        messages.error(request, _("Say how much, and why."))
        return page
    decision = request.POST.get("decision", "")
    by: Actor = request.actor

    def work() -> Any:
        found = get_request(request_id, by=by)
        outcome = None
        if with_points and decision == "done":
            outcome = corrected(form, found.member, by)
            if outcome is None:
                return None
        approval = outcome.approval.id if outcome and outcome.approval else None
        decide_request(
            request_id, decision, request.POST.get("answer", ""),
            approval=approval, now=utc_now(), by=by,
        )  # fmt: skip
        return outcome or True

    try:
        done = in_transaction(work)
    except Refused as refusal:
        messages.error(request, told(request, refusal))
        return page
    if done is None or done is not True:
        tell_correction(request, done)
    else:
        messages.success(request, _("The request is answered."))
    return page
