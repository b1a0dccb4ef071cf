"""People, their browsers, a clock to be set, and the letters that go out."""

import re
from base64 import b32decode
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.test import Client

from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind
from regulars.contexts.members.usecases.consent_texts import publish_first_texts
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.security.models import Letter
from regulars.contexts.security.queries import find_actor
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.letters import send_letter
from regulars.contexts.security.usecases.second_factor import begin_code_app, confirm_code_app
from regulars.contexts.security.usecases.staff import create_staff
from regulars.core.code_app import code_at, step_at
from regulars.kit.transactions import in_transaction

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
_numbers = count(1)
CLOCKS = [
    f"regulars.web.accounts.{name}.utc_now"
    for name in (
        "consents",
        "guard",
        "join",
        "links",
        "member_contacts",
        "member_own",
        "member_sign_in",
        "own",
        "sign_in",
        "social",
        "staff",
        "start",
    )
]


class Sent:
    """What a channel was given: (contact, subject, body)."""

    def __init__(self):
        self.letters = []

    def __call__(self, to, subject, body):
        self.letters.append((to, subject, body))


SENT = Sent()


def deliver(to, subject, body):
    SENT(to, subject, body)


@pytest.fixture
def _database(request):
    """Rolled back after each test, or (marked `committed`) a database of its own."""
    wanted = "django_on_fresh_database" if "committed" in request.fixturenames else "db"
    return request.getfixturevalue(wanted)


@pytest.fixture
def committed():
    """For a test whose requests commit, as they do in life."""


@pytest.fixture(autouse=True)
def _quick(settings, _database):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LETTER_CHANNELS = {
        "email": "web_accounts.conftest.deliver",
        "phone": "web_accounts.conftest.deliver",
    }
    SENT.letters.clear()


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the pages; `clock.now` says it."""

    class Clock:
        now = START

        def pass_(self, **length):
            self.now += timedelta(**length)

    found = Clock()
    for path in CLOCKS:
        monkeypatch.setattr(path, lambda: found.now)
    return found


@pytest.fixture
def hire(clock):
    """Makes an account, with its code app where asked for; gives a Person."""

    def make(role=Role.OWNER, *, app=True, **parts):
        email = f"person{next(_numbers)}@example.com"
        known = {"email": email, "name": "Anna Petrova", "language": "en", "role": role}
        told = known | {"password": PASSWORD} | parts
        by = system_actor("tests")
        made = in_transaction(lambda: create_staff(**told, now=clock.now, by=by))
        return in_transaction(lambda: Person(made.id, told["email"], clock, app))

    return make


class Person:
    """Somebody with a browser, a password and perhaps a code app."""

    def __init__(self, staff_id, email, clock, app):
        self.id, self.email, self.clock = staff_id, email, clock
        self.browser = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
        self.actor = find_actor(staff_id)
        self.secret = None
        if app:
            before = clock.now - timedelta(hours=1)
            spelled = begin_code_app(now=before, by=self.actor).secret
            self.secret = b32decode(spelled + "=" * (-len(spelled) % 8))
            confirm_code_app(self.digits(before), now=before, by=self.actor)

    def digits(self, moment=None):
        return code_at(self.secret, step_at(moment or self.clock.now))

    def sign_in(self, to="/console/account/"):
        answer = self.post("/console/sign-in/", email=self.email, password=PASSWORD, next=to)
        if self.secret is not None:
            answer = self.post("/console/sign-in/code/", code=self.digits(), next=to)
            self.clock.pass_(seconds=31)
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"] == to
        return self

    def get(self, path, **headers):
        return self.browser.get(path, headers=headers)

    def post(self, path, headers=None, **fields):
        return self.browser.post(path, fields, headers=headers or {})


@pytest.fixture
def owner(hire):
    return hire(Role.OWNER)


@pytest.fixture
def visitor():
    return Client()


@pytest.fixture
def post_office(clock):
    """Delivers what waits; gives the letters that went out."""

    def work():
        for letter in Letter.objects.exclude(sealed=None).order_by("id"):
            send_letter(letter.pk, now=clock.now)
        return SENT.letters

    return work


def link_in(body):
    return re.search(r"http://testserver(/\S+)", body)[1]


def code_in(body):
    return re.search(r"\b\d{6}\b", body)[0]


@pytest.fixture
def terms(clock):
    """The consent texts that an installation begins with."""
    by = system_actor("tests")
    in_transaction(lambda: publish_first_texts("Corner shop", now=clock.now, by=by))


@pytest.fixture
def enrol(clock):
    """Makes a member with a contact; gives the reference."""

    def make(**parts):
        kind = IdentifierKind.EMAIL if "@" in parts["contact"] else IdentifierKind.PHONE
        told = Enrolment(identifiers=(Identifier(kind, parts["contact"]),), language="en")
        by = system_actor("tests")
        return in_transaction(lambda: enrol_member(told, now=clock.now, by=by)).member

    return make
