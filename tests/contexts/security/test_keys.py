"""API keys: what they open, and that nothing but the token opens it."""

from datetime import timedelta
from uuid import UUID

import pytest

from regulars.contexts.security.models import ApiKey, AuditRow
from regulars.contexts.security.queries import find_principals, list_api_keys
from regulars.contexts.security.types import Permission, Plane, Role, Scope
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.keys import (
    KeyDataInvalid,
    KeyNotFound,
    KeyRefused,
    TillHasTwoKeys,
    authenticate_key,
    issue_api_key,
    read_token,
    revoke_api_key,
    revoke_till_keys,
)
from regulars.contexts.security.usecases.staff import StaffNotFound, deactivate_staff, set_role
from regulars.kit.secrets import check_character

pytestmark = pytest.mark.django_db
TILL = {"name": "front", "plane": Plane.TILL, "store": "s1", "till": "t1"} | {
    "scopes": [Scope.TILL_SALES, Scope.TILL_RETURNS]
}


def managing(staff, *scopes, **parts):
    return {"name": "crm", "plane": Plane.MANAGE, "scopes": scopes, "staff_id": staff} | parts


def test_a_till_key_opens_its_till_and_no_more(owner, now):
    key = issue_api_key(**TILL, now=now, by=owner)
    principal = authenticate_key(key.token, now=now)
    assert (principal.plane, principal.store, principal.till) == (Plane.TILL, "s1", "t1")
    assert principal.permissions == {
        *(Permission.TILL_IDENTIFY, Permission.TILL_QUOTE, Permission.TILL_SELL),
        Permission.TILL_RETURN,
    }
    actor = principal.actor
    assert (actor.kind, actor.id, actor.staff_id) == ("till", str(key.id), None)
    assert actor.permissions == principal.permissions


def test_the_token_is_seen_once_and_not_kept(owner, now):
    key = issue_api_key(**TILL, now=now, by=owner)
    secret = key.token.rpartition("_")[2]
    assert key.token.startswith(f"rk_{key.id.hex}_")
    assert len(secret) >= 27
    row = ApiKey.objects.get()
    kept = " ".join(str(getattr(row, field.attname)) for field in row._meta.fields)
    assert secret not in kept
    assert secret.encode() not in bytes(row.secret_digest)
    assert secret not in repr(key) + repr(list_api_keys(by=owner)) + str(
        list(AuditRow.objects.values())
    )


def test_nothing_but_the_token_opens_a_key(owner, now):
    key = issue_api_key(**TILL, now=now, by=owner)
    other = issue_api_key(**TILL, now=now, by=owner)
    body = key.token[:-1]
    secret = key.token.rpartition("_")[2]
    for token in (
        *("", "rk_", "rk__", key.token + "2", body, key.token.upper(), " " + key.token, "\x00"),
        f"rk_{key.id}_{secret}",
        f"rk_{other.id.hex}_{secret}",
        f"rk_{UUID(int=5).hex}_{secret}",
        f"rk_{key.id.hex}_" + "2" * 26 + check_character("2" * 26),
        key.token.replace("rk_", "sk_"),
        key.token + "\n",
        "rk_" + "0" * 32 + "_" + "é" * 27,
    ):
        with pytest.raises(KeyRefused) as refusal:
            authenticate_key(token, now=now)
        assert refusal.value.params == {}
    assert authenticate_key(key.token, now=now).key_id == key.id


def test_a_mistyped_token_is_recognised_without_the_database(owner, now, django_assert_num_queries):
    token = issue_api_key(**TILL, now=now, by=owner).token
    last = "2" if token[-1] != "2" else "3"
    with django_assert_num_queries(0), pytest.raises(KeyRefused):
        authenticate_key(token[:-1] + last, now=now)
    assert read_token(token[:-1] + last) is None


def test_a_key_ends_at_its_moment_and_not_before(owner, now, later):
    key = issue_api_key(**TILL, expires_at=later(days=30), now=now, by=owner)
    assert authenticate_key(key.token, now=later(days=30) - timedelta(microseconds=1))
    with pytest.raises(KeyRefused):
        authenticate_key(key.token, now=later(days=30))


def test_a_revoked_key_is_refused_at_once(owner, now):
    key = issue_api_key(**TILL, now=now, by=owner)
    revoke_api_key(key.id, now=now, by=owner)
    revoke_api_key(key.id, now=now, by=owner)
    with pytest.raises(KeyRefused):
        authenticate_key(key.token, now=now)
    assert AuditRow.objects.filter(action="key.revoke").count() == 1


def test_a_till_has_two_keys_at_most_and_makes_room(owner, now, later):
    first = issue_api_key(**TILL, now=now, by=owner)
    issue_api_key(**TILL, expires_at=later(days=1), now=now, by=owner)
    with pytest.raises(TillHasTwoKeys):
        issue_api_key(**TILL, now=now, by=owner)
    assert ApiKey.objects.count() == 2
    issue_api_key(**TILL | {"till": "t2"}, now=now, by=owner)
    revoke_api_key(first.id, now=now, by=owner)
    issue_api_key(**TILL, now=now, by=owner)
    with pytest.raises(TillHasTwoKeys):
        issue_api_key(**TILL, now=now, by=owner)
    # The second one has run out by then.
    issue_api_key(**TILL, now=later(days=1), by=owner)


def test_switching_a_till_off_ends_all_its_keys(owner, now, hire):
    keys = [issue_api_key(**TILL, now=now, by=owner) for _ in range(2)]
    other = issue_api_key(**TILL | {"till": "t2"}, now=now, by=owner)
    with pytest.raises(PermissionMissing):
        revoke_till_keys("s1", "t1", now=now, by=hire(Role.MARKETER))
    assert revoke_till_keys("s1", "t1", now=now, by=hire(Role.INTEGRATOR)) == 2
    for key in keys:
        with pytest.raises(KeyRefused):
            authenticate_key(key.token, now=now)
    assert authenticate_key(other.token, now=now)


def test_a_management_key_may_what_its_scopes_and_its_person_may(owner, now, hire):
    person = hire(Role.SUPPORT)
    scopes = (Scope.MEMBERS_WRITE, Scope.PROGRAMME_WRITE)
    key = issue_api_key(**managing(person.staff_id, *scopes), now=now, by=owner)
    principal = authenticate_key(key.token, now=now)
    assert principal.permissions == {
        *(Permission.MEMBERS_READ, Permission.MEMBERS_WRITE, Permission.PROGRAMME_READ)
    }
    assert principal.actor.kind == "key"
    assert principal.actor.staff_id == person.staff_id
    set_role(person.staff_id, Role.MARKETER, now=now, by=owner)
    assert authenticate_key(key.token, now=now).permissions == {
        *(Permission.MEMBERS_READ, Permission.PROGRAMME_READ, Permission.PROGRAMME_WRITE)
    }
    deactivate_staff(person.staff_id, now=now, by=owner)
    with pytest.raises(KeyRefused):
        authenticate_key(key.token, now=now)


def test_nobody_issues_a_key_that_acts_as_somebody_else_but_who_manages_staff(owner, hire, now):
    person = hire(Role.INTEGRATOR)
    with pytest.raises(PermissionMissing):
        issue_api_key(**managing(owner.staff_id, Scope.MEMBERS_READ), now=now, by=person)
    issue_api_key(**managing(person.staff_id, Scope.MEMBERS_READ), now=now, by=person)
    assert ApiKey.objects.count() == 1


def test_nobody_issues_a_key_that_may_more_than_they_may(owner, hire, now):
    person = hire(Role.INTEGRATOR)
    with pytest.raises(PermissionMissing):
        issue_api_key(**managing(person.staff_id, Scope.STAFF_WRITE), now=now, by=person)
    with pytest.raises(PermissionMissing):
        issue_api_key(**TILL, now=now, by=hire(Role.MARKETER))
    narrow = owner._replace(kind="key", permissions=frozenset({Permission.KEYS_WRITE}))
    with pytest.raises(PermissionMissing):
        issue_api_key(**managing(owner.staff_id, Scope.MEMBERS_READ), now=now, by=narrow)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "parts",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "a\x00"},
        {"scopes": []},
        {"scopes": ["till:everything"]},
        {"scopes": [Scope.TILL_SALES, Scope.MEMBERS_READ]},
        {"store": None},
        {"till": ""},
        {"till": "x" * 41},
        {"till": "t\x001"},
        {"staff_id": UUID(int=1)},
        {"plane": Plane.MANAGE, "scopes": [Scope.MEMBERS_READ]},
        {"plane": Plane.MANAGE, "scopes": [Scope.MEMBERS_READ], "staff_id": UUID(int=1)},
        {"expires_at": 0},
    ],
)
def test_a_key_that_contradicts_itself_is_not_issued(parts, owner, now):
    if "expires_at" in parts:
        parts = {"expires_at": now}
    with pytest.raises(KeyDataInvalid):
        issue_api_key(**TILL | parts, now=now, by=owner)
    assert not ApiKey.objects.exists()


def test_a_key_needs_a_person_who_is_there(owner, hire, now):
    gone = hire(Role.CASHIER)
    deactivate_staff(gone.staff_id, now=now, by=owner)
    for staff_id in (gone.staff_id, UUID(int=1)):
        with pytest.raises(StaffNotFound):
            issue_api_key(**managing(staff_id, Scope.MEMBERS_READ), now=now, by=owner)


def test_use_is_noted_at_most_once_a_minute(owner, now, later):
    key = issue_api_key(**TILL, now=now, by=owner)
    seen = []
    for seconds in (0, 59, 60, 90, 120):
        authenticate_key(key.token, now=later(seconds=seconds))
        seen.append((ApiKey.objects.get().last_used_at - now) / timedelta(seconds=1))
    assert seen == [0, 0, 60, 60, 120]


def test_keys_are_listed_for_who_may_see_them(owner, hire, now, later):
    till = issue_api_key(**TILL, expires_at=later(days=1), now=now, by=owner)
    other = issue_api_key(**managing(owner.staff_id, Scope.MEMBERS_READ), now=now, by=owner)
    assert [key.id for key in list_api_keys(by=owner)] == [other.id, till.id]
    assert [key.id for key in list_api_keys(plane=Plane.TILL, by=owner)] == [till.id]
    assert [key.id for key in list_api_keys(store="s1", till="t1", by=owner)] == [till.id]
    assert [key.id for key in list_api_keys(in_force_at=later(days=1), by=owner)] == [other.id]
    assert list_api_keys(store="s\x001", by=owner) == ()
    with pytest.raises(PermissionMissing):
        list_api_keys(by=hire(Role.MARKETER))
    with pytest.raises(KeyNotFound):
        revoke_api_key(UUID(int=1), now=now, by=owner)
    with pytest.raises(PermissionMissing):
        revoke_api_key(till.id, now=now, by=hire(Role.MARKETER))


def test_of_many_keys_those_in_force_are_found_with_what_they_may_now(owner, hire, now, later):
    person = hire(Role.SUPPORT)
    good = issue_api_key(**TILL, now=now, by=owner)
    ending = issue_api_key(**TILL, expires_at=later(days=1), now=now, by=owner)
    acting = issue_api_key(**managing(person.staff_id, Scope.MEMBERS_READ), now=now, by=owner)
    ids = [good.id, ending.id, acting.id, UUID(int=1)]
    assert find_principals(ids, now=now).keys() == {good.id, ending.id, acting.id}
    assert find_principals(ids, now=now)[good.id] == authenticate_key(good.token, now=now)
    assert find_principals(ids, now=later(days=1)).keys() == {good.id, acting.id}
    revoke_api_key(good.id, now=now, by=owner)
    deactivate_staff(person.staff_id, now=now, by=owner)
    assert find_principals(ids, now=now).keys() == {ending.id}
