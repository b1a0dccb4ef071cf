"""What every page knows of its visitor: language, theme, and how figures are spoken to them."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from asgiref.local import Local
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.core.programme.compiled import Compiled
from regulars.kit.clock import utc_now

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
_here = Local()


class Faces:
    """Middleware: `request.theme`, `request.language`, `request.programme` (lazy, may be false)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the visitor's choices in place; nothing is kept after the request."""
        told = request.COOKIES.get(THEME_COOKIE, "")
        request.theme = told if told in THEMES else "auto"
        request.language = language()
        request.programme = _here.programme = SimpleLazyObject(_in_force)
        try:
            return self._get_response(request)
        finally:
            del _here.programme


def language() -> str:
    """The language being spoken: one of ours."""
    return "ru" if (get_language() or "").startswith("ru") else "en"


def programme() -> Compiled | None:
    """The programme in force, read once per request; None where there is none yet."""
    found = getattr(_here, "programme", None)
    return (_in_force() if found is None else found) or None


def zone() -> ZoneInfo:
    """The business time zone, UTC before there is a programme."""
    known = programme()
    return known.zone if known else ZoneInfo("UTC")


def _in_force() -> Compiled | None:
    try:
        return compiled_at(utc_now())
    except NoProgrammeInForce:
        return None
