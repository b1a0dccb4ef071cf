"""What is bought together is counted as it is on the receipts, and nobody is offered what they have."""

from datetime import datetime

import pyarrow as pa
import pytest

from regulars.analytics.affinity import best_pairs, count_basket, next_offers
from regulars.analytics.books import books_of_file
from regulars.analytics.engine import open_engine

AT = datetime(2026, 1, 1, 12)  # noqa: DTZ001  (wall clocks have no zone)
# Receipts as (customer, goods): bread goes with butter; milk goes with nothing.
RECEIPTS = [
    *[("a", ("bread", "butter"))] * 3,
    *[("b", ("bread", "butter"))] * 2,
    ("c", ("bread",)),
    ("c", ("milk",)),
    *[(None, ("milk",))] * 3,
]


@pytest.fixture
def books():
    rows = [(f"r{n}", who, sku) for n, (who, goods) in enumerate(RECEIPTS) for sku in goods]
    table = {
        "receipt": [row[0] for row in rows],
        "customer": pa.array([row[1] for row in rows], pa.string()),
        "at": pa.array([AT] * len(rows), pa.timestamp("us")),
        **{name: [""] * len(rows) for name in ("store", "channel", "category")},
        "sku": [row[2] for row in rows],
        "name": [row[2].title() for row in rows],
        "quantity": [1000] * len(rows),
        "amount_minor": [500] * len(rows),
        "kind": ["sale"] * len(rows),
    }
    with open_engine("duckdb") as engine:
        yield books_of_file(engine, pa.table(table))


def test_pairs_are_counted_as_they_are_on_receipts(books):
    (pair,) = best_pairs(books, count_basket(books, least_receipts=2))
    assert (pair.first, pair.second, pair.both, pair.receipts) == ("bread", "butter", 5, 10)
    assert (pair.first_receipts, pair.second_receipts) == (6, 5)
    assert pair.support == pytest.approx(0.5)
    assert pair.confidence == pytest.approx(5 / 6)
    assert pair.lift == pytest.approx(5 * 10 / (6 * 5))


def test_only_who_has_not_bought_it_is_offered_it(books):
    basket = count_basket(books, least_receipts=2)
    (offer,) = books.engine.rows(next_offers(books, basket))
    assert (offer["customer"], offer["sku"], offer["because"]) == ("c", "butter", "bread")
    assert offer["confidence"] == 833_333
    assert offer["value_minor"] == 416
