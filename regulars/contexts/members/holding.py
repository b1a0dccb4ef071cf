"""Holding a member's row while something about the member changes, and who may change it."""

from django.db.models import F

from regulars.contexts.members.models import Member
from regulars.contexts.members.types import MemberRef, MemberStatus
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require_any
from regulars.core.refusal import NotFound, Refused


class MemberNotFound(NotFound):
    """There is no such member, or not for this caller."""

    code = "member.not_found"


class MemberClosed(Refused):
    """The membership was merged into another or erased; nothing about it changes any more."""

    code = "member.closed"


class MemberChanged(Refused):
    """Somebody else changed the member since the version that was named."""

    code = "member.changed"
    kind = "changed"


def check_may_change(ref: MemberRef, *permissions: Permission, by: Actor) -> None:
    """A member may change the own data; anybody else needs one of `permissions`.

    Raises MemberNotFound for a member who is after another's data, PermissionMissing.
    """
    if by.kind == "member":
        if by.id != str(ref.id):
            raise MemberNotFound
    else:
        require_any(by, *permissions)


def hold_member(ref: MemberRef, *, version: int | None = None, closed: bool = False) -> Member:
    """The member's row, locked until the transaction ends.

    Raises MemberNotFound, MemberChanged where `version` is not the present one, and MemberClosed
    for a merged or erased membership unless `closed`.
    """
    row = Member.objects.select_for_update().filter(bucket=ref.bucket, id=ref.id).first()
    if row is None:
        raise MemberNotFound
    if row.status in (MemberStatus.MERGED, MemberStatus.ERASED) and not closed:
        raise MemberClosed
    if version is not None and version != row.version:
        raise MemberChanged(version=row.version)
    return row


def change_row(row: Member, **columns: object) -> int:
    """Write columns of a held row and count its version on; the new version."""
    Member.objects.filter(bucket=row.bucket, id=row.id).update(version=F("version") + 1, **columns)
    return int(row.version) + 1
