"""What is not granted is denied; roles and scopes are complete and say what they are."""

import re
from pathlib import Path

import pytest

from regulars.contexts.security.access import (
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    permissions_of_scopes,
    plane_of,
    roles_with,
)
from regulars.contexts.security.types import Actor, Permission, Plane, Role, Scope
from regulars.contexts.security.usecases.access import PermissionMissing, require, require_any
from regulars.core.wording.catalogue import LANGUAGES, SENTENCES

TILL = {permission for permission in Permission if permission.startswith("till.")}
CONTACTS = {Permission.MEMBERS_CONTACTS, Permission.MEMBERS_EXPORT}


def test_every_role_and_scope_has_permissions_and_a_sentence():
    assert ROLE_PERMISSIONS.keys() == set(Role)
    assert SCOPE_PERMISSIONS.keys() == set(Scope)
    assert all(SCOPE_PERMISSIONS.values())
    for language in LANGUAGES:
        for role in Role:
            assert f"role.{role.value}" in SENTENCES[language]
        for scope in Scope:
            assert f"scope.{scope.value}" in SENTENCES[language]


def test_every_permission_is_the_owners_and_reachable_by_a_scope():
    assert ROLE_PERMISSIONS[Role.OWNER] == set(Permission)
    assert permissions_of_scopes(frozenset(Scope)) == set(Permission)
    assert all(Role.OWNER in roles_with(permission) for permission in Permission)


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_of_the_till_allows_only_what_a_till_does(scope):
    at_till = plane_of(scope) is Plane.TILL
    assert SCOPE_PERMISSIONS[scope] <= TILL if at_till else not SCOPE_PERMISSIONS[scope] & TILL


def test_a_cashier_works_the_till_and_nothing_else():
    assert ROLE_PERMISSIONS[Role.CASHIER] == TILL


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CONTROLLER])
def test_who_checks_changes_nothing_and_sees_no_contacts(role):
    allowed = ROLE_PERMISSIONS[role]
    assert not allowed & CONTACTS
    changing = {p for p in allowed if p.endswith((".write", ".adjust", ".publish", ".erase"))}
    assert changing <= {Permission.PLANS_WRITE}  # plans move no money


@pytest.mark.parametrize("permission", [Permission.STAFF_WRITE, Permission.MEMBERS_EXPORT])
def test_only_an_owner_manages_staff_and_takes_contacts_out(permission):
    assert roles_with(permission) == {Role.OWNER}


@pytest.mark.parametrize("permission", [Permission.LEDGER_APPROVE, Permission.PROGRAMME_APPROVE])
def test_more_than_the_owner_can_be_the_second_person(permission):
    assert len(roles_with(permission)) > 1


def test_an_actor_without_permissions_may_do_nothing():
    nobody = Actor("staff", "x", None, frozenset())
    for permission in Permission:
        with pytest.raises(PermissionMissing) as refusal:
            require(nobody, permission)
        assert refusal.value.params == {"permission": permission.value}
    with pytest.raises(PermissionMissing):
        require_any(nobody, *Permission)


def test_one_of_several_permissions_is_enough_where_any_is():
    reader = Actor("staff", "x", None, frozenset({Permission.KEYS_READ}))
    require_any(reader, Permission.KEYS_WRITE, Permission.KEYS_READ)
    with pytest.raises(PermissionMissing):
        require(reader, Permission.KEYS_WRITE)


def rows_of_page():
    """The tables of the page on access: what stands in the first cell → the permissions named."""
    page = (Path(__file__).parents[3] / "docs" / "access.md").read_text()
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].startswith("`"):
            found[cells[0].strip("`")] = set(re.findall(r"`([\w.]+)`", cells[2])) or cells[2]
    return found


def test_the_page_on_access_says_what_the_code_does():
    expected = {role.value: allowed for role, allowed in ROLE_PERMISSIONS.items()}
    expected[Role.OWNER.value] = "all"
    expected |= {scope.value: allowed for scope, allowed in SCOPE_PERMISSIONS.items()}
    assert rows_of_page() == expected
