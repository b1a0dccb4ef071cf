"""A member's devices and passkeys: where they are signed in, and by what."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.members.queries import get_profile, list_identifiers
from regulars.contexts.members.types import EVERYONE, IdentifierKind, IdentifierStatus
from regulars.contexts.security.ports import channels, sends_push
from regulars.contexts.security.queries import list_passkeys, list_sessions
from regulars.contexts.security.types import CodeOutcome, SignInStep
from regulars.contexts.security.usecases.codes import check_code, send_code
from regulars.contexts.security.usecases.entering import prove_by_passkey
from regulars.contexts.security.usecases.passkeys import (
    begin_passkey,
    begin_passkey_sign_in,
    finish_passkey,
    remove_passkey,
)
from regulars.contexts.security.usecases.push import is_push_on, sender
from regulars.contexts.security.usecases.sessions import (
    end_session,
    end_sessions_of,
    is_proved,
    prove_session,
)
from regulars.core.refusal import Refused
from regulars.integrations.social.providers import offered
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import drop_halves, half_token, put_half, safe_next
from regulars.web.accounts.device import address_of, device_of
from regulars.web.accounts.forms import ContactCode, blame
from regulars.web.accounts.guard import member_page
from regulars.web.accounts.member_sign_in import HOME, session_actor, uuid_in
from regulars.web.accounts.refusals import language_of
from regulars.web.accounts.sign_in import answer_in, refused_json, say_refused, site_of

PROOF = "member_proof"
_WAYS = {IdentifierKind.EMAIL: "email", IdentifierKind.PHONE: "phone"}


@member_page()
@require_safe
def account(request: Any) -> HttpResponse:
    """Devices and passkeys."""
    holder, by = request.session_view.holder, session_actor(request)
    shown = {
        "sessions": list_sessions(holder, now=utc_now(), by=by),
        "own_session": request.session_view.id,
        "keys": list_passkeys(holder, by=by),
        "passkeys": site_of(request).takes_passkeys,
        "social": offered(),
        "push_key": sender() if sends_push() else "",
        "push_on": is_push_on(request.session_view),
    }
    return render(request, "accounts/member_account.html", shown)


@member_page()
@require_POST
def end_own_session(request: Any, session_id: UUID) -> HttpResponse:
    """Sign another device out."""
    by = session_actor(request)
    in_transaction(lambda: end_session(session_id, now=utc_now(), by=by))
    messages.success(request, _("That device is signed out."))
    return HttpResponseRedirect(reverse("accounts:member_account"))


@member_page()
@require_POST
def end_others(request: Any) -> HttpResponse:
    """Sign every other device out."""
    session, by = request.session_view, session_actor(request)
    in_transaction(lambda: end_sessions_of(session.holder, but=session.id, now=utc_now(), by=by))
    messages.success(request, _("Every other device is signed out."))
    return HttpResponseRedirect(reverse("accounts:member_account"))


@member_page(step_up=True)
@require_POST
def new_passkey_options(request: Any) -> HttpResponse:
    """What this device makes a passkey by."""
    profile = get_profile(request.member, within=EVERYONE, by=request.actor)
    shown = profile.given_name or profile.email or profile.phone or _("Member")
    token, options = in_transaction(
        lambda: begin_passkey(
            request.session_view.holder, site_of(request), name=shown, shown=shown, now=utc_now()
        )
    )
    response = JsonResponse(options)
    put_half(response, "passkey", token)
    return response


@member_page(step_up=True)
@require_POST
def new_passkey(request: Any) -> HttpResponse:
    """Keep the passkey that this device made."""
    answer, token = answer_in(request), half_token(request, "passkey")
    in_transaction(
        lambda: finish_passkey(
            request.session_view.holder,
            site_of(request),
            token,
            answer,
            name=device_of(request),
            now=utc_now(),
            by=session_actor(request),
        )
    )
    messages.success(request, _("The passkey is kept."))
    return JsonResponse({"next": reverse("accounts:member_account")})


@member_page(step_up=True)
@require_POST
def drop_passkey(request: Any, passkey_id: UUID) -> HttpResponse:
    """Take one of the own passkeys away."""
    holder, by = request.session_view.holder, session_actor(request)
    in_transaction(lambda: remove_passkey(holder, passkey_id, now=utc_now(), by=by))
    messages.success(request, _("The passkey is removed."))
    return HttpResponseRedirect(reverse("accounts:member_account"))


@member_page()
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: Any) -> HttpResponse:
    """Show once more that it is you: a code to the own contact, or a passkey."""
    target = safe_next(request, reverse("accounts:member_account"), "/app/")
    if is_proved(request.session_view, now=utc_now()):
        return HttpResponseRedirect(target)
    form, sent = ContactCode(request.POST or None), bool(half_token(request, "proof"))
    if request.method != "POST":
        return _prove_page(request, ContactCode(), target, sent=sent)
    if "send" in request.POST:
        return _sent(request, target)
    if not form.is_valid():
        return _prove_page(request, form, target, 422, sent=True)
    typed, code_id = form.cleaned_data["code"], uuid_in(half_token(request, "proof"))
    if code_id is None:
        return HttpResponseRedirect(request.get_full_path())
    outcome = in_transaction(lambda: _checked(request, code_id, typed))
    if outcome.contact is None:
        status = say_refused(
            request,
            form,
            SignInStep(None, refused=outcome.refused, retry_after_s=outcome.retry_after_s),
        )
        return _prove_page(request, form, target, status, sent=True)
    response = HttpResponseRedirect(target)
    drop_halves(response, "proof")
    return response


@member_page()
@require_POST
def prove_options(request: Any) -> HttpResponse:
    """A challenge for a passkey of the member who is signed in."""
    token, options = in_transaction(lambda: begin_passkey_sign_in(site_of(request), now=utc_now()))
    response = JsonResponse(options)
    put_half(response, "passkey", token)
    return response


@member_page()
@require_POST
def prove_passkey(request: Any) -> HttpResponse:
    """The answer of the passkey."""
    answer, token = answer_in(request), half_token(request, "passkey")
    step = in_transaction(
        lambda: prove_by_passkey(
            request.session_view, site_of(request), token, answer, now=utc_now()
        )
    )
    if step.refused:
        return refused_json(request, step)
    return JsonResponse({"next": safe_next(request, HOME, "/app/")})


def _sent(request: Any, target: str) -> HttpResponse:
    """Send a code to the first contact that the installation can write to."""
    form = ContactCode()
    found = _reachable(request)
    if found is None:
        return _prove_page(request, form, target, 409)
    channel, contact = found
    try:
        code_id = in_transaction(
            lambda: send_code(
                PROOF,
                channel,
                contact,
                language=language_of(request),
                address=address_of(request),
                now=utc_now(),
            )
        )
    except Refused as refusal:
        form = ContactCode({"code": ""})
        form.errors.clear()
        blame(form, refusal, request)
        return _prove_page(request, form, target, 429)
    response = HttpResponseRedirect(request.get_full_path())
    put_half(response, "proof", str(code_id))
    return response


def _checked(request: Any, code_id: UUID, typed: str) -> CodeOutcome:
    """The code, which proves only to whom it was sent: it must be a contact of this very member."""
    now = utc_now()
    outcome = check_code(PROOF, code_id, typed, address=address_of(request), now=now)
    if outcome.contact is None:
        return outcome
    if outcome.contact not in {contact for _way, contact in _contacts(request)}:
        return CodeOutcome(refused="code.wrong")
    prove_session(request.session_view, now=now)
    return outcome


def _contacts(request: Any) -> list[tuple[str, str]]:
    found = list_identifiers(request.member, within=EVERYONE, by=request.actor)
    return [
        (_WAYS[one.kind], one.value)
        for one in found
        if one.kind in _WAYS and one.status is IdentifierStatus.ACTIVE
    ]


def _reachable(request: Any) -> tuple[str, str] | None:
    known = channels()
    return next((found for found in _contacts(request) if found[0] in known), None)


def _prove_page(
    request: HttpRequest, form: ContactCode, target: str, status: int = 200, *, sent: bool = False
) -> HttpResponse:
    shown = {
        "form": form,
        "next": target,
        "sent": sent,
        "can_send": _reachable(request) is not None,
        "passkeys": site_of(request).takes_passkeys,
    }
    return render(request, "accounts/member_prove.html", shown, status=status)
