"""Several at the same instant: enrolments of one phone, cards, batches, merges."""

import pytest
from contexts.members.conftest import card, external, phone
from django.db import transaction

from regulars.contexts.members.models import IdentifierRow, IssuedCard, Member, ProfileRow
from regulars.contexts.members.types import Enrolled, Enrolment, Profile
from regulars.contexts.members.usecases.cards import create_card_range, issue_cards
from regulars.contexts.members.usecases.enrolment import IdentifierTaken, enrol_many, enrol_member
from regulars.contexts.members.usecases.identifiers import add_identifier, replace_card
from regulars.contexts.members.usecases.membership import mark_merged
from regulars.contexts.members.usecases.personal import change_profile

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")


def committed(work):
    with transaction.atomic():
        return work()


def sound():
    """Every claim leads to a member, and every member has claims."""
    claimed = set(IdentifierRow.objects.values_list("bucket", "member_id"))
    members = set(Member.objects.exclude(status="merged").values_list("bucket", "id"))
    profiles = set(ProfileRow.objects.values_list("bucket", "member_id"))
    return claimed == members and profiles <= members


def test_two_enrolments_of_one_phone_make_one_member(at_once, now, support):
    def enrol(number):
        told = Enrolment((card(f"1000{number}"), phone("+79123456789")), Profile(given_name="A"))
        return committed(lambda: enrol_member(told, now=now, by=support))

    outcomes = at_once([lambda n=n: enrol(n) for n in range(8)])
    assert sum(isinstance(outcome, Enrolled) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, IdentifierTaken) for outcome in outcomes) == 7
    assert Member.objects.count() == 1
    assert IdentifierRow.objects.count() == 2
    assert sound()


def test_one_file_imported_by_many_at_once_is_imported_once(at_once, now, integrator):
    def batch(shift):
        numbers = [str((n * 7 + shift) % 60) for n in range(60)]
        told = [
            Enrolment((external(n), external(f"also {n}")), Profile(given_name=n)) for n in numbers
        ]
        outcomes = committed(lambda: enrol_many(told, on_existing="return", now=now, by=integrator))
        return dict(zip(numbers, outcomes, strict=True))

    results = at_once([lambda s=s: batch(s) for s in range(6)])
    assert Member.objects.count() == 60
    assert sound()
    for number in map(str, range(60)):
        outcomes = [result[number] for result in results]
        assert len({outcome.member for outcome in outcomes}) == 1
        assert sum(outcome.is_new for outcome in outcomes) == 1


def test_a_card_wanted_by_two_members_goes_to_one(at_once, now, support, enrol):
    members = [enrol(card(f"2000{n}")) for n in range(6)]
    add = [
        lambda m=m: committed(lambda: add_identifier(m, card("777777"), now=now, by=support))
        for m in members[:3]
    ]
    replace = [
        lambda m=m, n=n: committed(
            lambda: replace_card(m, f"2000{n}", "777777", now=now, by=support)
        )
        for n, m in enumerate(members)
        if n >= 3
    ]
    outcomes = at_once(add + replace)
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, IdentifierTaken) for outcome in outcomes) == 5
    assert sound()
    replaced = IdentifierRow.objects.filter(status="replaced").count()
    assert replaced == sum(outcome is None for outcome in outcomes[3:])


def test_batches_drawn_at_once_share_no_number(at_once, now, system):
    committed(
        lambda: create_card_range(
            "main", prefix="2990", length=13, checksum="ean13", now=now, by=system
        )
    )
    batches = at_once([lambda: committed(lambda: issue_cards("main", 200, now=now, by=system))] * 5)
    numbers = [number for batch in batches for number in batch.numbers]
    assert len(set(numbers)) == 1000
    assert sorted(batch.batch for batch in batches) == [1, 2, 3, 4, 5]
    assert IssuedCard.objects.count() == 1000


def test_two_merges_the_other_way_round_leave_one_of_the_two(at_once, now, support, enrol):
    for _ in range(5):
        one, other = enrol(), enrol()
        outcomes = at_once(
            [
                lambda a=one, b=other: committed(
                    lambda: mark_merged(a, b, "same person", now=now, by=support)
                ),
                lambda a=one, b=other: committed(
                    lambda: mark_merged(b, a, "same person", now=now, by=support)
                ),
            ]
        )
        assert outcomes.count(None) == 1
        assert "member.closed" in {getattr(outcome, "code", None) for outcome in outcomes}
    assert Member.objects.filter(status="active").count() == 5
    assert sound()


def test_of_two_who_change_what_they_saw_one_is_told_to_look_again(at_once, now, support, enrol):
    ref = enrol()
    works = [
        lambda c=c: committed(
            lambda: change_profile(ref, {"city": c}, version=1, now=now, by=support)
        )
        for c in ("Пермь", "Омск")
    ]
    outcomes = at_once(works)
    assert outcomes.count(2) == 1
    assert "member.changed" in {getattr(outcome, "code", None) for outcome in outcomes}
