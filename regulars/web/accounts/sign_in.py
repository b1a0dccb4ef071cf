"""Staff sign in and out: password, second step, passkey."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.contexts.security.ports import channels
from regulars.contexts.security.types import NewSession, SignInStep, StaffView
from regulars.contexts.security.usecases.entering import (
    enter_by_passkey,
    enter_by_password,
    enter_by_second_factor,
)
from regulars.contexts.security.usecases.passkeys import begin_passkey_sign_in
from regulars.contexts.security.usecases.sessions import end_session
from regulars.core.refusal import Invalid, Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.passkeys import ANSWER_LENGTH_MAX, Site
from regulars.kit.rate_limits import Limit, RateLimiter
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
from regulars.web.accounts.forms import SecondStep, SignIn
from regulars.web.accounts.guard import find_staff, public_page, staff_page
from regulars.web.accounts.refusals import language_of

HOME = "/console/"
# Each asking leaves a row for five minutes: nobody may fill the table.
_CHALLENGES = RateLimiter(Limit("passkey_challenges", 60, timedelta(minutes=1)))


class AnswerMalformed(Invalid):
    """What the browser's script sent is not JSON of a passkey."""

    code = "passkey.refused"


class ChallengesTooMany(Refused):
    """One address asks for more challenges than anybody answers."""

    code = "access.too_many_guesses"
    kind = "limited"


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Address and password, or the button for a passkey."""
    target = safe_next(request, HOME, "/console/")
    if request.method != "POST":
        if find_staff(request) is not None:
            return HttpResponseRedirect(target)
        return _form_page(request, SignIn(), target)
    form = SignIn(request.POST)
    if not form.is_valid():
        return _form_page(request, form, target, status=422)
    told = form.cleaned_data
    where = {"address": address_of(request), "device": device_of(request)}
    step = in_transaction(
        lambda: enter_by_password(told["email"], told["password"], **where, now=utc_now())
    )
    if step.second is not None:
        response = HttpResponseRedirect(f"{reverse('accounts:code')}?{urlencode({'next': target})}")
        put_half(response, "second", step.second)
        return response
    return _entered(request, step, form, target, _form_page)


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Digits of the app, a code on paper, or the passkey after all."""
    target = safe_next(request, HOME, "/console/")
    token = half_token(request, "second")
    if not token:
        return HttpResponseRedirect(reverse("accounts:sign_in"))
    if request.method != "POST":
        return _code_page(request, SecondStep(), target)
    form = SecondStep(request.POST)
    if not form.is_valid():
        return _code_page(request, form, target, status=422)
    code = form.cleaned_data["code"]
    where = {"address": address_of(request), "device": device_of(request)}
    step = in_transaction(lambda: enter_by_second_factor(token, code, **where, now=utc_now()))
    return _entered(request, step, form, target, _code_page)


@public_page
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge for any passkey of this site; the browser comes back with its answer."""
    limit_challenges(request)
    token, options = in_transaction(lambda: begin_passkey_sign_in(site_of(request), now=utc_now()))
    response = JsonResponse(options)
    put_half(response, "passkey", token)
    return response


@public_page
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer of a passkey: signed in, and where to go; or why not."""
    target = safe_next(request, HOME, "/console/")
    answer = answer_in(request)
    token = half_token(request, "passkey")
    where = {"address": address_of(request), "device": device_of(request)}
    step = in_transaction(
        lambda: enter_by_passkey(site_of(request), token, answer, **where, now=utc_now())
    )
    if step.session is None or step.staff is None:
        return refused_json(request, step)
    response = JsonResponse({"next": target})
    begin_here(request, response, step.staff, step.session)
    return response


@staff_page(unprotected=True)
@require_POST
def sign_out(request: Any) -> HttpResponse:
    """End this session."""
    in_transaction(lambda: end_session(request.session_view.id, now=utc_now(), by=request.actor))
    response = HttpResponseRedirect(reverse("accounts:sign_in"))
    drop_session(response, "staff")
    return response


def begin_here(
    request: HttpRequest, response: HttpResponse, staff: StaffView, session: NewSession
) -> None:
    """Let this browser carry the new session: the one it had ends, forms get a new CSRF token."""
    before = find_staff(request)
    now = utc_now()
    if before is not None:
        in_transaction(lambda: end_session(before.session.id, now=now, by=before.actor))
    rotate_token(request)
    drop_halves(response, "second", "passkey", "link")
    put_session(response, "staff", session, now=now)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        staff.language,
        max_age=365 * 24 * 3600,
        secure=settings.BEHIND_TLS,
        httponly=True,
        samesite="Lax",
    )


def site_of(request: HttpRequest) -> Site:
    """The site that passkeys are bound to: as the browser sees us."""
    return Site(f"{request.scheme}://{request.get_host()}", "Regulars")


def answer_in(request: HttpRequest) -> dict[str, Any]:
    """The JSON of a passkey's answer. Raises AnswerMalformed."""
    if len(request.body) > ANSWER_LENGTH_MAX:
        raise AnswerMalformed
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise AnswerMalformed from None
    if not isinstance(found, dict):
        raise AnswerMalformed
    return found


def refused_json(request: HttpRequest, step: SignInStep) -> HttpResponse:
    """Why a script's request got nowhere."""
    says = sentence(step.refused or "", {"retry_after_s": step.retry_after_s}, language_of(request))
    status = 429 if step.retry_after_s else 403
    response = JsonResponse({"code": step.refused, "detail": says}, status=status)
    if step.retry_after_s:
        response["Retry-After"] = str(step.retry_after_s)
    return response


def say_refused(request: HttpRequest, form: Any, step: SignInStep) -> int:
    """Show above the form why a step was refused; the status that fits."""
    params = {"retry_after_s": step.retry_after_s}
    form.add_error(None, sentence(step.refused or "", params, language_of(request)))
    return 429 if step.retry_after_s else 422


def limit_challenges(request: HttpRequest) -> None:
    """Pass where the address has not asked too often of late. Raises ChallengesTooMany."""
    verdict = _CHALLENGES.take(address_of(request), now=utc_now())
    if not verdict.allowed:
        raise ChallengesTooMany(retry_after_s=verdict.retry_after_s)


def _entered(
    request: HttpRequest,
    step: SignInStep,
    form: Any,
    target: str,
    page: Callable[..., HttpResponse],
) -> HttpResponse:
    if step.session is None or step.staff is None:
        status = say_refused(request, form, step)
        response = page(request, form, target, status=status)
        if step.retry_after_s:
            response["Retry-After"] = str(step.retry_after_s)
        return response
    response = HttpResponseRedirect(target)
    begin_here(request, response, step.staff, step.session)
    return response


def _form_page(request: HttpRequest, form: SignIn, target: str, status: int = 200) -> HttpResponse:
    shown = {
        "form": form,
        "next": target,
        "passkeys": site_of(request).takes_passkeys,
        "mail": "email" in channels(),
    }
    return render(request, "accounts/sign_in.html", shown, status=status)


def _code_page(
    request: HttpRequest, form: SecondStep, target: str, status: int = 200
) -> HttpResponse:
    shown = {"form": form, "next": target, "passkeys": site_of(request).takes_passkeys}
    return render(request, "accounts/second_step.html", shown, status=status)
