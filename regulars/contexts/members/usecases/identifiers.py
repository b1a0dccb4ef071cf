"""What a member is found by: added, blocked, replaced, removed."""

from datetime import datetime

from django.db import transaction

from regulars.contexts.members.claiming import claim_all
from regulars.contexts.members.holding import change_row, check_may_change, hold_member
from regulars.contexts.members.identifying import (
    APP_PREFIX,
    CardNotOurs,
    Claim,
    card_problems,
    claim_of,
)
from regulars.contexts.members.models import IdentifierRow, IssuedCard
from regulars.contexts.members.types import (
    Identifier,
    IdentifierKind,
    IdentifierStatus,
    MemberRef,
)
from regulars.contexts.members.usecases.enrolment import IDENTIFIERS_MAX, IdentifierTaken
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.refusal import NotFound, Refused
from regulars.kit.secrets import new_secret


class IdentifierNotFound(NotFound):
    """The member has no such identifier."""

    code = "identifier.not_found"


class IdentifierBlocked(Refused):
    """The identifier is the member's, but blocked or replaced."""

    code = "identifier.blocked"


class TooManyIdentifiers(Refused):
    """The member has as many identifiers as one may have."""

    code = "member.identifiers_too_many"


class CardCannotBeRemoved(Refused):
    """A card is blocked or replaced, not removed: its number must open no other membership."""

    code = "identifier.card_stays"


def add_identifier(
    member: MemberRef, identifier: Identifier, *, region: str = "RU", now: datetime, by: Actor
) -> None:
    """Give the member one more identifier; having it already is harmless.

    Raises PermissionMissing, MemberNotFound, MemberClosed, IdentifierTaken, IdentifierBlocked,
    TooManyIdentifiers, and `identifier.*` for what is none.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT, by=by)
    claim = claim_of(identifier, region=region, pointer="/identifier")
    row = hold_member(member)
    if _claim(member, claim, now):
        change_row(row)
        _audit("identifier.add", member, claim, now, by)


def give_card(member: MemberRef, number: str, *, now: datetime, by: Actor) -> None:
    """Activate a printed card of ours for the member; having it already is harmless.

    Cashiers may do that, and members themselves: only numbers that were issued and are nobody's.
    Raises PermissionMissing, MemberNotFound, MemberClosed, CardNotOurs, IdentifierTaken,
    IdentifierBlocked, TooManyIdentifiers, IdentifierMalformed.
    """
    allowed = (Permission.TILL_ENROL, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT)
    check_may_change(member, *allowed, by=by)
    claim = claim_of(Identifier(IdentifierKind.CARD, number, "plastic"), region="", pointer="/card")
    if not IssuedCard.objects.filter(pk=claim.value, retired_at=None).exists():
        raise CardNotOurs(pointer="/card")
    row = hold_member(member)
    if _claim(member, claim, now):
        change_row(row)
        _audit("identifier.give_card", member, claim, now, by)


def issue_app_token(member: MemberRef, *, now: datetime, by: Actor) -> str:
    """A new token for the member's app, `ma_…`; only its digest is kept.

    Raises PermissionMissing, MemberNotFound, MemberClosed, TooManyIdentifiers.
    """
    token = APP_PREFIX + new_secret()
    add_identifier(member, Identifier(IdentifierKind.APP, token), now=now, by=by)
    return token


def block_identifier(
    member: MemberRef, identifier: Identifier, *, region: str = "RU", now: datetime, by: Actor
) -> None:
    """Stop an identifier (a lost card) from opening the membership; again is harmless.

    Raises PermissionMissing, MemberNotFound, MemberClosed, IdentifierNotFound.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT, by=by)
    _set_status(member, identifier, IdentifierStatus.BLOCKED, region, now, by)


def unblock_identifier(
    member: MemberRef, identifier: Identifier, *, region: str = "RU", now: datetime, by: Actor
) -> None:
    """Let a blocked identifier open the membership again; again is harmless.

    Members cannot do that themselves. Raises PermissionMissing, MemberNotFound, MemberClosed,
    IdentifierNotFound, and IdentifierBlocked for one that was replaced.
    """
    if by.kind == "member":
        raise IdentifierNotFound
    check_may_change(member, Permission.MEMBERS_SUPPORT, by=by)
    _set_status(member, identifier, IdentifierStatus.ACTIVE, region, now, by)


def replace_card(
    member: MemberRef,
    old_number: str,
    new_number: str,
    *,
    form: str = "plastic",
    now: datetime,
    by: Actor,
) -> None:
    """The new number opens the membership, the old one no more; everything else stays as it was.

    Done twice it is done once. Raises PermissionMissing, MemberNotFound, MemberClosed,
    IdentifierNotFound, IdentifierTaken, IdentifierBlocked, TooManyIdentifiers, `identifier.*`.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT, by=by)
    old = claim_of(Identifier(IdentifierKind.CARD, old_number), region="RU", pointer="/old")
    new = claim_of(Identifier(IdentifierKind.CARD, new_number, form), region="RU", pointer="/new")
    row = hold_member(member)
    held = _held(member, old)
    if old.key == new.key:
        raise IdentifierTaken(pointer="/new")
    if held.status == IdentifierStatus.REPLACED:
        _check_done_before(member, new)
        return
    _claim(member, new, now, instead=old)
    _rows(old).update(status=IdentifierStatus.REPLACED, until=now)
    change_row(row)
    _audit("identifier.replace_card", member, new, now, by)


def remove_identifier(
    member: MemberRef, identifier: Identifier, *, region: str = "RU", now: datetime, by: Actor
) -> None:
    """Free a phone, address, app token or outside number, so that its next owner can be enrolled.

    Raises PermissionMissing, MemberNotFound, MemberClosed, IdentifierNotFound, CardCannotBeRemoved.
    """
    check_may_change(member, Permission.MEMBERS_WRITE, Permission.MEMBERS_SUPPORT, by=by)
    claim = claim_of(identifier, region=region, pointer="/identifier")
    if claim.kind == IdentifierKind.CARD:
        raise CardCannotBeRemoved
    row = hold_member(member)
    _held(member, claim)
    _rows(claim).delete()
    change_row(row)
    _audit("identifier.remove", member, claim, now, by)


def _claim(member: MemberRef, claim: Claim, now: datetime, instead: Claim | None = None) -> bool:
    """Store a claim for a held member; False where it was theirs already, and good."""
    problem = card_problems([claim]).get(claim.value) if claim.kind == "card" else None
    mine = _rows(claim).filter(bucket=member.bucket, member_id=member.id).first()
    if mine is not None:
        if mine.status != IdentifierStatus.ACTIVE:
            raise IdentifierBlocked
        return False
    if problem is not None:
        raise problem
    active = IdentifierRow.objects.filter(
        bucket=member.bucket, member_id=member.id, status=IdentifierStatus.ACTIVE
    )
    if instead is not None:
        active = active.exclude(kind=instead.kind, value=instead.value)
    if active.count() >= IDENTIFIERS_MAX:
        raise TooManyIdentifiers
    with transaction.atomic():
        if not claim_all([(claim, member)], since=now):
            raise IdentifierTaken(pointer="/identifier")
    return True


def _check_done_before(member: MemberRef, new: Claim) -> None:
    mine = _rows(new).filter(bucket=member.bucket, member_id=member.id)
    if not mine.filter(status=IdentifierStatus.ACTIVE).exists():
        raise IdentifierBlocked(pointer="/old")


def _set_status(
    member: MemberRef,
    identifier: Identifier,
    status: IdentifierStatus,
    region: str,
    now: datetime,
    by: Actor,
) -> None:
    claim = claim_of(identifier, region=region, pointer="/identifier")
    row = hold_member(member)
    held = _held(member, claim)
    if held.status == status:
        return
    if held.status == IdentifierStatus.REPLACED:
        raise IdentifierBlocked
    until = None if status == IdentifierStatus.ACTIVE else now
    _rows(claim).update(status=status, until=until)
    change_row(row)
    _audit(f"identifier.set_{status.value}", member, claim, now, by)


def _held(member: MemberRef, claim: Claim) -> IdentifierRow:
    row = _rows(claim).filter(bucket=member.bucket, member_id=member.id).first()
    if row is None:
        raise IdentifierNotFound
    return row


def _rows(claim: Claim):  # type: ignore[no-untyped-def]
    return IdentifierRow.objects.filter(kind=claim.kind, value=claim.value)


def _audit(action: str, member: MemberRef, claim: Claim, now: datetime, by: Actor) -> None:
    record_audit(action, "member", str(member.id), {"kind": claim.kind}, now=now, by=by)
