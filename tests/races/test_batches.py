"""What is decided together, beside others, or again: every order of things gives the same books."""

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import asyncpg
import psycopg
import pytest
from races.crowd import at_once, in_threads
from till_shop import DOCUMENT, Shop, open_shop

from regulars.contexts.ledger.models import LedgerTransaction
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till import batch as batches
from regulars.contexts.till.models import Claim, Sale
from regulars.contexts.till.types import (
    CommitSale,
    KeyReused,
    MemberKey,
    QuoteChanged,
    ReadBooks,
    ReturnGoods,
    SaleKey,
    SaleView,
    TillBusy,
)
from regulars.contexts.till.usecases import desk as desks
from regulars.contexts.till.usecases.desk import open_desk
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.till.decision import PaymentNotPossible
from regulars.kit.database.lead import django_on


def commit(shop: Shop, member, price: int, number: str, *, key=None, at=None, quote=None, **pay):
    receipt = shop.receipt(price, number=number, at=at)
    digest = sha256(repr((receipt, member, pay)).encode()).digest()
    who = None if member is None else MemberKey(ref=member)
    return CommitSale(receipt, who, digest, pay, quote, key)


def give_back(shop: Shop, number: str, sale: str, lines=None) -> ReturnGoods:
    digest = sha256(repr((number, sale, lines)).encode()).digest()
    return ReturnGoods(number, "s1", "t1", shop.now, SaleKey("s1", "t1", sale), digest, lines)


def together(shop: Shop, *commands):
    """The results of commands that are taken up in one batch, in which each goes its own way."""

    async def ask():
        asked = [shop.desk.submit(command) for command in commands]
        return await asyncio.gather(*asked, return_exceptions=True)

    return shop.run(ask())


@contextmanager
def before_the_first_save(monkeypatch, act):
    """Do `act` when a batch has decided and not yet saved, once."""
    save, left = batches.Batch._save, [act]

    async def disturbed(self, decided):
        if left and decided:
            await asyncio.to_thread(left.pop())
        await save(self, decided)

    with monkeypatch.context() as patch:
        patch.setattr(batches.Batch, "_save", disturbed)
        yield
    assert not left, "nothing was saved"


@contextmanager
def locked(shop: Shop, member):
    """Somebody holds the member's account and does not let go."""
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        connection.execute(
            "SELECT 1 FROM ledger_account WHERE bucket = %s AND member_id = %s FOR UPDATE", member
        )
        yield connection
        connection.rollback()


def test_one_receipt_many_times_in_a_batch_is_one_sale(shop: Shop):
    anna = shop.enrol("anna")
    answers = together(shop, *[commit(shop, anna, 100, "1")] * 40)
    assert all(answer == answers[0] for answer in answers), answers
    assert [answer.replayed for answer in answers].count(False) == 1
    assert Sale.objects.count() == 1


def test_one_key_for_two_receipts_in_a_batch_harms_nobody_else(shop: Shop):
    members = [shop.enrol(f"m{n}") for n in range(5)]
    key = b"k" * 32
    commands = [commit(shop, members[n % 5], 50, str(n)) for n in range(80)]
    commands[40] = replace(commands[40], key_digest=key)
    commands[41] = replace(commands[41], key_digest=key)
    answers = together(shop, *commands)
    assert isinstance(answers.pop(41), KeyReused)
    assert all(isinstance(answer, SaleView) for answer in answers), answers
    assert Sale.objects.count() == Claim.objects.count() == 79


def test_a_refusal_that_rests_on_a_sale_which_did_not_come_about_is_taken_back(
    shop: Shop, monkeypatch
):
    anna = shop.enrol("anna")
    shop.sell(anna, 1000)  # a hundred points
    first = commit(shop, anna, 200, "first", points=80)
    second = commit(shop, anna, 200, "second", points=80)

    def somebody_brings_points():
        (answer,) = at_once(shop.access, shop.now, [[commit(shop, anna, 1000, "elsewhere")]])
        assert isinstance(answer[0], SaleView)

    with before_the_first_save(monkeypatch, somebody_brings_points):
        answers = shop.run(shop.desk.run([first, second]))
    assert all(isinstance(answer, SaleView) for answer in answers), answers


def test_a_look_at_the_books_shows_nothing_that_was_not_saved(shop: Shop, monkeypatch):
    anna = shop.enrol("anna")
    shop.sell(anna, 100)

    def somebody_else():
        at_once(shop.access, shop.now, [[commit(shop, anna, 500, "elsewhere")]])

    with before_the_first_save(monkeypatch, somebody_else):
        look = ReadBooks(MemberKey(ref=anna), shop.now)
        sale, books = shop.run(shop.desk.run([commit(shop, anna, 200, "here"), look]))
    assert sale.balances["points"].active == books.balances["points"].active == 10 + 50 + 20


def test_a_locked_account_holds_up_nobody_else(shop: Shop):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    shop.sell(anna, 100)
    shop.sell(boris, 100)

    async def story(connection):
        waiting = asyncio.ensure_future(shop.desk.submit(commit(shop, anna, 100, "a")))
        for n in range(20):
            sold = await asyncio.wait_for(shop.desk.submit(commit(shop, boris, 10, f"b{n}")), 3)
            assert isinstance(sold, SaleView)
        assert not waiting.done()
        connection.rollback()
        return await asyncio.wait_for(waiting, 10)

    with locked(shop, anna) as connection:
        assert isinstance(shop.run(story(connection)), SaleView)


def test_an_account_that_stays_locked_is_told_as_busy_and_nothing_has_happened(
    shop: Shop, monkeypatch
):
    monkeypatch.setattr(batches, "STUCK_MAX", 8)
    anna = shop.enrol("anna")
    shop.sell(anna, 100)
    with locked(shop, anna):
        (answer,) = together(shop, commit(shop, anna, 100, "a"))
        (listed,) = shop.run(shop.desk.run([commit(shop, anna, 100, "b")]))
    assert isinstance(answer, TillBusy)
    assert isinstance(listed, TillBusy)
    assert Sale.objects.count() == 1
    assert isinstance(together(shop, commit(shop, anna, 100, "a"))[0], SaleView)


def test_what_needs_more_of_the_books_is_not_overtaken_by_a_later_sale(shop: Shop):
    anna = shop.enrol("anna")
    shop.sell(anna, 1000, at=shop.now - timedelta(days=10))
    # Points have ripened since: the first sale must post that, and so needs lots it has not asked for.
    numbers = [f"n{n}" for n in range(6)]
    at = [shop.now - timedelta(hours=9 - n) for n in range(6)]
    commands = [commit(shop, anna, 100, n, at=a) for n, a in zip(numbers, at, strict=True)]
    answers = shop.run(shop.desk.run(commands))
    assert [answer for answer in answers if not isinstance(answer, SaleView)] == []
    assert not any(answer.late for answer in answers)
    posted = list(LedgerTransaction.objects.order_by("seq").values_list("kind", "occurred_at"))
    assert [when for kind, when in posted if kind == "sale"][1:] == at
    assert posted[1][0] == "activate"


@pytest.mark.parametrize("saved", [True, False])
def test_a_connection_lost_at_the_save_leaves_one_sale_and_an_answer(
    shop: Shop, monkeypatch, saved: bool
):
    anna = shop.enrol("anna")
    fetchval, left = asyncpg.Connection.fetchval, [True]

    async def cut(self, query, *arguments, **more):
        if "till_save" not in query or not left:
            return await fetchval(self, query, *arguments, **more)
        left.clear()
        if saved:
            await fetchval(self, query, *arguments, **more)
        self.terminate()
        raise asyncpg.ConnectionDoesNotExistError("cut")

    monkeypatch.setattr(asyncpg.Connection, "fetchval", cut)
    first, second = together(shop, commit(shop, anna, 100, "1"), commit(shop, anna, 300, "2"))
    assert not left
    assert (first.replayed, second.replayed) == (saved, saved)
    assert Sale.objects.count() == 2
    assert shop.books(anna).balances["points"].active == 40


def test_late_receipts_keep_their_order_however_sales_and_returns_alternate(shop: Shop):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    commands = []
    for n in range(90):
        commands.append(commit(shop, (anna, boris, None)[n % 3], 100, f"s{n}"))
        commands.append(give_back(shop, f"r{n}", f"s{n}", {"1": 1000}))
    answers = shop.run(shop.desk.run(commands))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert shop.books(anna).visits == 30


def test_a_hold_that_times_out_while_its_sale_is_committed_frees_the_points_once(shop: Shop):
    anna = shop.enrol("anna")
    shop.sell(anna, 1000)
    quote = shop.quote(anna, 100, hold=True, points=60)
    queues = [[commit(shop, anna, 100, "held", quote=quote.token, at=shop.now)]]
    queues += [[commit(shop, anna, 50, f"x{n}", points=40)] for n in range(4)]
    answers = [a for (a,) in at_once(shop.access, quote.valid_until + timedelta(seconds=1), queues)]
    assert isinstance(answers[0], QuoteChanged), answers[0]
    sold = [answer for answer in answers if isinstance(answer, SaleView)]
    assert 1 <= len(sold) <= 3
    assert all(isinstance(answer, SaleView | PaymentNotPossible) for answer in answers[1:])
    assert shop.books(anna, quote.valid_until + timedelta(seconds=1)).balances["points"].held == 0


def test_workers_and_a_till_that_post_what_is_due_post_it_once(shop: Shop):
    members = [shop.enrol(f"m{n}") for n in range(6)]
    for member in members:
        shop.sell(member, 100, at=shop.now - timedelta(days=20))
    programme = compiled_at(shop.now)
    queue = [commit(shop, member, 100, f"s{n}") for n, member in enumerate(members)]
    works = [lambda: post_due(programme, limit=100, after=None, now=shop.now)] * 3
    *_, sold = in_threads([*works, lambda: at_once(shop.access, shop.now, [queue])])
    assert all(isinstance(answer, SaleView) for (answers) in sold for answer in answers)
    assert LedgerTransaction.objects.filter(kind="activate").count() == len(members)


@asynccontextmanager
async def two_desks(shop: Shop):
    opened = [
        await open_desk(shop.access.app, secret=b"s" * 32, clock=lambda: shop.now) for _ in range(2)
    ]
    yield opened
    for desk in opened:
        await desk.close()


def stream_of(shop: Shop, members):
    """Sales, some of them paid with points or late, returns of them, in the order of the members' days."""
    stream = []
    for n in range(48):
        member = n % len(members)
        at = shop.now - timedelta(days=20) + timedelta(hours=7 * n - (90 if n % 11 == 10 else 0))
        pay = {"points": None} if n % 4 == 3 else {}
        stream.append((member, commit(shop, members[member], 90 + 7 * n, str(n), at=at, **pay)))
        if n % 6 == 5:
            stream.append((member, give_back(shop, f"r{n}", str(n), {"1": 1000})))
    return stream


def test_single_calls_batches_and_two_desks_by_member_make_equal_books(
    make_database, drop_database, django_db_blocker
):
    def singly(shop, stream):
        for _, command in stream:
            shop.ask(command)

    def in_batches(shop, stream):
        shop.run(shop.desk.run([command for _, command in stream]))

    def by_two_desks(shop, stream):
        async def at_desk(desk, part):
            for command in part:
                await desk.submit(command)

        async def work():
            async with two_desks(shop) as opened:
                parts = [[c for member, c in stream if member == m] for m in range(4)]
                await asyncio.gather(
                    *(at_desk(opened[m % 2], part) for m, part in enumerate(parts))
                )

        shop.run(work())

    books = [
        _books_after(work, make_database, drop_database, django_db_blocker)
        for work in (singly, in_batches, by_two_desks)
    ]
    assert books[0] == books[1] == books[2]


def _books_after(work, make_database, drop_database, django_db_blocker):
    access = make_database()
    try:
        with django_db_blocker.unblock(), django_on(access), open_shop(access, DOCUMENT) as shop:
            members = [shop.enrol(f"m{n}") for n in range(4)]
            work(shop, stream_of(shop, members))
            assert verify_books().books_are_right
            views = [shop.books(member) for member in members]
            return [
                (view.visits, view.tier, sorted(view.balances.items()), view.lots) for view in views
            ]
    finally:
        drop_database(access)


def test_tills_that_hurry_for_one_member_are_all_served_and_so_is_another(shop: Shop):
    anna, boris = shop.enrol("anna"), shop.enrol("boris")
    queues = [[commit(shop, anna, 10, f"{t}-{n}") for n in range(10)] for t in range(8)]
    queues.append([commit(shop, boris, 10, f"b-{n}") for n in range(10)])
    answers = at_once(shop.access, shop.now, queues)
    assert all(isinstance(answer, SaleView) for thread in answers for answer in thread)
    assert shop.books(anna).visits == 80


def test_a_desk_that_cannot_reach_the_database_says_so_after_its_patience(shop: Shop, monkeypatch):
    monkeypatch.setattr(desks, "PATIENCE_S", 0.5)
    anna = shop.enrol("anna")

    async def refuse(*arguments, **more):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.Connection, "fetch", refuse)
        (answer,) = together(shop, commit(shop, anna, 100, "1"))
    assert getattr(answer, "code", "") == "database.unavailable", answer
    assert isinstance(together(shop, commit(shop, anna, 100, "1"))[0], SaleView)
