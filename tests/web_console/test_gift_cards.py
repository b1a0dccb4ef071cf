"""Gift cards in the console: made with their PINs once, looked up, blocked, replaced, for whom."""

import pytest
from card_shop import CARDS, CardShop
from till_shop import open_shop

from regulars.contexts.rewards.models import GiftCard, GiftCardBatch
from regulars.contexts.rewards.queries.gift_cards import get_gift_card
from regulars.contexts.security.types import Role, system_actor
from regulars.kit.clock import utc_now

EVIL = "<script>alert(1)</script>"
ONE = "/console/gift-cards/one/"


@pytest.fixture
def cards(django_on_fresh_database):
    with open_shop(django_on_fresh_database, CARDS, utc_now()) as shop:
        yield CardShop(shop)


def sold(cards, place=0, roubles=300):
    cards.load(cards.cards[place], roubles)
    return cards.cards[place].number


def status(number):
    return get_gift_card(number, now=utc_now(), by=system_actor("tests")).status


def test_a_batch_is_made_and_its_pins_come_once(cards, sign_in):
    browser = sign_in(Role.MARKETER)
    made = browser.post("/console/gift-cards/new/", {"code": "xmas", "count": "3"})
    rows = made.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 4
    assert "no-store" in made["Cache-Control"]
    number, pin = rows[1].split(",")
    assert GiftCard.objects.filter(number=number.lstrip("'")).exists()
    assert len(pin.lstrip("'")) == 4
    page = browser.get("/console/gift-cards/").content.decode()
    assert "xmas" in page
    assert number not in page
    assert (
        browser.post("/console/gift-cards/new/", {"code": "xmas", "count": "3"}).status_code == 422
    )
    assert GiftCardBatch.objects.get(code="xmas").made == 3


def test_a_card_is_looked_up_blocked_let_work_and_replaced(cards, sign_in):
    number = sold(cards)
    browser = sign_in(Role.SUPPORT)
    page = browser.post(ONE, {"number": number, "what": "look"}).content.decode()
    assert "300" in page
    for what, now in (("block", "blocked"), ("unblock", "active")):
        browser.post(ONE, {"number": number, "what": what, "reason": EVIL})
        assert status(number) == now
    fresh = cards.cards[1].number
    sent = {"number": number, "what": "replace", "new_number": fresh, "reason": "lost"}
    assert browser.post(ONE, sent).status_code == 200
    assert (status(number), status(fresh)) == ("replaced", "active")


def test_what_is_no_card_is_told_escaped_and_others_may_not_act(cards, sign_in):
    number = sold(cards)
    browser = sign_in(Role.SUPPORT)
    for wrong in (EVIL, "1", "\0"):
        answer = browser.post(ONE, {"number": wrong, "what": "look"})
        assert EVIL not in answer.content.decode()
        assert "What is on it" not in answer.content.decode()
    auditor = sign_in(Role.AUDITOR)
    assert auditor.post(ONE, {"number": number, "what": "look"}).status_code == 200
    sent = {"number": number, "what": "block", "reason": "x"}
    assert auditor.post(ONE, sent).status_code == 403
    assert auditor.get("/console/gift-cards/new/").status_code == 403
    assert sign_in(Role.CASHIER).get("/console/gift-cards/").status_code == 403
    forged = sign_in(Role.OWNER, enforce_csrf_checks=True)
    assert forged.post(ONE, sent).status_code == 403
    assert status(number) == "active"
