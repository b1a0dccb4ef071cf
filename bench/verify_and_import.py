"""The whole Online Retail file into a fresh database, and the proof of the books after it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import yardstick
from bench.report import Figure, Options
from regulars.kit.database.attach import attachment
from regulars.kit.dsn import Access

TITLE = "Import of the whole Online Retail file under the grocery programme, and verify after it"
IMPORT_S_MAX, IMPORT_MIB_MAX, VERIFY_S_MAX = 60.0, 1024.0, 20.0
ROWS = 541_909
_FILE = "online_retail.parquet"


def run(options: Options) -> list[Figure]:
    """One import and one proof in a data folder of their own; without the file there is nothing to say."""
    source = data_folder() / _FILE
    if not source.exists():
        return [Figure("import", "no data", remark=f"set REGULARS_DATA to the folder of {_FILE}")]
    with _fresh_home(options.promotions) as (home, access):
        database = yardstick.server_cpu_s(access)
        took, mib, told = _command(
            home,
            "receipts",
            "import",
            str(source),
            "--enrol",
            "--rejects",
            str(home / "rejects.csv"),
        )
        database = yardstick.server_cpu_s(access) - database
        proved, proved_mib, verdict = _command(home, "verify")
    assert verdict["books_are_right"], verdict
    return [
        Figure(
            "import, s", f"{took:.1f}", target=f"{IMPORT_S_MAX:.0f}", holds=took <= IMPORT_S_MAX,
            remark=f"{ROWS / took:,.0f} rows/s, {told['sales']['rows']:,} sold, {told['returns']['rows']:,} returned, {told['rejected']['rows']:,} rejected"
        ),
        Figure("import, MiB", f"{mib:.0f}", target=f"{IMPORT_MIB_MAX:.0f}", holds=mib <= IMPORT_MIB_MAX),
        Figure("import, database CPU s", f"{database:.1f}"),
        Figure(
            "verify, s", f"{proved:.1f}", target=f"{VERIFY_S_MAX:.0f}", holds=proved <= VERIFY_S_MAX,
            remark=f"{verdict['transactions']:,} transactions"
        ),
        Figure("verify, MiB", f"{proved_mib:.0f}"),
    ]  # fmt: skip


def data_folder() -> Path:
    """The folder of the real data sets: REGULARS_DATA, or beside the repository."""
    named = os.environ.get("REGULARS_DATA")
    return Path(named) if named else Path(__file__).parents[2] / "shared" / "data"


@contextmanager
def _fresh_home(promotions: bool) -> Iterator[tuple[Path, Access]]:
    home = Path(tempfile.mkdtemp(prefix="regulars-bench-", dir="/tmp"))
    home.chmod(0o711)
    try:
        with attachment(home) as held:
            _command(home, "programme", "list")  # the first command makes the tables
            environment = _environment(home) | {
                "REGULARS_DATABASE_OWNER": held.access.owner.url,
                "REGULARS_DATABASE_APP": held.access.app.url,
            }
            more = ["promotions"] if promotions else []
            subprocess.run(
                [sys.executable, "-m", "bench.grocery", *more], check=True, env=environment
            )
            yield home, held.access
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REGULARS_DATABASE_FSYNC")
    }
    return kept | {
        "REGULARS_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
    }


def _command(home: Path, *words: str) -> tuple[float, float, dict]:
    """Seconds, MiB at most, and what a command of `regulars` says."""
    line = [sys.executable, "-c", "from regulars.cli.main import main; main()"]
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*line, "--data", str(home), "--json", *words], stdout=said, env=_environment(home)
        )
        _, status, used = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"regulars {' '.join(words)} failed")
        said.seek(0)
        text = said.read()
    return took, used.ru_maxrss / 1024, json.loads(text) if text.strip() else {}
