"""A person's own account: second factor, passkeys, password, sessions; and showing anew who one is."""

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.security.queries import get_factors, list_sessions
from regulars.contexts.security.types import CodeAppSetup, NewSession, SessionMethod
from regulars.contexts.security.usecases.entering import (
    has_code_app,
    has_second_factor,
    prove_by_passkey,
    prove_by_secret,
)
from regulars.contexts.security.usecases.passkeys import (
    begin_passkey,
    begin_passkey_sign_in,
    finish_passkey,
    remove_passkey,
)
from regulars.contexts.security.usecases.second_factor import (
    FactorMissing,
    begin_code_app,
    confirm_code_app,
    get_code_app_setup,
    remove_code_app,
    renew_recovery_codes,
)
from regulars.contexts.security.usecases.sessions import (
    begin_session,
    end_session,
    end_sessions_of,
    is_proved,
    prove_session,
)
from regulars.contexts.security.usecases.staff import change_password
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import half_token, put_half, safe_next
from regulars.web.accounts.device import address_of, device_of
from regulars.web.accounts.forms import AppCode, ChangePassword, ProofByCode, ProofByPassword, blame
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.sign_in import (
    HOME,
    answer_in,
    begin_here,
    refused_json,
    say_refused,
    site_of,
)

_STRONG = ("passkey", "code_app", "recovery")


@staff_page(unprotected=True)
@require_safe
def account(request: Any) -> HttpResponse:
    """What guards the account, and where it is signed in."""
    return _account_page(request, ChangePassword())


@staff_page(unprotected=True)
@require_POST
def password(request: Any) -> HttpResponse:
    """Change the own password: every session ends, this browser gets a new one."""
    form = ChangePassword(request.POST)
    if not form.is_valid():
        return _account_page(request, form, status=422)
    told = form.cleaned_data
    try:
        made = in_transaction(lambda: _changed(request, told["current"], told["password"]))
    except Refused as refusal:
        blame(form, refusal, request)
        return _account_page(request, form, status=422)
    messages.success(request, _("The password is changed, and every other browser signed out."))
    response = HttpResponseRedirect(reverse("accounts:account"))
    begin_here(request, response, request.staff, made)
    return response


@staff_page(unprotected=True)
@require_POST
def end_own_session(request: Any, session_id: UUID) -> HttpResponse:
    """Sign another browser out."""
    in_transaction(lambda: end_session(session_id, now=utc_now(), by=request.actor))
    messages.success(request, _("That browser is signed out."))
    return HttpResponseRedirect(reverse("accounts:account"))


@staff_page(unprotected=True)
@require_POST
def end_others(request: Any) -> HttpResponse:
    """Sign every other browser out."""
    session = request.session_view
    ended = in_transaction(
        lambda: end_sessions_of(session.holder, but=session.id, now=utc_now(), by=request.actor)
    )
    if ended:
        messages.success(request, _("Every other browser is signed out."))
    return HttpResponseRedirect(reverse("accounts:account"))


@staff_page(unprotected=True)
@require_safe
def protect(request: Any) -> HttpResponse:
    """Choose a second factor: what everybody does first, and may add to later."""
    if has_second_factor(request.staff.id):
        return HttpResponseRedirect(safe_next(request, HOME, "/console/"))
    shown = {
        "next": safe_next(request, HOME, "/console/"),
        "passkeys": site_of(request).takes_passkeys,
        "required": settings.SECOND_FACTOR_REQUIRED,
    }
    return render(request, "accounts/protect.html", shown)


@staff_page(unprotected=True, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def code_app(request: Any) -> HttpResponse:
    """Set a code app up: scan, type the first digits, keep the codes on paper."""
    target = safe_next(request, reverse("accounts:account"), "/console/")
    if request.method != "POST":
        setup = in_transaction(lambda: _setup(request))
        return _app_page(request, AppCode(), setup, target)
    form = AppCode(request.POST)
    if not form.is_valid():
        return _app_page(request, form, get_code_app_setup(by=request.actor), target, 422)
    code = form.cleaned_data["code"]
    try:
        codes = in_transaction(lambda: _confirmed(request, code))
    except Refused as refusal:
        blame(form, refusal, request)
        return _app_page(request, form, get_code_app_setup(by=request.actor), target, 422)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": target})


@staff_page(unprotected=True, step_up=True)
@require_POST
def recovery_codes(request: Any) -> HttpResponse:
    """New codes on paper, seen on this answer only."""
    codes = in_transaction(lambda: renew_recovery_codes(now=utc_now(), by=request.actor))
    shown = {"codes": codes, "next": reverse("accounts:account")}
    return render(request, "accounts/recovery_codes.html", shown)


@staff_page(step_up=True)
@require_POST
def remove_app(request: Any) -> HttpResponse:
    """Take the own code app away."""
    in_transaction(lambda: remove_code_app(now=utc_now(), by=request.actor))
    messages.success(request, _("The code app is removed."))
    return HttpResponseRedirect(reverse("accounts:account"))


@staff_page(unprotected=True, step_up=True)
@require_POST
def new_passkey_options(request: Any) -> HttpResponse:
    """What this browser makes a passkey by."""
    token, options = in_transaction(
        lambda: begin_passkey(
            request.session_view.holder,
            site_of(request),
            name=request.staff.email,
            shown=request.staff.name,
            now=utc_now(),
        )
    )
    response = JsonResponse(options)
    put_half(response, "passkey", token)
    return response


@staff_page(unprotected=True, step_up=True)
@require_POST
def new_passkey(request: Any) -> HttpResponse:
    """Keep the passkey that this browser made."""
    answer, token = answer_in(request), half_token(request, "passkey")
    in_transaction(lambda: _keep_passkey(request, token, answer))
    messages.success(request, _("The passkey is kept."))
    return JsonResponse({"next": safe_next(request, reverse("accounts:account"), "/console/")})


@staff_page(step_up=True)
@require_POST
def drop_passkey(request: Any, passkey_id: UUID) -> HttpResponse:
    """Take one of the own passkeys away."""
    holder = request.session_view.holder
    in_transaction(lambda: remove_passkey(holder, passkey_id, now=utc_now(), by=request.actor))
    messages.success(request, _("The passkey is removed."))
    return HttpResponseRedirect(reverse("accounts:account"))


@staff_page(unprotected=True)
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: Any) -> HttpResponse:
    """Show once more who one is, before something dangerous."""
    target = safe_next(request, HOME, "/console/")
    if is_proved(request.session_view, now=utc_now()):
        return HttpResponseRedirect(target)
    kind = ProofByCode if has_code_app(request.staff.id) else ProofByPassword
    form = kind(request.POST or None)
    if request.method != "POST":
        return _prove_page(request, form, target)
    if not form.is_valid():
        return _prove_page(request, form, target, 422)
    told = form.cleaned_data
    step = in_transaction(
        lambda: prove_by_secret(
            request.session_view,
            password=told.get("password", ""),
            code=told.get("code", ""),
            address=address_of(request),
            now=utc_now(),
        )
    )
    if step.refused:
        status = say_refused(request, form, step)
        return _prove_page(request, form, target, status)
    return HttpResponseRedirect(target)


@staff_page(unprotected=True)
@require_POST
def prove_options(request: Any) -> HttpResponse:
    """A challenge for a passkey of the person who is signed in."""
    token, options = in_transaction(lambda: begin_passkey_sign_in(site_of(request), now=utc_now()))
    response = JsonResponse(options)
    put_half(response, "passkey", token)
    return response


@staff_page(unprotected=True)
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
    return JsonResponse({"next": safe_next(request, HOME, "/console/")})


def _changed(request: Any, current: str, new: str) -> NewSession:
    now, session = utc_now(), request.session_view
    change_password(current, new, now=now, by=request.actor)
    return begin_session(
        session.holder, method=session.method, device=device_of(request), proved=False, now=now
    )


def _setup(request: Any) -> CodeAppSetup:
    """The setup under way, so that a page loaded twice shows one secret; else a new one."""
    try:
        return get_code_app_setup(by=request.actor)
    except FactorMissing:
        return begin_code_app(now=utc_now(), by=request.actor)


def _confirmed(request: Any, code: str) -> tuple[str, ...]:
    codes = confirm_code_app(code, now=utc_now(), by=request.actor)
    _strengthen(request, "code_app")
    return codes


def _keep_passkey(request: Any, token: str, answer: dict[str, Any]) -> None:
    name = device_of(request)
    holder = request.session_view.holder
    finish_passkey(
        holder, site_of(request), token, answer, name=name, now=utc_now(), by=request.actor
    )
    _strengthen(request, "passkey")


def _strengthen(request: Any, method: SessionMethod) -> None:
    """This session goes on by the new factor; what was begun by less than that ends."""
    session, now = request.session_view, utc_now()
    if session.method not in _STRONG:
        prove_session(session, method, now=now)
        end_sessions_of(session.holder, but=session.id, now=now, by=request.actor)


def _account_page(request: Any, form: ChangePassword, status: int = 200) -> HttpResponse:
    session, now = request.session_view, utc_now()
    shown = {
        "form": form,
        "factors": get_factors(request.staff.id, by=request.actor),
        "sessions": list_sessions(session.holder, now=now, by=request.actor),
        "own_session": session.id,
        "passkeys": site_of(request).takes_passkeys,
    }
    return render(request, "accounts/account.html", shown, status=status)


def _app_page(
    request: HttpRequest, form: AppCode, setup: CodeAppSetup, target: str, status: int = 200
) -> HttpResponse:
    picture = segno.make(setup.address, error="m", micro=False).svg_data_uri(
        scale=5, border=4, dark="#000", light="#fff"
    )
    spelled = " ".join(setup.secret[i : i + 4] for i in range(0, len(setup.secret), 4))
    shown = {"form": form, "picture": picture, "secret": spelled, "next": target}
    return render(request, "accounts/code_app.html", shown, status=status)


def _prove_page(request: Any, form: Any, target: str, status: int = 200) -> HttpResponse:
    shown = {
        "form": form,
        "next": target,
        "passkeys": site_of(request).takes_passkeys
        and bool(get_factors(request.staff.id, by=request.actor).passkeys),
    }
    return render(request, "accounts/prove.html", shown, status=status)
