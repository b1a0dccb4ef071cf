"""Accounts: the first one, roles, passwords, and an owner who cannot be lost."""

from uuid import UUID

import pytest
from django.conf import global_settings

import regulars.project.settings as project_settings
from regulars.contexts.security.models import AuditRow, StaffUser
from regulars.contexts.security.queries import (
    count_able,
    find_actor,
    find_only_owner,
    find_staff_actor,
    get_staff,
    list_staff,
)
from regulars.contexts.security.types import Permission, Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.sign_in import sign_in
from regulars.contexts.security.usecases.staff import (
    LastOwner,
    PasswordTooWeak,
    PasswordWrong,
    StaffDataInvalid,
    StaffEmailMalformed,
    StaffEmailTaken,
    StaffNotFound,
    activate_staff,
    change_password,
    create_first_administrator,
    create_staff,
    deactivate_staff,
    reset_password,
    set_role,
)

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery staple"


def test_the_first_administrator_is_made_once_and_can_sign_in(now):
    made = create_first_administrator(now=now)
    assert create_first_administrator(now=now) is None
    assert StaffUser.objects.count() == 1
    assert sign_in(made.email, made.password, "::1", now=now).staff.role is Role.OWNER
    assert find_only_owner().staff_id == made.id


def test_a_new_account_prints_neither_password_nor_address(now):
    made = create_first_administrator(now=now)
    view = list_staff(by=find_only_owner())[0]
    user = StaffUser.objects.get()
    for shown in (repr(made), repr(view), str(user), repr(user)):
        assert made.password not in shown
        assert made.email not in shown


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"email": "no address"}, StaffEmailMalformed),
        ({"name": " "}, StaffDataInvalid),
        ({"name": "a\nb"}, StaffDataInvalid),
        ({"name": "x" * 121}, StaffDataInvalid),
        ({"language": "de"}, StaffDataInvalid),
        ({"role": "admin"}, StaffDataInvalid),
        ({"password": ""}, PasswordTooWeak),
        ({"password": "short"}, PasswordTooWeak),
        ({"password": "password1234"}, PasswordTooWeak),
        ({"password": "anna.petrova"}, PasswordTooWeak),
        ({"password": "x" * 1025}, PasswordTooWeak),
    ],
)
def test_a_bad_account_is_refused_and_nothing_is_written(parts, refusal, now, owner):
    before = (StaffUser.objects.count(), AuditRow.objects.count())
    known = {"email": "anna.petrova@example.com", "name": "Anna", "role": Role.CASHIER}
    with pytest.raises(refusal):
        create_staff(**(known | {"language": "ru"} | parts), now=now, by=owner)
    assert (StaffUser.objects.count(), AuditRow.objects.count()) == before


def test_an_address_is_taken_whatever_its_letter_case(hire, owner, now):
    hire(Role.CASHIER, email="Anna@Example.com")
    with pytest.raises(StaffEmailTaken) as refusal:
        hire(Role.CASHIER, email="anna@EXAMPLE.com")
    assert "anna" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert find_staff_actor(" ANNA@example.com ").permissions


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_owners_manage_accounts(role, hire, owner, now):
    actor = hire(role)
    for work in (
        lambda: create_staff(
            email="x@example.com", name="X", role=Role.CASHIER, language="en", now=now, by=actor
        ),
        lambda: set_role(owner.staff_id, Role.CASHIER, now=now, by=actor),
        lambda: deactivate_staff(owner.staff_id, now=now, by=actor),
        lambda: activate_staff(owner.staff_id, now=now, by=actor),
        lambda: reset_password(owner.staff_id, now=now, by=actor),
    ):
        with pytest.raises(PermissionMissing):
            work()
    assert find_actor(owner.staff_id) == owner


def test_a_key_that_manages_staff_makes_nobody_mightier_than_itself(owner, now):
    key = owner._replace(kind="key", permissions=frozenset({Permission.STAFF_WRITE}))
    with pytest.raises(PermissionMissing):
        create_staff(
            email="x@example.com", name="X", role=Role.OWNER, language="en", now=now, by=key
        )
    with pytest.raises(PermissionMissing):
        reset_password(owner.staff_id, now=now, by=key)
    assert StaffUser.objects.count() == 1


def test_a_new_role_holds_from_the_next_request_on(owner, hire, now):
    person = hire(Role.CASHIER)
    set_role(person.staff_id, Role.SUPPORT, now=now, by=owner)
    assert Permission.MEMBERS_CONTACTS in find_actor(person.staff_id).permissions
    row = AuditRow.objects.get(action="staff.set_role")
    assert (row.detail, row.staff_id) == ({"from": "cashier", "to": "support"}, owner.staff_id)


def test_the_last_owner_stays(owner, hire, now):
    hire(Role.MARKETER)
    with pytest.raises(LastOwner):
        set_role(owner.staff_id, Role.CASHIER, now=now, by=owner)
    with pytest.raises(LastOwner):
        deactivate_staff(owner.staff_id, now=now, by=owner)
    second = hire(Role.OWNER)
    deactivate_staff(owner.staff_id, now=now, by=second)
    assert find_only_owner() == second
    with pytest.raises(LastOwner):
        set_role(second.staff_id, Role.CASHIER, now=now, by=second)


def test_a_closed_account_is_closed_at_once_and_can_be_opened_again(owner, hire, now):
    person = hire(Role.CASHIER, email="till@example.com", password=GOOD)
    deactivate_staff(person.staff_id, "left us", now=now, by=owner)
    deactivate_staff(person.staff_id, "left us", now=now, by=owner)
    assert find_actor(person.staff_id) is None
    assert find_staff_actor("till@example.com") is None
    assert sign_in("till@example.com", GOOD, "::1", now=now).staff is None
    activate_staff(person.staff_id, now=now, by=owner)
    assert sign_in("till@example.com", GOOD, "::1", now=now).staff.id == person.staff_id
    assert AuditRow.objects.filter(action="staff.deactivate").count() == 1


def test_a_person_changes_the_own_password_only_knowing_the_present_one(hire, now, later):
    person = hire(Role.CASHIER, email="till@example.com", password=GOOD)
    session = StaffUser.objects.get(pk=person.staff_id).get_session_auth_hash()
    with pytest.raises(PasswordWrong):
        change_password("wrong", "another good long one", now=now, by=person)
    with pytest.raises(PasswordTooWeak):
        change_password(GOOD, "short", now=now, by=person)
    with pytest.raises(PermissionMissing):
        change_password(GOOD, "another good long one", now=now, by=person._replace(kind="key"))
    assert StaffUser.objects.get(pk=person.staff_id).check_password(GOOD)
    change_password(GOOD, "another good long one", now=later(days=1), by=person)
    user = StaffUser.objects.get(pk=person.staff_id)
    assert user.check_password("another good long one")
    assert user.password_changed_at == later(days=1)
    assert user.get_session_auth_hash() != session


def test_a_reset_password_is_shown_once_and_works(owner, hire, now):
    person = hire(Role.CASHIER, email="till@example.com", password=GOOD)
    made = reset_password(person.staff_id, now=now, by=owner)
    assert sign_in("till@example.com", GOOD, "::1", now=now).staff is None
    assert sign_in("till@example.com", made.password, "::1", now=now).staff is not None


def test_an_account_that_is_not_there_is_not_found(owner, now):
    nobody = UUID(int=1)
    for work in (
        lambda: set_role(nobody, Role.CASHIER, now=now, by=owner),
        lambda: deactivate_staff(nobody, now=now, by=owner),
        lambda: reset_password(nobody, now=now, by=owner),
        lambda: get_staff(nobody, by=owner),
    ):
        with pytest.raises(StaffNotFound):
            work()


def test_people_read_their_own_account_and_no_other(owner, hire):
    person = hire(Role.CASHIER)
    assert get_staff(person.staff_id, by=person).role is Role.CASHIER
    with pytest.raises(PermissionMissing):
        get_staff(owner.staff_id, by=person)
    with pytest.raises(PermissionMissing):
        list_staff(by=person)


def test_how_many_people_could_agree_is_known(owner, hire, now):
    assert count_able(Permission.LEDGER_APPROVE) == 1
    controller = hire(Role.CONTROLLER)
    assert count_able(Permission.LEDGER_APPROVE) == 2
    deactivate_staff(controller.staff_id, now=now, by=owner)
    assert count_able(Permission.LEDGER_APPROVE) == 1


def wrong(now, address="10.0.0.1", email="till@example.com"):
    return sign_in(email, "wrong", address, now=now)


def test_wrong_unknown_and_closed_get_the_same_answer(owner, hire, now):
    person = hire(Role.CASHIER, email="till@example.com", password=GOOD)
    answers = [wrong(now), wrong(now, email="nobody@example.com"), wrong(now, email="\x00\ud800")]
    for strange in (GOOD + "x" * 2000, GOOD + "\ud800", "\x00", ""):
        answers.append(sign_in("till@example.com", strange, "10.0.0.2", now=now))
    deactivate_staff(person.staff_id, now=now, by=owner)
    answers.append(sign_in("till@example.com", GOOD, "10.0.0.1", now=now))
    assert len(set(answers)) == 1
    assert answers[0].refused == "staff.sign_in_refused"


def test_five_wrong_passwords_pause_the_account_from_that_address(hire, now, later):
    hire(Role.CASHIER, email="till@example.com", password=GOOD)
    assert {wrong(now).refused for _ in range(5)} == {"staff.sign_in_refused"}
    stopped = sign_in("till@example.com", GOOD, "10.0.0.1", now=now)
    assert (stopped.staff, stopped.refused) == (None, "access.too_many_guesses")
    assert stopped.retry_after_s == 15 * 60
    assert sign_in("till@example.com", GOOD, "10.9.9.9", now=now).staff is not None
    assert sign_in("till@example.com", GOOD, "10.0.0.1", now=later(minutes=15)).staff is not None


def test_the_fifth_password_may_be_the_right_one(hire, now):
    hire(Role.CASHIER, email="till@example.com", password=GOOD)
    for _ in range(3):
        for _ in range(4):
            wrong(now)
        assert sign_in("till@example.com", GOOD, "10.0.0.1", now=now).staff is not None


def test_an_address_that_guesses_at_many_accounts_is_stopped_though_it_knows_one(hire, now):
    hire(Role.CASHIER, email="till@example.com", password=GOOD)
    answers = []
    for number in range(31):
        answers.append(wrong(now, email=f"person{number}@example.com").refused)
        sign_in("till@example.com", GOOD, "10.0.0.1", now=now)
    assert answers[:30] == ["staff.sign_in_refused"] * 30
    assert answers[30] == "access.too_many_guesses"


def test_an_account_guessed_at_from_everywhere_is_stopped(hire, now):
    hire(Role.CASHIER, email="till@example.com", password=GOOD)
    answers = [wrong(now, address=f"10.0.0.{n}").refused for n in range(51)]
    assert set(answers[:50]) == {"staff.sign_in_refused"}
    assert answers[50] == "access.too_many_guesses"


def test_sign_ins_are_audited_without_what_was_typed(hire, now):
    person = hire(Role.CASHIER, email="till@example.com", password=GOOD)
    wrong(now)
    wrong(now, email="somebody@example.com")
    sign_in("till@example.com", GOOD, "10.0.0.1", now=now)
    rows = AuditRow.objects.filter(action="staff.sign_in").order_by("id")
    assert [(row.object_id, row.refused) for row in rows] == [
        (str(person.staff_id), "staff.sign_in_refused"),
        ("", "staff.sign_in_refused"),
        (str(person.staff_id), None),
    ]
    assert all(row.detail == {} for row in rows)


def test_the_hashes_of_passwords_are_slow_outside_of_tests(settings):
    assert not hasattr(project_settings, "PASSWORD_HASHERS")
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    user = StaffUser()
    user.set_password(GOOD)
    algorithm, iterations, *_ = user.password.split("$")
    assert algorithm == "pbkdf2_sha256"
    assert int(iterations) >= 600_000
