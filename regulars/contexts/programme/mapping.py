"""Rows of the programme ⇄ values of the core and views."""

from datetime import datetime

from regulars.contexts.programme.models import BrandRow, Publication, Version
from regulars.contexts.programme.types import BrandView, PublicationView, VersionView
from regulars.core.brand import Brand, CardFace, Typeface
from regulars.core.programme import timeline as core
from regulars.core.programme.lifecycle import status_at


def publication(row: Publication) -> core.Publication:
    """The row as the timeline counts it."""
    return core.Publication(
        id=row.id,
        version=row.version_id,
        live_from=row.live_from,
        revision=row.revision,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )


def publication_view(row: Publication, timeline: core.Timeline) -> PublicationView:
    """The row with the moment at which another publication takes its place."""
    return PublicationView(
        id=row.id,
        version=row.version_id,
        live_from=row.live_from,
        live_until=timeline.end_of(publication(row)),
        published_by=row.published_by,
        published_at=row.published_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def version_view(row: Version, timeline: core.Timeline, *, now: datetime) -> VersionView:
    """The row and what the timeline makes of it at `now`."""
    return VersionView(
        number=row.number,
        code=row.code,
        title=row.title,
        digest=row.digest,
        origin_digest=row.origin_digest,
        status=status_at(row.status, row.number, timeline, now=now),
        author=row.author,
        editors=tuple(row.editors),
        note=row.note,
        created_at=row.created_at,
        changed_at=row.changed_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        alone_reason=row.alone_reason,
        live_from=core.start_of(row.number, timeline, now=now),
    )


def brand_view(row: BrandRow) -> BrandView:
    """The row as it is shown."""
    brand = Brand(row.name, row.accent, Typeface(row.typeface), CardFace(row.card_face))
    return BrandView(row.revision, brand, row.logo_digest, row.changed_by, row.changed_at)
