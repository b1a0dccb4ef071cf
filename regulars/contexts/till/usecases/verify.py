"""Prove the books: every member's ledger, and that sales, returns, claims and rewards agree with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.contexts.ledger.usecases.verify import LedgerAudit
from regulars.contexts.programme import queries as programmes
from regulars.contexts.rewards.queries import list_unbooked_redemptions
from regulars.contexts.till.proof import SalesProof
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
           AND -r.refund_minor = (t.facts #>> '{q,0,1}')::bigint
        WHERE t.kind = 'return' AND r.id IS NULL""",
    "verify.return_without_transaction": """
        SELECT count(*) FROM till_return r
        LEFT JOIN ledger_transaction t ON t.source = r.id AND t.kind = 'return' AND t.seq = r.seq
        WHERE t.source IS NULL AND (r.seq IS NOT NULL OR r.member_id <> %(nobody)s)""",
    "verify.redemption_missing": """
        SELECT count(*) FROM ledger_transaction t
        LEFT JOIN rewards_redemption d ON d.id = t.source
        WHERE t.kind IN ('spend', 'unspend') AND d.id IS NULL""",
}
