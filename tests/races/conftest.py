"""A shop with a real database for races; its books are proved after every one of them."""

from collections.abc import Iterator

import pytest
from till_shop import Shop, open_shop

from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.dsn import Access


@pytest.fixture
def shop(django_on_fresh_database: Access) -> Iterator[Shop]:
    with open_shop(django_on_fresh_database) as opened:
        yield opened
    verdict = verify_books()
    assert verdict.books_are_right, verdict.differences
