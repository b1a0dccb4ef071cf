"""The warehouse at speed: sales of five lines and their postings copied into Parquet, rows a second."""

import shutil
import time
from pathlib import Path

import psycopg

from bench.ground import ground
from bench.report import Figure, Options
from regulars.analytics.warehouse.check import check_warehouse
from regulars.analytics.warehouse.export import export_warehouse, snapshot
from regulars.analytics.warehouse.tables import VIEWS

TITLE = "Warehouse: export of one snapshot"
_TARGET = 300_000
_SALES = """
INSERT INTO till_sale (bucket, member_id, id, store, till, number, occurred_at, received_at, version,
                       seq, channel, tier, gross_minor, discount_minor, points_minor, paid_minor,
                       receipt, decision)
SELECT a.bucket, a.member_id, gen_random_uuid(), 's' || n %% 20, 't1', 'w' || n, at, at, 1, 900000 + n,
       'store', 'base', 150000, 0, 0, 150000,
       json_build_object('lines', (
           SELECT json_agg(json_build_array(l::text, 'sku' || (n * l) %% 5000, 1000, 30000, 30000,
                  json_build_array('food', 'dairy'), 'mill', 0, NULL, 2000, '[]'::json, 'Milk, 3.2 %%'))
           FROM generate_series(1, 5) AS l), 'payments', '[]'::json, 'cashier', 'c', 'store_brand', '',
           'attributes', '{}'::json),
       json_build_object('due', json_build_array(30000, 30000, 30000, 30000, 30000))
FROM generate_series(1, %(count)s) AS n
CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01 08:00Z' + n * interval '30 seconds' AS at) AS t
JOIN (SELECT bucket, id AS member_id, row_number() OVER (ORDER BY bucket, id) AS place
      FROM members_member LIMIT 1000) AS a ON a.place = n %% 1000 + 1
"""
_POSTINGS = """
INSERT INTO ledger_transaction (bucket, member_id, seq, kind, occurred_at, posted_at, source, version,
                                postings, lots, facts, hash)
SELECT bucket, member_id, seq, 'sale', occurred_at, received_at, id, 1,
       '[["points","issued",-75],["points","pending",75]]', '[]', '{}', '\\x00'
FROM till_sale WHERE seq >= 900000 AND number LIKE 'w%%'
"""


def _copy_alone(conninfo: str) -> float:
    """Seconds of sending the very same columns to a client that throws them away."""
    began = time.perf_counter()
    with snapshot(conninfo) as connection:
        for view in VIEWS:
            columns = ", ".join(view.columns)
            with (
                connection.cursor() as cursor,
                cursor.copy(
                    f"COPY (SELECT {columns} FROM {view.name}) TO STDOUT (FORMAT csv)"
                ) as copy,
            ):
                for _ in copy:
                    pass
    return time.perf_counter() - began


def run(options: Options) -> list[Figure]:
    """Rows a second of an export from nothing, of one with a single month changed, and of the proof."""
    count = 60_000 if options.members < 100_000 else 300_000
    folder = Path(options.home) / "warehouse-bench"
    with ground(min(options.members, 20_000), options.home) as (access, _home):
        with psycopg.connect(access.owner.conninfo) as connection:
            if connection.execute("SELECT 1 FROM till_sale WHERE number = 'w1'").fetchone() is None:
                connection.execute(_SALES, {"count": count})
                connection.execute(_POSTINGS, {})
        shutil.rmtree(folder, ignore_errors=True)
        began = time.perf_counter()
        whole = export_warehouse(access.app.conninfo, folder, zone="Europe/Moscow")
        full = time.perf_counter() - began
        copied = _copy_alone(access.app.conninfo)
        began = time.perf_counter()
        again = export_warehouse(access.app.conninfo, folder, zone="Europe/Moscow")
        second = time.perf_counter() - began
        began = time.perf_counter()
        assert not check_warehouse(access.app.conninfo, folder).differences
        proof = time.perf_counter() - began
    rate = whole.rows / full
    holds = rate >= _TARGET if count > 100_000 else None
    return [
        Figure("rows a second, from nothing", f"{rate:,.0f}", "", None, f"≥ {_TARGET:,}", holds, f"{whole.rows:,} rows"),
        Figure("the same, seconds", f"{full:.2f}", f"COPY of the views alone {copied:.2f}", copied / full),
        Figure("nothing new, seconds", f"{second:.2f}", remark=f"{again.kept} parts kept"),
        Figure("proved against the books, seconds", f"{proof:.2f}"),
    ]  # fmt: skip
