"""The first-run wizard: from an empty installation to a first sale that is understood."""

import re

import pytest

from regulars.contexts.members.usecases.consent_texts import list_consent_texts
from regulars.contexts.programme.queries import compiled_at, get_brand
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.keys import authenticate_key
from regulars.contexts.till.queries.places import get_store, get_till

BUSINESS = {
    "name": "Кофейня у моста",
    "money": "RUB",
    "time_zone": "Asia/Yekaterinburg",
    "language": "ru",
    "programme": "coffee_shop",
}


@pytest.fixture
def begun(owner):
    owner.sign_in()
    owner.post("/console/start/business/", **BUSINESS)
    return owner


def test_an_empty_installation_is_set_up_in_four_steps(committed, owner, clock):
    owner.sign_in()
    assert owner.get("/console/start/")["Location"] == "/console/start/business/"
    answer = owner.post("/console/start/business/", **BUSINESS)
    assert answer["Location"] == "/console/start/store/", answer.content.decode()
    programme = compiled_at(clock.now)
    assert programme.document.money == "RUB"
    assert str(programme.zone) == "Asia/Yekaterinburg"
    assert get_brand().brand.name == "Кофейня у моста"
    assert {text.purpose for text in list_consent_texts()} >= {"terms", "personal_data"}
    owner.post("/console/start/store/", code="bridge", title="У моста")
    assert get_store("bridge").title == "У моста"
    page = owner.post("/console/start/till/", code="till-1", title="Касса 1").content.decode()
    token = re.search(r"rk_\w+", page)[0]
    assert authenticate_key(token, now=clock.now).till == "till-1"
    assert get_till("bridge", "till-1")
    assert token not in owner.get("/console/start/till/").content.decode()
    assert owner.get("/console/start/")["Location"] == "/console/start/sale/"


def test_the_tried_sale_says_what_each_rule_gives_and_why(begun):
    page = begun.get("/console/start/sale/?amount=250&category=coffee").context["answers"]
    assert page[0]["amount"] == 1
    assert all(one["why"] for one in page)
    nothing = begun.get("/console/start/sale/?amount=250&category=bakery").context["answers"]
    assert {one["amount"] for one in nothing} == {None}


@pytest.mark.parametrize("amount", ["-1", "x", "1e400", "99999999999", "NaN"])
def test_an_amount_that_is_none_is_told_so(begun, amount):
    assert begun.get(f"/console/start/sale/?amount={amount}").context["form"].errors


@pytest.mark.parametrize(
    "programme", ["coffee_shop", "fashion", "grocery", "service_centre", "vip_club"]
)
def test_each_ready_programme_can_be_begun_with(owner, clock, programme):
    owner.sign_in()
    answer = owner.post("/console/start/business/", **BUSINESS | {"programme": programme})
    assert answer.status_code == 302
    assert compiled_at(clock.now).document.code.replace("-", "_") == programme
    assert owner.get("/console/start/sale/?amount=1000").context["answers"]


def test_the_wizard_changes_no_programme_that_is_in_force(begun, clock):
    begun.post("/console/start/business/", **BUSINESS | {"programme": "grocery"})
    assert compiled_at(clock.now).document.code == "coffee-shop"


@pytest.mark.parametrize("field", ["money", "time_zone", "language", "programme"])
def test_a_choice_that_is_not_offered_is_refused(owner, field):
    owner.sign_in()
    told = owner.post("/console/start/business/", **BUSINESS | {field: "../../etc/passwd"})
    assert told.status_code == 422


def test_with_a_second_person_the_wizard_does_not_approve_alone(owner, hire):
    hire(Role.CONTROLLER)
    told = owner.sign_in().post("/console/start/business/", **BUSINESS)
    assert told.status_code == 422
    assert "Somebody else has to approve" in told.content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CASHIER, Role.SUPPORT])
def test_only_who_may_publish_sets_up(hire, role):
    person = hire(role).sign_in()
    assert person.post("/console/start/business/", **BUSINESS).status_code == 403
    assert person.post("/console/start/till/", code="t", title="t").status_code == 403
