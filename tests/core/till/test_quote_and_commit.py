"""What a decision promises its commit does; nothing is written by deciding; refusals leave no trace."""

from datetime import timedelta
from fractions import Fraction

import pytest
from core.ledger.oracle import half_up
from core.ledger.shop import Shop
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, RATE, identity, line, member, moment, programme, receipt
from seed import examples

from regulars.core.ledger.accounts import GENESIS, Account, State
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.till.commit import check_member, check_receipt, commit
from regulars.core.till.decision import (
    CurrencyUnknown,
    MemberNotActive,
    PaymentNotPossible,
    PointsInsufficient,
    ReceiptEmpty,
    ReceiptFromFuture,
    ReceiptTooLate,
)
from regulars.core.till.quote import decide, list_spendable, promise_digest, promise_of
from regulars.core.till.terms import new_lot, terms_of

NOON = moment("2026-03-02 12:00")
CASH = {
    "title": "Cash",
    "kind": "cashback",
    "scale": 2,
    "redeem": {"kind": "money", "worth": "0.5", "share_max": 40},
}
STAMPS = {
    "title": "Stamps",
    "kind": "stamps",
    "redeem": {"kind": "item", "units": 2, "items_max": 3},
}
CURRENCIES = {"points": POINTS, "cash": CASH, "stamps": STAMPS}
EARNING = [
    RATE,
    {**RATE, "id": "cash", "currency": "cash", "params": {"points": "0.1", "per": 1}},
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
    "window": {"kind": "lifetime"},
    "levels": [
        {"code": "base", "title": "Base"},
        {"code": "gold", "title": "Gold", "threshold": 1000, "discount": {"percent": 5}},
    ],
}
PROGRAMME = programme(currencies=CURRENCIES, earning=EARNING, tiers=TIERS)
LINES = st.lists(
    st.tuples(
        st.integers(0, 90_000),
        st.sampled_from(["1", "2", "2.5", "0.137"]),
        st.sampled_from([0, 0, 500]),
        st.sampled_from([(), (), ("no_points",), ("no_redeem",), ("no_discount",)]),
    ),
    min_size=1,
    max_size=5,
).map(
    lambda told: [
        line(f"l{i}", amount, quantity, minimum_minor=least, tags=frozenset(tags))
        for i, (amount, quantity, least, tags) in enumerate(told)
    ]
)
WISHES = st.fixed_dictionaries({}, optional=dict.fromkeys(CURRENCIES, st.none()))


def rich_shop(compiled=PROGRAMME) -> Shop:
    shop = Shop(compiled)
    shop.sell("Anna", "first", NOON, [line("a", 130_000, 7)])
    return shop


def decided(shop, bought, wish, at=NOON, lots="open"):
    compiled = shop.programme
    account = shop.store.load(identity("Anna"), at, terms_of(compiled).fingerprint, lots=lots)
    book = Book(account, zone=compiled.zone, posted_at=at)
    tier = shop.standing("Anna", at).tier if compiled.ladder else ""
    return book, decide(compiled, book, member(), tier, bought, wish)


@examples(250)
@given(LINES, WISHES)
def test_prices_add_up_and_no_line_goes_below_its_minimum(lines, wish):
    shop, bought = rich_shop(), receipt(*lines, at=NOON)
    _, decision = decided(shop, bought, wish)
    assert decision.gross_minor == sum(one.amount_minor for one in lines)
    taken = decision.discount_minor + decision.points_minor
    assert decision.due_minor == decision.gross_minor - taken >= 0
    for i, one in enumerate(lines):
        off = sum(d.shares[i] for d in decision.discounts)
        off += sum(p.shares[i] for p in decision.payments)
        assert decision.due[i] == one.amount_minor - off
        assert decision.due[i] >= min(one.amount_minor, one.minimum_minor)
    for award in decision.earnings.awards:
        assert sum(award.shares) == award.amount > 0
        assert min(award.shares) >= 0


@examples(250)
@given(LINES, WISHES, st.randoms(use_true_random=False))
def test_the_order_of_lines_decides_nothing(lines, wish, random):
    told = []
    for order in (lines, random.sample(lines, len(lines))):
        _, decision = decided(rich_shop(), receipt(*order, at=NOON), wish)
        told.append((promise_of(decision), decision.earnings.counters, by_line(decision, order)))
    assert told[0] == told[1]


def by_line(decision, lines):
    """Everything that a decision says of each line, and why."""
    said = {one.id: [due] for one, due in zip(lines, decision.due, strict=True)}
    parts = [(d.id, d.reason, d.shares) for d in decision.discounts]
    parts += [
        (p.currency, p.reason, [*zip(p.shares, p.units, p.items, strict=True)])
        for p in decision.payments
    ]
    parts += [(a.rule, a.reason, a.shares) for a in decision.earnings.awards]
    for what, why, shares in parts:
        for one, share in zip(lines, shares, strict=True):
            said[one.id].append((what, why, share))
    return said


@examples(100)
@given(LINES, WISHES)
def test_the_order_of_rules_in_the_document_decides_nothing(lines, wish):
    turned = programme(currencies=CURRENCIES, earning=EARNING[::-1], tiers=TIERS)
    _, one = decided(rich_shop(), receipt(*lines, at=NOON), wish)
    _, other = decided(rich_shop(turned), receipt(*lines, at=NOON), wish)
    assert promise_of(one) == promise_of(other)
    assert sorted(one.earnings.awards) == sorted(other.earnings.awards)


@examples(150)
@given(LINES, WISHES)
def test_the_commit_does_exactly_what_was_decided(lines, wish):
    shop, bought = rich_shop(), receipt(*lines, at=NOON, number="sale")
    _, decision = decided(shop, bought, wish)
    before = {code: shop.wallet("Anna", NOON, code) for code in CURRENCIES}
    sale = shop.sell("Anna", "sale", NOON, lines, pay=wish)
    assert sale.decision == decision
    assert promise_digest(promise_of(sale.decision)) == promise_digest(promise_of(decision))
    promise = promise_of(decision)
    for code in CURRENCIES:
        paid = sum(amount for currency, amount, _ in promise.paid if currency == code)
        earned = dict(promise.earned).get(code, 0)
        change = shop.wallet("Anna", NOON, code).active - before[code].active
        assert change == earned - paid
    assert {code: sum(t.amount for t in parts) for code, parts in sale.sold.taken.items()} == {
        p.currency: p.amount for p in decision.payments
    }
    assert shop.differences() == []


@examples(60)
@given(LINES, WISHES)
def test_deciding_writes_nothing_and_says_the_same_twice(lines, wish):
    shop, bought = rich_shop(), receipt(*lines, at=NOON)
    book, decision = decided(shop, bought, wish)
    again = decide(PROGRAMME, book, member(), decision.tier, bought, wish)
    assert again == decision
    changes = book.close()
    assert (changes.transactions, changes.lots) == ((), ())


@examples(150)
@given(LINES, st.sampled_from(sorted(CURRENCIES)), st.sampled_from(sorted(CURRENCIES)))
def test_what_is_offered_after_a_wish_is_what_was_offered_before_it(lines, paying, asked):
    """A quote answers how much may be spent, whatever part of it is spent already."""
    shop, bought = rich_shop(), receipt(*lines, at=NOON)
    book, plain = decided(shop, bought, {})
    _, paid = decided(shop, bought, {paying: None})
    offers = [
        {s.currency: s for s in list_spendable(PROGRAMME, book, decision, bought)}
        for decision in (plain, paid)
    ]
    assert offers[0][asked] == offers[1][asked]


@examples(60)
@given(st.integers(1, 10**7))
def test_a_card_of_five_percent_rounds_half_up_once(amount):
    _, decision = decided(rich_shop(), receipt(line("a", amount), at=NOON), {})
    assert decision.tier == "gold"
    assert decision.discount_minor == half_up(Fraction(amount * 5, 100))


def test_two_currencies_pay_one_after_another_each_within_its_share_of_what_is_left():
    shop = rich_shop()
    _, decision = decided(shop, receipt(line("a", 10_000), at=NOON), {"points": None, "cash": None})
    assert [(p.currency, p.amount, p.money_minor) for p in decision.payments] == [
        ("cash", 7_600, 3_800),
        ("points", 57, 5_700),
    ]
    assert decision.due_minor == 0


@pytest.mark.parametrize(
    ("base", "earned"), [("paid", 500), ("full", 1000), ("none_when_paying", 0)]
)
def test_what_points_pay_earns_as_the_programme_says(base, earned):
    shop = Shop(programme(earning_policy={"base": base}))
    shop.adjust("Anna", "points", 5000, NOON)
    bought = receipt(line("a", 1_000_000), at=NOON)
    _, decision = decided(shop, bought, {"points": 5000})
    assert sum(award.amount for award in decision.earnings.awards) == earned


def test_who_pays_with_money_only_earns_under_every_policy():
    for base in ("paid", "full", "none_when_paying"):
        shop = Shop(programme(earning_policy={"base": base}))
        shop.adjust("Anna", "points", 5000, NOON)
        _, decision = decided(shop, receipt(line("a", 10_000), at=NOON), {})
        assert [award.amount for award in decision.earnings.awards] == [10]


def test_a_free_item_earns_nothing_even_on_the_full_price():
    shop = Shop(
        programme(
            currencies={"stamps": STAMPS},
            earning=[EARNING[2]],
            earning_policy={"base": "full"},
        )
    )
    shop.adjust("Anna", "stamps", 2, NOON)
    _, decision = decided(shop, receipt(line("a", 10_000, "2.5"), at=NOON), {"stamps": None})
    assert decision.payments[0].items == (1,)
    assert sum(award.amount for award in decision.earnings.awards) == 1


def test_nobody_gets_a_card_discount_points_or_a_tier():
    decision = decide(PROGRAMME, None, None, "gold", receipt(line("a", 10_000)), {"points": None})
    assert (decision.due_minor, decision.tier) == (10_000, "")
    assert (decision.discounts, decision.payments, decision.earnings.awards) == ((), (), ())


def test_a_wish_that_cannot_be_met_is_refused():
    shop, bought = rich_shop(), receipt(line("a", 10_000), at=NOON)
    with pytest.raises(CurrencyUnknown):
        decided(shop, bought, {"gold": 1})
    with pytest.raises(PaymentNotPossible):
        decided(shop, bought, {"points": 101})
    with pytest.raises(PaymentNotPossible):
        decided(shop, bought, {"points": -5})


def test_a_payment_asks_for_the_lots_and_earning_does_not():
    shop, bought = rich_shop(), receipt(line("a", 10_000), at=NOON)
    assert decided(shop, bought, {}, lots="due")[1].earnings.awards
    with pytest.raises(NotLoaded) as missing:
        decided(shop, bought, {"points": 1}, lots="due")
    assert missing.value.lots


def test_a_decision_on_books_that_hold_less_by_now_is_not_committed():
    shop, bought = rich_shop(), receipt(line("a", 10_000), at=NOON)
    _, decision = decided(shop, bought, {"points": 90})
    poor = Book(
        Account(identity("Anna"), 0, GENESIS, None, "", State(), {}, ()),
        zone=PROGRAMME.zone,
        posted_at=NOON,
    )
    with pytest.raises(PointsInsufficient):
        commit(PROGRAMME, poor, bought, decision, sale=identity("sale"))


def check(bought, now=NOON):
    check_receipt(bought, PROGRAMME.document.timing, PROGRAMME, now=now)


def test_a_receipt_has_goods_and_a_moment_that_may_be():
    skew, late = timedelta(minutes=10), timedelta(days=30)
    check(receipt(at=NOON + skew))
    check(receipt(at=NOON - late))
    with pytest.raises(ReceiptFromFuture):
        check(receipt(at=NOON + skew + timedelta(microseconds=1)))
    with pytest.raises(ReceiptTooLate):
        check(receipt(at=NOON - late - timedelta(microseconds=1)))
    with pytest.raises(ReceiptEmpty):
        check(receipt(line("a", 100, 0), at=NOON))


@pytest.mark.parametrize("status", ["blocked", "merged", "erased"])
def test_only_an_active_member_is_served(status):
    check_member(None)
    check_member(member())
    with pytest.raises(MemberNotActive) as refused:
        check_member(member(status=status))
    assert refused.value.params == {"status": status}


@pytest.mark.parametrize(
    ("expiry", "ends"),
    [
        ({"kind": "never"}, None),
        ({"kind": "after", "after": {"months": 12}}, "2029-02-28 12:00"),
        ({"kind": "after", "after": {"hours": 36}}, "2028-03-02 00:00"),
        ({"kind": "period_end", "period": "month"}, "2028-03-01"),
        ({"kind": "period_end", "period": "year", "grace": {"days": 31}}, "2029-02-01"),
        ({"kind": "inactivity", "after": {"days": 90}}, None),
    ],
)
def test_a_lot_gets_the_end_that_its_currency_gives(expiry, ends):
    at = moment("2028-02-29 12:00")
    compiled = programme(currencies={"points": {**POINTS, "expiry": expiry}})
    lot = new_lot(compiled.document.currencies["points"], "points", None, 5, at, compiled.zone)
    assert lot.expires_at == (ends and moment(ends))
    assert (lot.amount, lot.remaining, lot.active, lot.active_at) == (5, 5, True, at)
    assert lot.idle_days == (90 if expiry["kind"] == "inactivity" else 0)
