"""The walk through the API that the documentation prints works as printed, on a real server."""

import json
import os
import re
import socket
import subprocess
import sys
import time

import pytest

from architecture.source import ROOT

READY_WITHIN_S = 60


@pytest.fixture
def server(world_database):
    """The web server as its own process, on the copy of the business; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "regulars.project.web_process", "127.0.0.1", str(port), "1"]
    environment = {
        **os.environ,
        "REGULARS_SECRET_KEY": "a secret of this test",
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
    }
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port, process):
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, "the server has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not answer")


def test_the_walk_of_the_documentation_works_as_printed(server, world):
    text = (ROOT / "docs" / "api.md").read_text()
    (script,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    script = script.replace("127.0.0.1:8000", f"127.0.0.1:{server}")
    # Each answer on a line of its own.
    script = script.replace("curl -s ", "curl -s -w '\\n' ")
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        env={**os.environ, "K": world.keys["s1/1"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    known, sale, back = map(json.loads, done.stdout.splitlines())
    assert known["member"]["id"] == str(world.member)
    assert (sale["receipt_id"], sale["due_minor"]) == ("2026-000123", 17980)
    assert (back["return_id"], back["refund_minor"]) == ("R-17", 8990)
