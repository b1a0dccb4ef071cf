"""The warehouse is the books: one snapshot, only what changed, whole after a kill, nothing personal."""

from datetime import timedelta
from functools import partial

import psycopg
import pyarrow.parquet as pq
import pytest
from till_shop import NOW, open_shop

from regulars.analytics.analysis import Wanted, analyse, source_of_books
from regulars.analytics.engine import open_engine
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse import export
from regulars.analytics.warehouse.check import check_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.analytics.warehouse.manifest import WarehouseMissing, read_manifest
from regulars.contexts.members.usecases.scores import Score, write_scores
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.metrics.definitions import figures_of
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        anna, boris = shop.enrol("anna"), shop.enrol("boris")
        shop.members = {"anna": anna, "boris": boris}
        shop.first = shop.sell(anna, 600)
        shop.sell(None, 100)
        shop.now = NOW + timedelta(days=40)
        shop.sell(anna, 200, points=20)
        shop.sell(boris, 300)
        yield shop


def exported(shop, folder, **options):
    return export_warehouse(shop.access.app.conninfo, folder, zone="Europe/Moscow", **options)


def checked(shop, folder):
    return check_warehouse(shop.access.app.conninfo, folder)


def test_it_agrees_with_the_books_to_the_unit(shop, tmp_path):
    exported(shop, tmp_path)
    found = checked(shop, tmp_path)
    assert not found.differences
    assert not found.stale
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        (sold,) = connection.execute("SELECT sum(paid_minor) FROM till_sale").fetchone()
    manifest = read_manifest(tmp_path)
    assert sum(part.total for part in manifest.parts["sale"].values()) == sold
    assert sum(part.total for part in manifest.parts["line"].values()) == sold
    # double entry: the postings of each currency sum to zero
    assert sum(part.total for part in manifest.parts["posting"].values()) == 0


def test_only_months_with_something_new_are_written_again(shop, tmp_path):
    first = exported(shop, tmp_path)
    again = exported(shop, tmp_path)
    assert (again.rows, again.kept) == (2, first.written - 1)  # members are copied whole
    shop.sell(shop.members["boris"], 50)
    assert checked(shop, tmp_path).stale
    third = exported(shop, tmp_path)
    assert third.written == 4  # one month of sales, lines and postings; members
    assert not checked(shop, tmp_path).stale


def test_an_export_that_is_killed_changes_nothing_and_goes_on(shop, tmp_path, monkeypatch):
    exported(shop, tmp_path)
    before = read_manifest(tmp_path)
    shop.sell(shop.members["boris"], 50)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "save_manifest", killed)
    with pytest.raises(KeyboardInterrupt):
        exported(shop, tmp_path)
    assert read_manifest(tmp_path) == before
    assert all((tmp_path / part.file).exists() for _, _, part in before.every())
    monkeypatch.undo()
    done = exported(shop, tmp_path)
    assert done.written == 1  # members; what the killed one had written is taken over
    assert not checked(shop, tmp_path).differences
    named = {tmp_path / part.file for _, _, part in read_manifest(tmp_path).every()}
    assert set(tmp_path.rglob("*.parquet")) == named


def test_a_file_that_was_changed_is_found(shop, tmp_path):
    exported(shop, tmp_path)
    manifest = read_manifest(tmp_path)
    file = tmp_path / manifest.files("sale")[0]
    pq.write_table(pq.read_table(file).slice(1), file)
    assert {difference.why for difference in checked(shop, tmp_path).differences} == {
        "rows",
        "total",
    }
    exported(shop, tmp_path, rebuild=True)
    assert not checked(shop, tmp_path).differences


def test_nothing_personal_is_copied(shop, tmp_path):
    exported(shop, tmp_path)
    for kind in ("member", "sale", "line", "return", "posting"):
        for file in read_manifest(tmp_path).files(kind):
            names = set(pq.read_schema(tmp_path / file).names)
            assert not names & {
                "phone",
                "email",
                "name_key",
                "birthday",
                "number",
                "cashier",
                "card",
            }
            text = str(pq.read_table(tmp_path / file).to_pylist())
            assert "anna" not in text.lower()


def test_a_warehouse_that_is_not_there_says_so(shop, tmp_path):
    with pytest.raises(WarehouseMissing):
        checked(shop, tmp_path)


def test_figures_of_own_books_are_those_of_the_report(shop, tmp_path):
    exported(shop, tmp_path)
    with open_engine("duckdb") as engine:
        books = books_of_warehouse(engine, tmp_path)
        about = source_of_books(books, "shop", "RUB", 2)
        found = analyse(books, about, Wanted(sides=("store", "tier"), worths={}))
    (facts,) = in_transaction(
        partial(list_period_facts, [NOW - timedelta(days=90)], shop.now + timedelta(days=1))
    )
    parts = found.analysis.total.parts
    assert parts["paid_minor"] == facts.everybody.paid_minor
    assert parts["member_paid_minor"] == facts.of_members.paid_minor
    assert parts["discount_minor"] == facts.everybody.discount_minor
    assert (parts["members"], parts["active"]) == (2, 2)
    assert parts["repeating"] == facts.attendance.repeating
    assert found.analysis.total.figures == figures_of(parts)
    assert set(found.customers["customer"].to_pylist()) == {
        str(member.id) for member in shop.members.values()
    }


def test_scores_are_written_beside_other_attributes(shop):
    anna = shop.members["anna"]
    score = Score(anna.id, "champions", 12_345, 17)

    def write(scores):
        return in_transaction(lambda: write_scores(scores, now=shop.now, by=shop.by))

    with psycopg.connect(shop.access.owner.conninfo, autocommit=True) as connection:
        connection.execute("UPDATE members_member SET attributes = '{\"shoe_size\": 38}'")
        assert write([score]) == 1
        assert write([score]) == 0
        query = "SELECT attributes FROM members_member WHERE id = %s"
        (found,) = connection.execute(query, [anna.id]).fetchone()
        assert found == {
            "shoe_size": 38,
            "rfm_segment": "champions",
            "clv": 12_345,
            "churn_risk": 17,
        }
        assert write([Score(anna.id, "loyal", None, None)]) == 1
        (found,) = connection.execute(query, [anna.id]).fetchone()
        assert found == {"shoe_size": 38, "rfm_segment": "loyal"}


def test_members_are_given_the_value_with_its_bounds(shop):
    anna = shop.members["anna"]
    score = Score(anna.id, "loyal", 1000, 40, 800, 1200)
    in_transaction(lambda: write_scores([score], now=NOW, by=shop.by))

    def attributes():
        with psycopg.connect(shop.access.owner.conninfo) as connection:
            (found,) = connection.execute(
                "SELECT attributes FROM members_member WHERE id = %s", [anna.id]
            ).fetchone()
        return found

    told = {"rfm_segment": "loyal", "clv": 1000, "clv_low": 800, "clv_high": 1200, "churn_risk": 40}
    assert attributes().items() >= told.items()
    unknown = Score(anna.id, "lost", None, None)
    in_transaction(lambda: write_scores([unknown], now=NOW, by=shop.by))
    assert attributes()["rfm_segment"] == "lost"
    assert not attributes().keys() & {"clv", "clv_low", "clv_high", "churn_risk"}
