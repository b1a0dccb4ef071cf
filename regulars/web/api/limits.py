"""How many requests a key may make, and how many look-ups may find nobody before it has to pause."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta

from django.conf import settings

from regulars.contexts.security.types import Plane
from regulars.kit.rate_limits import Limit, RateLimiter, Verdict
from regulars.web.api.problems import TooManyFailures

_BURST_S = 2
_COUNTED_MAX = 10_000
_HEADER_NAMES = {
    name: name.lower().encode()
    for name in (
        *("RateLimit-Policy", "RateLimit", "RateLimit-Limit", "RateLimit-Remaining"),
        *("RateLimit-Reset", "Retry-After"),
    )
}
_FAILURES_WINDOW = timedelta(minutes=10)


class Limits:
    """The buckets of this process. A restart forgets them: they slow floods and guessing down."""

    def __init__(self) -> None:
        self._of_plane = {
            Plane.TILL: RateLimiter(_per_second("till", settings.TILL_REQUESTS_PER_S)),
            Plane.MANAGE: RateLimiter(_per_second("manage", settings.MANAGE_REQUESTS_PER_S)),
        }
        self._wrong_keys = RateLimiter(
            Limit("wrong-keys", settings.WRONG_KEYS_PER_10_MIN, _FAILURES_WINDOW)
        )
        self.counted_ahead = SourcesCounted()
        self._unknown = RateLimiter(
            Limit("unknown-members", settings.UNKNOWN_MEMBERS_PER_10_MIN, _FAILURES_WINDOW)
        )

    def take(self, plane: Plane, key: str, *, now: datetime) -> Verdict:
        """Count one request of a key."""
        return self._of_plane[plane].take(key, now=now)

    def check_address(self, address: str, *, now: datetime) -> None:
        """Raises TooManyFailures where so many wrong keys came from `address` of late."""
        _check(self._wrong_keys, address, now)

    def count_wrong_key(self, address: str, *, now: datetime) -> None:
        """A key from `address` was wrong."""
        self._wrong_keys.take(address, now=now)

    def check_looking_up(self, key: str, *, now: datetime) -> None:
        """Raises TooManyFailures where the key has looked for so many unknown members of late."""
        _check(self._unknown, key, now)

    def count_unknown(self, key: str, *, now: datetime) -> None:
        """The key asked for a member that there is not."""
        self._unknown.take(key, now=now)


class SourcesCounted:
    """Which sources of codes this process counted ahead of late; bounded, forgetful, never wrong:
    one that is forgotten keeps a count it could have been forgiven."""

    def __init__(self) -> None:
        self._sources: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, source: Hashable) -> None:
        """Codes of `source` were counted before they were looked at."""
        self._sources[source] = None
        if len(self._sources) > _COUNTED_MAX:
            self._sources.popitem(last=False)

    def __contains__(self, source: Hashable) -> bool:
        return source in self._sources


def rate_headers(verdict: Verdict) -> tuple[tuple[bytes, bytes], ...]:
    """What tells the client where it stands."""
    return tuple(
        (_HEADER_NAMES[name], value.encode())
        for name, value in verdict.headers().items()
        if name != "Retry-After"
    )


def _per_second(name: str, requests: int) -> Limit:
    return Limit(name, requests * _BURST_S, timedelta(seconds=_BURST_S))


def _check(limiter: RateLimiter, key: str, now: datetime) -> None:
    verdict = limiter.take(key, cost=0, now=now)
    if verdict.remaining < 1:
        # One more is allowed when the bucket has dripped far enough for it.
        seconds = max(1, limiter.limit.per // timedelta(seconds=1) // limiter.limit.most)
        raise TooManyFailures(retry_after_s=seconds)
