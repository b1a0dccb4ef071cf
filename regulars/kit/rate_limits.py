"""How often something may be asked, and how guessing is slowed and stopped: the arithmetic."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from regulars.core.calendar import micros

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` in any stretch of `per`, refilled evenly; a burst may take all of it at once."""

    name: str
    most: int
    per: timedelta

    def __post_init__(self) -> None:
        assert self.most > 0
        assert self.per > timedelta(0)


class Verdict(NamedTuple):
    """Whether one more was allowed, and what a client is told (whole seconds, rounded up)."""

    allowed: bool
    limit: Limit
    remaining: int
    reset_s: int
    retry_after_s: int  # 0 where allowed

    def headers(self) -> dict[str, str]:
        """What tells a client where it stands.

        `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers, the widely used
        `RateLimit-Limit/-Remaining/-Reset` beside them, and `Retry-After` where refused.
        """
        seconds = max(1, self.limit.per // timedelta(seconds=1))
        found = {
            "RateLimit-Policy": f'"{self.limit.name}";q={self.limit.most};w={seconds}',
            "RateLimit": f'"{self.limit.name}";r={self.remaining};t={self.reset_s}',
            "RateLimit-Limit": str(self.limit.most),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }
        return found if self.allowed else found | {"Retry-After": str(self.retry_after_s)}


def take(limit: Limit, level: int, now_micros: int, cost: int = 1) -> tuple[int, Verdict]:
    """Take `cost` from a bucket; the new level and the verdict. A refusal leaves the level alone.

    The generic cell rate algorithm (ITU-T I.371) in exact integers: `level` is the moment at which
    the bucket will be full again, in microseconds × `limit.most`; 0 is a full bucket.
    """
    each = limit.per // timedelta(microseconds=1)
    now = now_micros * limit.most
    burst = each * limit.most
    start = max(level, now)
    after = start + cost * each
    allowed = after - now <= burst
    held = after if allowed else start
    remaining = (now + burst - held) // each
    return held if allowed else level, Verdict(
        allowed,
        limit,
        remaining,
        _seconds_up(held - now, limit.most),
        0 if allowed else _seconds_up(after - burst - now, limit.most),
    )


class RateLimiter:
    """Buckets of one process, one per key, at most `keys_max`; safe to share between threads.

    A restart forgets them: it slows floods, it does not guard secrets (that is `Guessing`).
    """

    def __init__(self, limit: Limit, *, keys_max: int = 100_000) -> None:
        self.limit = limit
        self._keys_max = keys_max
        self._levels: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, *, cost: int = 1, now: datetime) -> Verdict:
        """Take `cost` for `key` if there is that much left."""
        with self._lock:
            level, verdict = take(self.limit, self._levels.get(key, 0), micros(now), cost)
            self._levels[key] = level
            self._levels.move_to_end(key)
            if len(self._levels) > self._keys_max:
                self._levels.popitem(last=False)
        return verdict


@dataclass(frozen=True, slots=True)
class Guessing:
    """How many wrong guesses of one subject are borne: `most` within `window`, then a pause.

    Each pause that follows within `forget` is twice as long as the one before, up to `pause_max`.
    """

    name: str
    most: int
    window: timedelta = timedelta(minutes=15)
    pause: timedelta = timedelta(minutes=15)
    pause_max: timedelta = timedelta(hours=24)
    forget: timedelta = timedelta(hours=48)


class Guesses(NamedTuple):
    """What is remembered of the wrong guesses of one subject."""

    failures: int
    window_since: datetime
    blocks: int
    last_at: datetime


def fresh_guesses(now: datetime) -> Guesses:
    """Nothing guessed yet."""
    return Guesses(0, now, 0, now)


def blocked_until(rule: Guessing, held: Guesses) -> datetime | None:
    """When guessing may go on, or None where too few guesses were wrong. A past moment: it may."""
    if held.failures < rule.most:
        return None
    # 2**20 pauses is more than any `pause_max`; a larger exponent would only overflow.
    return held.last_at + min(rule.pause * 2 ** min(held.blocks, 20), rule.pause_max)


def after_guess(rule: Guessing, held: Guesses, now: datetime) -> Guesses | None:
    """`held` with one guess more, wrong until proved right; None where none is allowed."""
    until = blocked_until(rule, held)
    if until is not None and now < until:
        return None
    if now >= held.last_at + rule.forget:
        held = fresh_guesses(now)
    elif until is not None:
        held = Guesses(0, now, held.blocks + 1, held.last_at)
    elif now >= held.window_since + rule.window:
        held = Guesses(0, now, held.blocks, held.last_at)
    return Guesses(held.failures + 1, held.window_since, held.blocks, now)


def after_right_guess(held: Guesses) -> Guesses:
    """`held` without the guess that proved right."""
    return held._replace(failures=max(0, held.failures - 1))


def _seconds_up(scaled: int, most: int) -> int:
    return max(0, -(-scaled // (most * _SECOND)))
