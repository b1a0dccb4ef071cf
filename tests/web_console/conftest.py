"""Colleagues with browsers of their own, signed in to the console."""

from itertools import count

import pytest
from django.test import Client

from regulars.contexts.security.types import Holder, Role, system_actor
from regulars.contexts.security.usecases.sessions import begin_session
from regulars.contexts.security.usecases.staff import create_staff
from regulars.kit.clock import utc_now

_numbers = count(1)


@pytest.fixture
def sign_in():
    """A browser in which a new colleague of a role is signed in by passkey."""

    def enter(role=Role.OWNER, language="en", **options):
        now = utc_now()
        made = create_staff(
            email=f"person-{next(_numbers)}@example.org", name="Анна Петрова", role=role,
            language=language, password="correct horse battery staple",
            now=now, by=system_actor("tests"),
        )  # fmt: skip
        session = begin_session(Holder("staff", made.id), method="passkey", device="tests", now=now)
        client = Client(**options)
        client.cookies["regulars_staff"] = session.token
        client.cookies["language"] = language
        client.staff_id = made.id
        return client

    return enter
