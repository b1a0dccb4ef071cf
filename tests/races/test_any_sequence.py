"""Whatever tills do at once with quotes, sales, returns and coupons, no bound is broken and books add up."""

import random

import promotion_shop as ps
import pytest
from races.crowd import at_once
from till_shop import open_shop

from regulars.contexts.till.types import CancelQuote, QuoteView, SaleView
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.refusal import Refused

THREADS, STEPS = 6, 30
MEMBERS = 3
USES = {"FEWA22": 1, "FEWB33": 2, "FEWC44": 5, "MANY55": 400}
LIMITS = {
    "budget:spring:ever": 90_00,
    "uses:line:day": 60,
    "money:mine:week": 40_00,
    "units:ten:ever": 70,
}
DOCUMENT = ps.document(
    ps.promotion("line", 3, caps=[{"per": "all", "period": "day", "uses": 60}], budget="spring"),
    ps.promotion(
        "mine",
        4,
        caps=[
            {"per": "member", "period": "month", "money": 25},
            {"per": "all", "period": "week", "money": 40},
        ],
    ),
    ps.with_coupon(caps=[{"per": "all", "units": 70}]),
    {
        "id": "next",
        "title": "Next time",
        "kind": "issue_coupon",
        "params": {"promotion": "ten", "expected_cost": 1},
        "caps": [{"per": "member", "uses": 4}],
        "budget": "spring",
    },
    budgets=[{"id": "spring", "title": "Spring", "money": 90, "over": "cut"}],
)


def steps_of(shop, thread, members, rng):
    """A thread's commands, some of which rest on its answers so far."""

    def step(n):
        number, member = f"{thread}-{n}", rng.choice([*members, None])
        codes = rng.sample(sorted(USES), rng.choice((0, 1, 1, 2)))
        price, kind = rng.randrange(20, 200), rng.randrange(10)
        if kind < 4:
            return ps.commit(shop, member, price, price, number=number, codes=codes)
        if kind < 6:
            return ps.quote(shop, member, price, codes=codes, hold=rng.random() < 0.7)
        if kind < 7:
            return lambda answers: _keep(shop, answers, number)
        if kind < 8:
            return lambda answers: _let_go(shop, answers)
        lines = rng.choice((None, {"1": 1000}))
        return lambda answers: _give_back(shop, answers, number, lines, rng.random())

    return [step(n) for n in range(STEPS)]


def _last(answers, kind):
    return next((answer for answer in reversed(answers) if isinstance(answer, kind)), None)


def _keep(shop, answers, number):
    """Commit what was quoted last."""
    quote = _last(answers, QuoteView)
    if quote is None:
        return None
    price = sum(line.amount_minor for line in quote.receipt.lines) // 100
    return ps.commit(shop, quote.member, price, number=number, quote=quote.token)


def _let_go(shop, answers):
    quote = _last(answers, QuoteView)
    return None if quote is None else CancelQuote(quote.token, shop.now)


def _give_back(shop, answers, number, lines, which):
    sales = [answer for answer in answers if isinstance(answer, SaleView)]
    if not sales:
        return None
    sale = sales[int(which * len(sales))]
    return ps.give_back(shop, f"r{number}", sale.key.number, lines)


@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_keeps_every_bound(django_on_fresh_database, seed):
    rng = random.Random(seed)
    with open_shop(django_on_fresh_database, DOCUMENT) as shop:
        for code, uses in USES.items():
            ps.add_coupons(shop, code, uses=uses)
        members = [shop.enrol(f"m{n}") for n in range(MEMBERS)]
        queues = [
            steps_of(shop, thread, members, random.Random(rng.random()))
            for thread in range(THREADS)
        ]
        answers = [answer for queue in at_once(shop.access, shop.now, queues) for answer in queue]
        refused = {type(a).__name__ for a in answers if isinstance(a, Refused)}
        assert refused <= {"QuoteChanged", "ReturnedMore"}, refused
        verdict = verify_books()
        assert verdict.books_are_right, verdict.differences

        used = ps.limits(shop)
        assert used.keys() <= LIMITS.keys()
        for key, amount in used.items():
            assert 0 <= amount <= LIMITS[key], (key, amount)
        for code, most in USES.items():
            uses, reserved, _ = ps.coupon(shop, code)
            assert 0 <= uses <= uses + len(reserved) <= most
        for (counters,) in ps.rows(shop, "SELECT state -> 'c' FROM ledger_account"):
            for _, amount in counters.get("money:mine:month", ()):
                assert 0 <= amount <= 25_00
            for _, amount in counters.get("uses:next:ever", ()):
                assert 0 <= amount <= 4
        worked = sum(bool(a.decision.discount_minor) for a in answers if isinstance(a, SaleView))
        assert worked > 10
