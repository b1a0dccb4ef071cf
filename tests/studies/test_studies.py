"""Studies from the question to the files: done once, killed at any moment, called off, refused, removed."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from django.test import override_settings
from running import wait_until
from till_shop import NOW, open_shop

from regulars.cli.main import regulars
from regulars.cli.session import Session
from regulars.contexts.economics.models import Study
from regulars.contexts.economics.queries.studies import StudyNotFound, get_study
from regulars.contexts.economics.types import StudyState
from regulars.contexts.economics.usecases.studies import (
    ATTEMPTS_MAX,
    UNDER_WAY_MAX,
    StudiesTooMany,
    cancel_study,
    finish_study,
    note_progress,
    request_study,
    start_study,
)
from regulars.contexts.security.types import Permission, system_actor
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.wording.catalogue import SENTENCES
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, defer, run_worker
from regulars.kit.transactions import in_transaction
from regulars.studies import jobs
from regulars.studies.folders import studies_folder, study_folder
from regulars.studies.registry import RUNS
from regulars.studies.requests import REQUESTS, read_request
from regulars.studies.work import Stopped

BY = system_actor("tests")
ANALYSIS = {"kind": "analysis", "language": "ru"}


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def books(django_on_fresh_database, home):
    """A shop with some sales, and a folder for the installation."""
    with open_shop(django_on_fresh_database) as shop:
        people = [shop.enrol(f"member{n}") for n in range(3)]
        for day in range(4):
            shop.now = NOW + timedelta(days=20 * day)
            for place, member in enumerate(people):
                if day % (place + 1) == 0:
                    shop.sell(member, 100 + 10 * day)
    return django_on_fresh_database


@pytest.fixture
def kind(monkeypatch, django_on_fresh_database, home):
    """Puts a study of our own in the place of the analysis: (request, work) -> summary."""

    def put(run):
        monkeypatch.setitem(RUNS, "analysis", run)

    return put


def ask(request=ANALYSIS) -> UUID:
    return in_transaction(lambda: request_study("analysis", request, now=utc_now(), by=BY)).id


def seen(study_id):
    return in_transaction(lambda: get_study(study_id, by=BY))


def work_off():
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)


def test_every_kind_can_be_asked_for_and_done():
    assert REQUESTS.keys() == RUNS.keys()
    for name, model in REQUESTS.items():
        assert model.model_fields["kind"].annotation == Literal[name]
    assert isinstance(read_request(ANALYSIS), REQUESTS["analysis"])


def test_an_analysis_of_own_books_is_asked_for_and_its_files_are_there(books, home):
    study = ask()
    assert seen(study).state is StudyState.QUEUED
    work_off()
    found = seen(study)
    assert found.state is StudyState.DONE, found
    assert found.summary["customers"] == 3
    names = {file.name: file.bytes for file in found.files}
    assert {"report.html", "analysis.json", "analysis.xlsx", "customers.csv"} <= names.keys()
    folder = study_folder(home, study)
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == names
    assert 'lang="ru"' in (folder / "report.html").read_text()
    assert [path.name for path in studies_folder(home).iterdir()] == [study.hex]


def test_what_cannot_be_done_is_refused_with_its_reason(django_on_fresh_database, home):
    with open_shop(django_on_fresh_database):
        pass
    study = ask()
    work_off()
    found = seen(study)
    assert (found.state, found.refusal) == (StudyState.REFUSED, "analysis.nothing")
    assert list(studies_folder(home).iterdir()) == []


def test_a_fault_says_so_and_tells_nothing_of_what_it_met(kind, home):
    def run(request, work):
        (work.folder / "half.csv").write_text("half")
        raise ValueError("a secret")

    kind(run)
    study = ask()
    work_off()
    found = seen(study)
    assert (found.state, found.refusal) == (StudyState.FAILED, "study.failed")
    assert "secret" not in json.dumps([found.refusal_params, found.summary])
    assert list(studies_folder(home).iterdir()) == []


def test_a_study_that_waits_is_cancelled_at_once_and_never_begun(kind):
    kind(lambda request, work: pytest.fail("begun"))
    study = ask()
    in_transaction(lambda: cancel_study(study, now=utc_now(), by=BY))
    assert seen(study).state is StudyState.CANCELLED
    work_off()
    assert seen(study).state is StudyState.CANCELLED


def test_a_study_that_runs_stops_at_its_next_step(kind, home):
    steps = []

    def run(request, work):
        work.advance("analysis.reading", 1, 2)
        steps.append(1)
        in_transaction(lambda: cancel_study(study, now=utc_now(), by=BY))
        (work.folder / "half.csv").write_text("half")
        work.advance("analysis.printing", 2, 2)
        steps.append(2)

    kind(run)
    study = ask()
    work_off()
    assert (seen(study).state, steps) == (StudyState.CANCELLED, [1])
    assert list(studies_folder(home).iterdir()) == []


def test_calling_off_in_the_last_moment_leaves_no_files(kind, home):
    def run(request, work):
        (work.folder / "whole.csv").write_text("whole")
        in_transaction(lambda: cancel_study(study, now=utc_now(), by=BY))
        return {}

    kind(run)
    study = ask()
    work_off()
    assert (seen(study).state, seen(study).files) == (StudyState.CANCELLED, ())
    assert list(studies_folder(home).iterdir()) == []


def test_one_that_has_ended_stays_as_it_is(kind):
    kind(lambda request, work: {"told": 1})
    study = ask()
    work_off()
    in_transaction(lambda: cancel_study(study, now=utc_now(), by=BY))
    assert (seen(study).state, seen(study).summary) == (StudyState.DONE, {"told": 1})


def test_whoever_was_overtaken_can_write_nothing_any_more(kind):
    study = ask()
    now = utc_now()
    first = in_transaction(lambda: start_study(study, now=now))
    second = in_transaction(lambda: start_study(study, now=now))
    assert (first.attempt, second.attempt) == (1, 2)
    told = [
        in_transaction(lambda n=n: note_progress(study, n, "x", 1, None, now=now)) for n in (1, 2)
    ]
    assert told == [False, True]
    assert not in_transaction(lambda: finish_study(study, 1, {}, [], now=now))
    assert in_transaction(lambda: finish_study(study, 2, {}, [], now=now))


def test_a_study_that_kills_its_worker_is_given_up(kind):
    study = ask()
    now = utc_now()
    for _ in range(ATTEMPTS_MAX):
        assert in_transaction(lambda: start_study(study, now=now))
    assert in_transaction(lambda: start_study(study, now=now)) is None
    assert (seen(study).state, seen(study).refusal) == (StudyState.FAILED, "study.gave_up")


def test_a_worker_that_ends_leaves_the_study_to_the_next(kind, home):
    def run(request, work):
        (work.folder / "half.csv").write_text("half")
        work.advance("analysis.reading", 1, 2)

    kind(run)
    study = ask()
    with pytest.raises(jobs.Interrupted):
        jobs.run_study(study=str(study), ending=lambda: True)
    assert seen(study).state is StudyState.QUEUED
    assert list(studies_folder(home).iterdir()) == []
    kind(lambda request, work: {"told": 1})
    work_off()
    assert seen(study).summary == {"told": 1}
    assert Study.objects.get(id=study).attempt == 1


def test_stopping_is_no_refusal():
    assert not issubclass(Stopped, jobs.Refused)


def test_only_so_many_wait(kind):
    for _ in range(UNDER_WAY_MAX):
        ask()
    with pytest.raises(StudiesTooMany):
        ask()


@pytest.mark.parametrize("act", ["request", "cancel", "read"])
def test_who_may_not_is_refused(kind, act):
    study = ask()
    other = {
        "request": Permission.REPORTS_READ,
        "cancel": Permission.REPORTS_READ,
        "read": Permission.STUDIES_RUN,
    }[act]
    by = BY._replace(permissions=frozenset({other}))
    acts = {
        "request": lambda: request_study("analysis", {}, now=utc_now(), by=by),
        "cancel": lambda: cancel_study(study, now=utc_now(), by=by),
        "read": lambda: get_study(study, by=by),
    }
    with pytest.raises(PermissionMissing):
        in_transaction(acts[act])


def test_old_results_and_what_killed_studies_left_are_removed(kind, home):
    def run(request, work):
        (work.folder / "whole.csv").write_text("whole")
        return {}

    kind(run)
    old, new = ask(), ask()
    work_off()
    (studies_folder(home) / ".0123.1.part").mkdir()
    ages = timedelta(days=100)
    Study.objects.filter(id=old).update(finished_at=utc_now() - ages)
    with override_settings(STUDIES_KEPT_DAYS=90):
        jobs.tidy_studies(timestamp=0)
    assert [path.name for path in studies_folder(home).iterdir()] == [new.hex]
    assert seen(old).removed_at is not None
    assert seen(new).removed_at is None


def test_a_worker_killed_at_work_is_followed_by_one_that_begins_anew(books, home):
    study = ask()
    place = studies_folder(home)
    worker = start_worker()
    wait_until(lambda: place.is_dir() and any(place.glob(".*.part")))
    time.sleep(0.3)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(30)
    killed = seen(study)
    assert killed.state is not StudyState.DONE or killed.files
    assert not study_folder(home, study).exists() or killed.state is StudyState.DONE
    with psycopg.connect(books.owner.conninfo) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
        )
    in_transaction(lambda: defer("kit.retry_stalled_jobs", queue="builtin", timestamp=0))
    run_worker(wait=False)
    worker = start_worker()
    wait_until(lambda: seen(study).state is StudyState.DONE, 60)
    worker.terminate()
    assert worker.wait(30) == 0
    found = seen(study)
    assert Study.objects.get(id=study).attempt == 2
    folder = study_folder(home, study)
    assert {path.name for path in folder.iterdir()} == {file.name for file in found.files}


def test_every_phase_and_refusal_is_worded():
    codes = ["study.starting", "analysis.reading", "analysis.printing", "warehouse.progress"]
    for language in SENTENCES:
        assert set(codes) <= SENTENCES[language].keys()


def start_worker():
    environment = {**os.environ, "REGULARS_SECRET_KEY": "a secret of this test"}
    return subprocess.Popen([sys.executable, "-m", "regulars.cli.studies_process"], env=environment)


def test_the_command_lists_shows_and_calls_off(kind, home):
    kind(lambda request, work: {"told": 1})
    first = ask()
    work_off()
    second = ask()

    def told(*arguments):
        outcome = CliRunner().invoke(
            regulars,
            ["studies", *arguments, "--json"],
            obj=Session(),
            standalone_mode=False,
        )
        if outcome.exception is not None:
            raise outcome.exception
        return json.loads(outcome.stdout)

    assert [study["id"] for study in told("list")] == [str(second), str(first)]
    assert told("show", str(first))["summary"] == {"told": 1}
    assert told("cancel", str(second))["state"] == "cancelled"
    with pytest.raises(StudyNotFound):
        told("show", "0193a5f0-7c00-7000-8000-00000000ffff")


def test_every_kind_and_state_is_worded():
    names = [*(f"kind_{name}" for name in REQUESTS), *(f"state_{state}" for state in StudyState)]
    assert {f"study.{name}" for name in names} <= SENTENCES["en"].keys()


def test_told_to_end_the_worker_lets_go_of_its_study_soon(books, home):
    study = ask()
    worker = start_worker()
    wait_until(lambda: seen(study).phase.startswith("analysis.part"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert seen(study).state in (StudyState.QUEUED, StudyState.DONE)
    names = [path.name for path in studies_folder(home).iterdir()]
    assert names == ([study.hex] if seen(study).state is StudyState.DONE else [])
