"""Changes to a member: by whom, what is kept, what is told, and what a refusal leaves alone."""

from datetime import date
from uuid import UUID

import pytest
from contexts.members.conftest import card, external, phone
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from regulars.contexts.members.holding import MemberChanged, MemberClosed, MemberNotFound
from regulars.contexts.members.models import (
    ConsentRow,
    IdentifierRow,
    Member,
    ProfileRow,
)
from regulars.contexts.members.queries import (
    find_member_by_identifier,
    get_consent_state,
    get_member,
    get_profile,
    list_consents,
    list_identifiers,
)
from regulars.contexts.members.types import (
    EVERYONE,
    ConsentGiven,
    Identifier,
    IdentifierKind,
    ref_of,
)
from regulars.contexts.members.usecases.enrolment import IdentifierTaken
from regulars.contexts.members.usecases.identifiers import (
    CardCannotBeRemoved,
    IdentifierBlocked,
    IdentifierNotFound,
    TooManyIdentifiers,
    add_identifier,
    block_identifier,
    issue_app_token,
    remove_identifier,
    replace_card,
    unblock_identifier,
)
from regulars.contexts.members.usecases.membership import (
    block_member,
    erase_member,
    mark_merged,
    unblock_member,
)
from regulars.contexts.members.usecases.personal import (
    BirthdayLocked,
    change_birthday,
    change_profile,
    record_consent,
    set_attributes,
    set_language,
    set_staff_mark,
    set_tags,
)
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.consent import is_given
from regulars.core.refusal import Invalid

pytestmark = pytest.mark.django_db
STRANGER = ref_of(UUID(int=7))


def view(ref):
    return get_member(ref, within=EVERYONE)


def claims(ref):
    rows = IdentifierRow.objects.filter(bucket=ref.bucket, member_id=ref.id)
    return {row.value: row.status for row in rows}


WRITES = {
    "profile": lambda ref, **who: change_profile(ref, {"city": "Омск"}, **who),
    "birthday": lambda ref, **who: change_birthday(ref, date(1990, 1, 1), **who),
    "tags": lambda ref, **who: set_tags(ref, frozenset({"vip"}), **who),
    "attributes": lambda ref, **who: set_attributes(ref, {"a": 1}, **who),
    "language": lambda ref, **who: set_language(ref, "en", **who),
    "staff mark": lambda ref, **who: set_staff_mark(ref, True, **who),
    "consent": lambda ref, **who: record_consent(ref, [ConsentGiven("sms", True, "app")], **who),
    "add": lambda ref, **who: add_identifier(ref, external("x"), **who),
    "app": issue_app_token,
    "block id": lambda ref, **who: block_identifier(ref, card("10001"), **who),
    "unblock id": lambda ref, **who: unblock_identifier(ref, card("10001"), **who),
    "replace": lambda ref, **who: replace_card(ref, "10001", "10002", **who),
    "remove": lambda ref, **who: remove_identifier(ref, phone("+79123456789"), **who),
    "block": lambda ref, **who: block_member(ref, "lost phone", **who),
    "unblock": lambda ref, **who: unblock_member(ref, "found it", **who),
    "merge": lambda ref, **who: mark_merged(ref, ref_of(UUID(int=8)), "same", **who),
    "erase": lambda ref, **who: erase_member(ref, "asked for it", **who),
}
OWN = {"profile", "birthday", "language", "consent", "add", "app", "block id", "replace", "remove"}
OWN |= {"block", "erase"}


def everything():
    tables = (Member, ProfileRow, IdentifierRow, ConsentRow)
    return [sorted(map(str, table.objects.values_list())) for table in tables]


@pytest.mark.parametrize("name", WRITES)
def test_nobody_changes_what_they_may_not(name, now, enrol, person, oneself):
    ref, other = enrol(card("10001"), phone("+79123456789")), enrol()
    before = everything()
    for by in (person(1, Role.AUDITOR), person(1, Role.CASHIER), person(1, Role.MARKETER)):
        if name == "consent" and by == person(1, Role.CASHIER):
            continue
        with pytest.raises(PermissionMissing):
            WRITES[name](ref, now=now, by=by)
    with pytest.raises((MemberNotFound, PermissionMissing, IdentifierNotFound)):
        WRITES[name](ref, now=now, by=oneself(other))
    assert everything() == before


@pytest.mark.parametrize("name", sorted(OWN))
def test_members_change_what_is_theirs(name, now, enrol, oneself):
    ref = enrol(card("10001"), phone("+79123456789"))
    before = everything()
    WRITES[name](ref, now=now, by=oneself(ref))
    assert everything() != before


@pytest.mark.parametrize("name", sorted(WRITES.keys() - OWN))
def test_members_do_not_change_what_is_not_theirs_to_change(name, now, enrol, oneself):
    ref = enrol(card("10001"), phone("+79123456789"))
    before = everything()
    with pytest.raises((PermissionMissing, IdentifierNotFound)):
        WRITES[name](ref, now=now, by=oneself(ref))
    assert everything() == before


@pytest.mark.parametrize("name", WRITES)
def test_a_member_that_is_not_there_is_not_found(name, now, support):
    with pytest.raises(MemberNotFound):
        WRITES[name](STRANGER, now=now, by=support)


@pytest.mark.parametrize("name", sorted(WRITES.keys() - {"erase"}))
def test_an_erased_membership_changes_no_more(name, now, enrol, support):
    ref = enrol(card("10001"), phone("+79123456789"))
    erase_member(ref, "asked for it", now=now, by=support)
    before = everything()
    with pytest.raises((MemberClosed, MemberNotFound)):
        WRITES[name](ref, now=now, by=support)
    assert everything() == before


def test_a_profile_changes_field_by_field(now, enrol, support):
    ref = enrol()
    assert change_profile(ref, {"city": " Омск ", "phone": "89123456789"}, now=now, by=support) == 2
    profile = get_profile(ref, within=EVERYONE, by=support)
    assert (profile.given_name, profile.city, profile.phone) == ("Анна", "Омск", "+79123456789")
    assert change_profile(ref, {"city": "Омск"}, now=now, by=support) == 2
    with pytest.raises(Invalid):
        change_profile(ref, {"bucket": "5"}, now=now, by=support)
    row = AuditRow.objects.get(action="member.change_profile")
    assert row.detail == {"fields": "city phone"}


def test_a_stale_version_is_refused_and_says_which_is_new(now, enrol, support):
    ref = enrol()
    set_tags(ref, frozenset({"a"}), version=1, now=now, by=support)
    with pytest.raises(MemberChanged) as refusal:
        set_tags(ref, frozenset({"b"}), version=1, now=now, by=support)
    assert refusal.value.params == {"version": 2}
    assert view(ref).tags == {"a"}


def test_a_birthday_is_changed_once_a_year_but_by_support(now, later, enrol, oneself, support):
    ref = enrol()
    by = oneself(ref)
    change_birthday(ref, date(1990, 5, 3), now=now, by=by)
    with pytest.raises(BirthdayLocked) as refusal:
        change_birthday(ref, date(1990, 5, 9), now=now, by=by)
    assert refusal.value.code == "member.birthday_too_near"
    change_birthday(ref, date(1990, 9, 9), now=now, by=by)
    for attempt in (date(1990, 10, 9), None):
        with pytest.raises(BirthdayLocked) as refusal:
            change_birthday(ref, attempt, now=later(days=364), by=by)
        assert refusal.value.code == "member.birthday_changed_lately"
    assert view(ref).birthday == date(1990, 9, 9)
    change_birthday(ref, date(1990, 5, 2), now=later(days=1), by=support)
    assert view(ref).birthday == date(1990, 5, 2)
    details = AuditRow.objects.filter(action="member.change_birthday").order_by("id")
    assert [row.detail["overridden"] for row in details] == [False, False, True]


def test_a_removed_birthday_does_not_open_the_way_to_a_new_one(now, later, enrol, oneself):
    ref = enrol(birthday=date(1990, 9, 9))
    change_birthday(ref, None, now=now, by=oneself(ref))
    with pytest.raises(BirthdayLocked):
        change_birthday(ref, date(1990, 12, 9), now=later(days=1), by=oneself(ref))
    assert view(ref).birthday is None


def test_consents_are_a_log_that_only_grows(now, later, enrol, support, oneself):
    ref = enrol(consents=(ConsentGiven("sms", True, "till"), ConsentGiven("terms", True, "till")))
    record_consent(
        ref,
        [ConsentGiven("sms", False, "app", "v2", {"reply": "STOP from +7 912 345-67-89"})],
        now=later(days=1),
        by=oneself(ref),
    )
    state = get_consent_state(ref, within=EVERYONE)
    assert [is_given(state, purpose) for purpose in ("sms", "terms", "email")] == [
        False,
        True,
        False,
    ]
    log = list_consents(ref, within=EVERYONE, by=support)
    assert [(row.purpose, row.given) for row in log[-1:]] == [("sms", False)]
    assert log[-1].proof == {"reply": "STOP from •••"}
    assert log[-1].by == f"member:{ref.id}"
    for statement in ("UPDATE members_consent SET given = true", "DELETE FROM members_consent"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_lost_card_opens_nothing_and_everything_else_stays(now, enrol, support, later):
    ref = enrol(card("10001"), phone("+79123456789"), tags=frozenset({"vip"}))
    block_identifier(ref, card("10001"), now=now, by=support)
    found = find_member_by_identifier("10001", within=EVERYONE)
    assert (found.ref, found.identifier_status) == (ref, "blocked")
    replace_card(ref, "1000-1", "10002", form="virtual", now=later(days=1), by=support)
    assert claims(ref) == {"10001": "replaced", "10002": "active", "+79123456789": "active"}
    assert find_member_by_identifier("10001", within=EVERYONE).identifier_status == "replaced"
    assert find_member_by_identifier("10002", within=EVERYONE).identifier_status == "active"
    assert view(ref).tags == {"vip"}
    shown = {one.value: one for one in list_identifiers(ref, within=EVERYONE, by=support)}
    assert (shown["10001"].until, shown["10002"].form) == (later(days=1), "virtual")


def test_a_card_replaced_twice_is_replaced_once(now, enrol, support):
    ref = enrol(card("10001"))
    replace_card(ref, "10001", "10002", now=now, by=support)
    version = view(ref).version
    replace_card(ref, "10001", "10002", now=now, by=support)
    assert view(ref).version == version
    with pytest.raises(IdentifierBlocked):
        replace_card(ref, "10001", "10003", now=now, by=support)
    with pytest.raises(IdentifierTaken):
        replace_card(ref, "10002", "10002", now=now, by=support)
    assert claims(ref) == {"10001": "replaced", "10002": "active"}


def test_a_replaced_card_never_opens_anything_again(now, enrol, support):
    ref, other = enrol(card("10001")), enrol()
    replace_card(ref, "10001", "10002", now=now, by=support)
    with pytest.raises(IdentifierBlocked):
        unblock_identifier(ref, card("10001"), now=now, by=support)
    with pytest.raises(IdentifierTaken):
        add_identifier(other, card("10001"), now=now, by=support)
    with pytest.raises(IdentifierBlocked):
        add_identifier(ref, card("10001"), now=now, by=support)


def test_a_found_card_is_opened_again_by_support_only(now, enrol, support, oneself):
    ref = enrol(card("10001"))
    block_identifier(ref, card("10001"), now=now, by=oneself(ref))
    with pytest.raises(IdentifierNotFound):
        unblock_identifier(ref, card("10001"), now=now, by=oneself(ref))
    unblock_identifier(ref, card("10001"), now=now, by=support)
    assert claims(ref) == {"10001": "active"}
    assert list_identifiers(ref, within=EVERYONE, by=support)[0].until is None


def test_an_identifier_of_another_is_not_found(now, enrol, support):
    ref, _ = enrol(), enrol(card("10001"), phone("+79123456789"))
    before = everything()
    for work in (
        lambda: block_identifier(ref, card("10001"), now=now, by=support),
        lambda: replace_card(ref, "10001", "10002", now=now, by=support),
        lambda: remove_identifier(ref, phone("+79123456789"), now=now, by=support),
    ):
        with pytest.raises(IdentifierNotFound):
            work()
    assert everything() == before


def test_a_phone_given_up_can_be_enrolled_by_its_next_owner(now, enrol, support):
    ref = enrol(card("10001"), phone("+79123456789"))
    remove_identifier(ref, phone("8 912 345 67 89"), now=now, by=support)
    assert enrol(phone("+79123456789")) != ref
    with pytest.raises(CardCannotBeRemoved):
        remove_identifier(ref, card("10001"), now=now, by=support)


def test_adding_what_one_has_is_harmless_and_twenty_are_enough(now, enrol, support):
    ref = enrol(external("0"))
    add_identifier(ref, external("0"), now=now, by=support)
    assert view(ref).version == 1
    for number in range(1, 20):
        add_identifier(ref, external(str(number)), now=now, by=support)
    with pytest.raises(TooManyIdentifiers):
        add_identifier(ref, external("20"), now=now, by=support)
    assert len(claims(ref)) == 20


def test_an_app_token_is_kept_as_a_digest_and_opens_its_member(now, enrol, support, oneself):
    ref = enrol()
    token = issue_app_token(ref, now=now, by=oneself(ref))
    assert token not in str(list(IdentifierRow.objects.values_list()))
    assert find_member_by_identifier(token, within=EVERYONE).ref == ref
    assert find_member_by_identifier(token, IdentifierKind.APP, within=EVERYONE).ref == ref
    remove_identifier(ref, Identifier(IdentifierKind.APP, token), now=now, by=oneself(ref))
    assert find_member_by_identifier(token, within=EVERYONE) is None
