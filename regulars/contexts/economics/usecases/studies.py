"""Studies: asked for by a person, done by the worker of the queue `studies`, called off by a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from regulars.contexts.economics.models import Study
from regulars.contexts.economics.queries.studies import StudyNotFound, may_see, study_view
from regulars.contexts.economics.types import (
    KINDS_APART,
    StartedStudy,
    StudyFile,
    StudyState,
    StudyView,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require, require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.refusal import Refused
from regulars.kit.ids import new_id
from regulars.kit.outbox import QUEUE_OF_STUDIES, defer

JOB = "studies.run"
UNDER_WAY_MAX = 20
ATTEMPTS_MAX = 4
_UNDER_WAY = (StudyState.QUEUED, StudyState.RUNNING)


class StudiesTooMany(Refused):
    """So many are waiting already that another would not be looked at today."""

    code = "study.too_many"


class StudyGaveUp(Refused):
    """The worker died of it again and again."""

    code = "study.gave_up"


class StudyFailed(Refused):
    """A fault of ours; what it was stands in the log only."""

    code = "study.failed"


def request_study(kind: str, request: Mapping[str, Any], *, now: datetime, by: Actor) -> StudyView:
    """Queue a study; `request` is a JSON value that its kind has checked.

    Raises PermissionMissing, StudiesTooMany.
    """
    require(by, _asked_by(kind))
    if Study.objects.filter(finished_at=None).count() >= UNDER_WAY_MAX:
        raise StudiesTooMany(most=UNDER_WAY_MAX)
    row = Study.objects.create(
        id=new_id(now=now),
        kind=kind,
        request=dict(request),
        state=StudyState.QUEUED,
        made_at=now,
        made_by=_person(by),
    )
    record_audit("study.request", "study", str(row.id), {"kind": kind}, now=now, by=by)
    defer(JOB, queue=QUEUE_OF_STUDIES, study=str(row.id))
    return study_view(row)


def cancel_study(study_id: UUID, *, now: datetime, by: Actor) -> StudyView:
    """Call a study off: at once where it waits, at its next step where it runs.

    One that has ended stays as it is. Raises PermissionMissing, StudyNotFound.
    """
    require_any(by, Permission.STUDIES_RUN, *KINDS_APART.values())
    row = Study.objects.select_for_update().filter(id=study_id).first()
    if row is None or not may_see(row.kind, by=by):
        raise StudyNotFound(pointer="/study")
    require(by, _asked_by(row.kind))
    if row.state in _UNDER_WAY and not row.stops:
        row.stops = True
        if row.state == StudyState.QUEUED:
            _end(row, StudyState.CANCELLED, now)
        row.save()
        record_audit("study.cancel", "study", str(row.id), {"kind": row.kind}, now=now, by=by)
    return study_view(row)


def start_study(study_id: UUID, *, now: datetime) -> StartedStudy | None:
    """Begin a study, or begin it anew after its worker was killed; None: there is nothing to do.

    Whoever began it before can write nothing to it any more.
    """
    row = Study.objects.select_for_update().filter(id=study_id).first()
    if row is None or row.state not in _UNDER_WAY:
        return None
    if row.stops or row.attempt >= ATTEMPTS_MAX:
        if row.stops:
            _end(row, StudyState.CANCELLED, now)
        else:
            _end(row, StudyState.FAILED, now, StudyGaveUp(attempts=row.attempt))
        row.save()
        return None
    row.state, row.attempt = StudyState.RUNNING, row.attempt + 1
    row.started_at, row.seen_at = row.started_at or now, now
    row.phase, row.done, row.total = "", 0, None
    row.save()
    return StartedStudy(study_view(row), row.attempt)


def note_progress(
    study_id: UUID, attempt: int, phase: str, done: int, total: int | None, *, now: datetime
) -> bool:
    """Tell how far it is; False: stop, it was called off or somebody else does it now."""
    ours = _of_attempt(study_id, attempt).filter(stops=False)
    return bool(ours.update(phase=phase, done=done, total=total, seen_at=now))


def finish_study(
    study_id: UUID,
    attempt: int,
    summary: Mapping[str, Any],
    files: Sequence[StudyFile],
    *,
    now: datetime,
) -> bool:
    """Its files are in place: tell what came of it. False: it is not ours to finish any more."""
    row = _of_attempt(study_id, attempt).select_for_update().first()
    if row is None:
        return False
    if row.stops:
        _end(row, StudyState.CANCELLED, now)
    else:
        _end(row, StudyState.DONE, now)
        row.summary = dict(summary)
        row.files = [{"name": file.name, "bytes": file.bytes} for file in files]
    row.save()
    return row.state == StudyState.DONE


def refuse_study(study_id: UUID, attempt: int, why: Refused, *, now: datetime) -> None:
    """What was asked cannot be done; `why` says the reason to the person who asked."""
    state = StudyState.FAILED if isinstance(why, StudyFailed) else StudyState.REFUSED
    _end_attempt(study_id, attempt, state, why, now=now)


def drop_study(study_id: UUID, attempt: int, *, now: datetime) -> None:
    """It was called off and has stopped."""
    _end_attempt(study_id, attempt, StudyState.CANCELLED, None, now=now)


def pause_study(study_id: UUID, attempt: int) -> None:
    """The worker ends in good order: the study waits for the next one, and this start is forgiven."""
    _of_attempt(study_id, attempt).update(state=StudyState.QUEUED, attempt=F("attempt") - 1)


def forget_old_results(kept: timedelta, *, now: datetime) -> int:
    """Say of the files of studies that ended so long ago that they are gone; of how many."""
    old = Q(finished_at__lt=now - kept, removed_at=None, state=StudyState.DONE)
    return Study.objects.filter(old).update(removed_at=now)


def _asked_by(kind: str) -> Permission:
    return KINDS_APART.get(kind, Permission.STUDIES_RUN)


def _end_attempt(
    study_id: UUID, attempt: int, state: StudyState, why: Refused | None, *, now: datetime
) -> None:
    row = _of_attempt(study_id, attempt).select_for_update().first()
    if row is not None:
        _end(row, StudyState.CANCELLED if row.stops else state, now, why)
        row.save()


def _of_attempt(study_id: UUID, attempt: int) -> Any:
    return Study.objects.filter(id=study_id, attempt=attempt, state=StudyState.RUNNING)


def _end(row: Study, state: StudyState, now: datetime, why: Refused | None = None) -> None:
    row.state, row.finished_at = state, now
    if why is not None and state is not StudyState.CANCELLED:
        row.refusal = {"code": why.code, "params": _flat(why.params)}


def _flat(params: Mapping[str, object]) -> dict[str, Any]:
    """What a sentence needs, as JSON."""
    plain = (str, int, float, bool, list)
    return {key: value if isinstance(value, plain) else str(value) for key, value in params.items()}


def _person(by: Actor) -> str:
    return (str(by.staff_id) if by.staff_id else f"{by.kind}:{by.id}")[:120]
