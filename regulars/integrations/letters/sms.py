"""Texts to phones through the gateway that the operator names: one HTTP call a text."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.conf import settings

_SECONDS_MAX = 15


class GatewayRefused(Exception):
    """The gateway did not take a text; says how it answered, never to whom or what."""


class _Stay(HTTPRedirectHandler):
    """A number and a code go to the machine that was named, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = build_opener(_Stay(), ProxyHandler({}))


def deliver(to: str, subject: str, body: str) -> None:
    """POST `{"to": "+79161234567", "text": "…"}`; anything but 2xx within 15 s is raised."""
    gateway = settings.SMS
    headers = {"Content-Type": "application/json"}
    if gateway.token:
        headers["Authorization"] = f"Bearer {gateway.token}"
    text = json.dumps({"to": to, "text": body}, ensure_ascii=False).encode()
    try:
        with _OPENER.open(Request(gateway.url, text, headers), timeout=_SECONDS_MAX):  # noqa: S310
            return
    except HTTPError as refused:
        told = f"HTTP {refused.code}"
    except (URLError, OSError) as lost:
        told = type(lost).__name__
    raise GatewayRefused(told)
