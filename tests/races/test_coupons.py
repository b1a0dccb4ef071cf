"""Many tills show the same coupon at the same instant; quotes set uses aside, end, and let go."""

import asyncio
from datetime import timedelta

import promotion_shop as ps
import pytest
from races.crowd import at_once
from races.racer import in_processes
from till_shop import open_shop

from regulars.contexts.till.types import CancelQuote, QuoteChanged, QuoteView, ReturnView, SaleView
from regulars.contexts.till.usecases.verify import verify_books

TEN = ps.document(ps.with_coupon())


@pytest.fixture
def shop(django_on_fresh_database):
    """A shop where coupons of the promotion «ten» take off a tenth; its books are proved afterwards."""
    with open_shop(django_on_fresh_database, TEN) as opened:
        yield opened
    verdict = verify_books()
    assert verdict.books_are_right, verdict.differences


def flat(answers):
    return [answer for thread in answers for answer in thread]


def accepted(answers, code):
    """In how many sales the coupon did something; in the others it is told as not valid."""
    count = 0
    for answer in answers:
        assert isinstance(answer, SaleView), answer
        told = {row[0]: row for row in answer.decision.codes}[code]
        assert told[2] == (ps.discount_of(answer) > 0)
        if not told[2]:
            assert told[3][0] == "code.not_valid"
        count += told[2]
    return count


def test_a_one_use_coupon_shown_by_twenty_racers_in_several_processes_works_once(shop):
    """vendure#4660, medusa#13760, saleor#15855: a one-shot coupon reused by racing requests."""
    ps.add_coupons(shop, "SHAKE2")
    members = [shop.enrol(f"m{n}") for n in range(10)]
    buyers = [*members, *[None] * 10]
    queues = [
        [ps.commit(shop, buyer, 100, number=f"n{n}", codes=["SHAKE2"])]
        for n, buyer in enumerate(buyers)
    ]
    answers = flat(in_processes(shop.access, shop.now, queues, processes=4))
    assert accepted(answers, "SHAKE2") == 1
    assert sum(ps.discount_of(answer) for answer in answers) == 1000
    assert ps.coupon(shop, "SHAKE2") == (1, {}, "ready")


def test_a_coupon_of_three_uses_works_three_times_however_many_race(shop):
    """shopper#510: a usage limit oversold."""
    ps.add_coupons(shop, "THREE3", uses=3)
    members = [shop.enrol(f"m{n}") for n in range(12)]
    queues = [
        [ps.commit(shop, m, 100, number=f"{n}-{i}", codes=["THREE3"]) for i in range(2)]
        for n, m in enumerate(members)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert accepted(answers, "THREE3") == 3
    assert ps.coupon(shop, "THREE3") == (3, {}, "ready")


def test_one_coupon_many_times_in_one_batch_works_once(shop):
    ps.add_coupons(shop, "SHAKE2")
    members = [shop.enrol(f"m{n}") for n in range(5)]
    commands = [
        ps.commit(shop, members[n % 5], 100, number=str(n), codes=["SHAKE2"]) for n in range(30)
    ]

    async def together():
        return await asyncio.gather(*map(shop.desk.submit, commands))

    assert accepted(shop.run(together()), "SHAKE2") == 1
    assert ps.coupon(shop, "SHAKE2") == (1, {}, "ready")


def test_one_receipt_with_a_coupon_sent_by_many_is_one_sale_and_one_use(shop):
    ps.add_coupons(shop, "FEW555", uses=5)
    command = ps.commit(shop, shop.enrol("anna"), 100, number="1", codes=["FEW555"])
    answers = flat(at_once(shop.access, shop.now, [[command]] * 16))
    assert all(answer == answers[0] for answer in answers)
    assert ps.coupon(shop, "FEW555") == (1, {}, "ready")


def test_of_two_quotes_for_one_use_the_second_sale_hears_that_its_quote_changed(shop):
    ps.add_coupons(shop, "SHAKE2")
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    quotes = [shop.ask(ps.quote(shop, member, 100, codes=["SHAKE2"])) for member in (anna, boris)]
    assert [ps.discount_of(quote) for quote in quotes] == [1000, 1000]
    queues = [
        [ps.commit(shop, member, 100, number=name, quote=quote.token)]
        for member, name, quote in zip((anna, boris), "ab", quotes, strict=True)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    (won,) = [answer for answer in answers if isinstance(answer, SaleView)]
    (lost,) = [answer for answer in answers if isinstance(answer, QuoteChanged)]
    assert ps.discount_of(won) == 1000
    assert ps.discount_of(lost.fresh) == 0
    assert lost.fresh.decision.codes[0][2] is False


def test_what_a_quote_holds_of_a_coupon_is_there_for_its_sale_alone(shop):
    ps.add_coupons(shop, "SHAKE2")
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    held = shop.ask(ps.quote(shop, anna, 100, codes=["SHAKE2"], hold=True))
    assert held.held
    assert list(ps.coupon(shop, "SHAKE2")[1])
    thieves = [ps.commit(shop, boris, 100, number=f"t{n}", codes=["SHAKE2"]) for n in range(6)]
    owner = ps.commit(shop, anna, 100, number="owner", quote=held.token)
    answers = flat(at_once(shop.access, shop.now, [[owner], *([thief] for thief in thieves)]))
    assert ps.discount_of(answers[0]) == 1000
    assert accepted(answers[1:], "SHAKE2") == 0
    assert ps.coupon(shop, "SHAKE2") == (1, {}, "ready")


def test_two_held_quotes_for_one_use_cannot_both_have_it(shop):
    ps.add_coupons(shop, "SHAKE2")
    members = [shop.enrol(f"m{n}") for n in range(8)]
    queues = [[ps.quote(shop, m, 100, codes=["SHAKE2"], hold=True)] for m in members]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert all(isinstance(answer, QuoteView) for answer in answers)
    assert sorted(ps.discount_of(answer) for answer in answers) == [0] * 7 + [1000]
    uses, reserved, _ = ps.coupon(shop, "SHAKE2")
    assert (uses, len(reserved)) == (0, 1)


def test_a_hold_ends_by_the_clock_and_the_coupon_is_free_again(shop):
    ps.add_coupons(shop, "SHAKE2")
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    held = shop.ask(ps.quote(shop, anna, 100, codes=["SHAKE2"], hold=True))
    assert (
        accepted([shop.ask(ps.commit(shop, boris, 100, number="1", codes=["SHAKE2"]))], "SHAKE2")
        == 0
    )
    shop.now = held.valid_until + timedelta(seconds=1)
    assert (
        accepted([shop.ask(ps.commit(shop, boris, 100, number="2", codes=["SHAKE2"]))], "SHAKE2")
        == 1
    )
    with pytest.raises(QuoteChanged):
        shop.ask(ps.commit(shop, anna, 100, number="3", quote=held.token))


def test_a_cancelled_quote_lets_its_coupon_go(shop):
    ps.add_coupons(shop, "SHAKE2")
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    held = shop.ask(ps.quote(shop, anna, 100, codes=["SHAKE2"], hold=True))
    shop.ask(CancelQuote(held.token, shop.now))
    shop.ask(CancelQuote(held.token, shop.now))
    assert ps.coupon(shop, "SHAKE2") == (0, {}, "ready")
    assert (
        accepted([shop.ask(ps.commit(shop, boris, 100, number="1", codes=["SHAKE2"]))], "SHAKE2")
        == 1
    )


def test_a_hold_asked_for_again_under_its_key_holds_one_use(shop):
    ps.add_coupons(shop, "TWICE2", uses=2)
    anna = shop.enrol("anna")
    for _ in range(3):
        shop.ask(ps.quote(shop, anna, 100, codes=["TWICE2"], hold=True, key=b"k" * 32))
    assert len(ps.coupon(shop, "TWICE2")[1]) == 1
    shop.ask(ps.quote(shop, anna, 100, codes=["TWICE2"], hold=True, key=b"m" * 32))
    assert len(ps.coupon(shop, "TWICE2")[1]) == 2


def test_cancel_racing_commit_of_a_held_coupon_ends_in_one_of_the_two(shop):
    codes = [f"RACE{n}{n}" for n in range(2, 6)]
    ps.add_coupons(shop, *codes)
    anna = shop.enrol("anna")
    for code in codes:
        held = shop.ask(ps.quote(shop, anna, 100, codes=[code], hold=True))
        sale = ps.commit(shop, anna, 100, number=code, quote=held.token)
        sold, _ = flat(
            at_once(shop.access, shop.now, [[sale], [CancelQuote(held.token, shop.now)]])
        )
        assert ps.discount_of(sold) == 1000
        assert ps.coupon(shop, code) == (1, {}, "ready")


def test_a_whole_return_gives_the_use_back_and_a_part_of_it_does_not(shop):
    ps.add_coupons(shop, "SHAKE2")
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    shop.ask(ps.commit(shop, anna, 100, number="1", codes=["SHAKE2"]))
    assert isinstance(shop.ask(ps.give_back(shop, "r1", "1", {"1": 1000})), ReturnView)
    assert ps.coupon(shop, "SHAKE2")[0] == 1
    shop.ask(ps.give_back(shop, "r2", "1"))
    assert ps.coupon(shop, "SHAKE2")[0] == 0
    queues = [[ps.commit(shop, boris, 100, number=f"b{n}", codes=["SHAKE2"])] for n in range(6)]
    assert accepted(flat(at_once(shop.access, shop.now, queues)), "SHAKE2") == 1


def test_returns_and_sales_with_one_coupon_never_bring_it_over_its_uses(shop):
    ps.add_coupons(shop, "AGAIN2", uses=2)
    members = [shop.enrol(f"m{n}") for n in range(4)]
    queues = [
        [
            command
            for i in range(4)
            for command in (
                ps.commit(shop, m, 100, number=f"{n}-{i}", codes=["AGAIN2"]),
                ps.give_back(shop, f"r{n}-{i}", f"{n}-{i}"),
            )
        ]
        for n, m in enumerate(members)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert ps.coupon(shop, "AGAIN2") == (0, {}, "ready")


def test_a_coupon_is_good_for_its_owner_in_its_time_and_what_else_is_said_is_the_same(shop):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    day = timedelta(days=1)
    ps.add_coupons(shop, "MINE22", owner=anna, transferable=False)
    ps.add_coupons(shop, "LATE22", since=shop.now + day)
    ps.add_coupons(shop, "PAST22", until=shop.now)
    ps.add_coupons(shop, "DEAD22")
    shop.tamper("UPDATE rewards_coupon_batch SET status = 'revoked' WHERE code = 'batch-DEAD22'")
    reasons = set()
    for n, code in enumerate(("MINE22", "LATE22", "PAST22", "DEAD22", "NEVER2")):
        sale = shop.ask(ps.commit(shop, boris, 100, number=str(n), codes=[code]))
        (told,) = sale.decision.codes
        assert ps.discount_of(sale) == 0
        reasons.add(repr(told[2:]))
    assert len(reasons) == 1
    assert (
        accepted([shop.ask(ps.commit(shop, anna, 100, number="x", codes=["MINE22"]))], "MINE22")
        == 1
    )


def test_asking_about_another_moment_or_trying_a_sale_out_touches_no_coupon(shop):
    ps.add_coupons(shop, "SHAKE2")
    anna = shop.enrol("anna")
    shop.sell(anna, 10)
    tables = (
        "rewards_coupon",
        "rewards_coupon_event",
        "till_allowance",
        "till_sale",
        "ledger_account",
    )
    before = shop.rows(*tables)
    at = shop.now + timedelta(days=1)
    past = ps.quote(shop, anna, 100, codes=["SHAKE2"], at=at, rewind=True, hold=True)
    tried = [
        shop.ask(ps.commit(shop, anna, 100, number="d", codes=["SHAKE2"], dry_run=True)),
        shop.ask(ps.quote(shop, anna, 100, codes=["SHAKE2"])),
        shop.run(shop.desk.look_back(past)),
    ]
    assert [ps.discount_of(answer) for answer in tried] == [1000] * 3
    assert shop.rows(*tables) == before
