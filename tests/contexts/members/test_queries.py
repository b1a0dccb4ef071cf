"""Finding and listing members: whatever is scanned, never further than one may see."""

from datetime import timedelta
from uuid import UUID

import pytest
from contexts.members.conftest import card, email, external, phone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contexts.members.holding import MemberNotFound
from regulars.contexts.members.identifying import IdentifierMalformed
from regulars.contexts.members.queries import (
    IdentifierAmbiguous,
    MemberFilter,
    find_holders,
    find_member_by_identifier,
    get_consent_state,
    get_member,
    get_member_by_id,
    get_profile,
    list_consents,
    list_identifiers,
    list_members,
    look_up,
    spell_identifier,
)
from regulars.contexts.members.types import EVERYONE, IdentifierKind, MemberStatus, Reach, ref_of
from regulars.contexts.members.usecases.identifiers import block_identifier
from regulars.contexts.members.usecases.membership import block_member, erase_member, mark_merged
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.kit.paging import CursorInvalid, make_cursor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("2990 0000 0001 9", "card"),
        ("2990000000019", "card"),
        ("8 (912) 345-67-89", "phone"),
        ("+7 912 345 67 89", "phone"),
        ("9123456789", "phone"),
        (" Anna@Example.com ", "email"),
        ("crm:17", "external"),
    ],
)
def test_whatever_is_typed_or_scanned_finds_the_member(text, by, enrol, cashier):
    ref = enrol(
        card("2990000000019"), phone("+79123456789"), email("anna@example.com"), external("crm:17")
    )
    enrol(given_name="Борис", family_name="Ким")
    found = find_member_by_identifier(text, within=EVERYONE)
    assert (found.ref, found.by, found.status, found.identifier_status) == (
        *(ref, by, "active", "active"),
    )
    assert look_up(text, within=EVERYONE, by=cashier) == (found,)
    assert (found.shown_name, found.shown_contact) == ("Анна К.", "••• 67-89")
    assert "Анна" not in repr(found)


@pytest.mark.parametrize(
    "text", ["", " ", "5", "x" * 5000, "\x00", "\ud800", "@", "+", "ma_", "'--"]
)
def test_a_text_that_is_nothing_finds_nobody(text, enrol, cashier):
    enrol()
    assert find_member_by_identifier(text, within=EVERYONE) is None
    assert look_up(text, within=EVERYONE, by=cashier) == ()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.one_of(st.text(max_size=40), st.text("0123456789+ -()@.ma_%_\\", max_size=20)))
def test_any_text_may_be_looked_up(text, cashier):
    assert look_up(text, within=EVERYONE, by=cashier) == ()
    assert list_members(MemberFilter(search=text), within=EVERYONE).items == ()


def test_a_number_that_fits_two_members_is_not_guessed_at(enrol, cashier):
    as_card, as_phone = enrol(card("89123456789")), enrol(phone("+79123456789"))
    with pytest.raises(IdentifierAmbiguous):
        find_member_by_identifier("89123456789", within=EVERYONE)
    by_kind = [
        find_member_by_identifier("89123456789", kind, within=EVERYONE).ref
        for kind in (IdentifierKind.CARD, IdentifierKind.PHONE)
    ]
    assert by_kind == [as_card, as_phone]
    both = look_up("89123456789", within=EVERYONE, by=cashier)
    assert {found.ref for found in both} == {as_card, as_phone}


def test_a_text_of_another_kind_is_refused_where_the_kind_is_named():
    with pytest.raises(IdentifierMalformed) as refusal:
        find_member_by_identifier("Anna", IdentifierKind.PHONE, within=EVERYONE)
    assert refusal.value.code == "identifier.phone_malformed"
    assert "Anna" not in str(refusal.value)


@pytest.mark.parametrize("text", ["короле", "КОРОЛЕВА анна", "Анна Кор", "анна  королёва"])
def test_a_name_is_found_by_how_it_begins_either_way_round(text, enrol, cashier):
    ref = enrol(phone("+79123456789"))
    enrol(given_name="Борис", family_name="Ким")
    (found,) = look_up(text, within=EVERYONE, by=cashier)
    assert (found.ref, found.by, found.identifier_status) == (ref, "name", None)


@pytest.mark.parametrize("text", ["ан", "%", "кор%", "_____", "оролев", "\\"])
def test_a_name_is_not_found_by_less(text, enrol, cashier):
    enrol()
    assert look_up(text, within=EVERYONE, by=cashier) == ()


def test_a_search_for_a_name_shows_no_more_than_it_may(
    enrol, cashier, support, marketer, person, now
):
    refs = [enrol(given_name="Анна", family_name=f"Ким{n:02}") for n in range(25)]
    block_member(refs[0], "lost", now=now, by=support)
    assert len(look_up("ким", limit=1000, within=EVERYONE, by=cashier)) == 20
    assert len(look_up("ким", limit=-5, within=EVERYONE, by=cashier)) == 1
    shown = {found.ref for found in look_up("ким", limit=20, within=EVERYONE, by=marketer)}
    assert refs[0] not in shown
    nobody = person(1, Role.OWNER)._replace(permissions=frozenset())
    with pytest.raises(PermissionMissing):
        look_up("ким", within=EVERYONE, by=nobody)


def test_who_sees_one_store_sees_no_other(enrol, cashier, support):
    here, there = enrol(card("10001"), store="s1"), enrol(card("10002"), store="s2")
    within = Reach(stores=frozenset({"s1"}))
    assert find_member_by_identifier("10001", within=within).ref == here
    assert find_member_by_identifier("10002", within=within) is None
    assert look_up("10002", within=within, by=cashier) == ()
    assert {f.ref for f in look_up("королева", within=within, by=cashier)} == {here}
    assert [one.ref for one in list_members(within=within).items] == [here]
    assert list_members(MemberFilter(search="10002"), within=within).items == ()
    for read in (
        lambda: get_member(there, within=within),
        lambda: get_member_by_id(there.id, within=within),
        lambda: get_profile(there, within=within, by=support),
        lambda: list_identifiers(there, within=within, by=support),
        lambda: list_consents(there, within=within, by=support),
        lambda: get_consent_state(there, within=within),
    ):
        with pytest.raises(MemberNotFound):
            read()
    assert list_members(within=Reach(stores=frozenset())).items == ()


def test_a_member_sees_nobody_else(enrol, oneself):
    me, other = enrol(card("10001")), enrol(card("10002"))
    within, by = Reach(member=me), oneself(me)
    assert get_profile(me, within=within, by=by).given_name == "Анна"
    assert [one.value for one in list_identifiers(me, within=within, by=by)] == ["10001"]
    assert list_consents(me, within=within, by=by) == ()
    assert [one.ref for one in list_members(within=within).items] == [me]
    assert find_member_by_identifier("10002", within=within) is None
    for read in (
        lambda: get_member(other, within=within),
        lambda: list_identifiers(other, within=within, by=by),
    ):
        with pytest.raises(MemberNotFound):
            read()
    with pytest.raises(PermissionMissing):
        get_profile(other, within=EVERYONE, by=by)


def test_one_who_is_out_of_reach_answers_like_one_who_is_not_there(enrol):
    there = enrol(store="s2")
    within = Reach(stores=frozenset({"s1"}))
    answers = []
    for ref in (there, ref_of(UUID(int=9))):
        with pytest.raises(MemberNotFound) as refusal:
            get_member(ref, within=within)
        answers.append((type(refusal.value), str(refusal.value), refusal.value.params))
    assert answers[0] == answers[1]


def test_contact_data_is_for_who_may_see_it(enrol, marketer, support, cashier):
    ref = enrol(card("2990000000019"), phone("+79123456789"), email("anna@example.com"))
    with pytest.raises(PermissionMissing):
        get_profile(ref, within=EVERYONE, by=marketer)
    masked = {one.kind: one.value for one in list_identifiers(ref, within=EVERYONE, by=marketer)}
    assert masked == {"card": "•••0019", "phone": "••• 67-89", "email": "a•••@•••.com"}
    whole = {one.value for one in list_identifiers(ref, within=EVERYONE, by=support)}
    assert whole == {"2990000000019", "+79123456789", "anna@example.com"}
    with pytest.raises(PermissionMissing):
        list_consents(ref, within=EVERYONE, by=cashier)


def test_members_are_listed_the_newest_first_and_each_once(enrol, now):
    moments = [now - timedelta(days=n // 3) for n in range(11)]
    refs = {enrol(at=now, enrolled_at=moment) for moment in moments}
    seen, cursor = [], None
    while True:
        page = list_members(cursor=cursor, limit=2, within=EVERYONE)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert {one.ref for one in seen} == refs
    assert len(seen) == 11
    keys = [(one.enrolled_at, one.ref.id) for one in seen]
    assert keys == sorted(keys, reverse=True)


def test_lists_show_what_was_asked_for(enrol, now, later, support):
    first = enrol(at=now, tags=frozenset({"vip", "tea"}), store="s1")
    second = enrol(card("10001"), at=later(days=1), tags=frozenset({"tea"}), is_staff=True)
    third, fourth = enrol(at=later(days=2)), enrol(at=later(days=3))
    block_member(third, "lost", now=now, by=support)
    mark_merged(fourth, first, "same", now=now, by=support)
    fifth = enrol(at=later(days=4))
    erase_member(fifth, "asked for it", now=now, by=support)

    def shown(**wanted):
        return [one.ref for one in list_members(MemberFilter(**wanted), within=EVERYONE).items]

    assert shown() == [third, second, first]
    assert shown(status=MemberStatus.BLOCKED) == [third]
    assert shown(status=MemberStatus.MERGED) == [fourth]
    assert shown(status=MemberStatus.ERASED) == [fifth]
    assert shown(tag="tea") == [second, first]
    assert shown(tag="vip") == [first]
    assert shown(tag="\x00") == []
    assert shown(store="s1") == [first]
    assert shown(is_staff=True) == [second]
    assert shown(enrolled_since=later(days=1), enrolled_until=later(days=2)) == [second]
    assert shown(search="10001") == [second]
    assert shown(search="королева") == [first, second, third]  # by name, then id
    assert shown(search="королева", tag="vip") == [first]
    assert shown(search="nobody") == []


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", make_cursor("a")),
        *(make_cursor("not a time", "0" * 32), make_cursor("2026-01-01", "y")),
    ],
)
def test_a_cursor_that_is_none_is_refused(cursor):
    with pytest.raises(CursorInvalid):
        list_members(cursor=cursor, within=EVERYONE)


def test_many_identifiers_are_looked_up_at_once(enrol, support, now):
    one, other, lost = enrol(card("10001")), enrol(card("10002")), enrol(card("10003"))
    block_identifier(other, card("10002"), now=now, by=support)
    mark_merged(lost, one, "same", now=now, by=support)
    texts = ["1000 1", "1000-2", "10003", "10004"]
    spellings = [spell_identifier(IdentifierKind.CARD, text) for text in texts]
    assert find_holders(IdentifierKind.CARD, spellings) == {
        "10001": (one, "active"),
        "10002": (other, "blocked"),
        "10003": (one, "active"),
    }
    assert find_holders(IdentifierKind.EXTERNAL, spellings) == {}
    assert find_holders(IdentifierKind.CARD, []) == {}
    with pytest.raises(IdentifierMalformed):
        spell_identifier(IdentifierKind.PHONE, "12", pointer="/member")
