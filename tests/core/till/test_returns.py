"""Returns give back exactly their share; a full return leaves nothing behind; parts add up to the whole."""

from datetime import timedelta

import pytest
from core.ledger.shop import Shop
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, RATE, identity, line, moment, programme
from seed import examples

from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.settle import settle
from regulars.core.till.returns import (
    ReturnedMore,
    ReturnLineUnknown,
    ReturnNothing,
    undo,
    write_return,
)
from regulars.core.till.terms import terms_of

NOON = moment("2026-03-02 12:00")
CASH = {
    "title": "Cash",
    "kind": "cashback",
    "scale": 2,
    "redeem": {"kind": "money", "worth": "0.37"},
}
STAMPS = {
    "title": "Stamps",
    "kind": "stamps",
    "redeem": {"kind": "item", "units": 3, "items_max": 2},
}
EARNING = [
    {**RATE, "caps": {"month": 2000, "member": 90_000}},
    {**RATE, "id": "cash", "currency": "cash", "params": {"points": "0.0333", "per": 1}},
    {
        "id": "cup",
        "title": "Cup",
        "mechanic": "rate_per_unit",
        "params": {"points": 1},
        "currency": "stamps",
    },
]
TIERS = {
    "measure": "spend",
    "window": {"kind": "rolling", "length": {"months": 6}},
    "levels": [
        {"code": "base", "title": "Base"},
        {"code": "silver", "title": "Silver", "threshold": 500, "discount": {"percent": "7.5"}},
    ],
}
CURRENCIES = {
    "points": {**POINTS, "expiry": {"kind": "after", "after": {"months": 12}}},
    "cash": CASH,
    "stamps": STAMPS,
}
PROGRAMME = programme(currencies=CURRENCIES, earning=EARNING, tiers=TIERS)
QUANTITIES = st.sampled_from(["1", "2", "7", "0.137", "2.5", "10.001"])
LINES = st.lists(st.tuples(st.integers(0, 90_000), QUANTITIES), min_size=1, max_size=4).map(
    lambda told: [line(f"l{i}", amount, quantity) for i, (amount, quantity) in enumerate(told)]
)
WISHES = st.fixed_dictionaries({}, optional=dict.fromkeys(CURRENCIES, st.none()))


def shop_with_points(rich: bool = True) -> Shop:
    shop = Shop(PROGRAMME)
    if rich:
        shop.sell("Anna", "first", NOON, [line("a", 60_000, 3), line("b", 12_345, "0.5")])
        shop.sell("Anna", "second", NOON + timedelta(days=3), [line("a", 33_333, 4)])
    return shop


def books(shop: Shop, at=None):
    """Balances and lots with something in them, as they are at a moment."""
    if identity("Anna") not in shop.store.kept:
        return {}, {}
    account = shop.store.load(identity("Anna"), NOON, "", lots="all", history=True)
    book = Book(account, zone=PROGRAMME.zone, posted_at=NOON)
    settle(book, at=at or NOON, version=1, zone=PROGRAMME.zone)
    wallets = {code: book.wallet(code) for code in CURRENCIES}
    return wallets, {number: lot for number, lot in book.lots.items() if lot.remaining}


@examples(150)
@given(LINES, WISHES, st.booleans())
def test_a_full_return_leaves_balances_lots_tier_and_counters_as_if_nothing_was_bought(
    lines, wish, rich
):
    shop, at = shop_with_points(rich), NOON + timedelta(days=5)
    before = books(shop), shop.standing("Anna", at), shop.look("Anna", at).counters_at(at)
    sale = shop.sell("Anna", "sale", at, lines, pay=wish)
    undone = shop.take_back("sale", at + timedelta(days=1))
    assert undone.refund_minor == sale.decision.due_minor
    assert undone.restored == {p.currency: p.amount for p in sale.decision.payments}
    assert undone.taken_back == undone.reversed
    assert undone.is_whole
    after = books(shop), shop.standing("Anna", at), shop.look("Anna", at).counters_at(at)
    (wallets, lots), standing, counters = after
    (wallets_before, lots_before), standing_before, counters_before = before
    assert lots == lots_before
    assert {c: tuple(w) for c, w in wallets.items() if any(w)} == {
        c: tuple(w) for c, w in wallets_before.items() if any(w)
    }
    assert standing == standing_before
    assert {k: v for k, v in counters.items() if v[1]} == dict(counters_before)
    assert shop.differences() == []


@examples(150)
@given(LINES, WISHES, st.data())
def test_however_goods_come_back_the_parts_add_up_to_the_whole(lines, wish, data):
    shop, at = shop_with_points(), NOON + timedelta(days=5)
    before = books(shop)
    sale = shop.sell("Anna", "sale", at, lines, pay=wish)
    whole = undo(sale.sold, {}, None)
    left = {one.id: one.quantity for one in sale.sold.lines}
    sums = {"refund": 0}
    for _ in range(data.draw(st.integers(0, 5))):
        open_lines = sorted(one for one, quantity in left.items() if quantity)
        if not open_lines:
            break
        some = data.draw(st.lists(st.sampled_from(open_lines), min_size=1, unique=True))
        wanted = {one: data.draw(st.integers(1, left[one])) for one in some}
        _add(sums, shop.take_back("sale", at + timedelta(days=1), wanted))
        left = {one: quantity - wanted.get(one, 0) for one, quantity in left.items()}
    if any(left.values()):
        _add(sums, shop.take_back("sale", at + timedelta(days=2)))
    assert sums.pop("refund") == whole.refund_minor == sale.decision.due_minor
    assert {k: v for k, v in sums.items() if v} == {
        **{f"restored {code}": amount for code, amount in whole.restored.items()},
        **{f"reversed {code}": amount for code, amount in whole.reversed.items()},
        **{f"taken {code}": amount for code, amount in whole.reversed.items()},
    }
    assert books(shop)[1] == before[1]
    with pytest.raises(ReturnedMore):
        shop.take_back("sale", at + timedelta(days=3))
    assert shop.differences() == []


def _add(sums, undone):
    sums["refund"] += undone.refund_minor
    for name, amounts in (
        ("restored", undone.restored),
        ("reversed", undone.reversed),
        ("taken", undone.taken_back),
    ):
        for code, amount in amounts.items():
            assert amount >= 0
            sums[f"{name} {code}"] = sums.get(f"{name} {code}", 0) + amount


@examples(80)
@given(LINES, WISHES, st.randoms(use_true_random=False))
def test_the_order_of_lines_decides_nothing_neither_at_the_sale_nor_at_the_return(
    lines, wish, random
):
    told = []
    for order in (lines, random.sample(lines, len(lines))):
        shop, at = shop_with_points(), NOON + timedelta(days=5)
        sale = shop.sell("Anna", "sale", at, order, pay=wish)
        wanted = {lines[0].id: max(1, lines[0].quantity // 2)}
        undone = shop.take_back("sale", at + timedelta(days=1), wanted)
        parts = {
            one.id: (one.due_minor, dict(one.earned), dict(one.paid)) for one in sale.sold.lines
        }
        told.append((parts, undone, books(shop)))
    assert told[0] == told[1]


@examples(60)
@given(LINES, WISHES)
def test_under_the_same_version_the_same_history_gives_the_same_books(lines, wish):
    told = []
    for _ in range(2):
        shop, at = shop_with_points(), NOON + timedelta(days=5)
        shop.sell("Anna", "sale", at, lines, pay=wish)
        shop.take_back("sale", at + timedelta(days=1), {lines[0].id: 1})
        told.append(shop.store.kept[identity("Anna")])
    assert told[0] == told[1]


@examples(120)
@given(
    st.sampled_from(["pending_only", "within_balance", "negative"]),
    st.sampled_from([None, 0, -10, -1000]),
    st.integers(1, 200),
    st.integers(0, 200),
    st.integers(0, 50),
    st.booleans(),
)
def test_points_spent_elsewhere_are_taken_back_as_far_as_the_policy_allows(
    policy, floor, earned, spent, other, ripe
):
    points = {**POINTS, "floor": floor, "activation": {"days": 7}}
    shop = Shop(programme(currencies={"points": points}, returns={"earned": policy}))
    shop.sell("Anna", "sale", NOON, [line("a", earned * 1000)])
    at = NOON + timedelta(days=7 if ripe else 6)
    if other:
        shop.adjust("Anna", "points", other, at)
    balance = other + (earned if ripe else 0)
    if 0 < spent <= balance:
        shop.redeem("Anna", "reward", "points", spent, at)
        balance -= spent
    taken = shop.take_back("sale", at).taken_back["points"]
    if not ripe:
        assert (taken, shop.wallet("Anna", at).active) == (earned, balance)
        return
    allowed = {
        "pending_only": 0,
        "within_balance": balance,
        "negative": earned if floor is None else balance - floor,
    }[policy]
    assert taken == min(earned, allowed)
    assert shop.wallet("Anna", at).active == balance - taken
    assert shop.differences() == []


def sold_once(**more):
    shop = Shop(programme(**more))
    shop.sell("Anna", "sale", NOON, [line("a", 10_000, 2), line("b", 5_000, "0.137")])
    return shop


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"a": 2001}, ReturnedMore),
        ({"b": 138}, ReturnedMore),
        ({"a": 0}, ReturnNothing),
        ({"a": -1000}, ReturnNothing),
        ({}, ReturnNothing),
        ({"c": 1000}, ReturnLineUnknown),
        ({"a": 1000, "c": 1000}, ReturnLineUnknown),
        ({"a": 10**20}, ReturnedMore),
    ],
)
def test_what_cannot_come_back_is_refused_and_nothing_happens(wanted, refusal):
    shop = sold_once()
    before = list(shop.store.kept[identity("Anna")].transactions)
    with pytest.raises(refusal):
        shop.take_back("sale", NOON, wanted)
    assert shop.store.kept[identity("Anna")].transactions == before


def test_a_return_by_a_clock_that_is_behind_is_dated_like_its_sale():
    shop = sold_once()
    shop.take_back("sale", NOON - timedelta(hours=3), {"a": 1000})
    assert shop.store.kept[identity("Anna")].transactions[-1].occurred_at == NOON


def test_a_return_asks_for_the_lots_it_needs_used_up_or_not():
    shop = Shop(programme())
    shop.sell("Anna", "a", NOON, [line("a", 10_000)])
    shop.sell("Anna", "b", NOON, [line("a", 1_000)], pay={"points": 10})
    sale = shop.sales["b"]
    for loaded in ("due", "open"):
        account = shop.store.load(
            identity("Anna"), NOON, terms_of(sale.programme).fingerprint, lots=loaded, history=True
        )
        book = Book(account, zone=sale.programme.zone, posted_at=NOON)
        with pytest.raises(NotLoaded):
            write_return(
                sale.programme,
                book,
                sale.sold,
                undo(sale.sold, {}, None),
                {},
                source=identity("return"),
                at=NOON,
            )


def test_a_sale_that_earned_under_another_ladder_comes_back_under_its_own_version():
    """The version that sold decides, and the member's tier follows the version in force."""
    old = programme(version=1, tiers=TIERS)
    new = programme(version=2)
    shop = Shop(old)
    shop.sell("Anna", "a", NOON, [line("a", 90_000)])
    assert shop.standing("Anna", NOON).tier == "silver"
    shop.use(new)
    shop.sell("Anna", "b", NOON + timedelta(days=1), [line("a", 1_000)])
    assert shop.differences() == []
    shop.take_back("a", NOON + timedelta(days=2))
    assert shop.differences() == []
    shop.use(old)
    assert shop.standing("Anna", NOON + timedelta(days=3)).tier == "base"


def test_a_limit_is_open_again_for_what_came_back():
    shop = Shop(programme(earning=[{**RATE, "caps": {"month": 15}}]))
    shop.sell("Anna", "a", NOON, [line("a", 12_000, 2)])
    assert shop.sell("Anna", "b", NOON, [line("a", 9_000)]).decision.earnings.awards[0].amount == 3
    shop.take_back("a", NOON, {"a": 1000})
    assert shop.sell("Anna", "c", NOON, [line("a", 9_000)]).decision.earnings.awards[0].amount == 6


def test_a_free_item_that_comes_back_gives_its_stamps_back_line_by_line():
    shop = Shop(programme(currencies={"stamps": STAMPS}, earning=[EARNING[2]]))
    shop.sell("Anna", "a", NOON, [line("cup", 30_000, 7)])
    sale = shop.sell("Anna", "b", NOON, [line("cup", 10_000, "2.5")], pay={"stamps": None})
    assert (sale.decision.payments[0].items, sale.decision.due_minor) == ((2,), 2_000)
    assert shop.wallet("Anna", NOON, "stamps").active == 1
    undone = [shop.take_back("b", NOON, {"cup": 500}) for _ in range(5)]
    assert [u.restored.get("stamps", 0) for u in undone] == [1, 1, 2, 1, 1]
    assert [u.refund_minor for u in undone] == [400] * 5
    assert shop.wallet("Anna", NOON, "stamps").active == 7


@pytest.mark.parametrize(("seconds", "ends"), [(-1, 30), (0, 40), (1, 40)])
def test_points_that_come_back_at_the_very_moment_of_their_end_come_back_late(seconds, ends):
    points = {**POINTS, "expiry": {"kind": "after", "after": {"days": 30}}}
    shop = Shop(programme(currencies={"points": points}, returns={"expired_grace": {"days": 10}}))
    shop.sell("Anna", "a", NOON, [line("a", 10_000)])
    shop.sell("Anna", "b", NOON, [line("a", 1_000)], pay={"points": None})
    at = NOON + timedelta(days=30, seconds=seconds)
    shop.take_back("b", at)
    end = NOON + timedelta(days=ends, seconds=max(0, seconds))
    assert shop.wallet("Anna", end - timedelta(seconds=1)).active == 10
    assert shop.wallet("Anna", end).active == 0
    assert shop.differences() == []
