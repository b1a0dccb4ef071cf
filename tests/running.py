"""A running `regulars up`, as its owner sees it from outside."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

import psutil

from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE


class Up:
    """A running `regulars up` and what it has said so far."""

    def __init__(self, folder):
        self.port = free_port()
        self.data = folder / "home"
        line = [sys.executable, "-c", "from regulars.cli.main import main; main()"]
        environment = {
            k: v for k, v in os.environ.items() if k not in (OWNER_VARIABLE, APP_VARIABLE)
        }
        self.process = subprocess.Popen(
            [*line, "up", "--data", str(self.data), "--port", str(self.port), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.said = {}

    def wait_until_ready(self):
        """Read its documents up to the addresses, and return them all as one."""
        while "urls" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read()
            self.said |= json.loads(line)
        return self.said

    def answers(self):
        """The HTTP status of the root page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return None

    def family(self):
        """The process and all its descendants."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def end(self, number):
        """Send a signal, and return the exit code."""
        self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds, seconds=40):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def alive(processes):
    return [process for process in processes if _is_alive(process)]


def modules(up):
    """The Python modules that run as children now, with their processes."""
    found = {}
    for process in alive(up.family()):
        with suppress(psutil.Error):
            line = process.cmdline()
            if "-m" in line:
                found.setdefault(line[line.index("-m") + 1], process)
    return found


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False
