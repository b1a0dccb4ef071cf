"""The server process of one data directory: find it, start it, stop it."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from regulars.kit.database.account import Account
from regulars.kit.database.cluster import cluster_name
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.kit.database.programs import Programs, plain_environment

_LOG_BYTES_MAX = 10 * 1024 * 1024
_FAST_STOP_S = 120.0
_POLL_S = 0.05


class Postmaster:
    """The one server process that may work on `data`.

    Several programs may hold such an object for one data directory; the caller serialises `launch`
    and `stop` by a lock.
    """

    def __init__(self, data: Path, log: Path) -> None:
        self._data = data
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None

    def find(self) -> psutil.Process | None:
        """The living server process, whoever started it; never another one with its old number."""
        pid = _noted_pid(self._data / "postmaster.pid")
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            return process if self._is_ours(process) else None
        except psutil.NoSuchProcess:
            return None

    def launch(self, programs: Programs, account: Account, socket: Path) -> None:
        """Start the server and return at once; it outlives us unless it is told to stop."""
        self._forget_dead_pid(socket)
        self._turn_log()
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [programs.path("postgres"), "-D", str(self._data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._data,
                env=plain_environment(),
                umask=0o077,
                # A Ctrl-C at the terminal is for us: we stop the server when its users are done.
                start_new_session=True,
                **account.popen(),  # type: ignore[call-overload]
            )

    def is_gone(self) -> bool:
        """Whether no server lives; one just launched lives before it has noted its pid."""
        if self._child is not None and self._child.poll() is None:
            return False
        return self.find() is None

    def says_ready(self) -> bool:
        """Whether the server has noted that it takes connections."""
        lines = _lines(self._data / "postmaster.pid")
        return len(lines) > 7 and lines[7].strip() == "ready"

    def last_words(self) -> str:
        """The last line of the server's log that says what was fatal."""
        if not self._log.exists():
            return "the server said nothing"
        tail = self._log.read_bytes()[-4000:].decode(errors="replace").splitlines()
        fatal = [line.partition("FATAL:")[2].strip() for line in tail if "FATAL:" in line]
        return fatal[-1] if fatal else (tail[-1] if tail else "the server said nothing")

    def stop(self) -> None:
        """End the server cleanly (open transactions are rolled back) and wait until it is gone."""
        for name in (signal.SIGINT, signal.SIGQUIT):
            process = self.find()
            if process is None:
                break
            process.send_signal(name)
            if self._gone_within(process, _FAST_STOP_S):
                break
        else:
            raise DatabaseUnavailable(reason="the server does not stop")
        if self._child is not None:
            self._child.poll()

    def _gone_within(self, process: psutil.Process, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._child is not None:
                self._child.poll()
            if not _is_alive(process):
                return True
            time.sleep(_POLL_S)
        return False

    def _forget_dead_pid(self, socket: Path) -> None:
        """Remove lock files that PostgreSQL itself would not dare to remove.

        It looks only at whether the number is in use, and so never starts again when another
        process got the number or when the dead server was not reaped. We look at who it is, and
        remove the files only when no process at all works on this data directory: a backend that
        is still there could write into it.
        """
        for lock in (self._data / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
            pid = _noted_pid(lock)
            if pid is not None and psutil.pid_exists(pid) and not any(self._processes()):
                lock.unlink(missing_ok=True)

    def _processes(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            try:
                if self._is_ours(process):
                    yield process
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue

    def _is_ours(self, process: psutil.Process) -> bool:
        if not _is_alive(process):
            return False
        words = process.cmdline()
        title = f"postgres: {cluster_name(self._data)}"
        return words[1:3] == ["-D", str(self._data)] or bool(words and words[0].startswith(title))

    def _turn_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES_MAX:
            self._log.replace(self._log.with_suffix(".log.1"))


def _noted_pid(lock: Path) -> int | None:
    lines = _lines(lock)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _lines(lock: Path) -> list[str]:
    try:
        return lock.read_text().splitlines()
    except FileNotFoundError:
        return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
