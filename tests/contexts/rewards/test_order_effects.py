"""What an order of each kind brings: coupons, offers, levels, seats, good causes; and what undoes it."""

from datetime import timedelta

import pytest

from regulars.contexts.ledger.queries import standing
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import Coupon, PersonalOffer
from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.core.rewards.decision import RewardNotOffered
from regulars.core.rewards.order import OrderFinal, OrderUsed
from regulars.core.rewards.promised import RewardPromotionUnknown
from regulars.core.rewards.terms import RewardInvalid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


@pytest.fixture
def redeem(order):
    return order


@pytest.fixture
def reserve(book_ahead):
    return book_ahead


def test_an_event_takes_no_orders_and_no_returns_once_it_has_begun(
    enrol, offer, redeem, reserve, later, cashier, proved
):
    starts = later(days=1)
    params = {"starts_at": starts.isoformat()}
    evening = offer("evening", stock=10, kind="event", params=params)
    member = enrol(1000)
    order = redeem(member, evening, quantity=2)
    short = reserve(member, evening, "k2", hold_for=timedelta(days=2))
    assert short.reserved_until == starts
    with pytest.raises(RewardNotOffered):
        redeem(member, evening, "k3", now=starts)
    with pytest.raises(OrderFinal):
        orders.cancel_redemption(member, order.id, reason="ill", now=starts, by=cashier)
    came = orders.fulfil_order(member, order.id, now=starts, by=cashier)
    assert came.status == "fulfilled"
    assert proved()


def test_an_event_needs_its_seats(enrol, offer, now, later, author):
    terms = RewardTerms(
        title={"en": "Evening"},
        currency="points",
        price_minor=1,
        kind="event",
        params={"starts_at": later(days=1).isoformat()},
    )
    with pytest.raises(RewardInvalid):
        catalogue.create_reward("evening", terms, now=now, by=author)
    catalogue.create_reward("evening", terms, stock=3, now=now, by=author)
    with pytest.raises(RewardInvalid):
        catalogue.set_stock("evening", None, now=now, by=author)
    mug = offer()
    with pytest.raises(RewardInvalid):
        catalogue.change_reward(mug, terms, now=now, by=author)


@pytest.mark.parametrize("kind", ["coupon", "money_off"])
def test_a_coupon_comes_with_the_answer_and_goes_back_while_unused(
    kind, enrol, offer, redeem, balance, now, later, cashier, proved
):
    params = {"promotion": "spring", "lasts": {"days": 30}}
    params |= {"amount": 100} if kind == "money_off" else {}
    reward = offer("paper", kind=kind, params=params)
    member = enrol(300)
    order = redeem(member, reward)
    assert (order.status, balance(member)) == ("fulfilled", 200)
    assert redeem(member, reward).coupon == order.coupon != ""
    (coupon,) = Coupon.objects.all()
    assert (coupon.member_id, coupon.source, coupon.until) == (
        member.id,
        order.id,
        order.effect_until,
    )
    back = orders.cancel_redemption(member, order.id, reason="x", now=later(days=1), by=cashier)
    assert (back.status, balance(member)) == ("cancelled", 300)
    assert Coupon.objects.get().status == "revoked"
    second = redeem(member, reward, "k2")
    assert second.coupon != order.coupon
    Coupon.objects.filter(source=second.id).update(uses=1)
    with pytest.raises(OrderUsed):
        orders.cancel_redemption(member, second.id, reason="x", now=later(days=1), by=cashier)
    with pytest.raises(RewardInvalid):
        redeem(member, reward, "k3", quantity=2)
    assert proved()


def test_free_delivery_is_offered_and_stays(enrol, offer, redeem, now, later, cashier):
    reward = offer(
        "delivery", kind="free_delivery", params={"promotion": "mine", "lasts": {"days": 30}}
    )
    member = enrol(300)
    order = redeem(member, reward)
    row = PersonalOffer.objects.get()
    assert (row.promotion, row.since, row.until, row.source) == (
        "mine",
        now,
        later(days=30),
        order.id,
    )
    assert row.activated_at == now
    longer = redeem(member, reward, "k2", now=later(days=20))
    row.refresh_from_db()
    assert (row.until, row.activated_at) == (later(days=50), now)
    assert longer.effect_until == later(days=50)
    with pytest.raises(OrderFinal):
        orders.cancel_redemption(member, order.id, reason="x", now=later(days=1), by=cashier)


def test_a_level_counts_from_the_order_until_it_is_given_back(
    enrol, offer, redeem, later, cashier, proved
):
    reward = offer("vip", kind="privilege", params={"tier": "gold", "lasts": {"months": 1}})
    member = enrol(300)
    order = redeem(member, reward)

    def tier(**length):
        return standing(member, compiled_at(later(**length)), later(**length))

    assert [tier(days=1), tier(days=40)] == ["gold", "base"]
    orders.cancel_redemption(member, order.id, reason="x", now=later(days=2), by=cashier)
    assert tier(days=3) == "base"
    assert proved()


def test_a_donation_is_done_at_once_and_final(enrol, offer, redeem, later, cashier, proved):
    tree = offer("tree", kind="donation", params={"cause": "Forest"})
    member = enrol(500)
    order = redeem(member, tree, quantity=5)
    assert (order.status, order.fulfilled_at) == ("fulfilled", order.issued_at)
    with pytest.raises(OrderFinal):
        orders.cancel_redemption(member, order.id, reason="x", now=later(days=1), by=cashier)
    assert proved()


def test_a_reward_whose_promotion_is_not_there_is_not_made(offer):
    with pytest.raises(RewardPromotionUnknown):
        offer("wrong", kind="coupon", params={"promotion": "everybody"})
