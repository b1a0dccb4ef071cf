"""Reads of the ledger that other contexts ask for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min

from regulars.contexts.ledger.books import load_account
from regulars.contexts.ledger.models import LedgerAccount, LedgerSeal, LedgerTransaction
from regulars.contexts.ledger.types import StatementLine, WalletView
from regulars.contexts.ledger.usecases.verify import Stream
from regulars.contexts.members.types import MemberRef
from regulars.core.calendar import micros
from regulars.core.economics.vintages import Closed, Movement, VintageBooks
from regulars.core.ledger.accounts import MEMBER_ACCOUNTS, bucket_of
from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of

_BALANCES = """
SELECT posting ->> 0, posting ->> 1, sum((posting ->> 2)::bigint)::bigint
FROM ledger_transaction t, json_array_elements(t.postings) AS posting
WHERE t.bucket = %s AND t.member_id = %s AND t.seq <= %s AND posting ->> 1 = ANY(%s)
GROUP BY 1, 2
"""
# A return may stand in another chain than its sale: that of the member the buyer was merged into.
_PURCHASES = """
WITH of (bucket, member_id) AS (SELECT * FROM unnest(%s::smallint[], %s::uuid[])),
moved AS (
    SELECT CASE t.kind WHEN 'sale' THEN t.source ELSE (t.facts ->> 'sale')::uuid END AS sale,
           t.kind, t.occurred_at, (t.facts #>> '{q,0,1}')::bigint AS spend
    FROM of JOIN ledger_transaction t USING (bucket, member_id)
    WHERE t.kind IN ('sale', 'return')
)
SELECT sale, min(occurred_at) FILTER (WHERE kind = 'sale'), sum(spend)
FROM moved GROUP BY sale HAVING bool_or(kind = 'sale') ORDER BY 2, 1
"""
_CHAINS = """
SELECT bucket, member_id, kind, occurred_at, posted_at, postings::text, lots::text
FROM ledger_transaction ORDER BY bucket, member_id, seq
"""
_TAKEN_IN = """
SELECT hash FROM ledger_transaction
WHERE occurred_at < %(until)s AND posted_at < %(posted_before)s
  AND NOT (occurred_at < %(known_until)s AND posted_at < %(known_before)s)
ORDER BY bucket, member_id, seq
"""
_ROWS_AT_ONCE = 10_000
_NEVER = datetime.min.replace(tzinfo=UTC)
_NOTHING = WalletView(0, 0, 0)


def standing(member: MemberRef, programme: Compiled, at: datetime) -> str:
    """The code of the member's tier at `at` under `programme`; empty where that has no tiers."""
    terms = terms_of(programme)
    account = load_account(member, terms.fingerprint)
    book = Book(account, zone=programme.zone, posted_at=at)
    found = standing_at(book, terms.rungs, at)
    return found.tier if found else ""


def read_book(holder: MemberRef, programme: Compiled, *, now: datetime) -> Book:
    """The books of a member or a gift card as the clock has made them by `now`; nothing is locked or kept."""
    account = load_account(holder, terms_of(programme).fingerprint)
    book = Book(account, zone=programme.zone, posted_at=now)
    settle(book, at=now, version=programme.version, zone=programme.zone)
    return book


def last_sealed_day() -> date | None:
    """The latest day that is sealed: nothing may be posted on it or before any more."""
    return LedgerSeal.objects.order_by("-day").values_list("day", flat=True).first()


def read_vintages(zone: ZoneInfo, closed: Sequence[Closed] = ()) -> VintageBooks:
    """Every transaction by the month in which its points were earned; to be called inside a transaction.

    What came too late for a month of `closed` counts in the first one that was open.
    Memory does not grow with the number of members. Raises BooksUnlike where the books were tampered with.
    """
    books = VintageBooks(zone, closed)
    chains = Stream("ledger_vintages", _CHAINS)
    while chains.key is not None:
        books.take_in([Movement(*row[2:]) for row in chains.take(chains.key)])
    return books


def read_taken_in(
    until: datetime, posted_before: datetime, known: tuple[datetime, datetime] | None = None
) -> tuple[int, str]:
    """How many transactions occurred before `until` and were posted before that, and a SHA-256 over theirs.

    Those that the pair `known` of earlier such moments has are left out. The hash is in hexadecimals.
    """
    known_until, known_before = known or (_NEVER, _NEVER)
    params = {
        "until": until,
        "posted_before": posted_before,
        "known_until": known_until,
        "known_before": known_before,
    }
    count, digest = 0, sha256()
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_IN, params)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            count += len(rows)
            for (link,) in rows:
                digest.update(link)
    return count, digest.hexdigest()


def was_posted_since(moment: datetime, occurred_before: datetime) -> bool:
    """Whether anything that occurred before that was posted at `moment` or later."""
    rows = LedgerTransaction.objects.filter(posted_at__gte=moment, occurred_at__lt=occurred_before)
    return rows.exists()


def is_due_before(moment: datetime) -> bool:
    """Whether on some account something may be due by the clock before `moment` and is not posted yet."""
    return LedgerAccount.objects.filter(next_due__lt=micros(moment)).exists()


def first_occurred_at() -> datetime | None:
    """When the earliest transaction occurred; None before there is any."""
    found: datetime | None = LedgerTransaction.objects.aggregate(first=Min("occurred_at"))["first"]
    return found


def list_statement(
    member: MemberRef, *, before: int | None = None, limit: int = 50
) -> tuple[StatementLine, ...]:
    """A member's transactions, the newest first: at most `limit`, those with `seq` < `before`.

    Each tells what it moved and what was in the wallets after it, by sums of postings alone.
    """
    rows = LedgerTransaction.objects.filter(bucket=member.bucket, member_id=member.id)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[:limit])
    if not found:
        return ()
    after = _balances(member, found[0].seq)
    lines = []
    for row in found:
        moves = _moves(row.postings)
        lines.append(
            StatementLine(
                row.seq,
                row.kind,
                row.occurred_at,
                row.posted_at,
                row.source,
                row.version,
                moves,
                dict(after),
                row.facts,
            )
        )
        for code, move in moves.items():
            held = after[code]
            after[code] = WalletView(*(have - came for have, came in zip(held, move, strict=True)))
    return tuple(lines)


def _balances(member: MemberRef, seq: int) -> dict[str, WalletView]:
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [member.bucket, member.id, seq, list(MEMBER_ACCOUNTS)])
        return _wallets(cursor.fetchall())


def _moves(postings: Iterable[Sequence[Any]]) -> Mapping[str, WalletView]:
    return _wallets(posting for posting in postings if posting[1] in MEMBER_ACCOUNTS)


def _wallets(postings: Iterable[Sequence[Any]]) -> dict[str, WalletView]:
    wallets: dict[str, WalletView] = {}
    for currency, account, amount in postings:
        wallet = wallets.get(currency, _NOTHING)
        there: int = getattr(wallet, account)
        wallets[currency] = wallet._replace(**{account: there + amount})
    return dict(sorted(wallets.items()))


def list_purchases(member: MemberRef) -> list[tuple[UUID, datetime, int]]:
    """A member's purchases, those of members merged into it too, the earliest first.

    Each is (sale, moment, what was paid for the goods that were kept, in minor units): gift cards
    and money paid in are no goods.
    """
    members = [member.id, *map(UUID, _merged_into(member))]
    with connection.cursor() as cursor:
        cursor.execute(_PURCHASES, [[bucket_of(found) for found in members], members])
        return [(sale, at, int(kept)) for sale, at, kept in cursor.fetchall()]


def account_version(member: MemberRef) -> int:
    """How many transactions the member's chain has; 0 where nothing was ever posted."""
    rows = LedgerAccount.objects.filter(bucket=member.bucket, member_id=member.id)
    return rows.values_list("version", flat=True).first() or 0


def account_versions(members: Sequence[MemberRef]) -> dict[UUID, int]:
    """The same of many, by their ids; those with nothing posted are left out."""
    rows = LedgerAccount.objects.filter(
        bucket__in={member.bucket for member in members},
        member_id__in=[member.id for member in members],
    )
    return dict(rows.values_list("member_id", "version"))


def _merged_into(member: MemberRef) -> list[str]:
    rows = LedgerTransaction.objects.filter(bucket=member.bucket, member_id=member.id, kind="merge")
    return [str(key) for facts in rows.values_list("facts", flat=True) for key in facts["offsets"]]
