"""Codes that change by the clock: a device shows them, we check them, and none works twice.

Who it is: `RQ1`, the tag of the device, and 80 bits of HMAC-SHA-256 over the number of the period.
That a member agrees to a spending: six digits of another HMAC over the same number.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Literal, NamedTuple

PERIOD_S = 30
LEEWAY = 2  # periods that a device's clock may be off, either way
MARK = "RQ1"
TAG_LENGTH, MAC_LENGTH = 16, 16
DIGITS = 6
# Capitals and digits: QR codes write them in their densest mode. RFC 4648, so that nothing of it
# looks like something else: no 0, 1, 8, 9.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_OLD = 40  # periods in which a code is told to be stale rather than wrong

Fate = Literal["good", "stale", "used", "wrong"]


class Shown(NamedTuple):
    """A code taken apart."""

    tag: str
    mac: str


class Verdict(NamedTuple):
    """What a code is worth, and of which period it is where it is good."""

    fate: Fate
    period: int = 0


def period_of(epoch_s: float) -> int:
    """The number of the period that a moment (seconds since 1970) lies in."""
    return int(epoch_s // PERIOD_S)


def device_secret(key: bytes, device: bytes) -> bytes:
    """What a device computes its codes from (32 bytes), known to who has the installation's `key`."""
    return hmac.digest(key, b"regulars/member-code\0device\0" + device, "sha256")


def code_of(secret: bytes, tag: str, period: int) -> str:
    """What the device called `tag` shows in a period: 35 characters."""
    return MARK + tag + _mac(secret, period)


def digits_of(secret: bytes, period: int) -> str:
    """Six digits by which the member on the device agrees to a spending in that period."""
    raw = _hmac(secret, b"agree", period)
    return f"{int.from_bytes(raw[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def tag_of(random: bytes) -> str:
    """Ten random bytes as the tag of a device."""
    return _letters(random[:10])


def looks_like_code(text: str) -> bool:
    """Whether a scanned text is meant to be such a code."""
    return text.strip().upper().startswith(MARK) and len(text.strip()) > 20


def parse(text: str) -> Shown | None:
    """The parts of a code, None for what is none. Letter case does not matter to scanners."""
    code = text.strip().upper()
    body = code[len(MARK) :]
    if not code.startswith(MARK) or len(body) != TAG_LENGTH + MAC_LENGTH:
        return None
    if any(letter not in ALPHABET for letter in body):
        return None
    return Shown(body[:TAG_LENGTH], body[TAG_LENGTH:])


def check(secret: bytes, mac: str, present: int, last: int) -> Verdict:
    """What a shown code is worth in period `present`, after one of period `last` was taken.

    Good are the codes of periods up to LEEWAY around `present`, later than `last`: so one that was taken
    works no second time, nor any from before it.
    """
    return _judged(present, last, lambda period: _mac(secret, period), mac, _OLD)


def check_digits(secret: bytes, digits: str, present: int, last: int) -> Verdict:
    """The same of the six digits. What is stale is not told apart: every period looked at is a guess."""
    return _judged(present, last, lambda period: digits_of(secret, period), digits, LEEWAY)


def _judged(
    present: int, last: int, of_period: Callable[[int], str], given: str, far: int
) -> Verdict:
    # Every period is computed, the nearest last: the time taken tells nothing.
    found = Verdict("wrong")
    for distance in range(far, -1, -1):
        for period in {present - distance, present + distance}:
            if not hmac.compare_digest(of_period(period).encode(), given.encode()):
                continue
            if distance > LEEWAY:
                found = Verdict("stale")
            else:
                found = Verdict("good", period) if period > last else Verdict("used")
    return found


def _mac(secret: bytes, period: int) -> str:
    return _letters(_hmac(secret, b"shown", period)[:10])


def _hmac(secret: bytes, purpose: bytes, period: int) -> bytes:
    message = b"regulars/member-code\0" + purpose + b"\0" + period.to_bytes(8, "big")
    return hmac.new(secret, message, hashlib.sha256).digest()


def _letters(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    count = len(raw) * 8 // 5
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count - 1, -1, -1))
