"""What is answered about versions of the programme, as the API document describes it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from regulars.web.api.manage.views import ProblemLine, View


class VersionAnswer(View):
    """A version of the programme and where it stands."""

    number: int
    code: str
    title: dict[str, str]
    digest: str
    origin_digest: str
    status: Literal["draft", "approved", "live", "retired", "withdrawn"]
    author: str
    editors: list[str]
    note: str
    created_at: datetime
    changed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    alone_reason: str
    live_from: datetime | None


class DocumentAnswer(View):
    """The document of a version."""

    number: int
    digest: str
    document: dict[str, Any]


class VersionList(View):
    """Versions, the newest first."""

    versions: list[VersionAnswer]
    next: str | None


class CheckAnswer(View):
    """What a programme document would be."""

    is_sound: bool
    problems: list[ProblemLine]


class ChangeLine(View):
    """One difference in meaning."""

    pointer: str
    kind: str
    before: Any
    after: Any


class DiffAnswer(View):
    """What differs between two versions."""

    changes: list[ChangeLine]


class ExportAnswer(View):
    """A version as a YAML file."""

    yaml: str


class PublicationAnswer(View):
    """One act of publishing; in force over `[live_from, live_until)` unless withdrawn."""

    id: UUID
    version: int
    live_from: datetime
    live_until: datetime | None
    published_by: str
    published_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str


class PublicationList(View):
    """Publications in the order of their start."""

    publications: list[PublicationAnswer]
