"""What is posted after a month was closed leaves that month as it was, and counts in the next."""

from datetime import UTC, datetime, timedelta

import pytest
from till_shop import open_shop

from regulars.contexts.ledger.queries import read_vintages
from regulars.contexts.programme.queries import compiled_at
from regulars.core.economics.vintages import Closed, in_month, standing
from regulars.kit.transactions import in_transaction

OCTOBER = 2025 * 12 + 9
CLOSED = Closed(OCTOBER, datetime(2025, 11, 5, tzinfo=UTC))


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, now=datetime(2025, 10, 20, 12, tzinfo=UTC)) as shop:
        yield shop


def read(shop, *closed):
    zone = compiled_at(shop.now).zone
    return in_transaction(lambda: read_vintages(zone, closed))


def test_a_late_receipt_and_a_return_after_a_close_leave_the_closed_month_alone(shop):
    anna = shop.enrol("anna")
    sale = shop.sell(anna, 1000)
    then = read(shop, CLOSED)
    assert then.late == 0
    shop.now = datetime(2025, 11, 10, 12, tzinfo=UTC)
    shop.sell(anna, 400, at=shop.now - timedelta(days=15))
    shop.give_back(sale.key)
    now, unclosed = read(shop, CLOSED), read(shop)
    october, november = (in_month(now.flows["points"], OCTOBER + n) for n in (0, 1))
    assert october == in_month(then.flows["points"], OCTOBER)
    assert (october.granted, november.granted) == (100, 38 - 100)  # she is gold by then: 5 % off
    assert set(now.flows["points"]) == {OCTOBER}  # both are of October's points
    assert now.late > 0
    assert in_month(unclosed.flows["points"], OCTOBER).granted == 138
    ends = [standing(books.flows["points"][OCTOBER], OCTOBER + 1) for books in (now, unclosed)]
    assert ends[0] == ends[1]
