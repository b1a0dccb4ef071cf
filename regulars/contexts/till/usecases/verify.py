"""Prove the books: every member's ledger, and that sales, returns and claims agree with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import connection, transaction

from regulars.contexts.ledger.usecases.verify import LedgerAudit, Stream
from regulars.contexts.programme import queries as programmes
from regulars.core.ledger.accounts import ISSUED
from regulars.core.ledger.audit import Difference, Standards
from regulars.core.programme.compiled import Compiled
from regulars.core.till.terms import terms_of

SHOWN_MAX = 1_000
Progress = Callable[[int], None]

_SALES = """
SELECT s.bucket, s.member_id, s.id, s.seq, s.gross_minor, s.discount_minor, s.points_minor,
       s.paid_minor, s.returns, s.returned::text, s.decision::text,
       t.kind, t.source, t.postings::text
FROM till_sale s
LEFT JOIN ledger_transaction t
    ON t.bucket = s.bucket AND t.member_id = s.member_id AND t.seq = s.seq
ORDER BY s.bucket, s.member_id, s.id
"""
_RETURNS = """
SELECT bucket, member_id, sale_id, lines::text, refund_minor
FROM till_return ORDER BY bucket, member_id, sale_id, id
"""
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
        SELECT (SELECT count(*) FROM till_claim)
             - (SELECT count(*) FROM till_sale) - (SELECT count(*) FROM till_return)""",
    "verify.transaction_without_sale": """
        SELECT count(*) FROM ledger_transaction t LEFT JOIN till_sale s
            ON s.bucket = t.bucket AND s.member_id = t.member_id AND s.id = t.source
        WHERE t.kind = 'sale' AND s.id IS NULL""",
    "verify.transaction_without_return": """
        SELECT count(*) FROM ledger_transaction t LEFT JOIN till_return r ON r.id = t.source
        WHERE t.kind = 'return' AND r.id IS NULL""",
    "verify.return_without_transaction": """
        SELECT count(*) FROM till_return r
        LEFT JOIN ledger_transaction t ON t.source = r.id AND t.kind = 'return'
        WHERE r.seq IS NOT NULL AND t.source IS NULL""",
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
    """Recompute everything from the transactions, in one snapshot; `progress` gets steps done.

    Memory does not grow with the books. Nothing is written and nobody waits.
    """
    standards = _standards()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ledger = LedgerAudit(standards, progress)
        sales = _SalesAudit(progress)
        shown: list[Difference] = []
        count = 0
        for found in (ledger.run(), sales.run(), _count_checks()):
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
    """About how many steps `verify_books` will report: for a progress bar."""
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


class _SalesAudit:
    """Sales side by side with their returns and their transactions."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.sales = 0
        self.returns = 0

    def run(self) -> Iterator[Difference]:
        """Every difference between sales, returns and the ledger."""
        sales = Stream("verify_sales", _SALES, width=3)
        returns = Stream("verify_returns", _RETURNS, width=3)
        while sales.key or returns.key:
            key = min(k for k in (sales.key, returns.key) if k)
            rows, back = sales.take(key), returns.take(key)
            self.sales += len(rows)
            self.returns += len(back)
            self._progress(1)
            if not rows:
                yield _wrong("verify.return_without_sale", key)
                continue
            yield from _check_sale(key, rows[0], back)


def _check_sale(
    key: tuple[Any, ...], row: tuple[Any, ...], back: list[tuple[Any, ...]]
) -> Iterator[Difference]:
    _, _, sale_id, seq, gross, discount, points, paid, returns, returned, decision, *linked = row
    body = orjson.loads(decision)
    if gross != discount + points + paid or sum(body["due"]) != paid:
        yield _wrong("verify.sale_money", key)
    if seq is not None:
        kind, source, postings = linked
        if kind != "sale" or source != sale_id:
            yield _wrong("verify.sale_without_transaction", key)
        elif _issued(postings) != _awarded(body["awards"]):
            yield _wrong("verify.sale_points", key)
    quantities: dict[str, int] = {}
    for _, _, _, lines, _ in back:
        for line, quantity in orjson.loads(lines).items():
            quantities[line] = quantities.get(line, 0) + quantity
    if quantities != (orjson.loads(returned) if returned else {}) or returns != len(back):
        yield _wrong("verify.sale_returned", key)
    if sum(refund for *_, refund in back) > paid:
        yield _wrong("verify.refund", key)


def _issued(postings: str) -> dict[str, int]:
    return {code: -amount for code, account, amount in orjson.loads(postings) if account == ISSUED}


def _awarded(awards: list[Any]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for _, currency, amount, _, _ in awards:
        sums[currency] = sums.get(currency, 0) + amount
    return sums


def _count_checks() -> Iterator[Difference]:
    for code, query in _COUNTS.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            count = cursor.fetchone()[0]
        if count:
            yield Difference(code, None, (("count", count),))


def _wrong(code: str, key: tuple[Any, ...]) -> Difference:
    return Difference(code, key[1], (("sale", str(key[2])),))


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


def _floors(versions: list[Compiled]) -> dict[str, int | None]:
    """How far down a return may have brought each currency, under the most lenient version."""
    floors: dict[str, int | None] = {}
    for version in versions:
        negative = version.document.returns.earned == "negative"
        for code, currency in version.currencies.items():
            floor = currency.floor if negative else 0
            known = floors.get(code, 0)
            floors[code] = None if floor is None or known is None else min(floor, known)
    return floors
