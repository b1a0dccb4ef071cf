"""At the till: codes that change, cards handed out, and digits by which a member agrees to spend."""

from datetime import timedelta

import pytest

from regulars.contexts.members.types import ref_of
from regulars.contexts.members.usecases.cards import create_card_range, issue_cards
from regulars.contexts.members.usecases.codes import register_code_device
from regulars.contexts.security.types import Actor, system_actor
from regulars.core.member_code import code_of, digits_of, period_of
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


@pytest.fixture
def device(api):
    member = ref_of(api.world.member)
    by = Actor("member", str(member.id), None, frozenset())
    return in_transaction(lambda: register_code_device(member, "", now=utc_now(), by=by))


@pytest.fixture
def printed(api):
    def work():
        by, now = system_actor("tests"), utc_now()
        create_card_range("p", prefix="0412", length=13, checksum="ean13", now=now, by=by)
        return issue_cards("p", 3, now=now, by=by).numbers

    return in_transaction(work)


def identify(api, text, who="s1/1"):
    return api(who, "POST", "/till/v1/identify", {"text": text})


def now_code(device, ago=0):
    at = utc_now() - timedelta(seconds=ago)
    return code_of(device.secret, device.tag, period_of(at.timestamp()))


def agree(api, digits, member=None):
    path = f"/till/v1/members/{member or api.world.member}/agreement"
    return api("s1/1", "POST", path, {"digits": digits})


def test_a_code_from_the_app_names_the_member_once_at_any_till(api, device):
    code = now_code(device)
    answer = identify(api, code)
    assert answer.status_code == 200, answer.text
    assert answer.json()["by"] == "code"
    assert answer.json()["member"]["id"] == str(api.world.member)
    again = identify(api, code, "s2/1")
    assert (again.status_code, again.json()["code"]) == (409, "member_code.used")
    old = identify(api, now_code(device, ago=600))
    assert (old.status_code, old.json()["code"]) == (409, "member_code.stale")
    wrong = identify(api, "RQ1" + "A" * 32)
    assert (wrong.status_code, wrong.json()["code"]) == (404, "member_code.not_valid")


def test_a_printed_card_is_enrolled_with_or_given_to_who_takes_part(api, printed):
    first, second, _ = printed
    unknown = identify(api, first)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "card.not_activated")
    body = {"card": first, "given_name": "Вера", "consents": []}
    assert api("s1/1", "POST", "/till/v1/members", body).status_code == 201
    assert identify(api, first).json()["member"]["name"] == "Вера"
    path = f"/till/v1/members/{api.world.member}/cards"
    given = api("s1/1", "POST", path, {"card": second})
    assert (given.status_code, given.json()["member"]) == (201, str(api.world.member))
    assert identify(api, second).json()["member"]["id"] == str(api.world.member)
    taken = api("s1/1", "POST", path, {"card": first})
    assert (taken.status_code, taken.json()["code"]) == (409, "member.identifier_taken")
    foreign = api("s1/1", "POST", path, {"card": "2999999999994"})
    assert foreign.json()["code"] == "identifier.card_not_ours"
    listed = api("manage/all", "GET", "/manage/v1/card-ranges/p/batches").json()["batches"]
    assert [(one["active"], one["waiting"]) for one in listed] == [(2, 1)]
    printing = "/manage/v1/card-ranges/p/batches/1/printings"
    answer = api("manage/all", "POST", printing)
    assert answer.status_code == 201, answer.text
    assert set(answer.json()["numbers"]) == set(printed)
    assert api("manage/reader", "POST", printing).status_code == 403


def test_digits_agree_once_and_five_wrong_ones_have_to_wait(api, device):
    def digits():
        return digits_of(device.secret, period_of(utc_now().timestamp()))

    answer = agree(api, digits())
    assert (answer.status_code, answer.json()["agreed"]) == (200, True)
    other = agree(api, digits(), api.world.other)
    assert (other.status_code, other.json()["code"]) == (404, "member_code.not_valid")
    right = {digits_of(device.secret, period_of(utc_now().timestamp()) + n) for n in range(-3, 4)}
    wrong = next(f"{n:06}" for n in range(99) if f"{n:06}" not in right)
    for _ in range(5):
        assert agree(api, wrong).status_code == 404
    late = agree(api, wrong)
    assert (late.status_code, late.json()["code"]) == (429, "access.too_many_guesses")
