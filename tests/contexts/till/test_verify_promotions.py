"""`verify` proves coupons and shared limits, and names whatever was changed in them."""

import promotion_shop as ps
import pytest
from tamperings_of_promotions import DOCUMENT, TAMPERINGS, Promoted
from till_shop import open_shop

from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.database.lead import django_on


@pytest.fixture(scope="module")
def module_books(make_database, drop_database, django_db_blocker):
    access = make_database()
    with django_db_blocker.unblock(), django_on(access), open_shop(access, DOCUMENT) as shop:
        books = Promoted(shop)
        books.keep()
        yield books
    drop_database(access)


@pytest.fixture
def books(module_books):
    yield module_books
    module_books.restore()


def test_sound_coupons_and_limits_are_right(books):
    verdict = verify_books()
    assert verdict.books_are_right, verdict.differences
    assert ps.rows(books.shop, "SELECT code, uses FROM rewards_coupon WHERE uses > 0 ORDER BY code") == [
        ("FEW555", 1), ("SHAKE2", 1), ("SHAKE3", 1),
    ]  # fmt: skip
    issued = ps.rows(books.shop, "SELECT 1 FROM rewards_coupon WHERE batch = 'issued:ten'")
    assert len(issued) == 2
    assert set(ps.limits(books.shop)) == {"budget:spring:ever", "uses:auto:day"}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_is_named(books, what):
    tamper, expected = TAMPERINGS[what]
    tamper(books)
    assert {difference.code for difference in verify_books().differences} == expected


def test_a_chain_of_ten_thousand_limits_is_no_burden(books):
    """Limits of long gone periods stay: the proof adds them up like the others."""
    books.do(
        "INSERT INTO till_allowance SELECT 'uses:old:day', n, 0, 5, 5, 0"
        " FROM generate_series(1, 10000) AS n"
    )
    assert verify_books().books_are_right
