"""A member's phones and addresses: changed after a proof, and a change taken back by a letter's link."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.members.queries import get_member
from regulars.contexts.members.types import EVERYONE, IdentifierKind
from regulars.contexts.members.usecases.contacts import (
    KINDS,
    ChangeOver,
    ContactUnknown,
    ContactView,
    ask_contact_code,
    change_contact,
    find_contact_change,
    list_contacts,
    undo_contact_change,
)
from regulars.contexts.security.ports import channels
from regulars.contexts.security.types import SignInStep
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.secrets import is_well_formed
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import drop_halves, half_token, put_half
from regulars.web.accounts.device import address_of
from regulars.web.accounts.forms import Contact, ContactCode, blame
from regulars.web.accounts.guard import member_page, public_page
from regulars.web.accounts.member_sign_in import uuid_in
from regulars.web.accounts.refusals import language_of
from regulars.web.accounts.sign_in import say_refused


@member_page()
@require_safe
def contacts(request: Any) -> HttpResponse:
    """The phones and addresses that the member signs in by."""
    own = list_contacts(request.member, by=request.actor)
    known = channels()
    ways = [
        {
            "kind": kind.value,
            "own": [one for one in own if one.kind is kind],
            "offered": kind.value in known,
        }
        for kind in KINDS
    ]
    rests_until = get_member(request.member, within=EVERYONE).rests_until
    shown = {
        "ways": ways,
        "rests_until": rests_until if rests_until and utc_now() < rests_until else None,
    }
    return render(request, "accounts/member_contacts.html", shown)


@member_page(step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: Any, ref: str) -> HttpResponse:
    """The new contact; a code goes there, whosever it is."""
    kind, old = _meant(request, ref)
    form = Contact(request.POST or None, channels=frozenset({kind.value}))
    if request.method == "POST" and form.is_valid():
        try:
            code_id = in_transaction(
                lambda: ask_contact_code(
                    request.member,
                    kind,
                    form.cleaned_data["contact"],
                    region=settings.PHONE_REGION,
                    language=language_of(request),
                    address=address_of(request),
                    now=utc_now(),
                    by=request.actor,
                )
            )
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            response = HttpResponseRedirect(reverse("accounts:member_contact_code", args=[ref]))
            put_half(response, "contact", str(code_id))
            return response
    shown = {"form": form, "kind": kind.value, "old": old, "ways": channels()}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/member_contact.html", shown, status=status)


@member_page(step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_code(request: Any, ref: str) -> HttpResponse:
    """The code that was sent to the new contact: with it the contact is changed."""
    kind, old = _meant(request, ref)
    code_id = uuid_in(half_token(request, "contact"))
    if code_id is None:
        return HttpResponseRedirect(reverse("accounts:member_contact", args=[ref]))
    form, status = ContactCode(request.POST or None), 200
    if request.method == "POST":
        status = 422
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        step = in_transaction(
            lambda: change_contact(
                request.member,
                old.ref if old else "",
                code_id,
                typed,
                address=address_of(request),
                page=_link_page(request),
                session=request.session_view.id,
                now=utc_now(),
                by=request.actor,
            )
        )
        if step.refused is None:
            messages.success(request, _("Your contact is changed.") if old else _("It is added."))
            response = HttpResponseRedirect(reverse("accounts:member_contacts"))
            drop_halves(response, "contact")
            return response
        refused = SignInStep(refused=step.refused, retry_after_s=step.retry_after_s)
        status = say_refused(request, form, refused)
    shown = {"form": form, "kind": kind.value, "ref": ref, "demo": bool(settings.DEMO_LETTERS)}
    return render(request, "accounts/member_contact_code.html", shown, status=status)


@public_page
@never_cache
@require_safe
def open_change(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address at once, as with every link."""
    if not is_well_formed(token):
        raise ChangeOver
    response = HttpResponseRedirect(reverse("accounts:member_contact_undo"))
    put_half(response, "undo", token)
    response["Referrer-Policy"] = "no-referrer"
    return response


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest) -> HttpResponse:
    """Whoever was told of a change takes it back; looking uses nothing up."""
    token = half_token(request, "undo")
    if request.method != "POST":
        kind = in_transaction(lambda: find_contact_change(token, now=utc_now()))
        if kind is None:
            raise ChangeOver
        return render(request, "accounts/member_contact_undo.html", {"kind": kind.value})
    in_transaction(lambda: undo_contact_change(token, now=utc_now()))
    messages.success(request, _("All is as it was. Sign in again."))
    response = HttpResponseRedirect(reverse("accounts:member_sign_in"))
    drop_halves(response, "undo")
    return response


def _meant(request: Any, ref: str) -> tuple[IdentifierKind, ContactView | None]:
    """The kind, and the contact that is to be replaced; `email` and `phone` mean one more of them."""
    old = None
    if ref in [kind.value for kind in KINDS]:
        kind = IdentifierKind(ref)
    else:
        own = list_contacts(request.member, by=request.actor)
        old = next((one for one in own if one.ref == ref), None)
        if old is None:
            raise ContactUnknown
        kind = old.kind
    if kind.value not in channels():
        raise ContactUnknown
    return kind, old


def _link_page(request: HttpRequest) -> str:
    path = reverse("accounts:member_contact_change", args=["x"])
    return request.build_absolute_uri(path).removesuffix("x")
