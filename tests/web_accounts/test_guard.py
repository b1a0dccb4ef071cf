"""Every page says who may see it, and keeps everybody else out."""

from base64 import b64encode

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.contexts.security.models import AuditRow, SessionRow
from regulars.contexts.security.types import Role


def views(patterns=None, prefix=""):
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def test_every_page_declares_who_may_see_it():
    undeclared = [path for path, view in views() if not hasattr(view, "access")]
    assert undeclared == []


def test_only_signing_in_and_what_says_nothing_is_open_below_the_console():
    public = {
        path
        for path, view in views()
        if path.startswith("console/") and view.access.kind == "public"
    }
    assert public == {
        "console/sign-in/",
        "console/sign-in/code/",
        "console/sign-in/passkey/options",
        "console/sign-in/passkey",
        "console/forgotten/",
        "console/link/",
        "console/link/<str:token>",
    }


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(visitor):
    answer = visitor.get("/console/staff/?x=1")
    assert answer["Location"] == "/console/sign-in/?next=%2Fconsole%2Fstaff%2F%3Fx%3D1"
    assert "no-store" in answer["Cache-Control"]


def test_scripts_are_told_where_to_go(visitor):
    told = visitor.get("/console/staff/", headers={"hx-request": "true"})
    assert (told.status_code, told["HX-Redirect"]) == (401, "/console/sign-in/")
    told = visitor.get("/console/staff/", headers={"accept": "application/json"})
    assert told.json() == {"lead_to": "/console/sign-in/"}


@pytest.mark.parametrize("role", [Role.CASHIER, Role.MARKETER, Role.SUPPORT, Role.INTEGRATOR])
def test_a_page_without_the_permission_is_refused_and_the_refusal_audited(hire, role):
    person = hire(role).sign_in()
    assert person.get("/console/staff/").status_code == 403
    row = AuditRow.objects.filter(action="page.open").latest("id")
    assert (row.refused, row.actor_id) == ("access.permission_missing", str(person.id))


def test_who_may_only_read_colleagues_changes_nothing(hire, owner):
    auditor = hire(Role.AUDITOR).sign_in()
    assert auditor.get("/console/staff/").status_code == 200
    for path in (f"/console/staff/{owner.id}/change/", "/console/staff/invite/"):
        assert auditor.post(path, what="close").status_code == 403


def test_a_closed_account_is_out_at_once(committed, hire, owner):
    person = hire(Role.AUDITOR).sign_in()
    owner.sign_in().post(f"/console/staff/{person.id}/change/", what="close")
    assert person.get("/console/staff/")["Location"].startswith("/console/sign-in/")


def test_a_new_role_holds_from_the_next_click(hire, owner):
    person = hire(Role.AUDITOR).sign_in()
    owner.sign_in().post(f"/console/staff/{person.id}/change/", what="role", role="cashier")
    assert person.get("/console/staff/").status_code == 403


def test_without_a_second_factor_only_setting_one_up_is_open(hire):
    person = hire(app=False).sign_in()
    told = person.get("/console/staff/")
    assert told["Location"] == "/console/account/protect/?next=%2Fconsole%2Fstaff%2F"
    assert person.get("/console/account/protect/").status_code == 200


def test_dangerous_acts_ask_who_one_is_after_ten_minutes(committed, owner, clock):
    owner.sign_in()
    clock.pass_(minutes=11)
    told = owner.get("/console/staff/invite/")
    assert told["Location"] == "/console/account/prove/?next=%2Fconsole%2Fstaff%2Finvite%2F"
    wrong = owner.post("/console/account/prove/", code="000000", next="/console/staff/invite/")
    assert wrong.status_code == 422
    right = owner.post(
        "/console/account/prove/", code=owner.digits(), next="/console/staff/invite/"
    )
    assert right["Location"] == "/console/staff/invite/"
    assert owner.get("/console/staff/invite/").status_code == 200


def test_what_is_sent_without_proof_is_led_back_to_its_page_and_does_nothing(owner, hire, clock):
    colleague = hire(Role.AUDITOR)
    owner.sign_in()
    clock.pass_(minutes=11)
    path = f"/console/staff/{colleague.id}/"
    told = owner.post(
        f"{path}change/", headers={"referer": f"http://testserver{path}"}, what="close"
    )
    assert told["Location"].startswith("/console/account/prove/?next=%2Fconsole%2Fstaff%2F")
    assert colleague.sign_in()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/console/",
        "/\\evil.example",
        "/console/\\..\\evil",
        "javascript:alert(1)",
        "/console/\nx",
        "/app/",
        "console/",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(owner, target):
    fields = {"email": owner.email, "password": "correct horse battery staple", "next": target}
    assert owner.post("/console/sign-in/", **fields)["Location"] == (
        "/console/sign-in/code/?next=%2Fconsole%2F"
    )
    assert (
        owner.post("/console/sign-in/code/", code=owner.digits(), next=target)["Location"]
        == "/console/"
    )


def test_a_forged_form_is_refused(owner, client):
    owner.sign_in()
    owner.browser.handler.enforce_csrf_checks = True
    told = owner.post(f"/console/staff/{owner.id}/change/", what="sign_out")
    assert told.status_code == 403
    assert SessionRow.objects.filter(ended_at=None).exists()


def test_the_cookie_of_a_session_is_out_of_reach(owner, settings):
    owner.sign_in()
    cookie = owner.browser.cookies["regulars_staff"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    settings.BEHIND_TLS = True
    owner.sign_in()
    assert owner.browser.cookies["__Host-regulars_staff"]["secure"]


def test_signing_out_ends_the_session_and_not_only_the_cookie(owner):
    owner.sign_in()
    token = owner.browser.cookies["regulars_staff"].value
    owner.post("/console/sign-out/")
    owner.browser.cookies["regulars_staff"] = token
    assert owner.get("/console/account/").status_code == 302


def test_signing_in_again_ends_the_session_before(owner):
    owner.sign_in()
    token = owner.browser.cookies["regulars_staff"].value
    owner.post("/console/sign-out/")
    owner.sign_in()
    second = owner.browser.cookies["regulars_staff"].value
    assert token != second


@pytest.mark.parametrize("token", ["", "x" * 500, "%00", "é", "2" * 27])
def test_a_made_up_session_opens_nothing(visitor, token):
    visitor.cookies["regulars_staff"] = token
    assert visitor.get("/console/account/").status_code == 302


def test_a_password_alone_opens_no_figures_on_the_front_page(owner, visitor):
    word = b64encode(f"{owner.email}:correct horse battery staple".encode()).decode()
    page = visitor.get("/", headers={"authorization": f"Basic {word}"})
    assert not page.context.get("figures")
    assert visitor.get("/?sign_in")["Location"] == "/console/sign-in/"
