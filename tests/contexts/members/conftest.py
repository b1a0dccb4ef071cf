"""People who enrol members, and members enrolled."""

from itertools import count

import pytest
from django.db import transaction

from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, Profile
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.security.types import Actor, Role, system_actor

_numbers = count(1)


def card(number):
    return Identifier(IdentifierKind.CARD, number)


def phone(number):
    return Identifier(IdentifierKind.PHONE, number)


def email(address):
    return Identifier(IdentifierKind.EMAIL, address)


def external(number):
    return Identifier(IdentifierKind.EXTERNAL, number)


@pytest.fixture
def system():
    return system_actor("tests")


@pytest.fixture
def support(person):
    return person(11, Role.SUPPORT)


@pytest.fixture
def integrator(person):
    return person(12, Role.INTEGRATOR)


@pytest.fixture
def marketer(person):
    return person(13, Role.MARKETER)


@pytest.fixture
def enrol(now, system):
    """Enrols somebody and gives the member's reference."""

    def make(*identifiers, given_name="Анна", family_name="Королёва", at=None, **parts):
        known = identifiers or (external(f"n{next(_numbers)}"),)
        enrolment = Enrolment(
            identifiers=known,
            profile=Profile(given_name=given_name, family_name=family_name),
            **parts,
        )
        with transaction.atomic():
            return enrol_member(enrolment, now=at or now, by=system).member

    return make


@pytest.fixture
def oneself():
    """Makes the member act for themselves, as their app does."""
    return lambda ref: Actor("member", str(ref.id), None, frozenset())
