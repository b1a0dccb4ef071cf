"""The life of an order: reserved, issued, fulfilled, given back, timed out; and what each kind brings."""

from datetime import timedelta
from uuid import UUID

import pytest

from regulars.contexts.ledger.models import LedgerAccount
from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import lock_account, spend_points
from regulars.contexts.members.usecases.membership import block_member
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import Redemption, StockMove
from regulars.contexts.rewards.queries import catalogue as catalogue_queries
from regulars.contexts.rewards.queries import orders as order_queries
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.contexts.rewards.usecases.orders import MemberNotActive, RequestKeyReused
from regulars.core.calendar import Period
from regulars.core.reasons import Reason
from regulars.core.rewards.decision import RewardLimitReached, RewardSoldOut
from regulars.core.rewards.order import (
    OrderClosed,
    OrderExpired,
    OrderFulfilled,
)
from regulars.core.rewards.terms import RewardInvalid
from regulars.core.till.decision import PointsInsufficient
from regulars.kit.ids import new_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]


@pytest.fixture
def redeem(order):
    return order


@pytest.fixture
def reserve(book_ahead):
    return book_ahead


def held(member):
    account = LedgerAccount.objects.get(bucket=member.bucket, member_id=member.id)
    return account.state["w"]["points"][2]


def journal(code):
    moves = StockMove.objects.filter(reward_code=code).order_by("id")
    return list(moves.values_list("reason", "change"))


def test_a_reservation_sets_points_and_stock_aside(
    enrol, offer, reserve, balance, now, later, proved
):
    member, mug = enrol(250), offer(stock=2)
    order = reserve(member, mug, hold_for=timedelta(minutes=30))
    assert (order.status, order.reserved_until) == ("reserved", later(minutes=30))
    assert (order.ledger_seq, order.issued_at) == (None, None)
    assert (balance(member), held(member)) == (150, 100)
    assert catalogue_queries.get_reward(mug).stock == 1
    assert journal(mug) == [("set", 2), ("taken", -1)]
    assert proved()


def test_a_reservation_is_issued_and_fulfilled(
    enrol, offer, reserve, balance, later, cashier, proved
):
    member, mug = enrol(250), offer(stock=2)
    order = reserve(member, mug)
    for _ in range(2):
        issued = orders.issue_order(member, order.id, now=later(minutes=5), by=cashier)
        assert (issued.status, issued.issued_at) == ("issued", later(minutes=5))
        assert (balance(member), held(member)) == (150, 0)
    with pytest.raises(OrderClosed):
        orders.fulfil_order(member, reserve(member, mug, "k2").id, now=later(hours=1), by=cashier)
    for _ in range(2):
        done = orders.fulfil_order(
            member, order.id, reference="parcel 7", now=later(hours=1), by=cashier
        )
        assert (done.status, done.reference, done.fulfilled_at) == (
            "fulfilled",
            "parcel 7",
            later(hours=1),
        )
    with pytest.raises(OrderFulfilled):
        orders.cancel_redemption(member, order.id, reason="x", now=later(hours=2), by=cashier)
    assert proved()


def test_a_reservation_ends_by_the_clock_whether_or_not_a_job_runs(
    enrol, offer, reserve, redeem, balance, later, cashier, proved
):
    first, second, mug = enrol(100), enrol(100), offer(stock=1)
    order = reserve(first, mug, hold_for=timedelta(minutes=15))
    last, over = later(minutes=15) - timedelta(microseconds=1), later(minutes=15)
    with pytest.raises(RewardSoldOut):
        redeem(second, mug, now=last)
    (shown,) = catalogue_queries.list_rewards_for(second, now=last)
    assert shown.refused == "reward.sold_out"
    (shown,) = catalogue_queries.list_rewards_for(second, now=over)
    assert shown.refused is None
    assert order_queries.get_redemption(first, order.id, now=last).status == "reserved"
    assert order_queries.get_redemption(first, order.id, now=over).status == "expired"
    assert redeem(second, mug, now=over).status == "issued"
    with pytest.raises(OrderExpired):
        orders.issue_order(first, order.id, now=over, by=cashier)
    assert journal(mug) == [("set", 1), ("taken", -1), ("put_back", 1), ("taken", -1)]
    # The points are free again too: the books say so whoever opens them.
    redeem(first, offer("cup"), "k2", now=over)
    assert (balance(first), held(first)) == (0, 0)
    assert proved()


def test_the_job_writes_down_what_the_clock_has_ended(enrol, offer, reserve, now, later, proved):
    mug, cup = offer(stock=5), offer("cup", stock=5)
    member = enrol(1000)
    reserve(member, mug, "a", quantity=2)
    reserve(member, cup, "b")
    reserve(member, cup, "c", hold_for=timedelta(hours=5))
    assert orders.end_due_reservations(now=now) == 0
    assert orders.end_due_reservations(now=later(hours=1)) == 2
    assert orders.end_due_reservations(now=later(hours=1)) == 0
    assert catalogue_queries.get_reward(mug).stock == 5
    assert catalogue_queries.get_reward(cup).stock == 4
    statuses = Redemption.objects.order_by("request_key").values_list("status", flat=True)
    assert list(statuses) == ["expired", "expired", "reserved"]
    assert proved()


def test_a_reservation_is_let_go_before_its_time(
    enrol, offer, reserve, balance, later, cashier, proved
):
    member, mug = enrol(100), offer(stock=1)
    order = reserve(member, mug)
    for _ in range(2):
        back = orders.cancel_redemption(
            member, order.id, reason="changed their mind", now=later(minutes=1), by=cashier
        )
        assert (back.status, back.cancel_ledger_seq) == ("cancelled", None)
        assert (balance(member), held(member)) == (100, 0)
    assert catalogue_queries.get_reward(mug).stock == 1
    with pytest.raises(OrderClosed):
        orders.issue_order(member, order.id, now=later(minutes=2), by=cashier)
    assert proved()


def test_cancelling_what_has_timed_out_gives_the_stock_back_once(
    enrol, offer, reserve, later, cashier, proved
):
    member, mug = enrol(100), offer(stock=1)
    order = reserve(member, mug)
    for _ in range(2):
        back = orders.cancel_redemption(
            member, order.id, reason="late", now=later(hours=1), by=cashier
        )
        assert back.status == "expired"
    assert catalogue_queries.get_reward(mug).stock == 1
    assert proved()


def test_points_that_expire_while_reserved_still_pay(
    enrol, offer, reserve, balance, later, cashier, proved
):
    member, mug = enrol(100), offer()
    order = reserve(member, mug, hold_for=timedelta(days=2), now=later(days=29), request_key="late")
    issued = orders.issue_order(member, order.id, now=later(days=30, hours=12), by=cashier)
    assert (issued.status, balance(member)) == ("issued", 0)
    assert proved()


def test_reserved_points_pay_for_nothing_else(enrol, offer, reserve, now, later, cashier):
    member, mug = enrol(100), offer()
    reserve(member, mug)
    for again in (lambda: reserve(member, mug, "k2"), lambda: _spend(member, 1, now, cashier)):
        with pytest.raises(PointsInsufficient):
            again()
    _spend(member, 100, later(minutes=15), cashier)


def _spend(member, amount, now, by):
    lock_account(member)
    spend_points(
        member,
        programme=compiled_at(now),
        currency="points",
        amount=amount,
        source=new_id(now=now),
        reason=Reason.of("ledger.adjustment", text="x"),
        now=now,
        by=by,
    )


def test_a_request_repeated_is_one_order_and_another_under_its_key_is_refused(
    enrol, offer, reserve, redeem, balance
):
    member, mug = enrol(1000), offer(stock=9)
    first = reserve(member, mug, quantity=2)
    assert reserve(member, mug, quantity=2) == first
    with pytest.raises(RequestKeyReused):
        reserve(member, mug, quantity=3)
    with pytest.raises(RequestKeyReused):
        redeem(member, offer("cup"))
    assert balance(member) == 800


def test_pieces_count_for_price_stock_and_limit(enrol, offer, redeem, balance, proved):
    member = enrol(1000)
    seats = offer("seats", stock=5, per_member_limit=4, money_minor=150)
    order = redeem(member, seats, quantity=3)
    assert (order.price_minor, order.money_minor, order.quantity) == (300, 450, 3)
    with pytest.raises(RewardLimitReached):
        redeem(member, seats, "k2", quantity=2)
    with pytest.raises(RewardSoldOut):
        redeem(enrol(1000), seats, quantity=3)
    for wrong in (0, -1, 1001):
        with pytest.raises(RewardInvalid):
            redeem(member, seats, "k3", quantity=wrong)
    assert balance(member) == 700
    assert proved()


def test_a_limit_by_the_month_begins_anew(enrol, offer, redeem, later):
    member = enrol(1000)
    mug = offer(per_member_limit=1, limit_period=Period.DAY)
    redeem(member, mug)
    with pytest.raises(RewardLimitReached):
        redeem(member, mug, "k2", now=later(hours=8))
    # Noon in UTC is three in Moscow: the next day begins nine hours later.
    redeem(member, mug, "k3", now=later(hours=9))


def test_what_is_hidden_is_had_by_its_code_alone(enrol, offer, redeem, now):
    secret, member = offer("secret", visible=False), enrol(100)
    assert catalogue_queries.list_rewards_for(member, now=now) == ()
    assert catalogue_queries.list_rewards(status="live", shown_only=True) == ()
    assert [view.code for view in catalogue_queries.list_rewards()] == ["secret"]
    assert redeem(member, secret).status == "issued"


def test_an_order_reserved_before_a_merge_is_the_survivors(
    enrol, offer, reserve, balance, later, cashier, approver, proved
):
    first, second, mug = enrol(100), enrol(30), offer(stock=3)
    order = reserve(first, mug, hold_for=timedelta(days=1))
    merge_members(
        first,
        second,
        programme=compiled_at(later(hours=1)),
        reason_text="one person",
        now=later(hours=1),
        by=approver,
    )
    issued = orders.issue_order(second, order.id, now=later(hours=2), by=cashier)
    assert (issued.member, issued.status, balance(second)) == (second, "issued", 30)
    assert Redemption.objects.count() == 1
    orders.cancel_redemption(first, order.id, reason="x", now=later(hours=3), by=cashier)
    assert (balance(second), catalogue_queries.get_reward(mug).stock) == (130, 3)
    assert proved()


def test_a_blocked_member_is_issued_nothing_but_lets_go(
    enrol, offer, reserve, later, cashier, approver
):
    member, mug = enrol(100), offer()
    order = reserve(member, mug)
    block_member(member, "lost", now=later(minutes=1), by=approver)
    with pytest.raises(MemberNotActive):
        orders.issue_order(member, order.id, now=later(minutes=2), by=cashier)
    back = orders.cancel_redemption(member, order.id, reason="x", now=later(minutes=3), by=cashier)
    assert back.status == "cancelled"


def test_somebody_elses_order_is_not_found(enrol, offer, reserve, later, cashier):
    member, other, mug = enrol(100), enrol(100), offer()
    order = reserve(member, mug)
    for act in (
        lambda ref, id: orders.issue_order(ref, id, now=later(), by=cashier),
        lambda ref, id: orders.fulfil_order(ref, id, now=later(), by=cashier),
        lambda ref, id: orders.cancel_redemption(ref, id, reason="x", now=later(), by=cashier),
    ):
        for ref, id in ((other, order.id), (member, UUID(int=7))):
            with pytest.raises(order_queries.RedemptionNotFound):
                act(ref, id)


def test_orders_are_listed_by_reward_and_by_what_they_are_now(
    enrol, offer, redeem, reserve, now, later
):
    member, mug, cup = enrol(1000), offer(), offer("cup")
    redeem(member, mug, "a")
    reserve(member, cup, "b", now=later(minutes=1))
    redeem(member, cup, "c", now=later(minutes=2))

    def keys(**what):
        found = order_queries.list_orders(**{"now": later(minutes=5)} | what)
        return [Redemption.objects.get(id=view.id).request_key for view in found]

    assert keys() == ["c", "b", "a"]
    assert keys(reward="cup") == ["c", "b"]
    assert keys(status="reserved") == ["b"]
    assert keys(status="reserved", now=later(hours=1)) == []
    assert keys(status="expired", now=later(hours=1)) == ["b"]
    assert keys(status="issued", limit=1) == ["c"]
    assert keys(status="cancelled") == []


def test_the_journal_tells_how_the_stock_came_about(
    enrol, offer, redeem, now, later, author, cashier, proved
):
    member, mug = enrol(1000), offer(stock=3)
    order = redeem(member, mug, quantity=2)
    catalogue.add_stock(mug, 4, now=now, by=author)
    orders.cancel_redemption(member, order.id, reason="x", now=later(hours=1), by=cashier)
    catalogue.set_stock(mug, None, now=now, by=author)
    free = redeem(member, mug, "k2")
    catalogue.set_stock(mug, 10, now=now, by=author)
    orders.cancel_redemption(member, free.id, reason="x", now=later(hours=1), by=cashier)
    told = [("set", 3), ("taken", -2), ("added", 4), ("put_back", 2), ("set", -7), ("set", 10)]
    assert sorted(journal(mug)) == sorted(told)
    assert catalogue_queries.get_reward(mug).stock == 10
    assert len(catalogue_queries.list_stock_moves(mug)) == 6
    assert proved()
