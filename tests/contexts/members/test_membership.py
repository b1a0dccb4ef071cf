"""The course of a membership: frozen, merged into another, erased."""

from datetime import date, timedelta

import pytest
from contexts.members.conftest import card, email, phone

from regulars.contexts.members.holding import MemberClosed
from regulars.contexts.members.models import ConsentRow, IdentifierRow, Member, ProfileRow
from regulars.contexts.members.queries import (
    find_member_by_identifier,
    get_consent_state,
    get_member,
    get_profile,
    get_survivor,
    list_consents,
)
from regulars.contexts.members.types import EVERYONE, ConsentGiven
from regulars.contexts.members.usecases.cards import create_card_range, issue_cards
from regulars.contexts.members.usecases.membership import (
    MergeWithSelf,
    block_member,
    erase_member,
    mark_merged,
    unblock_member,
)
from regulars.contexts.security.models import AuditRow
from regulars.core.consent import is_given
from regulars.core.refusal import Invalid, Refused

pytestmark = pytest.mark.django_db


def view(ref):
    return get_member(ref, within=EVERYONE)


def claims(ref):
    rows = IdentifierRow.objects.filter(bucket=ref.bucket, member_id=ref.id)
    return {row.value: row.status for row in rows}


def everything():
    tables = (Member, ProfileRow, IdentifierRow, ConsentRow)
    return [sorted(map(str, table.objects.values_list())) for table in tables]


def test_a_frozen_membership_is_opened_by_support(now, enrol, support, oneself):
    ref = enrol()
    assert block_member(ref, "stolen, call +7 912 345-67-89", now=now, by=oneself(ref)) == 2
    assert (view(ref).status, view(ref).status_reason) == ("blocked", "stolen, call •••")
    assert block_member(ref, "again", now=now, by=support) == 2
    assert unblock_member(ref, "found", now=now, by=support) == 3
    assert unblock_member(ref, "found", now=now, by=support) == 3
    assert (view(ref).status, view(ref).status_reason) == ("active", "")
    with pytest.raises(Invalid):
        block_member(ref, " ", now=now, by=support)


def test_two_memberships_of_one_person_become_one(now, later, enrol, support):
    loser = enrol(
        *(card("10001"), phone("+79123456789")),
        birthday=date(1990, 4, 1),
        tags=frozenset({"old"}),
        attributes={"a": 1, "b": 1},
        at=now - timedelta(days=9),
        consents=(ConsentGiven("sms", False, "till"), ConsentGiven("email", True, "till", "v1")),
        is_staff=True,
    )
    winner = enrol(
        email("anna@example.com"),
        given_name="Аня",
        family_name="",
        tags=frozenset({"new"}),
        attributes={"b": 2},
        consents=(ConsentGiven("sms", True, "till"),),
    )
    mark_merged(loser, winner, "duplicate", now=later(days=1), by=support)
    version = view(winner).version
    mark_merged(loser, winner, "duplicate", now=later(days=1), by=support)
    won = view(winner)
    assert won.version == version
    assert won.birthday == date(1990, 4, 1)
    assert won.tags == {"old", "new"}
    assert won.attributes == {"a": 1, "b": 2}
    assert (won.enrolled_at, won.is_staff) == (now - timedelta(days=9), True)
    assert claims(winner).keys() == {"10001", "+79123456789", "anna@example.com"}
    profile = get_profile(winner, within=EVERYONE, by=support)
    assert (profile.given_name, profile.family_name) == ("Аня", "Королёва")
    assert (profile.phone, profile.email) == ("+79123456789", "anna@example.com")
    state = get_consent_state(winner, within=EVERYONE)
    assert (is_given(state, "sms"), is_given(state, "email")) == (False, True)
    assert find_member_by_identifier("10001", within=EVERYONE).ref == winner
    lost = view(loser)
    assert (lost.status, lost.merged_into, lost.birthday) == ("merged", winner, None)
    assert (lost.tags, lost.attributes) == (frozenset(), {})
    assert not ProfileRow.objects.filter(member_id=loser.id).exists()
    assert get_survivor(loser, within=EVERYONE).ref == winner


def test_a_merged_membership_is_merged_once_and_leads_to_the_last_one(now, enrol, support):
    one, two, three = enrol(), enrol(), enrol()
    with pytest.raises(MergeWithSelf):
        mark_merged(one, one, "same", now=now, by=support)
    mark_merged(one, two, "same", now=now, by=support)
    for loser, winner in ((one, three), (two, one)):
        with pytest.raises(MemberClosed):
            mark_merged(loser, winner, "same", now=now, by=support)
    mark_merged(two, three, "same", now=now, by=support)
    assert get_survivor(one, within=EVERYONE).ref == three
    assert len(claims(three)) == 3


def test_erasing_forgets_the_person_and_keeps_the_number(now, enrol, support, system):
    create_card_range("main", prefix="2990", length=13, checksum="ean13", now=now, by=system)
    number = issue_cards("main", 1, now=now, by=system).numbers[0]
    ref = enrol(
        *(card(number), phone("+79123456789"), email("anna@example.com")),
        birthday=date(1990, 4, 1),
        attributes={"pet": "Barsik"},
        tags=frozenset({"vip"}),
        consents=(ConsentGiven("sms", True, "till"),),
    )
    friend = enrol(referred_by=ref, given_name="Борис", family_name="Ким")
    erase_member(ref, "asked for it", now=now, by=support)
    erase_member(ref, "asked for it", now=now, by=support)
    gone = view(ref)
    assert (gone.status, gone.birthday, gone.tags, gone.attributes) == ("erased", None, set(), {})
    everything_kept = str(everything()) + str(list(AuditRow.objects.values_list()))
    for personal in ("Анна", "Королёва", "9123456789", "anna@", "Barsik", "1990", number):
        assert personal not in everything_kept
    assert find_member_by_identifier(number, within=EVERYONE) is None
    assert len(list_consents(ref, within=EVERYONE, by=support)) == 1
    assert view(friend).referred_by == ref
    assert AuditRow.objects.filter(action="member.erase").count() == 1
    # The phone may be somebody else's by now; the card is still in a drawer.
    assert enrol(phone("+79123456789")) != ref
    with pytest.raises(Refused) as refusal:
        enrol(card(number))
    assert refusal.value.code == "identifier.card_not_ours"
