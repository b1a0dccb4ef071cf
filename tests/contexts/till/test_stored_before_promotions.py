"""What was stored and signed before there were promotions is read, answered and returned as ever."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import orjson
import psycopg
import pytest
from till_shop import DOCUMENT, NOW, open_shop

from regulars.contexts.till.mapping import sale_view, sold_of
from regulars.contexts.till.quotes import Quoted, read, sign
from regulars.contexts.till.types import QuoteInvalid, SaleKey
from regulars.core.till.returns import undo

# A sale as it was stored before there were promotions: lines of twelve values, discounts of four.
OLD_RECEIPT = json.dumps(
    {
        "lines": [
            ["1", "milk", 2000, 5000, 10000, ["food"], "", 0, None, None, [], "Milk"],
            ["2", "cheese", 137, 73000, 10001, ["food"], "", 0, None, None, ["soft"], ""],
        ],
        "payments": [["card", 18000]],
        "cashier": "7",
        "store_brand": "",
        "attributes": {},
    }
)
OLD_DECISION = json.dumps(
    {
        "due": [8500, 8501],
        "discounts": [
            ["card:gold", 1000, [500, 500], ["discount.card", [["tier", "gold"], ["percent", "5"]]]]
        ],
        "payments": [
            [
                "points",
                20,
                2000,
                [1000, 1000],
                [10, 10],
                ["payment.points", [["amount", 20], ["money_minor", 2000]]],
            ]
        ],
        "awards": [["base", "points", 17, [8, 9], ["earning.rate_per_amount", []]]],
        "cut": [],
        "taken": {"points": [[1, 20]]},
        "counters": [["rule:base:month", 675, 17]],
        "grants": [],
        "balances": {"points": [0, 17, 0]},
        "late": None,
    }
)


def test_a_sale_stored_before_there_were_promotions_is_answered_and_returned_as_ever():
    sale_id = uuid4()
    sold = sold_of(sale_id, NOW, OLD_RECEIPT, OLD_DECISION, 5)
    half = undo(sold, {}, {"1": 1000})
    assert (half.refund_minor, dict(half.restored), dict(half.reversed)) == (
        4_250,
        {"points": 5},
        {"points": 4},
    )
    rest = undo(sold, half.returned, None)
    assert half.refund_minor + rest.refund_minor == 17_001
    assert (rest.is_whole, rest.tenders, sold.taken["points"][0].lot) == (True, {}, 6)
    row = {
        "id": sale_id,
        "bucket": 1,
        "member_id": uuid4(),
        "store": "s1",
        "till": "1",
        "number": "r",
        "occurred_at": datetime(2026, 3, 2, tzinfo=UTC),
        "received_at": datetime(2026, 3, 2, tzinfo=UTC),
        "version": 1,
        "tier": "gold",
        "gross_minor": 20_001,
        "discount_minor": 1_000,
        "points_minor": 2_000,
        "paid_minor": 17_001,
        "channel": "store",
        "receipt": OLD_RECEIPT,
        "decision": OLD_DECISION,
    }
    view = sale_view(row)
    assert view.key == SaleKey("s1", "1", "r")
    assert (view.decision.gross_minor, view.decision.due_minor) == (20_001, 17_001)
    assert view.decision.codes == view.decision.gifts == view.decision.tenders == ()
    assert [line.kind for line in view.receipt.lines] == ["goods", "goods"]


def test_plain_goods_are_stored_as_before_there_were_promotions(django_on_fresh_database):
    with open_shop(django_on_fresh_database, DOCUMENT) as plain:
        sale = plain.sell(plain.enrol("Anna"), 100)
        with psycopg.connect(plain.access.owner.conninfo) as connection:
            [(receipt, decision)] = connection.execute(
                "SELECT receipt, decision FROM till_sale WHERE id = %s", (sale.id,)
            ).fetchall()
    assert {len(row) for row in receipt["lines"]} == {12}
    assert decision.keys() == json.loads(OLD_DECISION).keys()


def test_a_token_of_before_there_were_promotions_is_read_and_a_forged_one_is_not():
    secret = b"s" * 32
    old = Quoted("q", "m", "basket", 1, 2, 3, "promise", {"points": 5}, False)
    body = orjson.dumps([1, *old[:9]])
    seal = hmac.new(secret, b"quote" + body, sha256).digest()[:20]
    token = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (body, seal))
    assert read(token, secret) == old
    new = old._replace(codes=["A"], claims={"p": 2}, cards=[["card", 7]], coupons=["A"])
    assert read(sign(new, secret), secret) == new
    for forged in (token[:-1], sign(new, b"t" * 32), "a.b", "", "💥.x"):
        with pytest.raises(QuoteInvalid):
            read(forged, secret)
