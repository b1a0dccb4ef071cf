"""The till's main work over HTTP: quote, commit, return, cancel, late receipts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from regulars.web.api.app import build_app
from web.caller import Caller
from web.world import CARD, OTHER_CARD, PHONE


def commit(api, body, number="r1", *, who="s1/1", **more):
    return api(who, "PUT", f"/till/v1/receipts/{number}", body, **more)


def balance(api, member=None):
    answer = api("s1/1", "GET", f"/till/v1/members/{member or api.world.member}/balance")
    assert answer.status_code == 200
    return answer.json()["balances"].get("points", {}).get("active", 0)


def test_a_sale_earns_and_says_why(api, receipt):
    answer = commit(api, receipt())
    assert answer.status_code == 201, answer.text
    sale = answer.json()
    assert sale["due_minor"] == 20000
    assert sale["earned"] == {"points": 10}
    assert sale["balances"] == {"points": {"pending": 0, "active": 10, "held": 0}}
    assert sale["units"] == {"money": {"code": "RUB", "scale": 2}, "currencies": {"points": 0}}
    (award,) = sale["awards"]
    assert award["rule"] == "base"
    assert award["reason"]["code"] == "earning.rate_per_amount"
    assert award["reason"]["text"] != award["reason"]["code"]
    assert [line["earned"] for line in sale["lines"]] == [{"points": 5}, {"points": 5}]
    assert balance(api) == 10


def test_the_amount_of_a_line_is_price_times_quantity_rounded_half_up(api, receipt):
    body = receipt(lines=[{"sku": "cheese", "quantity": 0.137, "price_minor": 99999}])
    assert commit(api, body).json()["due_minor"] == 13700  # 13699.863
    body = receipt(lines=[{"sku": "cheese", "quantity": "0.500", "price_minor": 3}])
    assert commit(api, body, "r2").json()["due_minor"] == 2  # 1.5


def test_the_same_receipt_again_gets_the_same_answer_and_earns_nothing_more(api, receipt):
    body = receipt()
    first = commit(api, body, key="k1")
    for key in ("k1", "k1", "another"):
        again = commit(api, body, key=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    # Spelling is no difference: the same values in another order, with other spaces and forms.
    spelled = {key: body[key] for key in reversed(body)}
    spelled["member"] = {"card": f"{CARD[:4]} {CARD[4:]}"}
    assert commit(api, spelled, key="k1").content == first.content
    assert balance(api) == 10


def test_fifty_identical_requests_at_once_make_one_sale_and_one_answer(api, receipt):
    body = receipt()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: commit(api, body, key="k1"), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert balance(api) == 10


def test_a_number_or_a_key_used_for_something_else_is_refused(api, receipt):
    body = receipt()
    assert commit(api, body, key="k1").status_code == 201
    other = commit(api, receipt(minutes_ago=5), key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "receipt.conflict")
    reused = commit(api, body, "r2", key="k1")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency.key_reused")
    # Another till has its own numbers and keys.
    assert commit(api, body, key="k1", who="s1/2").status_code == 201
    assert balance(api) == 20


def test_a_quote_tells_what_can_be_spent_and_its_commit_keeps_the_promise(api, receipt):
    commit(api, receipt(minutes_ago=10))
    body = receipt()
    quote = api("s1/1", "POST", "/till/v1/quotes", body).json()
    (option,) = quote["spendable"]
    assert (option["currency"], option["most"], option["worth_minor"]) == ("points", 10, 1000)
    assert option["earned_if_spent"] == {"points": 10}  # 5 for each whole 100 of 190
    assert quote["earned_if_nothing_spent"] == {"points": 10}
    paying = api(
        "s1/1", "POST", "/till/v1/quotes", body | {"pay": {"points": "max"}, "hold": True}
    ).json()
    assert (paying["points_minor"], paying["due_minor"], paying["held"]) == (1000, 19000, True)
    sale = commit(api, body | {"quote": paying["quote"]}, "r2").json()
    for figure in ("points_minor", "due_minor", "earned"):
        assert sale[figure] == paying[figure]
    assert sale["payments"][0]["reason"]["text"] == "Paid with 10 points: 10.00\u00a0RUB."


def test_a_quote_that_cannot_be_kept_is_answered_with_a_fresh_one(api, receipt):
    commit(api, receipt(minutes_ago=10))
    paying = receipt(pay={"points": 10})
    quote = api("s1/1", "POST", "/till/v1/quotes", paying).json()
    small = [{"sku": "bread", "price_minor": 2000}]
    spent = commit(api, receipt(pay={"points": 10}, lines=small), "r2", who="s2/1")
    assert spent.status_code == 201
    body = {key: value for key, value in paying.items() if key != "pay"}
    changed = commit(api, body | {"quote": quote["quote"]}, "r3")
    assert (changed.status_code, changed.json()["code"]) == (409, "quote.changed")
    fresh = changed.json()["quote"]
    assert fresh["points_minor"] != quote["points_minor"] or fresh["earned"] != quote["earned"]
    sale = commit(api, body | {"quote": fresh["quote"]}, "r3")
    assert sale.status_code == 201
    assert sale.json()["due_minor"] == fresh["due_minor"]


def test_a_cancelled_quote_lets_go_what_it_held(api, receipt):
    commit(api, receipt(minutes_ago=10))
    quote = api("s1/1", "POST", "/till/v1/quotes", receipt(pay={"points": 10}, hold=True)).json()
    held = commit(api, receipt(pay={"points": 10}), "r2")
    assert (held.status_code, held.json()["code"]) == (409, "payment.not_possible")
    for released in ({"points": 10}, {}):
        answer = api("s1/1", "POST", "/till/v1/quotes/cancel", {"quote": quote["quote"]})
        assert answer.json() == {"released": released}
    assert commit(api, receipt(pay={"points": 10}), "r2").status_code == 201


def test_a_hold_asked_for_again_under_its_key_is_one_hold(api, receipt):
    commit(api, receipt(minutes_ago=10))
    holding = receipt(pay={"points": "max"}, hold=True)
    bare = api("s1/1", "POST", "/till/v1/quotes", holding, key=None)
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency.key_missing")
    quotes = [api("s1/1", "POST", "/till/v1/quotes", holding, key="h").json() for _ in range(3)]
    assert [quote["points_minor"] for quote in quotes] == [1000] * 3
    other = api("s1/1", "POST", "/till/v1/quotes", holding, key="other").json()
    assert (other["points_minor"], other["held"]) == (0, False)
    # The last one counts: it pays with nothing, so nothing is held any more.
    nothing = receipt(hold=True)
    assert api("s1/1", "POST", "/till/v1/quotes", nothing, key="h").json()["held"] is False
    freed = api("s1/1", "POST", "/till/v1/quotes", holding, key="other").json()
    assert freed["points_minor"] == 1000


def test_a_return_takes_back_only_its_share(api, receipt):
    commit(api, receipt())
    body = {
        "sale": {"receipt_id": "r1"},
        "occurred_at": receipt()["occurred_at"],
        "lines": [{"id": "1", "quantity": 1}],
    }
    first = api("s1/1", "PUT", "/till/v1/returns/b1", body, key="k1")
    assert first.status_code == 201, first.text
    assert first.json()["refund_minor"] == 5000
    again = api("s1/1", "PUT", "/till/v1/returns/b1", body, key="k1")
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    # The rest comes back at another till of the same store.
    rest = {"sale": {"receipt_id": "r1", "till": "1"}, "occurred_at": body["occurred_at"]}
    assert api("s1/2", "PUT", "/till/v1/returns/b1", rest).json()["refund_minor"] == 15000
    more = api("s1/1", "PUT", "/till/v1/returns/b3", rest)
    assert (more.status_code, more.json()["code"]) == (409, "return.more_than_sold")
    assert balance(api) == 0


def test_what_was_sold_elsewhere_is_not_found_here(api, receipt):
    commit(api, receipt())
    body = {"sale": {"receipt_id": "r1"}, "occurred_at": receipt()["occurred_at"]}
    refused = api("s2/1", "PUT", "/till/v1/returns/b1", body)
    assert (refused.status_code, refused.json()["code"]) == (404, "sale.not_found")
    for who, till, status in (("s2/1", "1", 404), ("s1/2", "2", 404), ("s1/2", "1", 200)):
        read = api(who, "GET", f"/till/v1/receipts/r1?till={till}")
        assert read.status_code == status
    assert api("s1/1", "GET", "/till/v1/receipts/r1").json()["earned"] == {"points": 10}


def test_a_dry_run_writes_nothing(api, receipt):
    body = receipt()
    for number in ("r1", "r1"):
        answer = api("s1/1", "PUT", f"/till/v1/receipts/{number}?dry_run=true", body)
        assert answer.status_code == 200
        assert answer.json()["earned"] == {"points": 10}
        assert "Idempotent-Replayed" not in answer.headers
    assert balance(api) == 0
    assert api("s1/1", "GET", "/till/v1/receipts/r1").status_code == 404


def test_a_quote_can_be_asked_for_another_time(api, receipt, world):
    commit(api, receipt())
    past = api(
        "s1/1",
        "POST",
        "/till/v1/quotes?as_of=2025-06-01T12:00:00%2B03:00",
        receipt(pay={"points": "max"}, hold=True),
    )
    assert past.status_code == 200, past.text
    assert past.json()["held"] is False
    later = f"/till/v1/members/{world.member}/balance?as_of=2099-01-01T00:00:00Z"
    assert api("s1/1", "GET", later).json()["balances"]["points"]["active"] == 0
    assert balance(api) == 10


def test_a_batch_answers_each_of_its_items(api, receipt):
    sale = receipt(minutes_ago=60)
    items = [
        {"kind": "receipt", "receipt_id": "late-1", **sale},
        {"kind": "receipt", "receipt_id": "late-2", **sale, "member": {"card": "2000000000039"}},
        {
            "kind": "return",
            "return_id": "back-1",
            "sale": {"receipt_id": "late-1"},
            "occurred_at": receipt(minutes_ago=30)["occurred_at"],
        },
        {"kind": "receipt", "receipt_id": "late-3", "lines": []},
        {"kind": "gift"},
        {"kind": "receipt", "receipt_id": "late-4", **sale},
    ]
    answer = api("s1/1", "POST", "/till/v1/receipts/batch", {"items": items})
    assert answer.status_code == 200, answer.text
    told = answer.json()["items"]
    assert [one["status"] for one in told] == [201, 404, 201, 422, 422, 201]
    assert [one["id"] for one in told] == ["late-1", "late-2", "back-1", None, None, "late-4"]
    assert told[3]["problem"]["pointer"] == "/items/3/lines"
    again = api("s1/1", "POST", "/till/v1/receipts/batch", {"items": items}).json()["items"]
    assert [one["replayed"] for one in again] == [True, False, True, False, False, True]
    assert [one["answer"] for one in again] == [one["answer"] for one in told]
    assert balance(api) == 10


@pytest.mark.parametrize(
    ("body", "by"),
    [
        ({"text": CARD}, "card"),
        ({"text": "8 (916) 123-45-67"}, "phone"),
        ({"member": {"phone": PHONE}}, "phone"),
        ({"member": {"card": CARD}}, "card"),
    ],
)
def test_a_member_is_identified_by_whatever_they_show(api, world, receipt, body, by):
    commit(api, receipt())
    found = api("s1/1", "POST", "/till/v1/identify", body)
    assert found.status_code == 200, found.text
    assert found.json()["by"] == by
    member = found.json()["member"]
    assert member["id"] == str(world.member)
    assert member["name"] == "Анна К."
    assert member["spendable"] == [{"currency": "points", "balance": 10, "worth_minor": 1000}]
    by_id = api("s1/1", "POST", "/till/v1/identify", {"member": {"id": member["id"]}})
    assert by_id.json()["member"] == member


def test_a_name_leads_to_candidates_without_their_contacts(api, world):
    found = api("s1/1", "POST", "/till/v1/identify", {"text": "ковал"}).json()
    assert found["member"] is None
    (candidate,) = found["candidates"]
    assert candidate["id"] == str(world.member)
    assert PHONE[4:9] not in candidate["contact"]


def test_nobody_is_found_in_the_same_words_whatever_was_asked(api):
    bodies = [
        {"text": "2999999999994"},
        {"text": "+79990000000"},
        {"text": "Неизвестный"},
        {"member": {"email": "nobody@example.org"}},
        {"member": {"id": "0193a5f0-7c00-7000-8000-00000000ffff"}},
    ]
    answers = [api("s1/1", "POST", "/till/v1/identify", body) for body in bodies]
    assert {answer.status_code for answer in answers} == {404}
    texts = [{k: v for k, v in a.json().items() if k != "pointer"} for a in answers]
    assert all(text == texts[0] for text in texts)


def test_who_looks_for_too_many_unknown_members_has_to_pause(world_database, world, settings):
    settings.UNKNOWN_MEMBERS_PER_10_MIN = 5
    with TestClient(build_app()) as client:
        api = Caller(client, world)
        for n in range(5):
            assert api("s1/1", "POST", "/till/v1/identify", {"text": f"2999{n}"}).status_code == 404
        known = api("s1/1", "POST", "/till/v1/identify", {"text": CARD})
        assert (known.status_code, known.json()["code"]) == (429, "request.too_many_failures")
        assert int(known.headers["Retry-After"]) >= 1
        assert api("s1/2", "POST", "/till/v1/identify", {"text": CARD}).status_code == 200


def test_a_new_member_gets_the_welcome_once(api):
    body = {"phone": "+7 916 000-00-07", "given_name": "Вера", "birthday": "1990-05-17"}
    first = api("s1/1", "POST", "/till/v1/members", body, key="e1")
    assert first.status_code == 201, first.text
    assert first.json()["sign_up"]["balances"]["points"]["active"] == 50
    again = api("s1/1", "POST", "/till/v1/members", body, key="e1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = api("s1/1", "POST", "/till/v1/members", body)
    assert (other.status_code, other.json()["code"]) == (409, "member.identifier_taken")
    assert balance(api, first.json()["member"]) == 50
    reused = api("s1/1", "POST", "/till/v1/members", body | {"language": "en"}, key="e1")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency.key_reused")


def test_an_event_is_awarded_once_however_often_it_is_reported(api, receipt):
    body = {
        "member": {"card": CARD},
        "kind": "check_in",
        "occurred_at": receipt()["occurred_at"],
    }
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: api("s1/1", "POST", "/till/v1/events", body, key="v"), range(10))
        )
    done = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in done}) == 1
    assert done[0].json()["awards"][0]["amount"] == 3
    assert balance(api) == 3
    assert api("s1/1", "POST", "/till/v1/events", body).status_code == 201
    assert balance(api) == 6
    for occurred_at, code in (
        ("2099-01-01T00:00:00Z", "receipt.from_future"),
        ("2025-01-02T00:00:00Z", "receipt.too_late"),
    ):
        refused = api("s1/1", "POST", "/till/v1/events", body | {"occurred_at": occurred_at})
        assert refused.json()["code"] == code
    assert balance(api) == 6


def test_a_statement_tells_every_movement_with_its_reasons(api, receipt, world):
    commit(api, receipt(minutes_ago=10))
    commit(api, receipt(minutes_ago=5, pay={"points": "max"}), "r2")
    body = {"sale": {"receipt_id": "r1"}, "occurred_at": receipt()["occurred_at"]}
    api("s1/1", "PUT", "/till/v1/returns/b1", body)
    path = f"/till/v1/members/{world.member}/statement"
    whole = api("s1/1", "GET", path).json()
    assert [line["kind"] for line in whole["lines"]] == ["return", "sale", "sale"]
    assert [line["receipt_id"] for line in whole["lines"]] == ["b1", "r2", "r1"]
    assert whole["lines"][0]["balances"]["points"]["active"] == balance(api)
    for line in whole["lines"]:
        assert line["title"][0].isupper()
        assert all(reason["text"] != reason["code"] for reason in line["reasons"])
    for later, line in zip(whole["lines"], whole["lines"][1:], strict=False):
        moved, before = later["moves"].get("points", {}), line["balances"]["points"]
        assert later["balances"]["points"] == {k: before[k] + moved.get(k, 0) for k in before}
    assert [cause["amount"] for cause in whole["lines"][1]["reasons"]] == [-10, 10]
    seen, cursor = [], ""
    while True:
        page = api("s1/1", "GET", f"{path}?limit=1{cursor}").json()
        seen += page["lines"]
        if page["next"] is None:
            break
        cursor = f"&before={page['next']}"
    assert seen == whole["lines"]


def test_two_members_do_not_see_each_other(api, receipt, world):
    commit(api, receipt())
    commit(api, receipt(OTHER_CARD), "r2")
    assert balance(api, world.member) == balance(api, world.other) == 10
    stranger = "0193a5f0-7c00-7000-8000-00000000ffff"
    for path in ("balance", "statement"):
        assert api("s1/1", "GET", f"/till/v1/members/{stranger}/{path}").status_code == 404
