"""Signing in by password and code, lost passwords, invitations, the own account."""

import re
from base64 import b32decode

import pytest

from regulars.contexts.security.models import OneTimeLink, StaffUser
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.links import make_welcome
from regulars.core.code_app import code_at, step_at
from web_accounts.conftest import PASSWORD, link_in

NEW = "another horse battery staple"


def test_wrong_and_unknown_get_the_same_page(owner, visitor):
    pages = []
    for email, password in ((owner.email, "wrong"), ("nobody@example.com", PASSWORD)):
        answer = visitor.post("/console/sign-in/", {"email": email, "password": password})
        assert answer.status_code == 422
        page = answer.content.decode().replace(email, "…")
        pages.append(re.sub(r'(name="csrf(?:middlewaretoken)?" (?:content|value))="\w+"', "", page))
    assert pages[0] == pages[1]
    assert "Address or password is wrong." in pages[0]


def test_guessing_passwords_is_paused_and_says_for_how_long(owner, visitor):
    for _ in range(5):
        visitor.post("/console/sign-in/", {"email": owner.email, "password": "wrong"})
    answer = visitor.post("/console/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_password_is_never_given_back(owner, visitor):
    answer = visitor.post("/console/sign-in/", {"email": owner.email, "password": "my secret"})
    assert "my secret" not in answer.content.decode()


def test_a_script_in_a_field_comes_back_as_text(visitor):
    answer = visitor.post(
        "/console/sign-in/", {"email": '"><script>alert(1)</script>', "password": "x"}
    )
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "path", ["/console/sign-in/", "/console/forgotten/", "/console/account/", "/console/staff/"]
)
def test_pages_speak_both_languages(owner, path, language):
    owner.sign_in()
    owner.browser.cookies["language"] = language
    if "sign-in" in path:
        del owner.browser.cookies["regulars_staff"]
    answer = owner.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()


def test_an_invitation_leads_to_an_account_of_its_role(committed, owner, visitor, post_office):
    owner.sign_in().post(
        "/console/staff/invite/", email="New@Example.com", role="support", language="en"
    )
    ((to, subject, body),) = post_office()
    assert (to, subject) == ("new@example.com", "You are invited to Regulars")
    answer = visitor.get(link_in(body))
    assert answer["Location"] == "/console/link/"
    assert "new@example.com" in visitor.get("/console/link/").content.decode()
    answer = visitor.post("/console/link/", {"name": "Boris", "password": NEW})
    assert answer["Location"] == "/console/account/protect/"
    made = StaffUser.objects.get(email="new@example.com")
    assert (made.role, made.name) == ("support", "Boris")
    assert visitor.get(link_in(body)).status_code == 302
    again = visitor.post("/console/link/", {"name": "Boris", "password": NEW})
    assert again.status_code == 404


def test_a_weak_password_leaves_the_link_good(owner, visitor, post_office):
    owner.sign_in().post(
        "/console/staff/invite/", email="n@example.com", role="support", language="en"
    )
    visitor.get(link_in(post_office()[0][2]))
    weak = visitor.post("/console/link/", {"name": "Boris", "password": "short"})
    assert weak.status_code == 422
    assert visitor.post("/console/link/", {"name": "Boris", "password": NEW}).status_code == 302


def test_an_invitation_called_back_or_too_old_opens_nothing(owner, visitor, post_office, clock):
    owner.sign_in()
    owner.post("/console/staff/invite/", email="a@example.com", role="support", language="ru")
    link = OneTimeLink.objects.get()
    owner.post(f"/console/staff/invitations/{link.pk}/call-back/")
    owner.post("/console/staff/invite/", email="b@example.com", role="support", language="ru")
    first, second = (link_in(body) for _, _, body in post_office())
    visitor.get(first)
    assert visitor.get("/console/link/").status_code == 404
    visitor.get(second)
    assert visitor.get("/console/link/").status_code == 200
    clock.pass_(days=3)
    visitor.get(second)
    assert visitor.get("/console/link/").status_code == 404


def test_nobody_invites_somebody_who_may_more(hire, visitor):
    integrator = hire(Role.INTEGRATOR).sign_in()
    told = integrator.post(
        "/console/staff/invite/", email="x@example.com", role="owner", language="en"
    )
    assert told.status_code == 403


def test_a_lost_password_is_replaced_by_a_letter_and_signs_out_everywhere(
    committed, owner, visitor, post_office
):
    owner.sign_in()
    answer = visitor.post("/console/forgotten/", {"email": owner.email})
    assert answer.status_code == 200
    ((to, _, body),) = post_office()
    assert to == owner.email
    visitor.get(link_in(body))
    assert visitor.post("/console/link/", {"password": NEW})["Location"] == "/console/sign-in/"
    assert owner.get("/console/account/").status_code == 302
    told = visitor.post("/console/sign-in/", {"email": owner.email, "password": NEW})
    assert told["Location"].startswith("/console/sign-in/code/")  # the second factor is still asked


def test_asking_for_an_unknown_address_looks_the_same_and_sends_nothing(
    owner, visitor, post_office
):
    pages = []
    for email in (owner.email, "nobody@example.com"):
        page = visitor.post("/console/forgotten/", {"email": email}).content.decode()
        pages.append(re.sub(r'content="\w{64}"|value="\w{64}"', "", page))
    assert pages[0] == pages[1]
    assert [to for to, _, _ in post_office()] == [owner.email]


def test_asking_again_and_again_is_paused_for_unknown_addresses_too(visitor):
    for email in ("nobody@example.com",) * 3:
        assert visitor.post("/console/forgotten/", {"email": email}).status_code == 200
    assert visitor.post("/console/forgotten/", {"email": "nobody@example.com"}).status_code == 422


def test_the_welcome_of_the_first_owner_sets_address_name_and_password(hire, visitor, clock):
    first = hire(Role.OWNER, app=False, email="owner@regulars.local")
    token = make_welcome(first.id, now=clock.now, by=system_actor("tests"))
    assert visitor.get(f"/console/link/{token}")["Location"] == "/console/link/"
    answer = visitor.post(
        "/console/link/", {"name": "Vera", "email": "vera@example.com", "password": NEW}
    )
    assert answer.status_code == 302
    assert StaffUser.objects.get(pk=first.id).email == "vera@example.com"
    assert visitor.get(f"/console/link/{token}").status_code == 302
    assert visitor.get("/console/link/").status_code == 404


def test_a_code_app_is_set_up_from_the_page(committed, hire, clock):
    person = hire(app=False).sign_in()
    page = person.get("/console/account/code-app/").content.decode()
    spelled = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    raw = b32decode(spelled + "=" * (-len(spelled) % 8))
    assert person.post("/console/account/code-app/", code="000000").status_code == 422
    page = person.post("/console/account/code-app/", code=code_at(raw, step_at(clock.now)))
    codes = re.findall(r"<code[^>]*>([a-z0-9]{6}-[a-z0-9-]+)</code>", page.content.decode())
    assert len(codes) == 10
    assert person.get("/console/staff/").status_code == 200  # this session goes on by the app


def test_changing_the_password_keeps_this_browser_and_ends_the_others(committed, owner, hire):
    owner.sign_in()
    token = owner.browser.cookies["regulars_staff"].value
    told = owner.post("/console/account/password/", current=PASSWORD, password=NEW)
    assert told["Location"] == "/console/account/"
    assert owner.get("/console/account/").status_code == 200
    owner.browser.cookies["regulars_staff"] = token
    assert owner.get("/console/account/").status_code == 302


def test_nobody_ends_a_session_of_somebody_else(owner, hire):
    other = hire(Role.AUDITOR).sign_in()
    owner.sign_in()
    page = owner.get("/console/account/").content.decode()
    assert "Firefox · Linux" in page
    from_other = re.findall(r"/console/account/sessions/([0-9a-f-]{36})/end/", page)
    assert from_other == []
    mine = other.get("/console/account/").context["own_session"]
    assert owner.post(f"/console/account/sessions/{mine}/end/").status_code in (302, 404)
