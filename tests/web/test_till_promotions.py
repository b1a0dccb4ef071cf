"""Promotions at the till over HTTP: codes, what was given and why, what was missed, in both languages."""

import pytest
from starlette.testclient import TestClient

from regulars.kit.database.lead import django_on
from regulars.web.api.app import build_app
from web.caller import Caller
from web.world import PROGRAMME, build_world

PROMOTIONS = [
    {
        "id": "dairy",
        "title": {"en": "Dairy days", "ru": "Молочные дни"},
        "kind": "percent",
        "params": {"percent": 10},
        "goods": {"skus": ["milk"]},
    },
    {
        "id": "word",
        "title": {"en": "With a word", "ru": "По слову"},
        "kind": "amount_off",
        "params": {"amount": 20},
        "trigger": {"kind": "code", "codes": ["HELLO"]},
    },
    {
        "id": "big",
        "title": {"en": "Big baskets", "ru": "Большие корзины"},
        "kind": "percent",
        "params": {"percent": 20},
        "when": {"amount": {"min": 250}},
        "level": "order",
    },
    {
        "id": "asked",
        "title": {"en": "On request", "ru": "По просьбе"},
        "kind": "gift_item",
        "params": {"sku": "mug"},
        "trigger": {"kind": "activated"},
        "price": {"currency": "points", "points": 10},
    },
    {
        "id": "gone",
        "title": "Gone",
        "kind": "percent",
        "params": {"percent": 1},
        "enabled": False,
    },
]


@pytest.fixture(scope="module")
def api(make_database, django_db_blocker):
    """The API of a business with promotions."""
    with django_db_blocker.unblock(), django_on(make_database()):
        world = build_world({**PROGRAMME, "promotions": PROMOTIONS})
        with TestClient(build_app()) as client:
            yield Caller(client, world)


def quote(api, body, **more):
    answer = api("s1/1", "POST", "/till/v1/quotes", body, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def commit(api, number, body, **more):
    return api("s1/1", "PUT", f"/till/v1/receipts/{number}", body, **more)


def test_a_code_is_answered_as_it_was_typed_and_the_discount_names_it(api, receipt):
    told = quote(api, receipt(codes=[" hel-lo", "nothing such"]))
    # Milk 100.00 − 10 %, cheese 100.00, then 20.00 off with the word.
    assert told["due_minor"] == told["left_minor"] == 17000
    assert [(d["id"], d["amount_minor"], d["code"], d["times"]) for d in told["discounts"]] == [
        ("dairy", 1000, None, 1),
        ("word", 2000, " hel-lo", 1),
    ]
    assert [(c["code"], c["accepted"], c["promotion"]) for c in told["codes"]] == [
        (" hel-lo", True, "word"),
        ("nothing such", False, None),
    ]
    assert told["codes"][1]["reason"]["code"] == "code.not_valid"


@pytest.mark.parametrize(("language", "title"), [("en", "Dairy days"), ("ru", "Молочные дни")])
def test_titles_and_reasons_are_in_the_language_asked_for(api, receipt, language, title):
    told = quote(api, receipt(), language=language)
    [discount] = told["discounts"]
    assert discount["title"] == title
    assert discount["reason"]["text"] != discount["reason"]["code"]


def test_missed_offers_and_explanations_are_whole_sentences(api, receipt):
    told = quote(api, receipt(explain=True))
    [missed] = [offer for offer in told["missed"] if offer["promotion"] == "big"]
    assert missed["missing_minor"] >= 6000  # 190.00 are left to pay, 250.00 are needed
    assert missed["gain_minor"] >= 5000
    assert missed["text"].startswith("Add 6")
    explained = {one["promotion"]: one for one in told["explained"]}
    assert explained.keys() == {p["id"] for p in PROMOTIONS}
    assert [id for id, one in explained.items() if one["applied"]] == ["dairy"]
    assert explained["dairy"]["amount_minor"] == 1000
    assert all(one["text"] and one["text"] != one["code"] for one in explained.values())
    assert quote(api, receipt())["explained"] == []
    assert quote(api, receipt(offers=False))["missed"] == []


def test_a_sale_with_codes_is_answered_again_the_same_and_another_code_is_another_receipt(
    api, receipt
):
    body = receipt(codes=["hello"])
    first = commit(api, "p1", body)
    assert first.status_code == 201, first.text
    assert first.json()["codes"][0]["code"] == "hello"
    again = commit(api, "p1", body)
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    other = commit(api, "p1", body | {"codes": ["other"]})
    assert (other.status_code, other.json()["code"]) == (422, "receipt.conflict")
    read = api("s1/1", "GET", "/till/v1/receipts/p1").json()
    assert read["discounts"] == [
        *first.json()["discounts"][:1],
        first.json()["discounts"][1] | {"code": read["codes"][0]["code"]},
    ]


def test_nobodys_receipt_gets_promotions(api, receipt):
    told = commit(api, "p2", receipt(card=None, codes=["hello"])).json()
    assert (told["discount_minor"], told["earned"]) == (3000, {})


def test_what_is_claimed_costs_its_points_and_gives_its_gift(api, receipt):
    earned = commit(api, "p3", receipt(lines=[{"sku": "tv", "price_minor": 40000}])).json()
    assert earned["balances"]["points"]["active"] >= 10
    before = earned["balances"]["points"]["active"]
    told = commit(api, "p4", receipt(claims={"asked": 1})).json()
    assert [(gift["sku"], gift["quantity"], gift["title"]) for gift in told["gifts"]] == [
        ("mug", "1", "On request")
    ]
    assert [(cost["promotion"], cost["amount"]) for cost in told["points_due"]] == [("asked", 10)]
    assert told["balances"]["points"]["active"] == before - 10 + told["earned"]["points"]
    path = f"/till/v1/members/{api.world.member}/statement"
    [line, *_] = api("s1/1", "GET", path).json()["lines"]
    assert {reason["code"] for reason in line["reasons"]} >= {
        "promotion.percent",
        "payment.promotion",
    }
    back = api(
        "s1/1",
        "PUT",
        "/till/v1/returns/R4",
        {"sale": {"receipt_id": "p4"}, "occurred_at": receipt()["occurred_at"]},
    ).json()
    assert back["points_restored"] == {"points": 10}
    assert back["refund"]["money_minor"] == back["refund_minor"] == told["due_minor"]


def test_a_quote_keeps_its_codes_for_the_commit(api, receipt):
    body = receipt(codes=["hello"])
    told = quote(api, body)
    del body["codes"]
    sale = commit(api, "p5", body | {"quote": told["quote"]})
    assert sale.status_code == 201, sale.text
    assert sale.json()["due_minor"] == told["due_minor"]
    twice = commit(api, "p6", body | {"quote": told["quote"], "codes": ["hello"]})
    assert (twice.status_code, twice.json()["code"]) == (422, "request.codes_with_quote")


def test_late_receipts_have_codes_too(api, receipt):
    body = {"items": [{"kind": "receipt", "receipt_id": "p7", **receipt(codes=["Hello"])}]}
    answer = api("s1/1", "POST", "/till/v1/receipts/batch", body)
    [item] = answer.json()["items"]
    assert item["status"] == 201, item
    assert item["answer"]["codes"][0]["code"] == "Hello"
    assert item["answer"]["discount_minor"] >= 3000


LINE = {"sku": "a", "price_minor": 100}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"codes": "hello"}, "request.type_wrong", "/codes"),
        ({"codes": [""]}, "request.text_malformed", "/codes/0"),
        ({"codes": ["a\0b"]}, "request.text_malformed", "/codes/0"),
        ({"codes": ["x" * 65]}, "request.text_malformed", "/codes/0"),
        ({"codes": [None]}, "request.type_wrong", "/codes/0"),
        ({"codes": ["a"] * 21}, None, "/codes"),
        ({"claims": {"asked": 0}}, None, "/claims/asked"),
        ({"claims": {"asked": 10**9}}, None, "/claims/asked"),
        ({"claims": {"asked": True}}, None, "/claims/asked"),
        ({"claims": {"nothing": 1}}, "promotion.unknown", "/claims/nothing"),
        ({"claims": {"gone": 1}}, "promotion.unknown", "/claims/gone"),
        ({"gift_cards": [{}]}, None, "/gift_cards/0/number"),
        ({"gift_cards": [{"number": "1", "amount_minor": 0}]}, None, "/gift_cards/0/amount_minor"),
        ({"gift_cards": [{"number": "1", "pin": "1" * 13}]}, None, "/gift_cards/0/pin"),
        ({"lines": [LINE | {"kind": "money"}]}, None, "/lines/0/kind"),
        ({"lines": [LINE | {"card": "123"}]}, "request.card_of_goods", "/lines/0"),
        ({"explain": True}, None, "/explain"),  # of quotes only
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_flaw_is_refused_and_told_where(api, receipt, change, code, pointer):
    answer = commit(api, "flawed", receipt() | change)
    told = answer.json()
    assert answer.status_code == 422, told
    flaws = told.get("errors") or [told]
    assert pointer in [flaw.get("pointer") for flaw in flaws], told
    if code is not None:
        assert code in [flaw["code"] for flaw in flaws], told
    assert "\0" not in answer.text


def test_odd_spellings_of_codes_break_nothing(api, receipt):
    odd = ["…", "💥", "—-—", "а" * 64, "%00", "'; DROP", "İ", "ß" * 40]
    told = quote(api, receipt(codes=odd))
    assert not any(code["accepted"] for code in told["codes"])
    assert {code["code"] for code in told["codes"]} <= set(odd)
