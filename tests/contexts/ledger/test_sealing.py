"""Every day that is over gets one seal over all that was posted on it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from till_shop import NOW, open_shop

from regulars.contexts.ledger.jobs import seal_past_days
from regulars.contexts.ledger.models import LedgerSeal, LedgerTransaction
from regulars.contexts.ledger.usecases.sealing import SEALED_AFTER, seal_days
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


def seal(now):
    return in_transaction(lambda: seal_days(now=now))


def seals():
    return list(LedgerSeal.objects.order_by("day").values_list("day", "transactions"))


def midnight(day):
    return datetime(2026, 5, day, tzinfo=UTC)


def test_nothing_is_sealed_before_anything_is_posted(shop):
    assert seal(NOW) == 0
    assert seals() == []


def test_a_day_is_sealed_an_hour_after_its_end_and_once(shop):
    shop.sell(shop.enrol("m"), 100)
    assert seal(midnight(2) + SEALED_AFTER - timedelta(microseconds=1)) == 0
    assert seal(midnight(2) + SEALED_AFTER) == 1
    (before,) = LedgerSeal.objects.all().values_list()
    assert seal(midnight(2) + SEALED_AFTER + timedelta(hours=5)) == 0
    assert list(LedgerSeal.objects.all().values_list()) == [before]


def test_days_on_which_nothing_happened_are_sealed_too(shop):
    member = shop.enrol("m")
    shop.sell(member, 100)
    shop.now = NOW + timedelta(days=4)
    shop.sell(member, 100)  # and the late points of the first purchase became active
    assert seal(NOW + timedelta(days=6)) == 6
    assert seals() == [
        (date(2026, 5, 1), 1),
        (date(2026, 5, 2), 0),
        (date(2026, 5, 3), 0),
        (date(2026, 5, 4), 0),
        (date(2026, 5, 5), 2),
        (date(2026, 5, 6), 0),
    ]
    assert verify_books().books_are_right


def test_midnight_belongs_to_the_day_that_begins(shop):
    member = shop.enrol("m")
    for moment in (midnight(2) - timedelta(microseconds=1), midnight(2)):
        shop.now = moment
        shop.sell(member, 100)
    assert seal(midnight(4)) == 2
    assert seals() == [(date(2026, 5, 1), 1), (date(2026, 5, 2), 1)]
    assert verify_books().books_are_right


def test_what_counts_is_when_it_was_posted_not_when_it_occurred(shop):
    shop.now = NOW + timedelta(days=2)
    shop.sell(shop.enrol("m"), 100, at=NOW)
    seal(NOW + timedelta(days=4))
    assert seals() == [(date(2026, 5, 3), 1), (date(2026, 5, 4), 0)]


def test_each_seal_goes_on_from_the_one_before(shop):
    member = shop.enrol("m")
    for day in range(3):
        shop.now = NOW + timedelta(days=day)
        shop.sell(member, 100)
        seal(shop.now)
    assert seal(NOW + timedelta(days=9)) == 7
    rows = list(LedgerSeal.objects.order_by("day").values_list("previous", "hash"))
    assert bytes(rows[0][0]) == bytes(32)
    for (_, before), (previous, _) in pairwise(rows):
        assert bytes(before) == bytes(previous)
    assert len({bytes(row[1]) for row in rows}) == len(rows)


def test_two_at_once_seal_each_day_once(shop, at_once):
    shop.sell(shop.enrol("m"), 100)
    done = at_once([lambda: seal(NOW + timedelta(days=5))] * 4)
    assert sorted(done) == [0, 0, 0, 5]
    assert len(seals()) == 5
    assert verify_books().books_are_right


def test_a_transaction_that_slips_into_a_sealed_day_is_named(shop):
    member = shop.enrol("m")
    shop.sell(member, 100)
    seal(NOW + timedelta(days=3))
    shop.now = NOW + timedelta(days=1)
    shop.sell(member, 100)
    (found,) = verify_books().differences
    assert (found.code, found.params) == ("verify.seal", (("day", "2026-05-02"),))


def test_days_before_the_first_seal_cannot_be_added(shop):
    member = shop.enrol("m")
    shop.sell(member, 100)
    seal(NOW + timedelta(days=1))
    shop.now = NOW - timedelta(days=3)
    shop.sell(shop.enrol("other"), 100)
    (found,) = verify_books().differences
    assert (found.code, found.params) == ("verify.seal", (("day", "2026-04-28"),))


def test_the_job_seals_by_the_clock(shop, monkeypatch):
    shop.sell(shop.enrol("m"), 100)
    monkeypatch.setattr("regulars.contexts.ledger.jobs.utc_now", lambda: NOW + timedelta(days=2))
    seal_past_days(timestamp=0)
    assert [day for day, _ in seals()] == [date(2026, 5, 1), date(2026, 5, 2)]
    assert LedgerTransaction.objects.count() == 1
