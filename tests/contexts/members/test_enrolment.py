"""Enrolling: one person is one member, whatever they are enrolled by; nonsense is refused whole."""

from datetime import date, timedelta

import pytest
from contexts.members.conftest import card, email, external, phone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contexts.members.models import (
    ConsentRow,
    IdentifierRow,
    Member,
    ProfileRow,
)
from regulars.contexts.members.queries import get_member, get_profile
from regulars.contexts.members.types import (
    EVERYONE,
    ConsentGiven,
    Enrolled,
    Enrolment,
    Identifier,
    IdentifierKind,
    Profile,
    ref_of,
)
from regulars.contexts.members.usecases.enrolment import (
    IdentifierMissing,
    IdentifiersDisagree,
    IdentifierTaken,
    ReferrerNotFound,
    enrol_many,
    enrol_member,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.ledger.accounts import bucket_of
from regulars.core.refusal import Refused

pytestmark = pytest.mark.django_db
TABLES = (Member, ProfileRow, IdentifierRow, ConsentRow, AuditRow)


def counts():
    return [table.objects.count() for table in TABLES]


def test_everything_told_is_kept_in_its_one_spelling(now, support, enrol):
    friend = enrol()
    told = Enrolment(
        identifiers=(card("2990 0000 0001 9"), phone("8 (912) 345-67-89"), email("A@Example.com")),
        profile=Profile(given_name=" Анна ", family_name="Королёва", gender="female", city="Пермь"),
        birthday=date(1990, 4, 1),
        consents=(
            ConsentGiven("sms", True, "till", "2026-01", {"terminal": "t1"}),
            ConsentGiven("email", False, "till"),
        ),
        tags=frozenset({"vip", "first week"}),
        attributes={"shoe_size": 38, "pet": "cat", "kids": False},
        language="ru",
        store="s1",
        referred_by=friend,
        is_staff=True,
        enrolled_at=now - timedelta(days=3),
    )
    enrolled = enrol_member(told, now=now, by=support)
    view = get_member(enrolled.member, within=EVERYONE)
    assert enrolled.is_new
    assert view.ref.bucket == bucket_of(view.ref.id)
    assert (view.status, view.birthday, view.language, view.store) == (
        *("active", date(1990, 4, 1), "ru", "s1"),
    )
    assert view.tags == {"vip", "first week"}
    assert view.attributes == {"shoe_size": 38, "pet": "cat", "kids": False}
    assert (view.referred_by, view.is_staff, view.version) == (friend, True, 1)
    assert view.enrolled_at == now - timedelta(days=3)
    assert get_profile(view.ref, within=EVERYONE, by=support) == Profile(
        given_name="Анна",
        family_name="Королёва",
        phone="+79123456789",
        email="a@example.com",
        gender="female",
        city="Пермь",
    )
    claims = IdentifierRow.objects.filter(member_id=view.ref.id).values_list("kind", "value")
    assert set(claims) == {
        ("card", "2990000000019"),
        ("phone", "+79123456789"),
        ("email", "a@example.com"),
    }
    consents = ConsentRow.objects.filter(member_id=view.ref.id).order_by("purpose")
    assert [(c.purpose, c.given, c.proof, c.by) for c in consents] == [
        ("email", False, {}, f"staff:{support.id}"),
        ("sms", True, {"terminal": "t1"}, f"staff:{support.id}"),
    ]


def test_nothing_personal_is_printed(now, support):
    told = Enrolment(
        (card("2990000000019"), phone("+79123456789")),
        Profile(given_name="Анна", phone="+79123456789", note="likes tea"),
        birthday=date(1990, 4, 1),
        attributes={"pet": "Barsik"},
    )
    ref = enrol_member(told, now=now, by=support).member
    printed = repr(told) + repr(get_profile(ref, within=EVERYONE, by=support))
    printed += repr(get_member(ref, within=EVERYONE))
    for model in TABLES:
        printed += repr(list(model.objects.all()))
    for personal in ("Анна", "912", "2990", "1990", "Barsik", "tea"):
        assert personal not in printed
    assert "912" not in str(list(AuditRow.objects.values()))


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (card("2990 0000 0001 9"), card("2990000000019")),
        (phone("+7 912 345-67-89"), phone("89123456789")),
        (email("anna@example.com"), email(" ANNA@example.COM")),
        (external("crm:1"), external(" crm:1 ")),
    ],
)
def test_an_identifier_is_claimed_once_and_it_is_not_told_by_whom(
    first, again, enrol, now, support
):
    ref = enrol(first)
    before = counts()
    with pytest.raises(IdentifierTaken) as refusal:
        enrol_member(Enrolment((external("new"), again)), now=now, by=support)
    assert counts() == before
    assert refusal.value.pointer == "/identifiers/1"
    assert refusal.value.params == {}
    assert str(ref.id) not in str(refusal.value)


def test_kinds_do_not_meet(enrol):
    assert enrol(card("12345678")) != enrol(external("12345678"))


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ({"identifiers": ()}, "member.identifier_missing", "/identifiers"),
        ({"identifiers": (card("1"),)}, "identifier.card_malformed", "/identifiers/0"),
        ({"identifiers": (phone("911"),)}, "identifier.phone_malformed", "/identifiers/0"),
        ({"identifiers": (email("a"),)}, "identifier.email_malformed", "/identifiers/0"),
        ({"identifiers": (external("\x00"),)}, "identifier.external_malformed", "/identifiers/0"),
        (
            {"identifiers": (Identifier(IdentifierKind.APP, "ma_x"),)},
            *("identifier.app_malformed", "/identifiers/0"),
        ),
        (
            {"identifiers": (Identifier(IdentifierKind.CARD, "12345", "x" * 21),)},
            *("identifier.form_malformed", "/identifiers/0"),
        ),
        (
            {"identifiers": tuple(external(str(n)) for n in range(21))},
            *("member.identifiers_too_many", "/identifiers"),
        ),
        ({"profile": Profile(given_name="a\x00")}, "member.data_invalid", "/profile/given_name"),
        ({"profile": Profile(city="x" * 121)}, "member.text_too_long", "/profile/city"),
        ({"profile": Profile(gender="?")}, "member.data_invalid", "/profile/gender"),
        ({"profile": Profile(phone="12")}, "identifier.phone_malformed", "/profile/phone"),
        ({"profile": Profile(email="12")}, "identifier.email_malformed", "/profile/email"),
        ({"birthday": date(2030, 1, 1)}, "member.birthday_in_future", "/birthday"),
        ({"birthday": date(1850, 1, 1)}, "member.birthday_too_old", "/birthday"),
        ({"tags": frozenset({"="})}, "member.tag_malformed", "/tags"),
        ({"attributes": {"A": 1}}, "member.attribute_malformed", "/attributes"),
        ({"attributes": {"a": 1.5}}, "member.attribute_malformed", "/attributes"),
        ({"language": "de"}, "member.data_invalid", "/language"),
        ({"store": "\x00"}, "member.data_invalid", "/store"),
        (
            {"consents": (ConsentGiven("E-mail!", True, "till"),)},
            *("consent.malformed", "/consents/0/purpose"),
        ),
        (
            {"consents": (ConsentGiven("sms", True, ""),)},
            *("consent.malformed", "/consents/0/channel"),
        ),
        (
            {"consents": (ConsentGiven("sms", True, "till", "", {"x": "\x00"}),)},
            *("consent.malformed", "/consents/0/proof"),
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(parts, code, pointer, now, support):
    before = counts()
    with pytest.raises(Refused) as refusal:
        enrol_member(Enrolment(**({"identifiers": (external("x"),)} | parts)), now=now, by=support)
    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)
    assert counts() == before


def test_nobody_is_enrolled_tomorrow_or_by_a_stranger(now, support, enrol):
    with pytest.raises(Refused) as refusal:
        enrol(at=now, enrolled_at=now + timedelta(seconds=1))
    assert refusal.value.code == "member.enrolled_in_future"
    stranger = ref_of(support.staff_id)
    with pytest.raises(ReferrerNotFound):
        enrol(referred_by=stranger)
    assert not Member.objects.exists()


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.AUDITOR])
def test_who_may_not_enrol_does_not(role, person, now):
    with pytest.raises(PermissionMissing):
        enrol_member(Enrolment((external("x"),)), now=now, by=person(1, role))
    assert not Member.objects.exists()


@pytest.mark.parametrize("role", [Role.CASHIER, Role.SUPPORT])
def test_only_an_import_is_told_who_is_there(role, person, now, enrol):
    enrol(external("x"))
    told = Enrolment((external("x"),))
    with pytest.raises(PermissionMissing):
        enrol_member(told, on_existing="return", now=now, by=person(1, role))


def test_an_import_finds_who_is_there_and_leaves_them_as_they_are(now, integrator, enrol):
    ref = enrol(external("x"))
    before = counts()
    told = Enrolment((external("new"), external("x")), Profile(given_name="Other"))
    enrolled = enrol_member(told, on_existing="return", now=now, by=integrator)
    assert enrolled == Enrolled(ref, is_new=False)
    assert counts() == before


def test_identifiers_of_two_people_are_not_one_person(now, integrator, enrol):
    enrol(external("x"))
    enrol(external("y"))
    told = Enrolment((external("x"), external("y")))
    with pytest.raises(IdentifiersDisagree):
        enrol_member(told, on_existing="return", now=now, by=integrator)


def test_a_batch_keeps_its_good_ones(now, integrator, enrol):
    known = enrol(external("known"))
    outcomes = enrol_many(
        [
            Enrolment((external("a"),)),
            Enrolment(()),
            Enrolment((external("known"),)),
            Enrolment((external("a"), external("b"))),
            Enrolment((phone("1"),)),
            Enrolment((external("b"),)),
        ],
        on_existing="return",
        now=now,
        by=integrator,
    )
    first = outcomes[0].member
    assert outcomes[0].is_new
    assert isinstance(outcomes[1], IdentifierMissing)
    assert outcomes[2] == Enrolled(known, is_new=False)
    assert outcomes[3] == Enrolled(first, is_new=False)
    assert outcomes[4].code == "identifier.phone_malformed"
    # The fourth was recognised by «a», so its «b» was not claimed and makes a member of its own.
    assert outcomes[5].is_new
    assert Member.objects.count() == 3
    assert AuditRow.objects.filter(action="member.enrol_many").get().detail == {
        "created": 2,
        "asked": 6,
    }


def test_in_a_batch_the_earlier_of_two_makes_the_member(now, support):
    outcomes = enrol_many([Enrolment((external("a"),))] * 3, now=now, by=support)
    assert outcomes[0].is_new
    assert all(isinstance(outcome, IdentifierTaken) for outcome in outcomes[1:])
    assert Member.objects.count() == 1


def test_a_member_of_many_names_is_claimed_by_each_once(now, support):
    told = Enrolment((external("a"), external("a "), card("1234-5"), card("12345")))
    enrol_member(told, now=now, by=support)
    assert IdentifierRow.objects.count() == 2


names = st.sampled_from("abcdef")
rows = st.lists(st.lists(names, min_size=1, max_size=3, unique=True), max_size=10)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(rows, min_size=1, max_size=3))
def test_no_sequence_of_batches_gives_an_identifier_to_two_members(batches, now, integrator):
    Member.objects.all().delete()
    IdentifierRow.objects.all().delete()
    owner = {}
    for batch in batches:
        told = [Enrolment(tuple(map(external, group))) for group in batch]
        outcomes = enrol_many(told, on_existing="return", now=now, by=integrator)
        for group, outcome in zip(batch, outcomes, strict=True):
            found = {owner[name] for name in group if name in owner}
            if len(found) > 1:
                assert isinstance(outcome, IdentifiersDisagree)
            elif found:
                assert outcome == Enrolled(next(iter(found)), is_new=False)
            else:
                assert outcome.is_new
                owner |= dict.fromkeys(group, outcome.member)
    kept = IdentifierRow.objects.values_list("value", "bucket", "member_id")
    assert {value: (bucket, member_id) for value, bucket, member_id in kept} == owner
    assert Member.objects.count() == len(set(owner.values()))
