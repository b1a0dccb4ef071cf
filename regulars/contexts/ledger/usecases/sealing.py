"""Seal the days that are over, and post what the clock has made due."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import connection

from regulars.contexts.ledger.books import open_book, save
from regulars.contexts.ledger.models import LedgerSeal, LedgerTransaction
from regulars.contexts.ledger.seals import DayDigest, seal_hash
from regulars.contexts.members.types import MemberRef
from regulars.core.calendar import micros
from regulars.core.programme.compiled import Compiled
from regulars.kit.transactions import in_transaction

SEALED_AFTER = timedelta(hours=1)  # by then no posting of the day can still be under way
_ROWS_AT_ONCE = 5_000
_LOCKED_AT_ONCE = 25
_SEALING = 0x5EA1  # the advisory lock of whoever seals


def seal_days(*, now: datetime) -> int:
    """Seal every day that ended more than `SEALED_AFTER` ago and is not sealed; returns how many.

    Days without transactions are sealed too: a missing day would hide a removed one. Two at once
    seal each day once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALING])
    last = LedgerSeal.objects.order_by("-day").first()
    first = _first_day() if last is None else last.day + timedelta(days=1)
    until = _midnight((now - SEALED_AFTER).astimezone(UTC).date())
    if first is None or _midnight(first) >= until:
        return 0
    digests = _digests(_midnight(first), until)
    previous = bytes(32) if last is None else bytes(last.hash)
    seals = []
    for number in range((until.date() - first).days):
        day = first + timedelta(days=number)
        digest = digests.get(day, DayDigest())
        before, previous = previous, seal_hash(previous, day, digest)
        seals.append(
            LedgerSeal(
                day=day, transactions=digest.count, previous=before, hash=previous, sealed_at=now
            )
        )
    LedgerSeal.objects.bulk_create(seals)
    return len(seals)


def post_due(
    programme: Compiled, *, limit: int, after: MemberRef | None, now: datetime
) -> MemberRef | None:
    """Post what is due on up to `limit` accounts after `after`; returns the last one, None at the end.

    Some accounts at a time are a transaction: whoever buys meanwhile waits for so many at most.
    Reads are right without this: it only keeps the books from lagging behind the clock for members
    who do not come. `now` is also when it is posted: it must be read anew for each call, or what is
    posted late lands in a day that was sealed meanwhile.
    """
    refs = _due_accounts(limit, after, now)
    for i in range(0, len(refs), _LOCKED_AT_ONCE):
        some = refs[i : i + _LOCKED_AT_ONCE]
        in_transaction(
            lambda some=some: save([open_book(ref, programme, now=now) for ref in some])  # type: ignore[misc]
        )
    return refs[-1] if len(refs) == limit else None


def _due_accounts(limit: int, after: MemberRef | None, now: datetime) -> list[MemberRef]:
    """In the order in which accounts are locked."""
    since = after or MemberRef(-1, UUID(int=0))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bucket, member_id FROM ledger_account"
            " WHERE (bucket, member_id) > (%s, %s) AND next_due <= %s"
            " ORDER BY bucket, member_id LIMIT %s",
            [since.bucket, since.id, micros(now), limit],
        )
        return [MemberRef(*row) for row in cursor.fetchall()]


def _first_day() -> date | None:
    first = (
        LedgerTransaction.objects.order_by("posted_at").values_list("posted_at", flat=True).first()
    )
    return None if first is None else first.astimezone(UTC).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _digests(since: datetime, until: datetime) -> dict[date, DayDigest]:
    """What was posted in `[since, until)`, by UTC day; one pass however many days there are."""
    digests: dict[date, DayDigest] = defaultdict(DayDigest)
    rows = (
        LedgerTransaction.objects.filter(posted_at__gte=since, posted_at__lt=until)
        .order_by("bucket", "member_id", "seq")
        .values_list("posted_at", "hash")
    )
    for posted_at, digest in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        digests[posted_at.astimezone(UTC).date()].add(bytes(digest))
    return digests
