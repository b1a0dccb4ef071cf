"""Redeeming and giving back: points, stock and limit move together or not at all."""

from dataclasses import replace
from uuid import UUID

import pytest

from regulars.contexts.ledger.models import LedgerLot
from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import SpendUnknown, grant_tier, return_points
from regulars.contexts.members.queries import MemberNotFound
from regulars.contexts.members.types import MemberRef
from regulars.contexts.members.usecases.membership import block_member
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import Redemption
from regulars.contexts.rewards.queries import catalogue as catalogue_queries
from regulars.contexts.rewards.queries import orders as order_queries
from regulars.contexts.rewards.queries.catalogue import RewardNotFound
from regulars.contexts.rewards.queries.orders import RedemptionNotFound
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.contexts.rewards.usecases.orders import MemberNotActive, RequestKeyReused
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.plain_text import TextMalformed
from regulars.core.reasons import Reason
from regulars.core.rewards.decision import (
    RewardForOtherTiers,
    RewardLimitReached,
    RewardNotOffered,
    RewardSoldOut,
)
from regulars.core.till.decision import PointsInsufficient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


@pytest.fixture
def redeem(now, cashier):
    def act(member, reward, key="k1", **more):
        return orders.redeem_reward(
            member, reward, request_key=key, **{"now": now, "by": cashier} | more
        )

    return act


def test_a_reward_costs_its_price_and_takes_one_from_stock(
    enrol, offer, redeem, balance, now, cashier
):
    member, mug = enrol(250), offer(stock=5)
    taken = redeem(member, mug)
    assert (taken.reward, taken.price_minor, taken.status) == ("mug", 100, "issued")
    assert (taken.member, taken.version, taken.redeemed_at) == (member, 1, now)
    assert taken.redeemed_by == str(cashier.staff_id)
    assert balance(member) == 150
    assert catalogue_queries.get_reward(mug).stock == 4
    assert order_queries.get_redemption(member, taken.id, now=now) == taken
    assert order_queries.list_redemptions(member, now=now) == (taken,)


def test_the_same_request_again_gives_the_same_answer_and_spends_nothing(
    enrol, offer, redeem, balance, later, everything
):
    member, mug = enrol(250), offer(stock=5)
    taken = redeem(member, mug)
    before = everything()
    assert redeem(member, mug, now=later(hours=1)) == taken
    with pytest.raises(RequestKeyReused):
        redeem(member, offer("cup"))
    assert balance(member) == 150
    # Making the cup wrote the cup; nothing of the member's has moved.
    assert everything()[1:5] == before[1:5]


def test_the_answer_is_replayed_even_when_the_reward_could_not_be_had_any_more(
    enrol, offer, redeem, now, author
):
    member, mug = enrol(250), offer(stock=1, per_member_limit=1)
    taken = redeem(member, mug)
    catalogue.end_reward(mug, now=now, by=author)
    assert redeem(member, mug) == taken


def test_a_reward_given_back_leaves_balance_and_stock_as_if_it_had_not_been(
    enrol, offer, redeem, balance, now, later, cashier, everything
):
    member, mug = enrol(250), offer(stock=5, per_member_limit=1)
    taken = redeem(member, mug)
    back = orders.cancel_redemption(
        member, taken.id, reason="cracked", now=later(hours=1), by=cashier
    )
    assert (back.status, back.cancel_reason) == ("cancelled", "cracked")
    assert back.cancelled_at == later(hours=1)
    assert balance(member) == 250
    assert catalogue_queries.get_reward(mug).stock == 5
    before = everything()
    again = orders.cancel_redemption(
        member, taken.id, reason="again", now=later(hours=2), by=cashier
    )
    assert again == back
    assert everything() == before
    assert redeem(member, mug, "k2").status == "issued"


def test_points_that_expired_meanwhile_come_back_for_the_grace_of_the_policy(
    enrol, offer, redeem, balance, later, cashier, approver
):
    member, mug = enrol(100), offer()
    taken = redeem(member, mug)
    orders.cancel_redemption(member, taken.id, reason="late", now=later(days=60), by=cashier)
    assert balance(member) == 100
    assert redeem(member, mug, "k2", now=later(days=69)).status == "issued"


def test_one_who_has_too_little_gets_nothing_and_loses_nothing(enrol, offer, redeem, everything):
    member, mug = enrol(99), offer(stock=5)
    before = everything()
    with pytest.raises(PointsInsufficient):
        redeem(member, mug)
    assert everything() == before


def test_expired_points_buy_nothing(enrol, offer, redeem, later):
    member, mug = enrol(100), offer()
    with pytest.raises(PointsInsufficient):
        redeem(member, mug, now=later(days=30))


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"stock": 0}, RewardSoldOut),
        ({"tiers": ("gold",)}, RewardForOtherTiers),
    ],
)
def test_what_may_not_be_had_is_refused_and_nothing_is_written(
    terms, refusal, enrol, offer, redeem, everything
):
    member, mug = enrol(250), offer(**terms)
    before = everything()
    with pytest.raises(refusal):
        redeem(member, mug)
    assert everything() == before


def test_outside_its_window_and_before_its_launch_a_reward_is_not_offered(
    enrol, offer, redeem, now, later, author, everything
):
    member = enrol(250)
    coming = offer("coming", since=later(hours=1))
    over = offer("over", until=now)
    terms = catalogue_queries.get_reward(coming).terms
    catalogue.create_reward("draft", replace(terms, since=None), now=now, by=author)
    before = everything()
    for reward in (coming, over, "draft"):
        with pytest.raises(RewardNotOffered):
            redeem(member, reward)
    assert everything() == before
    assert redeem(member, coming, now=later(hours=1)).reward == coming


def test_the_limit_counts_what_was_not_given_back(enrol, offer, redeem, now, cashier, everything):
    member, other, mug = enrol(500), enrol(500), offer(per_member_limit=2)
    first = redeem(member, mug, "k1")
    redeem(member, mug, "k2")
    before = everything()
    with pytest.raises(RewardLimitReached):
        redeem(member, mug, "k3")
    assert everything() == before
    assert redeem(other, mug, "k3").status == "issued"
    orders.cancel_redemption(member, first.id, reason="x", now=now, by=cashier)
    assert redeem(member, mug, "k3").status == "issued"


def test_a_reward_for_a_tier_is_had_by_who_stands_on_it(enrol, offer, redeem, now, approver):
    member, mug = enrol(250), offer(tiers=("gold",))
    with pytest.raises(RewardForOtherTiers):
        redeem(member, mug)
    grant_tier(
        member,
        programme=compiled_at(now),
        tier="gold",
        until=None,
        source=UUID(int=5),
        reason_text="friend of the house",
        now=now,
        by=approver,
    )
    assert redeem(member, mug).status == "issued"


def test_a_blocked_member_gets_no_reward_but_may_give_one_back(
    enrol, offer, redeem, now, cashier, approver, balance
):
    member, mug = enrol(250), offer()
    taken = redeem(member, mug)
    block_member(member, "lost patience", now=now, by=approver)
    with pytest.raises(MemberNotActive):
        redeem(member, mug, "k2")
    orders.cancel_redemption(member, taken.id, reason="x", now=now, by=cashier)
    assert balance(member) == 250


def test_another_members_redemption_is_not_there(enrol, offer, redeem, now, cashier, everything):
    member, other, mug = enrol(250), enrol(250), offer()
    taken = redeem(member, mug)
    before = everything()
    with pytest.raises(RedemptionNotFound):
        order_queries.get_redemption(other, taken.id, now=now)
    with pytest.raises(RedemptionNotFound):
        orders.cancel_redemption(other, taken.id, reason="x", now=now, by=cashier)
    assert everything() == before
    assert order_queries.list_redemptions(other, now=now) == ()


def test_unknown_rewards_members_and_keys_that_are_none_are_refused(
    enrol, offer, redeem, everything
):
    member, mug = enrol(250), offer()
    before = everything()
    with pytest.raises(RewardNotFound):
        redeem(member, "cup")
    with pytest.raises(MemberNotFound):
        redeem(MemberRef(member.bucket, UUID(int=9)), mug)
    for key in ("", " ", "x" * 101, "a\0b"):
        with pytest.raises(TextMalformed):
            redeem(member, mug, key)
    assert everything() == before


def test_who_may_not_redeem_is_refused(enrol, offer, redeem, person, now, everything):
    member, mug = enrol(250), offer()
    taken = redeem(member, mug)
    auditor = person(9, Role.AUDITOR)
    before = everything()
    with pytest.raises(PermissionMissing):
        redeem(member, mug, "k2", by=auditor)
    with pytest.raises(PermissionMissing):
        orders.cancel_redemption(member, taken.id, reason="x", now=now, by=auditor)
    assert everything() == before


def test_the_catalogue_for_a_member_says_why_not(enrol, offer, redeem, now):
    member = enrol(250)
    offer("anybody")
    offer("gold_only", tiers=("gold",))
    offer("once", per_member_limit=1)
    offer("gone", stock=0)
    redeem(member, "once")
    shown = {r.reward.code: r.refused for r in catalogue_queries.list_rewards_for(member, now=now)}
    assert shown == {
        "anybody": None,
        "gold_only": "reward.other_tiers",
        "once": "reward.limit_reached",
        "gone": "reward.sold_out",
    }


def test_redemptions_are_listed_newest_first_in_pages(enrol, offer, redeem, later):
    member, mug = enrol(1000), offer()
    made = [redeem(member, mug, f"k{n}", now=later(hours=n)) for n in range(4)]
    first_page = order_queries.list_redemptions(member, limit=3, now=later(hours=9))
    assert list(first_page) == made[:0:-1]
    assert order_queries.list_redemptions(member, before=first_page[-1].id, now=later(hours=9)) == (
        made[0],
    )
    assert Redemption.objects.count() == 4


def merge(loser, winner, *, now, by):
    merge_members(
        loser, winner, programme=compiled_at(now), reason_text="one person", now=now, by=by
    )


def test_what_a_merged_member_took_counts_and_comes_back_to_the_survivor(
    enrol, offer, redeem, balance, later, cashier, approver
):
    first, second, third = enrol(250), enrol(300), enrol(50)
    mug = offer(stock=5, per_member_limit=2)
    taken = redeem(first, mug, "k1")
    merge(first, second, now=later(hours=1), by=approver)
    merge(second, third, now=later(hours=2), by=approver)
    assert redeem(first, mug, "k1", now=later(hours=3)) == taken
    assert redeem(third, mug, "k1", now=later(hours=3)) == taken
    again = redeem(second, mug, "k2", now=later(hours=3))
    assert again.member == third
    with pytest.raises(RewardLimitReached):
        redeem(third, mug, "k3", now=later(hours=3))
    assert order_queries.list_redemptions(third, now=later(hours=4)) == (again, taken)
    assert balance(third) == 250 + 300 + 50 - 200
    for member in (third, first):
        back = orders.cancel_redemption(
            member, taken.id, reason="x", now=later(hours=4), by=cashier
        )
        assert (back.status, back.member) == ("cancelled", first)
        assert balance(third) == 250 + 300 + 50 - 100
    assert catalogue_queries.get_reward(mug).stock == 4


def test_points_given_back_after_a_merge_keep_their_old_expiry(
    enrol, offer, redeem, later, cashier, approver
):
    first, second, mug = enrol(100), enrol(0), offer()
    before = list(LedgerLot.objects.values_list("earned_at", "expires_at", "remaining"))
    taken = redeem(first, mug)
    merge(first, second, now=later(hours=1), by=approver)
    orders.cancel_redemption(second, taken.id, reason="x", now=later(hours=2), by=cashier)
    lots = LedgerLot.objects.filter(bucket=second.bucket, member_id=second.id)
    assert list(lots.values_list("earned_at", "expires_at", "remaining")) == before


def test_points_come_back_once_however_the_member_was_merged_since(
    enrol, offer, redeem, balance, later, cashier, approver
):
    first, second, mug = enrol(100), enrol(0), offer()
    taken = redeem(first, mug)
    orders.cancel_redemption(first, taken.id, reason="x", now=later(hours=1), by=cashier)
    merge(first, second, now=later(hours=2), by=approver)
    orders.cancel_redemption(second, taken.id, reason="x", now=later(hours=3), by=cashier)
    with pytest.raises(SpendUnknown):
        return_points(
            second,
            programme=compiled_at(later(hours=3)),
            source=taken.id,
            reason=Reason.of("reward.cancelled", reward="mug"),
            now=later(hours=3),
            by=cashier,
        )
    assert balance(second) == 100
