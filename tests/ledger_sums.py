"""What the ledger says of each member by currency: issued, spent, and held once the clock is made good."""

from datetime import datetime
from uuid import UUID

import psycopg

from regulars.contexts.ledger.books import load_account
from regulars.contexts.members.types import MemberRef
from regulars.core.economics.file_replay import member_key
from regulars.core.economics.replayed import FIXED, KEY, PER_CURRENCY, Replayed
from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.till.decision import MemberFacts
from regulars.core.till.terms import terms_of
from regulars.kit.dsn import Access
from regulars.kit.transactions import in_transaction

Sums = dict[tuple[object, str], tuple[int, int, int]]

_FLOWS = """
SELECT t.bucket, t.member_id, p ->> 0, p ->> 1, sum((p ->> 2)::bigint)
FROM ledger_transaction t
JOIN members_member m ON m.bucket = t.bucket AND m.id = t.member_id,
     json_array_elements(t.postings) AS p
GROUP BY 1, 2, 3, 4
"""


def in_ledger(access: Access, programme: Compiled, at: datetime) -> Sums:
    """By member id and currency; what is due at `at` and not posted yet is reckoned as posted."""
    flows: dict[tuple[MemberRef, str], dict[str, int]] = {}
    with psycopg.connect(access.owner.conninfo) as connection:
        for bucket, member, currency, account, amount in connection.execute(_FLOWS):
            ref = MemberRef(bucket, member)
            flows.setdefault((ref, currency), {})[account] = int(amount)
    books = {ref: in_transaction(lambda ref=ref: _book(ref, programme, at)) for ref, _ in flows}
    return {
        (ref.id, currency): (
            -accounts.get("issued", 0),
            accounts.get("redeemed", 0),
            sum(books[ref].wallet(currency)),
        )
        for (ref, currency), accounts in flows.items()
    }


def _book(ref: MemberRef, programme: Compiled, at: datetime) -> Book:
    account = load_account(ref, terms_of(programme).fingerprint)
    book = Book(account, zone=programme.zone, posted_at=at)
    settle(book, at=at, version=programme.version, zone=programme.zone)
    return book


def in_replay(found: Replayed) -> Sums:
    """The same by the members' keys of a replay; who has nothing of a currency is left out."""
    sums: Sums = {}
    for row in found.members.tolist():
        for place, currency in enumerate(found.currencies):
            issued, spent, _, held = row[FIXED + PER_CURRENCY * place :][:PER_CURRENCY]
            sums[row[KEY], currency] = (issued, spent, held)
    return sums


def keyed(sums: Sums) -> Sums:
    """Sums of the ledger by the keys that a replay gives its members."""
    return {(key_of(member), currency): told for (member, currency), told in sums.items()}


def key_of(member: UUID) -> int:
    """The key of a member in a replay."""
    return member_key(MemberFacts(member, "", None, None, "", frozenset(), {}))


def something(sums: Sums) -> Sums:
    """Without those who never had anything."""
    return {key: told for key, told in sums.items() if any(told)}
