"""Every month of the demo chain and of imported receipts is closed, and ties to the ledger to the unit."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from closing_shop import clerk, found, held_at, settle
from past_shop import bring
from till_shop import open_shop

from regulars.cli.demo_chain import build_chain
from regulars.cli.demo_setting import Plan
from regulars.contexts.economics.usecases.closes import close_period
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.calendar import Period, period_start
from regulars.core.economics.closing import Nature
from regulars.core.economics.vintages import month_of
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import to_mapping
from regulars.kit.documents import load_yaml
from regulars.kit.transactions import in_transaction
from regulars.programmes.catalogue import load

pytestmark = pytest.mark.timeout(3600)


class Books:
    """What the closing of any books needs: where they are, and the clock."""

    def __init__(self, access, now):
        self.access, self.now = access, now


def close_all(books, first, last):
    """Close every month and hold it against the ledger, by two other readings of it."""
    settle(books)
    zone = in_transaction(lambda: compiled_at(books.now)).zone
    views = [
        in_transaction(lambda m=month: close_period(m, now=books.now, by=clerk(1)))
        for month in range(first, last + 1)
    ]
    starts = [period_start(month, Period.MONTH, zone) for month in range(first, last + 2)]
    facts = in_transaction(lambda: list_period_facts(starts[:-1], starts[-1]))
    for view, fact in zip(views, facts, strict=True):
        frozen = view.frozen
        held = held_at(books, frozen.month, frozen.until)
        told = {code: one.end.total for code, one in frozen.currencies.items()}
        assert {c: t.closing_points for c, t in told.items() if t.closing_points} == held
        for code, total in told.items():
            one = frozen.currencies[code]
            assert all(entry.adds_up for entry in one.end.entries)
            assert total.money.adds_up
            if one.terms.nature is Nature.PAID_IN:
                continue
            flow = fact.flows[code]
            assert (total.opening_points, total.closing_points) == (flow.opening, flow.outstanding)
            assert total.flow.granted == flow.issued
            assert total.flow.redeemed - total.flow.revived == flow.spent
            assert total.flow.expired == flow.expired
            assert total.flow.adjusted == flow.adjusted
            put_off = sum(line.deferred_minor for line in one.end.lines)
            known = sum(line.revenue_minor for line in one.end.lines)
            assert put_off == known + total.money.closing_minor
    for before, after in pairwise(view.frozen for view in views):
        for code, one in before.currencies.items():
            opening = after.currencies[code].end.total.money.opening_minor
            assert opening == one.end.total.money.closing_minor
    assert found(books) == []
    assert verify_books().books_are_right
    return views


def demo(access, members, days):
    now = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
    since = now.replace(hour=0, minute=0) - timedelta(days=days)
    build_chain(Plan(members, since, now, 7), access.app, b"s" * 32, lambda done: None)
    zone = in_transaction(lambda: compiled_at(now)).zone
    views = close_all(Books(access, now), month_of(since, zone), month_of(now, zone) - 1)
    assert views[-1].frozen.currencies["points"].closing_minor > 0


def test_every_month_of_the_demo_ties_to_the_ledger(django_on_fresh_database):
    demo(django_on_fresh_database, 60, 150)


@pytest.mark.long
def test_every_month_of_the_demo_year_ties_to_the_ledger(django_on_fresh_database):
    demo(django_on_fresh_database, 3000, 365)


def retail(access, file):
    grocery = to_mapping(parse_programme(load_yaml(load("grocery")), format="mapping"))
    with open_shop(access, grocery) as shop:
        shop.publish(grocery, datetime(2000, 1, 1, tzinfo=UTC))
        bring(shop, file)
        return close_all(shop, 2010 * 12 + 11, 2012 * 12 + 11)


def test_every_month_of_some_customers_of_online_retail_ties_to_the_ledger(
    django_on_fresh_database, shared_data, own_folder
):
    table = pq.read_table(shared_data / "online_retail.parquet")
    (name,) = [name for name in table.column_names if "customer" in name.lower()]
    digits = pc.utf8_slice_codeunits(pc.cast(pc.cast(table[name], "int64"), "string"), 3, 5)
    part = own_folder / "online_retail.parquet"
    pq.write_table(table.filter(pc.equal(digits, "17")), part)
    views = retail(django_on_fresh_database, part)
    assert sum(one.price_minor for view in views for one in view.frozen.sales.values()) > 0


@pytest.mark.long
def test_every_month_of_online_retail_ties_to_the_ledger(django_on_fresh_database, shared_data):
    views = retail(django_on_fresh_database, shared_data / "online_retail.parquet")
    sales = sum(one.price_minor for view in views for one in view.frozen.sales.values())
    (facts,) = list_period_facts(
        [datetime(2010, 1, 1, tzinfo=UTC)], datetime(2013, 1, 1, tzinfo=UTC)
    )
    assert sales == facts.of_members.sales_minor
