"""`regulars simulate`: what it shows, what it refuses, and that it ends cleanly."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from made_receipts import file_of, rows_of
from receipt_files import write_csv

from regulars.analytics.simulation.parts import temporary_folder
from regulars.cli.main import run
from regulars.core.economics.behaviour import (
    BehaviourWrong,
    ResponseWrong,
    read_behaviour,
    read_response,
)

_GOOD = "1;2025-01-01 10:00;a;1;100;c1"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return tmp_path


def simulated(*words, home, capsys, status=0):
    assert run(["--data", str(home / "home"), "--language", "en", *words]) == status
    return capsys.readouterr()


def test_candidates_stand_side_by_side(home, capsys):
    file = file_of(home, rows_of(4))
    told = simulated(
        "simulate", "grocery", "vip_club", "--receipts", str(file), "--column", "reference=of",
        "--workers", "1", "--response", "frequency=0/0.1/0.2", home=home, capsys=capsys,
    ).out  # fmt: skip
    assert "grocery" in told
    assert "Assumed: members come 10 % more often (0 to 20 %) because of any candidate." in told
    assert "Worse off than under the first" in told


def test_json_has_every_figure(home, capsys):
    file = file_of(home, rows_of(4))
    words = ["simulate", "grocery", "grocery", "--receipts", str(file), "--workers", "1"]
    told = json.loads(simulated("--json", *words, home=home, capsys=capsys).out)
    assert [one["code"] for one in told["outcomes"]] == ["grocery", "grocery-2"]
    first, second = told["outcomes"]
    assert first["totals"] == second["totals"]
    assert second["versus_first"]["same"] == second["totals"]["members"]
    assert first["totals"]["reward_minor"] > 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["grocery"], "simulation.either"),
        (["grocery", "--receipts", "{file}", "--own"], "simulation.either"),
        (["grocery", "--receipts", "{file}", "--behaviour", "sometimes"], "simulation.behaviour_wrong"),
        (["grocery", "--receipts", "{file}", "--behaviour", "recorded"], "simulation.recorded_needs_own"),
        (["grocery", "--receipts", "{file}", "--response", "frequency=2"], "simulation.response_wrong"),
        (["grocery", "--receipts", "{file}", "--sample", "0"], "simulation.sample_wrong"),
        (["grocery", "--receipts", "{file}", "--sample", "1/0"], "simulation.sample_wrong"),
        (["grocery", "--receipts", "{file}", "--points-cost", "-1"], "simulation.sample_wrong"),
        (["grocery", "--receipts", "{file}", "--from", "yesterday"], "simulation.window_wrong"),
        (["grocery", "--receipts", "{file}", "--from", "2025-02-01", "--to", "2025-01-01"],
         "simulation.window_wrong"),
        (["grocery", "--receipts", "{file}", "--from", "2030-01-01"], "simulation.nothing"),
        (["grocery", "--receipts", "{file}.none"], "import.file_unreadable"),
        (["grocery", "--receipts", "{noise}"], "import.columns_missing"),
        (["nowhere.yaml", "--receipts", "{file}"], "cli.programme_unreadable"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(home, capsys, words, code):
    file = write_csv(home / "good.csv", _GOOD)
    noise = home / "noise.csv"
    noise.write_text("a;b\n1;2\n")
    words = [word.format(file=file, noise=noise) for word in words]
    assert run(["--data", str(home / "home"), "--json", "simulate", *words, "--workers", "1"]) in (
        2,
        3,
    )
    said = capsys.readouterr()
    assert code in said.err + said.out


def test_rows_that_are_no_receipts_are_counted_and_nothing_else(home, capsys):
    file = write_csv(
        home / "odd.csv", _GOOD, "2;2025-01-01;a;0;100;c1", "3;never;a;1;100;c1",
        "4;2025-01-02;a;1;-5;c1", "5;2025-01-02 11:00;a;-1;100;nobody-bought", "6;;;;;",
        "7;2025-01-03 11:00;=cmd();1;99999999999999999;c2", "1;2025-01-01 10:00;b;1;50;c9",
        f"8;2025-01-03 12:00;a;1;10;{'x' * 500}",
    )  # fmt: skip
    words = ["--json", "simulate", "grocery", "--receipts", str(file), "--workers", "1"]
    (one,) = json.loads(simulated(*words, home=home, capsys=capsys).out)["outcomes"]
    rows = one["rows"]
    assert rows["sold"]["rows"] == 1
    assert rows["sold"]["rows"] + rows["returned"]["rows"] + rows["rejected"]["rows"] == 9
    assert sum(reason["rows"] for reason in rows["reasons"].values()) == rows["rejected"]["rows"]


@pytest.mark.parametrize(
    "told", ["", "from", "from:", "from:0", "from:-1", "from:0.001", "share:1.1", "share:x", "never:1",
             "share:" + "9" * 50, "from:1/0"],
)  # fmt: skip
def test_behaviours_that_are_none(told):
    with pytest.raises(BehaviourWrong):
        read_behaviour(told, money_scale=2)


@pytest.mark.parametrize(
    "told", ["", "often", "frequency", "frequency=", "frequency=1/2", "frequency=0.3/0.2/0.4",
             "check=-0.1", "check=0.1,check=0.2", "check=0.1;frequency=1"],
)  # fmt: skip
def test_responses_that_are_none(told):
    with pytest.raises(ResponseWrong):
        read_response(told)


def started(home, file, temporary, *more):
    words = ["simulate", "grocery", "vip_club", "--receipts", str(file), "--workers", "2"]
    line = [sys.executable, "-c", "from regulars.cli.main import main; main()"]
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen(
        [*line, "--data", str(home / "home"), *more, *words],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    family = psutil.Process(process.pid)
    until = time.monotonic() + 120
    while len(workers_of(family)) < 2:
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < until
        time.sleep(0.02)
    return process, family.children(recursive=True)


def workers_of(family):
    """The worker processes; multiprocessing has one more, which only looks after the others."""
    found = []
    for child in family.children():
        with suppress(psutil.Error):
            if "multiprocessing.spawn" in " ".join(child.cmdline()):
                found.append(child)
    return found


def gone(processes, within=60):
    _, alive = psutil.wait_procs(processes, timeout=within)
    return not alive


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_ended_in_the_middle_it_leaves_no_process_and_no_file_for_long(home, how, monkeypatch):
    file = file_of(home, rows_of(8, customers=400, receipts=27_000))
    temporary = home / "temporary"
    temporary.mkdir()
    process, workers = started(home, file, temporary)
    process.send_signal(how)
    process.wait(60)
    assert gone(workers)
    if how is signal.SIGINT:
        assert process.returncode == 5
        assert not list(temporary.glob("regulars-simulation-*"))
        return
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with temporary_folder() as folder:  # the next one sweeps what the killed one left
        assert list(temporary.glob("regulars-simulation-*")) == [folder]


def test_a_worker_that_is_killed_is_replaced(home):
    file = file_of(home, rows_of(8, customers=400, receipts=16_000))
    temporary = home / "temporary"
    temporary.mkdir()
    process, _ = started(home, file, temporary, "--json")
    family = psutil.Process(process.pid)
    before = workers_of(family)
    before[0].kill()
    until = time.monotonic() + 60
    while not {one.pid for one in workers_of(family)} - {one.pid for one in before}:
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < until, "nobody took the place of who was killed"
        time.sleep(0.02)
    found, said = process.communicate(timeout=200)
    assert process.returncode == 0, said.decode()
    process, _ = started(home, file, temporary, "--json")
    assert process.communicate(timeout=200)[0] == found
