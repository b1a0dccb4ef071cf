"""Versions and publications as other contexts and the doors see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.core.brand import Brand
from regulars.core.programme.lifecycle import VersionStatus
from regulars.core.programme.timeline import Timeline


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version and where it stands at the moment it was asked for; the document is apart.

    `live_from` is the start of its publication in force, else of the next to come, else of the last
    that was. `origin_digest` is the digest named by the file it was imported from, empty where it
    was written here: equal to `digest` when it is the exact copy of another installation's.
    """

    number: int
    code: str
    title: Mapping[str, str]
    digest: str
    origin_digest: str
    status: VersionStatus
    author: str
    editors: tuple[str, ...]
    note: str
    created_at: datetime
    changed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    alone_reason: str
    live_from: datetime | None


@dataclass(frozen=True, slots=True)
class VersionDocument:
    """The document of a version: canonical JSON values, and their SHA-256."""

    number: int
    digest: str
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicationView:
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


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The timeline and the revision it was read at: unchanged as long as the revision is."""

    revision: int
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class BrandView:
    """The brand in force. `revision` 0: nobody has set one yet. `logo_digest` is empty without one."""

    revision: int
    brand: Brand
    logo_digest: str
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BrandChange:
    """What is typed into the form of the brand. `logo` is a PNG of ours; None keeps the one there is."""

    name: str
    accent: str
    typeface: str
    card_face: str
    logo: bytes | None = field(default=None, repr=False)
    without_logo: bool = False
