"""pgbench TPC-B on the same server: what the machine's database gives a plain C client."""

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
from psycopg import sql

from bench.report import percentile
from regulars.kit.database.programs import wheel_programs
from regulars.kit.dsn import Access

DATABASE = "yardstick"
SCALE, CLIENTS = 50, 16
_SAMPLED = 0.1  # of the transactions are logged with what they took


@dataclass(frozen=True, slots=True)
class Run:
    """One run: operations per second, latencies, and CPU milliseconds per operation."""

    per_second: float
    p50_ms: float
    p99_ms: float
    client_ms: float
    server_ms: float


def prepare(access: Access, scale: int = SCALE) -> None:
    """Make pgbench's tables in a database of their own."""
    owner = access.owner
    with psycopg.connect(owner.changed(dbname="postgres").conninfo, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone():
            return
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    _pgbench(access, "-i", "-q", "-s", str(scale))


def run(access: Access, seconds: float) -> Run:
    """TPC-B with 16 clients for so long."""
    server = server_cpu_s(access)
    children = _children_s()
    with TemporaryDirectory() as folder:
        done = _pgbench(
            access, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
            "-T", str(max(1, round(seconds))), "--log", f"--sampling-rate={_SAMPLED}",
            folder=Path(folder),
        )  # fmt: skip
        took_ms = [
            int(line.split()[2]) / 1000
            for log in Path(folder).iterdir()
            for line in log.read_text().splitlines()
        ]
    count = int(_found(r"transactions actually processed: (\d+)", done))
    return Run(
        float(_found(r"tps = ([\d.]+)", done)),
        percentile(took_ms, 0.5),
        percentile(took_ms, 0.99),
        (_children_s() - children) * 1000 / count,
        (server_cpu_s(access) - server) * 1000 / count,
    )


def server_cpu_s(access: Access) -> float:
    """CPU seconds that the server's processes have used so far, ended backends included."""
    with psycopg.connect(access.app.conninfo) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        postmaster = psutil.Process(row[0]).parent()
        assert postmaster is not None
        total = 0.0
        for process in (postmaster, *postmaster.children()):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        ended = postmaster.cpu_times()
        return total + ended.children_user + ended.children_system


def _children_s() -> float:
    times = psutil.Process().cpu_times()
    return times.children_user + times.children_system


def _pgbench(access: Access, *args: str, folder: Path | None = None) -> str:
    owner = access.owner.changed(dbname=DATABASE)
    done = wheel_programs().run("pgbench", *args, owner.conninfo, cwd=folder)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(text)
    return match[1]
