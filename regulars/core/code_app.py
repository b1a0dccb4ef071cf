"""The six digits of a code app: RFC 6238 with SHA-1, half minutes, as every such app has it."""

import hmac
from base64 import b32encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

DIGITS = 6
STEP = timedelta(seconds=30)
SECRET_BYTES = 20
# A clock may be wrong by this many half minutes, and typing takes its time.
DRIFT_STEPS = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def code_at(secret: bytes, step: int) -> str:
    """The digits of one half minute, counted from 1970 (RFC 4226, 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 0xF
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_at(moment: datetime) -> int:
    """The half minute that `moment` lies in."""
    return (moment - _EPOCH) // STEP


def matching_step(secret: bytes, code: str, *, last_step: int, now: datetime) -> int | None:
    """The half minute whose digits `code` are, or None.

    Only half minutes after `last_step` count: digits that were seen over a shoulder are good once.
    """
    found = None
    for step in _steps(step_at(now)):
        is_it = hmac.compare_digest(code_at(secret, step).encode(), code.encode("utf-8", "replace"))
        if is_it and step > last_step:
            found = step
    return found


def setup_address(secret: bytes, *, issuer: str, account: str) -> str:
    """The `otpauth:` address that apps take as a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    asked = {"secret": spelled_secret(secret), "issuer": issuer, "digits": DIGITS, "period": 30}
    return f"otpauth://totp/{label}?{urlencode(asked, quote_via=quote)}"


def spelled_secret(secret: bytes) -> str:
    """The secret as it is typed into an app by who cannot scan."""
    return b32encode(secret).decode().rstrip("=")


def _steps(step: int) -> Iterator[int]:
    yield from range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1)
