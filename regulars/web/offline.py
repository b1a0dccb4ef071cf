"""Pages that work without a network: a service worker that keeps a page and its files, a manifest."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from regulars.web.design.brand import current_brand

_STATIC = Path(__file__).resolve().parent / "static"
_WORKER = _STATIC / "offline" / "worker.js"
_NOTICES = _STATIC / "offline" / "notices.js"
_SHARED = (
    "vendor/fonts.css", "vendor/htmx.min.js", "ui/tokens.css", "ui/base.css", "ui/components.css",
    "ui/overlays.css", "ui/faces.css", "ui/ui.js", "ui/charts.js",
)  # fmt: skip


def worker(
    name: str,
    pages: Sequence[str],
    files: Sequence[str],
    scope: str,
    *,
    ends: str = "",
    notices: str = "",
) -> HttpResponse:
    """The worker called `name` that keeps `pages` (paths) and static `files`, and looks after `scope`.

    Posting to `ends` makes it forget the pages and the database `regulars-<name>` of the browser.
    With `notices` (the name of the business) it shows notices too, which open `scope`.
    A new version of any static file makes another worker, which brings all of them in anew.
    """
    told = {
        "name": name,
        "version": settings.STATIC_URL,
        "pages": list(pages),
        "ends": ends,
        "scope": scope,
        "title": notices,
        "files": [settings.STATIC_URL + path for path in (*_SHARED, *_fonts(), *files)],
    }
    text = f"const KEPT = {json.dumps(told)};\n{_WORKER.read_text()}"
    if notices:
        text += _NOTICES.read_text()
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = scope
    return answer


def manifest(request: HttpRequest, name: str, start: str, short: str) -> HttpResponse:
    """What makes the pages under `start` installable, in the brand's name and colours."""
    brand = current_brand()
    icon = reverse("design:brand_icon")
    told: dict[str, Any] = {
        "id": start,
        "name": name,
        "short_name": short,
        "lang": request.language,  # type: ignore[attr-defined]
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": "#f5f5f2",
        "theme_color": brand.accent,
        "icons": [
            {"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": icon, "sizes": "512x512", "type": "image/svg+xml", "purpose": "any"},
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@cache
def _fonts() -> tuple[str, ...]:
    """The fonts that every page may need; the others come when a page asks for them."""
    folder = _STATIC / "vendor" / "fonts"
    return tuple(f"vendor/fonts/{path.name}" for path in sorted(folder.glob("golos-text-*.woff2")))
