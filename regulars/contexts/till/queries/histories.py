"""What happened to our members and nobody's receipts, streamed out of the books to be replayed.

Rows are passed on as they are stored (`RawChain`); `read_chain` makes values of them, wherever and
whenever they are wanted: it needs no database.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from regulars.contexts.ledger.usecases.verify import Stream
from regulars.contexts.till.mapping import receipt_of
from regulars.contexts.till.types import NOBODY, SaleKey
from regulars.core.calendar import moment_of
from regulars.core.economics.books_replay import (
    Chain,
    PastEvent,
    PastMove,
    PastReturn,
    PastSale,
    Step,
)
from regulars.core.economics.replay import Asked
from regulars.core.ledger.accounts import MEMBER_ACCOUNTS
from regulars.core.promotions.result import Offer, Presented
from regulars.core.purchase import Event
from regulars.core.rewards.coupon import Coupon
from regulars.core.tiers import Grant
from regulars.core.till.decision import MemberFacts

_ENTRIES = """
SELECT t.bucket, t.member_id, t.kind, t.occurred_at, t.source,
       t.postings::text, t.lots::text, t.facts::text,
       s.id, s.store, s.till, s.number, s.channel, s.receipt::text, s.decision::text,
       r.sale_id, r.lines::text
FROM ledger_transaction t
JOIN members_member m ON m.bucket = t.bucket AND m.id = t.member_id
LEFT JOIN till_sale s
    ON t.kind = 'sale' AND s.bucket = t.bucket AND s.member_id = t.member_id AND s.id = t.source
LEFT JOIN till_return r ON t.kind = 'return' AND r.id = t.source AND r.seq = t.seq
WHERE t.kind NOT IN ('activate', 'expire', 'release', 'hold')
ORDER BY t.bucket, t.member_id, t.seq
"""
_MEMBERS = """
SELECT bucket, id, enrolled_at, birthday, language, tags, attributes::text
FROM members_member ORDER BY bucket, id
"""
_NOBODYS = """
SELECT s.bucket, s.id, s.occurred_at, s.store, s.till, s.number, s.channel,
       s.receipt::text, s.decision::text,
       (SELECT json_agg(json_build_array(
                   (extract(epoch FROM r.occurred_at) * 1000000)::bigint, r.lines)
               ORDER BY r.received_at, r.id)::text
        FROM till_return r
        WHERE r.bucket = s.bucket AND r.member_id = s.member_id AND r.sale_id = s.id)
FROM till_sale s WHERE s.member_id = %(nobody)s ORDER BY s.bucket, s.id
"""
_TIES = """
SELECT t.member_id, t.kind, t.source FROM ledger_transaction t
JOIN members_member m ON m.bucket = t.bucket AND m.id = t.member_id
WHERE t.kind IN ('give', 'receive', 'merge')
"""
_EXTENT = """
SELECT (SELECT count(*) FROM ledger_transaction) + (SELECT count(*) FROM till_sale),
       least((SELECT min(occurred_at) FROM ledger_transaction),
             (SELECT min(occurred_at) FROM till_sale)),
       greatest((SELECT max(occurred_at) FROM ledger_transaction WHERE kind <> 'expire'),
                (SELECT max(occurred_at) FROM till_sale))
"""
_PLAIN = ("spend", "adjust", "award", "unaward", "give")  # of whose amounts something is made


class Extent(NamedTuple):
    """About how many entries there are, and the moments of the first and the last."""

    entries: int
    first: datetime | None
    last: datetime | None


class RawMember(NamedTuple):
    """A member's row."""

    id: UUID
    enrolled_at: datetime
    birthday: date | None
    language: str
    tags: Sequence[str]
    attributes: str


class RawChain(NamedTuple):
    """A member with their entries as stored; without a member: a sale of nobody with its returns."""

    member: RawMember | None
    rows: Sequence[Sequence[Any]]


def read_extent() -> Extent:
    """How much there is to be streamed."""
    with connection.cursor() as cursor:
        cursor.execute(_EXTENT)
        return Extent(*cursor.fetchone())


def read_ties() -> dict[UUID, UUID]:
    """Members whose books touch: each with the one who stands for all of them; others are left out."""
    stands: dict[UUID, UUID] = {}

    def root(member: UUID) -> UUID:
        while stands.setdefault(member, member) != member:
            stands[member] = stands[stands[member]]
            member = stands[member]
        return member

    givers: dict[UUID, UUID] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TIES)
        for member, kind, source in cursor.fetchall():
            other = source if kind == "merge" else givers.setdefault(source, member)
            if other is not None:
                stands[root(member)] = root(other)
    return {member: root(member) for member in list(stands)}


def stream_chains() -> Iterator[RawChain]:
    """Every member who has entries, then nobody's sales; to be called inside one transaction."""
    members, entries = Stream("history_members", _MEMBERS), Stream("history_entries", _ENTRIES)
    while entries.key is not None:
        key = entries.key
        rows = [row[2:] for row in entries.take(key)]
        while members.key is not None and members.key < key:
            members.take(members.key)
        (member,) = members.take(key)
        yield RawChain(RawMember(*member[1:]), rows)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_NOBODYS, {"nobody": NOBODY.id})
        for row in cursor:
            yield RawChain(None, [row[1:]])


def read_family(chains: Sequence[RawChain]) -> list[Chain]:
    """Chains of members whose books touch as values to be replayed; each knows the others of its entries."""
    sides: dict[tuple[str, UUID], UUID] = {}
    for member, rows in chains:
        if member is not None and len(chains) > 1:
            sides.update({(row[0], row[2]): member.id for row in rows if row[2] is not None})
    return [_read_chain(chain, sides) for chain in chains]


def _read_chain(chain: RawChain, sides: Mapping[tuple[str, UUID], UUID]) -> Chain:
    if chain.member is None:
        return Chain(None, tuple(_nobodys(chain.rows[0])))
    member = _facts(chain.member)
    steps = (_step(row, sides) for row in chain.rows)
    return Chain(member, tuple(step for step in steps if step is not None))


def _facts(raw: RawMember) -> MemberFacts:
    attributes = orjson.loads(raw.attributes) if raw.attributes else {}
    return MemberFacts(
        raw.id,
        "active",
        raw.enrolled_at,
        raw.birthday,
        raw.language,
        frozenset(raw.tags),
        attributes,
    )


def _step(row: Sequence[Any], sides: Mapping[tuple[str, UUID], UUID]) -> Step | None:
    kind, at, source, postings, lots, facts, *sold = row
    sale, store, till, number, channel, receipt, decision, returned, lines = sold
    if kind == "sale":
        if sale is None:
            return None
        key = SaleKey(store, till, number)
        return PastSale(sale, receipt_of(receipt, key, at, channel), _asked(decision))
    if kind == "return":
        return None if returned is None else PastReturn(returned, orjson.loads(lines), at)
    told = orjson.loads(facts)
    if kind == "event":
        return PastEvent(Event(str(told.get("event", "")), at))
    amounts: dict[str, int] = {}
    for currency, account, amount in orjson.loads(postings) if kind in _PLAIN else ():
        if account in MEMBER_ACCOUNTS:
            amounts[currency] = amounts.get(currency, 0) + amount
    births = [move for move in orjson.loads(lots) if move[0] == "+"] if kind == "award" else []
    return PastMove(
        kind,
        at,
        source,
        {currency: amount for currency, amount in amounts.items() if amount},
        moment_of(births[0][5]) if births else None,
        tuple(Grant(*grant) for grant in told.get("g", ())) if kind == "grant" else (),
        _other(kind, source, sides),
    )


def _other(kind: str, source: UUID | None, sides: Mapping[tuple[str, UUID], UUID]) -> UUID | None:
    """Whom a gift went to or came from, or who was merged with whom."""
    if source is None or kind in ("merge", "merged"):
        return source
    partner = {"give": "receive", "receive": "give"}.get(kind)
    return None if partner is None else sides.get((partner, source))


def _asked(decision: str) -> Asked:
    """What came with a sale, out of what was decided: as good as it was then."""
    body = orjson.loads(decision)
    paid: dict[str, int | None] = {}
    for currency, amount, *_ in body["payments"]:
        paid[currency] = amount
    for card, currency, amount, *_ in body.get("tenders", ()):
        if not card:
            paid[currency] = amount
    codes = [
        (code, promotion) for code, promotion, accepted, _ in body.get("codes", ()) if accepted
    ]
    applied = {row[0]: row[5] if len(row) > 5 else 1 for row in body["discounts"]}
    applied |= {
        promotion: 1 for promotion, *_ in body.get("points", ()) if promotion not in applied
    }
    if not (codes or applied):
        return Asked(paid=paid)
    used = set(body.get("coupons", ()))
    coupons = {
        code: Coupon(code, "", promotion, 1, 0, 0, None, None, None, True, False)
        for code, promotion in codes
        if code in used
    }
    offers = {id: Offer(id, True, None, None) for id in applied}
    presented = Presented(tuple(code for code, _ in codes), coupons, applied, offers)
    return Asked(presented, paid)


def _nobodys(row: Sequence[Any]) -> Iterator[Step]:
    sale, at, store, till, number, channel, receipt, decision, returns = row
    asked = _asked(decision)._replace(paid={})
    yield PastSale(sale, receipt_of(receipt, SaleKey(store, till, number), at, channel), asked)
    for moment, lines in orjson.loads(returns) if returns else ():
        yield PastReturn(sale, lines, moment_of(moment))
