"""The last one of a stock, the last one of a limit, the last points: wanted by many at once."""

import pytest

from regulars.contexts.rewards import queries, usecases
from regulars.contexts.rewards.models import Redemption
from regulars.core.rewards.decision import RewardLimitReached, RewardSoldOut
from regulars.core.till.decision import PointsInsufficient
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")


@pytest.fixture
def redeem(now, cashier):
    def act(member, reward, key):
        return in_transaction(
            lambda: usecases.redeem_reward(member, reward, request_key=key, now=now, by=cashier)
        )

    return act


def sorted_out(outcomes, refusal):
    """How many succeeded and how many were refused as expected; anything else fails the test."""
    done = [o for o in outcomes if not isinstance(o, Exception)]
    refused = [o for o in outcomes if isinstance(o, refusal)]
    assert len(done) + len(refused) == len(outcomes), outcomes
    return len(done), len(refused)


def test_the_last_items_of_a_stock_go_to_as_many_as_there_are(
    enrol, offer, redeem, balance, at_once
):
    mug = offer(stock=3)
    members = [enrol(100) for _ in range(20)]
    outcomes = at_once([lambda m=member: redeem(m, mug, "k") for member in members])
    assert sorted_out(outcomes, RewardSoldOut) == (3, 17)
    assert queries.get_reward(mug).stock == 0
    assert sorted(balance(member) for member in members) == [0] * 3 + [100] * 17
    assert Redemption.objects.count() == 3


def test_the_limit_of_a_member_holds_against_many_tills(enrol, offer, redeem, balance, at_once):
    mug, member = offer(per_member_limit=2), enrol(10_000)
    outcomes = at_once([lambda n=n: redeem(member, mug, f"k{n}") for n in range(12)])
    assert sorted_out(outcomes, RewardLimitReached) == (2, 10)
    assert balance(member) == 9_800


def test_one_balance_pays_for_as_much_as_it_is_worth(enrol, offer, redeem, balance, at_once):
    mug, member = offer(stock=100), enrol(350)
    outcomes = at_once([lambda n=n: redeem(member, mug, f"k{n}") for n in range(12)])
    assert sorted_out(outcomes, PointsInsufficient) == (3, 9)
    assert balance(member) == 50
    assert queries.get_reward(mug).stock == 97


def test_one_request_sent_many_times_at_once_is_one_redemption(
    enrol, offer, redeem, balance, at_once
):
    mug, member = offer(stock=100), enrol(10_000)
    outcomes = at_once([lambda: redeem(member, mug, "same")] * 12)
    assert len({outcome.id for outcome in outcomes}) == 1
    assert balance(member) == 9_900
    assert queries.get_reward(mug).stock == 99


def test_a_redemption_given_back_by_many_at_once_comes_back_once(
    enrol, offer, redeem, balance, now, cashier, at_once
):
    mug, member = offer(stock=5), enrol(100)
    taken = redeem(member, mug, "k")
    outcomes = at_once(
        [
            lambda: in_transaction(
                lambda: usecases.cancel_redemption(
                    member, taken.id, reason="x", now=now, by=cashier
                )
            )
        ]
        * 10
    )
    assert {outcome.status for outcome in outcomes} == {"cancelled"}
    assert balance(member) == 100
    assert queries.get_reward(mug).stock == 5


def test_restocking_while_members_redeem_loses_no_item(enrol, offer, redeem, now, author, at_once):
    mug = offer(stock=10)
    members = [enrol(100) for _ in range(10)]
    add = [
        lambda: in_transaction(lambda: usecases.add_stock(mug, 1, now=now, by=author))
        for _ in range(5)
    ]
    outcomes = at_once([lambda m=member: redeem(m, mug, "k") for member in members] + add)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert queries.get_reward(mug).stock == 5
