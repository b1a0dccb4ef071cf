"""The simulator: receipts per second of one core and of two, held against a loop without an engine."""

import csv
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.report import Figure, Options, middle
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
RECEIPTS, CUSTOMERS = 20_000, 1_000
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
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        parts = _laid(_generated(Path(folder)), plain)
        _check(parts, plain)
        rounds = [_round(parts, plain, grocery) for _ in range(max(1, min(3, options.rounds)))]
    loop, engine, full = (middle([each[i] for each in rounds]) for i in range(3))
    alone, together = (min(each[i] for each in rounds) for i in (3, 4))
    speeds = [RECEIPTS / seconds for seconds in (engine, full)]
    return [
        Figure(
            "points and three tiers, never spent",
            f"{speeds[0]:,.0f} receipts/s of CPU",
            f"{PER_SECOND_MIN:,} receipts/s",
            speeds[0] / PER_SECOND_MIN,
            "≥ 1.0",
            speeds[0] >= PER_SECOND_MIN,
            f"{engine / loop:.1f}× a loop that only reads the same rows and adds up by customer",
        ),
        Figure(
            "the ready grocery programme, spent at once",
            f"{speeds[1]:,.0f} receipts/s of CPU",
            "",
            None,
            "",
            None,
            f"{full / loop:.1f}× the loop; promotions, tiers, caps, expiry and payment with points",
        ),
        Figure(
            "two processes against one",
            f"{RECEIPTS / together:,.0f} receipts/s by the clock",
            f"{RECEIPTS / alone:,.0f} receipts/s",
            alone / together,
            f"≥ {TWO_CORES_MIN}",
            alone / together >= TWO_CORES_MIN,
            "by the clock, starting processes included; needs two free cores",
        ),
    ]


def _round(parts: Parts, plain: Programme, grocery: Programme) -> tuple[float, ...]:
    never, at_once = Behaviour("never"), Behaviour("at_once")
    return (
        _cpu(lambda: _loop(parts)),
        _cpu(lambda: _replay(parts, plain, never)),
        _cpu(lambda: _replay(parts, grocery, at_once)),
        _clock(lambda: _processes(parts, grocery, at_once, 1)),
        _clock(lambda: _processes(parts, grocery, at_once, 2)),
    )


def _generated(folder: Path) -> Path:
    """A seeded file of receipts."""
    rng = random.Random(6)
    path = folder / "receipts.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("receipt", "date", "sku", "quantity", "price", "customer"))
        for number in range(RECEIPTS):
            at = SINCE + timedelta(minutes=rng.randrange(60 * 24 * 730))
            who = f"c{rng.randrange(CUSTOMERS)}"
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
    return lay_rows(chunks, path.parent, about, str, lambda rows: None)


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


def _clock(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def main(show: Callable[[str], None] = print) -> None:
    """Print the figures of a short run."""
    for figure in run(Options(rounds=1)):
        show(f"{figure.name}: {figure.product} {figure.target} {figure.remark}")


if __name__ == "__main__":
    main()
