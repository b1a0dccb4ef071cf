"""Changing language and theme: kept in cookies of this browser, for staff and members alike."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from regulars.core.wording.catalogue import LANGUAGES
from regulars.web.accounts.guard import public_page
from regulars.web.design.faces import THEME_COOKIE, THEMES

_KEPT_FOR_S = 365 * 24 * 3600


class Preferences(forms.Form):
    """What a visitor may choose; both are optional."""

    language = forms.ChoiceField(choices=[(code, code) for code in LANGUAGES], required=False)
    theme = forms.ChoiceField(choices=[(name, name) for name in THEMES], required=False)


@public_page
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choices and go back to `next`, where that is a page of ours; else to the front."""
    form = Preferences(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    answer = HttpResponseRedirect(_back_to(request))
    if form.cleaned_data["language"]:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], **_kept())
    if form.cleaned_data["theme"]:
        answer.set_cookie(THEME_COOKIE, form.cleaned_data["theme"], **_kept())
    return answer


def _back_to(request: HttpRequest) -> str:
    told = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        told, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return told if allowed else "/"


def _kept() -> dict[str, Any]:
    return {
        "max_age": _KEPT_FOR_S,
        "httponly": True,
        "samesite": "Lax",
        "secure": settings.SESSION_COOKIE_SECURE,
    }
