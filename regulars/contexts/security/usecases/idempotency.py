"""Requests sent twice are done once: keys remembered with the answer they got."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from regulars.contexts.security.models import StoredAnswerRow
from regulars.contexts.security.types import StoredAnswer
from regulars.core.refusal import Invalid, Refused
from regulars.kit.secrets import digest, is_same

KEPT = timedelta(days=45)
UNDER_WAY_MAX = timedelta(minutes=5)
LOCK_TIMEOUT_MS = 3000
RETRY_AFTER_S = 2
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)
_PURGED_AT_ONCE = 10_000


class IdempotencyKeyMissing(Invalid):
    """A request that changes something carries no Idempotency-Key."""

    code = "idempotency.key_missing"


class IdempotencyKeyMalformed(Invalid):
    """The key is not 1–200 visible ASCII characters."""

    code = "idempotency.key_malformed"


class IdempotencyKeyReused(Refused):
    """The key was used before, for another request (HTTP 422)."""

    code = "idempotency.key_reused"
    kind = "invalid"


class IdempotencyUnderWay(Refused):
    """The first request with this key is not done yet (409); ask again in `retry_after_s`."""

    code = "idempotency.under_way"


def digest_of_body(body: Any) -> bytes:
    """SHA-256 of a JSON value in canonical form: member order and spaces do not matter."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()


def begin_idempotent(
    scope: str, key: str | None, body_digest: bytes, *, now: datetime
) -> StoredAnswer | None:
    """Claim `key` within `scope` (who asks and what); the answer it got before, or None: go on.

    After None the caller does the work and calls `finish_idempotent` in the same transaction; a
    second request at the same instant waits for that (up to 3 s) and gets the same answer. If the
    transaction is undone, so is the claim. Raises IdempotencyKeyMissing, IdempotencyKeyMalformed,
    IdempotencyKeyReused, IdempotencyUnderWay.
    """
    key_digest = _key_digest(scope, key)
    with _lock_timeout():
        if _claim(key_digest, body_digest, now):
            return None
        row = StoredAnswerRow.objects.select_for_update().filter(pk=key_digest).first()
    if row is None:
        # Purged between the two statements: as good as never used.
        return begin_idempotent(scope, key, body_digest, now=now)
    if row.expires_at <= now:
        _take_over(row, body_digest, now)
        return None
    if not is_same(bytes(row.body_digest), body_digest):
        raise IdempotencyKeyReused
    if row.status is not None:
        return StoredAnswer(row.status, bytes(row.answer))
    if now < row.created_at + UNDER_WAY_MAX:
        raise IdempotencyUnderWay(retry_after_s=RETRY_AFTER_S)
    # Claimed in a transaction of its own by a process that died before it was done.
    _take_over(row, body_digest, now)
    return None


def finish_idempotent(scope: str, key: str, status: int, answer: bytes, *, now: datetime) -> None:
    """Keep the answer of a key claimed by `begin_idempotent`, for 45 days.

    Successes and definite refusals are kept; validation errors and faults are not: undo those.
    """
    changed = StoredAnswerRow.objects.filter(pk=_key_digest(scope, key), status=None).update(
        status=status, answer=answer, expires_at=now + KEPT
    )
    assert changed == 1, "finished without having begun"


def forget_idempotent(scope: str, key: str) -> None:
    """Give up a key claimed by `begin_idempotent` whose request came to nothing."""
    StoredAnswerRow.objects.filter(pk=_key_digest(scope, key), status=None).delete()


def purge_stored_answers(*, now: datetime) -> int:
    """Forget answers past their time, at most 10,000 a call; how many."""
    old = StoredAnswerRow.objects.filter(expires_at__lte=now).order_by("expires_at")
    ids = old.values_list("pk", flat=True)[:_PURGED_AT_ONCE]
    gone, _ = StoredAnswerRow.objects.filter(pk__in=list(ids), expires_at__lte=now).delete()
    return gone


def _key_digest(scope: str, key: str | None) -> bytes:
    if key is None or not key:
        raise IdempotencyKeyMissing
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMalformed
    return digest("idempotency", f"{scope}|{key}")


def _claim(key_digest: bytes, body_digest: bytes, now: datetime) -> bool:
    # Waits while another transaction holds a claim on the key that it has not committed.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO security_stored_answer (key_digest, body_digest, created_at, expires_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [key_digest, body_digest, now, now + KEPT],
        )
        return bool(cursor.rowcount)


def _take_over(row: StoredAnswerRow, body_digest: bytes, now: datetime) -> None:
    StoredAnswerRow.objects.filter(pk=row.pk).update(
        body_digest=body_digest,
        status=None,
        answer=None,
        created_at=now,
        expires_at=now + KEPT,
    )


@contextmanager
def _lock_timeout() -> Iterator[None]:
    try:
        # The savepoint keeps the caller's transaction usable after a time-out.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])
            yield
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except OperationalError as failure:
        if isinstance(failure.__cause__, LockNotAvailable):
            raise IdempotencyUnderWay(retry_after_s=RETRY_AFTER_S) from None
        raise
