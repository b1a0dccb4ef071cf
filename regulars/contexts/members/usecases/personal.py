"""What a member tells about themselves: profile, birthday, tags, attributes, consents."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from regulars.contexts.members.checking import (
    MemberDataInvalid,
    check_birthday,
    checked_attributes,
    checked_consent,
    checked_profile,
    checked_tags,
)
from regulars.contexts.members.holding import change_row, check_may_change, hold_member
from regulars.contexts.members.mapping import PROFILE_FIELDS, profile_columns, profile_of
from regulars.contexts.members.models import ConsentRow, ProfileRow
from regulars.contexts.members.types import AttributeValue, ConsentGiven, MemberRef, Profile
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.membership import birthday_change_problem
from regulars.core.refusal import Refused
from regulars.kit.ids import new_id

_LANGUAGES = ("en", "ru")


class BirthdayLocked(Refused):
    """The birthday was changed lately, or would come too soon; support may override it."""

    code = "member.birthday_locked"

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(pointer="/birthday")


def change_profile(
    member: MemberRef,
    changes: Mapping[str, str],
    *,
    region: str = "RU",
    version: int | None = None,
    now: datetime,
    by: Actor,
) -> int:
    """Set the named fields of the profile, leave the others; the member's new version.

    A phone or address here is where the member is written to; what the member is found by are the
    identifiers. Raises PermissionMissing, MemberNotFound, MemberClosed, MemberChanged, and
    MemberDataInvalid for what cannot be so.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, by=by)
    for name in changes:
        if name not in PROFILE_FIELDS:
            raise MemberDataInvalid(pointer="/profile")
    row = hold_member(member, version=version)
    held = profile_of(ProfileRow.objects.filter(pk=tuple(member)).first())
    profile = checked_profile(Profile(**(asdict(held) | dict(changes))), region=region)
    if profile == held:
        return int(row.version)
    columns = profile_columns(profile)
    ProfileRow.objects.bulk_create(
        [ProfileRow(bucket=member.bucket, member_id=member.id, **columns)],
        update_conflicts=True,
        unique_fields=["bucket", "member_id"],
        update_fields=list(columns),
    )
    _audit("member.change_profile", member, {"fields": " ".join(sorted(changes))}, now, by)
    return change_row(row)


def change_birthday(
    member: MemberRef,
    birthday: date | None,
    *,
    version: int | None = None,
    now: datetime,
    by: Actor,
) -> int:
    """Set the birthday; the member's new version.

    The first one is free; then once in 365 days and not to a day in the next 31, unless `by` may
    support members. Raises BirthdayLocked, PermissionMissing, MemberNotFound, MemberClosed,
    MemberChanged, MemberDataInvalid.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT, by=by)
    check_birthday(birthday, now.date())
    row = hold_member(member, version=version)
    if row.birthday == birthday:
        return int(row.version)
    problem = birthday_change_problem(row.birthday, birthday, row.birthday_changed_at, now=now)
    overridden = Permission.MEMBERS_SUPPORT in by.permissions
    if problem and not overridden:
        raise BirthdayLocked(problem)
    # The first one does not count: who mistyped it may mend it.
    is_first = row.birthday is None and row.birthday_changed_at is None
    changed_at = None if is_first else now
    _audit("member.change_birthday", member, {"overridden": bool(problem)}, now, by)
    return change_row(row, birthday=birthday, birthday_changed_at=changed_at)


def set_tags(
    member: MemberRef,
    tags: frozenset[str],
    *,
    version: int | None = None,
    now: datetime,
    by: Actor,
) -> int:
    """Replace the tags; the member's new version. Members do not tag themselves.

    Raises PermissionMissing, MemberNotFound, MemberClosed, MemberChanged, MemberDataInvalid.
    """
    require(by, Permission.MEMBERS_WRITE)
    stored = checked_tags(tags)
    row = hold_member(member, version=version)
    _audit("member.set_tags", member, {"tags": " ".join(stored)}, now, by)
    return change_row(row, tags=stored)


def set_attributes(
    member: MemberRef,
    attributes: Mapping[str, AttributeValue],
    *,
    version: int | None = None,
    now: datetime,
    by: Actor,
) -> int:
    """Replace the custom attributes; the member's new version.

    Raises PermissionMissing, MemberNotFound, MemberClosed, MemberChanged, MemberDataInvalid.
    """
    require(by, Permission.MEMBERS_WRITE)
    stored = checked_attributes(attributes)
    row = hold_member(member, version=version)
    _audit("member.set_attributes", member, {"names": " ".join(sorted(stored))}, now, by)
    return change_row(row, attributes=stored)


def set_language(
    member: MemberRef, language: str, *, version: int | None = None, now: datetime, by: Actor
) -> int:
    """Set the language the member is spoken to in (en, ru); the member's new version.

    Raises PermissionMissing, MemberNotFound, MemberClosed, MemberChanged, MemberDataInvalid.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, by=by)
    if language not in _LANGUAGES:
        raise MemberDataInvalid(pointer="/language")
    row = hold_member(member, version=version)
    _audit("member.set_language", member, {"language": language}, now, by)
    return change_row(row, language=language)


def set_staff_mark(
    member: MemberRef, is_staff: bool, *, version: int | None = None, now: datetime, by: Actor
) -> int:
    """Mark the card of somebody who works here; the member's new version.

    Raises PermissionMissing, MemberNotFound, MemberClosed, MemberChanged.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    row = hold_member(member, version=version)
    _audit("member.set_staff_mark", member, {"is_staff": is_staff}, now, by)
    return change_row(row, is_staff=is_staff)


def record_consent(
    member: MemberRef, consents: Sequence[ConsentGiven], *, now: datetime, by: Actor
) -> None:
    """Add what was agreed to or withdrawn to the log, each purpose a row of its own.

    The proof must hold no contact data: the log is never changed, not even by an erasure; what
    looks like an address or a phone number is blotted out. Raises PermissionMissing,
    MemberNotFound, MemberClosed, MemberDataInvalid.
    """
    check_may_change(
        member, Permission.CONSENTS_WRITE, Permission.MEMBERS_WRITE, Permission.TILL_ENROL, by=by
    )
    checked = [checked_consent(one, pointer=f"/consents/{n}") for n, one in enumerate(consents)]
    hold_member(member)
    ConsentRow.objects.bulk_create(
        ConsentRow(
            id=new_id(now=now),
            bucket=member.bucket,
            member_id=member.id,
            purpose=consent.purpose,
            given=consent.given,
            at=now,
            channel=consent.channel,
            text_version=consent.text_version,
            proof=dict(consent.proof),
            by=f"{by.kind}:{by.id}",
        )
        for consent in checked
    )


def _audit(
    action: str,
    member: MemberRef,
    detail: dict[str, str | int | bool | None],
    now: datetime,
    by: Actor,
) -> None:
    record_audit(action, "member", str(member.id), detail, now=now, by=by)
