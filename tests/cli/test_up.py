"""`regulars up` as a whole: starts everything, survives its own children, leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

import psutil
import pytest

from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE

pytestmark = pytest.mark.timeout(180)


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


@pytest.fixture
def start(own_folder):
    """Starts `up` on this test's own installation; whatever is left at the end is killed."""
    started = []

    def begin():
        started.append(Up(own_folder))
        return started[-1]

    yield begin
    left = [up.process.pid for up in started]
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid in left or str(own_folder) in process.cmdline():
                process.kill()


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
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def modules(up):
    """The Python modules that run as children now, with their processes."""
    found = {}
    for process in alive(up.family()):
        with suppress(psutil.Error):
            line = process.cmdline()
            if "-m" in line:
                found.setdefault(line[line.index("-m") + 1], process)
    return found


def test_it_starts_everything_and_ends_it_all(start):
    up = start()
    said = up.wait_until_ready()
    assert said["administrator"]["password"]
    assert said["urls"]["home"] == f"http://127.0.0.1:{up.port}/"
    assert up.answers() in (200, 302, 404)
    family = up.family()
    assert up.end(signal.SIGINT) == 0
    assert alive(family) == []


def test_what_dies_is_started_again_and_a_second_one_is_refused(start):
    up = start()
    up.wait_until_ready()
    second = start()
    assert second.process.wait(60) == 3
    assert json.loads(second.process.stdout.read())["error"]["code"] == "up.already_running"
    database = int((up.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    before = modules(up)
    assert len(before) == 2
    for victim in (*before.values(), psutil.Process(database)):
        victim.kill()
    wait_until(lambda: modules(up).keys() == before.keys() and modules(up) != before)
    wait_until(lambda: up.answers() in (200, 302, 404))
    assert up.end(signal.SIGTERM) == 0


def test_killed_with_all_its_force_it_takes_its_children_along_and_starts_again(start):
    up = start()
    first = up.wait_until_ready()
    family = [p for p in up.family() if not p.name().startswith("postgres")]
    assert len(family) >= 3
    up.end(signal.SIGKILL)
    wait_until(lambda: alive(family) == [])
    again = start()
    assert "administrator" in first
    assert "administrator" not in again.wait_until_ready()
    everyone = again.family()
    assert again.end(signal.SIGINT) == 0
    assert alive(everyone) == []


def test_a_port_in_use_is_named(start, own_folder, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setattr(sys.modules[__name__], "free_port", lambda: other.getsockname()[1])
        up = start()
        assert up.process.wait(60) == 3
        assert json.loads(up.process.stdout.read())["error"]["code"] == "up.port_taken"
