"""Two tills, or fifty, want the same thing at the same instant."""

import asyncio
from datetime import timedelta
from hashlib import sha256

from races.crowd import at_once, in_threads
from till_shop import DOCUMENT, Shop

from regulars.contexts.ledger.usecases.merging import merge_members
from regulars.contexts.ledger.usecases.points import adjust_points
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.models import Claim, GoodsReturn, Sale
from regulars.contexts.till.types import (
    CancelQuote,
    CancelView,
    CommitSale,
    KeyReused,
    MemberKey,
    QuoteChanged,
    ReceiptConflict,
    ReturnGoods,
    ReturnView,
    SaleKey,
    SaleView,
)
from regulars.contexts.till.usecases.desk import open_desk
from regulars.core.till.decision import PaymentNotPossible, PointsInsufficient
from regulars.core.till.returns import ReturnedMore
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction


def commit(shop: Shop, member, *prices: int, number: str, quote=None, key=None, at=None, **pay):
    receipt = shop.receipt(*prices, number=number, at=at)
    digest = sha256(repr((receipt, member, pay)).encode()).digest()
    who = None if member is None else MemberKey(ref=member)
    return CommitSale(receipt, who, digest, pay, quote, key)


def give_back(shop: Shop, number: str, sale: str, lines=None) -> ReturnGoods:
    digest = sha256(repr((number, sale, lines)).encode()).digest()
    return ReturnGoods(number, "s1", "t1", shop.now, SaleKey("s1", "t1", sale), digest, lines)


def flat(answers):
    return [answer for thread in answers for answer in thread]


def test_fifty_threads_that_commit_one_receipt_make_one_sale_and_hear_the_same(shop: Shop):
    member = shop.enrol("anna")
    command = commit(shop, member, 500, number="1", key=b"k" * 32)
    answers = flat(at_once(shop.access, shop.now, [[command]] * 50))
    assert all(isinstance(answer, SaleView) for answer in answers), answers
    assert len({repr(answer.id) for answer in answers}) == 1
    assert all(answer == answers[0] for answer in answers)
    assert [answer.replayed for answer in answers].count(False) == 1
    assert Sale.objects.count() == Claim.objects.count() == 1
    assert shop.books(member).balances["points"].active == 50


def test_an_anonymous_receipt_sent_by_many_is_one_sale(shop: Shop):
    command = commit(shop, None, 300, number="1")
    answers = flat(at_once(shop.access, shop.now, [[command]] * 12))
    assert all(answer == answers[0] for answer in answers)
    assert Sale.objects.count() == 1


def test_of_two_bodies_under_one_number_the_first_stands_and_the_other_is_told(shop: Shop):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    queues = [[commit(shop, member, 100, number="1")] for member in (anna, boris, None) * 5]
    answers = flat(at_once(shop.access, shop.now, queues))
    sold = [answer for answer in answers if isinstance(answer, SaleView)]
    assert len({answer.id for answer in sold}) == 1
    assert all(isinstance(a, SaleView | ReceiptConflict) for a in answers), answers
    assert len(sold) == 5


def test_one_key_for_two_receipts_serves_one_of_them(shop: Shop):
    member = shop.enrol("anna")
    queues = [[commit(shop, member, 100, number=str(n), key=b"k" * 32)] for n in range(8)]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert sum(isinstance(answer, SaleView) for answer in answers) == 1
    assert sum(isinstance(answer, KeyReused) for answer in answers) == 7
    assert Sale.objects.count() == 1


def test_two_tills_that_spend_one_balance_cannot_both(shop: Shop):
    member = shop.enrol("anna")
    shop.sell(member, 1000)
    first, second = (shop.quote(member, 200, points=80) for _ in range(2))
    queues = [
        [commit(shop, member, 200, number=n, quote=quote.token)]
        for n, quote in (("a", first), ("b", second))
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    (won,) = [answer for answer in answers if isinstance(answer, SaleView)]
    (lost,) = [answer for answer in answers if isinstance(answer, QuoteChanged)]
    assert won.decision.payments[0][1] == 80
    (offer,) = [option for option in lost.fresh.spendable if option.currency == "points"]
    assert lost.fresh.decision.payments[0][1] == offer.most == won.balances["points"].active < 80
    assert Sale.objects.count() == 2


def test_spending_without_quotes_never_overdraws(shop: Shop):
    member = shop.enrol("anna")
    shop.sell(member, 1000)
    queues = [[commit(shop, member, 60, number=f"x{n}", points=30)] for n in range(10)]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert all(
        isinstance(a, SaleView | PaymentNotPossible | PointsInsufficient) for a in answers
    ), answers
    assert shop.books(member).balances["points"].active >= 0
    assert 3 <= sum(isinstance(answer, SaleView) for answer in answers) <= 10


def test_a_hold_keeps_the_points_from_another_till(shop: Shop):
    member = shop.enrol("anna")
    shop.sell(member, 1000)
    quote = shop.quote(member, 200, hold=True, points=100)
    thief = [commit(shop, member, 200, number=f"x{n}", points=50) for n in range(6)]
    owner = commit(shop, member, 200, number="owner", quote=quote.token)
    answers = flat(at_once(shop.access, shop.now, [[owner], *([c] for c in thief)]))
    assert isinstance(answers[0], SaleView), answers[0]
    assert answers[0].decision.payments[0][1] == 100


def test_cancel_racing_commit_of_one_quote_ends_in_one_of_the_two(shop: Shop):
    member = shop.enrol("anna")
    shop.sell(member, 1000)
    for n in range(4):
        quote = shop.quote(member, 50, hold=True, points=10)
        sale = commit(shop, member, 50, number=f"s{n}", quote=quote.token)
        cancel = CancelQuote(quote.token, shop.now)
        sold, cancelled = flat(at_once(shop.access, shop.now, [[sale], [cancel]]))
        assert isinstance(sold, SaleView | QuoteChanged)
        assert isinstance(cancelled, CancelView)
        assert shop.books(member).balances["points"].held == 0


def test_returns_that_race_never_give_back_more_than_was_sold(shop: Shop):
    member = shop.enrol("anna")
    shop.sell(member, 500, 300, number="sale")
    queues = [[give_back(shop, f"r{n}", "sale", {"1": 1000})] for n in range(8)]
    queues += [[give_back(shop, f"w{n}", "sale")] for n in range(4)]
    answers = flat(at_once(shop.access, shop.now, queues))
    done = [answer for answer in answers if isinstance(answer, ReturnView)]
    assert all(isinstance(answer, ReturnView | ReturnedMore) for answer in answers), answers
    assert sum(answer.refund_minor for answer in done) == 80000
    assert GoodsReturn.objects.count() == len(done)
    assert shop.books(member).balances["points"].active == 0


def test_anonymous_returns_that_race_never_give_back_more_than_was_sold(shop: Shop):
    shop.sell(None, 500, number="sale")
    queues = [[give_back(shop, f"r{n}", "sale", {"1": 1000})] for n in range(10)]
    answers = flat(at_once(shop.access, shop.now, queues))
    done = [answer for answer in answers if isinstance(answer, ReturnView)]
    assert len(done) == 2
    assert sum(answer.refund_minor for answer in done) == 50000


def test_a_return_racing_a_spend_leaves_books_that_add_up(shop: Shop):
    for n in range(5):
        member = shop.enrol(f"m{n}")
        shop.sell(member, 1000, number=f"sale{n}")
        back = give_back(shop, f"r{n}", f"sale{n}")
        spend = commit(shop, member, 200, number=f"spend{n}", points=90)
        answers = flat(at_once(shop.access, shop.now, [[back], [spend]]))
        assert isinstance(answers[0], ReturnView)
        assert isinstance(answers[1], SaleView | PaymentNotPossible | PointsInsufficient)


def test_publishing_while_tills_quote_and_commit_keeps_every_promise(shop: Shop):
    member = shop.enrol("anna")
    quotes = [shop.quote(member, 100) for _ in range(8)]
    richer = {
        **DOCUMENT,
        "earning": [{**DOCUMENT["earning"][0], "params": {"points": 20, "per": 100}}],
    }
    queues = [
        [
            commit(shop, member, 100, number=f"{i}-{j}", quote=quotes[i * 2 + j].token)
            for j in range(2)
        ]
        for i in range(4)
    ]
    works = [lambda: shop.publish(richer, shop.now + timedelta(seconds=1))]
    works += [lambda queue=queue: at_once(shop.access, shop.now, [queue]) for queue in queues]
    published, *answers = in_threads(works)
    assert isinstance(published, int)
    for answer in flat(flat(answers)):
        assert isinstance(answer, SaleView)
        assert (answer.decision.version, answer.decision.awards[0][2]) == (1, 10)


def test_a_new_version_decides_from_its_first_moment_on_every_desk(shop: Shop):
    member = shop.enrol("anna")
    richer = {
        **DOCUMENT,
        "earning": [{**DOCUMENT["earning"][0], "params": {"points": 20, "per": 100}}],
    }
    since = shop.now + timedelta(hours=1)

    async def work() -> list[SaleView]:
        desks = [
            await open_desk(shop.access.app, secret=b"s" * 32, clock=lambda: shop.now)
            for _ in range(2)
        ]
        for i, desk in enumerate(desks):  # both have read the timeline as it was
            await desk.submit(commit(shop, member, 100, number=f"before{i}"))
        await asyncio.to_thread(shop.publish, richer, since)
        shop.now = since + timedelta(seconds=1)
        sales = [
            await desk.submit(commit(shop, member, 100, number=f"after{i}"))
            for i, desk in enumerate(desks)
        ]
        for desk in desks:
            await desk.close()
        return sales

    assert [sale.decision.version for sale in asyncio.run(work())] == [2, 2]


def test_a_merge_racing_sales_loses_no_point(shop: Shop):
    anna, double = shop.enrol("anna"), shop.enrol("double")
    shop.sell(anna, 100)
    shop.sell(double, 100)
    programme = compiled_at(shop.now)

    def merge():
        return in_transaction(
            lambda: merge_members(
                double, anna, programme=programme, reason_text="twice", now=shop.now, by=shop.by
            )
        )

    queues = [[commit(shop, double, 100, number=f"{i}-{j}") for j in range(3)] for i in range(3)]
    works = [
        merge,
        *(lambda queue=queue: at_once(shop.access, shop.now, [queue]) for queue in queues),
    ]
    merged, *answers = in_threads(works)
    assert not isinstance(merged, Exception), merged
    assert all(isinstance(answer, SaleView) for answer in flat(flat(answers)))
    assert shop.books(anna).balances["points"].active == 10 * 11


def test_a_correction_racing_sales_is_booked_beside_them(shop: Shop):
    member = shop.enrol("anna")
    programme = compiled_at(shop.now)

    def correct():
        return in_transaction(
            lambda: adjust_points(
                member,
                programme=programme,
                currency="points",
                amount=7,
                source=new_id(now=shop.now),
                reason_text="sorry",
                now=shop.now,
                by=shop.by,
            )
        )

    queue = [commit(shop, member, 100, number=str(n)) for n in range(10)]
    works = [correct, lambda: at_once(shop.access, shop.now, [queue]), correct]
    in_threads(works)
    assert shop.books(member).balances["points"].active == 100 + 14


def test_one_stream_gives_the_same_books_singly_and_in_batches(shop: Shop):
    states = []
    for most in (1, 7, 100):
        members = [shop.enrol(f"m{most}-{n}") for n in range(3)]
        stream = _stream(shop, members, f"{most}-")
        answers = []
        for start in range(0, len(stream), most):
            answers += shop.run(shop.desk.run(stream[start : start + most], now=shop.now))
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        books = [shop.books(member) for member in members]
        states.append(
            [(b.visits, b.tier, b.tier_until, sorted(b.balances.items()), b.lots) for b in books]
        )
    assert states[0] == states[1] == states[2]


def _stream(shop: Shop, members: list, prefix: str) -> list:
    stream = []
    for n in range(30):
        at = shop.now - timedelta(days=20) + timedelta(hours=13 * n)
        pay = {"points": None} if n % 4 == 3 else {}
        number = f"{prefix}{n}"
        stream.append(commit(shop, members[n % 3], 100 + 7 * n, number=number, at=at, **pay))
        if n % 5 == 4:
            stream.append(give_back(shop, f"r{number}", f"{prefix}{n - 3}", {"1": 1000}))
    return stream
