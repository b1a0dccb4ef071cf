"""Analytics at size: 11 M receipts of 1 M customers, against SQL written by hand and the package lifetimes."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bench.report import Figure, Options, middle
from bench.shop_of_millions import CUSTOMERS, RECEIPTS, make_counts, write_receipts
from regulars.analytics import cohorts, kpis, rfm
from regulars.analytics.books import Books, books_of
from regulars.analytics.engine import Engine, open_engine
from regulars.core.metrics.clv import bg_nbd, gamma_gamma, pareto_nbd
from regulars.core.metrics.clv.counts import Counts
from regulars.core.metrics.definitions import figures_of

TITLE = "Analytics: 11 M receipts, 1 M customers"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "regulars" / "bench"
_LIFETIMES = ("lifetimes", "pandas<2.2", "numpy<2", "scipy<1.13")
_BY_HAND = """
CREATE OR REPLACE TEMP TABLE by_hand AS
WITH values AS (
    SELECT customer, {day} - max(day) FILTER (NOT returned) AS recency_days,
           count(*) FILTER (NOT returned) AS frequency, sum(amount_minor)::bigint AS monetary_minor
    FROM receipts WHERE customer IS NOT NULL GROUP BY customer
), bought AS (SELECT * FROM values WHERE frequency > 0), n AS (SELECT count(*) AS n FROM bought)
SELECT customer, recency_days, frequency, monetary_minor,
       (rank() OVER (ORDER BY recency_days DESC) - 1) * 5 // n + 1 AS r,
       (rank() OVER (ORDER BY frequency) - 1) * 5 // n + 1 AS f,
       (rank() OVER (ORDER BY monetary_minor) - 1) * 5 // n + 1 AS m
FROM bought, n
"""


def run(options: Options) -> list[Figure]:
    """Figures of queries in DuckDB, then of the models. With few members asked for, all of it is smaller."""
    small = options.members < 100_000
    customers = options.members if small else CUSTOMERS
    receipts = 11 * customers if small else RECEIPTS
    _CACHE.mkdir(parents=True, exist_ok=True)
    file = _CACHE / f"receipts-{receipts}-1.parquet"
    if not file.exists():
        write_receipts(file.with_suffix(".part"), receipts=receipts, customers=customers)
        file.with_suffix(".part").rename(file)
    with open_engine("duckdb") as engine:
        # Both sides read the same table: loading it is not what is compared.
        engine.backend.con.execute(
            "CREATE TABLE receipts AS SELECT *, amount_minor * 7 // 10 AS cost_minor"
            f" FROM read_parquet('{file}')"
        )
        table = engine.backend.table("receipts")
        figures = _queries(engine, books_of(engine, table, table), options)
        if not small:
            figures.append(_beside_lifetimes(engine, options))
    figures += _models(make_counts(customers), peer=not small)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    figures.append(Figure("memory at its peak", f"{peak:.2f} GiB", "4 GiB", holds=peak <= 4))
    return figures


def _queries(engine: Engine, books: Books, options: Options) -> list[Figure]:
    by_hand = _BY_HAND.format(day=books.last_day)
    ours, theirs = [], []
    for _ in range(options.rounds):
        theirs.append(_seconds(lambda: engine.backend.con.execute(by_hand)))
        ours.append(_seconds(lambda: engine.keep(rfm.score_customers(books))))
    scored, hand = middle(ours), middle(theirs)
    _check(engine, books)
    since, until = kpis.periods_of(books, "month")

    def figures() -> None:
        counted = kpis.count_parts(books, kpis.Asked("month", since, until))
        assert len([figures_of(parts) for parts in counted.values()]) == until - since

    spent = time.process_time()
    full = middle([_seconds(figures) for _ in range(options.rounds)])
    spent = (time.process_time() - spent) / options.rounds
    back = middle([_seconds(lambda: cohorts.count_cohorts(books)) for _ in range(options.rounds)])
    return [
        Figure("RFM, seconds", f"{scored:.2f}", f"SQL {hand:.2f}", scored / hand, "≤ 1.3", scored <= 1.3 * hand),
        Figure("key figures of 12 months, seconds", f"{full:.2f}", "", None, "≤ 5", full <= 5, f"CPU {spent:.1f}"),
        Figure("cohorts, seconds", f"{back:.2f}"),
    ]  # fmt: skip


def _beside_lifetimes(engine: Engine, options: Options) -> Figure:
    """RFM of every fifth customer, by us and by the package's summary of transactions, in the same run."""
    sample = "SELECT * FROM receipts WHERE customer % 5 = 0"
    engine.backend.con.execute(f"CREATE OR REPLACE TABLE fifth AS {sample}")
    table = engine.backend.table("fifth")
    books = books_of(engine, table, table)
    ours = middle(
        [_seconds(lambda: engine.keep(rfm.score_customers(books))) for _ in range(options.rounds)]
    )
    told = engine.backend.con.execute(
        "SELECT customer, day, amount_minor FROM fifth WHERE NOT returned"
    ).fetchnumpy()
    file = _CACHE / "transactions.npz"
    np.savez(file, **{name: np.asarray(column) for name, column in told.items()})
    theirs = _peer("summary", file)
    return _against(
        f"RFM of {len(told['day']):,} receipts, seconds", ours, theirs and theirs["summary_s"], 8.0
    )


def _check(engine: Engine, books: Books) -> None:
    """The two queries answer the same."""
    columns = ["customer", "recency_days", "frequency", "monetary_minor", "r", "f", "m"]
    ours = engine.keep(rfm.score_customers(books).select(columns)).get_name()
    found: duckdb.DuckDBPyConnection = engine.backend.con.execute(
        f"SELECT count(*) FROM (FROM {ours} EXCEPT FROM by_hand)"
    )
    assert found.fetchall() == [(0,)]


def _models(counts: Counts, *, peer: bool) -> list[Figure]:
    few = Counts(*(column[:1000] for column in counts))
    bg_nbd.expected_purchases(bg_nbd.fit(few)[0], few, 52.0)  # compiled before the clock runs
    gamma_gamma.fit(few)
    began = time.perf_counter()
    purchases, likelihood = bg_nbd.fit(counts)
    first = time.perf_counter() - began
    spending_s = _seconds(lambda: gamma_gamma.fit(counts))
    spent = time.process_time()
    score = _seconds(lambda: bg_nbd.expected_purchases(purchases, counts, 52.0))
    spent = time.process_time() - spent
    pareto_nbd.fit(few)
    pareto_s = _seconds(lambda: pareto_nbd.fit(counts))
    told = _lifetimes(counts) if peer else None
    figures = [
        _against("BG/NBD fit, seconds", first, told and told["purchases_s"], 6.0),
        _against("Gamma–Gamma fit, seconds", spending_s, told and told["spending_s"], 2.0),
        Figure("Pareto/NBD fit, seconds", f"{pareto_s:.2f}"),
        Figure(
            "scoring for 52 weeks, seconds",
            f"{score:.2f}",
            "",
            None,
            "≤ 0.5",
            score <= 0.5,
            f"CPU {spent:.2f}",
        ),
    ]
    if told:
        model = bg_nbd.BgNbd(*(told["purchases"][name] for name in ("r", "alpha", "a", "b")))
        theirs, _ = bg_nbd.log_likelihood(model, counts)
        apart = abs(likelihood - theirs) / abs(theirs)
        reference = f"lifetimes {theirs:.3f}"
        near = apart <= 1e-6 or likelihood > theirs
        figures.append(Figure("log-likelihood", f"{likelihood:.3f}", reference, None, "1e-6", near, f"{apart:.1e} apart"))  # fmt: skip
    return figures


def _against(name: str, ours: float, theirs: Any, wanted: float) -> Figure:
    if not theirs:
        return Figure(name, f"{ours:.2f}", remark="not compared with lifetimes")
    ratio = theirs / ours
    reference = f"lifetimes {theirs:.2f}"
    return Figure(name, f"{ours:.2f}", reference, ratio, f"≥ {wanted:.0f}", ratio >= wanted)


def _lifetimes(counts: Counts) -> dict[str, Any] | None:
    """The package's own fit of the same counts."""
    file = _CACHE / "counts.npz"
    np.savez(file, **counts._asdict())
    return _peer("fit", file)


def _peer(what: str, file: Path) -> dict[str, Any] | None:
    """The package at work; installed into the cache where it is not yet."""
    python = _CACHE / "lifetimes" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", _CACHE / "lifetimes"], check=True)
        install = [python, "-m", "pip", "install", "--quiet", *_LIFETIMES]
        if subprocess.run(install, check=False).returncode:
            return None
    script = Path(__file__).with_name("lifetimes_peer.py")
    done = subprocess.run([python, script, what, file], check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-500:], file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
