"""Stores and tills: made and changed by who may, their keys ending with them."""

import pytest

from regulars.contexts.security.models import ApiKey, AuditRow
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import IssuedKey, Permission, Role, Scope, system_actor
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.keys import (
    KeyRefused,
    TillHasTwoKeys,
    authenticate_key,
)
from regulars.contexts.security.usecases.staff import create_staff
from regulars.contexts.till.models import Store, Till
from regulars.contexts.till.queries import places as queries
from regulars.contexts.till.queries.places import StoreNotFound, TillNotFound
from regulars.contexts.till.usecases import places
from regulars.contexts.till.usecases.places import (
    StoreCodeTaken,
    StoreNotActive,
    TillCodeTaken,
    TillNotActive,
)
from regulars.core.places import CodeMalformed, TimeZoneUnknown
from regulars.core.plain_text import TextMalformed
from regulars.kit.transactions import in_transaction


@pytest.fixture
def make_owner(now):
    """Makes a person with an account: keys name who issued them."""

    def make():
        create_staff(
            email="owner@example.org",
            name="Owner",
            role=Role.OWNER,
            language="en",
            now=now,
            by=system_actor("test"),
        )
        return find_staff_actor("owner@example.org")

    return make


@pytest.fixture
def owner(db, make_owner):
    return make_owner()


def everything() -> tuple:
    return tuple(
        tuple(model.objects.order_by("pk").values_list())
        for model in (Store, Till, ApiKey, AuditRow)
    )


def test_a_store_is_made_changed_and_closed(now, owner):
    made = places.create_store(
        "s1", " Main street ", brand="Lavka", time_zone="Asia/Omsk", now=now, by=owner
    )
    assert (made.title, made.brand, made.time_zone) == ("Main street", "Lavka", "Asia/Omsk")
    assert made.active
    closed = places.change_store("s1", address="1 Main street", active=False, now=now, by=owner)
    assert (closed.title, closed.address, closed.active) == ("Main street", "1 Main street", False)
    assert places.change_store("s1", title="New", now=now, by=owner).time_zone == "Asia/Omsk"
    changed = places.change_store("s1", programme_time_zone=True, now=now, by=owner)
    assert changed.time_zone is None
    assert queries.get_store("s1") == changed
    with pytest.raises(StoreNotActive):
        places.create_till("s1", "t1", "Till", now=now, by=owner)


def test_tills_have_codes_of_their_own_in_each_store(now, owner):
    for store in ("s1", "s2"):
        places.create_store(store, "Store", now=now, by=owner)
        places.create_till(store, "t1", "First", now=now, by=owner)
    places.create_till("s1", "t2", "Second", now=now, by=owner)
    assert [t.code for t in queries.list_tills("s1")] == ["t1", "t2"]
    assert [t.code for t in queries.list_tills("s1", after="t1")] == ["t2"]
    assert [t.code for t in queries.list_tills("s2")] == ["t1"]
    assert [s.code for s in queries.list_stores(limit=1)] == ["s1"]
    assert [s.code for s in queries.list_stores(after="s1")] == ["s2"]
    before = everything()
    with pytest.raises(TillCodeTaken):
        places.create_till("s1", "t1", "Again", now=now, by=owner)
    with pytest.raises(StoreCodeTaken):
        places.create_store("s1", "Again", now=now, by=owner)
    assert everything() == before


def test_a_till_switched_off_loses_its_keys_at_once_and_gets_no_other(now, later, owner, person):
    places.create_store("s1", "Store", now=now, by=owner)
    for till in ("t1", "t2"):
        places.create_till("s1", till, "Till", now=now, by=owner)
    first = places.issue_till_key("s1", "t1", now=now, by=owner).token
    second = places.issue_till_key("s1", "t1", now=now, by=owner).token
    other = places.issue_till_key("s1", "t2", now=now, by=owner).token
    with pytest.raises(TillHasTwoKeys):
        places.issue_till_key("s1", "t1", now=now, by=owner)
    principal = authenticate_key(first, now=now)
    assert (principal.store, principal.till) == ("s1", "t1")
    # Who keeps the places need not be allowed to handle keys.
    keeper = owner._replace(permissions=frozenset({Permission.PLACES_WRITE}))
    assert not places.deactivate_till("s1", "t1", now=later(hours=1), by=keeper).active
    for token in (first, second):
        with pytest.raises(KeyRefused):
            authenticate_key(token, now=later(hours=1))
    assert authenticate_key(other, now=later(hours=1)).till == "t2"
    with pytest.raises(TillNotActive):
        places.issue_till_key("s1", "t1", now=later(hours=1), by=owner)
    places.change_till("s1", "t1", active=True, now=later(hours=2), by=owner)
    for token in (first, second):
        with pytest.raises(KeyRefused):
            authenticate_key(token, now=later(hours=2))
    assert places.issue_till_key("s1", "t1", now=later(hours=2), by=owner)


def test_a_key_is_issued_only_for_till_scopes_and_by_who_may(now, owner, person):
    places.create_store("s1", "Store", now=now, by=owner)
    places.create_till("s1", "t1", "Till", now=now, by=owner)
    issued = places.issue_till_key(
        "s1", "t1", scopes=frozenset({Scope.TILL_SALES}), now=now, by=owner
    )
    assert authenticate_key(issued.token, now=now).scopes == {Scope.TILL_SALES}
    with pytest.raises(PermissionMissing):
        places.issue_till_key("s1", "t1", now=now, by=person(7, Role.MARKETER))


@pytest.mark.parametrize("code", ["", " ", "a b", "a/b", "-a", "x" * 41, "\0", "касса", "a\n"])
def test_a_code_that_is_none_is_never_found_nor_made(code, now, owner):
    places.create_store("s1", "Store", now=now, by=owner)
    before = everything()
    for attempt, refusal in (
        (lambda: places.create_store(code, "Store", now=now, by=owner), CodeMalformed),
        (lambda: places.create_till("s1", code, "Till", now=now, by=owner), CodeMalformed),
        (lambda: places.create_till(code, "t1", "Till", now=now, by=owner), StoreNotFound),
        (lambda: places.change_store(code, title="x", now=now, by=owner), StoreNotFound),
        (lambda: places.change_till("s1", code, title="x", now=now, by=owner), TillNotFound),
        (lambda: places.issue_till_key("s1", code, now=now, by=owner), TillNotFound),
        (lambda: queries.get_store(code), StoreNotFound),
        (lambda: queries.get_till(code, "t1"), TillNotFound),
        (lambda: queries.list_tills(code), StoreNotFound),
    ):
        with pytest.raises(refusal):
            attempt()
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "refusal", "pointer"),
    [
        ({"title": " "}, TextMalformed, "/title"),
        ({"title": "x" * 201}, TextMalformed, "/title"),
        ({"title": "a\0b"}, TextMalformed, "/title"),
        ({"brand": "x" * 81}, TextMalformed, "/brand"),
        ({"address": "\x1b[2J"}, TextMalformed, "/address"),
        ({"time_zone": "Mars/Olympus"}, TimeZoneUnknown, "/time_zone"),
        ({"time_zone": "../etc/passwd"}, TimeZoneUnknown, "/time_zone"),
    ],
)
def test_what_a_store_cannot_be_is_refused_with_its_pointer(change, refusal, pointer, now, owner):
    places.create_store("s1", "Store", now=now, by=owner)
    before = everything()
    for attempt in (
        lambda: places.change_store("s1", **change, now=now, by=owner),
        lambda: places.create_store("s2", **{"title": "Store"} | change, now=now, by=owner),
    ):
        with pytest.raises(refusal) as refused:
            attempt()
        assert refused.value.pointer == pointer
    assert everything() == before


def test_who_may_not_is_refused_and_nothing_is_written(now, owner, cashier):
    places.create_store("s1", "Store", now=now, by=owner)
    places.create_till("s1", "t1", "Till", now=now, by=owner)
    before = everything()
    for attempt in (
        lambda: places.create_store("s2", "Store", now=now, by=cashier),
        lambda: places.change_store("s1", title="x", now=now, by=cashier),
        lambda: places.create_till("s1", "t2", "Till", now=now, by=cashier),
        lambda: places.change_till("s1", "t1", title="x", now=now, by=cashier),
        lambda: places.deactivate_till("s1", "t1", now=now, by=cashier),
        lambda: places.issue_till_key("s1", "t1", now=now, by=cashier),
    ):
        with pytest.raises(PermissionMissing):
            attempt()
    assert everything() == before


@pytest.mark.usefixtures("django_on_fresh_database")
def test_a_till_switched_off_while_keys_are_issued_ends_with_no_key(now, make_owner, at_once):
    owner = in_transaction(make_owner)
    in_transaction(lambda: places.create_store("s1", "Store", now=now, by=owner))
    for round_number in range(5):
        till = f"t{round_number}"
        in_transaction(lambda t=till: places.create_till("s1", t, "Till", now=now, by=owner))
        issued, switched_off, issued_too = at_once(
            [
                lambda t=till: in_transaction(
                    lambda: places.issue_till_key("s1", t, now=now, by=owner)
                ),
                lambda t=till: in_transaction(
                    lambda: places.deactivate_till("s1", t, now=now, by=owner)
                ),
                lambda t=till: in_transaction(
                    lambda: places.issue_till_key("s1", t, now=now, by=owner)
                ),
            ]
        )
        assert not switched_off.active
        for outcome in (issued, issued_too):
            assert isinstance(outcome, IssuedKey | TillNotActive)
        assert not ApiKey.objects.filter(till_code=till, revoked_at=None).exists()


@pytest.mark.usefixtures("django_on_fresh_database")
def test_of_many_who_make_one_store_at_once_one_does(now, make_owner, at_once):
    owner = in_transaction(make_owner)
    work = [lambda: in_transaction(lambda: places.create_store("s1", "Store", now=now, by=owner))]
    outcomes = at_once(work * 8)
    assert sum(isinstance(outcome, StoreCodeTaken) for outcome in outcomes) == 7
    assert Store.objects.count() == 1
