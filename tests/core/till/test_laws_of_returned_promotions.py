"""Laws of returns under any promotions: shares add up, never more than was paid, all comes back whole."""

from core.ledger.shop import Shop
from core.till.test_promotions import COUPON, STORED, TEN, coupon, shown
from core.till.test_returns_of_promotions import FROM_500, LATER, NOON, THREE_FOR_TWO
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, line, programme
from seed import examples

from regulars.core.till.given_back import given_back
from regulars.core.till.tenders import Funds

AMOUNTS = st.integers(0, 60_000)
GOODS = st.lists(
    st.tuples(
        AMOUNTS, st.sampled_from(["1", "2", "3", "5", "0.137", "2.5"]), st.sampled_from("abc")
    ),
    min_size=1,
    max_size=5,
).map(
    lambda told: [
        line(f"l{i}", amount, quantity, sku=sku, category=(sku,))
        for i, (amount, quantity, sku) in enumerate(told)
    ]
)
PROMOTIONS = {
    "percent": TEN,
    "3for2": THREE_FOR_TWO,
    "from500": {**FROM_500, "id": "from500", "params": {"percent": 15}, "level": "order"},
    "amount": {**COUPON, "id": "amount", "trigger": {"kind": "auto"}, "params": {"amount": 77}},
    "cheapest": {
        "id": "cheapest",
        "title": "Cheapest",
        "kind": "cheapest",
        "params": {"group": 2, "every": True, "percent": 50},
    },
    "steps": {
        "id": "steps",
        "title": "Steps",
        "kind": "spend_steps",
        "params": {"steps": [{"from": 100, "percent": 3}, {"from": 300, "amount": 50}]},
    },
    "coupon": COUPON,
    "capped": {
        **TEN,
        "id": "capped",
        "caps": [
            {"per": "member", "period": "month", "money": 30, "uses": 3, "units": 9},
            {"per": "all", "period": "month", "money": 30, "uses": 3},
        ],
        "budget": "spring",
    },
}
BUDGETS = [{"id": "spring", "title": "Spring", "money": 1000}]
TIERS = {
    "measure": "spend",
    "window": {"kind": "rolling", "length": {"months": 6}},
    "levels": [{"code": "base", "title": "Base", "discount": {"percent": "7.5"}}],
}
SHOWN = shown("ABC", coupons=[coupon("ABC", "coupon")])


def made(names, policy, tiers):
    return programme(
        currencies={
            "points": {**POINTS, "expiry": {"kind": "after", "after": {"months": 12}}},
            "deposit": STORED,
        },
        promotions=[PROMOTIONS[name] for name in names],
        budgets=BUDGETS,
        returns={"promotions": policy},
        **({"tiers": TIERS} if tiers else {}),
    )


NAMES = st.lists(st.sampled_from(sorted(PROMOTIONS)), unique=True, min_size=1, max_size=4)
POLICIES = st.sampled_from(["keep", "recompute"])
CARD = st.integers(0, 30_000)


def sold(names, policy, tiers, lines, card):
    bought = Shop(made(names, policy, tiers))
    bought.adjust("Anna", "points", 60, NOON)
    bought.adjust("Anna", "deposit", 9_999, NOON)
    funds = [Funds("card", "gift_card", card, None)]
    wish = {"points": None, "deposit": None}
    sale = bought.sell("Anna", "s", NOON, lines, pay=wish, presented=SHOWN, funds=funds)
    return bought, sale


@examples(150)
@given(NAMES, POLICIES, st.booleans(), GOODS, CARD, st.data())
def test_any_sequence_of_partial_returns_adds_up_to_what_was_paid_and_never_exceeds_it(
    names, policy, tiers, lines, card, data
):
    bought, sale = sold(names, policy, tiers, lines, card)
    decision = sale.decision
    tendered = {tender.key: tender.money_minor for tender in decision.tenders}
    assert min(decision.due) >= 0
    assert decision.gross_minor == (
        decision.discount_minor + decision.points_minor + decision.due_minor
    )
    left = {one.id: one.quantity for one in sale.sold.lines}
    refunded = 0
    back: dict[str, int] = {}
    restored = 0
    while any(left.values()):
        open_lines = sorted(one for one, quantity in left.items() if quantity)
        some = data.draw(st.lists(st.sampled_from(open_lines), min_size=1, unique=True))
        wanted = {
            one: data.draw(st.sampled_from(sorted({1, (left[one] + 1) // 2, left[one]})))
            for one in some
        }
        if data.draw(st.integers(0, 3)) == 0:
            wanted = dict(left)
            wanted = {one: quantity for one, quantity in wanted.items() if quantity}
        undone = bought.take_back("s", LATER, wanted)
        left = {one: quantity - wanted.get(one, 0) for one, quantity in left.items()}
        assert undone.refund_minor >= 0
        assert undone.money_minor >= 0
        assert all(amount >= 0 for amount in undone.tenders.values())
        refunded += undone.refund_minor
        restored += undone.restored.get("points", 0)
        for key, amount in undone.tenders.items():
            back[key] = back.get(key, 0) + amount
        assert refunded <= decision.due_minor
        assert all(back[key] <= tendered[key] for key in back)
    assert refunded == decision.due_minor
    assert back == tendered
    assert restored == sum(payment.amount for payment in decision.payments)
    assert bought.differences() == []


@examples(100)
@given(NAMES, POLICIES, st.booleans(), GOODS, CARD)
def test_a_whole_return_restores_balances_counters_limits_and_coupons(
    names, policy, tiers, lines, card
):
    bought, sale = sold(names, policy, tiers, lines, card)
    undone = bought.take_back("s", LATER)
    assert undone.refund_minor == sale.decision.due_minor
    assert bought.wallet("Anna", LATER).active == 60
    assert bought.wallet("Anna", LATER, "deposit").active == 9_999
    counters = bought.look("Anna", LATER).counters_at(LATER)
    assert not [key for key, (_, value) in counters.items() if value]
    back = given_back(sale.programme, sale.sold, {}, undone.returned)
    assert sorted(a._replace(amount=-a.amount) for a in back.allowances) == sorted(
        sale.decision.allowances
    )
    assert [move.code for move in back.coupons] == list(sale.decision.coupons)
    assert bought.differences() == []


@examples(80)
@given(NAMES, GOODS, CARD, st.randoms(use_true_random=False))
def test_the_order_of_lines_decides_neither_prices_nor_refunds(names, lines, card, random):
    told = []
    for order in (lines, random.sample(lines, len(lines))):
        bought, sale = sold(names, "recompute", True, order, card)
        undone = bought.take_back("s", LATER, {lines[0].id: max(1, lines[0].quantity // 2)})
        told.append((sorted(sale.sold.lines), undone.refund_minor, undone.tenders, undone.restored))
    assert told[0] == told[1]


@examples(100)
@given(NAMES, GOODS, CARD)
def test_what_returns_see_adds_up_to_what_the_sale_took(names, lines, card):
    _, sale = sold(names, "keep", True, lines, card)
    decision, seen = sale.decision, sale.sold.lines
    assert sum(one.due_minor for one in seen) == decision.due_minor
    assert min(one.due_minor for one in seen) >= 0
    assert sum(sum(one.borne.values()) for one in seen) == decision.discount_minor
    assert sum(sum(one.tenders.values()) for one in seen) == decision.tendered_minor
    assert sum(one.paid.get("points", 0) for one in seen) == sum(
        payment.amount for payment in decision.payments
    )
    assert sum(one.earned.get("points", 0) for one in seen) == sum(
        award.amount for award in decision.earnings.awards
    )
    for one in seen:
        assert one.due_minor >= sum(one.tenders.values())
        assert all(amount >= 0 for amount in (*one.paid.values(), *one.earned.values()))
