"""Two memberships of one person become one: nothing is lost, nothing counts twice."""

from datetime import timedelta

import pytest
from till_shop import BOOKS, NOW, open_shop

from regulars.contexts.ledger.models import LedgerAccount, LedgerTransaction
from regulars.contexts.ledger.usecases.merging import lot_offsets, merge_members
from regulars.contexts.ledger.usecases.points import grant_tier
from regulars.contexts.members.usecases.membership import MergeWithSelf, block_member
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.types import MemberKey, QuoteSale
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.ledger.accounts import State
from regulars.core.refusal import Refused
from regulars.core.till.returns import ReturnedMore
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop
        assert verify_books().books_are_right


def merge(shop, loser, winner):
    now = shop.now
    return in_transaction(
        lambda: merge_members(
            loser, winner, programme=compiled_at(now), reason_text="one person", now=now, by=shop.by
        )
    )


def state(member):
    return State.from_json(LedgerAccount.objects.get(member_id=member.id).state)


def lots(view):
    return sorted((lot for lot in view.lots if lot[1]), key=repr)


def test_points_and_lots_come_together_with_their_times(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(winner, 100)
    shop.now = NOW + timedelta(days=1)
    shop.sell(loser, 400)
    shop.now = NOW + timedelta(days=2)
    shop.sell(loser, 100, points=15)
    before = [shop.books(winner), shop.books(loser)]
    posted = merge(shop, loser, winner)
    after = shop.books(winner)
    for code in ("points", "late"):
        for kind in range(3):
            parts = [one.balances.get(code, (0, 0, 0))[kind] for one in before]
            assert after.balances[code][kind] == sum(parts)
    assert posted.balances["points"].active == after.balances["points"].active
    assert lots(after) == sorted((*lots(before[0]), *lots(before[1])), key=repr)
    assert after.visits == 3


def test_whatever_opened_the_loser_opens_the_winner(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(loser, 100)
    merge(shop, loser, winner)
    key = MemberKey(kind="external", value="l")
    assert shop.ask(QuoteSale(shop.receipt(100), key)).member == winner
    sale = shop.sell(loser, 200)
    assert sale.member == winner
    assert shop.books(loser).member == winner


def test_what_both_spent_counts_together_for_the_tier(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(winner, 600)
    shop.now += timedelta(days=1)
    shop.sell(loser, 600)
    assert (shop.books(winner).tier, shop.books(loser).tier) == ("base", "base")
    merge(shop, loser, winner)
    assert shop.books(winner).tier == "gold"
    assert shop.quote(winner, 100).decision.discount_minor == 500


def test_a_granted_tier_and_used_up_limits_go_along(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.event(winner)
    shop.event(loser)
    shop.sell(winner, 20_000)
    shop.sell(loser, 20_000)
    in_transaction(
        lambda: grant_tier(
            loser,
            programme=compiled_at(NOW),
            tier="gold",
            until=None,
            source=new_id(now=NOW),
            reason_text="a friend",
            now=NOW,
            by=shop.by,
        )
    )
    merge(shop, loser, winner)
    # The cap of the month is 5,000 points: together they have 4,000 of it.
    assert shop.quote(winner, 20_000).earned_if_nothing_spent["points"] == 1000
    assert shop.event(winner).awards == ()
    assert [grant.tier for grant in state(winner).grants] == ["gold"]


def test_a_later_return_of_the_losers_sale_goes_to_the_lots_it_came_from(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(winner, 1000)
    shop.sell(loser, 500)
    shop.now = NOW + timedelta(days=1)
    paid = shop.sell(loser, 100, 100, points=40)
    whole = shop.books(loser)
    shop.now = NOW + timedelta(days=2)
    merge(shop, loser, winner)
    shop.now = NOW + timedelta(days=3)
    expiry = {lot[2]: lot[4] for lot in whole.lots if lot[0] == "points"}
    back = shop.give_back(paid.key, {"1": 2})
    assert (back.member, back.restored, back.taken_back["points"]) == (winner, {"points": 20}, 8)
    shop.give_back(paid.key)
    view = shop.books(winner)
    assert view.balances["points"] == (0, 150, 0)
    restored = [lot for lot in view.lots if lot[0] == "points" and lot[1] == 50]
    assert [(lot[2], lot[4]) for lot in restored] == [(NOW, expiry[NOW])]
    with pytest.raises(ReturnedMore):
        shop.give_back(paid.key, {"1": 1})


@pytest.mark.parametrize("returned", ["a", "b", "c"])
def test_a_chain_of_merges_keeps_every_lot_findable(shop, returned):
    a, b, c = (shop.enrol(name) for name in "abc")
    sales = {}
    for name, member, price in (("a", a, 300), ("b", b, 500), ("c", c, 700)):
        shop.sell(member, price)
        sales[name] = shop.sell(member, 100, points=price // 10)
    merge(shop, a, b)
    shop.now += timedelta(days=1)
    merge(shop, b, c)
    assert lot_offsets(c).keys() == {str(a.id), str(b.id)}
    before = shop.books(c).balances["points"]
    back = shop.give_back(sales[returned].key)
    assert back.member == c
    price = {"a": 30, "b": 50, "c": 70}[returned]
    earned = 10 - price // 10
    assert back.restored == {"points": price}
    assert shop.books(c).balances["points"].active == before.active + price - earned
    for gone in (a, b):
        assert shop.books(gone).member == c
        assert all(not any(wallet) for wallet in state(gone).wallets.values())


def test_merging_again_or_both_ways_at_once_moves_everything_once(shop, at_once):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(winner, 100)
    shop.sell(loser, 400)
    done = at_once([lambda: merge(shop, loser, winner)] * 4)
    assert not [one for one in done if isinstance(one, Exception)]
    assert LedgerTransaction.objects.filter(kind="merge").count() == 1
    view = shop.books(winner)
    assert (view.balances["points"].active, view.visits) == (50, 2)
    before = shop.rows(*BOOKS)
    merge(shop, loser, winner)
    assert shop.rows(*BOOKS) == before


def test_of_two_who_merge_a_pair_in_opposite_directions_one_wins(shop, at_once):
    one, other = shop.enrol("one"), shop.enrol("other")
    shop.sell(one, 100)
    shop.sell(other, 400)
    done = at_once([lambda: merge(shop, one, other), lambda: merge(shop, other, one)])
    assert sum(isinstance(result, Refused) for result in done) == 1
    assert shop.books(one).member == shop.books(other).member
    assert shop.books(one).balances["points"].active == 50


def test_holds_of_the_loser_end_and_their_points_come_along(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(loser, 500)
    quoted = shop.quote(loser, 100, points=30, hold=True)
    assert quoted.held
    merge(shop, loser, winner)
    assert shop.books(winner).balances["points"] == (0, 50, 0)
    assert not state(loser).holds


def test_a_debt_is_paid_by_the_points_of_the_other(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    sale = shop.sell(loser, 1000)
    shop.sell(loser, 100, points=90)
    shop.give_back(sale.key)
    debt = shop.books(loser).balances["points"].active
    assert debt < 0
    shop.sell(winner, 2000)
    merge(shop, loser, winner)
    assert shop.books(winner).balances["points"].active == 200 + debt
    assert shop.quote(winner, 1000, points=None).decision.payments[0][1] == 200 + debt


def test_two_without_any_books_can_be_merged(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    merge(shop, loser, winner)
    shop.sell(loser, 100)
    assert shop.books(winner).visits == 1


def test_what_cannot_be_merged_is_refused_and_moves_nothing(shop):
    winner, loser, third = shop.enrol("w"), shop.enrol("l"), shop.enrol("t")
    shop.sell(loser, 100)
    with pytest.raises(MergeWithSelf):
        merge(shop, loser, loser)
    merge(shop, loser, winner)
    before = shop.rows(*BOOKS, "members_member")
    for pair in ((loser, third), (winner, loser)):
        with pytest.raises(Refused):
            merge(shop, *pair)
    assert shop.rows(*BOOKS, "members_member") == before


def test_a_blocked_membership_can_be_merged_into_the_good_one(shop):
    winner, loser = shop.enrol("w"), shop.enrol("l")
    shop.sell(loser, 300)
    in_transaction(lambda: block_member(loser, "lost card", now=NOW, by=shop.by))
    merge(shop, loser, winner)
    assert shop.books(winner).balances["points"].active == 30
