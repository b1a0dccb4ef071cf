"""What the jobs post by the clock is what the next visit would have posted."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from till_shop import BOOKS, DOCUMENT, NOW, open_shop

from regulars.contexts.ledger.models import LedgerAccount, LedgerTransaction
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.jobs import KEYS_REMEMBERED, forget_old_keys, post_what_is_due
from regulars.contexts.till.models import Claim
from regulars.contexts.till.types import CommitSale, MemberKey
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.database.lead import django_on

IDLE = {
    **DOCUMENT,
    "currencies": {
        "points": {
            "title": "Points",
            "redeem": {"kind": "money", "worth": 1},
            "expiry": {"kind": "inactivity", "after": {"days": 20}},
        },
        "late": DOCUMENT["currencies"]["late"],
    },
}


@pytest.fixture
def make_shop(make_database, drop_database, django_db_blocker):
    """Opens shops in databases of their own, one after the other."""
    with django_db_blocker.unblock(), ExitStack() as stack:

        def make(document=DOCUMENT):
            access = make_database()
            stack.callback(drop_database, access)
            stack.enter_context(django_on(access))
            return stack.enter_context(open_shop(access, document))

        yield make


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


@pytest.fixture
def job_at(monkeypatch):
    """Runs the hourly job at a moment."""

    def run(shop, moment):
        shop.now = moment
        monkeypatch.setattr("regulars.contexts.till.jobs.utc_now", lambda: moment)
        post_what_is_due(timestamp=0)

    return run


def live(shop, at_every_day):
    """A member's 60 days; `at_every_day` is called every night."""
    member = shop.enrol("m")
    for day in range(60):
        shop.now = NOW + timedelta(days=day)
        if day in (0, 7, 11, 40):
            shop.sell(member, 400)
        if day == 9:
            shop.quote(member, 300, points=20, late=500, hold=True)
        at_every_day(shop, shop.now + timedelta(hours=11))
    shop.now = NOW + timedelta(days=61)
    shop.sell(member, 10)
    return member


def told(shop, member):
    """The transactions as they tell of themselves, but for when they were posted and their ids."""
    rows = LedgerTransaction.objects.filter(member_id=member.id).order_by("seq")
    return [
        (
            row.kind,
            row.occurred_at,
            row.version,
            row.postings,
            [_without_source(m) for m in row.lots],
        )
        for row in rows
    ]


def _without_source(move):
    return [*move[:3], *move[4:]] if move[0] == "+" else move


@pytest.mark.parametrize("document", [DOCUMENT, IDLE], ids=["by date", "by inactivity"])
def test_the_job_makes_the_same_books_as_the_next_visit(make_shop, job_at, document):
    lazy = make_shop(document)
    seldom = live(lazy, lambda shop, night: None)
    books = told(lazy, seldom), lazy.books(seldom)
    assert {kind for kind, *_ in books[0]} >= {"activate", "expire", "hold", "release", "sale"}
    eager = make_shop(document)
    nightly = live(eager, job_at)
    assert told(eager, nightly) == books[0]
    assert eager.books(nightly).balances == books[1].balances
    assert verify_books().books_are_right


def test_the_job_posts_what_is_due_of_all_members_and_nothing_twice(shop, job_at, monkeypatch):
    monkeypatch.setattr("regulars.contexts.till.jobs._AT_ONCE", 4)
    monkeypatch.setattr("regulars.contexts.ledger.usecases.sealing._LOCKED_AT_ONCE", 3)
    members = [shop.enrol(f"m{i}") for i in range(10)]
    for member in members:
        shop.sell(member, 100)
    job_at(shop, NOW + timedelta(days=2))
    assert not LedgerTransaction.objects.exclude(kind="sale").exists()
    job_at(shop, NOW + timedelta(days=3))
    assert LedgerTransaction.objects.filter(kind="activate").count() == 10
    before = shop.rows(*BOOKS)
    job_at(shop, NOW + timedelta(days=3, hours=1))
    assert shop.rows(*BOOKS) == before
    assert verify_books().books_are_right


def test_jobs_at_once_post_everything_once(shop, at_once):
    members = [shop.enrol(f"m{i}") for i in range(12)]
    for member in members:
        shop.sell(member, 100)
    now = NOW + timedelta(days=40)
    programme = compiled_at(now)
    done = at_once([lambda: post_due(programme, limit=100, after=None, now=now)] * 4)
    assert done == [None] * 4
    assert LedgerTransaction.objects.filter(kind="activate").count() == 12
    assert LedgerTransaction.objects.filter(kind="expire").count() == 12
    assert verify_books().books_are_right


def test_a_member_in_debt_is_not_forgotten(shop, job_at):
    member = shop.enrol("m")
    sale = shop.sell(member, 1000)
    shop.sell(member, 100, points=90)
    shop.give_back(sale.key)
    assert shop.books(member).balances["points"].active < 0
    job_at(shop, NOW + timedelta(days=4))
    assert LedgerTransaction.objects.filter(kind="activate").count() == 1
    assert LedgerAccount.objects.get(member_id=member.id).version > 3


def test_without_a_programme_there_is_nothing_to_do(shop, job_at):
    job_at(shop, NOW - timedelta(days=5000))


def test_keys_are_forgotten_after_45_days_and_receipt_numbers_never(shop, monkeypatch):
    member = shop.enrol("m")
    for number in range(3):
        shop.now = NOW + timedelta(days=number)
        receipt = shop.receipt(100, number=f"r{number}")
        key = bytes([number]) * 32
        shop.ask(CommitSale(receipt, MemberKey(ref=member), b"d" * 32, {}, key_digest=key))
    monkeypatch.setattr("regulars.contexts.till.jobs._AT_ONCE", 1)
    now = NOW + KEYS_REMEMBERED + timedelta(days=1, seconds=1)
    monkeypatch.setattr("regulars.contexts.till.jobs.utc_now", lambda: now)
    forget_old_keys(timestamp=0)
    left = dict(Claim.objects.values_list("number", "key_digest"))
    assert left.keys() == {"r0", "r1", "r2"}
    assert {number for number, key in left.items() if key is not None} == {"r2"}
