"""Prove the books: every member's ledger, and that sales, returns, claims and rewards agree with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.contexts.ledger.usecases.verify import LedgerAudit
from regulars.contexts.programme import queries as programmes
from regulars.contexts.rewards.queries.orders import list_booking_differences
from regulars.contexts.till.card_proof import list_card_differences
from regulars.contexts.till.promotion_proof import coupon_differences
from regulars.contexts.till.proof import SalesProof
from regulars.contexts.till.types import NOBODY
from regulars.core.ledger.audit import Difference, Standards
from regulars.core.programme.compiled import Compiled
from regulars.core.till.terms import terms_of

SHOWN_MAX = 1_000
Progress = Callable[[int], None]

# What is counted, not listed: entries that should have a partner and have none.
_COUNTS = {
    "verify.sale_unclaimed": """
        SELECT count(*) FROM till_sale s LEFT JOIN till_claim c
            ON c.store = s.store AND c.till = s.till AND c.number = s.number AND c.kind = 'sale'
           AND c.entry_id = s.id AND c.bucket = s.bucket AND c.member_id = s.member_id
        WHERE c.entry_id IS NULL""",
    "verify.return_unclaimed": """
        SELECT count(*) FROM till_return r LEFT JOIN till_claim c
            ON c.store = r.store AND c.till = r.till AND c.number = r.number AND c.kind = 'return'
           AND c.entry_id = r.id AND c.bucket = r.bucket AND c.member_id = r.member_id
        WHERE c.entry_id IS NULL""",
    "verify.claim_empty": """
        SELECT (SELECT count(*) FROM till_claim c LEFT JOIN till_sale s
                    ON s.bucket = c.bucket AND s.member_id = c.member_id AND s.id = c.entry_id
                WHERE c.kind = 'sale' AND s.id IS NULL)
             + (SELECT count(*) FROM till_claim c LEFT JOIN till_return r
                    ON r.bucket = c.bucket AND r.member_id = c.member_id AND r.id = c.entry_id
                WHERE c.kind = 'return' AND r.id IS NULL)
             + (SELECT count(*) FROM till_claim WHERE kind NOT IN ('sale', 'return'))""",
    "verify.transaction_without_sale": """
        SELECT count(*) FROM ledger_transaction t LEFT JOIN till_sale s
            ON s.bucket = t.bucket AND s.member_id = t.member_id AND s.id = t.source
           AND s.seq = t.seq
        WHERE t.kind = 'sale' AND s.id IS NULL""",
    "verify.transaction_without_return": """
        SELECT count(*) FROM ledger_transaction t LEFT JOIN till_return r
            ON r.id = t.source AND r.seq = t.seq AND r.sale_id::text = t.facts ->> 'sale'
           AND t.facts #>> '{q,0,1}' = (
               -CASE WHEN r.decision ->> 'spend' ~ '^-?[0-9]{1,18}$'
                     THEN (r.decision ->> 'spend')::bigint ELSE r.refund_minor END)::text
        WHERE t.kind = 'return' AND r.id IS NULL""",
    "verify.return_without_transaction": """
        SELECT count(*) FROM till_return r
        LEFT JOIN ledger_transaction t ON t.source = r.id AND t.kind = 'return' AND t.seq = r.seq
        WHERE t.source IS NULL AND (r.seq IS NOT NULL OR r.member_id <> %(nobody)s)""",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at and what was wrong; at most `SHOWN_MAX` differences are listed."""

    accounts: int
    transactions: int
    lots: int
    sales: int
    returns: int
    differences: tuple[Difference, ...]
    difference_count: int

    @property
    def books_are_right(self) -> bool:
        return not self.difference_count


def verify_books(*, progress: Progress = lambda done: None) -> Verdict:
    """Recompute everything from the transactions, in one snapshot.

    `progress` gets the transactions and sales that are done with: together as many as
    `verify_steps` says. Memory does not grow with the books. Nothing is written, nothing locked:
    tills go on meanwhile, and what they post is not in the snapshot.
    """
    standards = _standards()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ledger = LedgerAudit(standards, progress)
        sales = SalesProof(progress)
        shown: list[Difference] = []
        count = 0
        for found in (
            _altered_versions(),
            ledger.run(),
            sales.run(),
            _count_checks(),
            coupon_differences(),
            list_booking_differences(),
            list_card_differences(),
        ):
            counted = _Counted(found)
            shown += islice(counted, SHOWN_MAX - len(shown))
            count += counted.drain()
    return Verdict(
        ledger.accounts,
        ledger.transactions,
        ledger.lots,
        sales.sales,
        sales.returns,
        tuple(shown),
        count,
    )


def verify_steps() -> int:
    """How many steps `verify_books` reports where nobody posts meanwhile: for a progress bar."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_transaction) + (SELECT count(*) FROM till_sale)"
        )
        return int(cursor.fetchone()[0])


class _Counted:
    """An iterator that knows how much went through it."""

    def __init__(self, found: Iterator[Difference]) -> None:
        self._found = found
        self._count = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> Difference:
        difference = next(self._found)
        self._count += 1
        return difference

    def drain(self) -> int:
        """Go to the end; returns how many there were in all."""
        for _ in self:
            pass
        return self._count


def _altered_versions() -> Iterator[Difference]:
    for number in programmes.list_altered_versions():
        yield Difference("verify.version", None, (("version", number),))


def _count_checks() -> Iterator[Difference]:
    for code, query in _COUNTS.items():
        with connection.cursor() as cursor:
            cursor.execute(query, {"nobody": NOBODY.id})
            count = cursor.fetchone()[0]
        if count:
            yield Difference(code, None, (("count", count),))


def _standards() -> Standards:
    """Ladders and lowest balances of every version that was ever in force."""
    publications = programmes.get_timeline().timeline.publications
    numbers = sorted({publication.version for publication in publications})
    versions = [programmes.compiled(number) for number in numbers]
    rungs = [terms_of(version).rungs for version in versions]
    return Standards(
        {found.fingerprint: found for found in rungs if found},
        _floors(versions),
        versions[-1].zone if versions else ZoneInfo("UTC"),
    )


def _floors(versions: Iterable[Compiled]) -> dict[str, int | None]:
    """How far down a return may have brought each currency, under the most lenient version."""
    floors: dict[str, int | None] = {}
    for version in versions:
        negative = version.document.returns.earned == "negative"
        for code, currency in version.currencies.items():
            floor = currency.floor if negative else 0
            known = floors.get(code, 0)
            floors[code] = None if floor is None or known is None else min(floor, known)
    return floors
