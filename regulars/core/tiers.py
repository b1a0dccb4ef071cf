"""Tiers as a function of qualifying history and the clock; nothing else decides them.

For each level L, the latest purchase at s ≤ t that brought the window's sum to L's threshold proves
it; a member holds at t the highest level whose proof gives a standing that lasts beyond t. After
the end of that standing a soft landing gives one level less for each further term. Nothing depends
on the order in which the history became known.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from regulars.core.calendar import (
    Duration,
    add,
    micros,
    moment_of,
    period_end,
    period_number,
    subtract_micros,
)
from regulars.core.programme.ladder import CalendarWindow, LifetimeWindow, RollingWindow

Amounts = Sequence[tuple[int, int]]  # (micros, amount), in time order, one per moment

# Months are not all of one length: a later moment's window may reach a day further back than an
# earlier one's did. What is just out of the window is therefore remembered for a while.
_SLACK = 3 * 86_400_000_000


class Entry(NamedTuple):
    """What one transaction adds to the qualifying history, dated when it counts.

    A return is dated like its sale and negative: the history is what remains of it.
    """

    at: int  # micros
    spend: int
    visits: int
    points: Mapping[str, int] = {}


class Grant(NamedTuple):
    """A level given, not earned: by invitation or a paid membership."""

    tier: str
    since: int  # micros
    until: int | None
    source: str = ""  # what gave it; a grant with the same source and no time left revokes it


class Record(NamedTuple):
    """What must be remembered to go on without the whole history.

    `window` is what still counts or may count again, (micros, amount) by moment; its last part is
    the newest entry there is. Of a lifetime only the sum before that is kept, as one part.
    """

    window: tuple[tuple[int, int], ...] = ()
    proofs: Mapping[str, int] = {}  # level → micros of the latest purchase that proved it
    total: int = 0  # the sum of the window, kept so that nobody has to add it up again


@dataclass(frozen=True, slots=True)
class Rungs:
    """A ladder made ready for reckoning; thresholds in minor units of what is measured."""

    measure: str
    currency: str | None
    window: RollingWindow | CalendarWindow | LifetimeWindow
    grace: Duration
    soft: bool
    levels: tuple[str, ...]  # from the lowest; the first is everybody's
    thresholds: tuple[int | None, ...]  # None: by invitation only
    fingerprint: str
    zone: ZoneInfo
    rank: Mapping[str, int] = field(default_factory=dict)


class Standing(NamedTuple):
    """A member's tier at a moment."""

    tier: str
    until: datetime | None  # None: not lost by the clock
    amount: int  # what counts in the window now
    next_tier: str | None
    missing: int  # until the next tier; 0 where there is none


def amounts_of(history: Iterable[Entry], rungs: Rungs) -> Amounts:
    """The measured amounts by moment, returns netted, in time order; corrections may be negative."""
    sums: dict[int, int] = {}
    for entry in history:
        sums[entry.at] = sums.get(entry.at, 0) + measured(entry, rungs)
    return sorted((at, amount) for at, amount in sums.items() if amount)


def measured(entry: Entry, rungs: Rungs) -> int:
    """How much of the ladder's measure an entry adds."""
    if rungs.measure == "spend":
        return entry.spend
    if rungs.measure == "visits":
        return entry.visits
    return entry.points.get(rungs.currency or "", 0)


def record_of(history: Iterable[Entry], rungs: Rungs, at: datetime | None = None) -> Record:
    """The record that the whole history (up to and including `at`) gives."""
    record = Record()
    limit = None if at is None else micros(at)
    for moment, amount in amounts_of(history, rungs):
        if limit is not None and moment > limit:
            break
        record = extend(record, moment, amount, rungs)
    return record


def extend(record: Record, at: int, amount: int, rungs: Rungs) -> Record:
    """The record after `amount` at `at`, which is not before anything in it.

    A negative amount (a correction) counts in the sums from then on, but proves nothing.
    """
    window, total = record.window, record.total
    here = amount
    if window and window[-1][0] == at:
        here += window[-1][1]
        total -= window[-1][1]
        window = window[:-1]
    if isinstance(rungs.window, LifetimeWindow):
        counted = total + here
        window = ((window[-1][0], total), (at, here)) if window else ((at, here),)
    else:
        window, total, counted = _within(window, total, at, rungs)
        counted += here
        window = (*window, (at, here))
    total += here
    if here <= 0:
        return Record(window, record.proofs, total)
    proofs = record.proofs
    for level, threshold in zip(rungs.levels, rungs.thresholds, strict=True):
        if threshold and threshold <= counted:
            proofs = {**proofs, level: at}
    return Record(window, proofs, total)


def standing(record: Record, grants: Sequence[Grant], rungs: Rungs, at: datetime) -> Standing:
    """The tier at `at`, which is not before anything in the record."""
    now = micros(at)
    best, until = 0, None
    for level, proved in record.proofs.items():
        rank, end = _held(rungs.rank.get(level, 0), proved, at, rungs)
        if rank > best or (rank == best and rank and _later(end, until)):
            best, until = rank, end
    for grant in in_force(grants, now):
        rank = rungs.rank.get(grant.tier, 0)
        end = None if grant.until is None else moment_of(grant.until)
        if rank > best or (rank == best and rank and _later(end, until)):
            best, until = rank, end
    counted = max(0, _within(record.window, record.total, now, rungs)[2])
    next_tier, missing = _next(best, counted, rungs)
    return Standing(rungs.levels[best], until if best else None, counted, next_tier, missing)


def in_force(grants: Sequence[Grant], at: int) -> list[Grant]:
    """The grants that hold at `at`; the latest word on a source is the one that counts."""
    latest = {grant.source or str(i): grant for i, grant in enumerate(grants)}
    return [
        grant
        for grant in latest.values()
        if grant.since <= at and (grant.until is None or at < grant.until)
    ]


def _held(rank: int, proved: int, at: datetime, rungs: Rungs) -> tuple[int, datetime | None]:
    """Which rank the proof of `rank` at `proved` still gives at `at`, and until when."""
    if isinstance(rungs.window, LifetimeWindow):
        return rank, None
    term = 0
    while rank > 0:
        end = _end(proved, term, rungs)
        if at < end:
            return rank, end
        if not rungs.soft:
            return 0, None
        rank -= 1
        while rank > 0 and rungs.thresholds[rank] is None:
            rank -= 1
        term += 1
    return 0, None


def _end(proved: int, term: int, rungs: Rungs) -> datetime:
    """The end of the `term`-th term (0 is the level's own) of a proof, its grace included."""
    moment, window = moment_of(proved), rungs.window
    if isinstance(window, CalendarWindow):
        end = period_end(moment, window.period, rungs.zone, window.keep_periods + term)
    else:
        assert isinstance(window, RollingWindow)
        end = add(moment, window.valid or window.length, rungs.zone, term + 1)
    return end if rungs.grace.is_zero else add(end, rungs.grace, rungs.zone)


def _within(
    window: tuple[tuple[int, int], ...], total: int, at: int, rungs: Rungs
) -> tuple[tuple[tuple[int, int], ...], int, int]:
    """What of the window has to be remembered at `at`, its sum, and the sum of what counts then.

    Takes time for what leaves the window, not for what stays: some have thousands of purchases.
    """
    if not window or isinstance(rungs.window, LifetimeWindow):
        return window, total, total
    if isinstance(rungs.window, CalendarWindow):
        moment, period, zone = moment_of(at), rungs.window.period, rungs.zone
        current = period_number(moment, period, zone)
        if period_number(moment_of(window[0][0]), period, zone) != current:
            window = tuple(
                w for w in window if period_number(moment_of(w[0]), period, zone) == current
            )
            total = sum([part for _, part in window])
        return window, total, total
    since = subtract_micros(at, rungs.window.length, rungs.zone)
    if window[0][0] <= since - _SLACK:
        gone = bisect_right(window, since - _SLACK, key=_at)
        total -= sum([part for _, part in window[:gone]])
        window = window[gone:]
    if not window or window[0][0] > since:
        return window, total, total
    over = bisect_right(window, since, key=_at)
    return window, total, total - sum([part for _, part in window[:over]])


def _at(part: tuple[int, int]) -> int:
    return part[0]


def _next(rank: int, counted: int, rungs: Rungs) -> tuple[str | None, int]:
    for level, threshold in zip(
        rungs.levels[rank + 1 :], rungs.thresholds[rank + 1 :], strict=True
    ):
        if threshold is not None:
            return level, max(0, threshold - counted)
    return None, 0


def _later(a: datetime | None, b: datetime | None) -> bool:
    return b is not None and (a is None or a > b)


def grant_json(grants: Sequence[Grant]) -> list[list[Any]]:
    """Grants as JSON, for the transaction that gives them."""
    return [list(grant) for grant in grants]
