"""Referral with many at once: one referrer stays, both are rewarded once, caps hold."""

from datetime import timedelta

import pytest
from contexts.rewards.conftest import DOCUMENT
from contexts.rewards.test_referral import buy, differences, points

from regulars.contexts.members.models import ReferralRow
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.members.usecases.referrals import make_referral_code
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.rewards.usecases.referral import name_referrer, settle_referrals
from regulars.core.referral import ReferralRing, ReferrerCameLater, ReferrerNamedAlready
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.usefixtures("django_on_fresh_database", "programme")


@pytest.fixture
def join(programme, now, approver):
    def make(name, days):
        def work():
            enrolment = Enrolment(
                identifiers=(Identifier(IdentifierKind.EXTERNAL, name),),
                enrolled_at=now - timedelta(days=days),
            )
            member = enrol_member(enrolment, now=now, by=approver).member
            return member, make_referral_code(member, now=now, by=approver)

        return in_transaction(work)

    return make


@pytest.fixture
def name_by(now, cashier):
    return lambda friend, code: in_transaction(
        lambda: name_referrer(friend, code=code, now=now, by=cashier)
    )


def test_of_three_racing_referrers_one_is_accepted_and_rewarded(join, name_by, later, at_once):
    """com-003: a, b and a again at the same instant."""
    (anna, a), (boris, b), (friend, _) = join("a", 10), join("b", 9), join("f", 1)
    outcomes = at_once([lambda c=code: name_by(friend, c) for code in (a, b, a)])
    accepted = {o.referrer for o in outcomes if not isinstance(o, Exception)}
    refused = [o for o in outcomes if isinstance(o, Exception)]
    assert len(accepted) == 1
    assert all(isinstance(o, ReferrerNamedAlready) for o in refused)
    buy(friend, 600_00, later(hours=1))
    at_once([lambda: settle_referrals(now=later(hours=2))] * 6)
    assert sorted([points(anna), points(boris)]) == [(0, 0), (100, 0)]
    assert points(friend) == (50, 0)
    assert in_transaction(differences) == []


def test_friends_who_buy_at_once_keep_the_referrers_cap(join, name_by, later, at_once):
    anna, code = join("a", 10)
    friends = [join(f"f{n}", 1)[0] for n in range(6)]
    for friend in friends:
        name_by(friend, code)
        buy(friend, 600_00, later(hours=1))
    at_once([lambda: settle_referrals(now=later(hours=2))] * 4)
    assert points(anna) == (200, 0)
    assert [points(friend) for friend in friends] == [(50, 0)] * 6
    assert ReferralRow.objects.filter(capped=True).count() == 4


def test_two_who_name_each_other_at_once_make_no_ring(join, name_by, at_once):
    (anna, a), (boris, b) = join("a", 10), join("b", 9)
    outcomes = at_once([lambda: name_by(anna, b), lambda: name_by(boris, a)])
    assert isinstance(outcomes[0], ReferrerCameLater | ReferralRing)
    assert not isinstance(outcomes[1], Exception)
    assert ReferralRow.objects.count() == 1


def test_a_code_asked_for_by_many_is_one(join, now, approver, at_once):
    anna, code = join("a", 10)
    asked = [lambda: in_transaction(lambda: make_referral_code(anna, now=now, by=approver))] * 8
    assert set(at_once(asked)) == {code}


def test_joining_rewards_both_at_once_where_the_programme_says_so(
    join, name_by, now, author, approver
):
    document = {
        **DOCUMENT,
        "referral": {
            "friend": {"currency": "points", "points": 50},
            "referrer": {"currency": "points", "points": 100},
            "earned_by": "joining",
            "waiting": {},
            "caps": [{"friends": 3}],
        },
    }

    def publish():
        number = draft_version(document, now=now, by=author).number
        approve_version(number, now=now, by=approver)
        since = now - timedelta(days=20)
        publish_version(number, since, backdated=True, has_sales=False, now=now, by=approver)

    in_transaction(publish)
    anna, code = join("a", 10)
    friends = [join(f"f{n}", 1)[0] for n in range(4)]
    for friend in friends:
        assert name_by(friend, code).status == "rewarded"
        name_by(friend, code)
    assert (points(anna), points(friends[0])) == ((0, 300), (0, 50))
    assert ReferralRow.objects.filter(capped=True).count() == 1
    assert settle_referrals(now=now) == 0
