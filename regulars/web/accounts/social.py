"""Members sign in by a social account of theirs, and connect one to their membership."""

import hashlib
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.members.types import Identifier, IdentifierKind
from regulars.contexts.members.usecases.entering import MemberStep, enter, find_by_contact
from regulars.contexts.members.usecases.identifiers import add_identifier
from regulars.contexts.security.usecases.codes import carry_proof
from regulars.contexts.security.usecases.sessions import is_proved
from regulars.core.refusal import Refused
from regulars.integrations.social.providers import (
    Provider,
    SocialFailed,
    account_of,
    asking_address,
    find_offered,
    telegram_account,
)
from regulars.kit.clock import utc_now
from regulars.kit.secrets import is_same, is_well_formed, new_secret
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import drop_halves, half_token, put_half
from regulars.web.accounts.device import device_of
from regulars.web.accounts.guard import find_member, public_page
from regulars.web.accounts.member_sign_in import HOME, begin_member_here
from regulars.web.accounts.refusals import told

_TELEGRAM_LENGTH_MAX = 5_000


@public_page
@never_cache
@require_safe
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Send the browser to the provider; what it comes back with is bound to this browser."""
    provider = _provider(name)
    verifier = new_secret() + new_secret()
    token = new_secret()
    where = asking_address(
        provider,
        back=_back(request, provider),
        state=_state(token),
        verifier=verifier,
        origin=request.build_absolute_uri("/").rstrip("/"),
    )
    response = HttpResponseRedirect(where)
    put_half(response, "social", f"{token}.{verifier}")
    return response


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, name: str) -> HttpResponse:
    """The provider's answer: in, connected, or on to joining."""
    provider = _provider(name)
    if provider.name == "telegram" and request.method != "POST":
        # Telegram's word stands behind the `#`, which only a script can read.
        return render(request, "accounts/telegram.html")
    try:
        uid = _vouched(request, provider)
    except SocialFailed:
        messages.error(
            request, _("%(provider)s did not say who you are.") % {"provider": provider.title}
        )
        response = HttpResponseRedirect(reverse("accounts:member_sign_in"))
        drop_halves(response, "social")
        return response
    value = f"social:{provider.name}:{uid}"
    signed_in = find_member(request)
    if signed_in is not None:
        return _connected(request, signed_in, provider, value)
    step = in_transaction(lambda: _entered(request, value))
    if step.join is not None:
        response = HttpResponseRedirect(reverse("accounts:join"))
        drop_halves(response, "social")
        put_half(response, "join", step.join)
        return response
    response = HttpResponseRedirect(HOME)
    begin_member_here(request, response, step)
    drop_halves(response, "social")
    return response


def _vouched(request: HttpRequest, provider: Provider) -> str:
    """The provider's id of the person, if this browser is the one that asked. Raises SocialFailed."""
    token, _dot, verifier = half_token(request, "social").partition(".")
    state = request.GET.get("state", "")
    if not is_well_formed(token) or not is_same(_state(token).encode(), state.encode()):
        raise SocialFailed
    if provider.name == "telegram":
        result = request.POST.get("tgAuthResult", "")[:_TELEGRAM_LENGTH_MAX]
        return telegram_account(result, now=utc_now())
    return account_of(
        provider,
        {name: request.GET[name] for name in ("code", "device_id") if name in request.GET},
        back=_back(request, provider),
        state=state,
        verifier=verifier,
    )


def _entered(request: HttpRequest, value: str) -> MemberStep:
    now = utc_now()
    member = find_by_contact(IdentifierKind.EXTERNAL, value)
    if member is None:
        return MemberStep(join=carry_proof(IdentifierKind.EXTERNAL.value, value, now=now))
    return enter(member, "social", device=device_of(request), now=now)


def _connected(
    request: HttpRequest, signed_in: Any, provider: Provider, value: str
) -> HttpResponse:
    """Give the membership one more way in; only who has just shown who they are may."""
    if not is_proved(signed_in.session, now=utc_now()):
        response = HttpResponseRedirect(
            reverse("accounts:member_prove", query={"next": reverse("accounts:member_account")})
        )
        drop_halves(response, "social")
        return response
    found = Identifier(IdentifierKind.EXTERNAL, value)
    try:
        in_transaction(
            lambda: add_identifier(signed_in.member, found, now=utc_now(), by=signed_in.actor)
        )
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        messages.success(request, _("%(provider)s is connected.") % {"provider": provider.title})
    response = HttpResponseRedirect(reverse("accounts:member_account"))
    drop_halves(response, "social")
    return response


def _provider(name: str) -> Provider:
    found = find_offered(name)
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, provider: Provider) -> str:
    return request.build_absolute_uri(reverse("accounts:social_back", args=[provider.name]))


def _state(token: str) -> str:
    """What the provider hands back: it says nothing of the cookie it must fit."""
    return hashlib.sha256(f"social state\0{token}".encode()).hexdigest()
