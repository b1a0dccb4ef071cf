"""Language and theme are kept in this browser; the way back stays on the site."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_choices_are_kept_in_cookies_and_lead_back(client):
    answer = client.post(
        "/design/preferences/", {"language": "ru", "theme": "dark", "next": "/console/?a=1"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/console/?a=1")
    assert client.cookies["language"].value == "ru"
    assert client.cookies["theme"].value == "dark"
    assert client.cookies["theme"]["httponly"]


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_the_way_back_never_leads_elsewhere(client, elsewhere):
    answer = client.post("/design/preferences/", {"theme": "dark", "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("told", [{"theme": "neon"}, {"language": "../en"}])
def test_what_is_not_on_the_lists_is_refused(client, told):
    answer = client.post("/design/preferences/", told)
    assert answer.status_code == 400
    assert not client.cookies


def test_only_a_form_of_ours_may_choose():
    answer = Client(enforce_csrf_checks=True).post("/design/preferences/", {"theme": "dark"})
    assert answer.status_code == 403
    assert Client().get("/design/preferences/").status_code == 405


def test_a_theme_that_a_cookie_makes_up_is_not_taken(client):
    client.cookies["theme"] = 'dark"><script>'
    assert b'data-theme="auto"' in client.get("/console/sign-in/").content
