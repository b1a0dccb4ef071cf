"""Writes of the programme: drafts, approval by a second person, publication, withdrawal, brand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from regulars.contexts.programme import mapping
from regulars.contexts.programme.models import BrandRow, Publication, TimelineState, Version
from regulars.contexts.programme.queries import (
    VersionNotFound,
    compiled,
    get_brand,
    get_timeline,
    get_version,
)
from regulars.contexts.programme.types import (
    BrandChange,
    BrandView,
    PublicationView,
    VersionView,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.approvals import require_second_person
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.brand import parse_brand
from regulars.core.plain_text import line_of_text
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import Programme
from regulars.core.programme.exchange import canonical, digest_of, named_digest
from regulars.core.programme.lifecycle import (
    LEAD,
    Decided,
    check_draft,
    check_publishable,
    check_roll_back,
    check_withdrawal,
    decide_dropping,
    starts_at,
)
from regulars.core.programme.succession import SuccessionBroken, succession_problems
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.documents import load_yaml
from regulars.kit.ids import new_id

TEXT_LENGTH_MAX = 500
LOGO_BYTES_MAX = 256 * 1024
_TIMELINE_ID = 1


class PublicationNotFound(NotFound):
    """There is no publication of this id."""

    code = "programme.publication_not_found"


class LogoTooLarge(Invalid):
    """The logo takes more bytes than we keep."""

    code = "brand.logo_too_large"


class VersionChangedMeanwhile(Refused):
    """The document is not the one the caller has seen: somebody revised it."""

    code = "programme.changed_meanwhile"
    kind = "changed"


def draft_version(
    document: Mapping[str, Any] | str, *, note: str = "", now: datetime, by: Actor
) -> VersionView:
    """A new version as a draft, from values or from YAML text; its number is the next one.

    Raises ProgrammeInvalid (every problem with its pointer), TextMalformed.
    """
    require(by, Permission.PROGRAMME_WRITE)
    return _draft(_parsed(document), note=note, origin_digest="", now=now, by=by)


def import_version(text: str, *, note: str = "", now: datetime, by: Actor) -> VersionView:
    """A draft from the YAML file of another installation; the digest in its heading is kept.

    The view's `digest` equals its `origin_digest` exactly when nothing was changed on the way.
    Raises what `draft_version` raises.
    """
    require(by, Permission.PROGRAMME_WRITE)
    return _draft(_parsed(text), note=note, origin_digest=named_digest(text), now=now, by=by)


def revise_draft(
    number: int,
    document: Mapping[str, Any] | str,
    *,
    note: str | None = None,
    seen_digest: str | None = None,
    now: datetime,
    by: Actor,
) -> VersionView:
    """Put another document into a draft; whoever does so may not approve it.

    Raises VersionNotFound, VersionNotDraft, ProgrammeInvalid, and VersionChangedMeanwhile when
    `seen_digest` is given and the draft is not that document any more.
    """
    require(by, Permission.PROGRAMME_WRITE)
    programme = _parsed(document)
    row = _lock_version(number, seen_digest)
    check_draft(row.status, number)
    _write_document(row, programme)
    row.origin_digest = ""
    row.editors = [*row.editors, *({_person(by)} - set(row.editors))]
    row.changed_at = now
    if note is not None:
        row.note = line_of_text(note, length_max=TEXT_LENGTH_MAX, pointer="/note")
    row.save()
    _audit("programme.revise", row, now=now, by=by)
    return get_version(number, now=now)


def approve_version(
    number: int,
    *,
    seen_digest: str | None = None,
    alone_reason: str | None = None,
    now: datetime,
    by: Actor,
) -> VersionView:
    """A second person agrees with a draft; from here on its document never changes.

    Nobody approves what they wrote a part of, unless nobody else can approve and `alone_reason`
    says so. Raises VersionNotFound, VersionNotDraft (also for the second of two at once),
    VersionChangedMeanwhile, SuccessionBroken, SecondPersonNeeded, AloneReasonNeeded.
    """
    require(by, Permission.PROGRAMME_APPROVE)
    row = _lock_version(number, seen_digest)
    check_draft(row.status, number)
    author = by.staff_id if _person(by) in row.editors else None
    alone = require_second_person(author, Permission.PROGRAMME_APPROVE, alone_reason, by=by)
    _check_succession(row)
    # What cannot be compiled must come to light here, not when a till takes it up.
    compiled(number)
    row.status = Decided.APPROVED
    row.approved_by = _person(by)
    row.approved_at = now
    row.alone_reason = alone or ""
    row.save()
    _audit("programme.approve", row, {"alone_reason": alone}, now=now, by=by)
    return get_version(number, now=now)


def publish_version(
    number: int,
    live_from: datetime | None = None,
    *,
    lead: timedelta = LEAD,
    backdated: bool = False,
    has_sales: bool = True,
    now: datetime,
    by: Actor,
) -> PublicationView:
    """Put an approved version in force from `live_from`, until another takes its place.

    Never in the past: from `now` + `lead` at the earliest, so that no till decides by a timeline
    it has not seen. Only while the caller knows that there is no sale (`has_sales` False) may it be
    `backdated`. Of two that start at one moment the one published later counts. Raises
    VersionNotFound, VersionNotApproved, BackdatingRefused, SuccessionBroken.
    """
    require(by, Permission.PROGRAMME_PUBLISH)
    state, waited = _lock_timeline()
    row = _lock_version(number)
    check_publishable(row.status, number)
    _check_succession(row)
    starts = starts_at(
        live_from, lead=lead + waited, backdated=backdated, has_sales=has_sales, now=now
    )
    publication = Publication.objects.create(
        id=new_id(now=now),
        version=row,
        live_from=starts,
        revision=_next_revision(state),
        published_by=_person(by),
        published_at=now,
    )
    _audit("programme.publish", row, {"live_from": starts.isoformat()}, now=now, by=by)
    return mapping.publication_view(publication, get_timeline().timeline)


def roll_back_to(
    number: int, *, lead: timedelta = LEAD, now: datetime, by: Actor
) -> PublicationView:
    """Publish once more, and at once, a version that has been in force.

    Raises VersionNeverLive and what `publish_version` raises.
    """
    require(by, Permission.PROGRAMME_PUBLISH)
    _lock_timeline()
    check_roll_back(_lock_version(number).number, get_timeline().timeline, now=now)
    return publish_version(number, lead=lead, now=now, by=by)


def withdraw_publication(
    publication_id: UUID, *, reason: str, now: datetime, by: Actor
) -> PublicationView:
    """The emergency stop: what was in force before is in force again, at once.

    What the version decided stays decided; it decides nothing more, late receipts included. Raises
    PublicationNotFound, PublicationOver, NothingLeftInForce, TextMalformed.
    """
    require(by, Permission.PROGRAMME_PUBLISH)
    said = line_of_text(reason, length_max=TEXT_LENGTH_MAX, pointer="/reason", needed=True)
    state, _ = _lock_timeline()
    row = Publication.objects.filter(id=publication_id).first()
    if row is None:
        raise PublicationNotFound
    check_withdrawal(mapping.publication(row), get_timeline().timeline, now=now)
    _next_revision(state)
    row.withdrawn_by = _person(by)
    row.withdrawn_at = now
    row.withdrawn_reason = said
    row.save()
    _audit("programme.withdraw", row.version, {"publication": str(row.id)}, now=now, by=by)
    return mapping.publication_view(row, get_timeline().timeline)


def retire_version(number: int, *, now: datetime, by: Actor) -> VersionView:
    """Take a version out of use for good: «retired» if it has been in force, else «withdrawn».

    Raises VersionNotFound, VersionInUse while it is in force or will be, VersionDropped.
    """
    require(by, Permission.PROGRAMME_WRITE)
    _lock_timeline()
    row = _lock_version(number)
    row.status = decide_dropping(row.status, number, get_timeline().timeline, now=now)
    row.changed_at = now
    row.save()
    _audit("programme.drop", row, {"status": row.status}, now=now, by=by)
    return get_version(number, now=now)


def _draft(
    programme: Programme, *, note: str, origin_digest: str, now: datetime, by: Actor
) -> VersionView:
    said = line_of_text(note, length_max=TEXT_LENGTH_MAX, pointer="/note")
    _lock_timeline()
    last = Version.objects.aggregate(last=Max("number"))["last"] or 0
    row = Version(
        number=last + 1,
        origin_digest=origin_digest,
        status=Decided.DRAFT,
        author=_person(by),
        editors=[_person(by)],
        note=said,
        created_at=now,
        changed_at=now,
    )
    _write_document(row, programme)
    row.save(force_insert=True)
    _audit("programme.draft", row, now=now, by=by)
    return get_version(row.number, now=now)


def change_brand(change: BrandChange, *, now: datetime, by: Actor) -> BrandView:
    """Show the programme under another name, colour, typeface, card or logo from now on.

    What was before stays in the books. Raises PermissionMissing, TextMalformed, ColourInvalid,
    ChoiceInvalid, LogoTooLarge.
    """
    require(by, Permission.BRAND_WRITE)
    brand = parse_brand(change.name, change.accent, change.typeface, change.card_face)
    if change.logo is not None and len(change.logo) > LOGO_BYTES_MAX:
        raise LogoTooLarge(pointer="/logo", limit=LOGO_BYTES_MAX)
    logo, digest = _logo_after(change)
    row = BrandRow.objects.create(
        name=brand.name,
        accent=brand.accent,
        typeface=brand.typeface,
        card_face=brand.card_face,
        logo=logo,
        logo_digest=digest,
        changed_by=_person(by),
        changed_at=now,
    )
    detail = {"accent": brand.accent, "typeface": brand.typeface, "logo": digest[:12]}
    record_audit("programme.brand", "programme.brand", str(row.revision), detail, now=now, by=by)
    return get_brand()


def _logo_after(change: BrandChange) -> tuple[bytes | None, str]:
    if change.without_logo:
        return None, ""
    if change.logo is not None:
        return change.logo, sha256(change.logo).hexdigest()
    last = BrandRow.objects.order_by("-revision").first()
    return (last.logo, last.logo_digest) if last else (None, "")


def _parsed(document: Mapping[str, Any] | str) -> Programme:
    return parse_programme(load_yaml(document) if isinstance(document, str) else document)


def _write_document(row: Version, programme: Programme) -> None:
    row.document = canonical(programme)
    row.digest = digest_of(row.document)
    row.code = programme.code
    row.title = programme.title


def _check_succession(row: Version) -> None:
    """Compare with every version ever published: members may hold what any of them gave."""
    published = Version.objects.filter(number__in=Publication.objects.values("version_id")).exclude(
        digest=row.digest
    )
    earlier = [Programme.model_validate(found.document) for found in published]
    problems = succession_problems(earlier, Programme.model_validate(row.document))
    if problems:
        raise SuccessionBroken(problems)


def _lock_version(number: int, seen_digest: str | None = None) -> Version:
    row = Version.objects.select_for_update(no_key=True).filter(number=number).first()
    if row is None:
        raise VersionNotFound(number=number)
    if seen_digest is not None and row.digest != seen_digest:
        raise VersionChangedMeanwhile(number=number)
    return row


def _lock_timeline() -> tuple[TimelineState, timedelta]:
    """Hold the timeline alone; gives its row, and for how long this transaction has been going.

    That time began when the door read the clock. It makes the lead longer, because the tills see a
    publication only when its transaction ends.
    """
    TimelineState.objects.bulk_create(
        [TimelineState(id=_TIMELINE_ID, revision=0)], ignore_conflicts=True
    )
    row = TimelineState.objects.select_for_update().get(id=_TIMELINE_ID)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - transaction_timestamp()")
        (waited,) = cursor.fetchone()
    return row, waited


def _next_revision(state: TimelineState) -> int:
    state.revision += 1
    state.save(update_fields=["revision"])
    return state.revision


def _person(by: Actor) -> str:
    """Who answers for it: the person's id, or the program's name where there is no person."""
    return str(by.staff_id) if by.staff_id else f"{by.kind}:{by.id}"


def _audit(
    action: str,
    row: Version,
    detail: Mapping[str, str | int | bool | None] | None = None,
    *,
    now: datetime,
    by: Actor,
) -> None:
    told = {"digest": row.digest[:12], **(detail or {})}
    record_audit(action, "programme.version", str(row.number), told, now=now, by=by)
