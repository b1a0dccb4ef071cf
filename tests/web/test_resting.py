"""A member who changed a contact lately earns, and spends nothing until it is over."""

from datetime import timedelta
from uuid import uuid4

import pytest

from regulars.contexts.members.models import Member
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


def rest(api, **length):
    until = utc_now() + timedelta(**length)
    rows = Member.objects.filter(id=api.world.member)
    in_transaction(lambda: rows.update(rests_until=until))


@pytest.fixture
def rich(api, receipt):
    body = receipt(minutes_ago=30)
    body["lines"][0]["quantity"] = 200
    assert sell(api, body).status_code == 201


def sell(api, body):
    return api("s1/1", "PUT", f"/till/v1/receipts/{uuid4().hex[:12]}", body)


def quote(api, body):
    return api("s1/1", "POST", "/till/v1/quotes", body)


def test_who_rests_earns_and_is_told_why_nothing_is_spent(api, receipt, rich):
    assert quote(api, receipt()).json()["spendable"][0]["most"] > 0
    rest(api, hours=1)
    told = quote(api, receipt())
    assert told.status_code == 200
    spendable = told.json()["spendable"][0]
    assert (spendable["most"], spendable["reason"]["code"]) == (0, "spend.rests")
    assert sell(api, receipt()).status_code == 201
    for answer in (
        quote(api, receipt(pay={"points": 10}, hold=True)),
        sell(api, receipt(pay={"points": 10})),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "member.rests")
    rest(api, hours=-1)
    assert sell(api, receipt(pay={"points": 10})).status_code == 201


def test_what_was_set_aside_before_is_still_spent(api, receipt, rich):
    body = receipt()
    held = quote(api, body | {"pay": {"points": 10}, "hold": True}).json()
    free = quote(api, body | {"pay": {"points": 10}}).json()
    rest(api, hours=1)
    assert sell(api, body | {"quote": free["quote"]}).json()["code"] == "member.rests"
    answer = sell(api, body | {"quote": held["quote"]})
    assert answer.status_code == 201, answer.text


def test_who_rests_gives_no_points_away(api, receipt, rich):
    rest(api, hours=1)
    path = f"/manage/v1/members/{api.world.member}/transfers"
    body = {"to": str(api.world.other), "currency": "points", "amount": 5}
    answer = api("manage/all", "POST", path, body)
    assert answer.json()["code"] == "member.rests", answer.text
