"""Receipts and tables of codes as files: read, or refused whatever is in them."""

import json
from datetime import UTC, datetime

import pytest

from regulars.cli.coupon_columns import CodesColumnMissing, CouponColumnsUnclear, coupon_columns
from regulars.cli.receipt_files import ReceiptFileInvalid, read_receipt

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("told", ["code", "code=", "code=nothing", "name=Kod", "=Kod"])
def test_columns_said_wrongly_are_refused(told):
    with pytest.raises(CouponColumnsUnclear):
        coupon_columns(["Kod"], [told])
    with pytest.raises(CodesColumnMissing):
        coupon_columns(["Kod"], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"lines": []}',
        '{"lines": [{"sku": "a", "price_minor": -1}]}',
        '{"lines": [{"sku": "a", "price_minor": 1, "quantity": "NaN"}]}',
        '{"lines": [{"sku": "a", "price_minor": 1, "quantity": 1e999}]}',
        '{"lines": [{"sku": "a", "price_minor": 1, "quantity": 0.0001}]}',
        '{"lines": [{"sku": "a", "price_minor": 1, "unknown": 1}]}',
        '{"lines": [{"sku": "a", "price_minor": 1}], "occurred_at": "2026-01-01T00:00:00"}',
        '{"lines": [{"id": "1", "sku": "a", "price_minor": 1}, {"id": "1", "sku": "a", "price_minor": 1}]}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_what_is_no_receipt_is_refused(tmp_path, text):
    file = tmp_path / "receipt.json"
    file.write_text(text)
    with pytest.raises(ReceiptFileInvalid):
        read_receipt(file, store="", till="", now=NOW)


def test_a_receipt_is_read_like_a_quote(tmp_path):
    file = tmp_path / "receipt.json"
    body = {
        "member": {"card": "1"},
        "occurred_at": "2026-04-01T12:00:00+03:00",
        "lines": [
            {"sku": "milk", "quantity": 0.137, "price_minor": 10_000, "category": ["food"]},
            {"id": "x", "sku": "tea", "quantity": "2", "price_minor": 500, "amount_minor": 900},
        ],
        "codes": ["spring-AB", "SPRING ab", "?!" * 99],
        "claims": {"bonus": 2},
    }
    file.write_text(json.dumps(body))
    asked = read_receipt(file, store="s1", till="1", now=NOW)
    milk, tea = asked.receipt.lines
    assert (milk.id, milk.quantity, milk.amount_minor) == ("1", 137, 1370)
    assert (tea.id, tea.quantity, tea.amount_minor) == ("x", 2000, 900)
    assert asked.codes == {"SPR1NGAB": "SPRING ab"}
    assert (asked.member, dict(asked.claims), asked.dated) == (("card", "1"), {"bonus": 2}, True)
    assert asked.receipt.occurred_at == datetime(2026, 4, 1, 9, tzinfo=UTC)


def test_columns_are_known_by_their_headings():
    found = coupon_columns(["№", "Код купона", "Действует до", "Карта"], [])
    assert found == {"Код купона": "code", "Действует до": "until", "Карта": "card"}
    assert coupon_columns(["a", "Код"], ["code=a"]) == {"a": "code"}
