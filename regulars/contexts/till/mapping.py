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
from regulars.core.identifiers import mask_number
from regulars.core.ledger.accounts import State
from regulars.core.ledger.lots import Taken
from regulars.core.promotions.result import Allowance, Discount, Issued
from regulars.core.purchase import GOODS, Line, Receipt
from regulars.core.reasons import Reason
from regulars.core.tiers import Grant
from regulars.core.till.decision import Decision, MemberFacts
from regulars.core.till.given_back import GivenBack
from regulars.core.till.returns import NOTHING_DEDUCTED, Deducted, Undone
from regulars.core.till.sold import Brought, IssuedCodes, Means, Sold, sold_lines, spend_of
from regulars.kit.compact_json import compact

Row = Mapping[str, Any]

_NO_TAGS: frozenset[str] = frozenset()
_NO_ATTRIBUTES: Mapping[str, Any] = {}
_CATEGORY, _TAGS = Line._fields.index("category"), Line._fields.index("tags")
_KIND = Line._fields.index("kind")
_PLAIN = Discount._fields.index("spread")
_USUAL = tuple(Discount._field_defaults.values())
_NO_CARDS: Mapping[str, Sequence[Taken]] = {}
_MORE = ("tenders", "points", "gifts", "issued", "codes", "allowances", "coupons")


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
        row["rests_until"],
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


def decision_view(
    decision: Decision, issued: Sequence[tuple[Issued, tuple[str, ...]]] = ()
) -> DecisionView:
    """A decision in its answered and stored shape; `issued` are coupons with the codes they got."""
    view = DecisionView(
        decision.version,
        decision.tier,
        decision.gross_minor,
        decision.discount_minor,
        decision.points_minor,
        decision.due_minor,
        decision.due,
        tuple([_discount_row(discount) for discount in decision.discounts]),
        tuple([(*payment[:5], payment.reason) for payment in decision.payments]),
        decision.earnings.awards,
        decision.earnings.cut,
    )
    if decision.tenders or decision.points or decision.gifts:
        view = view._replace(tenders=decision.tenders, points=decision.points, gifts=decision.gifts)
    if decision.loads:
        loads = [load._replace(number=mask_number(load.number)) for load in decision.loads]
        view = view._replace(loads=tuple(loads))
    if decision.codes or decision.issued:
        codes = dict(issued)
        view = view._replace(
            codes=decision.codes,
            issued=tuple([(*one, codes.get(one, ())) for one in decision.issued]),
        )
    return view


def stored_decision(
    view: DecisionView,
    decision: Decision,
    taken: Mapping[str, Sequence[Taken]],
    grants: Sequence[Grant],
    balances: Mapping[str, Balance],
    late: Mapping[str, Any] | None,
    card_taken: Mapping[str, Sequence[Taken]] = _NO_CARDS,
) -> str:
    """The decision with what a return and a repeated answer need; what there is none of has no key."""
    body: dict[str, Any] = {
        "due": view.due,
        "discounts": view.discounts,
        "payments": view.payments,
        "awards": view.awards,
        "cut": view.cut,
        "taken": taken,
        "counters": (*decision.earnings.counters, *decision.counters),
        "grants": grants,
        "balances": balances,
        "late": late,
    }
    more = (view.tenders, view.points, view.gifts, view.issued, view.codes, decision.allowances)
    if any(more):
        found = zip(_MORE, (*more, decision.coupons), strict=True)
        body.update({name: value for name, value in found if value})
    if view.loads:
        body["loads"] = view.loads
    if card_taken:
        body["card_taken"] = card_taken
    return compact(body)


def sale_view(row: Row, replayed: bool = False) -> SaleView:
    """A row of `till_sale` as it was answered when it was made."""
    body = orjson.loads(row["decision"])
    key = SaleKey(row["store"], row["till"], row["number"])
    due = sum(body["due"])  # the columns are about goods only
    view = DecisionView(
        row["version"],
        row["tier"],
        row["discount_minor"] + row["points_minor"] + due,
        row["discount_minor"],
        row["points_minor"],
        due,
        *(_tuples(body[part]) for part in ("due", "discounts", "payments", "awards", "cut")),
        *(_tuples(body.get(part, [])) for part in (*_MORE[:5], "loads")),
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
        body.get("tenders", {}),
        tuple(code for code, _, _ in body.get("coupons", ())),
        tuple(body.get("revoked", ())),
        _tuples(body.get("onto")),
        body.get("kept", 0),
        replayed,
    )


def stored_return(
    version: int, undone: Undone, back: GivenBack, balances: Mapping[str, Balance]
) -> str:
    """What a return did, as it is stored; what there is none of has no key."""
    body: dict[str, Any] = {
        "version": version,
        "restored": undone.restored,
        "reversed": undone.reversed,
        "taken_back": undone.taken_back,
        "reasons": undone.reasons,
        "balances": balances,
    }
    if undone.spend_minor != undone.refund_minor:
        body["spend"] = undone.spend_minor
    more = {"tenders": undone.tenders, "deducted": undone.deduction_minor, **back._asdict()}
    more.update(kept=undone.kept_minor, unloaded=undone.unloaded_minor, onto=undone.onto)
    body.update({name: value for name, value in more.items() if value})
    return compact(body)


def returned_json(undone: Undone) -> str:
    """What has come back of a sale by now, by line; under the empty id what was deducted so far."""
    if not undone.deducted.amount_minor and not undone.deducted.tenders:
        return compact(undone.returned)
    return compact({**undone.returned, "": undone.deducted})


def returned_of(text: str | None) -> tuple[Mapping[str, int], Deducted]:
    """What had come back of a sale, and what was deducted."""
    if not text:
        return {}, NOTHING_DEDUCTED
    returned = orjson.loads(text)
    deducted = returned.pop("", None)
    return returned, Deducted(*deducted) if deducted else NOTHING_DEDUCTED


def sold_of(
    sale_id: UUID, occurred_at: datetime, receipt: str, decision: str, lot_offset: int
) -> Sold:
    """A stored sale as returns see it; `lot_offset` where its lots moved to another member's books."""
    rows, body = orjson.loads(receipt)["lines"], orjson.loads(decision)
    discounts = [_discount_of(row) for row in body["discounts"]]
    means = [
        Means(code, shares, units, False, reason[0] != "payment.items")
        for code, _, _, shares, units, reason in body["payments"]
    ]
    means += [
        Means(card or currency, shares, units, True)
        for card, currency, _, _, shares, units, _ in body.get("tenders", ())
    ]
    codes = body.get("codes", ())
    return Sold(
        sale_id,
        occurred_at,
        sold_lines(
            [_line_of(row) for row in rows],
            body["due"],
            discounts,
            means,
            [Brought(rule, currency, shares) for rule, currency, _, shares, _ in body["awards"]],
            [(currency, units) for _, currency, _, units in body.get("points", ())],
        ),
        {
            code: tuple(Taken(number + lot_offset, amount) for number, amount in parts)
            for code, parts in body["taken"].items()
        },
        [(key, period, delta) for key, period, delta in body["counters"]],
        [Grant(*grant) for grant in body["grants"]],
        [Allowance(*allowance) for allowance in body.get("allowances", ())],
        body.get("coupons", ()),
        [IssuedCodes(Issued(*one), tuple(made)) for *one, made in body.get("issued", ())],
        discounts,
        [(code, promotion) for code, promotion, accepted, _ in codes if accepted],
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
        spend_of(receipt.lines, [line.amount_minor for line in receipt.lines]),
        decision.discount_minor,
        decision.points_minor,
        spend_of(receipt.lines, decision.due),
        receipt_json(receipt),
        stored,
        command.body_digest,
        command.key_digest,
    )


def return_row(
    command: ReturnGoods,
    view: ReturnView,
    sale: Row,
    seq: int | None,
    undone: Undone,
    back: GivenBack,
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
        stored_return(view.version, undone, back, view.balances),
        command.body_digest,
        command.key_digest,
        sale["sale_returns"],
        returned_json(undone),
    )


def _ref_of(row: Row) -> MemberRef | None:
    ref = MemberRef(row["bucket"], row["member_id"])
    return None if ref.id == NOBODY.id else ref


def _tuples(value: Any) -> Any:
    """Lists out of JSON as the tuples they were made of."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _line_row(line: Line) -> tuple[Any, ...]:
    row = (*line[:_TAGS], sorted(line.tags), *line[_TAGS + 1 :])
    return row[:_KIND] if line.kind == GOODS and not line.card else row


def _line_of(row: Sequence[Any]) -> Line:
    values = list(row)
    values[_CATEGORY], values[_TAGS] = tuple(values[_CATEGORY]), frozenset(values[_TAGS])
    return Line(*values)


def _discount_row(discount: Discount) -> tuple[Any, ...]:
    """Without what is as it mostly is."""
    if discount.spread == discount.shares:
        discount = discount._replace(spread=None)
    return discount[:_PLAIN] if discount[_PLAIN:] == _USUAL else discount


def _discount_of(row: Sequence[Any]) -> Discount:
    id, amount, shares, reason, *more = row
    return Discount(id, amount, shares, reason_of(reason), *more)
