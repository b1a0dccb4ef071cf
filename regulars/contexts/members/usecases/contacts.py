"""A member changes the own phone or address: the new one proves itself, the old one is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from regulars.contexts.members.claiming import claim_all
from regulars.contexts.members.holding import change_row, check_may_change, hold_member
from regulars.contexts.members.identifying import Claim
from regulars.contexts.members.models import CodeDevice, IdentifierRow, Member, ProfileRow
from regulars.contexts.members.queries import get_survivor, spell_identifier
from regulars.contexts.members.types import (
    EVERYONE,
    IdentifierKind,
    IdentifierStatus,
    MemberRef,
    MemberStatus,
    ref_of,
)
from regulars.contexts.members.usecases.enrolment import IDENTIFIERS_MAX
from regulars.contexts.security.ports import channels
from regulars.contexts.security.types import Actor, Holder, system_actor
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.codes import check_code, send_code
from regulars.contexts.security.usecases.guessing import count_guess
from regulars.contexts.security.usecases.letters import post_letter
from regulars.contexts.security.usecases.passkeys import remove_all_passkeys
from regulars.contexts.security.usecases.push import tell_devices
from regulars.contexts.security.usecases.sessions import end_sessions_of
from regulars.contexts.security.usecases.undoing import (
    find_undoable,
    forget_undoable,
    keep_undoable,
    list_undoable,
)
from regulars.core.refusal import NotFound, Refused
from regulars.kit.rate_limits import Guessing
from regulars.kit.secrets import keyed_digest

CODE = "member_contact"
UNDO_LASTS = timedelta(days=3)
KINDS = (IdentifierKind.EMAIL, IdentifierKind.PHONE)
_DAY = timedelta(days=1)
# How often one member asks for codes to new contacts, whosever these are.
ASKED_BY_MEMBER = Guessing("contact_change/member", most=6, window=_DAY, pause=_DAY, pause_max=_DAY)


class ContactUnknown(NotFound):
    """The member has no such contact."""

    code = "contact.unknown"


class ContactSame(Refused):
    """It is the member's own contact already."""

    code = "contact.same"


class ContactRests(Refused):
    """A contact was changed lately; the next can be changed later."""

    code = "contact.rests"


class ChangeOver(NotFound):
    """The link that takes a change back is unknown, used or too old; which of these is not told."""

    code = "contact.link_over"


@dataclass(frozen=True, slots=True)
class ContactView:
    """A phone or address of a member; `ref` names it without telling it."""

    ref: str
    kind: IdentifierKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContactStep:
    """Whether a contact was changed, and until when nothing can be spent for that; or why not."""

    refused: str | None = None
    retry_after_s: int | None = None
    rests_until: datetime | None = None


def list_contacts(member: MemberRef, *, by: Actor) -> tuple[ContactView, ...]:
    """The phones and addresses that the member signs in by, the oldest first; for the member only.

    Raises MemberNotFound.
    """
    check_may_change(member, by=by)
    rows = _active(member).order_by("since", "kind", "value")
    return tuple(ContactView(_ref(row), IdentifierKind(row.kind), row.value) for row in rows)


def ask_contact_code(
    member: MemberRef,
    kind: IdentifierKind,
    text: str,
    *,
    region: str,
    language: str,
    address: str,
    now: datetime,
    by: Actor,
) -> UUID:
    """Send a code to the contact that `text` spells, to prove it; the id by which it is checked.

    Whether it is anybody else's is not looked up. For the member only. Raises MemberNotFound,
    ContactRests, ContactSame, IdentifierMalformed, ChannelOff, TooManyGuesses.
    """
    check_may_change(member, by=by)
    contact = spell_identifier(kind, text, region=region, pointer="/contact")
    row = Member.objects.filter(bucket=member.bucket, id=member.id).get()
    _check_rest(row, now)
    if _active(member).filter(kind=kind.value, value=contact).exists():
        raise ContactSame(pointer="/contact")
    count_guess([(ASKED_BY_MEMBER, str(member.id))], now=now)
    return send_code(CODE, kind.value, contact, language=language, address=address, now=now)


def change_contact(
    member: MemberRef,
    old_ref: str,
    code_id: UUID,
    typed: str,
    *,
    address: str,
    page: str,
    session: UUID | None = None,
    now: datetime,
    by: Actor,
) -> ContactStep:
    """Take the contact that the code proves instead of the one called `old_ref`; empty: beside.

    Returned, not raised, because tries are counted and refusals audited: the caller commits in any
    case. A contact that somebody else has gets the one answer `contact.unusable`. Every contact that
    the member had is told, with a link (`page` and a secret) that takes it back for three days;
    where one was replaced, nothing is spent and no other contact changed for
    `CONTACT_REST_HOURS`. Browsers but that of `session` get a notice. Raises MemberNotFound,
    MemberClosed, ContactUnknown, ContactRests.
    """
    check_may_change(member, by=by)
    row = hold_member(member)
    _check_rest(row, now)
    before = list(_active(member))
    old = next((one for one in before if _ref(one) == old_ref), None)
    if old_ref and old is None:
        raise ContactUnknown
    outcome = check_code(CODE, code_id, typed, address=address, now=now)
    if outcome.contact is None:
        return ContactStep(outcome.refused, outcome.retry_after_s)
    kind = IdentifierKind.EMAIL if "@" in outcome.contact else IdentifierKind.PHONE
    if old is not None and old.kind != kind.value:
        raise ContactUnknown
    if not _taken(member, Claim(kind.value, outcome.contact), old is not None, now):
        _audit(member, "member.change_contact", kind, now, by, refused="contact.unusable")
        return ContactStep("contact.unusable")
    told = [(one.kind, one.value) for one in before] + _written_to(member)
    _put(member, kind.value, old.value if old else "", outcome.contact)
    rests_until = row.rests_until
    if old is not None:
        _own(member, old.kind, old.value).update(status=IdentifierStatus.REPLACED, until=now)
        rests_until = now + timedelta(hours=settings.CONTACT_REST_HOURS)
    change_row(row, rests_until=rests_until)
    what = {"kind": kind.value, "old": old.value if old else "", "new": outcome.contact}
    token = keep_undoable(Holder("member", member.id), what, lasts=UNDO_LASTS, now=now)
    letter = "contact_changed" if old else "contact_added"
    params: dict[str, str | int] = {"link": page + token, "days": UNDO_LASTS.days}
    for way, contact in dict.fromkeys(told):
        if way in channels() and contact != outcome.contact:
            post_letter(
                way, contact, letter, params, language=row.language, lasts=UNDO_LASTS, now=now
            )
    tell_devices(Holder("member", member.id), "push_contact", {}, but=session, now=now)
    _audit(member, "member.change_contact", kind, now, by)
    return ContactStep(rests_until=rests_until)


def find_contact_change(token: str, *, now: datetime) -> IdentifierKind | None:
    """Of what kind the contact is that the link would take back; None where it is over."""
    found = find_undoable(token, now=now)
    return None if found is None else IdentifierKind(found.what["kind"])


def undo_contact_change(token: str, *, now: datetime) -> None:
    """Whoever reads the old contact takes the change back, and every later one of the member.

    Everybody is signed out; passkeys, and social accounts and app tokens added since, are gone.
    Spending rests as after a change. Raises ChangeOver.
    """
    found = find_undoable(token, now=now)
    if found is None:
        raise ChangeOver
    view = get_survivor(ref_of(found.holder.id), within=EVERYONE)
    if view.status is MemberStatus.ERASED:
        raise ChangeOver
    member = view.ref
    row = hold_member(member)
    for change in list_undoable(found.holder, since=found.at, now=now):
        _put_back(member, change.what, now)
    forget_undoable(found.holder)
    by, holder = system_actor("contact_link"), Holder("member", member.id)
    end_sessions_of(holder, now=now, by=by)
    remove_all_passkeys(holder)
    of_member = IdentifierRow.objects.filter(bucket=member.bucket, member_id=member.id)
    of_member.filter(kind="external", value__startswith="social:", since__gte=found.at).delete()
    of_member.filter(kind="app", since__gte=found.at).delete()
    CodeDevice.objects.filter(
        bucket=member.bucket, member_id=member.id, revoked_at=None, made_at__gte=found.at
    ).update(revoked_at=now)
    change_row(row, rests_until=now + timedelta(hours=settings.CONTACT_REST_HOURS))
    _audit(member, "member.undo_contact", IdentifierKind(found.what["kind"]), now, by)


def forget_replaced_contacts(*, now: datetime) -> int:
    """Free contacts that were replaced and cannot come back any more; how many."""
    kinds = [kind.value for kind in KINDS]
    over = IdentifierRow.objects.filter(kind__in=kinds, status=IdentifierStatus.REPLACED)
    gone, _ = over.filter(until__lt=now - UNDO_LASTS).delete()
    return gone


def _check_rest(row: Member, now: datetime) -> None:
    if row.rests_until is not None and now < row.rests_until:
        raise ContactRests


def _taken(member: MemberRef, claim: Claim, replaces: bool, now: datetime) -> bool:
    """Store the claim; False where it cannot be this member's."""
    held = _own(member, claim.kind, claim.value).first()
    if held is not None:
        if held.status == IdentifierStatus.REPLACED:
            _own(member, *claim.key).update(status=IdentifierStatus.ACTIVE, until=None)
        return bool(held.status != IdentifierStatus.BLOCKED)
    every = IdentifierRow.objects.filter(bucket=member.bucket, member_id=member.id)
    if not replaces and every.filter(status="active").count() >= IDENTIFIERS_MAX:
        return False
    with transaction.atomic():
        return claim_all([(claim, member)], since=now)


def _put_back(member: MemberRef, what: Any, now: datetime) -> None:
    kind, old, new = what["kind"], what["old"], what["new"]
    _own(member, kind, new).delete()
    _put(member, kind, new, old)
    if not old or _own(member, kind, old).update(status=IdentifierStatus.ACTIVE, until=None):
        return
    with transaction.atomic():
        claim_all([(Claim(kind, old), member)], since=now)


def _put(member: MemberRef, kind: str, old: str, new: str) -> None:
    """Where the member was written to the old contact, it is the new one."""
    profile = ProfileRow.objects.filter(bucket=member.bucket, member_id=member.id)
    profile.filter(**{kind: old}).update(**{kind: new})


def _written_to(member: MemberRef) -> list[tuple[str, str]]:
    row = ProfileRow.objects.filter(bucket=member.bucket, member_id=member.id).first()
    found = [("email", row.email), ("phone", row.phone)] if row else []
    return [(kind, value) for kind, value in found if value]


def _active(member: MemberRef):  # type: ignore[no-untyped-def]
    return IdentifierRow.objects.filter(
        bucket=member.bucket,
        member_id=member.id,
        kind__in=[kind.value for kind in KINDS],
        status=IdentifierStatus.ACTIVE,
    )


def _own(member: MemberRef, kind: str, value: str):  # type: ignore[no-untyped-def]
    return IdentifierRow.objects.filter(
        kind=kind, value=value, bucket=member.bucket, member_id=member.id
    )


def _ref(row: IdentifierRow) -> str:
    text = f"{row.member_id}\0{row.kind}\0{row.value}"
    return keyed_digest(settings.SECRET_KEY, "contact ref", text).hex()[:16]


def _audit(
    member: MemberRef,
    action: str,
    kind: IdentifierKind,
    now: datetime,
    by: Actor,
    *,
    refused: str | None = None,
) -> None:
    detail = {"kind": kind.value}
    record_audit(action, "member", str(member.id), detail, refused=refused, now=now, by=by)
