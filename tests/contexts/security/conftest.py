"""Staff accounts that exist, for the tests of security."""

from itertools import count

import pytest

from regulars.contexts.security.queries import find_actor
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff

_numbers = count(1)


@pytest.fixture(autouse=True)
def quick_hashing(settings):
    """The real hasher takes a third of a second on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def system():
    return system_actor("tests")


@pytest.fixture
def hire(now, system):
    """Makes an account and gives its person as an actor."""

    def make(role: Role = Role.OWNER, **parts):
        email = f"person{next(_numbers)}@example.com"
        known = {"email": email, "name": "Anna Petrova", "language": "ru", "role": role} | parts
        return find_actor(create_staff(**known, now=now, by=system).id)

    return make


@pytest.fixture
def owner(hire):
    return hire(Role.OWNER)
