"""Stores, tills, cashiers and keys in the console: set up, switched off, shown once, for whom."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from regulars.contexts.security.models import ApiKey, AuditRow
from regulars.contexts.security.types import Plane, Role, Scope, system_actor
from regulars.contexts.security.usecases.keys import authenticate_key, issue_api_key
from regulars.contexts.till.models import Cashier, Store, Till
from regulars.contexts.till.usecases.places import create_store, create_till, issue_till_key
from regulars.kit.clock import utc_now

EVIL = "<script>alert(1)</script>"
SHOP = "/console/stores/at/s1/"
TILL = f"{SHOP}tills/at/1/"


@pytest.fixture
def shop(db):
    now, by = utc_now(), system_actor("tests")
    create_store("s1", f"Central {EVIL}", address=f"Street {EVIL}", now=now, by=by)
    create_till("s1", "1", f"Left {EVIL}", now=now, by=by)


def token_on(page):
    return re.search(r'id="token" value="(rk_[^"]+)"', page)[1]


def test_a_store_a_till_and_its_key_are_set_up_one_after_the_other(db, sign_in):
    browser = sign_in(Role.OWNER)
    assert "No stores yet" in browser.get("/console/stores/").content.decode()
    answer = browser.post(
        "/console/stores/new/", {"code": "north", "title": EVIL, "time_zone": "Asia/Omsk"}
    )
    assert answer["Location"] == "/console/stores/at/north/"
    answer = browser.post("/console/stores/at/north/tills/new/", {"code": "1", "title": EVIL})
    assert answer["Location"] == "/console/stores/at/north/tills/at/1/"
    answer = browser.post(f"{answer['Location']}keys/new/", {"scopes": ["till:sales"]})
    token = token_on(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    principal = authenticate_key(token, now=utc_now())
    assert (principal.store, principal.till) == ("north", "1")
    for path in ("", "at/north/", "at/north/tills/at/1/"):
        page = browser.get(f"/console/stores/{path}").content.decode()
        assert EVIL not in page
        assert "&lt;script&gt;" in page
        assert token not in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(shop, sign_in):
    browser = sign_in(Role.OWNER)
    wrong = [
        ("/console/stores/new/", {"code": "s1", "title": "x"}, "code"),
        ("/console/stores/new/", {"code": "a b", "title": "x"}, "code"),
        ("/console/stores/new/", {"code": "b", "title": "x", "time_zone": "Mars"}, "time_zone"),
        (f"{SHOP}tills/new/", {"code": "1", "title": "x"}, "code"),
        (f"{SHOP}cashiers/new/", {"code": "7", "name": "Ира", "pin": "1111"}, "pin"),
    ]
    for path, sent, field in wrong:
        answer = browser.post(path, sent)
        assert answer.status_code == 422, path
        assert list(answer.context["form"].errors) == [field], path
    assert (Store.objects.count(), Till.objects.count(), Cashier.objects.count()) == (1, 1, 0)


def test_a_till_has_two_keys_at_most_and_loses_them_when_switched_off(shop, sign_in):
    browser = sign_in(Role.INTEGRATOR)
    for _ in range(2):
        assert browser.post(f"{TILL}keys/new/", {"scopes": ["till:sales"]}).status_code == 200
    assert browser.post(f"{TILL}keys/new/", {"scopes": ["till:sales"]}).status_code == 422
    first = ApiKey.objects.order_by("id").first()
    browser.post(f"{TILL}keys/{first.id}/end/")
    assert ApiKey.objects.filter(revoked_at=None).count() == 1
    browser.post(f"{TILL}switch/", {"to": "off"})
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert browser.post(f"{TILL}keys/new/", {"scopes": ["till:sales"]}).status_code == 422
    browser.post(f"{TILL}switch/", {"to": "on"})
    assert Till.objects.get().active


def test_a_key_of_another_till_is_not_ended_from_here(shop, sign_in):
    now, by = utc_now(), system_actor("tests")
    create_till("s1", "2", "Right", now=now, by=by)
    key = issue_till_key("s1", "2", now=now, by=by)
    browser = sign_in(Role.OWNER)
    for key_id in (key.id, uuid4()):
        assert browser.post(f"{TILL}keys/{key_id}/end/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_a_cashier_is_set_up_renamed_and_sent_away_without_showing_the_pin(shop, sign_in):
    browser = sign_in(Role.OWNER)
    sent = {"code": "7", "name": f"Ира {EVIL}", "pin": "4821"}
    assert browser.post(f"{SHOP}cashiers/new/", sent).status_code == 302
    assert browser.post(f"{SHOP}cashiers/new/", sent).status_code == 422
    before = bytes(Cashier.objects.get().pin_digest)
    browser.post(f"{SHOP}cashiers/at/7/", {"name": "Ирина", "pin": ""})
    row = Cashier.objects.get()
    assert (row.name, bytes(row.pin_digest)) == ("Ирина", before)
    browser.post(f"{SHOP}cashiers/at/7/switch/", {"to": "off"})
    assert not Cashier.objects.get().active
    assert browser.get(f"{SHOP}cashiers/at/8/").status_code == 404
    assert browser.post(f"{SHOP}cashiers/at/8/switch/", {"to": "off"}).status_code == 404
    page = browser.get(SHOP).content.decode()
    assert "4821" not in page


def test_a_program_gets_a_key_with_no_more_than_its_person_may(shop, sign_in):
    browser = sign_in(Role.INTEGRATOR)
    page = browser.get("/console/keys/new/").content.decode()
    assert 'value="members:import"' in page
    assert 'value="staff:write"' not in page
    sent = {"name": f"Shop {EVIL}", "scopes": ["members:import"], "last_day": "2099-01-31"}
    token = token_on(browser.post("/console/keys/new/", sent).content.decode())
    assert authenticate_key(token, now=utc_now()).actor.staff_id == browser.staff_id
    wrong = browser.post("/console/keys/new/", sent | {"scopes": ["staff:write"]})
    assert wrong.status_code == 422
    past = browser.post("/console/keys/new/", sent | {"last_day": "2020-01-01"})
    assert past.status_code == 422
    listed = browser.get("/console/keys/").content.decode()
    assert EVIL not in listed
    assert token not in listed
    key = ApiKey.objects.get(plane="manage")
    browser.post(f"/console/keys/{key.id}/end/")
    assert "No keys of programs" in browser.get("/console/keys/").content.decode()
    assert "ended" in browser.get("/console/keys/?state=all").content.decode()


def test_keys_go_on_page_by_page(shop, sign_in, monkeypatch):
    monkeypatch.setattr("regulars.web.office.keys.PAGE", 2)
    browser = sign_in(Role.OWNER)
    for number in range(3):
        issue_api_key(
            name=f"k{number}", plane=Plane.MANAGE, scopes=[Scope.REPORTS_READ],
            staff_id=browser.staff_id, now=utc_now(), by=system_actor("tests"),
        )  # fmt: skip
    first = browser.get("/console/keys/")
    assert [one["view"].name for one in first.context["keys"]] == ["k2", "k1"]
    second = browser.get(first.context["next"])
    assert [one["view"].name for one in second.context["keys"]] == ["k0"]
    assert browser.get("/console/keys/?cursor=%00nonsense").status_code == 422


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/console/stores/", {Role.OWNER, Role.MARKETER, Role.INTEGRATOR, Role.AUDITOR}),
        (SHOP, {Role.OWNER, Role.MARKETER, Role.INTEGRATOR, Role.AUDITOR}),
        (f"{SHOP}edit/", {Role.OWNER, Role.INTEGRATOR}),
        (f"{TILL}keys/new/", {Role.OWNER, Role.INTEGRATOR}),
        ("/console/keys/", {Role.OWNER, Role.INTEGRATOR, Role.AUDITOR}),
        ("/console/keys/new/", {Role.OWNER, Role.INTEGRATOR}),
    ],
)
def test_others_are_refused(shop, sign_in, path, allowed):
    for role in (Role.OWNER, Role.MARKETER, Role.INTEGRATOR, Role.AUDITOR, Role.CASHIER):
        status = sign_in(role).get(path).status_code
        assert status == (200 if role in allowed else 403), role


def test_strangers_foreign_codes_and_forged_forms_get_nowhere(shop, sign_in):
    assert Client().get("/console/stores/").status_code == 302
    browser = sign_in(Role.OWNER, enforce_csrf_checks=True)
    for path in (
        "/console/stores/at/nowhere/",
        f"{SHOP}tills/at/9/",
        f"{SHOP}tills/at/9/keys/new/",
    ):
        assert browser.get(path).status_code == 404, path
    assert browser.post(f"{TILL}switch/", {"to": "off"}).status_code == 403
    assert Till.objects.get().active
    assert not AuditRow.objects.filter(action="till.change").exists()
