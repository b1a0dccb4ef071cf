"""Child processes that are kept alive: one that dies is started again, ever less hastily."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

log = logging.getLogger(__name__)

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0
_HEALTHY_AFTER_S = 60.0


class Child:
    """A Python module run as a process of its own.

    It gets a session of its own, so that a Ctrl-C at the terminal reaches only us, and we end our
    children in order. The module is expected to call `die_with_parent`.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._name = module.rpartition(".")[2]
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._wait_s = _FIRST_WAIT_S
        self._not_before = 0.0

    def start(self) -> None:
        """Start the process and return at once."""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            # What it says about itself must not get between our results.
            stdout=sys.__stderr__,
            start_new_session=True,
            env=dict(os.environ),
        )
        self._started_at = time.monotonic()

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def keep(self) -> None:
        """Start the process again if it has died, after a wait that doubles from death to death."""
        now = time.monotonic()
        if self.is_alive():
            if now - self._started_at > _HEALTHY_AFTER_S:
                self._wait_s = _FIRST_WAIT_S
            return
        if self._not_before == 0.0:
            log.warning("%s has died; starting it again in %.0f s", self._name, self._wait_s)
            self._not_before = now + self._wait_s
            self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)
        elif now >= self._not_before:
            self._not_before = 0.0
            self.start()

    def ask_to_end(self) -> None:
        """Send SIGTERM; harmless when the process is gone."""
        if self._process is not None and self.is_alive():
            self._process.send_signal(signal.SIGTERM)

    def end_by(self, deadline: float) -> None:
        """Wait for the end until `deadline` (of time.monotonic), then kill what is left."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s does not end: killing it", self._name)
            self._process.kill()
            self._process.wait()


def end_all(children: Sequence[Child], *, within_s: float) -> None:
    """End all children, giving them `within_s` seconds together."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + within_s
    for child in children:
        child.end_by(deadline)
