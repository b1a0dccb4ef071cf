"""What a browser is called in the list of sessions: its kind and system, nothing that tells people apart."""

import re

from django.http import HttpRequest

_BROWSERS = (
    ("Yandex", r"YaBrowser/"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)
_LENGTH_MAX = 500


def device_of(request: HttpRequest) -> str:
    """«Firefox · Linux»; «?» for what is not known."""
    told = request.headers.get("User-Agent", "")[:_LENGTH_MAX]
    return f"{_first(_BROWSERS, told)} · {_first(_SYSTEMS, told)}"


def address_of(request: HttpRequest) -> str:
    """Where the request came from: what guesses are counted by, and never kept."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, text)), "?")
