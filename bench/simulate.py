"""The simulator: receipts per second of a core and of two, against the import of such receipts and a bare loop."""

import csv
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.import_plain import import_cpu_s
from bench.report import Figure, Options
from regulars.analytics.simulation.parts import Conventions, Parts, lay_rows, read_rows
from regulars.analytics.simulation.work import Job, Run, Worker, last_moment
from regulars.analytics.simulation.workers import replay_parts
from regulars.core.economics.behaviour import NO_POINT, Behaviour
from regulars.core.economics.replayed import Replayed
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.receipts.grouping import group_rows
from regulars.integrations.receipts.chunks import row_chunks
from regulars.integrations.receipts.layouts import MappingFile, settle_layout
from regulars.integrations.receipts.reading import read_source
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import load

TITLE = "Simulation of generated receipts (two lines each, 20 a customer), file read and laid out beforehand"
PER_SECOND_MIN = 15_000
TWO_CORES_MIN = 1.7
RECEIPTS, CUSTOMERS = 10_000, 500
IMPORTED, IMPORTED_CUSTOMERS = 2_000, 100  # the same twenty a customer
ROUNDS_MAX = 2
PART_ROWS = 5_000  # parts enough for two processes
TIMES_MORE = 3  # the parts again and again, so that starting processes does not weigh
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
_FOREVER = 2**62

# A point for every twenty, worth one and gone after a year; three tiers by a year's purchases.
PLAIN: dict[str, Any] = {
    "format": 1,
    "code": "plain",
    "title": "Points and tiers",
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "en",
    "currencies": {
        "points": {
            "title": "Points",
            "redeem": {"kind": "money", "worth": 1},
            "expiry": {"kind": "after", "after": {"months": 12}},
        }
    },
    "earning": [
        {
            "id": "base",
            "title": "Base",
            "mechanic": "rate_per_amount",
            "currency": "points",
            "params": {"points": 1, "per": 20},
        }
    ],
    "tiers": {
        "measure": "spend",
        "window": {"kind": "rolling", "length": {"months": 12}},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "silver", "title": "Silver", "threshold": 20000},
            {"code": "gold", "title": "Gold", "threshold": 60000},
        ],
    },
}


def run(options: Options) -> list[Figure]:
    """Speed by processor time under a plain and under the ready grocery programme, and two processes."""
    plain = Programme.model_validate(PLAIN)
    grocery = parse_programme(load_yaml(load("grocery")))
    never, at_once = Behaviour("never"), Behaviour("at_once")
    times = max(1, min(ROUNDS_MAX, options.rounds))
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        file = _generated(Path(folder) / "receipts.csv", RECEIPTS, CUSTOMERS)
        parts = _laid(file, plain)
        _check(parts, plain)
        loop = _least(_cpu, 2 * times, lambda: _loop(parts))
        engine = _least(_cpu, 2 * times, lambda: _replay(parts, plain, never))
        full = _least(_cpu, times, lambda: _replay(parts, grocery, at_once))
        alone = _more(parts, plain, never, 1)
        together = _more(parts, plain, never, 2)
        few = _generated(Path(folder) / "few.csv", IMPORTED, IMPORTED_CUSTOMERS)
        imported = import_cpu_s(few, PLAIN)
    return _figures(loop, engine, full, alone, together, imported)


def _figures(
    loop: float,
    engine: float,
    full: float,
    alone: tuple[float, float],
    together: tuple[float, float],
    imported: float,
) -> list[Figure]:
    more = TIMES_MORE * RECEIPTS
    plain, whole, booked = RECEIPTS / engine, RECEIPTS / full, IMPORTED / imported
    return [
        Figure(
            "points and three tiers, against the target",
            f"{plain:,.0f} receipts/s of CPU",
            f"{PER_SECOND_MIN:,} receipts/s",
            plain / PER_SECOND_MIN,
            "≥ 1.0",
            plain >= PER_SECOND_MIN,
            f"{engine / loop:.1f}× a loop that only reads the same rows and adds up by customer",
        ),
        Figure(
            "the same, against `receipts import`",
            f"{plain:,.0f} receipts/s of CPU",
            f"{booked:,.0f} receipts/s of CPU",
            plain / booked,
            remark=f"{IMPORTED:,} such receipts into PostgreSQL, client and server, start left out",
        ),
        Figure(
            "the ready grocery programme, spent at once",
            f"{whole:,.0f} receipts/s of CPU",
            remark=f"{full / loop:.1f}× the loop; promotions, tiers, caps, expiry, payment with points",
        ),
        Figure(
            "two processes against one, by the clock",
            f"{more / together[0]:,.0f} receipts/s",
            f"{more / alone[0]:,.0f} receipts/s",
            alone[0] / together[0],
            f"≥ {TWO_CORES_MIN}",
            alone[0] / together[0] >= TWO_CORES_MIN,
            "starting left out; needs two free cores",
        ),
        Figure(
            "two processes against one, by CPU",
            f"{more / together[1]:,.0f} receipts/s of CPU",
            f"{more / alone[1]:,.0f} receipts/s of CPU",
            2 * alone[1] / together[1],
            remark="what the clock would show on two free cores: twice, less what sharing costs",
        ),
    ]


def _more(
    parts: Parts, programme: Programme, behaviour: Behaviour, workers: int
) -> tuple[float, float]:
    """Seconds by the clock and of CPU that the parts take each time they come again."""
    often = replace(
        parts, files=parts.files * (1 + TIMES_MORE), steps=parts.steps * (1 + TIMES_MORE)
    )
    once, again = (
        _spent(lambda of=of: _processes(of, programme, behaviour, workers)) for of in (parts, often)
    )
    return again[0] - once[0], again[1] - once[1]


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    clock, before = time.monotonic(), os.times()
    work()
    after = os.times()
    return time.monotonic() - clock, sum(after[:4]) - sum(before[:4])


def _least(
    measure: Callable[[Callable[[], object]], float], times: int, work: Callable[[], object]
) -> float:
    """The best of several short runs: what others do to a shared machine only ever adds."""
    return min(measure(work) for _ in range(times))


def _generated(path: Path, receipts: int, customers: int) -> Path:
    """A seeded file of receipts."""
    rng = random.Random(6)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("receipt", "date", "sku", "quantity", "price", "customer"))
        for number in range(receipts):
            at = SINCE + timedelta(minutes=rng.randrange(60 * 24 * 730))
            who = f"c{rng.randrange(customers)}"
            for _ in range(2):
                cells = (f"sku{rng.randrange(2000)}", rng.randrange(1, 4), rng.randrange(20, 900))
                writer.writerow((number, f"{at:%Y-%m-%d %H:%M}", *cells, who))
    return path


def _laid(path: Path, programme: Programme) -> Parts:
    source, layout = settle_layout(
        read_source(path), told=MappingFile(), named={}, preset=None, folder=path.parent
    )
    chunks = row_chunks(source, layout, zone=programme.zone, money_scale=2)
    about = Conventions(layout.store, layout.till, layout.sku, 2, True)
    return lay_rows(chunks, path.parent, about, str, lambda rows: None, part_rows=PART_ROWS)


def _job(parts: Parts, programme: Programme, behaviour: Behaviour) -> Job:
    end = last_moment(parts, _FOREVER)
    documents = (to_mapping(programme),)
    runs = (Run(0, NO_POINT),)
    return Job(documents, runs, behaviour, 1, 1.0, -_FOREVER, _FOREVER, end, NOW)


def _replay(parts: Parts, programme: Programme, behaviour: Behaviour) -> list[Replayed]:
    worker = Worker(parts, _job(parts, programme, behaviour))
    return [found for part in range(len(parts.files)) for found in worker.replay(part)]


def _processes(
    parts: Parts, programme: Programme, behaviour: Behaviour, workers: int
) -> list[Replayed]:
    job = _job(parts, programme, behaviour)
    return replay_parts(parts, job, workers=workers, advance=lambda done: None)


def _loop(parts: Parts) -> dict[str, tuple[int, int]]:
    """What a short script would do: receipts put together, a twentieth for each customer."""
    sums: dict[str, tuple[int, int]] = {}
    about = parts.conventions
    assert about is not None, "rows of a file"
    for name in parts.files:
        rows, _ = read_rows(parts.folder / name, about)
        for slip in group_rows(rows, store=about.store, till=about.till):
            amount = sum(rows.amount[row] for row in slip.rows)
            spent, points = sums.get(slip.customer or "", (0, 0))
            sums[slip.customer or ""] = spent + amount, points + amount // 2000
    return sums


def _check(parts: Parts, plain: Programme) -> None:
    """The engine finds the money that the loop finds, and its points up to rounding by line."""
    loop = _loop(parts)
    found = _replay(parts, plain, Behaviour("never"))
    gross = sum(int(each.members[:, 3].sum()) for each in found)
    points = sum(int(each.members[:, 8].sum()) for each in found)
    assert gross == sum(spent for spent, _ in loop.values())
    assert abs(points - sum(of for _, of in loop.values())) <= RECEIPTS, points


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main(show: Callable[[str], None] = print) -> None:
    """Print the figures of a short run."""
    for figure in run(Options(rounds=1)):
        show(f"{figure.name}: {figure.product} {figure.target} {figure.remark}")


if __name__ == "__main__":
    main()
