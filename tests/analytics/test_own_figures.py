"""Figures of own books tie to the ledger and the receipts, by every side; demo books, read two ways."""

import csv
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import psycopg
import pytest
from click.testing import CliRunner

from regulars.analytics import affinity, cohorts, rfm
from regulars.analytics.engine import open_engine
from regulars.analytics.figures import Figures, count_both, count_figures, count_sides
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse.check import check_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.cli.demo_chain import build_chain
from regulars.cli.demo_setting import Plan, begin
from regulars.cli.main import regulars
from regulars.cli.session import Session
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import list_period_facts, list_store_facts
from regulars.core.refusal import Refused
from regulars.kit.database.lead import django_on
from regulars.kit.transactions import in_transaction
from regulars.studies.analysis import worths_of

NOW = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
PLAN = Plan(40, NOW.replace(hour=0, minute=0) - timedelta(days=50), NOW, 7)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
FLOWS = ("issued_minor", "rewards_minor", "expired_minor")


@pytest.fixture(scope="module")
def demo(make_database, drop_database, django_db_blocker, tmp_path_factory):
    """A small demo with its warehouse; where it is, its folder, the programme."""
    access = make_database()
    folder = tmp_path_factory.mktemp("demo") / "warehouse"
    with django_db_blocker.unblock(), django_on(access):
        in_transaction(lambda: begin(PLAN))
        build_chain(PLAN, access.app, b"s" * 32, lambda days: None)
        programme = in_transaction(lambda: compiled_at(NOW))
        export_warehouse(access.app.conninfo, folder, zone=programme.zone.key)
        yield access, folder, programme
    drop_database(access)


@pytest.fixture(scope="module")
def books(demo):
    _, folder, _ = demo
    with open_engine("duckdb") as engine:
        yield books_of_warehouse(engine, folder)


def figures(demo, **more):
    return Figures(worths=worths_of(demo[2]), **more)


def customers(books, side):
    if side == "segment":
        return rfm.score_customers(books).select("customer", side="segment")
    return cohorts.cohort_sides(books) if side == "cohort" else None


def test_the_warehouse_agrees_with_the_books(demo):
    found = check_warehouse(demo[0].app.conninfo, demo[1])
    assert (found.differences, found.stale) == ((), ())


def test_the_whole_is_what_the_report_of_the_ledger_says(demo, books):
    whole, _ = count_figures(books, figures(demo))
    (facts,) = in_transaction(lambda: list_period_facts([SINCE], NOW + timedelta(days=1)))
    assert whole.figures["sales"] == facts.everybody.sales_minor
    assert whole.figures["member_sales"] == facts.of_members.sales_minor
    assert whole.figures["members"] == facts.attendance.members
    assert whole.parts["active"] == facts.attendance.active
    assert whole.parts["repeating"] == facts.attendance.repeating
    worths = worths_of(demo[2])
    for part, name in (("issued_minor", "issued"), ("rewards_minor", "spent"),
                       ("expired_minor", "expired"), ("outstanding_minor", "outstanding")):  # fmt: skip
        exact = sum(
            (worth * getattr(facts.flows[code], name) for code, worth in worths.items()
             if code in facts.flows), Fraction(0)
        )  # fmt: skip
        # Each month is rounded once.
        assert abs(whole.parts[part] - exact) <= 2, part


@pytest.mark.parametrize("side", ["store", "channel", "tier", "segment", "cohort"])
def test_the_points_of_all_sides_are_those_of_the_ledger(demo, books, side):
    whole, periods = count_figures(books, figures(demo))
    of = customers(books, side)
    rows = count_sides(books, figures(demo), side, of)
    both = count_both(books, figures(demo), side, of)
    assert len(rows) > 1
    for name in (*FLOWS, "paid_minor", "refund_minor", "receipts", "discount_minor"):
        assert abs(sum(row.parts[name] for row in rows) - whole.parts[name]) <= len(rows), name
        for period in periods:
            cells = [row.parts[name] for row in both if row.label == period.label]
            assert abs(sum(cells) - period.parts[name]) <= len(cells), (name, period.label)
    held = [row.parts["outstanding_minor"] for row in rows]
    if side in ("segment", "cohort"):
        assert abs(sum(held) - whole.parts["outstanding_minor"]) <= len(rows)
    else:
        assert set(held) == {None}


def test_the_points_of_a_store_are_those_of_the_report(demo, books):
    rows = {row.side: row for row in count_sides(books, figures(demo), "store")}
    facts = in_transaction(lambda: list_store_facts(SINCE, NOW + timedelta(days=1)))
    worths = worths_of(demo[2])
    assert {"", *rows} == {"", *facts}
    for store, fact in facts.items():
        issued = sum(
            (worths[c] * f.issued for c, f in fact.flows.items() if c in worths), Fraction(0)
        )
        assert abs(rows[store].parts["issued_minor"] - issued) <= 1
        assert rows[store].figures["sales"] == fact.everybody.sales_minor


def test_a_shorter_stretch_has_its_own_flows_and_what_was_outstanding_then(demo, books):
    _, periods = count_figures(books, figures(demo))
    last = figures(demo, since=figures(demo).asked(books).until - 1)
    of_last, (row,) = count_figures(books, last)
    assert row.parts == periods[-1].parts
    for name in (*FLOWS, "receipts", "outstanding_minor", "members"):
        assert of_last.parts[name] == periods[-1].parts[name]
    by_segment = count_sides(books, last, "segment", customers(books, "segment"))
    for name in (*FLOWS, "outstanding_minor"):
        parts = [segment.parts[name] for segment in by_segment]
        assert abs(sum(parts) - periods[-1].parts[name]) <= len(parts), name


def test_margin_is_sales_less_costs_of_the_receipts_that_know_them(demo, books):
    """Recomputed from the stored receipts and returns in plain Python."""
    with psycopg.connect(demo[0].owner.conninfo) as connection:
        sales = connection.execute(
            "SELECT id, receipt -> 'lines', paid_minor FROM till_sale"
        ).fetchall()
        backs = connection.execute(
            "SELECT sale_id, lines, coalesce((decision ->> 'spend')::bigint, refund_minor)"
            " FROM till_return"
        ).fetchall()
    costed = cost = 0
    lines_of = {}
    for sale, lines, paid in sales:
        lines_of[sale] = {line[0]: line for line in lines}
        costs = [line[8] for line in lines if len(line) <= 12 or line[12] == "goods"]
        if None not in costs:
            costed, cost = costed + paid, cost + sum(costs)
    for sale, quantities, refund in backs:
        costs = []
        for line, quantity in quantities.items():
            stored = lines_of[sale][line]
            share = None
            if stored[8] is not None:
                exact = Decimal(stored[8]) * quantity / stored[2]
                share = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            costs.append(share)
        if None not in costs:
            costed, cost = costed - refund, cost - sum(costs)
    whole, _ = count_figures(books, figures(demo))
    assert cost > 0
    assert backs
    assert whole.parts["costed_minor"] == costed
    assert whole.figures["margin"] == costed - cost
    stated, _ = count_figures(books, figures(demo, margin=Fraction(1, 2)))
    assert abs(stated.figures["margin"] * 2 - stated.figures["sales"]) <= len(stated.parts)


def test_only_members_who_can_be_reached_are_offered_anything(demo, books):
    basket = affinity.count_basket(books, least_receipts=3)
    rows = books.engine.rows(affinity.next_offers(books, basket))
    assert rows
    (blocked,) = {rows[0]["customer"]}
    members = books.members.mutate(
        status=(books.members.id == blocked).ifelse("blocked", books.members.status)
    )
    held = type(books)(books.engine, books.lines, books.receipts, books.first_day, books.last_day,
                       books.flows, members, books.postings)  # fmt: skip
    again = books.engine.rows(affinity.next_offers(held, basket))
    assert {row["customer"] for row in rows} - {row["customer"] for row in again} == {blocked}
    bought = defaultdict(set)
    for row in books.engine.rows(books.lines.select("customer", "sku").distinct()):
        bought[row["customer"]].add(row["sku"])
    assert all(row["sku"] not in bought[row["customer"]] for row in rows)


def run(*arguments):
    outcome = CliRunner().invoke(
        regulars, ["report", "figures", *arguments, "--json"], obj=Session(), standalone_mode=False
    )
    if outcome.exception is not None:
        raise outcome.exception
    return json.loads(outcome.stdout)


def test_the_command_tells_them_and_writes_them_down(demo, books, tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    file = tmp_path / "figures.csv"
    found = run("--period", "month", "--by", "tier", "--csv", str(file))
    whole, _ = count_figures(books, figures(demo))
    assert found["whole"]["parts"] == whole.parts
    with file.open(encoding="utf-8-sig") as told:
        rows = list(csv.DictReader(told))
    assert len(rows) == len(found["rows"]) + 1
    assert Decimal(rows[-1]["sales"]) * 100 == whole.figures["sales"]
    text = CliRunner().invoke(
        regulars, ["report", "figures", "--by", "store", "--language", "ru"], obj=Session()
    )
    assert text.exit_code == 0, text.output
    assert "Стоимость наград и акций" in text.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "2026-13-01"), "kpi.date_wrong"),
        (("--from", "2027-01-01"), "kpi.period_empty"),
        (("--margin", "1.5"), "analysis.margin_wrong"),
    ],
)
def test_what_makes_no_sense_is_refused(demo, tmp_path, monkeypatch, arguments, code):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    with pytest.raises(Refused) as refused:
        run(*arguments)
    assert refused.value.code == code
