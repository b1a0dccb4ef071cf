"""Slowing and stopping whoever guesses passwords, codes or PINs, across all processes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

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


def purge_guesses(*, now: datetime) -> int:
    """Forget subjects that nobody has guessed at for 30 days; how many."""
    gone, _ = FailedGuesses.objects.filter(last_at__lt=now - _KEPT).delete()
    return gone


def _digest(rule: Guessing, subject: str) -> bytes:
    return keyed_digest(settings.SECRET_KEY, f"guessing/{rule.name}", subject)


def _row(digest: bytes, guesses: Guesses) -> FailedGuesses:
    return FailedGuesses(subject_digest=digest, **guesses._asdict())


def _locked(digest: bytes) -> Guesses:
    return _guesses(FailedGuesses.objects.select_for_update().get(subject_digest=digest))


def _guesses(row: FailedGuesses) -> Guesses:
    return Guesses(row.failures, row.window_since, row.blocks, row.last_at)


def _save(digest: bytes, guesses: Guesses) -> None:
    FailedGuesses.objects.filter(subject_digest=digest).update(**guesses._asdict())


def _seconds_left(rule: Guessing, held: Guesses, now: datetime) -> int:
    until = blocked_until(rule, held)
    assert until is not None
    return max(1, -((now - until) // timedelta(seconds=1)))
