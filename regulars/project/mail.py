"""How letters of accounts leave this installation, and who else vouches for members: the environment says."""

import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_PORTS = {"smtp": 587, "smtps": 465}
_EMAIL = "regulars.integrations.letters.email.deliver"
_SMS = "regulars.integrations.letters.sms.deliver"
_PUSH = "regulars.integrations.push.web_push.deliver"
_DEMO = "regulars.integrations.letters.demo_folder.deliver"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server; without a host there is none."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def configured_mail() -> Mail:
    """REGULARS_SMTP_URL: `smtp://user:password@host:587`, `smtps://…` for TLS from the start.

    With `smtp:` STARTTLS is asked for, unless the address ends in `?plain` (a server on this machine).
    """
    told = os.environ.get("REGULARS_SMTP_URL", "")
    if not told:
        return Mail()
    parts = urlsplit(told)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("REGULARS_SMTP_URL must read smtp://user:password@host:port or smtps://…")
    return Mail(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp" and parts.query != "plain",
        tls=parts.scheme == "smtps",
    )


@dataclass(frozen=True, slots=True)
class Sms:
    """A gateway for texts to phones; without an address there is none."""

    url: str = ""
    token: str = field(default="", repr=False)


def configured_sms() -> Sms:
    """REGULARS_SMS_URL: `https://:token@gateway.example/path`; plain http on this machine only."""
    told = os.environ.get("REGULARS_SMS_URL", "")
    if not told:
        return Sms()
    parts = urlsplit(told)
    if not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    ):
        raise ValueError("REGULARS_SMS_URL must read https://:token@host/path")
    place = parts.netloc.rpartition("@")[2]
    return Sms(parts._replace(netloc=place, fragment="").geturl(), unquote(parts.password or ""))


def configured_channels(mail: Mail, sms: Sms, demo_folder: str) -> dict[str, str]:
    """Which channels there are, by name, each with the path of the function that delivers."""
    found = {"email": _DEMO, "phone": _DEMO} if demo_folder else {}
    if mail.host:
        found["email"] = _EMAIL
    if sms.url:
        found["phone"] = _SMS
    return found


def configured_devices() -> dict[str, str]:
    """REGULARS_PUSH=off: no notices to browsers, so that nothing is said to push services outside."""
    return {} if os.environ.get("REGULARS_PUSH") == "off" else {"push": _PUSH}


def configured_social() -> dict[str, tuple[str, str]]:
    """REGULARS_SOCIAL: `google=<client id>:<secret>,vk=…`, for Telegram `telegram=<bot token>`."""
    found: dict[str, tuple[str, str]] = {}
    for entry in filter(None, os.environ.get("REGULARS_SOCIAL", "").split(",")):
        name, _, keys = entry.strip().partition("=")
        client, _, secret = keys.partition(":")
        if not name or not client or not secret:
            raise ValueError("REGULARS_SOCIAL must read provider=id:secret,provider=id:secret")
        # A bot is shown by its number, and proved by the whole token.
        found[name] = (client, keys if name == "telegram" else secret)
    return found
