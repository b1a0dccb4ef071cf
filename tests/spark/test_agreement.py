"""Spark and DuckDB give the same figures to the unit: a real standalone master and worker from pip's pyspark.

Run by `make test-spark`; skipped, with the reason, where Java or pyspark is missing.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from regulars.analytics import cohorts, kpis, rfm
from regulars.analytics.books import books_of_file
from regulars.analytics.engine import open_engine
from regulars.analytics.figures import Figures, count_figures, count_sides
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.cli.demo_chain import build_chain
from regulars.cli.demo_setting import Plan, begin
from regulars.contexts.programme.queries import compiled_at
from regulars.core.metrics.definitions import figures_of
from regulars.core.metrics.rfm import Borders
from regulars.integrations.receipts.canonical import receipt_lines
from regulars.integrations.receipts.layouts import MappingFile, settle_layout
from regulars.integrations.receipts.reading import read_source
from regulars.kit.database.lead import django_on
from regulars.kit.transactions import in_transaction
from regulars.studies.analysis import worths_of

if os.environ.get("REGULARS_LONG") != "1" and "spark" not in " ".join(sys.argv):
    pytest.skip("Spark is tried by `make test-spark`", allow_module_level=True)
if shutil.which("java") is None:
    pytest.skip("Java is not installed", allow_module_level=True)
if find_spec("pyspark") is None:
    pytest.skip("pyspark is not installed", allow_module_level=True)

START_S = 300
BORDERS = Borders((30, 60, 120, 240), (2, 3, 5, 10), (100_00, 300_00, 700_00, 1500_00))


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """The address of a standalone master with one worker."""
    folder = tmp_path_factory.mktemp("spark")
    home = Path(find_spec("pyspark").origin).parent
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    running = []

    def start(name, *arguments):
        log = folder / f"{name}.log"
        command = [home / "bin" / "spark-class", f"org.apache.spark.deploy.{name}", *arguments]
        with log.open("wb") as out:
            running.append(
                subprocess.Popen(command, env=environment, stdout=out, stderr=out, cwd=folder)
            )
        return log

    def wait(log, pattern):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            found = re.search(pattern, log.read_text(errors="replace"))
            if found:
                return found[0]
            time.sleep(0.2)
        raise AssertionError(log.read_text(errors="replace")[-2000:])

    try:
        log = start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        address = wait(log, r"spark://127\.0\.0\.1:\d+")
        worker = ("--host", "127.0.0.1", "--webui-port", "0", "-c", "2", "-m", "1500M", address)
        wait(start("worker.Worker", *worker), "Successfully registered with master")
        yield address
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


def lines_of(file):
    source = read_source(file)
    source, layout = settle_layout(
        source, told=MappingFile(), named={}, preset=None, folder=file.parent
    )
    return receipt_lines(source, layout, zone=ZoneInfo("UTC"), money_scale=2)


def everything(engine, rows):
    """All key figures by period and side, RFM both ways with its moves, cohorts both ways."""
    books = books_of_file(engine, rows)
    since, until = kpis.periods_of(books, "month")
    scored = engine.keep(rfm.score_customers(books))
    sides = {
        "": None,
        "store": None,
        "segment": scored.select("customer", side="segment"),
        "cohort": cohorts.cohort_sides(books),
    }
    figures = {}
    for side, table in sides.items():
        asked = kpis.Asked("month", since, until, side)
        counted = kpis.count_parts(books, asked, table)
        figures[side] = {cell: (parts, figures_of(parts)) for cell, parts in counted.items()}
    first, last = kpis.periods_of(books, "week")
    weekly = kpis.count_parts(books, kpis.Asked("week", first, last))
    earlier = rfm.score_customers(books, as_of_day=books.last_day - 90)
    return {
        "figures": figures,
        "weekly": weekly,
        "scores": engine.rows(scored.order_by("customer")),
        "borders": rfm.count_segments(books, rfm.score_customers(books, borders=BORDERS)),
        "moves": rfm.count_moves(books, earlier, scored),
        "cohorts": [cohorts.count_cohorts(books, how) for how in ("documents", "purchases")],
    }


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("name", ["CDNOW_master.txt", "online_retail.parquet"])
def test_the_engines_agree_to_the_unit(master, shared_data, name):
    rows = lines_of(shared_data / name)
    with open_engine("duckdb") as engine:
        expected = everything(engine, rows)
    with open_engine(master) as engine:
        found = everything(engine, rows)
    for part, value in expected.items():
        assert found[part] == value, part


def own_everything(engine, folder, worths):
    """The same of own books, with their points by every side."""
    books = books_of_warehouse(engine, folder)
    figures = Figures(worths=worths)
    scored = engine.keep(rfm.score_customers(books))
    customers = {
        "segment": scored.select("customer", side="segment"),
        "cohort": cohorts.cohort_sides(books),
    }
    sides = ("store", "channel", "tier", "segment", "cohort")
    return {
        "figures": count_figures(books, figures),
        "sides": {side: count_sides(books, figures, side, customers.get(side)) for side in sides},
        "scores": engine.rows(scored.order_by("customer")),
        "cohorts": [cohorts.count_cohorts(books, how) for how in ("documents", "purchases")],
    }


@pytest.mark.timeout(1500)
def test_the_engines_agree_on_the_books_of_a_demo(
    master, make_database, drop_database, django_db_blocker, tmp_path
):
    now = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
    plan = Plan(40, now.replace(hour=0, minute=0) - timedelta(days=50), now, 7)
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        in_transaction(lambda: begin(plan))
        build_chain(plan, access.app, b"s" * 32, lambda days: None)
        programme = in_transaction(lambda: compiled_at(now))
        export_warehouse(access.app.conninfo, tmp_path, zone=programme.zone.key)
    drop_database(access)
    with open_engine("duckdb") as engine:
        expected = own_everything(engine, tmp_path, worths_of(programme))
    with open_engine(master) as engine:
        found = own_everything(engine, tmp_path, worths_of(programme))
    for part, value in expected.items():
        assert found[part] == value, part
