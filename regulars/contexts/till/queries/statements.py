"""What a member or a cashier may ask about the past: a sale by its number, a statement with reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from regulars.contexts.ledger.queries import list_statement
from regulars.contexts.ledger.types import StatementLine
from regulars.contexts.members.types import MemberRef
from regulars.contexts.till.mapping import reason_of, sale_view
from regulars.contexts.till.models import GoodsReturn, Sale
from regulars.contexts.till.types import SaleKey, SaleUnknown, SaleView
from regulars.core.reasons import Reason

_SALE = """
SELECT s.id, s.bucket, s.member_id, s.store, s.till, s.number, s.occurred_at, s.received_at,
       s.version, s.channel, s.tier, s.gross_minor, s.discount_minor, s.points_minor, s.paid_minor,
       s.receipt::text AS receipt, s.decision::text AS decision
FROM till_claim c
JOIN till_sale s ON s.bucket = c.bucket AND s.member_id = c.member_id AND s.id = c.entry_id
WHERE c.store = %s AND c.till = %s AND c.number = %s AND c.kind = 'sale'
"""


class Cause(NamedTuple):
    """Why something moved: the currency its amounts are in and what it gave (> 0) or took, if known."""

    reason: Reason
    currency: str | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a statement: what moved, by which receipt or return, and why."""

    line: StatementLine
    receipt: SaleKey | None
    causes: tuple[Cause, ...]


def get_sale(key: SaleKey) -> SaleView:
    """The sale with the till's number, as it was answered when it was made. Raises SaleUnknown."""
    with connection.cursor() as cursor:
        cursor.execute(_SALE, list(key))
        found = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    if found is None:
        raise SaleUnknown
    return sale_view(dict(zip(names, found, strict=True)))


def list_movements(
    member: MemberRef, *, before: int | None = None, limit: int = 50
) -> tuple[Movement, ...]:
    """The statement of a member, the newest first: at most `limit` lines with `seq` < `before`."""
    lines = list_statement(member, before=before, limit=limit)
    sources: dict[str, set[UUID]] = {"sale": set(), "return": set()}
    for line in lines:
        if line.kind in sources and line.source is not None:
            sources[line.kind].add(line.source)
    sales = _by_id(Sale, member, sources["sale"])
    returns = _by_id(GoodsReturn, member, sources["return"])
    return tuple(_movement(line, sales, returns) for line in lines)


def _movement(
    line: StatementLine, sales: Mapping[Any, Any], returns: Mapping[Any, Any]
) -> Movement:
    row = (sales if line.kind == "sale" else returns).get(line.source)
    if row is None or line.kind not in ("sale", "return"):
        return Movement(line, None, tuple(_causes_of_facts(line)))
    key = SaleKey(row.store, row.till, row.number)
    told = _causes_of_sale(row.decision) if line.kind == "sale" else _plain(row.decision["reasons"])
    return Movement(line, key, tuple(told))


def _causes_of_sale(decision: Mapping[str, Any]) -> Iterable[Cause]:
    for _, _, _, reason, *_ in decision["discounts"]:
        yield Cause(reason_of(reason))
    for currency, amount, _, _, _, reason in decision["payments"]:
        yield Cause(reason_of(reason), currency, -amount)
    for promotion, currency, amount, _ in decision.get("points", ()):
        price = Reason.of("payment.promotion", promotion=promotion, amount=amount)
        yield Cause(price, currency, -amount)
    for card, currency, amount, _, _, _, reason in decision.get("tenders", ()):
        if not card:  # a gift card is no wallet of the member
            yield Cause(reason_of(reason), currency, -amount)
    for _, card, _, currency, amount, _ in decision.get("loads", ()):
        if not card:
            yield Cause(Reason.of("payment.paid_in", money_minor=amount), currency, amount)
    for _, currency, amount, _, reason in decision["awards"]:
        yield Cause(reason_of(reason), currency, amount)
    yield from _plain(decision["cut"])


def _plain(reasons: Iterable[Any]) -> Iterable[Cause]:
    return (Cause(reason_of(reason)) for reason in reasons)


def _causes_of_facts(line: StatementLine) -> Iterable[Cause]:
    reason, event = line.facts.get("reason"), line.facts.get("event")
    if reason is not None:
        yield Cause(reason_of(reason))
    if event is not None:
        yield Cause(Reason.of("ledger.event", event=event))


def _by_id(model: Any, member: MemberRef, ids: set[UUID]) -> dict[UUID, Any]:
    if not ids:
        return {}
    rows = model.objects.filter(bucket=member.bucket, member_id=member.id, id__in=ids)
    return {row.id: row for row in rows}
