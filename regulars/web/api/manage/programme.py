"""Versions of the programme: drafted, checked, approved, published, withdrawn, exported."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.programme.queries import (
    diff_versions,
    export_version,
    get_document,
    get_version,
    list_publications,
    list_versions,
)
from regulars.contexts.programme.types import PublicationView, VersionView
from regulars.contexts.programme.usecases import (
    approve_version,
    draft_version,
    import_version,
    publish_version,
    retire_version,
    revise_draft,
    roll_back_to,
    withdraw_publication,
)
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.queries.places import has_sales
from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.kit.documents import load_yaml
from regulars.kit.paging import make_cursor, read_cursor
from regulars.web.api.manage import examples
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.programme_shapes import (
    ChangeLine,
    CheckAnswer,
    DiffAnswer,
    DocumentAnswer,
    ExportAnswer,
    PublicationAnswer,
    PublicationList,
    VersionAnswer,
    VersionList,
)
from regulars.web.api.manage.views import ProblemLine
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, Moment, QueryInteger, absent, plain

programme = Operations(Plane.MANAGE, "Programme")

VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Note = Annotated[str, plain(500)]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ProgrammeBody(Closed):
    """A programme document: as JSON values, or as YAML text."""

    document: dict[str, Any] = absent()
    yaml: Annotated[str, Field(min_length=1, max_length=1_000_000)] = absent()

    @model_validator(mode="after")
    def _one_of_them(self) -> "ProgrammeBody":
        if len(self.model_fields_set & {"document", "yaml"}) != 1:
            raise PydanticCustomError("request.document_once", "either")
        return self

    def source(self) -> dict[str, Any] | str:
        """What was sent."""
        return self.yaml if "yaml" in self.model_fields_set else self.document


class DraftBody(ProgrammeBody):
    """A new version."""

    note: _Note = ""


class ReviseBody(ProgrammeBody):
    """Another document for a draft."""

    note: _Note | None = None
    seen_digest: _Digest | None = Field(default=None, description="Refuse if it is another by now")


class ImportBody(Closed):
    """The file of another installation."""

    model_config = ConfigDict(json_schema_extra={"description": "A file made by export."})

    yaml: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    note: _Note = ""


class ApproveBody(Closed):
    """A second person agrees."""

    seen_digest: _Digest | None = None
    alone_reason: _Note | None = Field(
        default=None, description="Where nobody else could approve: why it is done alone"
    )


class PublishBody(Closed):
    """From when on; default: in a few seconds."""

    live_from: Moment | None = None
    backdated: bool = Field(default=False, description="In the past: only before the first sale")


class WithdrawBody(Closed):
    """The emergency stop."""

    reason: Annotated[str, plain(500, least=1)]


class DiffQuery(Closed):
    """Which two versions."""

    old: Annotated[QueryInteger, Field(ge=1, le=2**31 - 1)]
    new: Annotated[QueryInteger, Field(ge=1, le=2**31 - 1)]


@programme(
    "GET",
    "/programme/versions",
    permission=Permission.PROGRAMME_READ,
    answers=VersionList,
    examples=examples.LIST,
)
def list_programme_versions(call: Call, query: PageQuery) -> VersionList:
    """List the versions, the newest first."""
    before = read_cursor(query.cursor, int)[0] if query.cursor else None
    found = list_versions(before=before, limit=query.limit + 1, now=call.now)
    shown = found[: query.limit]
    return VersionList(
        versions=[_version(view) for view in shown],
        next=make_cursor(shown[-1].number) if len(found) > len(shown) else None,
    )


@programme(
    "POST",
    "/programme/versions",
    name="draft_programme_version",
    permission=Permission.PROGRAMME_WRITE,
    answers=VersionAnswer,
    status=201,
    effect="stored",
    examples=examples.DRAFTS,
)
def draft(call: Call, body: DraftBody) -> VersionAnswer:
    """Make a new version as a draft.

    A document that cannot be used is refused with every problem in it.
    """
    return _version(draft_version(body.source(), note=body.note, now=call.now, by=call.actor))


@programme(
    "POST",
    "/programme/check",
    name="check_programme",
    permission=Permission.PROGRAMME_READ,
    answers=CheckAnswer,
    examples=examples.CHECKS,
)
def check(call: Call, body: ProgrammeBody) -> CheckAnswer:
    """Check a document without keeping it.

    Every problem comes with its place and a sentence that a marketer understands.
    """
    try:
        source = body.source()
        parse_programme(load_yaml(source) if isinstance(source, str) else source)
    except ProgrammeInvalid as invalid:
        problems = [
            ProblemLine(pointer=one.pointer, code=one.code, detail=one.sentence(call.language))
            for one in invalid.problems
        ]
        return CheckAnswer(is_sound=False, problems=problems)
    return CheckAnswer(is_sound=True, problems=[])


@programme(
    "GET",
    "/programme/diff",
    permission=Permission.PROGRAMME_READ,
    answers=DiffAnswer,
    problems=(404,),
)
def diff_programme(call: Call, query: DiffQuery) -> DiffAnswer:
    """What differs in meaning between two versions."""
    return DiffAnswer(
        changes=[
            ChangeLine(
                pointer=change.pointer,
                kind=str(change.kind),
                before=change.before,
                after=change.after,
            )
            for change in diff_versions(query.old, query.new)
        ]
    )


@programme(
    "POST",
    "/programme/import",
    permission=Permission.PROGRAMME_WRITE,
    answers=VersionAnswer,
    status=201,
    effect="stored",
)
def import_programme(call: Call, body: ImportBody) -> VersionAnswer:
    """Make a draft of the file of another installation.

    `digest` equals `origin_digest` exactly when nothing was changed on the way.
    """
    return _version(import_version(body.yaml, note=body.note, now=call.now, by=call.actor))


@programme(
    "GET",
    "/programme/versions/{number}",
    permission=Permission.PROGRAMME_READ,
    answers=VersionAnswer,
    examples=examples.VERSION,
)
def get_programme_version(call: Call, number: VersionNumber) -> VersionAnswer:
    """Where a version stands."""
    return _version(get_version(number, now=call.now))


@programme(
    "PUT",
    "/programme/versions/{number}",
    name="revise_programme_draft",
    permission=Permission.PROGRAMME_WRITE,
    answers=VersionAnswer,
    problems=(409,),
)
def revise(call: Call, number: VersionNumber, body: ReviseBody) -> VersionAnswer:
    """Put another document into a draft.

    Whoever does so may not approve it.
    """
    view = revise_draft(
        number,
        body.source(),
        note=body.note,
        seen_digest=body.seen_digest,
        now=call.now,
        by=call.actor,
    )
    return _version(view)


@programme(
    "GET",
    "/programme/versions/{number}/document",
    permission=Permission.PROGRAMME_READ,
    answers=DocumentAnswer,
    examples=examples.VERSION,
)
def get_programme_document(call: Call, number: VersionNumber) -> DocumentAnswer:
    """The document of a version, defaults spelled out."""
    return DocumentAnswer.model_validate(get_document(number))


@programme(
    "GET",
    "/programme/versions/{number}/export",
    permission=Permission.PROGRAMME_READ,
    answers=ExportAnswer,
    examples=examples.VERSION,
)
def export_programme(call: Call, number: VersionNumber) -> ExportAnswer:
    """A version as a YAML file for another installation."""
    return ExportAnswer(yaml=export_version(number))


@programme(
    "POST",
    "/programme/versions/{number}/approve",
    name="approve_programme_version",
    permission=Permission.PROGRAMME_APPROVE,
    answers=VersionAnswer,
    effect="stored",
)
def approve(call: Call, number: VersionNumber, body: ApproveBody) -> VersionAnswer:
    """Approve a draft.

    Nobody approves what they wrote a part of. From here on the document never changes.
    """
    view = approve_version(
        number,
        seen_digest=body.seen_digest,
        alone_reason=body.alone_reason,
        now=call.now,
        by=call.actor,
    )
    return _version(view)


@programme(
    "POST",
    "/programme/versions/{number}/publish",
    name="publish_programme_version",
    permission=Permission.PROGRAMME_PUBLISH,
    answers=PublicationAnswer,
    status=201,
    effect="stored",
)
def publish(call: Call, number: VersionNumber, body: PublishBody) -> PublicationAnswer:
    """Put an approved version in force."""
    view = publish_version(
        number,
        body.live_from,
        backdated=body.backdated,
        has_sales=has_sales(),
        now=call.now,
        by=call.actor,
    )
    return _publication(view)


@programme(
    "POST",
    "/programme/versions/{number}/roll-back",
    name="roll_back_programme",
    permission=Permission.PROGRAMME_PUBLISH,
    answers=PublicationAnswer,
    status=201,
    effect="stored",
)
def roll_back(call: Call, number: VersionNumber) -> PublicationAnswer:
    """Publish once more, and at once, a version that has been in force."""
    return _publication(roll_back_to(number, now=call.now, by=call.actor))


@programme(
    "POST",
    "/programme/versions/{number}/retire",
    name="retire_programme_version",
    permission=Permission.PROGRAMME_WRITE,
    answers=VersionAnswer,
    effect="stored",
)
def retire(call: Call, number: VersionNumber) -> VersionAnswer:
    """Take a version out of use for good."""
    return _version(retire_version(number, now=call.now, by=call.actor))


@programme(
    "GET",
    "/programme/publications",
    name="list_programme_publications",
    permission=Permission.PROGRAMME_READ,
    answers=PublicationList,
    examples=examples.LIST,
)
def list_all_publications(call: Call) -> PublicationList:
    """List what was published, in the order of its start."""
    return PublicationList(publications=[_publication(view) for view in list_publications()])


@programme(
    "POST",
    "/programme/publications/{publication_id}/withdraw",
    name="withdraw_programme_publication",
    permission=Permission.PROGRAMME_PUBLISH,
    answers=PublicationAnswer,
    effect="stored",
)
def withdraw(call: Call, publication_id: UUID, body: WithdrawBody) -> PublicationAnswer:
    """Withdraw a publication: what was in force before is in force again, at once."""
    view = withdraw_publication(publication_id, reason=body.reason, now=call.now, by=call.actor)
    return _publication(view)


def _version(view: VersionView) -> VersionAnswer:
    return VersionAnswer.model_validate(view)


def _publication(view: PublicationView) -> PublicationAnswer:
    return PublicationAnswer.model_validate(view)
