"""What points and cards may take off a receipt: exact, bounded, and the same whatever the order of lines."""

from decimal import Decimal
from fractions import Fraction

import pytest
from core.ledger.oracle import fair_split
from hypothesis import given
from hypothesis import strategies as st
from make import line, programme, receipt
from seed import examples

from regulars.core.goods import Goods, selector
from regulars.core.money import Rounding, divide
from regulars.core.programme.compiled import ItemPayment, MoneyPayment
from regulars.core.till.decision import PaymentNotPossible
from regulars.core.till.pricing import NO_DISCOUNT, NO_REDEEM, card_discount, pay, spendable
from regulars.core.till.terms import CardTerms, Terms

TAGS = st.sampled_from([frozenset(), frozenset(), {NO_REDEEM}, {NO_DISCOUNT}])
QUANTITIES = st.sampled_from(["1", "2", "3", "2.5", "0.137", "12"])
WORTHS = st.sampled_from([(1, 1), (100, 1), (1, 3), (2, 5), (7, 2), (1, 1000), (10**6, 1)])


AMOUNTS = st.integers(0, 100_000)


@st.composite
def receipts(draw):
    lines = []
    for i in range(draw(st.integers(1, 5))):
        amount = draw(AMOUNTS)
        least = draw(st.sampled_from([0, 0, 1, amount // 2, amount, amount + 5]))
        tags = frozenset(draw(TAGS))
        lines.append(line(f"l{i}", amount, draw(QUANTITIES), minimum_minor=least, tags=tags))
    return receipt(*draw(st.permutations(lines)))


MONEY = st.builds(
    MoneyPayment,
    worth=WORTHS,
    share_max=st.sampled_from([(1, 1), (1, 2), (3, 10), (0, 1), (333, 1000)]),
    minimum=st.sampled_from([0, 0, 1, 7, 500]),
    step=st.sampled_from([0, 0, 1, 5, 100]),
    receipt_minimum=st.sampled_from([0, 0, 50_000]),
    selects=st.sampled_from([None, selector(Goods(skus=["sku-l0", "sku-l1"]))]),
)
ITEMS = st.builds(
    ItemPayment,
    units=st.integers(1, 10),
    choose=st.sampled_from(["cheapest", "dearest"]),
    items_max=st.integers(1, 4),
    selects=st.sampled_from([None, selector(Goods(skus=["sku-l0", "sku-l1"]))]),
)
PAYS = st.one_of(MONEY, ITEMS)
BALANCES = st.one_of(st.integers(0, 100), st.integers(0, 10**7))


def terms_with(pays):
    return Terms({"points": pays}, {}, None, {}, Rounding.HALF_UP)


def due_of(bought):
    return [one.amount_minor for one in bought.lines]


def can_pay(terms, amount, balance, bought):
    try:
        return pay(terms, "points", amount, balance, bought, due_of(bought))
    except PaymentNotPossible:
        return None


@examples(500)
@given(PAYS, receipts(), BALANCES)
def test_the_most_can_be_paid_and_one_step_more_never(pays, bought, balance):
    terms = terms_with(pays)
    found = spendable(terms, "points", balance, bought, due_of(bought))
    if not found.most:
        for amount in {1, pays_unit(pays), max(found.minimum, 1), balance or 1}:
            assert can_pay(terms, amount, balance, bought) is None
        return
    paid = can_pay(terms, found.most, balance, bought)
    assert paid.amount == found.most
    assert paid.money_minor == found.worth_minor > 0
    assert can_pay(terms, found.most + found.step, balance, bought) is None
    assert can_pay(terms, found.minimum, balance, bought)
    assert can_pay(terms, found.minimum - found.step, balance, bought) is None
    assert pay(terms, "points", None, balance, bought, due_of(bought)) == paid


def pays_unit(pays):
    return pays.units if isinstance(pays, ItemPayment) else max(pays.step, 1)


@examples(500)
@given(PAYS, receipts(), BALANCES, st.data())
def test_a_payment_costs_exactly_what_was_said_and_stays_within_every_limit(
    pays, bought, balance, data
):
    terms = terms_with(pays)
    found = spendable(terms, "points", balance, bought, due_of(bought))
    if not found.most:
        return
    steps = data.draw(st.integers(0, (found.most - found.minimum) // found.step))
    amount = found.minimum + steps * found.step
    paid = can_pay(terms, amount, balance, bought)
    assert sum(paid.units) == paid.amount == amount <= balance
    assert sum(paid.shares) == paid.money_minor > 0
    for one, share, units in zip(bought.lines, paid.shares, paid.units, strict=True):
        assert 0 <= share <= max(0, one.amount_minor - one.minimum_minor)
        assert units >= 0
        open_to_it = NO_REDEEM not in one.tags and (pays.selects is None or pays.selects(one))
        assert open_to_it or (share, units) == (0, 0)
    if isinstance(pays, MoneyPayment):
        total = sum(due_of(bought))
        assert paid.money_minor <= total * Fraction(*pays.share_max)
        assert paid.money_minor == amount * pays.worth[0] // pays.worth[1]
        assert total >= pays.receipt_minimum
    else:
        assert sum(paid.items) * pays.units == amount
        assert sum(paid.items) <= pays.items_max
        for one, items in zip(bought.lines, paid.items, strict=True):
            assert items * 1000 <= one.quantity


@examples(300)
@given(PAYS, receipts(), BALANCES)
def test_points_are_never_taken_for_nothing(pays, bought, balance):
    """Fewer points that buy the same: the most that is offered does not waste any."""
    if isinstance(pays, ItemPayment):
        return
    found = spendable(terms_with(pays), "points", balance, bought, due_of(bought))
    if found.most > found.minimum:
        less = found.most - found.step
        assert less * pays.worth[0] // pays.worth[1] < found.worth_minor


@examples(300)
@given(PAYS, receipts(), BALANCES, st.randoms(use_true_random=False))
def test_the_order_of_lines_decides_nothing(pays, bought, balance, random):
    mixed = bought._replace(lines=tuple(random.sample(bought.lines, len(bought.lines))))
    ways = []
    for one in (bought, mixed):
        paid = pay(terms_with(pays), "points", None, balance, one, due_of(one))
        ids = [of.id for of in one.lines]
        ways.append(
            paid
            and {i: part for i, *part in zip(ids, paid.shares, paid.units, paid.items, strict=True)}
        )
    assert ways[0] == ways[1]


CARDS = st.builds(
    lambda percent, selects: CardTerms(*(percent / 100).as_integer_ratio(), str(percent), selects),
    st.sampled_from([Decimal(p) for p in ("0.5", "3", "7.77", "33.333333", "100")]),
    st.sampled_from([None, selector(Goods(skus=["sku-l0", "sku-l1"]))]),
)


@examples(400)
@given(CARDS, receipts(), st.sampled_from(Rounding), st.randoms(use_true_random=False))
def test_a_card_takes_its_percentage_and_no_line_below_its_minimum(card, bought, rounding, random):
    found = card_discount("gold", card, bought.lines, rounding)
    weights = {
        one.id: one.amount_minor
        if NO_DISCOUNT not in one.tags and (card.selects is None or card.selects(one))
        else 0
        for one in bought.lines
    }
    total = divide(sum(weights.values()) * card.percent_num, card.percent_den, rounding)
    exact = fair_split(total, weights)
    shares = dict(zip(weights, found.shares if found else [0] * len(weights), strict=True))
    for one in bought.lines:
        assert shares[one.id] == min(exact[one.id], max(0, one.amount_minor - one.minimum_minor))
    assert (found.amount_minor if found else 0) == sum(shares.values())
    mixed = random.sample(bought.lines, len(bought.lines))
    again = card_discount("gold", card, mixed, rounding)
    by_id = dict(zip([m.id for m in mixed], again.shares if again else [0] * 9, strict=False))
    assert by_id == shares


def paid_for(bought, balance=100, **pay_item):
    pays = ItemPayment(
        **{"units": 9, "choose": "cheapest", "items_max": 9, "selects": None, **pay_item}
    )
    return pay(terms_with(pays), "points", None, balance, bought, due_of(bought))


def test_three_for_a_rouble_leave_no_kopeck_when_all_three_are_free():
    paid = paid_for(receipt(line("1", 100, 3)), units=1)
    assert (paid.items, paid.shares) == ((3,), (100,))


def test_of_two_and_a_half_kilos_two_whole_ones_can_be_free():
    paid = paid_for(receipt(line("1", 1000, "2.5")), units=1)
    assert (paid.items, paid.shares) == ((2,), (800,))


def test_less_than_one_item_cannot_be_free():
    assert paid_for(receipt(line("1", 1000, "0.999"))) is None


def test_nothing_that_costs_nothing_is_given_for_stamps():
    bought = receipt(line("1", 0, 1), line("2", 2, 3), line("3", 300, 1))
    assert paid_for(bought, balance=9).items == (0, 0, 1)


def test_of_equal_prices_the_smaller_sku_and_then_the_smaller_line_is_free():
    a, b, c = line("b", 500, sku="x"), line("a", 500, sku="x"), line("c", 500, sku="w")
    assert paid_for(receipt(a, b, c), balance=9).items == (0, 0, 1)
    assert paid_for(receipt(a, b), balance=9).items == (0, 1)


def test_points_worth_less_than_a_kopeck_pay_only_for_whole_ones():
    pays = MoneyPayment((1, 3), (1, 1), 0, 0, 0, None)
    bought = receipt(line("1", 1000))
    found = spendable(terms_with(pays), "points", 11, bought, [1000])
    assert (found.minimum, found.most, found.worth_minor) == (3, 9, 3)
    assert spendable(terms_with(pays), "points", 2, bought, [1000]).most == 0
    with pytest.raises(PaymentNotPossible) as refused:
        pay(terms_with(pays), "points", 2, 11, bought, [1000])
    assert refused.value.params["least"] == 3


def test_a_minimum_between_two_steps_is_the_next_step():
    pays = MoneyPayment((1, 1), (1, 1), 7, 5, 0, None)
    found = spendable(terms_with(pays), "points", 33, receipt(line("1", 1000)), [1000])
    assert (found.minimum, found.most) == (10, 30)
    assert can_pay(terms_with(pays), 10, 33, receipt(line("1", 1000))).amount == 10


@pytest.mark.parametrize("amount", [0, -1, 10**30])
def test_what_cannot_be_paid_is_refused_with_its_limits(amount):
    pays = MoneyPayment((100, 1), (1, 2), 10, 0, 0, None)
    with pytest.raises(PaymentNotPossible) as refused:
        pay(terms_with(pays), "points", amount, 40, receipt(line("1", 10_000)), [10_000])
    assert refused.value.params == {"currency": "points", "least": 10, "most": 40, "step": 1}
    assert refused.value.pointer == "/pay/points"


def test_a_currency_that_does_not_pay_offers_nothing():
    status = {"title": "Status", "kind": "status"}
    compiled = programme(currencies={"points": {"title": "P"}, "status": status})
    terms = Terms({}, {}, None, {}, Rounding.HALF_UP)
    assert compiled.currencies["status"].money is None
    assert spendable(terms, "status", 50, receipt(), [10_000]).most == 0
    assert pay(terms, "status", None, 50, receipt(), [10_000]) is None
    with pytest.raises(PaymentNotPossible):
        pay(terms, "status", 1, 50, receipt(), [10_000])


def test_huge_amounts_stay_exact():
    pays = MoneyPayment((1, 1), (1, 1), 0, 0, 0, None)
    bought = receipt(line("1", 10**30 + 1), line("2", 10**30))
    paid = pay(terms_with(pays), "points", None, 10**40, bought, due_of(bought))
    assert paid.shares == (10**30 + 1, 10**30)
