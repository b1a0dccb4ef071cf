"""Every route is shut: without a key, with a wrong one, with too little scope, from the other plane."""

import re
import time
from functools import partial

import pytest

from regulars.contexts.security.models import ApiKey, AuditRow
from regulars.contexts.security.queries import find_principals
from regulars.contexts.security.types import Plane, Scope
from regulars.contexts.security.usecases.keys import issue_api_key, revoke_api_key
from regulars.contexts.till.usecases.places import issue_till_key
from regulars.kit.clock import utc_now
from regulars.kit.secrets import new_secret
from regulars.kit.transactions import in_transaction
from regulars.web.api.app import build_app

OPERATIONS = build_app().operations
ALL = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.id)
SOMEBODY = "0193a5f0-7c00-7000-8000-00000000ffff"


def address(operation) -> str:
    """The path with values that could be."""
    values = {"number": "1", "store": "s1", "till": "1", "code": "mug", "range_code": "plastic"}
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], SOMEBODY), operation.path)


def call_all(api, headers_of):
    """(operation, answer) for each operation, called without a body and no faster than is allowed."""
    for operation in OPERATIONS:
        asked = partial(
            api.client.request, operation.method, address(operation), headers=headers_of(operation)
        )
        answer = asked()
        if answer.headers.get("Retry-After") and answer.json()["code"] == "request.too_many":
            time.sleep(int(answer.headers["Retry-After"]))
            answer = asked()
        yield operation, answer


def assert_refused(operation, answer, status, *codes):
    told = answer.json()
    assert (answer.status_code, told["code"] in codes) == (status, True), (operation.id, told)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(told) <= {"type", "title", "status", "code", "detail", "pointer"}


@ALL
def test_an_operation_says_who_may_call_it(operation):
    assert operation.permissions
    on_till = {p.value.startswith("till.") for p in operation.permissions}
    assert on_till == {operation.plane is Plane.TILL}


@ALL
def test_an_operation_that_changes_something_asks_for_an_idempotency_key(operation):
    reads = {
        *("make_quote", "cancel_quote", "identify_member", "enter_cashier", "agree_at_till"),
        *("check_programme", "check_plan", "search_members", "look_up_coupon"),
        *("get_gift_card_balance", "find_gift_card"),
    }
    if operation.method == "POST":
        assert (operation.effect in ("none", "hold")) == (operation.id in reads)
    if operation.method in ("GET", "PATCH"):
        assert operation.effect == "none"


def test_no_route_answers_without_a_key(api):
    malformed = [{}, {"Authorization": "Basic b3duZXI6b3duZXI="}, {"Authorization": "Bearer x"}]
    for headers in malformed:
        for operation, answer in call_all(api, lambda _, h=headers: h):
            assert_refused(operation, answer, 401, "key.refused", "request.too_many_failures") if (
                answer.status_code != 429
            ) else None
            assert answer.status_code in (401, 429)


def test_a_key_with_another_secret_is_no_key(api, world):
    known = world.keys["s1/1"].split("_")[1]
    wrong = f"rk_{known}_{new_secret()}"
    answer = api.client.get("/till/v1/rewards", headers={"Authorization": f"Bearer {wrong}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "key.refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_of_one_plane_opens_nothing_on_the_other(api, world):
    other = {Plane.TILL: world.keys["manage/all"], Plane.MANAGE: world.keys["s1/1"]}
    for operation, answer in call_all(
        api, lambda o: {"Authorization": f"Bearer {other[o.plane]}", "Accept-Language": "en"}
    ):
        assert_refused(operation, answer, 403, "api.wrong_plane")


def test_a_key_opens_only_what_its_scope_allows(api, world):
    now = utc_now()

    def issue():
        till = issue_till_key(
            "s2", "2", scopes=frozenset({Scope.TILL_STATEMENTS}), now=now, by=world.owner
        )
        manage = issue_api_key(
            name="narrow",
            plane=Plane.MANAGE,
            scopes=[Scope.AUDIT_READ],
            staff_id=world.owner.staff_id,
            now=now,
            by=world.owner,
        )
        return {Plane.TILL: till, Plane.MANAGE: manage}

    keys = in_transaction(issue)
    held = find_principals([key.id for key in keys.values()], now=now)
    refused = 0
    for operation, answer in call_all(
        api, lambda o: {"Authorization": f"Bearer {keys[o.plane].token}"}
    ):
        permissions = held[keys[operation.plane].id].permissions
        if permissions.isdisjoint(operation.permissions):
            refused += 1
            assert_refused(operation, answer, 403, "access.permission_missing")
        else:
            assert answer.status_code != 403, operation.id
    assert refused > len(OPERATIONS) - 10


def test_a_refusal_on_the_management_plane_is_audited(api, world):
    api("manage/reader", "POST", "/manage/v1/stores", {"code": "s3", "title": "Third"})
    row = AuditRow.objects.order_by("-id").first()
    assert (row.action, row.refused) == ("open_store", "access.permission_missing")
    assert row.staff_id == world.owner.staff_id


def test_a_revoked_key_is_let_in_no_more_within_a_second(api, world):
    now = utc_now()
    issued = in_transaction(lambda: issue_till_key("s2", "1", now=now, by=world.owner))
    headers = {"Authorization": f"Bearer {issued.token}"}
    assert api.client.get("/till/v1/rewards", headers=headers).status_code == 200
    in_transaction(lambda: revoke_api_key(issued.id, now=utc_now(), by=world.owner))
    time.sleep(1.1)
    assert api.client.get("/till/v1/rewards", headers=headers).status_code == 401
    # The till's other key is not concerned.
    assert api("s2/1", "GET", "/till/v1/rewards").status_code == 200


def test_a_key_revoked_here_is_let_in_no_more_at_once(api, world):
    issued = api("manage/all", "POST", "/manage/v1/stores/s2/tills/1/keys", {}).json()
    headers = {"Authorization": f"Bearer {issued['token']}"}
    assert api.client.get("/till/v1/rewards", headers=headers).status_code == 200
    path = f"/manage/v1/keys/{issued['id']}/revoke"
    assert api("manage/all", "POST", path).status_code == 204
    assert api.client.get("/till/v1/rewards", headers=headers).status_code == 401


def test_a_key_that_ran_out_is_let_in_no_more(api, world):
    assert api("s2/1", "GET", "/till/v1/rewards").status_code == 200
    key = world.keys["s2/1"].split("_")[1]
    ApiKey.objects.filter(pk=key).update(expires_at=utc_now())
    time.sleep(1.1)
    assert api("s2/1", "GET", "/till/v1/rewards").status_code == 401


def test_an_object_of_nobody_answers_like_one_that_is_not_there(api, world):
    """A random id is answered with 404 (or a refusal of the body), never with 2xx."""
    for operation in OPERATIONS:
        if "{" not in operation.path or operation.method == "PUT":
            continue
        names = re.findall(r"\{(\w+)\}", operation.path)
        if not any(name.endswith("_id") for name in names):
            continue
        who = "s1/1" if operation.plane is Plane.TILL else "manage/all"
        examples = [example.body for example in operation.examples if example.body is not None]
        body = examples[0] if examples else ({} if operation.body_type else None)
        answer = api(who, operation.method, address(operation), body)
        assert answer.status_code in (404, 422), (operation.id, answer.text)
        if answer.status_code == 404:
            assert SOMEBODY not in answer.text
