"""`regulars up` as a whole: starts everything, survives its own children, leaves nothing behind."""

import json
import signal
import socket
from contextlib import suppress
from urllib.request import HTTPCookieProcessor, build_opener

import psutil
import pytest
from running import Up, alive, modules, wait_until

pytestmark = pytest.mark.timeout(180)


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


def test_it_starts_everything_and_ends_it_all(start):
    up = start()
    said = up.wait_until_ready()
    assert said["administrator"]["password"]
    browser = build_opener(HTTPCookieProcessor())
    with browser.open(said["administrator"]["link"], timeout=30) as page:
        assert page.url == f"http://localhost:{up.port}/console/link/"
        assert page.status == 200
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
    assert len(before) == 3
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
        monkeypatch.setattr("running.free_port", lambda: other.getsockname()[1])
        up = start()
        assert up.process.wait(60) == 3
        assert json.loads(up.process.stdout.read())["error"]["code"] == "up.port_taken"
