"""Rows and JSON of the till into core values and back; one shape is answered, stored and read again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from regulars.contexts.members.types import MemberRef
from regulars.contexts.till.types import (
    NOBODY,
    Balance,
    CommitSale,
    DecisionView,
    ReturnGoods,
    ReturnView,
    SaleKey,
    SaleView,
)
from regulars.core.ledger.accounts import State
from regulars.core.ledger.lots import Taken
from regulars.core.purchase import Line, Receipt
from regulars.core.reasons import Reason
from regulars.core.tiers import Grant
from regulars.core.till.decision import Decision, MemberFacts
from regulars.core.till.returns import Sold, SoldLine, Undone
from regulars.kit.compact_json import compact

Row = Mapping[str, Any]

_NO_TAGS: frozenset[str] = frozenset()
_NO_ATTRIBUTES: Mapping[str, Any] = {}
_CATEGORY, _TAGS = Line._fields.index("category"), Line._fields.index("tags")


def member_of(row: Row) -> MemberFacts | None:
    """The member in a row of `load.sql`; None where nobody was found."""
    if row["member_id"] is None:
        return None
    attributes = row["attributes"]
    return MemberFacts(
        row["member_id"],
        row["status"],
        row["enrolled_at"],
        row["birthday"],
        row["language"],
        frozenset(row["tags"] or _NO_TAGS),
        orjson.loads(attributes) if attributes and attributes != "{}" else _NO_ATTRIBUTES,
    )


def receipt_json(receipt: Receipt) -> str:
    """A receipt as it is stored."""
    return compact(
        {
            "lines": [_line_row(line) for line in receipt.lines],
            "payments": receipt.payments,
            "cashier": receipt.cashier,
            "store_brand": receipt.store_brand,
            "attributes": receipt.attributes,
        }
    )


def receipt_of(text: str, key: SaleKey, occurred_at: datetime, channel: str) -> Receipt:
    """A stored receipt."""
    body = orjson.loads(text)
    return Receipt(
        key.number,
        key.store,
        key.till,
        occurred_at,
        tuple(_line_of(row) for row in body["lines"]),
        channel,
        tuple((method, amount) for method, amount in body["payments"]),
        body["cashier"],
        body["store_brand"],
        body["attributes"],
    )


def reason_of(value: Sequence[Any]) -> Reason:
    """A reason out of stored JSON."""
    return Reason(value[0], tuple(dict(value[1]).items()))


def decision_view(decision: Decision) -> DecisionView:
    """A decision in its answered and stored shape."""
    return DecisionView(
        decision.version,
        decision.tier,
        decision.gross_minor,
        decision.discount_minor,
        decision.points_minor,
        decision.due_minor,
        decision.due,
        decision.discounts,
        tuple([(*payment[:5], payment.reason) for payment in decision.payments]),
        decision.earnings.awards,
        decision.earnings.cut,
    )


def stored_decision(
    view: DecisionView,
    taken: Mapping[str, Sequence[Taken]],
    counters: Sequence[tuple[str, int, int]],
    grants: Sequence[Grant],
    balances: Mapping[str, Balance],
    late: Mapping[str, Any] | None,
) -> str:
    """The decision with what a return and a repeated answer need."""
    return compact(
        {
            "due": view.due,
            "discounts": view.discounts,
            "payments": view.payments,
            "awards": view.awards,
            "cut": view.cut,
            "taken": taken,
            "counters": counters,
            "grants": grants,
            "balances": balances,
            "late": late,
        }
    )


def sale_view(row: Row, replayed: bool = False) -> SaleView:
    """A row of `till_sale` as it was answered when it was made."""
    body = orjson.loads(row["decision"])
    key = SaleKey(row["store"], row["till"], row["number"])
    view = DecisionView(
        row["version"],
        row["tier"],
        row["gross_minor"],
        row["discount_minor"],
        row["points_minor"],
        row["paid_minor"],
        *(_tuples(body[part]) for part in ("due", "discounts", "payments", "awards", "cut")),
    )
    return SaleView(
        row["id"],
        _ref_of(row),
        key,
        row["occurred_at"],
        row["received_at"],
        view,
        balances_of(body["balances"]),
        body["late"],
        receipt_of(row["receipt"], key, row["occurred_at"], row["channel"]),
        replayed,
    )


def return_view(row: Row, replayed: bool = False) -> ReturnView:
    """A row of `till_return` as it was answered when it was made."""
    body = orjson.loads(row["decision"])
    return ReturnView(
        row["id"],
        row["sale_id"],
        _ref_of(row),
        SaleKey(row["store"], row["till"], row["number"]),
        row["occurred_at"],
        row["received_at"],
        body["version"],
        row["refund_minor"],
        orjson.loads(row["lines"]),
        body["restored"],
        body["reversed"],
        body["taken_back"],
        _tuples(body["reasons"]),
        balances_of(body["balances"]),
        replayed,
    )


def stored_return(version: int, undone: Undone, balances: Mapping[str, Balance]) -> str:
    """What a return did, as it is stored."""
    return compact(
        {
            "version": version,
            "restored": undone.restored,
            "reversed": undone.reversed,
            "taken_back": undone.taken_back,
            "reasons": undone.reasons,
            "balances": balances,
        }
    )


def sold_of(
    sale_id: UUID, occurred_at: datetime, receipt: str, decision: str, lot_offset: int
) -> Sold:
    """A stored sale as returns see it; `lot_offset` where its lots moved to another member's books."""
    rows, body = orjson.loads(receipt)["lines"], orjson.loads(decision)
    lines = []
    for i, row in enumerate(rows):
        line = _line_of(row)
        earned: dict[str, int] = {}
        by_rule: dict[str, int] = {}
        for rule, currency, _, shares, _ in body["awards"]:
            if shares[i]:
                earned[currency] = earned.get(currency, 0) + shares[i]
                by_rule[rule] = by_rule.get(rule, 0) + shares[i]
        paid = {code: units[i] for code, _, _, _, units, _ in body["payments"] if units[i]}
        due = body["due"][i]
        lines.append(SoldLine(line.id, line.sku, line.quantity, due, earned, by_rule, paid))
    return Sold(
        sale_id,
        occurred_at,
        tuple(lines),
        {
            code: tuple(Taken(number + lot_offset, amount) for number, amount in parts)
            for code, parts in body["taken"].items()
        },
        [(key, period, delta) for key, period, delta in body["counters"]],
        [Grant(*grant) for grant in body["grants"]],
    )


def state_balances(state: State) -> dict[str, Balance]:
    """The wallets of a state, as answered."""
    return {code: Balance(*wallet) for code, wallet in state.wallets.items()}


def balances_of(value: Mapping[str, Sequence[int]]) -> dict[str, Balance]:
    """Balances out of stored JSON."""
    return {code: Balance(*amounts) for code, amounts in value.items()}


def sale_row(
    command: CommitSale, ref: MemberRef, view: SaleView, seq: int | None, stored: str
) -> tuple[Any, ...]:
    """The values of the `s_*` parameters of `till_save`, without the group."""
    receipt, decision = command.receipt, view.decision
    return (
        ref.bucket,
        ref.id,
        view.id,
        receipt.store,
        receipt.till,
        receipt.number,
        receipt.occurred_at,
        view.received_at,
        decision.version,
        seq,
        receipt.channel,
        decision.tier,
        decision.gross_minor,
        decision.discount_minor,
        decision.points_minor,
        decision.due_minor,
        receipt_json(receipt),
        stored,
        command.body_digest,
        command.key_digest,
    )


def return_row(
    command: ReturnGoods, view: ReturnView, sale: Row, seq: int | None, undone: Undone
) -> tuple[Any, ...]:
    """The values of the `r_*` parameters of `till_save`, without the group."""
    return (
        sale["sale_bucket"],
        sale["sale_member"],
        view.id,
        view.sale,
        command.store,
        command.till,
        command.number,
        command.occurred_at,
        view.received_at,
        seq,
        undone.refund_minor,
        compact(undone.quantities),
        stored_return(view.version, undone, view.balances),
        command.body_digest,
        command.key_digest,
        sale["sale_returns"],
        compact(undone.returned),
    )


def _ref_of(row: Row) -> MemberRef | None:
    ref = MemberRef(row["bucket"], row["member_id"])
    return None if ref.id == NOBODY.id else ref


def _tuples(value: Any) -> Any:
    """Lists out of JSON as the tuples they were made of."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _line_row(line: Line) -> tuple[Any, ...]:
    return (*line[:_TAGS], sorted(line.tags), *line[_TAGS + 1 :])


def _line_of(row: Sequence[Any]) -> Line:
    values = list(row)
    values[_CATEGORY], values[_TAGS] = tuple(values[_CATEGORY]), frozenset(values[_TAGS])
    return Line._make(values)
