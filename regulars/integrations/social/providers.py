"""Who vouches for a social account, and how they are asked: OAuth 2 with PKCE, and Telegram's own way."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from regulars.core.calendar import micros

_TIMEOUT_S = 10
_ANSWER_BYTES_MAX = 200_000
_UID_LENGTH_MAX = 64
# How old Telegram's word may be: it comes straight from the person's browser.
_TELEGRAM_FRESH = timedelta(minutes=2)


class SocialFailed(Exception):
    """The provider did not vouch for anybody, or could not be asked."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider is asked, and for what; `header` is how its token is shown."""

    name: str
    title: str
    authorize: str
    token: str = ""
    info: str = ""
    scope: str = ""
    header: str = "Bearer"


PROVIDERS = {
    one.name: one
    for one in (
        Provider(
            "vk", "VK ID", "https://id.vk.ru/authorize",
            "https://id.vk.ru/oauth2/auth", "https://id.vk.ru/oauth2/user_info",
        ),
        Provider(
            "yandex", "Яндекс ID", "https://oauth.yandex.ru/authorize",
            "https://oauth.yandex.ru/token", "https://login.yandex.ru/info?format=json",
            "login:info", "OAuth",
        ),
        Provider("telegram", "Telegram", "https://oauth.telegram.org/auth"),
        Provider(
            "google", "Google", "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "https://www.googleapis.com/oauth2/v2/userinfo", "openid profile",
        ),
    )
}  # fmt: skip


def offered() -> tuple[Provider, ...]:
    """The providers that the installation has keys for."""
    return tuple(one for name, one in PROVIDERS.items() if name in settings.SOCIAL)


def find_offered(name: str) -> Provider | None:
    """The provider of this name, where the installation has keys for it."""
    return PROVIDERS.get(name) if name in settings.SOCIAL else None


def asking_address(provider: Provider, *, back: str, state: str, verifier: str, origin: str) -> str:
    """Where the browser is sent; it comes back to `back`."""
    client, _ = settings.SOCIAL[provider.name]
    if provider.name == "telegram":
        told = {
            "bot_id": client,
            "origin": origin,
            "embed": "0",
            "return_to": f"{back}?{urlencode({'state': state})}",
        }
        return f"{provider.authorize}?{urlencode(told)}"
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    told = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": back,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if provider.scope:
        told["scope"] = provider.scope
    return f"{provider.authorize}?{urlencode(told)}"


def account_of(
    provider: Provider, answer: Mapping[str, str], *, back: str, state: str, verifier: str
) -> str:
    """The provider's own id of the person who came back with `answer`. Raises SocialFailed."""
    client, secret = settings.SOCIAL[provider.name]
    if not answer.get("code"):
        raise SocialFailed
    told = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": back,
        "client_id": client,
        "code_verifier": verifier,
    }
    if provider.name == "vk":
        told |= {"device_id": answer.get("device_id", ""), "state": state}
    else:
        told["client_secret"] = secret
    token = _asked(provider.token, told).get("access_token")
    if not isinstance(token, str) or not token:
        raise SocialFailed
    if provider.name == "vk":
        found = _asked(provider.info, {"access_token": token, "client_id": client}).get("user")
        return _uid(found.get("user_id") if isinstance(found, dict) else None)
    found = _asked(provider.info, None, {"Authorization": f"{provider.header} {token}"})
    return _uid(found.get("id") or found.get("sub"))


def telegram_account(result: str, *, now: datetime) -> str:
    """The id in Telegram's signed word, fresh and about our bot. Raises SocialFailed."""
    _, bot_token = settings.SOCIAL["telegram"]
    try:
        told = json.loads(urlsafe_b64decode(result + "=" * (-len(result) % 4)))
        claimed = str(told.pop("hash"))
        said_at = int(told["auth_date"])
        lines = "\n".join(f"{name}={value}" for name, value in sorted(told.items()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SocialFailed from None
    key = hashlib.sha256(bot_token.encode()).digest()
    expected = hmac.new(key, lines.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    is_ours = hmac.compare_digest(expected.encode(), claimed.encode("utf-8", "replace"))
    age = timedelta(microseconds=micros(now)) - timedelta(seconds=min(max(said_at, 0), 10**11))
    if not is_ours or not -_TELEGRAM_FRESH < age < _TELEGRAM_FRESH:
        raise SocialFailed
    return _uid(told.get("id"))


def _uid(told: object) -> str:
    uid = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not 0 < len(uid) <= _UID_LENGTH_MAX or not uid.isascii() or not uid.isalnum():
        raise SocialFailed
    return uid


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A provider that leads elsewhere is not followed: our secret would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Never."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _asked(
    url: str, form: Mapping[str, str] | None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    body = urlencode(form).encode() if form is not None else None
    asking = urllib.request.Request(  # noqa: S310 (addresses of ours)
        url, data=body, headers={"Accept": "application/json", **(headers or {})}
    )
    try:
        with _OPENER.open(asking, timeout=_TIMEOUT_S) as answer:
            found = json.loads(answer.read(_ANSWER_BYTES_MAX))
    except (OSError, ValueError, RecursionError):
        raise SocialFailed from None
    if not isinstance(found, dict):
        raise SocialFailed
    return found
