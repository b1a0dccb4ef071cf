"""Reads of the programme: versions, the timeline, and compiled versions kept in the process."""

import threading
from collections.abc import Iterable
from datetime import datetime

from regulars.contexts.programme import mapping
from regulars.contexts.programme.models import BrandRow, Publication, TimelineState, Version
from regulars.contexts.programme.types import (
    BrandView,
    PublicationView,
    TimelineView,
    VersionDocument,
    VersionView,
)
from regulars.core.brand import Brand
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.diff import Change, diff
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.exchange import digest_of, heading
from regulars.core.programme.timeline import Timeline
from regulars.core.refusal import NotFound, Refused
from regulars.kit.documents import dump_yaml

COMPILED_MAX = 64


class VersionNotFound(NotFound):
    """There is no version of this number."""

    code = "programme.not_found"


class NoProgrammeInForce(Refused):
    """Nothing had been published for the moment asked about."""

    code = "programme.none_in_force"


def get_version(number: int, *, now: datetime) -> VersionView:
    """Version `number` as it stands at `now`. Raises VersionNotFound."""
    return mapping.version_view(_row(number), get_timeline().timeline, now=now)


def list_versions(
    *, before: int | None = None, limit: int = 50, now: datetime
) -> tuple[VersionView, ...]:
    """Versions as they stand at `now`, newest first: at most `limit`, numbers < `before`."""
    timeline = get_timeline().timeline
    rows = Version.objects.defer("document").order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    return tuple(mapping.version_view(row, timeline, now=now) for row in rows[:limit])


def find_version_by_digest(digest: str, *, now: datetime) -> VersionView | None:
    """The newest version with exactly this document that was not dropped, if there is one."""
    row = (
        Version.objects.defer("document")
        .filter(digest=digest, status__in=("draft", "approved"))
        .order_by("-number")
        .first()
    )
    return row and mapping.version_view(row, get_timeline().timeline, now=now)


def get_version_at(moment: datetime, *, now: datetime) -> VersionView:
    """The version in force at `moment`. Raises NoProgrammeInForce."""
    return get_version(get_version_number_at(moment), now=now)


def get_version_number_at(moment: datetime) -> int:
    """The number of the version in force at `moment`. Raises NoProgrammeInForce."""
    number = get_timeline().timeline.version_at(moment)
    if number is None:
        raise NoProgrammeInForce
    return number


def get_document(number: int) -> VersionDocument:
    """The canonical document of version `number` with its digest. Raises VersionNotFound."""
    row = _row(number)
    return VersionDocument(number=row.number, digest=row.digest, document=row.document)


def get_programme(number: int) -> Programme:
    """The document of version `number`, parsed. Raises VersionNotFound."""
    return Programme.model_validate(_row(number).document)


def list_publications(*, since: datetime | None = None) -> tuple[PublicationView, ...]:
    """Publications in order of their start: all, or those made or withdrawn since a moment."""
    timeline = get_timeline().timeline
    views = (mapping.publication_view(row, timeline) for row in _publications())
    return tuple(
        view
        for view in views
        if since is None
        or view.published_at >= since
        or (view.withdrawn_at is not None and view.withdrawn_at >= since)
    )


def get_revision() -> int:
    """The revision of the timeline: grows with every publication and every withdrawal; 0 before."""
    return TimelineState.objects.filter(id=1).values_list("revision", flat=True).first() or 0


def get_timeline() -> TimelineView:
    """The timeline with its revision, consistent with each other.

    The revision is read first: a publication between the two reads makes the timeline newer than
    its revision says, and the next comparison of revisions brings it in again.
    """
    revision = get_revision()
    return TimelineView(revision, Timeline(map(mapping.publication, _publications())))


def compiled(number: int) -> Compiled:
    """Version `number`, ready to decide. Raises VersionNotFound.

    Made once per process and document: an approved version never changes, a draft is made anew when
    it was revised. Thread-safe. Costs one short query when it is there already.
    """
    digest = Version.objects.filter(number=number).values_list("digest", flat=True).first()
    if digest is None:
        raise VersionNotFound(number=number)
    with _compiling:
        found = _compiled.pop((number, digest), None)
        if found is None:
            row = _row(number)
            digest = row.digest
            found = compile_programme(Programme.model_validate(row.document), version=number)
        _compiled[number, digest] = found
        if len(_compiled) > COMPILED_MAX:
            del _compiled[next(iter(_compiled))]
        return found


def compiled_at(moment: datetime) -> Compiled:
    """The version in force at `moment`, ready to decide. Raises NoProgrammeInForce."""
    return compiled(get_version_number_at(moment))


def export_version(number: int) -> str:
    """Version `number` as a YAML file that `import_version` takes. Raises VersionNotFound.

    The text depends on the version only; its heading names the version and the digest.
    """
    row = _row(number)
    programme = Programme.model_validate(row.document)
    opening = heading(programme, number=number, digest=row.digest)
    return opening + dump_yaml(to_mapping(programme))


def diff_versions(old: int, new: int) -> tuple[Change, ...]:
    """What differs in meaning between two versions. Raises VersionNotFound."""
    return diff(get_programme(old), get_programme(new))


def list_altered_versions() -> tuple[int, ...]:
    """Numbers of the versions whose document is not what their digest says: none in sound books."""
    rows = Version.objects.order_by("number").values_list("number", "document", "digest")
    return tuple(number for number, document, digest in rows if digest_of(document) != digest)


def get_brand() -> BrandView:
    """The brand in force; our own before anybody has set one. One short query, without the logo."""
    row = BrandRow.objects.defer("logo").order_by("-revision").first()
    return BrandView(0, Brand(), "", None, None) if row is None else mapping.brand_view(row)


def find_logo(logo_digest: str) -> bytes | None:
    """The PNG with this digest that is or was the brand's logo, or None."""
    rows = BrandRow.objects.filter(logo_digest=logo_digest).exclude(logo_digest="")
    found = rows.values_list("logo", flat=True).first()
    return None if found is None else bytes(found)


_compiled: dict[tuple[int, str], Compiled] = {}
_compiling = threading.Lock()


def _row(number: int) -> Version:
    row = Version.objects.filter(number=number).first()
    if row is None:
        raise VersionNotFound(number=number)
    return row


def _publications() -> Iterable[Publication]:
    return Publication.objects.order_by("live_from", "revision")
