"""Members sign in: a code to their contact, or a passkey; nobody learns who is a member."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.contexts.members.usecases.entering import (
    MemberStep,
    ask_for_code,
    enter_by_code,
    enter_by_passkey,
)
from regulars.contexts.security.ports import channels
from regulars.contexts.security.types import SignInStep
from regulars.contexts.security.usecases.passkeys import begin_passkey_sign_in
from regulars.contexts.security.usecases.sessions import end_session
from regulars.core.refusal import Refused
from regulars.integrations.social.providers import offered
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import (
    drop_halves,
    drop_session,
    half_token,
    put_half,
    put_session,
    safe_next,
)
from regulars.web.accounts.device import address_of, device_of
from regulars.web.accounts.forms import Contact, ContactCode, blame
from regulars.web.accounts.guard import find_member, member_page, public_page
from regulars.web.accounts.refusals import language_of
from regulars.web.accounts.sign_in import (
    answer_in,
    limit_challenges,
    refused_json,
    say_refused,
    site_of,
)

HOME = "/app/"


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Where to send a code; the same for members and for everybody else."""
    target = safe_next(request, HOME, "/app/")
    if request.method != "POST" and find_member(request) is not None:
        return HttpResponseRedirect(target)
    return contact_page(request, "accounts/member_sign_in.html", target)


def contact_page(request: HttpRequest, template: str, target: str) -> HttpResponse:
    """Ask for a contact and send a code there; the code is typed on the next page."""
    form = Contact(request.POST or None, channels=channels())
    if request.method == "POST" and form.is_valid():
        try:
            code_id = in_transaction(lambda: _asked(request, form.cleaned_data["contact"]))
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            response = HttpResponseRedirect(
                reverse("accounts:member_code", query={"next": target} if target != HOME else {})
            )
            put_half(response, "code", str(code_id))
            return response
    status = 422 if request.method == "POST" else 200
    shown = {
        "form": form,
        "next": target,
        "passkeys": site_of(request).takes_passkeys,
        "ways": channels(),
        "social": offered(),
    }
    return render(request, template, shown, status=status)


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that was sent: into the app, or on to joining."""
    target = safe_next(request, HOME, "/app/")
    code_id = uuid_in(half_token(request, "code"))
    if code_id is None:
        return HttpResponseRedirect(reverse("accounts:member_sign_in"))
    form = ContactCode(request.POST or None)
    if request.method != "POST":
        return _code_page(request, form, target)
    if not form.is_valid():
        return _code_page(request, form, target, 422)
    typed = form.cleaned_data["code"]
    where = {"address": address_of(request), "device": device_of(request)}
    step = in_transaction(lambda: enter_by_code(code_id, typed, **where, now=utc_now()))
    if step.join is not None:
        response = HttpResponseRedirect(reverse("accounts:join"))
        drop_halves(response, "code")
        put_half(response, "join", step.join)
        return response
    if step.session is None:
        status = say_refused(request, form, _as_step(step))
        return _code_page(request, form, target, status)
    response = HttpResponseRedirect(target)
    begin_member_here(request, response, step)
    return response


@public_page
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge for any passkey of this site."""
    limit_challenges(request)
    token, options = in_transaction(lambda: begin_passkey_sign_in(site_of(request), now=utc_now()))
    response = JsonResponse(options)
    put_half(response, "passkey", token)
    return response


@public_page
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer of a passkey."""
    answer, token = answer_in(request), half_token(request, "passkey")
    where = {"address": address_of(request), "device": device_of(request)}
    step = in_transaction(
        lambda: enter_by_passkey(site_of(request), token, answer, **where, now=utc_now())
    )
    if step.session is None:
        return refused_json(request, _as_step(step))
    response = JsonResponse({"next": safe_next(request, HOME, "/app/")})
    begin_member_here(request, response, step)
    return response


@member_page()
@require_POST
def sign_out(request: Any) -> HttpResponse:
    """End this session."""
    in_transaction(
        lambda: end_session(request.session_view.id, now=utc_now(), by=session_actor(request))
    )
    response = HttpResponseRedirect(reverse("accounts:member_sign_in"))
    drop_session(response, "member")
    # What the app kept for working offline is this member's, not the next one's.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def begin_member_here(request: HttpRequest, response: HttpResponse, step: MemberStep) -> None:
    """Let this browser carry the member's session; the one it had ends."""
    assert step.session is not None
    before, now = find_member(request), utc_now()
    if before is not None:
        by = before.actor._replace(id=str(before.session.holder.id))
        in_transaction(lambda: end_session(before.session.id, now=now, by=by))
    rotate_token(request)
    drop_halves(response, "code", "join", "passkey")
    put_session(response, "member", step.session, now=now)


def session_actor(request: Any) -> Any:
    """The member as the one the session was begun by: after a merge that is another id."""
    return request.actor._replace(id=str(request.session_view.holder.id))


def _asked(request: HttpRequest, contact: str) -> UUID:
    return ask_for_code(
        contact,
        region=settings.PHONE_REGION,
        language=language_of(request),
        address=address_of(request),
        now=utc_now(),
    )


def _as_step(step: MemberStep) -> SignInStep:
    return SignInStep(refused=step.refused, retry_after_s=step.retry_after_s)


def uuid_in(text: str) -> UUID | None:
    """The id that a cookie carries, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _code_page(
    request: HttpRequest, form: ContactCode, target: str, status: int = 200
) -> HttpResponse:
    shown = {"form": form, "next": target, "demo": bool(settings.DEMO_LETTERS)}
    return render(request, "accounts/member_code.html", shown, status=status)
