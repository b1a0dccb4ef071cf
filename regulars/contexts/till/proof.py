"""Sales side by side with their returns and their transactions: whatever does not fit is a difference."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from regulars.contexts.ledger.usecases.verify import Stream
from regulars.contexts.till.mapping import returned_of, sold_of
from regulars.contexts.till.promotion_proof import EVENTS, LimitTally, coupons_fit
from regulars.contexts.till.types import NOBODY
from regulars.core.calendar import moment_of
from regulars.core.ledger.accounts import ISSUED, REDEEMED
from regulars.core.ledger.audit import Difference
from regulars.core.refusal import Refused
from regulars.core.till.pricing import MONEY_KINDS
from regulars.core.till.returns import undo

UNREADABLE = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a value raises that was changed until it is none any more."""

_SALES = """
SELECT s.bucket, s.member_id, s.id, s.seq, (extract(epoch FROM s.occurred_at) * 1000000)::bigint,
       s.gross_minor, s.discount_minor, s.points_minor, s.paid_minor, s.returns, s.returned::text,
       s.receipt::text, s.decision::text,
       (t.kind, t.source, t.occurred_at, t.version) = ('sale', s.id, s.occurred_at, s.version),
       t.postings::text, t.facts::text
FROM till_sale s
LEFT JOIN ledger_transaction t
    ON t.bucket = s.bucket AND t.member_id = s.member_id AND t.seq = s.seq
ORDER BY s.bucket, s.member_id, s.id
"""
_RETURNS = """
SELECT bucket, member_id, sale_id, lines::text, refund_minor, decision::text
FROM till_return ORDER BY bucket, member_id, sale_id, id
"""
_TOLD_AT_ONCE = 100
_AMOUNT_OF_LINE, _KIND_OF_LINE = 4, 12  # in the rows of a stored receipt


class _Sale(NamedTuple):
    """A row of `_SALES`."""

    bucket: int
    member: UUID
    id: UUID
    seq: int | None
    occurred: int  # micros
    gross: int
    discount: int
    points: int
    paid: int
    returns: int
    returned: str | None
    receipt: str
    decision: str
    posted: bool | None  # whether its transaction is the one of this sale
    postings: str
    facts: str


class SalesProof:
    """One pass over sales and returns; how many there were stands in `sales` and `returns`."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        """`progress` is told of the sales that are done with."""
        self._progress = progress
        self.sales = 0
        self.returns = 0
        self.limits = LimitTally()

    def run(self) -> Iterator[Difference]:
        """Every difference. To be called inside a read-only snapshot transaction."""
        sales = Stream("verify_sales", _SALES, width=3)
        returns = Stream("verify_returns", _RETURNS, width=3)
        events = Stream("verify_coupon_events", EVENTS, width=3)
        told = 0
        while keys := [key for key in (sales.key, returns.key, events.key) if key]:
            key = min(keys)
            rows, back, coupons = sales.take(key), returns.take(key), events.take(key)
            self.sales += len(rows)
            self.returns += len(back)
            if self.sales - told >= _TOLD_AT_ONCE:
                self._progress(self.sales - told)
                told = self.sales
            if rows:
                sale = _Sale(*rows[0])
                flaws = self._flaws(sale, back, coupons)
                yield from (_wrong(code, sale.member, sale.id) for code in flaws)
            elif back:
                yield _wrong("verify.return_without_sale", key[1], key[2])
            elif any(what == "used" for *_, what, _ in coupons):
                yield _wrong("verify.coupon_sale", key[1], key[2])
        self._progress(self.sales - told)
        yield from self.limits.differences()

    def _flaws(
        self, sale: "_Sale", back: list[tuple[Any, ...]], coupons: list[tuple[Any, ...]]
    ) -> list[str]:
        """The codes of what is wrong with one sale; what it took of shared limits is added up."""
        try:
            body = orjson.loads(sale.decision)
            decisions = [orjson.loads(row[-1]) for row in back]
            flaws = [*_flaws_of_money(sale, body), *_flaws_of_posting(sale, body)]
            returned, _ = returned_of(sale.returned)
            if back or returned or sale.returns:
                flaws += _flaws_of_returns(sale, returned, back, decisions)
            if not coupons_fit(body, coupons):
                flaws.append("verify.coupon_sale")
            for decided in (body, *decisions):
                self.limits.add(decided.get("allowances", ()))
        except UNREADABLE:
            return ["verify.sale_unreadable"]
        return flaws


def _flaws_of_money(sale: _Sale, body: Mapping[str, Any]) -> Iterator[str]:
    lines = orjson.loads(sale.receipt)["lines"]
    if (
        sale.gross != sale.discount + sale.points + sale.paid
        or sale.gross != _of_goods(lines, [line[_AMOUNT_OF_LINE] for line in lines])
        or sale.paid != _of_goods(lines, body["due"])
        or sale.points != sum(money for _, _, money, *_ in body["payments"])
        or sale.discount != sum(amount for _, amount, *_ in body["discounts"])
    ):
        yield "verify.sale_money"


def _of_goods(lines: Sequence[Sequence[Any]], amounts: Sequence[int]) -> int:
    """The sum over lines that are purchases: gift cards and top-ups are money changed into money."""
    return sum(
        amount
        for line, amount in zip(lines, amounts, strict=True)
        if len(line) <= _KIND_OF_LINE or line[_KIND_OF_LINE] not in MONEY_KINDS
    )


def _flaws_of_posting(sale: _Sale, body: Mapping[str, Any]) -> Iterator[str]:
    if sale.seq is None:
        if sale.member != NOBODY.id:
            yield "verify.sale_without_transaction"
        return
    if not sale.posted:
        yield "verify.sale_without_transaction"
        return
    issued: dict[str, int] = {}
    for _, currency, amount, *_ in body["awards"]:
        issued[currency] = issued.get(currency, 0) - amount
    redeemed: dict[str, int] = {}
    for currency, amount, *_ in body["payments"]:
        _add(redeemed, {currency: amount})
    for _, currency, amount, *_ in body.get("points", ()):
        _add(redeemed, {currency: amount})
    for card, currency, amount, *_ in body.get("tenders", ()):
        if not card:  # a gift card has books of its own
            _add(redeemed, {currency: amount})
    posted: dict[str, dict[str, int]] = {ISSUED: {}, REDEEMED: {}}
    for currency, account, amount in orjson.loads(sale.postings):
        posted.get(account, {})[currency] = amount
    if posted != {ISSUED: issued, REDEEMED: redeemed}:
        yield "verify.sale_points"
    facts = orjson.loads(sale.facts)
    (entry,) = facts["q"]
    if entry[1] != sale.paid:
        yield "verify.sale_money"
    if facts.get("c", []) != [list(counter) for counter in body["counters"]]:
        yield "verify.sale_counters"


def _flaws_of_returns(
    sale: _Sale,
    returned: Mapping[str, int],
    back: list[tuple[Any, ...]],
    decisions: list[Mapping[str, Any]],
) -> Iterator[str]:
    """Decide the returns of a sale again as one: their shares add up to exactly its shares."""
    quantities: dict[str, int] = {}
    restored: dict[str, int] = {}
    reversed_: dict[str, int] = {}
    refund = 0
    for (_, _, _, lines, refunded, _), told in zip(back, decisions, strict=True):
        refund += refunded + told.get("deducted", 0) + told.get("kept", 0)
        _add(quantities, orjson.loads(lines))
        _add(restored, told["restored"])
        _add(reversed_, told["reversed"])
    if quantities != returned or sale.returns != len(back):
        yield "verify.sale_returned"
    sold = sold_of(sale.id, moment_of(sale.occurred), sale.receipt, sale.decision, 0)
    try:
        whole = undo(sold, {}, quantities) if quantities else None
    except Refused:
        yield "verify.returned_more"
        return
    if refund != (whole.refund_minor if whole else 0):
        yield "verify.refund"
    if whole and (_some(whole.restored), _some(whole.reversed)) != (
        _some(restored),
        _some(reversed_),
    ):
        yield "verify.return_points"


def _add(sums: dict[str, int], amounts: Mapping[str, int]) -> None:
    for key, amount in amounts.items():
        sums[key] = sums.get(key, 0) + amount


def _some(amounts: Mapping[str, int]) -> dict[str, int]:
    return {key: amount for key, amount in amounts.items() if amount}


def _wrong(code: str, member: UUID, sale: UUID) -> Difference:
    return Difference(code, member, (("sale", str(sale)),))
