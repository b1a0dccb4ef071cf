"""`verify` proves orders, stock and referrals, and names whatever was changed in them."""

import pytest
from tamperings_of_rewards import DOCUMENT, TAMPERINGS, Rewarded
from till_shop import open_shop

from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.database.lead import django_on


@pytest.fixture(scope="module")
def module_books(make_database, drop_database, django_db_blocker):
    access = make_database()
    with django_db_blocker.unblock(), django_on(access), open_shop(access, DOCUMENT) as shop:
        books = Rewarded(shop)
        books.keep()
        yield books
    drop_database(access)


@pytest.fixture
def books(module_books):
    yield module_books
    module_books.restore()


def test_sound_orders_and_referrals_are_right(books):
    verdict = verify_books()
    assert verdict.books_are_right, verdict.differences
    assert books.shop.books(books.boris).balances["points"].pending == 50


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_is_named(books, what):
    tamper, expected = TAMPERINGS[what]
    tamper(books)
    assert {difference.code for difference in verify_books().differences} == expected
