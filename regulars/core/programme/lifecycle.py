"""What may be done to a version of the programme, and when a publication takes effect."""

from datetime import datetime, timedelta
from enum import StrEnum

from regulars.core.programme.timeline import Publication, Timeline
from regulars.core.refusal import Invalid, Refused

LEAD = timedelta(seconds=5)
"""A publication starts no sooner after it was made: longer than any till takes to decide."""


class Decided(StrEnum):
    """What people decided about a version."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


class VersionStatus(StrEnum):
    """Where a version stands: what people decided and what the clock has made of it."""

    DRAFT = "draft"
    APPROVED = "approved"
    LIVE = "live"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


class VersionNotDraft(Refused):
    """Only a draft may be changed or approved; a version that was approved stays as it is."""

    code = "programme.not_a_draft"


class VersionNotApproved(Refused):
    """Only an approved version that is neither retired nor withdrawn may be published."""

    code = "programme.not_approved"


class VersionInUse(Refused):
    """The version is in force or will be: withdraw its publication first."""

    code = "programme.version_in_use"


class VersionDropped(Refused):
    """The version was retired or withdrawn before."""

    code = "programme.version_dropped"


class VersionNeverLive(Refused):
    """One rolls back only to a version that has been in force."""

    code = "programme.never_live"


class PublicationOver(Refused):
    """The publication is withdrawn, or a later one has taken its place."""

    code = "programme.publication_over"


class NothingLeftInForce(Refused):
    """Without this publication no programme would be in force."""

    code = "programme.nothing_left"


class BackdatingRefused(Invalid):
    """There are sales already: no version may be put in force in the past any more."""

    code = "programme.backdating_refused"


def status_at(decided: str, number: int, timeline: Timeline, *, now: datetime) -> VersionStatus:
    """The status of version `number` at `now`.

    An approved version is live while a publication of it is in force, retired once it has been in
    force and is not going to be, and approved otherwise.
    """
    if decided != Decided.APPROVED:
        return VersionStatus(decided)
    if timeline.version_at(now) == number:
        return VersionStatus.LIVE
    if any(p.version == number for p in timeline.upcoming(now)):
        return VersionStatus.APPROVED
    return VersionStatus.RETIRED if was_live(number, timeline, now=now) else VersionStatus.APPROVED


def was_live(number: int, timeline: Timeline, *, now: datetime) -> bool:
    """Whether a publication of version `number` had started by `now` before anybody withdrew it."""
    return any(p.version == number and _started(p, now) for p in timeline.publications)


def check_draft(decided: str, number: int) -> None:
    """Raises VersionNotDraft unless the version is still a draft."""
    if decided != Decided.DRAFT:
        raise VersionNotDraft(number=number)


def check_publishable(decided: str, number: int) -> None:
    """Raises VersionNotApproved unless the version is approved and was not dropped."""
    if decided != Decided.APPROVED:
        raise VersionNotApproved(number=number)


def check_roll_back(number: int, timeline: Timeline, *, now: datetime) -> None:
    """Raises VersionNeverLive unless the version has been in force."""
    if not was_live(number, timeline, now=now):
        raise VersionNeverLive(number=number)


def starts_at(
    requested: datetime | None, *, lead: timedelta, backdated: bool, has_sales: bool, now: datetime
) -> datetime:
    """The moment from which a publication made at `now` is in force.

    It is never before `now` + `lead`, so that no till decides by a timeline it has not seen yet. A
    `backdated` one starts exactly when `requested`, be it in the past: that is how history is fed
    in under a programme, and it raises BackdatingRefused as soon as there is a sale.
    """
    earliest = now + lead
    if requested is None:
        return earliest
    if not backdated:
        return max(requested, earliest)
    if has_sales:
        raise BackdatingRefused(pointer="/live_from")
    return requested


def check_withdrawal(publication: Publication, timeline: Timeline, *, now: datetime) -> None:
    """Raises unless the publication is in force or yet to come, and something stays in force.

    PublicationOver where it was withdrawn or outlived; NothingLeftInForce where it is the one in
    force and nothing was before it.
    """
    in_force = timeline.publication_at(now)
    if publication.withdrawn_at is not None or not (
        publication == in_force or publication.live_from > now
    ):
        raise PublicationOver(number=publication.version)
    if publication == in_force and timeline.without(publication.id).publication_at(now) is None:
        raise NothingLeftInForce(number=publication.version)


def decide_dropping(decided: str, number: int, timeline: Timeline, *, now: datetime) -> Decided:
    """What a version to be used no more becomes: retired if it has been live, else withdrawn.

    Raises VersionInUse while it is in force or will be, VersionDropped for a dropped one.
    """
    if decided not in (Decided.DRAFT, Decided.APPROVED):
        raise VersionDropped(number=number)
    in_force = timeline.publication_at(now)
    current = timeline.upcoming(now) if in_force is None else (in_force, *timeline.upcoming(now))
    if any(p.version == number for p in current):
        raise VersionInUse(number=number)
    return Decided.RETIRED if was_live(number, timeline, now=now) else Decided.WITHDRAWN


def _started(publication: Publication, now: datetime) -> bool:
    stopped = publication.withdrawn_at
    return publication.live_from <= now and (stopped is None or publication.live_from < stopped)
