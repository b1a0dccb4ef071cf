"""A member changes phone or address: proved, told, resting, taken back; nobody learns whose a contact is."""

from datetime import timedelta

import pytest
from django.test import Client

from regulars.contexts.members.models import IdentifierRow, Member, ProfileRow
from regulars.contexts.members.usecases.contacts import forget_replaced_contacts
from regulars.contexts.members.usecases.membership import erase_member
from regulars.contexts.security.models import AuditRow, Ceremony, Letter
from regulars.contexts.security.types import system_actor
from regulars.kit.transactions import in_transaction
from web_accounts.conftest import code_in, link_in
from web_accounts.test_members import faceless, last_code, sign_in

OLD, NEW, OTHER = "anna@example.com", "anna@example.org", "boris@example.com"
PAGE = "/app/account/contacts/"


@pytest.fixture
def anna(enrol, visitor, post_office):
    """Anna's browser, signed in."""
    visitor.member = enrol(contact=OLD)
    sign_in(visitor, OLD, post_office)
    return visitor


def ref_in(browser):
    page = browser.get(PAGE).content.decode()
    return page.partition(f'href="{PAGE}')[2].partition("/")[0]


def ask(browser, contact=NEW, ref=None):
    return browser.post(f"{PAGE}{ref or ref_in(browser)}/", {"contact": contact})


def change(browser, post_office, contact=NEW, ref=None):
    ref = ref or ref_in(browser)
    assert ask(browser, contact, ref).status_code == 302
    code = code_in(next(body for to, _, body in reversed(post_office()) if to == contact))
    return browser.post(f"{PAGE}{ref}/code/", {"code": code})


def contacts_of(member):
    rows = IdentifierRow.objects.filter(member_id=member.id).order_by("value")
    return [(row.value, row.status) for row in rows]


def undo_link(post_office, to=OLD):
    return link_in(next(body for whom, _, body in reversed(post_office()) if whom == to))


def test_a_new_address_is_proved_and_the_old_one_told(anna, clock, post_office):
    ProfileRow.objects.filter(member_id=anna.member.id).update(email=OLD)
    assert change(anna, post_office)["Location"] == PAGE
    assert contacts_of(anna.member) == [(OLD, "replaced"), (NEW, "active")]
    told = [(to, subject) for to, subject, _ in post_office() if "code" not in subject]
    assert told[-1] == (OLD, "Your contact was changed")
    row = Member.objects.get(id=anna.member.id)
    assert row.rests_until == clock.now + timedelta(hours=24)
    assert ProfileRow.objects.filter(member_id=anna.member.id, email=NEW).exists()
    assert AuditRow.objects.filter(action="member.change_contact", refused=None).count() == 1
    page = anna.get(PAGE).content.decode()
    assert "points are not spent" in page
    assert f"{PAGE}email" not in page
    assert sign_in(Client(), NEW, post_office)["Location"] == "/app/"
    assert sign_in(Client(), OLD, post_office)["Location"] == "/join/"


def test_nothing_is_changed_without_the_code_or_after_five_wrong_ones(anna, post_office):
    ref = ref_in(anna)
    ask(anna, ref=ref)
    right = last_code(post_office)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        assert anna.post(f"{PAGE}{ref}/code/", {"code": wrong}).status_code == 422
    assert anna.post(f"{PAGE}{ref}/code/", {"code": right}).status_code == 422
    assert contacts_of(anna.member) == [(OLD, "active")]


def test_a_contact_of_somebody_else_looks_the_same_until_the_code(anna, enrol, post_office):
    other = enrol(contact=OTHER)
    ref, seen = ref_in(anna), []
    for contact in (OTHER, "nobody@example.com"):
        asked = ask(anna, contact, ref)
        page = anna.get(f"{PAGE}{ref}/code/")
        seen.append((asked.status_code, asked["Location"], faceless(page)))
    assert seen[0] == seen[1]
    answer = change(anna, post_office, OTHER, ref)
    assert answer.status_code == 422
    assert "cannot be used here" in answer.content.decode()
    assert contacts_of(anna.member) == [(OLD, "active")]
    assert contacts_of(other) == [(OTHER, "active")]
    refused = AuditRow.objects.get(action="member.change_contact")
    assert refused.refused == "contact.unusable"
    assert OTHER not in str(refused.detail)


def test_codes_to_new_contacts_are_counted_for_the_member(anna, clock, post_office):
    ref = ref_in(anna)
    for number in range(6):
        assert ask(anna, f"x{number}@example.com", ref).status_code == 302
    late = ask(anna, "x7@example.com", ref)
    assert late.status_code == 422
    assert not any(to == "x7@example.com" for to, _, _ in post_office())


def test_only_who_has_just_shown_who_they_are_changes_a_contact(anna, clock):
    ref = ref_in(anna)
    clock.pass_(minutes=11)
    assert "/app/account/prove/" in anna.get(f"{PAGE}{ref}/")["Location"]
    assert "/app/account/prove/" in ask(anna, NEW, ref)["Location"]


def test_another_s_contact_is_not_found_by_its_reference(anna, enrol, post_office):
    enrol(contact=OTHER)
    boris = Client()
    sign_in(boris, OTHER, post_office)
    ref = ref_in(boris)
    assert anna.get(f"{PAGE}{ref}/").status_code == 404
    assert ask(anna, NEW, ref).status_code == 404
    assert ask(anna, NEW, "0123456789abcdef").status_code == 404


def test_a_second_change_waits_and_an_added_phone_does_not_rest(anna, clock, post_office):
    assert change(anna, post_office, "+79161234567", "phone").status_code == 302
    assert post_office()[-1][:2] == (OLD, "A contact was added")
    assert Member.objects.get(id=anna.member.id).rests_until is None
    ref = ref_in(anna)
    assert change(anna, post_office, ref=ref).status_code == 302
    told = [to for to, subject, _ in post_office() if subject == "Your contact was changed"]
    assert told == [OLD, "+79161234567"]
    answer = ask(anna, "third@example.com", "email")
    assert answer.status_code == 422
    assert "changed lately" in answer.content.decode()


def test_the_link_to_the_old_address_takes_all_of_it_back(anna, clock, post_office):
    change(anna, post_office)
    link = undo_link(post_office)
    clock.pass_(hours=25)
    thief = Client()
    sign_in(thief, NEW, post_office)
    change(thief, post_office, "thief@example.com")
    owner = Client()
    opened = owner.get(link)
    assert opened["Location"] == "/app/contact/"
    assert opened["Referrer-Policy"] == "no-referrer"
    page = owner.get("/app/contact/").content.decode()
    assert "It was not me" in page
    assert contacts_of(anna.member)[-1] == (
        "thief@example.com",
        "active",
    )  # looking changes nothing
    assert owner.post("/app/contact/")["Location"] == "/app/sign-in/"
    assert contacts_of(anna.member) == [(OLD, "active")]
    assert "/app/sign-in/" in thief.get("/app/account/")["Location"]
    assert Member.objects.get(id=anna.member.id).rests_until > clock.now
    assert sign_in(Client(), OLD, post_office)["Location"] == "/app/"
    again = Client()
    again.get(link)
    assert again.post("/app/contact/").status_code == 404
    assert AuditRow.objects.filter(action="member.undo_contact").count() == 1


def test_a_link_too_old_made_up_or_of_an_erased_member_does_nothing(anna, clock, post_office):
    change(anna, post_office)
    link = undo_link(post_office)
    assert Client().get("/app/contact/made-up").status_code == 404
    assert Client().get("/app/contact/").status_code == 404
    late = Client()
    late.get(link)
    clock.pass_(days=3, minutes=1)
    assert late.post("/app/contact/").status_code == 404
    assert contacts_of(anna.member) == [(OLD, "replaced"), (NEW, "active")]
    by = system_actor("tests")
    in_transaction(lambda: erase_member(anna.member, "asked", now=clock.now, by=by))
    assert not Ceremony.objects.filter(kind="undo").exists()


def test_a_replaced_contact_becomes_free_when_it_cannot_come_back(anna, clock, post_office):
    change(anna, post_office)
    assert in_transaction(lambda: forget_replaced_contacts(now=clock.now)) == 0
    clock.pass_(days=3, minutes=1)
    assert in_transaction(lambda: forget_replaced_contacts(now=clock.now)) == 1
    assert contacts_of(anna.member) == [(NEW, "active")]


def test_one_may_go_back_to_the_old_contact_oneself(anna, clock, post_office):
    change(anna, post_office)
    clock.pass_(hours=25)
    sign_in(anna, NEW, post_office)
    assert change(anna, post_office, OLD).status_code == 302
    assert contacts_of(anna.member) == [(OLD, "active"), (NEW, "replaced")]


def test_contacts_stand_sealed_and_in_no_address(anna, post_office):
    ref = ref_in(anna)
    asked = ask(anna, ref=ref)
    assert "anna" not in asked["Location"]
    kept = [bytes(row.sealed) for row in Letter.objects.exclude(sealed=None)]
    assert all(b"anna" not in one for one in kept)
    change(anna, post_office, ref=ref)
    assert "anna" not in str(Ceremony.objects.get(kind="undo").state)


def test_a_member_takes_the_own_data_along(anna):
    record = anna.post("/app/data/file/")
    assert record["Content-Disposition"] == f'attachment; filename="member-{anna.member.id}.json"'
    told = record.json()
    assert (told["member"], told["identifiers"][0]["value"]) == (str(anna.member.id), OLD)
    row = AuditRow.objects.get(action="member.export_one")
    assert (row.actor_kind, row.object_id) == ("member", str(anna.member.id))
    assert anna.get("/app/data/file/").status_code == 405
    stranger = Client().post("/app/data/file/")
    assert (stranger.status_code, AuditRow.objects.filter(action="member.export_one").count()) == (
        302,
        1,
    )
