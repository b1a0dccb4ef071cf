"""Codes that change by the clock: devices that show them, and the codes as they are presented."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from regulars.contexts.members.holding import check_may_change, hold_member
from regulars.contexts.members.models import CodeDevice
from regulars.contexts.members.types import MemberRef, NewCodeDevice
from regulars.contexts.security.queries import is_session_open
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.member_code import (
    Verdict,
    check,
    check_digits,
    device_secret,
    parse,
    period_of,
    tag_of,
)
from regulars.core.refusal import NotFound, Refused

DEVICES_MAX = 10
_NAME_MAX = 80


class CodeNotValid(NotFound):
    """The code is none of ours, or its device may not show codes any more."""

    code = "member_code.not_valid"


class CodeStale(Refused):
    """The code was shown too long ago, or the device's clock is wrong."""

    code = "member_code.stale"


class CodeUsed(Refused):
    """This code, or a later one of the device, was taken already."""

    code = "member_code.used"


class CodeDeviceNotFound(NotFound):
    """The member has no such device."""

    code = "member_code.device_not_found"


def register_code_device(
    member: MemberRef, name: str, *, device: UUID | None = None, now: datetime, by: Actor
) -> NewCodeDevice:
    """Let a device of the member show codes; the oldest of more than ten stops showing them.

    `device` is the session of the app: asked for again it is told the same again, and its codes end
    with it. For the member only. Raises MemberNotFound, MemberClosed, and CodeDeviceNotFound for
    one that was ended.
    """
    check_may_change(member, by=by)
    hold_member(member)
    of_session, device = device is not None, device or uuid4()
    known = CodeDevice.objects.filter(pk=device).first()
    if known is not None:
        if known.revoked_at is not None or MemberRef(known.bucket, known.member_id) != member:
            raise CodeDeviceNotFound
        return NewCodeDevice(device, known.tag, _secret(device))
    tag = tag_of(secrets.token_bytes(10))
    CodeDevice.objects.create(
        id=device,
        tag=tag,
        bucket=member.bucket,
        member_id=member.id,
        name="".join(filter(str.isprintable, name))[:_NAME_MAX],
        made_at=now,
        of_session=of_session,
    )
    old = _live(member).order_by("-made_at", "id").values_list("pk", flat=True)[DEVICES_MAX:]
    CodeDevice.objects.filter(pk__in=list(old)).update(revoked_at=now)
    detail = {"device": str(device)}
    record_audit("member.code_device", "member", str(member.id), detail, now=now, by=by)
    return NewCodeDevice(device, tag, _secret(device))


def revoke_code_device(member: MemberRef, device: UUID, *, now: datetime, by: Actor) -> None:
    """Codes of the device are good no more; again is harmless.

    For the member, and for support. Raises PermissionMissing, MemberNotFound, CodeDeviceNotFound.
    """
    check_may_change(member, Permission.MEMBERS_SUPPORT, by=by)
    mine = CodeDevice.objects.filter(pk=device, bucket=member.bucket, member_id=member.id)
    if not mine.exists():
        raise CodeDeviceNotFound
    if mine.filter(revoked_at=None).update(revoked_at=now):
        detail = {"device": str(device)}
        record_audit("member.code_device_end", "member", str(member.id), detail, now=now, by=by)


def take_shown_code(text: str, *, now: datetime, by: Actor) -> MemberRef:
    """Whose device shows this code now; from then on neither it nor an older one is good.

    Of any number of takers of one code at the same instant one has it. Raises PermissionMissing,
    CodeNotValid, CodeStale, CodeUsed.
    """
    require(by, Permission.TILL_IDENTIFY)
    shown = parse(text)
    if shown is None:
        raise CodeNotValid(pointer="/text")
    row = CodeDevice.objects.filter(tag=shown.tag, revoked_at=None).first()
    if row is None or not _is_signed_in(row, now):
        raise CodeNotValid(pointer="/text")
    verdict = check(_secret(row.pk), shown.mac, period_of(now.timestamp()), row.last_shown)
    _raise_unless_good(verdict)
    taken = CodeDevice.objects.filter(pk=row.pk, revoked_at=None, last_shown__lt=verdict.period)
    if not taken.update(last_shown=verdict.period):
        raise CodeUsed
    return MemberRef(row.bucket, row.member_id)


def take_agreement(member: MemberRef, digits: str, *, now: datetime, by: Actor) -> None:
    """Take the six digits by which the member agrees to a spending; they are good once.

    Whoever calls this counts the tries. Raises PermissionMissing, CodeNotValid, CodeUsed.
    """
    require(by, Permission.TILL_SELL)
    period, found = period_of(now.timestamp()), Verdict("wrong")
    for row in _live(member):
        verdict = check_digits(_secret(row.pk), digits, period, row.last_agreed)
        if verdict.fate == "wrong" or not _is_signed_in(row, now):
            continue
        found = verdict
        taken = CodeDevice.objects.filter(pk=row.pk, last_agreed__lt=verdict.period)
        if verdict.fate == "good" and taken.update(last_agreed=verdict.period):
            return
    if found.fate in ("good", "used"):
        raise CodeUsed
    raise CodeNotValid(pointer="/digits")


def _raise_unless_good(verdict: Verdict) -> None:
    if verdict.fate == "used":
        raise CodeUsed
    if verdict.fate == "stale":
        raise CodeStale
    if verdict.fate == "wrong":
        raise CodeNotValid(pointer="/text")


def _is_signed_in(row: CodeDevice, now: datetime) -> bool:
    return not row.of_session or is_session_open(row.pk, now=now)


def _live(member: MemberRef):  # type: ignore[no-untyped-def]
    return CodeDevice.objects.filter(bucket=member.bucket, member_id=member.id, revoked_at=None)


def _secret(device: UUID) -> bytes:
    return device_secret(settings.SECRET_KEY.encode(), device.bytes)
