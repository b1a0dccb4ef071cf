"""Promotions, codes and coupons through the desk: quotes keep their word, sales and returns happen once."""

from hashlib import sha256
from uuid import uuid4

import psycopg
import pytest
from till_shop import DOCUMENT, NOW, Shop, open_shop

from regulars.contexts.till.types import (
    CancelQuote,
    CommitSale,
    MemberKey,
    QuoteChanged,
    QuoteInvalid,
    QuoteSale,
)
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.purchase import DELIVERY, Line

PROMOTIONS = [
    {
        "id": "ten",
        "title": {"en": "Ten", "ru": "Десять"},
        "kind": "percent",
        "params": {"percent": 10},
    },
    {
        "id": "coupon",
        "title": "A hundred off",
        "kind": "amount_off",
        "params": {"amount": 100},
        "trigger": {"kind": "coupon"},
    },
    {
        "id": "word",
        "title": "A word",
        "kind": "percent",
        "params": {"percent": 50},
        "trigger": {"kind": "code", "codes": ["HALF"]},
        "budget": "small",
    },
    {
        "id": "next",
        "title": "Next time",
        "kind": "issue_coupon",
        "params": {"promotion": "coupon", "count": 2, "valid": {"days": 30}},
        "when": {"amount": {"min": 1000}},
    },
    {
        "id": "mug",
        "title": "A mug",
        "kind": "gift_item",
        "params": {"sku": "mug"},
        "level": "order",
        "when": {"amount": {"min": 2000}},
    },
]
BUDGETS = [{"id": "small", "title": "Small", "money": 300}]
DOCUMENT_WITH = {**DOCUMENT, "promotions": PROMOTIONS, "budgets": BUDGETS}


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, DOCUMENT_WITH) as opened:
        yield opened


def make_coupons(shop: Shop, *codes: str, promotion: str = "coupon", uses: int = 1) -> None:
    batch = f"b-{uuid4().hex[:8]}"
    shop.tamper(
        "INSERT INTO rewards_coupon_batch (code, title, promotion, kind, uses_max, bound, transferable,"
        " status, made, created_at, created_by, changed_at)"
        " VALUES (%s, 't', %s, 'imported', %s, false, true, 'open', 1, %s, 't', %s)",
        batch,
        promotion,
        uses,
        NOW,
        NOW,
    )
    for code in codes:
        shop.tamper(
            "INSERT INTO rewards_coupon (code, batch, status, uses_max, uses, reserved, issued_at)"
            " VALUES (%s, %s, 'ready', %s, 0, '{}', %s)",
            code,
            batch,
            uses,
            NOW,
        )


def uses_of(shop: Shop, code: str) -> tuple[str, int, int]:
    """Status, uses and reservations of a coupon."""
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        row = connection.execute(
            "SELECT status, uses, (SELECT count(*) FROM jsonb_object_keys(reserved))"
            " FROM rewards_coupon WHERE code = %s",
            (code,),
        ).fetchone()
    assert row is not None
    return row


def sell(shop, member, *prices, codes=(), quote=None, number="", lines=None, **more):
    receipt = shop.receipt(*prices, number=number)
    if lines:
        receipt = receipt._replace(lines=lines)
    key = None if member is None else MemberKey(ref=member)
    digest = sha256(repr((receipt, member, codes, quote)).encode()).digest()
    command = CommitSale(receipt, key, digest, quote=quote, codes=tuple(codes), **more)
    return shop.ask(command)


def ask(shop, member, *prices, codes=(), hold=False, **more):
    key = None if member is None else MemberKey(ref=member)
    return shop.ask(QuoteSale(shop.receipt(*prices), key, hold=hold, codes=tuple(codes), **more))


def test_a_sale_with_a_coupon_is_decided_stored_and_answered_again_the_same(shop):
    anna = shop.enrol("Anna")
    make_coupons(shop, "ABC")
    sale = sell(shop, anna, 500, 500, codes=["ABC"], number="r1")
    # 1000.00 − 10 % − 100.00
    assert [(row[0], row[1]) for row in sale.decision.discounts] == [
        ("ten", 10_000),
        ("coupon", 10_000),
    ]
    assert sale.decision.due_minor == 80_000
    assert [(row[0], row[1], row[2]) for row in sale.decision.codes] == [("ABC", "coupon", True)]
    assert uses_of(shop, "ABC") == ("ready", 1, 0)
    again = sell(shop, anna, 500, 500, codes=["ABC"], number="r1")
    assert again.replayed
    assert again == sale
    assert uses_of(shop, "ABC") == ("ready", 1, 0)
    used = sell(shop, anna, 500, codes=["ABC"])
    assert [(row[2], row[3][0]) for row in used.decision.codes] == [(False, "code.not_valid")]
    assert verify_books().books_are_right


def test_the_answer_to_a_code_does_not_tell_whether_it_exists(shop):
    anna, boris = shop.enrol("Anna"), shop.enrol("Boris")
    make_coupons(shop, "USED", "THEIRS", "GONE")
    sell(shop, anna, 500, codes=["USED"])
    shop.tamper(
        "UPDATE rewards_coupon SET bucket = %s, member_id = %s WHERE code = 'THEIRS'",
        boris.bucket,
        boris.id,
    )
    shop.tamper("UPDATE rewards_coupon_batch SET transferable = false")
    shop.tamper("UPDATE rewards_coupon SET status = 'revoked' WHERE code = 'GONE'")
    told = ask(shop, anna, 500, codes=["USED", "THEIRS", "GONE", "NEVER"]).decision.codes
    assert len({(promotion, accepted, reason) for _, promotion, accepted, reason in told}) == 1


def test_a_held_quote_keeps_the_coupon_for_its_commit(shop):
    anna, boris = shop.enrol("Anna"), shop.enrol("Boris")
    make_coupons(shop, "ABC")
    quote = ask(shop, anna, 500, codes=["ABC"], hold=True)
    assert quote.held
    assert uses_of(shop, "ABC") == ("ready", 0, 1)
    other = sell(shop, boris, 500, codes=["ABC"])
    assert [row[2] for row in other.decision.codes] == [False]
    sale = sell(shop, anna, 500, quote=quote.token)
    assert sale.decision.due_minor == quote.decision.due_minor == 35_000
    assert uses_of(shop, "ABC") == ("ready", 1, 0)
    assert verify_books().books_are_right


def test_a_cancelled_quote_lets_the_coupon_go(shop):
    anna, boris = shop.enrol("Anna"), shop.enrol("Boris")
    make_coupons(shop, "ABC")
    quote = ask(shop, anna, 500, codes=["ABC"], hold=True)
    shop.ask(CancelQuote(quote.token, shop.now))
    assert uses_of(shop, "ABC") == ("ready", 0, 0)
    assert sell(shop, boris, 500, codes=["ABC"]).decision.due_minor == 35_000
    with pytest.raises(QuoteChanged):
        sell(shop, anna, 500, quote=quote.token)


def test_a_quote_whose_coupon_went_meanwhile_is_changed_and_nothing_is_booked(shop):
    anna, boris = shop.enrol("Anna"), shop.enrol("Boris")
    make_coupons(shop, "ABC")
    quote = ask(shop, anna, 500, codes=["ABC"])
    sell(shop, boris, 500, codes=["ABC"])
    with pytest.raises(QuoteChanged) as changed:
        sell(shop, anna, 500, quote=quote.token)
    fresh = changed.value.fresh
    assert fresh.decision.due_minor == 45_000
    assert [row[2] for row in fresh.decision.codes] == [False]
    assert sell(shop, anna, 500, quote=fresh.token).decision.due_minor == 45_000


def test_a_quote_whose_budget_went_meanwhile_is_changed(shop):
    anna, boris = shop.enrol("Anna"), shop.enrol("Boris")
    quote = ask(shop, anna, 400, codes=["HA1F"])  # normalised: L is read as 1
    assert [row[2] for row in quote.decision.codes] == [True]
    sell(shop, boris, 500, codes=["HA1F"])  # takes 225 of the 300
    with pytest.raises(QuoteChanged):
        sell(shop, anna, 400, quote=quote.token)
    assert verify_books().books_are_right


def test_nobodys_receipt_has_codes_quotes_and_coupons_too(shop):
    make_coupons(shop, "ABC")
    quote = ask(shop, None, 500, codes=["ABC"], hold=True)
    assert (quote.decision.due_minor, quote.held) == (35_000, True)
    sale = sell(shop, None, 500, quote=quote.token)
    assert sale.decision.due_minor == 35_000
    assert uses_of(shop, "ABC") == ("ready", 1, 0)
    back = shop.give_back(sale.key)
    assert (back.refund_minor, back.coupons) == (35_000, ("ABC",))
    assert uses_of(shop, "ABC") == ("ready", 0, 0)
    assert verify_books().books_are_right


def test_coupons_for_the_next_purchase_come_with_the_sale_work_once_and_go_with_its_return(shop):
    anna = shop.enrol("Anna")
    sale = sell(shop, anna, 1500, number="r1")
    [(promotion, by, count, codes)] = sale.decision.issued
    assert (promotion, by, count, len(set(codes))) == ("coupon", "next", 2, 2)
    assert sell(shop, anna, 1500, number="r1").decision.issued == sale.decision.issued
    used = sell(shop, anna, 500, codes=[codes[0]])
    assert used.decision.due_minor == 32_750  # the tier's card first
    back = shop.give_back(sale.key)
    assert back.revoked == codes
    assert uses_of(shop, codes[0])[:2] == ("ready", 1)  # used: it stays as it is
    assert uses_of(shop, codes[1])[:2] == ("revoked", 0)
    late = sell(shop, anna, 500, codes=[codes[1]])
    assert [row[2] for row in late.decision.codes] == [False]
    assert verify_books().books_are_right


def test_what_is_only_decided_takes_and_brings_nothing(shop):
    anna = shop.enrol("Anna")
    make_coupons(shop, "ABC")
    tables = ("rewards_coupon", "till_allowance", "till_sale", "ledger_transaction")
    before = shop.rows(*tables)
    sale = sell(shop, anna, 1500, codes=["ABC", "HA1F"], dry_run=True)
    assert [codes for *_, codes in sale.decision.issued] == [()]
    ask(shop, anna, 1500, codes=["ABC", "HA1F"])
    assert shop.rows(*tables) == before


def test_a_quote_tells_of_gifts_missed_offers_and_of_every_promotion_where_asked(shop):
    anna = shop.enrol("Anna")
    quote = ask(shop, anna, 1900, explain=True)
    assert quote.decision.gifts == ()
    assert "mug" in [offer.promotion for offer in quote.missed]
    assert {one.promotion for one in quote.explained} == {p["id"] for p in PROMOTIONS}
    assert [one.promotion for one in quote.explained if one.applied] == ["ten", "next"]
    plain = ask(shop, anna, 2500)
    assert [(row[0], row[1]) for row in plain.decision.gifts] == [("mug", "mug")]
    assert plain.explained == ()


def test_a_partial_return_gives_back_the_budgets_share_and_the_rest_with_the_rest(shop):
    anna = shop.enrol("Anna")
    sale = sell(shop, anna, 200, 200, codes=["HA1F"])
    assert sale.decision.due_minor == 18_000
    shop.give_back(sale.key, {"1": 2})
    assert verify_books().books_are_right
    shop.give_back(sale.key)
    assert verify_books().books_are_right
    again = sell(shop, anna, 600, codes=["HA1F"])  # the whole budget is there again
    assert again.decision.discount_minor == 6_000 + 27_000


RECOMPUTED = {
    **DOCUMENT_WITH,
    "promotions": [
        {**PROMOTIONS[0], "when": {"amount": {"min": 500}}},
        {"id": "3for2", "title": "2 + 1", "kind": "n_for_m", "params": {"take": 3, "pay": 2}},
    ],
    "budgets": [],
    "returns": {"promotions": "recompute"},
}


def test_what_kept_goods_would_have_cost_more_is_deducted_and_made_good_in_the_end(
    django_on_fresh_database,
):
    with open_shop(django_on_fresh_database, RECOMPUTED) as shop:
        for member in (shop.enrol("Anna"), None):
            lines = [Line(str(i), f"a{i}", 1000, 20_000, 20_000) for i in range(4)]
            sale = sell(shop, member, 1, lines=tuple(lines))
            # Four at 200.00, one of them free, and 10 % off from 500.00 on.
            assert sale.decision.due_minor == 54_000
            # What is kept costs 400.00, 400.00, 200.00 and nothing after each of the returns.
            numbers = [f"{sale.id}-{i}" for i in range(4)]
            backs = [
                shop.give_back(sale.key, {str(i): 1}, number=number)
                for i, number in enumerate(numbers)
            ]
            assert [back.refund_minor for back in backs] == [14_000, 0, 20_000, 20_000]
            assert "return.deducted" in [reason[0] for reason in backs[1].reasons]
            assert shop.give_back(sale.key, {"1": 1}, number=numbers[1]) == backs[1]
        assert verify_books().books_are_right


def test_delivery_is_no_goods(shop):
    anna = shop.enrol("Anna")
    lines = (
        Line("1", "a", 1000, 10_000, 10_000),
        Line("2", "courier", 1000, 30_000, 30_000, kind=DELIVERY),
    )
    sale = sell(shop, anna, 1, lines=lines)
    assert sale.decision.due == (9_000, 30_000)
    read = shop.rows("till_sale")
    assert len(read[0]) == 1


def test_nobodys_commit_with_a_forged_quote_is_refused(shop):
    with pytest.raises(QuoteInvalid):
        sell(shop, None, 100, quote="abc.def")
