"""What is asked and answered about studies on the management plane."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from regulars.contexts.economics.types import StudyState
from regulars.web.api.manage.views import View

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class StudyProblem(View):
    """Why a study came to nothing."""

    code: str
    detail: str


class StudyProgress(View):
    """How far a study is."""

    phase: str = Field(description="Stable code of what it is at")
    says: str
    done: int
    total: int | None = Field(description="null: nobody knows")


class StudyAnswer(View):
    """A study: asked for, under way, or what came of it."""

    id: UUID
    kind: str
    request: dict[str, Any]
    state: StudyState
    progress: StudyProgress | None = Field(description="Only while it is running")
    stops: bool = Field(description="It was called off")
    made_by: str
    made_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    problem: StudyProblem | None
    summary: dict[str, Any] | None
    files: int = Field(description="How many files there are to fetch")
    files_until: datetime | None = Field(description="They are kept at least so long")


class StudyList(View):
    """A part of the studies, the newest first."""

    studies: list[StudyAnswer]
    next: str | None


class StudyFileAnswer(View):
    """A file that a study has written."""

    name: str
    bytes: int
    media_type: str


class StudyFileList(View):
    """All of them."""

    files: list[StudyFileAnswer]
