"""Members sign in and join: by codes that are bound, counted and budgeted; nobody learns who is one."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.contexts.members.models import ConsentRow, IdentifierRow, Member
from regulars.contexts.members.usecases.membership import erase_member
from regulars.contexts.security.models import Ceremony, Letter, OneTimeCode
from regulars.contexts.security.types import system_actor
from regulars.contexts.security.usecases.codes import purge_codes
from regulars.kit.transactions import in_transaction
from web_accounts.conftest import code_in

MEMBER, STRANGER = "anna@example.com", "nobody@example.com"
AGREED = {"consent_terms": "on", "consent_personal_data": "on"}


def ask(browser, contact, path="/app/sign-in/"):
    return browser.post(path, {"contact": contact})


def faceless(page):
    return re.sub(r'content="\w{64}"|value="\w{64}"', "", page.content.decode())


def last_code(post_office):
    return code_in(post_office()[-1][2])


def sign_in(browser, contact, post_office):
    assert ask(browser, contact).status_code == 302
    return browser.post("/app/sign-in/code/", {"code": last_code(post_office)})


def test_a_code_lets_a_member_in(committed, enrol, visitor, post_office):
    enrol(contact=MEMBER)
    answer = sign_in(visitor, MEMBER.upper(), post_office)
    assert answer["Location"] == "/app/"
    page = visitor.get("/app/account/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]


def test_a_phone_is_as_good(enrol, visitor, post_office):
    enrol(contact="+79161234567")
    assert sign_in(visitor, "8 (916) 123-45-67", post_office)["Location"] == "/app/"
    assert post_office()[-1][0] == "+79161234567"


def test_known_and_unknown_get_the_same_answers_until_the_code_is_typed(
    enrol, visitor, post_office
):
    enrol(contact=MEMBER)
    seen = []
    for contact in (MEMBER, STRANGER):
        browser = Client()
        asked = ask(browser, contact)
        page = browser.get("/app/sign-in/code/")
        wrong = browser.post("/app/sign-in/code/", {"code": "000000"})
        seen.append(
            (
                asked.status_code,
                asked["Location"],
                faceless(page),
                wrong.status_code,
                faceless(wrong),
            )
        )
    assert seen[0] == seen[1]
    assert {to for to, _, _ in post_office()} == {MEMBER, STRANGER}


def test_asking_costs_the_same_queries_for_known_and_unknown(enrol, clock):
    enrol(contact=MEMBER)
    counts = []
    for contact in (MEMBER, STRANGER):
        with CaptureQueriesContext(connection) as queries:
            ask(Client(), contact)
        counts.append(len(queries))
    assert counts[0] == counts[1] > 0


def test_a_stranger_joins_and_what_they_agreed_to_is_kept_word_for_word(
    committed, terms, visitor, post_office
):
    assert sign_in(visitor, STRANGER, post_office)["Location"] == "/join/"
    page = visitor.get("/join/").content.decode()
    assert "Corner shop keeps what you enter here" in page
    told = {"given_name": "Boris", "consent_email": "on"} | AGREED
    assert visitor.post("/join/", told)["Location"] == "/app/"
    member = Member.objects.get()
    assert IdentifierRow.objects.get(member_id=member.id).value == STRANGER
    log = {row.purpose: (row.given, row.text_version) for row in ConsentRow.objects.all()}
    assert log == {
        "terms": (True, "terms/1"),
        "personal_data": (True, "personal_data/1"),
        "email": (True, "email/1"),
        "sms": (False, "sms/1"),
    }
    assert visitor.get("/app/account/").status_code == 200


def test_nobody_joins_without_the_required_consents(terms, visitor, post_office):
    sign_in(visitor, STRANGER, post_office)
    page = visitor.post("/join/", {"given_name": "Boris", "consent_terms": "on"})
    assert page.status_code == 422
    assert "Without this consent" in page.content.decode()
    assert not Member.objects.exists()


def test_nobody_joins_before_there_are_terms(visitor, post_office):
    sign_in(visitor, STRANGER, post_office)
    assert "not published" in visitor.get("/join/").content.decode()
    visitor.post("/join/", {"given_name": "Boris"} | AGREED)
    assert not Member.objects.exists()


def test_nobody_joins_without_a_proved_contact(terms, visitor):
    visitor.post("/join/", {"given_name": "Boris", "contact": ""} | AGREED)
    visitor.cookies["regulars_join"] = "2" * 27
    visitor.post("/join/", {"given_name": "Boris"} | AGREED)
    assert not Member.objects.exists()


def test_a_proof_is_used_up_by_joining(terms, visitor, post_office):
    sign_in(visitor, STRANGER, post_office)
    token = visitor.cookies["regulars_join"].value
    visitor.post("/join/", {"given_name": "Boris"} | AGREED)
    other = Client()
    other.cookies["regulars_join"] = token
    other.post("/join/", {"given_name": "Mallory"} | AGREED)
    assert Member.objects.count() == 1


def test_a_script_in_a_name_stays_text(terms, visitor, post_office):
    sign_in(visitor, STRANGER, post_office)
    name = "<script>alert(1)</script>"
    page = visitor.post("/join/", {"given_name": name})
    assert name not in page.content.decode()


def test_after_five_wrong_tries_the_right_code_is_dead(enrol, visitor, post_office):
    enrol(contact=MEMBER)
    ask(visitor, MEMBER)
    right = last_code(post_office)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert visitor.post("/app/sign-in/code/", {"code": wrong}).status_code == 422
    assert visitor.post("/app/sign-in/code/", {"code": right}).status_code == 422


def test_a_code_is_good_for_five_minutes_and_once(enrol, visitor, post_office, clock):
    enrol(contact=MEMBER)
    ask(visitor, MEMBER)
    late = last_code(post_office)
    clock.pass_(minutes=5)
    assert visitor.post("/app/sign-in/code/", {"code": late}).status_code == 422
    ask(visitor, MEMBER)
    token = visitor.cookies["regulars_code"].value
    code = last_code(post_office)
    assert visitor.post("/app/sign-in/code/", {"code": code}).status_code == 302
    other = Client()
    other.cookies["regulars_code"] = token
    assert other.post("/app/sign-in/code/", {"code": code}).status_code == 422


def test_a_newer_code_voids_the_older(enrol, visitor, post_office):
    enrol(contact=MEMBER)
    ask(visitor, MEMBER)
    token, code = visitor.cookies["regulars_code"].value, last_code(post_office)
    ask(Client(), MEMBER)
    visitor.cookies["regulars_code"] = token
    assert visitor.post("/app/sign-in/code/", {"code": code}).status_code == 422


def test_a_code_for_one_thing_opens_no_other(enrol, visitor, post_office, clock):
    enrol(contact=MEMBER)
    sign_in(visitor, MEMBER, post_office)
    clock.pass_(minutes=11)
    visitor.post("/app/account/prove/", {"send": "1"})
    proof, code = visitor.cookies["regulars_proof"].value, last_code(post_office)
    other = Client()
    other.cookies["regulars_code"] = proof
    assert other.post("/app/sign-in/code/", {"code": code}).status_code == 422
    answer = visitor.post("/app/account/prove/", {"code": code})
    assert answer["Location"] == "/app/account/"


def test_one_contact_is_written_to_four_times_an_hour_member_or_not(enrol, clock):
    enrol(contact=MEMBER)
    for contact in (MEMBER, STRANGER):
        for _ in range(4):
            assert ask(Client(), contact).status_code == 302
        assert ask(Client(), contact).status_code == 422
    assert Letter.objects.count() == 8


def test_one_address_asks_thirty_times_an_hour(clock):
    told = [ask(Client(), f"person{n}@example.com").status_code for n in range(31)]
    assert told == [302] * 30 + [422]


def test_the_whole_installation_has_a_budget(settings, clock):
    settings.CODES_PER_HOUR = 3
    told = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post("/app/sign-in/", {"contact": f"p{n}@example.com"})
        for n in range(4)
    ]
    assert [one.status_code for one in told] == [302] * 3 + [422]
    clock.pass_(hours=1, seconds=1)
    assert ask(Client(), "later@example.com").status_code == 302


def test_neither_code_nor_contact_is_readable_in_the_database(visitor, post_office):
    ask(visitor, STRANGER)
    row, letter = OneTimeCode.objects.get(), Letter.objects.get()
    kept = bytes(row.sealed_contact) + bytes(row.contact_digest) + bytes(letter.sealed)
    assert b"nobody" not in kept
    code = last_code(post_office)
    assert code.encode() not in bytes(row.code_digest)
    assert Letter.objects.get().sealed is None


def test_what_is_over_is_forgotten(visitor, clock):
    ask(visitor, STRANGER)
    clock.pass_(minutes=6)
    purge_codes(now=clock.now)
    assert not OneTimeCode.objects.exists()


def test_a_channel_that_is_not_there_is_not_offered(settings, visitor):
    settings.LETTER_CHANNELS = {"email": "web_accounts.conftest.deliver"}
    page = visitor.get("/app/sign-in/").content.decode()
    assert "E-mail address" in page
    assert "phone" not in page.lower().replace("iphone", "")
    assert ask(visitor, "+79161234567").status_code == 422
    settings.LETTER_CHANNELS = {}
    assert "Please ask at the till" in visitor.get("/app/sign-in/").content.decode()


@pytest.mark.parametrize("text", ["x", "@", "a@b", "+7", "\x00", "ж" * 254, "a@b.c\r\nBcc: x@y.z"])
def test_what_is_no_contact_is_told_so(visitor, text):
    assert ask(visitor, text).status_code == 422
    assert not Letter.objects.exists()


def test_an_erased_member_is_out_and_joins_anew(
    committed, enrol, terms, visitor, post_office, clock
):
    member = enrol(contact=MEMBER)
    sign_in(visitor, MEMBER, post_office)
    by = system_actor("tests")
    in_transaction(lambda: erase_member(member, "asked for", now=clock.now, by=by))
    assert visitor.get("/app/account/")["Location"].startswith("/app/sign-in/")
    assert sign_in(Client(), MEMBER, post_office)["Location"] == "/join/"


def test_a_session_of_staff_is_none_of_a_member(owner):
    owner.sign_in()
    owner.browser.cookies["regulars_member"] = owner.browser.cookies["regulars_staff"].value
    assert owner.get("/app/account/").status_code == 302


def test_nobody_ends_a_device_of_another_member(enrol, post_office):
    enrol(contact=MEMBER)
    enrol(contact=STRANGER)
    anna, boris = Client(), Client()
    sign_in(anna, MEMBER, post_office)
    sign_in(boris, STRANGER, post_office)
    theirs = boris.get("/app/account/").context["own_session"]
    assert anna.post(f"/app/account/devices/{theirs}/end/").status_code == 404
    assert boris.get("/app/account/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil", "/console/", "/app\\x"])
def test_signing_in_leads_into_the_app_only(enrol, visitor, post_office, target):
    enrol(contact=MEMBER)
    ask(visitor, MEMBER)
    told = {"code": last_code(post_office), "next": target}
    assert visitor.post("/app/sign-in/code/", told)["Location"] == "/app/"


def test_proofs_under_way_are_not_readable_in_the_database(visitor, post_office):
    sign_in(visitor, STRANGER, post_office)
    assert "nobody" not in str([row.state for row in Ceremony.objects.all()])
