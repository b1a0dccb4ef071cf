"""Referral: named once, earned by a real purchase, booked for both, taken back when it is returned."""

from datetime import timedelta
from itertools import count

import pytest

from regulars.contexts.ledger.models import LedgerAccount, LedgerTransaction
from regulars.contexts.ledger.usecases.booking import write_books
from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.members.models import Member, ReferralCode, ReferralRow
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, Profile
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.members.usecases.membership import block_member
from regulars.contexts.members.usecases.referrals import make_referral_code
from regulars.contexts.members.usecases.referred import shared_contacts
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.referral import (
    get_referral_card,
    list_friends,
    list_referral_differences,
)
from regulars.contexts.rewards.usecases.referral import name_referrer, settle_referrals
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.calendar import micros
from regulars.core.referral import (
    ReferralAfterPurchase,
    ReferralCodeUnknown,
    ReferralOfOneself,
    ReferralSamePerson,
    ReferrerCameLater,
    ReferrerNamedAlready,
)
from regulars.core.tiers import Entry
from regulars.core.till.commit import facts_of
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]
_numbers = count(1)
PHONE, GMAIL = Profile(phone="+79161112233"), Profile(email="an.na+1@gmail.com")


@pytest.fixture
def join(programme, now, approver):
    """Enrols somebody so many days before now."""

    def make(days=0, **more):
        identifiers = more.pop(
            "identifiers", (Identifier(IdentifierKind.EXTERNAL, f"friend-{next(_numbers)}"),)
        )
        enrolment = Enrolment(
            identifiers=identifiers, enrolled_at=now - timedelta(days=days), **more
        )
        return in_transaction(lambda: enrol_member(enrolment, now=now, by=approver)).member

    return make


@pytest.fixture
def code_of(now, approver):
    return lambda member: in_transaction(lambda: make_referral_code(member, now=now, by=approver))


@pytest.fixture
def named(code_of, now, cashier):
    def act(friend, referrer, **more):
        told = {"now": now, "by": cashier} | more
        return in_transaction(lambda: name_referrer(friend, code=code_of(referrer), **told))

    return act


@pytest.fixture
def settle():
    return lambda now: settle_referrals(now=now)


def buy(member, paid, at):
    """A sale as the till books it, as far as the ledger knows; its id."""
    return _book(member, "sale", paid, at, new_id(now=at), {})


def give_back(member, sale, paid, at, sold_at):
    _book(member, "return", -paid, sold_at, new_id(now=at), {"sale": str(sale)}, posted=at)


def _book(member, kind, spend, at, source, more, posted=None):
    programme = compiled_at(at)

    def write(book):
        visits = 1 if kind == "sale" else -1
        entry = Entry(micros(at), spend, visits, {})
        book.remember(entry)
        book.purchase(entry.at, visits)
        book.record_transaction(
            kind, at, source=source, version=programme.version, facts=facts_of([entry], **more)
        )

    in_transaction(lambda: write_books(member, programme, write, now=posted or at))
    return source


def points(member):
    """(pending, active) as the books have them."""
    row = LedgerAccount.objects.filter(bucket=member.bucket, member_id=member.id).first()
    pending, active, _ = (
        row.state["w"].get("points", (0, 0, 0)) if row and row.version else (0, 0, 0)
    )
    return pending, active


def differences():
    return [found.code for found in list_referral_differences()]


def test_a_code_is_made_once_and_renewed_on_demand(join, now, approver, later):
    anna = join(10)
    first = make_referral_code(anna, now=now, by=approver)
    assert make_referral_code(anna, now=later(days=1), by=approver) == first
    assert len(first) == 11
    second = make_referral_code(anna, renew=True, now=later(days=2), by=approver)
    assert second != first
    assert ReferralCode.objects.filter(retired_at=None).count() == 1
    card = get_referral_card(anna, now=now)
    assert (card.code, card.link) == (second, f"https://shop.example/r/{second}")
    with pytest.raises(ReferralCodeUnknown):
        name_referrer(join(), code=first, now=now, by=approver)


def test_a_purchase_of_the_friend_rewards_both(join, named, settle, now, later):
    anna, boris = join(10), join()
    view = named(boris, anna)
    assert (view.friend, view.referrer, view.status) == (boris, anna, "waiting")
    assert settle(later(hours=1)) == 0
    buy(boris, 499_99, later(hours=2))
    assert settle(later(hours=2)) == 1
    assert settle(later(hours=2)) == 0
    assert (points(anna), points(boris)) == ((0, 0), (0, 0))
    sale = buy(boris, 500_00, later(hours=3))
    assert settle(later(hours=4)) == 1
    assert (points(anna), points(boris)) == ((100, 0), (50, 0))
    row = ReferralRow.objects.get()
    assert (row.status, row.purchase_id, row.earned_at) == ("rewarded", sale, later(hours=3))
    for _ in range(3):
        settle(later(hours=5))
    buy(boris, 900_00, later(days=1))
    settle(later(days=1))
    assert (points(anna), points(boris)) == ((100, 0), (50, 0))
    buy(boris, 1, later(days=15))
    buy(anna, 1, later(days=15))
    assert (points(anna), points(boris)) == ((0, 100), (0, 50))
    assert differences() == []


def test_a_purchase_returned_wholly_takes_both_rewards_back_and_another_earns_them_again(
    join, named, settle, later
):
    anna, boris = join(10), join()
    named(boris, anna)
    sale = buy(boris, 600_00, later(hours=1))
    settle(later(hours=2))
    give_back(boris, sale, 200_00, later(days=1), later(hours=1))
    settle(later(days=1))
    assert (points(anna), points(boris)) == ((100, 0), (50, 0))
    give_back(boris, sale, 400_00, later(days=2), later(hours=1))
    settle(later(days=2))
    assert (points(anna), points(boris)) == ((0, 0), (0, 0))
    assert ReferralRow.objects.get().attempt == 2
    buy(boris, 700_00, later(days=3))
    for _ in range(2):
        settle(later(days=3))
    assert (points(anna), points(boris)) == ((100, 0), (50, 0))
    kinds = LedgerTransaction.objects.filter(bucket=anna.bucket, member_id=anna.id)
    assert list(kinds.order_by("seq").values_list("kind", flat=True)) == [
        "award",
        "unaward",
        "award",
    ]
    assert differences() == []


def test_a_second_purchase_steps_in_for_one_that_was_returned(join, named, settle, later):
    anna, boris = join(10), join()
    named(boris, anna)
    first = buy(boris, 600_00, later(hours=1))
    second = buy(boris, 700_00, later(hours=2))
    settle(later(hours=3))
    give_back(boris, first, 600_00, later(days=1), later(hours=1))
    settle(later(days=1))
    row = ReferralRow.objects.get()
    assert (row.status, row.purchase_id) == ("rewarded", second)
    assert (points(anna), points(boris)) == ((100, 0), (50, 0))


def test_a_purchase_too_late_earns_nothing_and_nobody_looks_any_more(join, named, settle, later):
    anna, boris = join(10), join()
    named(boris, anna)
    buy(boris, 600_00, later(days=60))
    settle(later(days=61))
    assert points(anna) == (0, 0)
    settle(later(days=120))
    assert ReferralRow.objects.get().status == "lapsed"
    assert settle(later(days=121)) == 0


def test_the_referrer_has_enough_after_so_many_friends(join, named, settle, now, later):
    anna = join(10)
    for number in range(3):
        friend = join()
        named(friend, anna)
        buy(friend, 600_00, later(hours=number + 1))
        settle(later(hours=number + 1))
        assert points(friend) == (50, 0)
    assert points(anna) == (200, 0)
    assert list(ReferralRow.objects.order_by("earned_at").values_list("capped", flat=True)) == [
        False,
        False,
        True,
    ]
    card = get_referral_card(anna, now=now)
    assert (card.friends, card.rewarded) == (3, 2)
    assert len(list_friends(anna)) == 3
    assert differences() == []


def test_a_referrer_who_was_blocked_gets_nothing_and_the_friend_does(
    join, named, settle, later, approver
):
    anna, boris = join(10), join()
    named(boris, anna)
    block_member(anna, "fraud", now=later(hours=1), by=approver)
    buy(boris, 600_00, later(hours=2))
    settle(later(hours=3))
    assert (points(anna), points(boris)) == ((0, 0), (50, 0))


def test_nobody_names_themselves_or_a_newcomer_or_twice(join, named, now, cashier):
    anna, boris, clara = join(10), join(5), join(7)
    with pytest.raises(ReferralOfOneself):
        named(boris, boris)
    with pytest.raises(ReferrerCameLater):
        named(anna, boris)
    view = named(boris, anna)
    assert named(boris, anna) == view
    with pytest.raises(ReferrerNamedAlready):
        named(boris, clara)
    assert ReferralRow.objects.count() == 1
    member = Member.objects.get(bucket=boris.bucket, id=boris.id)
    assert (member.referred_by_bucket, member.referred_by_id) == tuple(anna)
    for code in ("", "NOSUCHCODE2", "x" * 5000, "\x00", "⁹" * 11):
        with pytest.raises(ReferralCodeUnknown):
            name_referrer(clara, code=code, now=now, by=cashier)


def test_who_has_bought_before_came_by_themselves(join, named, later):
    anna, boris = join(10), join(5)
    buy(boris, 100, later())
    with pytest.raises(ReferralAfterPurchase):
        named(boris, anna, now=later(hours=1))


@pytest.mark.parametrize(
    ("mine", "theirs", "kind"),
    [
        ({"profile": PHONE}, {"profile": PHONE}, "phone"),
        ({"profile": GMAIL}, {"profile": Profile(email="anna@googlemail.com")}, "email"),
        ({"attributes": {"device": "abc"}}, {"attributes": {"device": "abc"}}, "device"),
        (
            {"identifiers": (Identifier(IdentifierKind.EMAIL, "a+shop@x.example"),)},
            {"profile": Profile(email="a@x.example")},
            "email",
        ),
    ],
)  # fmt: skip
def test_one_person_with_two_memberships_is_no_referral(join, named, mine, theirs, kind):
    anna, boris = join(10, **mine), join(5, **theirs)
    assert shared_contacts(boris, anna) == {kind}
    with pytest.raises(ReferralSamePerson):
        named(boris, anna)
    assert ReferralRow.objects.count() == 0


def test_two_who_share_nothing_share_nothing(join):
    assert shared_contacts(join(1), join(2)) == frozenset()


def test_a_merge_makes_no_second_referral_and_pays_the_survivor(
    join, named, settle, later, approver
):
    anna, boris, double = join(10), join(5), join(4)
    named(double, anna)
    merge(double, boris, later(hours=1), approver)
    with pytest.raises(ReferrerNamedAlready):
        named(boris, join(9), now=later(hours=2))
    buy(boris, 600_00, later(hours=2))
    settle(later(hours=3))
    assert (points(anna), points(boris)) == ((100, 0), (50, 0))
    assert differences() == []


def test_a_friend_merged_into_the_referrer_brings_the_referrer_nothing_for_themselves(
    join, named, settle, later, approver
):
    anna, boris = join(10), join(5)
    named(boris, anna)
    merge(boris, anna, later(hours=1), approver)
    buy(anna, 600_00, later(hours=2))
    settle(later(hours=3))
    assert points(anna) == (50, 0)


def test_who_takes_a_membership_over_takes_over_the_friends_it_brought(
    join, named, later, now, approver
):
    anna, clara, boris = join(10), join(9), join(5)
    named(boris, anna)
    merge(anna, clara, later(hours=1), approver)
    card = get_referral_card(clara, now=now)
    assert (card.friends, card.rewarded) == (1, 0)
    assert [view.friend for view in list_friends(clara)] == [boris]


def merge(loser, winner, now, by):
    in_transaction(
        lambda: merge_members(
            loser, winner, programme=compiled_at(now), reason_text="one person", now=now, by=by
        )
    )


def test_a_ring_through_a_merge_is_refused(join, named, later, approver):
    anna, boris, clara, old = join(10), join(5), join(2), join(400)
    named(boris, anna)
    named(clara, boris)
    merge(clara, old, later(hours=1), approver)
    with pytest.raises(Exception, match=r"referral\.ring"):
        named(anna, old, now=later(hours=2))


def test_who_may_not_enrol_names_nobody(join, code_of, now, author):
    anna, boris = join(10), join()
    with pytest.raises(PermissionMissing):
        name_referrer(boris, code=code_of(anna), now=now, by=author)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda: ReferralRow.objects.update(friend_amount=51), "verify.referral"),
        (lambda: ReferralRow.objects.update(referrer_source=None), "verify.referral_missing"),
        (lambda: ReferralRow.objects.all().delete(), "verify.referral_missing"),
    ],
)
def test_what_was_tampered_with_is_found(spoil, code, join, named, settle, later):
    anna, boris = join(10), join()
    named(boris, anna)
    buy(boris, 600_00, later(hours=1))
    settle(later(hours=2))
    assert differences() == []
    spoil()
    assert code in differences()
