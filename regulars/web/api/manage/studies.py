"""Studies over the API: asked for, watched, called off, their files fetched."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from regulars.contexts.economics.queries.studies import (
    StudyFilesGone,
    get_study,
    get_study_file,
    list_studies,
    list_study_files,
)
from regulars.contexts.economics.types import StudyState, StudyView
from regulars.contexts.economics.usecases.studies import cancel_study, request_study
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.security.usecases.access import require
from regulars.core.wording.catalogue import sentence
from regulars.kit.database.home import default_home
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.studies.folders import media_type, study_folder
from regulars.studies.requests import AnalysisRequest, StudyBody
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.study_shapes import (
    FileName,
    StudyAnswer,
    StudyFileAnswer,
    StudyFileList,
    StudyList,
    StudyProblem,
    StudyProgress,
)
from regulars.web.api.operation import Example, Operations
from regulars.web.api.replies import Reply, file_reply
from regulars.web.api.serving import Call

studies = Operations(Plane.MANAGE, "Studies")


@studies(
    "POST",
    "/studies",
    name="request_study",
    permission=Permission.STUDIES_RUN,
    answers=StudyAnswer,
    status=202,
    effect="stored",
    examples=[
        Example("Our books by month", body={"kind": "analysis", "margin": "0.35"}, status=202),
        Example("The programme in force, replayed", body={"kind": "simulation"}, status=202),
        Example(
            "What a budget of 2 % can bring",
            body={"kind": "optimisation", "budget": "2%", "models": ["points", "tiers"]},
            status=202,
        ),
        Example("A share over one", body={"kind": "analysis", "margin": "35"}, status=422),
    ],
)
def ask(call: Call, body: StudyBody) -> StudyAnswer:
    """Ask for a study of our own books.

    It is queued and done by a worker of its own; ask for it by its id to see how far it is. Writing
    results back to members needs the permission to change members as well.
    """
    if isinstance(body, AnalysisRequest) and body.write_back:
        require(call.actor, Permission.MEMBERS_WRITE)
    asked = body.model_copy(update={"language": body.language or call.language})
    stored = asked.model_dump(mode="json")
    return _answer(call, request_study(body.kind, stored, now=call.now, by=call.actor))


@studies(
    "GET",
    "/studies",
    name="list_studies",
    permission=Permission.REPORTS_READ,
    answers=StudyList,
    examples=[Example("The newest of them", status=200)],
)
def list_all(call: Call, query: PageQuery) -> StudyList:
    """Studies, the newest first."""
    before = cursor_id(read_cursor(query.cursor, str)[0]) if query.cursor else None
    found = list_studies(before=before, limit=query.limit + 1, by=call.actor)
    shown = found[: query.limit]
    return StudyList(
        studies=[_answer(call, view) for view in shown],
        next=make_cursor(shown[-1].id.hex) if len(found) > len(shown) else None,
    )


@studies(
    "GET",
    "/studies/{study_id}",
    name="get_study",
    permission=Permission.REPORTS_READ,
    answers=StudyAnswer,
)
def get_one(call: Call, study_id: UUID) -> StudyAnswer:
    """One study: how far it is, or what came of it."""
    return _answer(call, get_study(study_id, by=call.actor))


@studies(
    "DELETE",
    "/studies/{study_id}",
    name="cancel_study",
    permission=Permission.STUDIES_RUN,
    answers=StudyAnswer,
    effect="stored",
)
def cancel(call: Call, study_id: UUID) -> StudyAnswer:
    """Call a study off.

    One that waits is cancelled at once, one that runs at its next step; one that has ended stays.
    """
    return _answer(call, cancel_study(study_id, now=call.now, by=call.actor))


@studies(
    "GET",
    "/studies/{study_id}/files",
    name="list_study_files",
    permission=Permission.REPORTS_READ,
    answers=StudyFileList,
    problems=(409,),
)
def list_files(call: Call, study_id: UUID) -> StudyFileList:
    """What a study that is done has written."""
    return StudyFileList(
        files=[
            StudyFileAnswer(name=file.name, bytes=file.bytes, media_type=media_type(file.name))
            for file in list_study_files(study_id, by=call.actor)
        ]
    )


@studies(
    "GET",
    "/studies/{study_id}/files/{name}",
    name="get_study_file",
    permission=Permission.REPORTS_READ,
    answers=None,
    problems=(409,),
    is_file=True,
)
def get_file(call: Call, study_id: UUID, name: FileName) -> Reply:
    """One of its files, as a download."""
    file = get_study_file(study_id, name, by=call.actor)
    path = study_folder(default_home(), study_id) / file.name
    try:
        return file_reply(path, file.name, media_type(file.name))
    except FileNotFoundError:
        raise StudyFilesGone from None


def _answer(call: Call, view: StudyView) -> StudyAnswer:
    running = view.state is StudyState.RUNNING
    kept = timedelta(days=settings.STUDIES_KEPT_DAYS)
    there = view.state is StudyState.DONE and view.removed_at is None
    return StudyAnswer(
        id=view.id,
        kind=view.kind,
        request=dict(view.request),
        state=view.state,
        progress=_progress(view, call.language) if running else None,
        stops=view.stops,
        made_by=view.made_by,
        made_at=view.made_at,
        started_at=view.started_at,
        finished_at=view.finished_at,
        problem=_problem(view, call.language),
        summary=None if view.summary is None else dict(view.summary),
        files=len(view.files) if there else 0,
        files_until=view.finished_at + kept if there and view.finished_at else None,
    )


def _progress(view: StudyView, language: str) -> StudyProgress:
    phase = view.phase or "study.starting"
    return StudyProgress(
        phase=phase, says=sentence(phase, {}, language), done=view.done, total=view.total
    )


def _problem(view: StudyView, language: str) -> StudyProblem | None:
    if view.refusal is None:
        return None
    says = sentence(view.refusal, view.refusal_params, language)
    return StudyProblem(code=view.refusal, detail=says)
