"""Colleagues: who there is, invitations, roles, and help for who has lost their keys."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.security.ports import channels
from regulars.contexts.security.queries import (
    get_factors,
    get_staff,
    list_invitations,
    list_sessions,
    list_staff,
    permissions_of,
)
from regulars.contexts.security.types import Holder, Permission, Role
from regulars.contexts.security.usecases.links import invite_staff, revoke_invitation
from regulars.contexts.security.usecases.second_factor import reset_second_factor
from regulars.contexts.security.usecases.sessions import end_sessions_of
from regulars.contexts.security.usecases.staff import activate_staff, deactivate_staff, set_role
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.forms import ChangeRole, Invitation, blame
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.links import link_address
from regulars.web.accounts.refusals import language_of, told


@staff_page(Permission.STAFF_READ)
@require_safe
def people(request: Any) -> HttpResponse:
    """Everybody with an account, and invitations on their way."""
    found = list_staff(by=request.actor)
    may_write = Permission.STAFF_WRITE in request.actor.permissions
    invited = list_invitations(now=utc_now(), by=request.actor) if may_write else ()
    language = language_of(request)
    shown = {
        "people": [(one, _role(one.role, language)) for one in found],
        "invited": [(one, _role(one.role, language) if one.role else "") for one in invited],
        "mail": "email" in channels(),
    }
    return render(request, "accounts/people.html", shown)


@staff_page(Permission.STAFF_WRITE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Any) -> HttpResponse:
    """Send somebody a link to make their own account."""
    language = language_of(request)
    form = Invitation(
        request.POST or None,
        language=language,
        initial={"language": language, "role": Role.SUPPORT.value},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            in_transaction(
                lambda: invite_staff(
                    asked["email"],
                    Role(asked["role"]),
                    language=asked["language"],
                    page=link_address(request),
                    now=utc_now(),
                    by=request.actor,
                )
            )
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            messages.success(request, _("The invitation is on its way."))
            return HttpResponseRedirect(reverse("accounts:staff"))
    status = 200 if request.method != "POST" else 422
    shown = {"form": form, "mail": "email" in channels()}
    return render(request, "accounts/invite.html", shown, status=status)


@staff_page(Permission.STAFF_WRITE)
@require_POST
def call_back(request: Any, link_id: UUID) -> HttpResponse:
    """Call an invitation back."""
    in_transaction(lambda: revoke_invitation(link_id, now=utc_now(), by=request.actor))
    messages.success(request, _("The invitation is called back."))
    return HttpResponseRedirect(reverse("accounts:staff"))


@staff_page(Permission.STAFF_READ)
@require_safe
def person(request: Any, staff_id: UUID) -> HttpResponse:
    """One colleague: role, what guards the account, where it is signed in."""
    return _person_page(request, staff_id)


@staff_page(Permission.STAFF_WRITE, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, staff_id: UUID) -> HttpResponse:
    """Do one thing to a colleague's account; a GET comes from having proved who one is."""
    where = HttpResponseRedirect(reverse("accounts:person", args=[staff_id]))
    if request.method != "POST":
        return where
    wanted = request.POST.get("what", "")
    done = _CHANGES.get(wanted)
    if done is None:
        return where
    try:
        says = in_transaction(lambda: done(request, staff_id))
    except Refused as refusal:
        if refusal.kind in ("not_found", "forbidden"):
            raise
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, says)
    return where


def _to_role(request: Any, staff_id: UUID) -> str:
    form = ChangeRole(request.POST, language=language_of(request))
    if form.is_valid():
        set_role(staff_id, Role(form.cleaned_data["role"]), now=utc_now(), by=request.actor)
    return _("The role is changed; it holds from the next click.")


def _close(request: Any, staff_id: UUID) -> str:
    deactivate_staff(staff_id, now=utc_now(), by=request.actor)
    return _("The account is closed, and signed out everywhere.")


def _open(request: Any, staff_id: UUID) -> str:
    activate_staff(staff_id, now=utc_now(), by=request.actor)
    return _("The account is open again.")


def _free(request: Any, staff_id: UUID) -> str:
    reset_second_factor(staff_id, now=utc_now(), by=request.actor)
    return _("The second factor is taken off; a new one is set up at the next sign-in.")


def _sign_out(request: Any, staff_id: UUID) -> str:
    end_sessions_of(Holder("staff", staff_id), now=utc_now(), by=request.actor)
    return _("Signed out everywhere.")


_CHANGES = {
    "role": _to_role,
    "close": _close,
    "open": _open,
    "free": _free,
    "sign_out": _sign_out,
}


def _person_page(request: Any, staff_id: UUID) -> HttpResponse:
    language, now = language_of(request), utc_now()
    found = get_staff(staff_id, by=request.actor)
    shown = {
        "person": found,
        "role": _role(found.role, language),
        "allowed": sorted(one.value for one in permissions_of(found.role)),
        "factors": get_factors(staff_id, by=request.actor),
        "sessions": list_sessions(Holder("staff", staff_id), now=now, by=request.actor),
        "form": ChangeRole(language=language, initial={"role": found.role.value}),
        "is_self": staff_id == request.staff.id,
    }
    return render(request, "accounts/person.html", shown)


def _role(role: Role, language: str) -> str:
    return sentence(f"role.{role.value}", {}, language)
