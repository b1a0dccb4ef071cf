"""Doing the studies that were asked for, one after the other, in a worker of their own; and tidying up."""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError

from regulars.contexts.economics.queries.studies import list_kept_studies
from regulars.contexts.economics.types import StartedStudy, StudyFile
from regulars.contexts.economics.usecases.studies import (
    JOB,
    StudyFailed,
    drop_study,
    finish_study,
    forget_old_results,
    note_progress,
    pause_study,
    refuse_study,
    start_study,
)
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import published
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.kit.database.home import default_home
from regulars.kit.logging import note_fault
from regulars.kit.outbox import QUEUE_OF_STUDIES, Interrupted, job
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import studies_folder, study_folder
from regulars.studies.registry import RUNS
from regulars.studies.requests import read_request
from regulars.studies.uploads import remove_old_uploads
from regulars.studies.work import Stopped, Work

log = logging.getLogger(__name__)

_TOLD_EVERY = timedelta(seconds=1)
_PART = ".part"


@job(JOB, queue=QUEUE_OF_STUDIES, atomic=False, stoppable=True)
def run_study(*, study: str, ending: Callable[[], bool]) -> None:
    """Do one study. Killed at any moment, it is begun anew; its files appear as a whole or not at all."""
    study_id = UUID(study)
    started = in_transaction(lambda: start_study(study_id, now=utc_now()))
    if started is None:
        return
    home = default_home()
    beside = studies_folder(home) / f".{study_id.hex}.{started.attempt}{_PART}"
    try:
        _do(started, home, beside, ending)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@job("studies.tidy", queue=QUEUE_OF_STUDIES, cron="41 * * * *", atomic=False)
def tidy_studies(*, timestamp: int) -> None:
    """Remove results and uploads that are kept long enough, and what killed studies have left.

    It is a job of the same queue, of which one is done at a time: no study is at work meanwhile.
    """
    kept_for = timedelta(days=settings.STUDIES_KEPT_DAYS)
    in_transaction(lambda: forget_old_results(kept_for, now=utc_now()))
    remove_old_uploads(default_home(), now=utc_now())
    kept = {found.hex for found in in_transaction(list_kept_studies)}
    place = studies_folder(default_home())
    for folder in place.iterdir() if place.is_dir() else ():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _do(started: StartedStudy, home: Path, beside: Path, ending: Callable[[], bool]) -> None:
    study_id, attempt = started.study.id, started.attempt
    try:
        summary = _computed(started, home, beside, ending)
        files = [StudyFile(path.name, path.stat().st_size) for path in sorted(beside.iterdir())]
        final = study_folder(home, study_id)
        shutil.rmtree(final, ignore_errors=True)  # of a start that was killed at the very end
        beside.rename(final)
        ours = in_transaction(
            lambda: finish_study(study_id, attempt, summary, files, now=utc_now())
        )
        if not ours:
            shutil.rmtree(final, ignore_errors=True)
    except Stopped:
        if ending():
            in_transaction(lambda: pause_study(study_id, attempt))
            raise Interrupted from None
        in_transaction(lambda: drop_study(study_id, attempt, now=utc_now()))
    except (DatabaseUnavailable, InterfaceError, OperationalError):
        raise  # the job system tries again
    except Refused as refused:
        why = refused
        in_transaction(lambda: refuse_study(study_id, attempt, why, now=utc_now()))
    except Exception as fault:
        note_fault(fault)
        in_transaction(lambda: refuse_study(study_id, attempt, StudyFailed(), now=utc_now()))


def _computed(
    started: StartedStudy, home: Path, beside: Path, ending: Callable[[], bool]
) -> dict[str, object]:
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True, mode=0o700)
    access = published()
    if access is None:
        raise DatabaseUnavailable(reason="nobody told the worker where it is")
    request = read_request(started.study.request)
    work = Work(
        folder=beside,
        home=home,
        conninfo=access.app.conninfo,
        language=request.language or "en",
        now=utc_now(),
        clock=utc_now,
        advance=_Telling(started, ending),
    )
    return dict(RUNS[started.study.kind](request, work))


class _Telling:
    """Tells the books how far a study is, at most once a second, and stops it where it is to end."""

    def __init__(self, started: StartedStudy, ending: Callable[[], bool]) -> None:
        self._id, self._attempt = started.study.id, started.attempt
        self._ending = ending
        self._phase = ""
        self._next = utc_now()

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        if self._ending():
            raise Stopped
        now = utc_now()
        if phase == self._phase and now < self._next:
            return
        self._phase, self._next = phase, now + _TOLD_EVERY
        goes_on = in_transaction(
            lambda: note_progress(self._id, self._attempt, phase, done, total, now=now)
        )
        if not goes_on:
            raise Stopped
