"""Gift cards over HTTP: made, sold, paid with, asked about, returned; guessing stopped; nothing leaks."""

import json

import pytest

UNKNOWN = "9900000000000000001"


@pytest.fixture
def cards(api):
    made = api("manage/all", "POST", "/manage/v1/gift-card-batches", {"code": "b1", "count": 4})
    assert made.status_code == 201, made.text
    return made.json()["cards"]


@pytest.fixture
def sell(api, receipt):
    """Sells a card with so many kopecks on it; gives the answer."""

    def sell(card, amount=50_000, number="sold", **more):
        line = {"id": "gc", "sku": "GC", "quantity": 1, "price_minor": amount,
                "kind": "gift_card", "card": card["number"]}  # fmt: skip
        body = receipt(card=None, lines=[line], **more)
        return api("s1/1", "PUT", f"/till/v1/receipts/{number}", body)

    return sell


def balance(api, card, who="s1/1", pin=None):
    body = {"number": card["number"], "pin": card["pin"] if pin is None else pin}
    return api(who, "POST", "/till/v1/gift-cards/balance", body)


def wrong_pin(card):
    return "0000" if card["pin"] != "0000" else "1111"


def use(card, **more):
    return {"number": card["number"], "pin": card["pin"], **more}


def test_a_card_is_sold_pays_a_part_and_gets_it_back(api, receipt, cards, sell):
    gift = cards[0]
    sold = sell(gift)
    assert sold.status_code == 201, sold.text
    (load,) = sold.json()["loads"]
    assert (load["amount_minor"], load["sold"], load["number"][-4:]) == (
        50_000,
        True,
        gift["number"][-4:],
    )
    assert (sold.json()["due_minor"], sold.json()["earned"]) == (50_000, {})
    assert balance(api, gift).json()["balance_minor"] == 50_000
    body = receipt(gift_cards=[use(gift, amount_minor=15_000)])
    quote = api("s1/1", "POST", "/till/v1/quotes", body)
    assert quote.status_code == 200, quote.text
    assert (quote.json()["due_minor"], quote.json()["left_minor"]) == (20_000, 5_000)
    sale = api("s1/1", "PUT", "/till/v1/receipts/r1", body)
    assert sale.status_code == 201, sale.text
    (tender,) = sale.json()["tenders"]
    assert (tender["amount_minor"], sale.json()["left_minor"]) == (15_000, 5_000)
    assert sale.json()["earned"] == {"points": 10}
    assert tender["reason"]["text"] == "Paid with a gift card: 150.00\u00a0RUB."
    again = api("s1/1", "PUT", "/till/v1/receipts/r1", body)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert balance(api, gift).json()["balance_minor"] == 35_000
    whole = {"sale": {"receipt_id": "r1"}, "occurred_at": body["occurred_at"]}
    back = api("s1/1", "PUT", "/till/v1/returns/b1", whole)
    assert back.status_code == 201, back.text
    assert back.json()["refund"]["money_minor"] == 5_000
    assert [each["amount_minor"] for each in back.json()["refund"]["tenders"]] == [15_000]
    assert balance(api, gift).json()["balance_minor"] == 50_000


def test_a_quote_is_committed_without_the_pin(api, receipt, cards, sell):
    gift = cards[0]
    sell(gift, 5_000)
    body = receipt(gift_cards=[use(gift)])
    token = api("s1/1", "POST", "/till/v1/quotes", body).json()["quote"]
    committed = {**body, "quote": token}
    del committed["gift_cards"]
    sale = api("s1/1", "PUT", "/till/v1/receipts/r1", committed)
    assert (sale.status_code, sale.json()["left_minor"]) == (201, 15_000)
    assert gift["number"] not in token
    assert gift["pin"] not in json.dumps(sale.json())


def test_a_refund_goes_onto_a_new_card(api, receipt, cards):
    body = receipt()
    api("s1/1", "PUT", "/till/v1/receipts/r1", body)
    back = api(
        "s1/1", "PUT", "/till/v1/returns/b1",
        {"sale": {"receipt_id": "r1"}, "occurred_at": body["occurred_at"],
         "gift_card": cards[1]["number"]},
    )  # fmt: skip
    assert back.status_code == 201, back.text
    assert (back.json()["refund"]["money_minor"], back.json()["refund"]["gift_card_minor"]) == (
        0,
        20_000,
    )
    assert balance(api, cards[1]).json()["balance_minor"] == 20_000


def test_what_cannot_be_used_is_answered_alike(api, cards, sell):
    """SyliusGiftCard#297, Hi.Events#1080: answers that tell which codes there are."""
    sell(cards[0])
    answers = [
        balance(api, cards[0], pin=wrong_pin(cards[0])),
        balance(api, cards[1]),
        balance(api, {"number": UNKNOWN, "pin": "1234"}),
        balance(api, {"number": "x", "pin": "\u0661\u0662\u0663\u0664"}),
    ]
    assert {answer.status_code for answer in answers} == {409}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "gift_card.not_valid"


def test_five_wrong_pins_stop_a_card_whichever_till_asks(api, cards, sell, receipt):
    gift, other = cards[0], cards[1]
    sell(gift)
    sell(other, number="other")
    for turn in range(5):
        who = ("s1/1", "s1/2")[turn % 2]
        assert balance(api, gift, who, pin=wrong_pin(gift)).status_code == 409
    stopped = balance(api, gift)
    assert (stopped.status_code, stopped.json()["code"]) == (429, "access.too_many_guesses")
    assert int(stopped.headers["Retry-After"]) > 60
    paying = api("s2/1", "PUT", "/till/v1/receipts/r1", receipt(gift_cards=[use(gift)]))
    assert paying.status_code == 429
    assert balance(api, other).status_code == 200
    spelled = {**gift, "number": f"{gift['number'][:5]} {gift['number'][5:]}"}
    assert balance(api, spelled).status_code == 429


def test_a_right_pin_forgives_the_wrong_ones_but_other_refusals_do_not(api, cards, sell, receipt):
    gift = cards[0]
    sell(gift)
    for _ in range(3):
        assert balance(api, gift, pin=wrong_pin(gift)).status_code == 409
        # A refusal that has nothing to do with the PIN neither counts nor forgives.
        late = receipt(minutes_ago=60 * 24 * 365, gift_cards=[use(gift, pin=wrong_pin(gift))])
        late["gift_cards"][0]["pin"] = wrong_pin(gift)
        assert api("s1/1", "PUT", "/till/v1/receipts/late", late).status_code == 409
    assert balance(api, gift).status_code == 200
    for _ in range(5):
        assert balance(api, gift, pin=wrong_pin(gift)).status_code == 409
    assert balance(api, gift).status_code == 429


def test_the_answer_that_is_kept_shows_no_cards(api):
    path, body = "/manage/v1/gift-card-batches", {"code": "b9", "count": 2}
    first = api("manage/all", "POST", path, body, key="k")
    again = api("manage/all", "POST", path, body, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert len(first.json()["cards"]) == 2
    assert again.json()["cards"] is None
    twice = api("manage/all", "POST", path, body, key="other")
    assert (twice.status_code, twice.json()["code"]) == (422, "gift_card.batch_invalid")


def test_support_finds_blocks_replaces_and_corrects(api, cards, sell):
    old, new = cards[0], cards[1]
    sell(old)
    found = api("manage/all", "POST", "/manage/v1/gift-cards/find", {"number": old["number"]})
    assert found.status_code == 200, found.text
    card = found.json()
    assert (card["status"], card["balance_minor"]) == ("active", 50_000)
    assert old["number"] not in found.text
    path = f"/manage/v1/gift-cards/{card['id']}"
    why = {"reason": "Lost in the bus"}
    member = str(api.world.member)
    owned = api("manage/all", "POST", f"{path}/owner", {"member": member})
    assert (owned.status_code, owned.json()["owner"]) == (200, member)
    nobody = {"member": "00000000-0000-0000-0000-000000000007"}
    assert api("manage/all", "POST", f"{path}/owner", nobody).status_code == 404
    assert api("manage/all", "POST", f"{path}/block", why).json()["status"] == "blocked"
    assert balance(api, old).status_code == 409
    assert api("manage/all", "POST", f"{path}/unblock", why).json()["status"] == "active"
    small = api("manage/all", "POST", f"{path}/adjustments", {"amount": -100, "reason": "Typo"})
    assert (small.status_code, small.json()["card"]["balance_minor"]) == (201, 49_900)
    replaced = api("manage/all", "POST", f"{path}/replace", {"new_number": new["number"], **why})
    assert (replaced.status_code, replaced.json()["balance_minor"]) == (200, 49_900)
    again = api("manage/all", "POST", f"{path}/replace", {"new_number": cards[2]["number"], **why})
    assert (again.status_code, again.json()["code"]) == (409, "gift_card.status_wrong")
    told = api("manage/all", "GET", f"{path}/transactions").json()["transactions"]
    assert [line["kind"] for line in told] == [
        "card_replace",
        "card_adjust",
        "card_block",
        "card_block",
        "card_sale",
    ]
    theirs = api("manage/all", "GET", f"/manage/v1/members/{member}/gift-cards").json()["cards"]
    assert sorted(line["status"] for line in theirs) == ["active", "replaced"]
    listed = api("manage/all", "GET", "/manage/v1/gift-card-batches/b1/cards").json()["cards"]
    assert sorted(line["status"] for line in listed) == ["active", "new", "new", "replaced"]


def test_a_large_correction_waits_for_a_second_person(api, cards, sell):
    sell(cards[0], 5_000_000)
    found = api("manage/all", "POST", "/manage/v1/gift-cards/find", {"number": cards[0]["number"]})
    path = f"/manage/v1/gift-cards/{found.json()['id']}/adjustments"
    asked = api("manage/all", "POST", path, {"amount": -4_000_000, "reason": "Typed wrong"})
    assert (asked.status_code, asked.json()["status"]) == (201, "waiting")
    decide = f"/manage/v1/approvals/{asked.json()['approval']['id']}/decide"
    alone = api("manage/all", "POST", decide, {"decision": "approved"})
    assert alone.status_code == 403
    done = api("manage/second", "POST", decide, {"decision": "approved"})
    assert (done.status_code, done.json()["status"]) == (200, "posted"), done.text
    assert balance(api, cards[0]).json()["balance_minor"] == 1_000_000


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/manage/v1/gift-card-batches", {"code": "x", "count": 1}),
        ("GET", "/manage/v1/gift-card-batches", None),
        ("POST", "/manage/v1/gift-cards/find", {"number": UNKNOWN}),
    ],
)
def test_who_may_not_is_refused(api, method, path, body):
    assert api("manage/reader", method, path, body).status_code == 403
    assert api("s1/1", method, path, body).status_code in (401, 403, 404)


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "gift_card", "card": UNKNOWN},
        {"kind": "gift_card", "card": ""},
        {"kind": "gift_card", "card": "'; DROP TABLE rewards_gift_card"},
        {"kind": "top_up", "card": UNKNOWN},
        {"kind": "gift_card", "card": UNKNOWN, "quantity": 2},
    ],
)
def test_hostile_lines_are_refused_with_a_pointer_and_write_nothing(api, receipt, line):
    body = receipt(lines=[{"id": "1", "sku": "GC", "quantity": 1, "price_minor": 100, **line}])
    answer = api("s1/1", "PUT", "/till/v1/receipts/r1", body)
    assert answer.status_code in (409, 422), answer.text
    assert answer.json()["pointer"].startswith("/lines/0")
    assert api("s1/1", "GET", "/till/v1/receipts/r1").status_code == 404


def test_late_receipts_may_pay_with_cards(api, receipt, cards, sell):
    gift = cards[0]
    sell(gift, 5_000)
    good = {**receipt(gift_cards=[use(gift)]), "kind": "receipt", "receipt_id": "l1"}
    bad = {**receipt(gift_cards=[use(gift)]), "kind": "receipt", "receipt_id": "l2"}
    answer = api("s1/1", "POST", "/till/v1/receipts/batch", {"items": [good, bad]})
    assert answer.status_code == 200, answer.text
    assert [item["status"] for item in answer.json()["items"]] == [201, 409]
