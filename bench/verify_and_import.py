"""The whole Online Retail file through the real engine, end to end, and the proof of the books after it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.report import Figure, Options

TITLE = "Import of Online Retail (541,909 lines) under the grocery programme, then verify"
IMPORT_S_MAX, VERIFY_S_MAX, MEMORY_MIB_MAX = 60.0, 20.0, 1024.0
_REGULARS = [sys.executable, "-c", "from regulars.cli.main import main; main()"]


def run(options: Options) -> list[Figure]:
    """Each step is the command as its owner types it, database start and all; one run."""
    data = Path(os.environ.get("REGULARS_DATA", Path(__file__).parents[2] / "shared" / "data"))
    file = data / "online_retail.parquet"
    if not file.exists():
        return [Figure("skipped", f"needs {file.name} in the folder named by REGULARS_DATA")]
    home = Path(tempfile.mkdtemp(prefix="regulars-bench-", dir="/tmp"))
    home.chmod(0o711)
    try:
        _regulars(home, "programme", "load", "grocery")
        _regulars(home, "programme", "approve", "1", "--alone-reason", "bench")
        _regulars(home, "programme", "publish", "1", "--from", "2010-01-01")
        rejects = str(home / "rejects.csv")
        imported = _regulars(home, "receipts", "import", str(file), "--enrol", "--rejects", rejects)
        again = _regulars(home, "receipts", "import", str(file), "--enrol", "--rejects", rejects)
        verified = _regulars(home, "verify")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    books = json.loads(verified.out)
    return [
        Figure("import, s", f"{imported.seconds:.1f}", target=f"≤ {IMPORT_S_MAX:.0f}", holds=imported.seconds <= IMPORT_S_MAX, remark=f"{541_909 / imported.seconds:,.0f} lines/s"),
        Figure("import, peak MiB", f"{imported.mib:.0f}", target=f"≤ {MEMORY_MIB_MAX:.0f}", holds=imported.mib <= MEMORY_MIB_MAX, remark="the program, without the database"),
        Figure("the same again, s", f"{again.seconds:.1f}", remark="adds nothing"),
        Figure("verify, s", f"{verified.seconds:.1f}", target=f"≤ {VERIFY_S_MAX:.0f}", holds=verified.seconds <= VERIFY_S_MAX and books["books_are_right"], remark=f"{books['transactions']:,} transactions, books are right: {books['books_are_right']}"),
    ]  # fmt: skip


class _Done:
    """A finished command: what it printed, how long it took, how much memory it had."""

    def __init__(self, out: str, seconds: float, mib: float) -> None:
        self.out, self.seconds, self.mib = out, seconds, mib


def _regulars(home: Path, *words: str) -> _Done:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REGULARS_DATABASE")}
    command = [*_REGULARS, *words, "--data", str(home), "--json"]
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        peak = 0
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.02)
        code = process.wait()
        seconds = time.perf_counter() - started
        out.seek(0)
        text = out.read()
    if code not in (0, 1):
        raise RuntimeError(f"regulars {' '.join(words[:2])} ended with {code}")
    return _Done(text, seconds, peak / 2**20)
