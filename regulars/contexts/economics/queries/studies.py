"""Reads of studies: which there are, how far each is, what came of it."""

from uuid import UUID

from regulars.contexts.economics.models import Study
from regulars.contexts.economics.types import KINDS_APART, StudyFile, StudyState, StudyView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require_any
from regulars.core.refusal import NotFound, Refused

_SEEING = (Permission.REPORTS_READ, *KINDS_APART.values())


class StudyNotFound(NotFound):
    """There is no study of this id."""

    code = "study.not_found"


class StudyNotDone(Refused):
    """It has no files, because it is not done or did not come to an end."""

    code = "study.not_done"


class StudyFilesGone(NotFound):
    """Its files were removed after the time for which files are kept."""

    code = "study.files_gone"


class StudyFileNotFound(NotFound):
    """The study has no file of this name."""

    code = "study.file_not_found"


def get_study(study_id: UUID, *, by: Actor) -> StudyView:
    """The study of this id. Raises PermissionMissing, StudyNotFound."""
    require_any(by, *_SEEING)
    row = Study.objects.filter(id=study_id).first()
    if row is None or not may_see(row.kind, by=by):
        raise StudyNotFound(pointer="/study")
    return study_view(row)


def list_studies(
    *,
    kind: str | None = None,
    with_files: bool = False,
    before: UUID | None = None,
    limit: int,
    by: Actor,
) -> list[StudyView]:
    """The newest first, of a `kind`, those whose files are there, asked for before `before`.

    Kinds that the actor may not see are left out. Raises PermissionMissing.
    """
    require_any(by, *((_seen_by(kind),) if kind else _SEEING))
    rows = Study.objects.order_by("-id")
    if not may_see("", by=by):
        rows = rows.filter(kind__in=KINDS_APART)
    rows = rows.exclude(kind__in=[apart for apart in KINDS_APART if not may_see(apart, by=by)])
    if kind is not None:
        rows = rows.filter(kind=kind)
    if with_files:
        rows = rows.filter(state=StudyState.DONE, removed_at=None)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [study_view(row) for row in rows[:limit]]


def list_study_files(study_id: UUID, *, by: Actor) -> tuple[StudyFile, ...]:
    """What a study that is done has written.

    Raises PermissionMissing, StudyNotFound, StudyNotDone, StudyFilesGone.
    """
    found = get_study(study_id, by=by)
    if found.state is not StudyState.DONE:
        raise StudyNotDone(state=found.state)
    if found.removed_at is not None:
        raise StudyFilesGone
    return found.files


def get_study_file(study_id: UUID, name: str, *, by: Actor) -> StudyFile:
    """One of them, by exactly its name: no other path is ever opened.

    Raises what `list_study_files` raises, and StudyFileNotFound.
    """
    for file in list_study_files(study_id, by=by):
        if file.name == name:
            return file
    raise StudyFileNotFound


def list_kept_studies() -> frozenset[UUID]:
    """Those whose files are to be there; for the job that tidies up."""
    kept = Study.objects.filter(state=StudyState.DONE, removed_at=None)
    return frozenset(kept.values_list("id", flat=True))


def may_see(kind: str, *, by: Actor) -> bool:
    """Whether studies of this kind are there for the actor; for this context only."""
    return _seen_by(kind) in by.permissions


def _seen_by(kind: str) -> Permission:
    return KINDS_APART.get(kind, Permission.REPORTS_READ)


def study_view(row: Study) -> StudyView:
    """A row as doors see it; for this context only."""
    refusal = row.refusal or {}
    return StudyView(
        id=row.id,
        kind=row.kind,
        request=row.request,
        state=StudyState(row.state),
        phase=row.phase,
        done=row.done,
        total=row.total,
        stops=row.stops,
        made_by=row.made_by,
        made_at=row.made_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        refusal=refusal.get("code"),
        refusal_params=refusal.get("params", {}),
        summary=row.summary,
        files=tuple(StudyFile(each["name"], each["bytes"]) for each in row.files),
        removed_at=row.removed_at,
    )
