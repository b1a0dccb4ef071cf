"""What the import of a receipts file costs in processor time: the command and the database together."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from bench import yardstick
from bench.grocery import LONG_AGO
from regulars.kit.database.attach import attachment


def import_cpu_s(file: Path, programme: dict[str, Any]) -> float:
    """Seconds of CPU for `receipts import --enrol` of `file` under `programme`, less those of a command that does nothing.

    In a database and a data folder of its own, removed afterwards.
    """
    home = Path(tempfile.mkdtemp(prefix="regulars-bench-", dir="/tmp"))
    home.chmod(0o711)
    try:
        with attachment(home) as held:
            _command(home, "programme", "list")  # the first command makes the tables
            environment = _environment(home) | {
                "REGULARS_DATABASE_OWNER": held.access.owner.url,
                "REGULARS_DATABASE_APP": held.access.app.url,
            }
            line = [sys.executable, "-m", "bench.import_plain", json.dumps(programme)]
            subprocess.run(line, check=True, env=environment)
            start = _command(home, "programme", "list")
            server = yardstick.server_cpu_s(held.access)
            took = _command(home, "receipts", "import", str(file), "--enrol")
            server = yardstick.server_cpu_s(held.access) - server
        return took - start + server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    left_out = ("DATABASE_URL", "REGULARS_DATABASE_FSYNC")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {
        "REGULARS_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
    }


def _command(home: Path, *words: str) -> float:
    """The CPU seconds of a command of `regulars`, its child processes included."""
    line = [sys.executable, "-c", "from regulars.cli.main import main; main()"]
    process = subprocess.Popen(
        [*line, "--data", str(home), "--json", *words],
        stdout=subprocess.DEVNULL,
        env=_environment(home),
    )
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"regulars {' '.join(words)} failed")
    return used.ru_utime + used.ru_stime


def main(document: dict[str, Any]) -> None:
    """Put a programme in force since long ago; run as a process on the published database."""
    from regulars.contexts.programme.usecases import (
        approve_version,
        draft_version,
        publish_version,
    )
    from regulars.contexts.security.access import ROLE_PERMISSIONS
    from regulars.contexts.security.types import Actor, Role
    from regulars.kit.clock import utc_now
    from regulars.kit.transactions import in_transaction

    author, approver = (
        Actor("staff", str(UUID(int=n)), UUID(int=n), ROLE_PERMISSIONS[Role.OWNER]) for n in (1, 2)
    )

    def work() -> None:
        now = utc_now()
        number = draft_version(document, now=now, by=author).number
        approve_version(number, now=now, by=approver)
        publish_version(number, LONG_AGO, backdated=True, has_sales=False, now=now, by=author)

    in_transaction(work)


if __name__ == "__main__":
    django.setup()
    main(json.loads(sys.argv[1]))
