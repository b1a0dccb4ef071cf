"""Pages that one-time links open: an invitation, a new password, the first owner's welcome."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.security.queries import get_staff
from regulars.contexts.security.types import LinkView, SignInStep, system_actor
from regulars.contexts.security.usecases.entering import enter_by_link
from regulars.contexts.security.usecases.links import (
    LinkOver,
    MailOff,
    accept_invitation,
    accept_welcome,
    find_link,
    request_password_reset,
    reset_by_link,
)
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.secrets import is_well_formed
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import drop_halves, half_token, put_half
from regulars.web.accounts.device import address_of, device_of
from regulars.web.accounts.forms import Forgotten, NewPassword, OwnData, Welcome, blame
from regulars.web.accounts.guard import public_page
from regulars.web.accounts.refusals import language_of
from regulars.web.accounts.sign_in import begin_here

_FORMS: dict[str, type[forms.Form]] = {
    "invitation": OwnData,
    "reset": NewPassword,
    "welcome": Welcome,
}


@public_page
@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address at once: from there it would get into histories and logs."""
    if not is_well_formed(token):
        raise LinkOver
    response = HttpResponseRedirect(reverse("accounts:link"))
    put_half(response, "link", token)
    response["Referrer-Policy"] = "no-referrer"
    return response


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """The form that the link is for; it is used up when the form is taken."""
    token = half_token(request, "link")
    found = find_link(token, now=utc_now())
    if found is None:
        raise LinkOver
    form = _FORMS[found.kind](request.POST or None)
    if request.method != "POST":
        return _page(request, found, form)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    told = form.cleaned_data
    try:
        step = in_transaction(lambda: _taken_up(request, found, token, told))
    except LinkOver:
        raise
    except Refused as refusal:
        blame(form, refusal, request)
        return _page(request, found, form, status=422)
    if step.staff is None or step.session is None:
        response = HttpResponseRedirect(reverse("accounts:sign_in"))
        drop_halves(response, "link")
        return response
    then = {"next": reverse("accounts:start")} if found.kind == "welcome" else {}
    response = HttpResponseRedirect(reverse("accounts:protect", query=then))
    begin_here(request, response, step.staff, step.session)
    return response


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to a new password; the answer is the same for known and unknown addresses."""
    form = Forgotten(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            in_transaction(
                lambda: request_password_reset(
                    email,
                    page=link_address(request),
                    address=address_of(request),
                    now=utc_now(),
                )
            )
            sent = True
        except MailOff:
            raise
        except Refused as refusal:
            blame(form, refusal, request)
    status = 200 if sent or request.method != "POST" else 422
    return render(request, "accounts/forgotten.html", {"form": form, "sent": sent}, status=status)


def link_address(request: HttpRequest) -> str:
    """The address that a link's secret is put behind."""
    return request.build_absolute_uri(reverse("accounts:open_link", args=["x"])).removesuffix("x")


def _taken_up(
    request: HttpRequest, found: LinkView, token: str, told: dict[str, Any]
) -> SignInStep:
    now = utc_now()
    if found.kind == "reset":
        reset_by_link(token, told["password"], now=now)
        return SignInStep()  # the second factor is still to be shown
    if found.kind == "invitation":
        made = accept_invitation(token, name=told["name"], password=told["password"], now=now)
        staff_id = made.id
    else:
        staff_id = accept_welcome(
            token, email=told["email"], name=told["name"], password=told["password"], now=now
        )
    session = enter_by_link(staff_id, device=device_of(request), now=now)
    return SignInStep(get_staff(staff_id, by=system_actor("link")), session=session)


def _page(request: HttpRequest, found: LinkView, form: Any, status: int = 200) -> HttpResponse:
    shown = {
        "form": form,
        "kind": found.kind,
        "email": found.email,
        "role": sentence(f"role.{found.role}", {}, language_of(request)) if found.role else "",
    }
    return render(request, "accounts/link.html", shown, status=status)
