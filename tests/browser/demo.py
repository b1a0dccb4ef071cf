"""What `make demo` starts, as a person meets it: the terminal says where to go and as whom."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from running import free_port

from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE
from regulars.kit.dsn import Access

TINY = ("--members", "30", "--days", "31")


class Demo:
    """A running `regulars demo` on a database, with web server, worker and studies of its own."""

    def __init__(self, access: Access, folder: Path) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.log = folder / "demo.log"
        self.said: dict[str, object] = {}
        told = {**os.environ, "DATABASE_URL": access.owner.url, "REGULARS_LANGUAGE": "en"}
        for name in (OWNER_VARIABLE, APP_VARIABLE):
            told.pop(name, None)
        line = [sys.executable, "-c", "from regulars.cli.main import main; main()", "demo"]
        line += ["--data", str(folder / "home"), "--port", str(port), "--json", *TINY]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                line,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=told,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Read what it says until it serves."""
        assert self._process.stdout is not None
        while "urls" not in self.said:
            line = self._process.stdout.readline()
            assert line, self.log.read_text()
            self.said |= json.loads(line)

    def errors(self) -> list[str]:
        """What its processes have logged as going wrong."""
        return [line for line in self.log.read_text().splitlines() if re.search("ERROR", line)]

    def end(self) -> None:
        """As Ctrl-C does."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=60)
