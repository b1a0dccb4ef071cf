"""Hostile and clumsy requests: a problem with code and pointer, nothing written, nothing told."""

import json
import logging

import pytest
from starlette.testclient import TestClient

from regulars.contexts.till.models import Claim, Sale
from regulars.core.wording.catalogue import SENTENCES
from regulars.web.api.app import build_app
from regulars.web.api.bodies import BODY_BYTES_MAX
from web.caller import Caller
from web.world import CARD, PHONE

PROBLEM = {"type", "title", "status", "code", "detail"}
MOMENT = "2026-11-21T18:30:00+03:00"


def assert_problem(answer, status, code, pointer=None):
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert told["status"] == status
    assert PROBLEM <= told.keys() <= PROBLEM | {"pointer", "errors"}
    assert told["type"] == f"urn:regulars:problem:{code}"
    assert code in SENTENCES["en"]
    if pointer is not None:
        assert told["pointer"] == pointer
    return told


def commit(api, body, **more):
    return api("s1/1", "PUT", "/till/v1/receipts/h1", body, **more)


def assert_nothing_happened():
    assert not Sale.objects.exists()
    assert not Claim.objects.exists()


BROKEN = [
    (b"", 400, "request.body_missing"),
    (b"{", 400, "request.not_json"),
    (b"\xff\xfe", 400, "request.not_json"),
    (b'{"member": "\xed\xa0\x80"}', 400, "request.not_json"),
    (b'{"member": {"card": "\\ud800"}}', 400, "request.not_json"),
    (b"[" * 100_000, 400, "request.not_json"),
    (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, "request.not_json"),
    (b"null", 422, "request.type_wrong"),
    (b"[]", 422, "request.type_wrong"),
    (b"1e400", 422, "request.type_wrong"),
    (b"NaN", 422, "request.type_wrong"),
    (b"{}", 422, "request.field_missing"),
]


@pytest.mark.parametrize(("body", "status", "code"), BROKEN, ids=[str(b[0][:20]) for b in BROKEN])
def test_what_is_no_receipt_is_refused(shared_api, body, status, code):
    assert_problem(commit(shared_api, body), status, code)
    assert_nothing_happened()


LINE = {"sku": "milk", "price_minor": 100}
WRONG = [
    ({"surprise": 1}, "request.field_unknown", "/surprise"),
    ({"occurred_at": "2026-11-21T18:30:00"}, "request.moment_malformed", "/occurred_at"),
    ({"occurred_at": 1795297035}, "request.moment_malformed", "/occurred_at"),
    ({"occurred_at": "2026-02-30T18:30:00Z"}, "request.moment_malformed", "/occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "request.out_of_range", "/occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59Z"}, "request.out_of_range", "/occurred_at"),
    ({"lines": []}, "request.length_wrong", "/lines"),
    ({"lines": [LINE] * 501}, "request.length_wrong", "/lines"),
    ({"lines": [LINE | {"price_minor": -1}]}, "request.out_of_range", "/lines/0/price_minor"),
    ({"lines": [LINE | {"price_minor": 1.5}]}, "request.type_wrong", "/lines/0/price_minor"),
    ({"lines": [LINE | {"price_minor": "100"}]}, "request.type_wrong", "/lines/0/price_minor"),
    ({"lines": [LINE | {"price_minor": True}]}, "request.type_wrong", "/lines/0/price_minor"),
    ({"lines": [LINE | {"price_minor": 10**13}]}, "request.out_of_range", "/lines/0/price_minor"),
    ({"lines": [LINE | {"price_minor": 10**400}]}, "request.out_of_range", "/lines/0/price_minor"),
    ({"lines": [LINE | {"price_minor": 10**12}] * 2}, "request.total_too_large", "/lines"),
    ({"lines": [LINE | {"quantity": 0}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": -1}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": "0.1234"}]}, "request.quantity_malformed", "/lines/0/quantity"),
    (
        {"lines": [LINE | {"quantity": 0.1 + 0.2}]},
        "request.quantity_malformed",
        "/lines/0/quantity",
    ),
    ({"lines": [LINE | {"quantity": 1e300}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": "1e3"}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": "１"}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": "NaN"}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": True}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"quantity": None}]}, "request.quantity_malformed", "/lines/0/quantity"),
    ({"lines": [LINE | {"sku": ""}]}, "request.text_malformed", "/lines/0/sku"),
    ({"lines": [LINE | {"sku": "a\0b"}]}, "request.text_malformed", "/lines/0/sku"),
    ({"lines": [LINE | {"name": "x" * 301}]}, "request.text_malformed", "/lines/0/name"),
    ({"lines": [LINE | {"id": "1"}, LINE | {"id": "1"}]}, "request.line_twice", "/lines"),
    ({"lines": [LINE | {"id": "2"}, LINE]}, "request.line_twice", "/lines"),
    ({"attributes": {"a\0": 1}}, "request.text_malformed", None),
    ({"attributes": {"a": "\0"}}, None, None),
    ({"attributes": {"a": 2**60}}, None, None),
    ({"attributes": {"a": None}}, None, None),
    ({"attributes": {"a": {"b": 1}}}, None, None),
    ({"member": {}}, "request.member_named_once", "/member"),
    ({"member": {"card": CARD, "phone": PHONE}}, "request.member_named_once", "/member"),
    ({"member": {"card": None}}, "request.type_wrong", "/member/card"),
    ({"member": {"id": "1"}}, "request.value_invalid", "/member/id"),
    ({"member": {"card": "!"}}, "identifier.card_malformed", "/member/card"),
    ({"member": {"phone": "112"}}, "identifier.phone_malformed", "/member/phone"),
    ({"pay": {"points": 0}}, None, None),
    ({"pay": {"points": "all"}}, None, None),
    ({"pay": {"points": 10**13}}, None, None),
    ({"pay": {"gold": 1}}, "currency.unknown", "/pay/gold"),
    ({"quote": "x.y"}, "quote.invalid", "/quote"),
    ({"quote": "x.y", "pay": {"points": 1}}, "request.pay_with_quote", ""),
    ({"channel": "a b"}, "request.text_malformed", "/channel"),
]


@pytest.mark.parametrize(("change", "code", "pointer"), WRONG, ids=lambda v: str(v)[:40])
def test_a_receipt_with_a_flaw_is_refused_and_told_where(
    shared_api, receipt, change, code, pointer
):
    answer = commit(shared_api, receipt() | change)
    told = answer.json()
    assert answer.status_code == 422, told
    if code is not None:
        assert_problem(answer, 422, code, pointer)
    assert told["detail"] != told["code"]
    assert_nothing_happened()


def test_all_flaws_are_told_at_once(shared_api, receipt):
    body = receipt(occurred_at="yesterday", surprise=1, lines=[LINE | {"price_minor": -1}])
    told = assert_problem(
        commit(shared_api, body), 422, "request.out_of_range", "/lines/0/price_minor"
    )
    assert {(one["pointer"], one["code"]) for one in told["errors"]} == {
        ("/lines/0/price_minor", "request.out_of_range"),
        ("/occurred_at", "request.moment_malformed"),
        ("/surprise", "request.field_unknown"),
    }


@pytest.mark.parametrize("number", ["a b", "%00", "x" * 65, "-", "é", "a%0Ab", "%D0%B0", "..%2Fx"])
def test_a_number_that_is_none_is_refused(shared_api, receipt, number):
    answer = shared_api("s1/1", "PUT", f"/till/v1/receipts/{number}", receipt())
    assert answer.status_code in (404, 422)
    assert answer.json().keys() >= PROBLEM
    assert_nothing_happened()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("dry_run=maybe", "request.type_wrong"),
        ("dry_run=true&dry_run=true", "request.parameter_twice"),
        ("surprise=1", "request.field_unknown"),
        ("dry_run=%ff", "request.value_invalid"),
        ("&".join(f"a{n}=1" for n in range(100)), "request.value_invalid"),
    ],
)
def test_parameters_are_as_strict_as_bodies(shared_api, receipt, query, code):
    assert_problem(shared_api("s1/1", "PUT", f"/till/v1/receipts/h1?{query}", receipt()), 422, code)
    assert_nothing_happened()


def test_other_kinds_of_contents_are_refused(api, receipt):
    for media in ("text/plain", "application/xml", "application/json; charset=utf-16", ""):
        answer = commit(api, receipt(), headers={"Content-Type": media})
        assert_problem(answer, 415, "request.media_type")
    assert (
        commit(
            api, receipt(), headers={"Content-Type": "application/json; charset=UTF-8"}
        ).status_code
        == 201
    )


def test_a_body_too_large_is_refused_before_it_is_read(shared_api):
    body = b'{"a": "' + b"x" * BODY_BYTES_MAX + b'"}'
    assert_problem(commit(shared_api, body), 413, "request.too_large")

    def dripping():
        for _ in range(20):
            yield b"x" * 100_000

    answer = shared_api.client.put(
        "/till/v1/receipts/h1",
        content=dripping(),
        headers={
            "Authorization": f"Bearer {shared_api.world.keys['s1/1']}",
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
        },
    )
    assert_problem(answer, 413, "request.too_large")
    assert_nothing_happened()


def test_an_effect_without_a_key_is_refused(shared_api, receipt):
    assert_problem(commit(shared_api, receipt(), key=None), 400, "idempotency.key_missing")
    for key in ("a b", "k" * 201, "ключ".encode()):
        answer = commit(shared_api, receipt(), key=None, headers={"Idempotency-Key": key})
        assert_problem(answer, 400, "idempotency.key_malformed")
    assert_nothing_happened()


def test_unknown_addresses_and_methods_are_problems_too(shared_api):
    for path in (
        "/till/v1",
        "/till/v1/",
        "/till/v1/receipts/",
        "/manage/v1/x",
        "/till/v1//quotes",
        "/docs",
    ):
        assert_problem(shared_api("s1/1", "GET", path), 404, "request.path_unknown")
    answer = shared_api("s1/1", "DELETE", "/till/v1/receipts/1")
    assert_problem(answer, 405, "request.method_not_allowed")
    assert answer.headers["Allow"] == "GET, PUT"
    assert_problem(
        shared_api("s1/1", "GET", "/till/v1/members/{}/balance"), 422, "request.value_invalid"
    )


def test_a_problem_is_told_in_the_language_asked_for(shared_api, receipt):
    said = {
        language: commit(shared_api, receipt() | {"lines": []}, language=language).json()["detail"]
        for language in ("en", "ru", "ru-RU;q=0.9, en;q=0.5", "de", "*;;q=x", "")
    }
    assert said["ru"] == said["ru-RU;q=0.9, en;q=0.5"] == SENTENCES["ru"]["request.length_wrong"]
    assert said["en"] == SENTENCES["en"]["request.length_wrong"]
    # Nothing of ours was asked for: the language of the programme.
    assert said["de"] == said["*;;q=x"] == said[""] == said["ru"]


SECRETS = ("Иванова", "ivanova@example.org", "79161112233", "4276123456781234")


def test_nothing_personal_is_repeated_in_answers_or_logs(api, receipt, caplog):
    caplog.set_level(logging.DEBUG)
    bodies = [
        {"text": SECRETS[0]},
        {"text": SECRETS[1]},
        {"member": {"phone": SECRETS[2]}},
        {"member": {"card": SECRETS[3], SECRETS[1]: 1, SECRETS[2]: 2}},
        {SECRETS[2]: SECRETS[0], SECRETS[1]: {SECRETS[3]: 1}},
        [SECRETS],
    ]
    answers = [api("s1/1", "POST", "/till/v1/identify", body) for body in bodies]
    answers += [commit(api, receipt(cashier=SECRETS[0], **body)) for body in bodies[:-1]]
    answers.append(
        api("s1/1", "POST", "/till/v1/members", {"phone": SECRETS[2], "email": SECRETS[0]})
    )
    answers.append(
        api("manage/all", "POST", "/manage/v1/staff", {"email": SECRETS[1], SECRETS[1]: 1})
    )
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        for secret in SECRETS:
            assert secret not in json.dumps(answer.json(), ensure_ascii=False), answer.text
    ours = [r for r in caplog.records if r.name.startswith("regulars")]
    assert ours
    for record in ours:
        said = record.getMessage() + str(record.__dict__)
        assert not any(secret in said for secret in SECRETS)


def test_a_fault_of_ours_tells_nothing_about_itself(api, receipt, monkeypatch, caplog):
    async def break_down(command):
        raise RuntimeError(f"broken by {SECRETS[0]}")

    monkeypatch.setattr(api.client.app.runtime.desk, "submit", break_down)
    answer = commit(api, receipt())
    assert_problem(answer, 500, "api.fault")
    assert "broken" not in answer.text
    assert "RuntimeError" not in answer.text


def test_rate_limits_are_told_and_kept(world_database, world, settings, receipt):

    settings.TILL_REQUESTS_PER_S = 2
    with TestClient(build_app()) as client:
        api = Caller(client, world)
        answers = [commit(api, receipt()) for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert_problem(refused[0], 429, "request.too_many")
        assert int(refused[0].headers["Retry-After"]) >= 1
        assert answers[0].headers["RateLimit-Limit"] == "4"
        assert refused[0].headers["RateLimit-Remaining"] == "0"
        # Another till has its own measure.
        assert api("s1/2", "GET", "/till/v1/rewards").status_code == 200
