"""At the till: codes that change, cards handed out, and digits by which a member agrees to spend."""

from datetime import timedelta
from uuid import uuid4

import pytest

from regulars.contexts.members.presence_models import Presence
from regulars.contexts.members.types import ref_of
from regulars.contexts.members.usecases.cards import create_card_range, issue_cards
from regulars.contexts.members.usecases.codes import register_code_device
from regulars.contexts.members.usecases.presence import forget_presence
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


@pytest.fixture
def rich(api, receipt):
    """The member has ten points."""
    assert sell(api, receipt(minutes_ago=30)).status_code == 201


def sell(api, body, who="s1/1"):
    return api(who, "PUT", f"/till/v1/receipts/{uuid4().hex[:12]}", body)


def quote(api, body, who="s1/1"):
    return api(who, "POST", "/till/v1/quotes", body)


def refused(*answers):
    return [(one.status_code, one.json()["code"]) for one in answers] == [
        (403, "spend.unproved")
    ] * len(answers)


def test_by_default_the_till_alone_asks_for_the_member_s_word(api, receipt, rich):
    assert sell(api, receipt(pay={"points": 5})).status_code == 201
    assert not Presence.objects.exists()


def test_over_the_limit_only_who_showed_a_code_at_this_till_spends(
    api, receipt, device, rich, settings
):
    settings.SPENDING_PROOF_OVER_MINOR = 300  # a point is worth 100
    told = quote(api, receipt())
    assert told.json()["spendable"][0]["most"] == 10
    paying = receipt(pay={"points": 4})
    by_id = receipt(pay={"points": "max"}) | {"member": {"id": str(api.world.member)}}
    late = {"items": [paying | {"kind": "receipt", "receipt_id": "late-1"}]}
    assert refused(
        quote(api, paying),
        quote(api, paying | {"hold": True}),
        sell(api, paying),
        quote(api, by_id),
    )
    batch = api("s1/1", "POST", "/till/v1/receipts/batch", late)
    assert batch.json()["items"][0]["problem"]["code"] == "spend.unproved"
    assert sell(api, receipt(pay={"points": 3})).status_code == 201  # not over it
    assert identify(api, now_code(device)).status_code == 200
    assert refused(sell(api, paying, "s1/2"), sell(api, paying, "s2/1"))
    held = quote(api, paying | {"hold": True})
    assert held.status_code == 200, held.text
    move_presence(minutes=11)
    body = {key: value for key, value in paying.items() if key != "pay"}
    assert sell(api, body | {"quote": held.json()["quote"]}).status_code == 201
    assert refused(quote(api, paying))


def test_digits_are_as_good_as_a_scanned_code_and_a_card_never_is(
    api, receipt, device, rich, settings
):
    settings.SPENDING_PROOF_OVER_MINOR = 0
    paying = receipt(pay={"points": 1})
    assert identify(api, receipt()["member"]["card"]).status_code == 200
    assert refused(sell(api, paying))
    assert agree(api, digits_of(device.secret, period_of(utc_now().timestamp()))).status_code == 200
    assert sell(api, paying).status_code == 201
    assert sell(api, receipt()).status_code == 201  # earning asks for nothing
    in_transaction(lambda: forget_presence(now=utc_now() + timedelta(minutes=11)))
    assert not Presence.objects.exists()


def test_a_reward_worth_more_than_the_limit_asks_for_the_member(
    api, receipt, device, rich, settings
):
    settings.SPENDING_PROOF_OVER_MINOR = 300
    for code, price in (("pin", 3), ("mug", 4)):
        terms = {"code": code, "title": {"en": code, "ru": code}, "currency": "points"}
        body = terms | {"price_minor": price, "stock": 3}
        assert api("manage/all", "POST", "/manage/v1/rewards", body).status_code == 201
        assert api("manage/all", "POST", f"/manage/v1/rewards/{code}/launch").status_code == 200

    def order(path, code, quantity=1):
        body = {"member": receipt()["member"], "reward": code, "quantity": quantity}
        return api("s1/1", "POST", f"/till/v1/rewards/{path}", body)

    assert refused(order("redeem", "mug"), order("reserve", "mug"), order("redeem", "pin", 2))
    assert order("redeem", "pin").status_code == 201
    assert identify(api, now_code(device)).status_code == 200
    assert order("redeem", "mug").status_code == 201


def move_presence(**length):
    earlier = utc_now() - timedelta(**length)
    in_transaction(lambda: Presence.objects.update(at=earlier))
