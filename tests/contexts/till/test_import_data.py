"""The shared data sets tie to their reference figures, as rows, as receipts and in the books."""

from datetime import UTC, datetime
from pathlib import Path

import promotion_shop as ps
import pyarrow.parquet
import pytest
from past_shop import books_of, bring
from receipt_files import rows_in
from till_shop import DOCUMENT, open_shop

from bench.promoted import retail_document
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import to_mapping
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import load


@pytest.fixture(scope="module")
def retail(shared_data):
    return rows_in(shared_data / "online_retail.parquet")


def test_online_retail_has_its_rows_customers_and_money(retail):
    source, layout, rows, slips = retail
    assert layout.preset == "online-retail"
    assert len(source) == 541_909
    assert sum(rows.amount) == 974_774_793
    assert len({customer for customer in rows.customer if customer}) == 4_372
    assert len({slip.customer for slip in slips if slip.customer}) == 4_372


def test_online_retail_sales_to_customers_are_those_of_the_reference(retail):
    _, _, rows, slips = retail
    sold = [
        row
        for slip in slips
        if not slip.is_return and slip.customer
        for row in slip.rows
        if rows.amount[row] or rows.price[row]
    ]
    assert len(sold) == 397_884
    assert len({rows.customer[row] for row in sold}) == 4_338
    assert sum(rows.amount[row] for row in sold) == 891_140_790


def test_every_row_of_online_retail_is_in_a_receipt_or_refused(retail):
    _, _, rows, slips = retail
    placed = sum(len(slip.rows) for slip in slips)
    assert placed + len(rows.problems) == 541_909
    assert sum(1 for slip in slips if slip.is_return) == 3_836
    cancelled = sum(len(slip.rows) for slip in slips if slip.is_return)
    assert cancelled == 9_288


def test_cdnow_has_its_rows_customers_and_money(shared_data):
    source, layout, rows, slips = rows_in(shared_data / "CDNOW_master.txt")
    assert layout.preset == "cdnow"
    assert (len(source), len(slips), rows.problems) == (69_659, 69_659, {})
    assert sum(rows.amount) == 250_031_563
    assert len(set(rows.customer)) == 23_570
    assert len({slip.key for slip in slips}) == 69_659


def test_the_cdnow_sample_is_a_part_of_the_whole_under_the_same_numbers(shared_data):
    """Whoever imports the sample after the whole adds nothing."""
    whole = {slip.number: slip.at for slip in rows_in(shared_data / "CDNOW_master.txt")[3]}
    source, _, rows, slips = rows_in(shared_data / "CDNOW_sample.txt")
    assert (len(source), rows.problems) == (6_919, {})
    assert len(set(rows.customer)) == 2_357
    assert all(whole[slip.number] == slip.at for slip in slips)


def test_completejourney_has_its_rows_money_and_categories(shared_data):
    folder = shared_data / "completejourney"
    source, layout, rows, slips = rows_in(folder / "transactions_sample.parquet")
    assert layout.preset == "completejourney"
    assert len(source) == 75_000
    assert sum(rows.amount) == 23_393_524
    assert len(slips) == 47_034
    assert [problem.code for problem in set(rows.problems.values())] == ["import.quantity_zero"]
    assert len(rows.problems) == 416
    assert rows.category[0][0] == rows.category[0][0].upper() != ""
    assert sum(1 for path in rows.category if path) > 74_000


def test_a_sample_of_real_customers_goes_through_the_engine(django_on_fresh_database, shared_data):
    with open_shop(django_on_fresh_database) as shop:
        shop.publish(DOCUMENT, datetime(1990, 1, 1, tzinfo=UTC))
        tally = bring(shop, shared_data / "CDNOW_sample.txt")
        assert [tuple(part) for part in tally.sums()] == [(6_919, 24_409_194), (0, 0), (0, 0)]
        assert verify_books().books_are_right
        (facts,) = list_period_facts([datetime(1996, 1, 1, tzinfo=UTC)], shop.now)
        assert facts.of_members.gross_minor == 24_409_194
        assert facts.attendance.members == facts.attendance.active == 2_357


@pytest.mark.long
def test_all_of_online_retail_goes_through_the_grocery_programme(
    django_on_fresh_database, shared_data
):
    grocery = to_mapping(parse_programme(load_yaml(load("grocery")), format="mapping"))
    with open_shop(django_on_fresh_database, grocery) as shop:
        shop.publish(grocery, datetime(2000, 1, 1, tzinfo=UTC))
        tally = bring(shop, shared_data / "online_retail.parquet")
        parts = tally.sums()
        assert sum(part.rows for part in parts) == 541_909
        assert sum(part.amount_minor for part in parts) == 974_774_793
        assert verify_books().books_are_right
        (facts,) = list_period_facts([datetime(2010, 1, 1, tzinfo=UTC)], shop.now)
        assert facts.attendance.members == 4_372
        assert facts.of_members.gross_minor == 891_140_790
        books = books_of(shop)
        again = bring(shop, shared_data / "online_retail.parquet")
        assert again.sums() == parts
        assert (again.sales_known, again.returns_known) == (tally.sales, tally.returns)
        assert books_of(shop) == books


def with_promotions():
    """The grocery programme with its three tiers and fifty promotions, one of which issues coupons."""
    grocery = to_mapping(parse_programme(load_yaml(load("grocery")), format="mapping"))
    return retail_document(grocery)


def coupons_and_limits(shop):
    """Sums that sales under the promotions must leave, however they were decided together."""
    return (
        ps.limits(shop),
        ps.rows(
            shop,
            "SELECT count(*), sum(discount_minor), sum(gross_minor), sum(paid_minor) FROM till_sale",
        ),
        ps.rows(shop, "SELECT count(*), sum(uses) FROM rewards_coupon"),
    )


def test_a_part_of_online_retail_goes_through_fifty_promotions(
    django_on_fresh_database, shared_data, own_folder: Path
):
    rows = pyarrow.parquet.read_table(shared_data / "online_retail.parquet").slice(0, 15_000)
    part = own_folder / "online_retail.parquet"
    pyarrow.parquet.write_table(rows, part)
    with open_shop(django_on_fresh_database, with_promotions()) as shop:
        shop.publish(with_promotions(), datetime(2000, 1, 1, tzinfo=UTC))
        tally = bring(shop, part)
        (facts,) = list_period_facts([datetime(2010, 1, 1, tzinfo=UTC)], shop.now)
        (source, _, told, slips) = rows_in(part)
        sold = [row for slip in slips if not slip.is_return and slip.customer for row in slip.rows]
        assert facts.of_members.gross_minor == sum(told.amount[row] for row in sold)
        assert sum(part.rows for part in tally.sums()) == len(source) == 15_000
        verdict = verify_books()
        assert verdict.books_are_right, verdict.differences[:5]
        assert set(ps.limits(shop)) == {"budget:spring:ever", "uses:daily:day"}
        (issued,) = ps.rows(shop, "SELECT count(*) FROM rewards_coupon")[0]
        assert issued > 100
        before, books = coupons_and_limits(shop), books_of(shop)
        again = bring(shop, part)
        assert (again.sales_known, again.returns_known) == (tally.sales, tally.returns)
        assert (coupons_and_limits(shop), books_of(shop)) == (before, books)


@pytest.mark.long
def test_all_of_online_retail_goes_through_fifty_promotions(django_on_fresh_database, shared_data):
    with open_shop(django_on_fresh_database, with_promotions()) as shop:
        shop.publish(with_promotions(), datetime(2000, 1, 1, tzinfo=UTC))
        tally = bring(shop, shared_data / "online_retail.parquet")
        assert sum(part.rows for part in tally.sums()) == 541_909
        assert sum(part.amount_minor for part in tally.sums()) == 974_774_793
        verdict = verify_books()
        assert verdict.books_are_right, verdict.differences[:5]
        (facts,) = list_period_facts([datetime(2010, 1, 1, tzinfo=UTC)], shop.now)
        assert facts.attendance.members == 4_372
        assert facts.of_members.gross_minor == 891_140_790
