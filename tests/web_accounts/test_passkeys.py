"""Passkeys of staff and members: made, signed in with, and every kind of wrong answer refused."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soft_passkey import PRESENT, SoftPasskey, text

from regulars.contexts.security.models import Ceremony, Passkey
from regulars.contexts.security.types import Role
from regulars.kit.passkeys import Credential, PasskeyAnswerWrong, Site, asserted, registered
from web_accounts.conftest import PASSWORD, code_in

HERE = {"SERVER_NAME": "localhost"}
SITE = Site("http://localhost", "Regulars")


@pytest.fixture(autouse=True)
def _by_name(settings):
    settings.ALLOWED_HOSTS = ["*"]


def send(browser, path, body=None):
    answer = browser.post(
        path,
        json.dumps(body) if body is not None else "",
        content_type="application/json",
        headers={"accept": "application/json", "host": "localhost"},
    )
    return answer.status_code, answer.json()


@pytest.fixture
def keyed(hire):
    """An owner without a code app, with one passkey."""
    person = hire(app=False)
    person.browser.defaults["SERVER_NAME"] = "localhost"
    person.sign_in()
    key = SoftPasskey()
    _, options = send(person.browser, "/console/account/passkeys/options")
    status, told = send(person.browser, "/console/account/passkeys", key.make(options))
    assert (status, told) == (200, {"next": "/console/account/"})
    return person, key


def signed_in(key, kind="console/sign-in", **wrong):
    browser = Client(**HERE)
    _, options = send(browser, f"/{kind}/passkey/options")
    status, told = send(browser, f"/{kind}/passkey", key.sign(options, **wrong))
    return browser, status, told


def test_a_passkey_signs_in_without_password_or_code(committed, keyed):
    browser, status, told = signed_in(keyed[1])
    assert (status, told) == (200, {"next": "/console/"})
    assert browser.get("/console/staff/").status_code == 200


def test_the_session_that_made_the_passkey_goes_on_as_a_protected_one(keyed):
    assert keyed[0].get("/console/staff/").status_code == 200


def test_with_a_passkey_the_password_alone_opens_nothing(keyed):
    person, _ = keyed
    answer = Client().post("/console/sign-in/", {"email": person.email, "password": PASSWORD})
    assert answer["Location"].startswith("/console/sign-in/code/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000"},
        {"challenge": text(b"another challenge of thirty-two bytes")},
        {"type": "webauthn.create"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
)
def test_an_answer_that_does_not_fit_is_refused(keyed, wrong):
    _, status, told = signed_in(keyed[1], **wrong)
    assert (status, told["code"]) == (403, "passkey.refused")


def test_a_stranger_s_key_is_refused_like_a_wrong_one(keyed):
    assert signed_in(SoftPasskey())[1:] == signed_in(keyed[1], origin="https://evil.example")[1:]


def test_a_challenge_is_answered_once(keyed):
    browser = Client(**HERE)
    _, options = send(browser, "/console/sign-in/passkey/options")
    token = browser.cookies["regulars_passkey"].value
    answer = keyed[1].sign(options)
    assert send(browser, "/console/sign-in/passkey", answer)[0] == 200
    browser.cookies["regulars_passkey"] = token
    assert send(browser, "/console/sign-in/passkey", answer)[0] == 403


def test_a_challenge_is_good_for_five_minutes(keyed, clock):
    browser = Client(**HERE)
    _, options = send(browser, "/console/sign-in/passkey/options")
    clock.pass_(minutes=5)
    assert send(browser, "/console/sign-in/passkey", keyed[1].sign(options))[0] == 403


def test_a_copy_of_the_device_is_noticed_by_its_count(keyed):
    assert signed_in(keyed[1])[1] == 200
    keyed[1].count -= 1
    assert signed_in(keyed[1])[1] == 403


def test_a_signature_of_another_key_is_refused(keyed):
    other = SoftPasskey()
    other.id = keyed[1].id
    other.count = 10
    assert signed_in(other)[1] == 403


def test_a_passkey_of_staff_opens_no_membership(keyed):
    assert signed_in(keyed[1], "app/sign-in")[1] == 403


def test_a_closed_account_does_not_come_in_by_its_passkey(keyed, hire):
    owner = hire(Role.OWNER).sign_in()
    owner.post(f"/console/staff/{keyed[0].id}/change/", what="close")
    assert signed_in(keyed[1])[1] == 403


def test_a_passkey_is_kept_once(keyed):
    person, key = keyed
    _, options = send(person.browser, "/console/account/passkeys/options")
    assert text(key.id) in [one["id"] for one in options["excludeCredentials"]]
    assert send(person.browser, "/console/account/passkeys", key.make(options))[0] == 422
    assert Passkey.objects.count() == 1


def test_somebody_else_s_challenge_makes_no_passkey(keyed, hire):
    other = hire(app=False)
    other.browser.defaults["SERVER_NAME"] = "localhost"
    other.sign_in()
    _, options = send(other.browser, "/console/account/passkeys/options")
    person, token = keyed[0], other.browser.cookies["regulars_passkey"].value
    person.browser.cookies["regulars_passkey"] = token
    status, _ = send(person.browser, "/console/account/passkeys", SoftPasskey().make(options))
    assert status == 422


def test_nobody_removes_the_passkey_of_another(keyed, hire):
    other = hire().sign_in()
    passkey = Passkey.objects.get()
    told = other.post(f"/console/account/passkeys/{passkey.pk}/remove/")
    assert told.status_code == 404
    keyed[0].post(f"/console/account/passkeys/{passkey.pk}/remove/")
    assert not Passkey.objects.exists()


def test_making_a_passkey_needs_a_fresh_proof(keyed, clock):
    clock.pass_(minutes=11)
    status, told = send(keyed[0].browser, "/console/account/passkeys/options")
    assert (status, told["lead_to"]) == (401, "/console/account/prove/")


def test_a_passkey_proves_that_it_is_still_the_same_person(keyed, clock):
    person, key = keyed
    clock.pass_(minutes=11)
    _, options = send(person.browser, "/console/account/prove/passkey/options")
    status, told = send(
        person.browser, "/console/account/prove/passkey?next=/console/staff/", key.sign(options)
    )
    assert (status, told) == (200, {"next": "/console/staff/"})
    assert person.get("/console/staff/invite/").status_code == 200


def test_a_member_signs_in_by_passkey_too(committed, enrol, post_office, visitor):
    enrol(contact="anna@example.com")
    visitor.defaults["SERVER_NAME"] = "localhost"
    visitor.post("/app/sign-in/", {"contact": "anna@example.com"})
    visitor.post("/app/sign-in/code/", {"code": code_in(post_office()[0][2])})
    key = SoftPasskey()
    _, options = send(visitor, "/app/account/passkeys/options")
    assert send(visitor, "/app/account/passkeys", key.make(options))[0] == 200
    browser, status, told = signed_in(key, "app/sign-in")
    assert (status, told) == (200, {"next": "/app/"})
    assert browser.get("/app/account/").status_code == 200
    assert signed_in(key)[1] == 403  # and opens no console


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"{}" * 20_000, b'{"a":' * 5_000])
def test_what_is_no_answer_is_refused(visitor, body):
    told = visitor.post(
        "/console/sign-in/passkey", body, content_type="application/json",
        headers={"accept": "application/json"},
    )  # fmt: skip
    assert told.status_code in (403, 422)


def test_nobody_fills_the_table_with_challenges(visitor, clock):
    told = [
        visitor.post("/console/sign-in/passkey/options", REMOTE_ADDR="198.51.100.9").status_code
        for _ in range(61)
    ]
    assert told[-1] == 429
    assert Ceremony.objects.count() == 60


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=8,
)
parts = st.fixed_dictionaries(
    {},
    optional={
        "id": anything,
        "rawId": anything | st.just("AAAA"),
        "type": anything | st.just("public-key"),
        "response": anything
        | st.fixed_dictionaries(
            {},
            optional={
                name: anything | st.binary(max_size=200).map(text)
                for name in (
                    "clientDataJSON",
                    "attestationObject",
                    "authenticatorData",
                    "signature",
                )
            },
        ),
    },
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts)
def test_no_answer_whatever_breaks_the_checking(answer):
    state = {"challenge": text(b"x" * 32), "user_verification": "required"}
    with pytest.raises(PasskeyAnswerWrong):
        registered(SITE, state, answer)
    with pytest.raises(PasskeyAnswerWrong):
        asserted(SITE, state, Credential(b"1", b"2" * 80, 0), answer)
