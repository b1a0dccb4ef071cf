"""Members in the console: found, looked at, acted upon; who may what, and nothing of it in addresses."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from till_shop import DOCUMENT, open_shop

from regulars.contexts.members.models import IdentifierRow, Member, ProfileRow, SavedViewRow
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, Profile
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.members.usecases.identifiers import add_identifier
from regulars.contexts.security.models import Approval, AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.till.types import MemberKey, ReadBooks
from regulars.contexts.till.usecases.places import create_store
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def shop(django_on_fresh_database, settings):
    settings.ADJUSTMENT_LIMIT_MINOR = 1000
    with open_shop(django_on_fresh_database, DOCUMENT, utc_now()) as shop:
        in_transaction(lambda: create_store("s1", f"Central {EVIL}", now=shop.now, by=shop.by))
        yield shop


def join(shop, number, given="", family="", phone="", tags=(), minutes=0):
    identifiers = [Identifier(IdentifierKind.EXTERNAL, number)]
    if phone:
        identifiers.append(Identifier(IdentifierKind.PHONE, phone))
    person = Enrolment(
        tuple(identifiers), Profile(given_name=given, family_name=family, phone=phone),
        tags=frozenset(tags), enrolled_at=shop.now - timedelta(minutes=minutes),
    )  # fmt: skip
    return in_transaction(lambda: enrol_member(person, now=shop.now, by=shop.by)).member


def points(shop, member):
    shop.now = utc_now()
    return shop.ask(ReadBooks(MemberKey(ref=member), shop.now)).balances["points"].active


def found(browser, search, **more):
    answer = browser.post(
        "/console/members/", {"search": search, **more}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def anna(shop):
    return join(shop, "a-1", "Вера", f"Кузнецова{EVIL}", "+79161234567", tags=["vip"])


def test_a_search_finds_by_name_phone_and_number_and_stands_in_no_address(shop, anna, sign_in):
    join(shop, "b-1", "Борис", "Веранин", minutes=5)
    browser = sign_in(Role.SUPPORT)
    page = found(browser, "ВЕР")
    assert page.index("Вера Кузнецова") < page.index("Борис Веранин")
    assert "&lt;script&gt;" in page
    assert EVIL not in page
    assert "Вера" in found(browser, "кузнец")
    for typed in ("8 916 123-45-67", "a-1"):
        page = found(browser, typed)
        assert "Вера" in page
        assert "Борис" not in page
    assert "Nobody found" in found(browser, "Ве")
    whole = browser.post("/console/members/", {"search": "вера"}).content.decode()
    assert "<h1>" in whole
    assert 'value="вера"' in whole
    assert "search=" not in whole


def test_names_go_on_page_by_page(shop, sign_in, monkeypatch):
    monkeypatch.setattr("regulars.web.console.members._ROWS", 2)
    for number in range(5):
        # The last two are called so by their given name only.
        given, family = ("Ли", f"Иванов{number}") if number < 3 else (f"Иванов{number}", "Я")
        join(shop, f"m-{number}", given, family)
    browser, seen, cursor = sign_in(), [], ""
    while True:
        page = found(browser, "иванов", cursor=cursor)
        seen += [number for number in range(5) if f"Иванов{number}" in page]
        cursors = re.findall(r'name="cursor" value="([^"]+)"', page)
        if not cursors:
            break
        cursor = cursors[0]
    assert sorted(seen) == [0, 1, 2, 3, 4]
    wrong = browser.post("/console/members/", {"search": "иванов", "cursor": "nonsense"})
    assert wrong.status_code == 422


def test_filters_stand_in_the_address_and_are_kept_as_a_list_of_ones_own(shop, anna, sign_in):
    other = join(shop, "b-1", "Борис")
    browser = sign_in(Role.SUPPORT)
    page = browser.get("/console/members/?tag=vip").content.decode()
    assert "Вера" in page
    assert "Борис" not in page
    browser.post("/console/members/views/?tag=vip", {"name": f"Best {EVIL}"})
    kept = SavedViewRow.objects.get()
    assert kept.filters == {"tag": "vip"}
    page = browser.get("/console/members/").content.decode()
    assert "Best &lt;script&gt;" in page
    assert "Best" not in sign_in().get("/console/members/").content.decode()
    assert sign_in().post(f"/console/members/views/{kept.id}/remove/").status_code == 404
    browser.post(f"/console/members/{other.id}/block/", {"reason": "stolen card"})
    page = browser.get("/console/members/?status=blocked").content.decode()
    assert "Борис" in page
    assert "Вера" not in page
    assert "No member fits" in browser.get("/console/members/?since=2090-01-01").content.decode()
    browser.post(f"/console/members/views/{kept.id}/remove/")
    assert not SavedViewRow.objects.exists()


def test_who_may_not_see_contacts_sees_masked_ones(shop, anna, sign_in):
    browser = sign_in(Role.MARKETER)
    page = browser.get("/console/members/").content.decode()
    assert "Вера К." in page
    assert "1234567" not in page
    card = browser.get(f"/console/members/{anna.id}/").content.decode()
    assert "Кузнецова" not in card
    assert "1234567" not in card
    assert "Correct points" not in card
    assert sign_in(Role.CASHIER).get("/console/members/").status_code == 403


def test_the_card_tells_the_balance_and_why(shop, anna, sign_in):
    shop.sell(anna, 500, number="R-77")
    page = sign_in(Role.SUPPORT).get(f"/console/members/{anna.id}/").content.decode()
    assert "R-77" in page
    assert '<span class="stat-figure">50</span>' in page
    assert "A tenth" in page or "10 points" in page or "+50" in page
    assert EVIL not in page
    assert sign_in().get(f"/console/members/{uuid4()}/").status_code == 404
    statement = sign_in().get(f"/console/members/{anna.id}/statement/").content.decode()
    assert "R-77" in statement
    file = sign_in().get(f"/console/members/{anna.id}/statement.pdf")
    assert file.content.startswith(b"%PDF")


def test_a_small_correction_is_booked_and_a_large_one_asked_for(shop, anna, sign_in):
    browser = sign_in(Role.SUPPORT)
    told = {"currency": "points", "direction": "give", "reason": "Sorry"}
    browser.post(f"/console/members/{anna.id}/adjust/", told | {"amount": "1 000"})
    assert points(shop, anna) == 1000
    browser.post(f"/console/members/{anna.id}/adjust/", told | {"amount": "1001"})
    assert points(shop, anna) == 1000
    assert Approval.objects.get().payload["amount"] == 1001
    for amount in ("0", "-5", "0.5", "many", "NaN", "1e400"):
        browser.post(f"/console/members/{anna.id}/adjust/", told | {"amount": amount})
    away = told | {"amount": "400", "direction": "take"}
    browser.post(f"/console/members/{anna.id}/adjust/", away)
    assert points(shop, anna) == 600
    assert sign_in(Role.MARKETER).post(
        f"/console/members/{anna.id}/adjust/", told | {"amount": "5"}
    ).status_code == 403  # fmt: skip
    strict = sign_in(Role.SUPPORT, enforce_csrf_checks=True)
    assert strict.post(f"/console/members/{anna.id}/adjust/", away).status_code == 403


def test_a_lost_card_is_blocked_found_again_and_replaced(shop, anna, sign_in):
    card = Identifier(IdentifierKind.CARD, "77000001")
    in_transaction(lambda: add_identifier(anna, card, now=shop.now, by=shop.by))
    browser = sign_in(Role.SUPPORT)
    at = f"/console/members/{anna.id}/"

    def status(number="77000001"):
        return IdentifierRow.objects.get(kind="card", value=number).status

    browser.post(f"{at}card/", {"card": "77000001", "what": "block"})
    assert status() == "blocked"
    assert "Unblock" in browser.get(at).content.decode()
    browser.post(f"{at}card/", {"card": "77000001", "what": "unblock"})
    assert status() == "active"
    # A card of somebody else is none of this member's.
    other = join(shop, "b-1", "Борис")
    browser.post(f"/console/members/{other.id}/card/", {"card": "77000001", "what": "block"})
    assert status() == "active"
    browser.post(f"{at}replace-card/", {"old": "77000001", "new": "77000002"})
    assert (status(), status("77000002")) == ("replaced", "active")


def test_a_duplicate_is_looked_at_and_merged_by_a_typed_word(shop, anna, sign_in):
    other = join(shop, "b-1", "Верочка", phone="+79160000000")
    shop.sell(anna, 500)
    shop.sell(other, 300)
    browser = sign_in(Role.SUPPORT)
    at = f"/console/members/{anna.id}/merge/"
    page = browser.post(at, {"other": "+7 916 000-00-00"}).content.decode()
    assert "Afterwards" in page
    assert "<b>80</b>" in page
    assert browser.post(at, {"other": "a-1"}).status_code == 302
    browser.post(f"{at}{other.id}/", {"typed": "no", "reason": "twice"})
    assert Member.objects.get(id=other.id).status == "active"
    browser.post(f"{at}{other.id}/", {"typed": "Merge", "reason": "twice"})
    assert Member.objects.get(id=other.id).status == "merged"
    assert points(shop, anna) == 80
    page = browser.get(f"/console/members/{other.id}/").content.decode()
    assert f"/console/members/{anna.id}/" in page
    assert browser.post(at, {"other": str(other.id)}).status_code == 302


def test_data_are_handed_out_and_erased_by_a_typed_word(shop, anna, sign_in):
    shop.sell(anna, 500)
    browser = sign_in(Role.SUPPORT)
    told = json.loads(browser.post(f"/console/members/{anna.id}/data/").content)
    assert told["profile"]["given_name"] == "Вера"
    assert told["movements"][0]["kind"] == "sale"
    assert AuditRow.objects.filter(action="member.export_one", object_id=str(anna.id)).exists()
    at = f"/console/members/{anna.id}/erase/"
    browser.post(at, {"reason": "asked", "typed": ""})
    assert ProfileRow.objects.filter(member_id=anna.id).exists()
    browser.post(at, {"reason": "asked", "typed": "erase"})
    assert not ProfileRow.objects.filter(member_id=anna.id).exists()
    page = browser.get(f"/console/members/{anna.id}/").content.decode()
    assert "Erased member" in page
    assert "Correct points" not in page
    assert sign_in(Role.MARKETER).post(at, {"typed": "erase"}).status_code == 403


def test_a_request_is_answered_once_with_a_correction_that_waits(shop, anna, sign_in):
    browser = sign_in(Role.SUPPORT)
    ask = f"/console/members/{anna.id}/requests/"
    browser.post(ask, {"kind": "missing_points", "text": f"No points {EVIL}"})
    browser.post(ask, {"kind": "nonsense", "text": "?"})
    page = browser.get("/console/support/").content.decode()
    assert page.count("/console/support/0") == 1 or page.count('href="/console/support/') >= 1
    link = page.partition('<th scope="row"><a href="')[2].partition('"')[0]
    page = browser.get(link).content.decode()
    assert "No points &lt;script&gt;" in page
    told = {"decision": "done", "answer": "The receipt was found", "currency": "points"}
    browser.post(f"{link}answer/", told | {"direction": "give", "amount": "2000"})
    assert points(shop, anna) == 0
    approval = Approval.objects.get()
    browser.post(f"{link}answer/", told | {"direction": "give", "amount": "2000"})
    assert Approval.objects.count() == 1
    assert "second person" in browser.get(link).content.decode()
    owner = sign_in(Role.OWNER)
    owner.post(f"/console/approvals/{approval.id}/decide/", {"decision": "approved"})
    assert points(shop, anna) == 2000
    assert "Nothing is waiting" in browser.get("/console/support/").content.decode()
    assert "done" in browser.get("/console/support/?kind=answered").content.decode()
    assert sign_in(Role.MARKETER).get(link).status_code == 403
    assert browser.get(f"/console/support/{uuid4()}/").status_code == 404
