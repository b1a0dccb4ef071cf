"""The cookies that carry sessions, and where a browser may be led after signing in."""

from datetime import datetime
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.contexts.security.types import HolderKind, NewSession

_NAMES = {"staff": "regulars_staff", "member": "regulars_member"}
Step = Literal["second", "passkey", "link", "code", "join", "proof", "social", "contact", "undo"]
_HALF_LASTS_S: dict[Step, int] = {
    "second": 300,
    "passkey": 300,
    "link": 1800,
    "code": 300,
    "join": 1800,
    "proof": 300,
    "social": 600,
    "contact": 300,
    "undo": 1800,
}
_TOKEN_LENGTH_MAX = 100


def session_token(request: HttpRequest, kind: HolderKind) -> str:
    """What the browser shows as its session; empty where it shows none."""
    return request.COOKIES.get(_name(_NAMES[kind]), "")[:_TOKEN_LENGTH_MAX]


def put_session(
    response: HttpResponse, kind: HolderKind, session: NewSession, *, now: datetime
) -> None:
    """Let the browser keep the session: out of reach of scripts, of other sites, of plain HTTP.

    Of staff until the browser is closed, of members for as long as it goes on.
    """
    age = None if kind == "staff" else int((session.ends_at - now).total_seconds())
    _put(response, _NAMES[kind], session.token, age)


def drop_session(response: HttpResponse, kind: HolderKind) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(_name(_NAMES[kind]), path="/", samesite="Lax")


def half_token(request: HttpRequest, step: Step) -> str:
    """The token of a ceremony `step` that this browser is in the middle of."""
    return request.COOKIES.get(_name(f"regulars_{step}"), "")[:_TOKEN_LENGTH_MAX]


def put_half(response: HttpResponse, step: Step, token: str) -> None:
    """Let the browser come back for the other half of `step`: soon, for a link within half an hour."""
    _put(response, f"regulars_{step}", token, _HALF_LASTS_S[step])


def drop_halves(response: HttpResponse, *steps: Step) -> None:
    """The steps are over."""
    for step in steps:
        response.delete_cookie(_name(f"regulars_{step}"), path="/", samesite="Lax")


def safe_next(request: HttpRequest, default: str, within: Literal["/console/", "/app/"]) -> str:
    """Where `?next=` leads, if that is a page of ours below `within`; else `default`."""
    told = request.POST.get("next", "") or request.GET.get("next", "")
    is_ours = told.startswith(within) and "\\" not in told and told.isprintable()
    return told if is_ours and url_has_allowed_host_and_scheme(told, None) else default


def _put(response: HttpResponse, name: str, value: str, age: int | None) -> None:
    response.set_cookie(
        _name(name),
        value,
        max_age=age,
        path="/",
        secure=settings.BEHIND_TLS,
        httponly=True,
        samesite="Lax",
    )


def _name(name: str) -> str:
    # `__Host-` binds a cookie to this very host; browsers take it over https only.
    return f"__Host-{name}" if settings.BEHIND_TLS else name
