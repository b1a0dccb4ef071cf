"""The front page: what runs here, where to go, and to staff the figures of the last days."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.contexts.programme.queries import (
    NoProgrammeInForce,
    compiled_at,
    get_version_number_at,
)
from regulars.contexts.security.types import LoginOutcome, Permission
from regulars.contexts.security.usecases.entering import needs_second_factor
from regulars.contexts.security.usecases.sign_in import REFUSED, sign_in
from regulars.core.metrics.kpi import average_check_minor, ratio
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import LANGUAGES, sentence
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import session_token
from regulars.web.accounts.guard import find_staff, public_page
from regulars.web.pages.figures import FIGURES, Day, Figures
from regulars.web.pages.shown import Speech

_CREDENTIALS_LENGTH_MAX = 2_000
_CHART_HEIGHT = 120
_BAR_WIDTH = 20


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether the figures may be shown, else the sentence that says why not, and the HTTP side."""

    open: bool = False
    code: str = ""
    params: Mapping[str, object] | None = None
    status: int = 200
    headers: Mapping[str, str] | None = None


@public_page
@require_safe
@never_cache
def front_page(request: HttpRequest) -> HttpResponse:
    """The page in the language of `?lang=` or of the browser.

    Figures are for staff who may read reports and are signed in to the console; where a second
    factor is only offered, by HTTP Basic too, with the throttling of every sign-in; or for
    everybody where the installation says so (a demo). `?sign_in` leads to where one signs in.
    """
    if "sign_in" in request.GET and settings.SECOND_FACTOR_REQUIRED and not settings.OPEN_FIGURES:
        return HttpResponseRedirect(reverse("accounts:sign_in"))
    now = utc_now()
    language = _language(request)
    page: dict[str, Any] = {
        "language": language,
        "footer": sentence("front.footer", {"version": version("regulars")}, language),
    }
    answer = _Answer()
    try:
        answer = _may_see(request, now)
        page |= _running(language, now)
        figures = FIGURES.soon(now) if answer.open else None
        page["figures"] = _shown(figures, language) if figures else None
        page["counting"] = answer.open and figures is None
    except NoProgrammeInForce:
        page["running"] = sentence("front.no_programme", {}, language)
    except (OperationalError, InterfaceError):
        answer = _Answer(code="front.unavailable", status=503, headers={"Retry-After": "5"})
    if not answer.open:
        page["closed"] = sentence(answer.code or "front.closed", answer.params or {}, language)
        page["may_sign_in"] = answer.status != 503
    page["t"] = _Sentences(language)
    request.language = language  # type: ignore[attr-defined]
    with override(language):
        if answer.status == 503:  # what every page asks the database for is away too
            response = HttpResponse(render_to_string("pages/front_away.html", page), status=503)
        else:
            response = render(request, "pages/front.html", page, status=answer.status)
    for name, value in (answer.headers or {}).items():
        response[name] = value
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language", "Authorization"])
    return response


class _Sentences:
    """The plain sentences of the page by the last part of their codes, for the template."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __getitem__(self, name: str) -> str:
        return sentence(f"front.{name}", {}, self._language)


def _language(request: HttpRequest) -> str:
    told = request.GET.get("lang", "")
    if told in LANGUAGES:
        return told
    found = str(getattr(request, "LANGUAGE_CODE", "en"))[:2]
    return found if found in LANGUAGES else "en"


def _may_see(request: HttpRequest, now: datetime) -> _Answer:
    if settings.OPEN_FIGURES:
        return _Answer(open=True)
    if settings.SECOND_FACTOR_REQUIRED:
        return _of_session(request)  # a password alone opens nothing
    credentials = _credentials(request.headers.get("Authorization", ""))
    if credentials is None:
        return _challenge("front.closed") if "sign_in" in request.GET else _Answer()
    outcome = in_transaction(
        lambda: sign_in(*credentials, request.META.get("REMOTE_ADDR", ""), now=now)
    )
    return _answer_to(outcome)


def _of_session(request: HttpRequest) -> _Answer:
    """For who is signed in to the console by all that it asks for."""
    found = find_staff(request) if session_token(request, "staff") else None
    if found is None or needs_second_factor(found.session):
        return _Answer()
    if Permission.REPORTS_READ in found.actor.permissions:
        return _Answer(open=True)
    return _Answer(code="front.not_allowed", status=403)


def _answer_to(outcome: LoginOutcome) -> _Answer:
    if outcome.actor is not None:
        if Permission.REPORTS_READ in outcome.actor.permissions:
            return _Answer(open=True)
        return _Answer(code="front.not_allowed", status=403)
    if outcome.refused == REFUSED:
        return _challenge("front.sign_in_wrong")
    wait = outcome.retry_after_s or 60
    headers = {"Retry-After": str(wait)}
    return _Answer(False, "front.sign_in_wait", {"seconds": wait}, 429, headers)


def _challenge(code: str) -> _Answer:
    headers = {"WWW-Authenticate": 'Basic realm="Regulars", charset="UTF-8"'}
    return _Answer(code=code, status=401, headers=headers)


def _credentials(header: str) -> tuple[str, str] | None:
    """Address and password out of an Authorization header; None where there are none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic" or len(value) > _CREDENTIALS_LENGTH_MAX:
        return None
    try:
        email, colon, password = b64decode(value.strip(), validate=True).decode().partition(":")
    except (NotBase64, ValueError):
        return "", ""  # counted as a wrong guess like any other
    return (email, password) if colon else ("", "")


def _running(language: str, now: datetime) -> dict[str, Any]:
    programme = compiled_at(now)
    title = text_in(programme.document.title, language)
    params = {"programme": title, "version": get_version_number_at(now)}
    return {"running": sentence("front.running", params, language)}


def _shown(figures: Figures, language: str) -> dict[str, Any]:
    """What the template shows, every figure ready to be read."""
    speech = Speech(language, figures.programme)
    highest = max((day.sales_minor for day in figures.days), default=0)
    return {
        "as_of": speech.say("front.as_of", moment=speech.moment(figures.at, year=True)),
        "cards": _cards(figures, speech),
        "chart": _chart(figures.days, speech),
        "chart_about": speech.say("front.days_about", amount=speech.money(highest, whole=True)),
        "points": _points(figures, speech),
        "stores": _stores(figures, speech),
    }


def _cards(figures: Figures, speech: Speech) -> list[tuple[str, str, str]]:
    """(title, figure, what it is about) of the four headline figures."""
    everybody, of_members = figures.everybody, figures.of_members
    share = ratio(of_members.sales_minor, everybody.sales_minor)
    check, of_member = average_check_minor(everybody), average_check_minor(of_members)
    none, nothing = "–", speech.say("front.none")
    return [
        (
            speech.say("front.members"),
            speech.number(figures.members),
            speech.counted("front.joined", figures.joined),
        ),
        (
            speech.say("front.sales"),
            speech.money(everybody.sales_minor, whole=True),
            speech.counted("front.receipts", everybody.receipts),
        ),
        (
            speech.say("front.share"),
            none if share is None else speech.share(share),
            nothing if share is None else speech.say("front.share_about"),
        ),
        (
            speech.say("front.average"),
            none if check is None else speech.money(check),
            nothing
            if of_member is None
            else speech.say("front.average_about", amount=speech.money(of_member)),
        ),
    ]


def _chart(days: tuple[Day, ...], speech: Speech) -> dict[str, Any]:
    """Bars in a picture `width` × `height`, each with its figures in words."""
    highest = max(1, *(day.sales_minor for day in days))
    bars = []
    for place, day in enumerate(days):
        whole = max(0, day.sales_minor) * _CHART_HEIGHT // highest
        inner = min(whole, max(0, day.of_members_minor) * _CHART_HEIGHT // highest)
        others = day.sales_minor - day.of_members_minor
        bars.append(
            {
                "x": place * _BAR_WIDTH + 2,
                "y_others": _CHART_HEIGHT - whole,
                "height_others": whole - inner,
                "y": _CHART_HEIGHT - inner,
                "height": inner,
                "day": speech.day(day.start),
                "of_members": speech.money(day.of_members_minor),
                "of_others": speech.money(others),
                "all": speech.money(day.sales_minor),
            }
        )
    return {
        "bars": bars,
        "bar_width": _BAR_WIDTH - 4,
        "width": len(days) * _BAR_WIDTH,
        "height": _CHART_HEIGHT,
        "first": bars[0]["day"],
        "last": bars[-1]["day"],
    }


def _points(figures: Figures, speech: Speech) -> list[dict[str, str]]:
    """A row for each currency."""
    currencies = figures.programme.document.currencies
    return [
        {
            "title": text_in(currencies[code].title, speech.language)
            if code in currencies
            else code,
            "outstanding": speech.points(flow.outstanding or 0, code),
            "issued": speech.points(flow.issued, code),
            "spent": speech.points(flow.spent, code),
            "expired": speech.points(flow.expired, code),
        }
        for code, flow in figures.month.items()
    ]


def _stores(figures: Figures, speech: Speech) -> list[dict[str, Any]]:
    return [
        {
            "title": store.title,
            "receipts": speech.number(store.receipts),
            "paid": speech.money(store.paid_minor, whole=True),
            "last": speech.moment(store.last.occurred_at) if store.last else None,
            "last_paid": speech.money(store.last.paid_minor) if store.last else "",
        }
        for store in figures.stores
    ]
