"""Slowing and stopping whoever guesses passwords, codes or PINs, across all processes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from regulars.contexts.security.models import FailedGuesses
from regulars.core.refusal import Refused
from regulars.kit.rate_limits import (
    Guesses,
    Guessing,
    after_guess,
    after_right_guess,
    blocked_until,
    fresh_guesses,
)
from regulars.kit.secrets import keyed_digest

_KEPT = timedelta(days=30)
_MARK, _MARKS_MAX = 8, 32  # bytes of a recent guess, and how many are remembered
_SAVE_ALL = """
UPDATE security_failed_guesses g
SET failures = n.failures, window_since = n.window_since, blocks = n.blocks, last_at = n.last_at,
    recent = n.recent
FROM unnest(%s::bytea[], %s::int[], %s::timestamptz[], %s::int[], %s::timestamptz[], %s::bytea[])
    AS n(digest, failures, window_since, blocks, last_at, recent)
WHERE g.subject_digest = n.digest
"""


class TooManyGuesses(Refused):
    """Too many wrong ones of late; `retry_after_s` says when the next is heard."""

    code = "access.too_many_guesses"
    kind = "limited"


def count_guess(axes: Sequence[tuple[Guessing, str]], *, now: datetime) -> None:
    """Count one guess on every axis (a rule and its subject), before it is checked.

    It counts as wrong until `forgive_guess`. So guesses made at the same instant cannot outrun the
    count, provided that the transaction commits before the guess is checked or together with it.
    Raises TooManyGuesses, having counted nothing, where one of the axes is blocked.
    """
    digests = sorted((_digest(rule, subject), rule) for rule, subject in axes)
    FailedGuesses.objects.bulk_create(
        [_row(digest, fresh_guesses(now)) for digest, _ in digests],
        ignore_conflicts=True,
    )
    # Locked in the order of digests, like everywhere: two callers with common axes cannot deadlock.
    rows = {digest: _locked(digest) for digest, _ in digests}
    counted: list[tuple[bytes, Guesses]] = []
    for digest, rule in digests:
        after = after_guess(rule, rows[digest], now)
        if after is None:
            raise TooManyGuesses(retry_after_s=_seconds_left(rule, rows[digest], now))
        counted.append((digest, after))
    for digest, after in counted:
        _save(digest, after)


def forgive_guess(
    axes: Sequence[tuple[Guessing, str]],
    *,
    wholly: Sequence[Guessing] = (),
    now: datetime,
) -> None:
    """Take back the count of a right guess; for the rules in `wholly`, of all before it.

    Only an axis that nobody else's knowledge can clear belongs in `wholly`: who knows one password
    would else clear the count of an address from which others are guessed.
    """
    for digest, rule in sorted((_digest(rule, subject), rule) for rule, subject in axes):
        held = FailedGuesses.objects.select_for_update().filter(subject_digest=digest).first()
        if held is not None:
            guesses = _guesses(held)
            _save(
                digest,
                fresh_guesses(now) if rule in wholly else after_right_guess(guesses),
            )


class Suspicion(NamedTuple):
    """What is known of sources: how long they pause, and whether their guesses are counted ahead."""

    pause_s: int
    is_suspected: bool


def suspicion_of(axes: Sequence[tuple[Guessing, str]], *, now: datetime) -> Suspicion:
    """How the axes stand at `now`, in one read without locks: for guesses that are mostly right.

    A pause of 0 lets guesses be heard: those of nobody suspected are checked first and `count_wrong`
    counts what was wrong; those of who was blocked of late, or is half way to it, `count_ahead`
    counts before they are checked, so that many at the same instant gain nothing.
    """
    rules = {_digest(rule, subject): rule for rule, subject in axes}
    pause, suspected = 0, False
    for row in FailedGuesses.objects.filter(subject_digest__in=list(rules)):
        rule, held = rules[bytes(row.subject_digest)], _guesses(row)
        pause = max(pause, _pause_s(rule, held, now))
        is_recent = now < held.last_at + rule.forget
        suspected |= is_recent and (held.blocks > 0 or 2 * held.failures >= rule.most)
    return Suspicion(pause, suspected)


def count_ahead(
    axes: Sequence[tuple[Guessing, str]], guesses: Sequence[str], *, now: datetime
) -> int:
    """Count guesses before they are checked; to be committed before they are.

    Gives 0: they may be heard, and `forgive_right` takes back those that prove right. Else the
    seconds of a pause, and nothing is counted: an axis has no room for all of them.
    """
    rows = []
    for rule, row in _locked_rows(axes, now):
        held, recent, refused = _counted(rule, row, guesses, now)
        if refused:
            return max(1, _pause_s(rule, held, now))
        rows.append(_keep(row, held, recent))
    _save_all(rows)
    return 0


def count_wrong(
    axes: Sequence[tuple[Guessing, str]], guesses: Sequence[str], *, now: datetime
) -> None:
    """Count guesses that proved wrong on every axis; one of the last few wrong ones not again.

    A till that sends the same receipt with the same wrong code ten times has guessed once.
    """
    rows = []
    for rule, row in _locked_rows(axes, now):
        held, recent, _ = _counted(rule, row, guesses, now)
        rows.append(_keep(row, held, recent))
    _save_all(rows)


def forgive_right(
    axes: Sequence[tuple[Guessing, str]], guesses: Sequence[str], *, now: datetime
) -> None:
    """Take back the count of guesses that `count_ahead` counted and that proved right."""
    right = {_mark(guess) for guess in guesses}
    rows = []
    for _, row in _locked_rows(axes, now):
        held, marks = _guesses(row), _marks(bytes(row.recent))
        left = [mark for mark in marks if mark not in right]
        failures = max(0, held.failures - (len(marks) - len(left)))
        rows.append(_keep(row, held._replace(failures=failures), b"".join(left)))
    _save_all(rows)


def purge_guesses(*, now: datetime) -> int:
    """Forget subjects that nobody has guessed at for 30 days; how many."""
    gone, _ = FailedGuesses.objects.filter(last_at__lt=now - _KEPT).delete()
    return gone


def _digest(rule: Guessing, subject: str) -> bytes:
    return keyed_digest(settings.SECRET_KEY, f"guessing/{rule.name}", subject)


def _locked_rows(
    axes: Sequence[tuple[Guessing, str]], now: datetime
) -> list[tuple[Guessing, FailedGuesses]]:
    """The row of each axis, made where there is none, locked in the order of digests."""
    rules = {_digest(rule, subject): rule for rule, subject in axes}
    # PostgreSQL locks rows in the order it sorts them into: after the sort, one by one.
    asked = FailedGuesses.objects.select_for_update().filter(subject_digest__in=list(rules))
    ordered = asked.order_by("subject_digest")
    rows = list(ordered)
    if len(rows) < len(rules):
        known = {bytes(row.subject_digest) for row in rows}
        fresh = [_row(digest, fresh_guesses(now)) for digest in sorted(rules.keys() - known)]
        FailedGuesses.objects.bulk_create(fresh, ignore_conflicts=True)
        rows = list(ordered.all())
    return [(rules[bytes(row.subject_digest)], row) for row in rows]


def _keep(row: FailedGuesses, held: Guesses, recent: bytes) -> FailedGuesses:
    row.failures, row.window_since, row.blocks, row.last_at = held
    row.recent = recent
    return row


def _save_all(rows: Sequence[FailedGuesses]) -> None:
    columns = [
        [getattr(row, name) for row in rows]
        for name in ("subject_digest", *Guesses._fields, "recent")
    ]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE_ALL, columns)


def _counted(
    rule: Guessing, row: FailedGuesses, guesses: Sequence[str], now: datetime
) -> tuple[Guesses, bytes, bool]:
    """The row's counts and marks with those guesses that are new to it, and whether one was too many."""
    held, recent = _guesses(row), bytes(row.recent)
    known = set(_marks(recent))
    for mark in dict.fromkeys(map(_mark, guesses)):
        if mark in known:
            continue
        after = after_guess(rule, held, now)
        if after is None:
            return held, recent, True
        held, recent = after, (recent + mark)[-_MARKS_MAX * _MARK :]
    return held, recent, False


def _marks(recent: bytes) -> list[bytes]:
    return [recent[i : i + _MARK] for i in range(0, len(recent), _MARK)]


def _mark(guess: str) -> bytes:
    return keyed_digest(settings.SECRET_KEY, "guess", guess)[:_MARK]


def _row(digest: bytes, guesses: Guesses) -> FailedGuesses:
    return FailedGuesses(subject_digest=digest, **guesses._asdict())


def _locked(digest: bytes) -> Guesses:
    return _guesses(FailedGuesses.objects.select_for_update().get(subject_digest=digest))


def _guesses(row: FailedGuesses) -> Guesses:
    return Guesses(row.failures, row.window_since, row.blocks, row.last_at)


def _save(digest: bytes, guesses: Guesses) -> None:
    FailedGuesses.objects.filter(subject_digest=digest).update(**guesses._asdict())


def _pause_s(rule: Guessing, held: Guesses, now: datetime) -> int:
    until = blocked_until(rule, held)
    return _seconds_left(rule, held, now) if until is not None and now < until else 0


def _seconds_left(rule: Guessing, held: Guesses, now: datetime) -> int:
    until = blocked_until(rule, held)
    assert until is not None
    return max(1, -((now - until) // timedelta(seconds=1)))
