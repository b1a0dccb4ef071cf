"""The course of a membership: blocked, opened again, merged into another, erased."""

from dataclasses import fields
from datetime import datetime

from regulars.contexts.members.checking import checked_reason
from regulars.contexts.members.holding import change_row, check_may_change, hold_member
from regulars.contexts.members.mapping import profile_columns, profile_of
from regulars.contexts.members.models import (
    CodeDevice,
    ConsentRow,
    IdentifierRow,
    IssuedCard,
    Member,
    ProfileRow,
    SupportRequest,
)
from regulars.contexts.members.presence_models import Presence
from regulars.contexts.members.types import MemberRef, MemberStatus, Profile
from regulars.contexts.security.types import Actor, Holder, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.passkeys import forget_holder
from regulars.contexts.security.usecases.push import follow_holder
from regulars.core.consent import Consent, fold, merged
from regulars.core.refusal import Invalid
from regulars.kit.ids import new_id


class MergeWithSelf(Invalid):
    """A member cannot be merged with itself."""

    code = "member.merge_with_self"


def block_member(
    member: MemberRef, reason: str, *, version: int | None = None, now: datetime, by: Actor
) -> int:
    """Freeze a membership: nothing is earned or spent; the member's new version. Again is harmless.

    A member may freeze the own one. Raises PermissionMissing, MemberNotFound, MemberClosed,
    MemberChanged, MemberDataInvalid.
    """
    check_may_change(member, Permission.MEMBERS_SUPPORT, by=by)
    text = checked_reason(reason)
    row = hold_member(member, version=version)
    if row.status == MemberStatus.BLOCKED:
        return int(row.version)
    _audit("member.block", member, {"reason": text}, now, by)
    return change_row(row, status=MemberStatus.BLOCKED, status_reason=text)


def unblock_member(
    member: MemberRef, reason: str, *, version: int | None = None, now: datetime, by: Actor
) -> int:
    """Open a frozen membership again; the member's new version. Again is harmless.

    Raises PermissionMissing, MemberNotFound, MemberClosed, MemberChanged, MemberDataInvalid.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    text = checked_reason(reason)
    row = hold_member(member, version=version)
    if row.status == MemberStatus.ACTIVE:
        return int(row.version)
    _audit("member.unblock", member, {"reason": text}, now, by)
    return change_row(row, status=MemberStatus.ACTIVE, status_reason="")


def mark_merged(
    loser: MemberRef, winner: MemberRef, reason: str, *, now: datetime, by: Actor
) -> None:
    """Two memberships of one person become one; the ledger's own merge calls this.

    All identifiers open the winner from now on. What the winner lacks of profile, birthday, tags
    and attributes comes from the loser, whose own are deleted. A consent withdrawn on either side
    is withdrawn. Done twice it is done once. Raises PermissionMissing, MergeWithSelf,
    MemberNotFound, MemberClosed, MemberDataInvalid.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    text = checked_reason(reason)
    if loser == winner:
        raise MergeWithSelf(pointer="/winner")
    # In one order, so that two merges of the same pair the other way round cannot deadlock.
    held = {ref: hold_member(ref, closed=True) for ref in sorted((loser, winner))}
    lost = held[loser]
    if MemberRef(lost.merged_into_bucket, lost.merged_into_id) == winner:
        return
    lost = hold_member(loser)
    won = hold_member(winner)
    IdentifierRow.objects.filter(bucket=loser.bucket, member_id=loser.id).update(
        bucket=winner.bucket, member_id=winner.id
    )
    CodeDevice.objects.filter(bucket=loser.bucket, member_id=loser.id).update(
        bucket=winner.bucket, member_id=winner.id
    )
    SupportRequest.objects.filter(bucket=loser.bucket, member_id=loser.id).update(
        bucket=winner.bucket, member_id=winner.id
    )
    follow_holder(Holder("member", loser.id), Holder("member", winner.id))
    # Whoever was merged into the loser before is found at the winner in one step.
    Member.objects.filter(merged_into_bucket=loser.bucket, merged_into_id=loser.id).update(
        merged_into_bucket=winner.bucket, merged_into_id=winner.id
    )
    _merge_profiles(loser, winner)
    _merge_consents(loser, winner, now, by)
    change_row(
        won,
        birthday=won.birthday or lost.birthday,
        tags=sorted({*won.tags, *lost.tags}),
        attributes=lost.attributes | won.attributes,
        enrolled_at=min(won.enrolled_at, lost.enrolled_at),
        is_staff=won.is_staff or lost.is_staff,
        rests_until=max(filter(None, (won.rests_until, lost.rests_until)), default=None),
    )
    change_row(
        lost,
        status=MemberStatus.MERGED,
        status_reason=text,
        merged_into_bucket=winner.bucket,
        merged_into_id=winner.id,
        birthday=None,
        tags=[],
        attributes={},
    )
    _audit("member.merge", loser, {"into": str(winner.id), "reason": text}, now, by)


def erase_member(member: MemberRef, reason: str, *, now: datetime, by: Actor) -> None:
    """Forget who a member is: profile, identifiers, birthday, tags and attributes are deleted.

    The membership stays as a number without a person, so that the ledger still adds up; so does the
    log of consents. Cards of ours that opened it open nothing any more. Memberships that were
    merged into it hold nothing personal and stay merged. Again is harmless. Raises
    PermissionMissing, MemberNotFound, MemberClosed for a merged membership, MemberDataInvalid.
    """
    check_may_change(member, Permission.MEMBERS_ERASE, by=by)
    text = checked_reason(reason)
    row = hold_member(member, closed=True)
    if row.status == MemberStatus.ERASED:
        return
    row = hold_member(member)
    claims = IdentifierRow.objects.filter(bucket=member.bucket, member_id=member.id)
    numbers = claims.filter(kind="card").values_list("value", flat=True)
    IssuedCard.objects.filter(pk__in=list(numbers), retired_at=None).update(retired_at=now)
    claims.delete()
    CodeDevice.objects.filter(bucket=member.bucket, member_id=member.id).delete()
    Presence.objects.filter(bucket=member.bucket, member_id=member.id).delete()
    forget_holder(Holder("member", member.id), now=now)
    SupportRequest.objects.filter(bucket=member.bucket, member_id=member.id).update(
        text="", answer=""
    )
    ProfileRow.objects.filter(bucket=member.bucket, member_id=member.id).delete()
    change_row(
        row,
        status=MemberStatus.ERASED,
        status_reason=text,
        birthday=None,
        birthday_changed_at=None,
        rests_until=None,
        tags=[],
        attributes={},
    )
    _audit("member.erase", member, {"reason": text}, now, by)


def _merge_profiles(loser: MemberRef, winner: MemberRef) -> None:
    theirs = ProfileRow.objects.filter(bucket=loser.bucket, member_id=loser.id)
    ours = ProfileRow.objects.filter(bucket=winner.bucket, member_id=winner.id)
    lost, held = profile_of(theirs.first()), profile_of(ours.first())
    whole = Profile(
        **{
            field.name: getattr(held, field.name) or getattr(lost, field.name)
            for field in fields(Profile)
        }
    )
    if whole != held:
        ours.delete()
        columns = profile_columns(whole)
        ProfileRow.objects.create(bucket=winner.bucket, member_id=winner.id, **columns)
    theirs.delete()


def _merge_consents(loser: MemberRef, winner: MemberRef, now: datetime, by: Actor) -> None:
    rows = {Consent(row.purpose, row.given, row.at): row for row in _consents(loser)}
    added = merged(_state(winner), _state(loser))
    ConsentRow.objects.bulk_create(
        ConsentRow(
            id=new_id(now=now),
            bucket=winner.bucket,
            member_id=winner.id,
            purpose=consent.purpose,
            given=consent.given,
            at=now,
            channel="merge",
            text_version=rows[consent].text_version,
            proof={"merged_from": str(loser.id), "consent": str(rows[consent].id)},
            by=f"{by.kind}:{by.id}",
        )
        for consent in added
    )


def _state(member: MemberRef) -> dict[str, Consent]:
    return fold(Consent(row.purpose, row.given, row.at) for row in _consents(member))


def _consents(member: MemberRef) -> list[ConsentRow]:
    return list(ConsentRow.objects.filter(bucket=member.bucket, member_id=member.id))


def _audit(
    action: str,
    member: MemberRef,
    detail: dict[str, str | int | bool | None],
    now: datetime,
    by: Actor,
) -> None:
    record_audit(action, "member", str(member.id), detail, now=now, by=by)
