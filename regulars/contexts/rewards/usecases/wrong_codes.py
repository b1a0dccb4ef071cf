"""Guessing of coupon codes: counted per source and in all, slowed by growing pauses, then stopped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from regulars.contexts.security.usecases.guessing import (
    Suspicion,
    count_ahead,
    count_wrong,
    forgive_right,
    suspicion_of,
)
from regulars.kit.rate_limits import Guessing

_MINUTE, _QUARTER = timedelta(minutes=1), timedelta(minutes=15)

# Wrong codes that are borne within a quarter of an hour before the first pause; pauses of one source
# begin at a minute and double up to a day. A shop on the web asks for all its customers with one key,
# and a store's tills come from one address: they need more room than one member.
MEMBER = Guessing("coupon-member", most=10, window=_QUARTER, pause=_MINUTE)
KEY = Guessing("coupon-key", most=60, window=_QUARTER, pause=_MINUTE)
TILL = Guessing("coupon-till", most=60, window=_QUARTER, pause=_MINUTE)
ADDRESS = Guessing("coupon-address", most=200, window=_QUARTER, pause=_MINUTE)
# Many sources at once are one attack. What stops it stops honest customers too, so it ends soon.
OVERALL = Guessing(
    "coupon-overall",
    most=2000,
    window=_QUARTER,
    pause=_MINUTE,
    pause_max=_QUARTER,
    forget=timedelta(hours=2),
)


class CodeSources(NamedTuple):
    """Where a code comes from; empty where that is not known."""

    key: str = ""
    till: str = ""
    member: str = ""  # as the till named them: an id, a card number…
    address: str = ""

    @property
    def axes(self) -> list[tuple[Guessing, str]]:
        """What is counted for them, and for all together."""
        told = zip((KEY, TILL, MEMBER, ADDRESS), self, strict=True)
        return [*((rule, subject) for rule, subject in told if subject), (OVERALL, "")]


def suspicion_of_codes(sources: CodeSources, *, now: datetime) -> Suspicion:
    """Whether codes of theirs are looked at now, and whether they are counted ahead. One read."""
    return suspicion_of(sources.axes, now=now)


def count_codes_ahead(sources: CodeSources, codes: Sequence[str], *, now: datetime) -> int:
    """Count the codes of somebody suspected, to be committed before they are looked at.

    Gives 0 where they may be, else for how many seconds they may not.
    """
    return count_ahead(sources.axes, codes, now=now)


def count_wrong_codes(sources: CodeSources, codes: Sequence[str], *, now: datetime) -> None:
    """Count codes that turned out not to be valid, for whatever reason; none: nothing happens.

    The counts are in the database: they hold for every process and every restart. The same code of
    the same source again is not counted twice, nor one that was counted ahead.
    """
    if codes:
        count_wrong(sources.axes, codes, now=now)


def forgive_codes(sources: CodeSources, codes: Sequence[str], *, now: datetime) -> None:
    """Take back codes that were counted ahead and turned out to be good."""
    if codes:
        forgive_right(sources.axes, codes, now=now)
