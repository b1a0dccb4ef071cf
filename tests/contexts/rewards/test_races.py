"""The last one of a stock, the last one of a limit, the last points: wanted by many at once."""

import pytest

from regulars.contexts.rewards.models import Redemption
from regulars.contexts.rewards.queries import catalogue as catalogue_queries
from regulars.contexts.rewards.queries.orders import list_booking_differences
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.core.rewards.decision import RewardLimitReached, RewardSoldOut
from regulars.core.till.decision import PointsInsufficient
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.usefixtures("django_on_fresh_database")


@pytest.fixture
def redeem(now, cashier):
    def act(member, reward, key, **more):
        told = {"request_key": key, "now": now, "by": cashier} | more
        return in_transaction(lambda: orders.redeem_reward(member, reward, **told))

    return act


@pytest.fixture
def reserve(now, cashier):
    def act(member, reward, key, **more):
        told = {"request_key": key, "now": now, "by": cashier} | more
        return in_transaction(lambda: orders.reserve_reward(member, reward, **told))

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
    assert catalogue_queries.get_reward(mug).stock == 0
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
    assert catalogue_queries.get_reward(mug).stock == 97


def test_one_request_sent_many_times_at_once_is_one_redemption(
    enrol, offer, redeem, balance, at_once
):
    mug, member = offer(stock=100), enrol(10_000)
    outcomes = at_once([lambda: redeem(member, mug, "same")] * 12)
    assert len({outcome.id for outcome in outcomes}) == 1
    assert balance(member) == 9_900
    assert catalogue_queries.get_reward(mug).stock == 99


def test_a_redemption_given_back_by_many_at_once_comes_back_once(
    enrol, offer, redeem, balance, now, cashier, at_once
):
    mug, member = offer(stock=5), enrol(100)
    taken = redeem(member, mug, "k")
    outcomes = at_once(
        [
            lambda: in_transaction(
                lambda: orders.cancel_redemption(member, taken.id, reason="x", now=now, by=cashier)
            )
        ]
        * 10
    )
    assert {outcome.status for outcome in outcomes} == {"cancelled"}
    assert balance(member) == 100
    assert catalogue_queries.get_reward(mug).stock == 5


def test_restocking_while_members_redeem_loses_no_item(enrol, offer, redeem, now, author, at_once):
    mug = offer(stock=10)
    members = [enrol(100) for _ in range(10)]
    add = [
        lambda: in_transaction(lambda: catalogue.add_stock(mug, 1, now=now, by=author))
        for _ in range(5)
    ]
    outcomes = at_once([lambda m=member: redeem(m, mug, "k") for member in members] + add)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert catalogue_queries.get_reward(mug).stock == 5


def test_bulk_confirmation_drives_no_balance_below_zero(
    enrol, offer, reserve, balance, now, later, at_once, cashier
):
    """odoo#249775: many orders confirmed at once took a card to −100."""
    mug, member = offer(stock=100), enrol(350)
    reserved = [reserve(member, mug, f"k{n}") for n in range(3)]
    with pytest.raises(PointsInsufficient):
        reserve(member, mug, "one more")
    works = [
        lambda order=order: in_transaction(
            lambda: orders.issue_order(member, order.id, now=now, by=cashier)
        )
        for order in reserved * 4
    ]
    outcomes = at_once(works)
    assert {outcome.status for outcome in outcomes} == {"issued"}
    assert balance(member) == 50
    assert in_transaction(lambda: list(list_booking_differences())) == []


def test_the_same_points_are_redeemed_on_one_document_only(
    enrol, offer, reserve, redeem, balance, now, at_once
):
    """erpnext#59050: several documents spent the same points."""
    mug, cup, member = offer(), offer("cup"), enrol(100)
    works = [lambda n=n: reserve(member, mug, f"r{n}") for n in range(6)]
    works += [lambda n=n: redeem(member, cup, f"d{n}") for n in range(6)]
    assert sorted_out(at_once(works), PointsInsufficient) == (1, 11)
    assert balance(member) == 0
    assert in_transaction(lambda: list(list_booking_differences())) == []


def test_the_last_seats_are_taken_once_by_orders_of_several(
    enrol, offer, reserve, redeem, later, at_once
):
    seats = offer("seats", stock=10, kind="event", params={"starts_at": later(days=9).isoformat()})
    members = [enrol(1000) for _ in range(12)]
    works = [
        lambda m=member, n=number: (redeem if n % 2 else reserve)(m, seats, "k", quantity=n % 3 + 1)
        for number, member in enumerate(members)
    ]
    outcomes = at_once(works)
    sorted_out(outcomes, RewardSoldOut)
    taken = sum(o.quantity for o in outcomes if not isinstance(o, Exception))
    assert taken <= 10
    assert catalogue_queries.get_reward(seats).stock == 10 - taken
    assert in_transaction(lambda: list(list_booking_differences())) == []


def test_what_timed_out_goes_to_others_once_while_its_owner_gives_it_back(
    enrol, offer, reserve, redeem, later, cashier, at_once
):
    mug, owner = offer(stock=1), enrol(100)
    order = reserve(owner, mug, "k")
    others = [enrol(100) for _ in range(6)]
    after = later(hours=1)
    works = [lambda m=member: redeem(m, mug, "k", now=after) for member in others]
    works += [lambda: in_transaction(lambda: orders.end_due_reservations(now=after))] * 2
    works += [
        lambda: in_transaction(
            lambda: orders.cancel_redemption(owner, order.id, reason="x", now=after, by=cashier)
        )
    ] * 2
    outcomes = at_once(works)
    assert sorted_out(outcomes[:6], RewardSoldOut) == (1, 5)
    assert not [o for o in outcomes[6:] if isinstance(o, Exception)]
    assert catalogue_queries.get_reward(mug).stock == 0
    assert in_transaction(lambda: list(list_booking_differences())) == []
