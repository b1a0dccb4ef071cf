"""Questions about the past are answered from the books of then, and nothing is written."""

from datetime import timedelta

import pytest
from till_shop import BOOKS, DOCUMENT, NOW, open_shop

from regulars.contexts.ledger.queries import list_statement
from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.programme.queries import NoProgrammeInForce, compiled_at
from regulars.contexts.till.types import MemberKey, MemberUnknown, QuoteChanged, QuoteSale
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


def days(count):
    return timedelta(days=count)


def a_life(shop, member):
    """Sales, payments by points, returns, a hold that times out, ripening and expiry; 60 days of it."""
    first = shop.sell(member, 300, 200)
    shop.now = NOW + days(2)
    shop.sell(member, 400, points=30)
    shop.now = NOW + days(5)
    shop.give_back(first.key, {"1": 1})
    shop.now = NOW + days(8)
    shop.quote(member, 500, hold=True, points=20, late=500)
    shop.now = NOW + days(9)
    shop.sell(member, 1000, late=None)
    shop.now = NOW + days(40)
    shop.sell(member, 10)
    shop.now = NOW + days(60)
    shop.event(member)
    shop.now = NOW + days(61)


def running_balances(member):
    """(moment, balances) after each transaction of the statement, oldest first."""
    lines = list(reversed(list_statement(member, limit=500)))
    return [(line.occurred_at, line.balances) for line in lines]


def held(view):
    return {code: tuple(balance) for code, balance in view.balances.items() if any(balance)}


def test_the_balance_at_every_past_moment_is_the_running_balance_of_the_statement(shop):
    member = shop.enrol("m")
    a_life(shop, member)
    steps = running_balances(member)
    assert len(steps) > 10
    kinds = {line.kind for line in list_statement(member, limit=500)}
    assert kinds >= {"sale", "return", "hold", "release", "activate", "expire", "event"}
    after = dict(steps)  # the last of one moment counts
    for moment, balances in after.items():
        told = {code: tuple(wallet) for code, wallet in balances.items() if any(wallet)}
        assert held(shop.books(member, moment)) == told
        just_before = moment - timedelta(microseconds=1)
        before = [earlier for at, earlier in steps if at <= just_before]
        told = {c: tuple(w) for c, w in before[-1].items() if any(w)} if before else {}
        assert held(shop.books(member, just_before)) == told


def test_the_lots_of_a_past_moment_add_up_to_its_balances(shop):
    member = shop.enrol("m")
    a_life(shop, member)
    for day in range(0, 61, 3):
        view = shop.books(member, NOW + days(day))
        for code, balance in view.balances.items():
            assert sum(lot[1] for lot in view.lots if lot[0] == code) == sum(balance)


def test_between_two_transactions_the_clock_goes_on(shop):
    member = shop.enrol("m")
    shop.sell(member, 1000)
    shop.now = NOW + days(100)
    shop.sell(member, 10)
    # Nobody came on the fourth day, and no job ran: the late points were active all the same.
    assert shop.books(member, NOW + days(2)).balances["late"] == (5000, 0, 0)
    assert shop.books(member, NOW + days(4)).balances["late"] == (0, 5000, 0)
    assert shop.books(member, NOW + days(31)).balances["late"] == (0, 0, 0)


def test_before_the_first_purchase_there_is_nothing(shop):
    member = shop.enrol("m")
    shop.now = NOW + days(1)
    shop.sell(member, 5000)
    view = shop.books(member, NOW)
    assert (held(view), view.lots, view.visits, view.tier) == ({}, (), 0, "base")
    assert shop.books(member).tier == "gold"


def test_a_quote_of_the_past_uses_version_tier_balance_and_caps_of_then(shop):
    richer = {
        **DOCUMENT,
        "earning": [dict(DOCUMENT["earning"][0], params={"points": 20, "per": 100})],
    }
    member = shop.enrol("m")
    second = shop.publish(richer, NOW + days(10))
    shop.sell(member, 500)
    shop.now = NOW + days(20)
    shop.sell(member, 2000, points=None)
    shop.now = NOW + days(30)

    now = shop.quote(member, 100, points=None)
    assert (now.decision.version, now.decision.tier, now.decision.discount_minor) == (
        second,
        "gold",
        500,
    )

    then = shop.quote(member, 100, at=NOW + days(5), rewind=True, points=None)
    assert (then.decision.version, then.decision.tier, then.decision.discount_minor) == (
        1,
        "base",
        0,
    )
    assert then.balances["points"] == (0, 50, 0)
    assert then.earned_if_nothing_spent == {"points": 10, "late": 500}
    (spendable,) = [one for one in then.spendable if one.currency == "points"]
    assert spendable.balance == 50
    assert [payment[:2] for payment in map(list, then.decision.payments)] == [["points", 50]]

    # The cap of the month was nearly used up at the end of then, and is free at its beginning.
    shop.sell(member, 24500)
    used_up = shop.quote(member, 1000, at=shop.now, rewind=True)
    free = shop.quote(member, 1000, at=shop.now - days(15), rewind=True)
    assert used_up.earned_if_nothing_spent.get("points", 0) < 100
    assert free.earned_if_nothing_spent["points"] == 200


def test_looking_back_writes_nothing_and_holds_nothing(shop):
    member = shop.enrol("m")
    a_life(shop, member)
    before = shop.rows(*BOOKS)
    for day in (0, 8, 20, 59, 61, 500):
        moment = NOW + days(day)
        shop.books(member, moment)
        answer = shop.quote(member, 100, at=moment, rewind=True, hold=True, points=None)
        assert not answer.held
    assert shop.rows(*BOOKS) == before


def test_a_quote_of_another_moment_is_good_for_no_commit(shop):
    richer = {
        **DOCUMENT,
        "earning": [dict(DOCUMENT["earning"][0], params={"points": 90, "per": 100})],
    }
    member = shop.enrol("m")
    shop.publish(richer, NOW + days(10))
    for moment in (NOW + days(10), NOW + days(19)):
        shop.now = NOW + days(9)
        promised = shop.quote(member, 100, at=moment, rewind=True)
        assert promised.earned_if_nothing_spent["points"] == 90
        before = shop.rows(*BOOKS)
        with pytest.raises(QuoteChanged) as changed:
            shop.sell(member, 100, quote=promised.token)
        assert changed.value.fresh.earned_if_nothing_spent["points"] == 10
        assert shop.rows(*BOOKS) == before


def test_the_future_is_settled_forward_in_memory(shop):
    member = shop.enrol("m")
    shop.sell(member, 1000)
    before = shop.rows(*BOOKS)
    view = shop.books(member, NOW + days(3))
    assert view.balances == {"points": (0, 100, 0), "late": (0, 5000, 0)}
    assert shop.books(member, NOW + days(400)).balances == {"points": (0, 0, 0), "late": (0, 0, 0)}
    told = shop.quote(member, 100, at=NOW + days(31), rewind=True)
    assert told.balances == {"points": (0, 100, 0), "late": (0, 0, 0)}
    assert shop.rows(*BOOKS) == before


def test_what_happened_later_is_not_known_then_though_it_was_about_then(shop):
    member = shop.enrol("m")
    sale = shop.sell(member, 2000)
    shop.now = NOW + days(10)
    shop.give_back(sale.key)
    assert shop.books(member).tier == "base"
    then = shop.books(member, NOW + days(5))
    assert (then.tier, then.visits, then.balances["points"]) == ("gold", 1, (0, 200, 0))


def test_a_late_receipt_belongs_to_its_own_moment(shop):
    member = shop.enrol("m")
    shop.now = NOW + days(10)
    shop.sell(member, 100)
    shop.sell(member, 200, at=NOW + days(4))
    assert shop.books(member, NOW + days(3)).balances["points"] == (0, 0, 0)
    assert shop.books(member, NOW + days(4)).balances["points"] == (0, 20, 0)
    assert shop.books(member, NOW + days(9)).balances["late"] == (0, 1000, 0)
    shop.now = NOW + days(11)
    assert shop.books(member, NOW + days(10)).balances["points"] == (0, 30, 0)


def test_a_late_payment_with_later_points_shows_as_the_statement_books_it(shop):
    member = shop.enrol("m")
    shop.now = NOW + days(10)
    shop.sell(member, 1000)
    shop.sell(member, 100, at=NOW + days(4), points=60)
    assert shop.books(member, NOW + days(5)).balances["points"].active == -60 + 4
    shop.quote(member, 100, at=NOW + days(5), rewind=True, points=None)


def test_the_books_before_a_merge_are_those_of_the_member_who_stays(shop):
    kept, gone = shop.enrol("kept"), shop.enrol("gone")
    shop.sell(kept, 100)
    shop.sell(gone, 1000)
    shop.now = NOW + days(1)
    in_transaction(
        lambda: merge_members(
            gone,
            kept,
            programme=compiled_at(shop.now),
            reason_text="one person",
            now=shop.now,
            by=shop.by,
        )
    )
    shop.now = NOW + days(2)
    for ref in (kept, gone):
        assert shop.books(ref, NOW).balances["points"] == (0, 10, 0)
        assert shop.books(ref, NOW + days(1)).balances["points"] == (0, 110, 0)
        assert shop.books(ref, NOW + days(1)).tier == "gold"


def test_other_commands_of_the_batch_see_the_books_of_now(shop):
    member = shop.enrol("m")
    shop.sell(member, 500)
    shop.now = NOW + days(5)

    async def both():
        receipt = shop.receipt(100, at=NOW - days(1))
        past = QuoteSale(receipt, MemberKey(ref=member), {}, rewind=True)
        present = QuoteSale(shop.receipt(100), MemberKey(ref=member))
        return await shop.desk.look_back(past), await shop.desk.submit(present)

    then, now = shop.run(both())
    assert then.balances["points"] == (0, 0, 0)
    assert now.balances["points"] == (0, 50, 0)


def test_nobody_and_nothing_in_force_are_refused_as_ever(shop):
    member = shop.enrol("m")
    with pytest.raises(NoProgrammeInForce):
        shop.books(member, NOW - days(2000))
    with pytest.raises(MemberUnknown):
        shop.books(member._replace(bucket=(member.bucket + 1) % 1024), NOW - days(1))
    anonymous = QuoteSale(shop.receipt(100, at=NOW - days(3)), None, {}, rewind=True)
    assert shop.run(shop.desk.look_back(anonymous)).decision.due_minor == 10_000
