"""Members come in by browser: a code to their contact, or a passkey; nobody learns who is a member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.contexts.members.queries import find_holders, get_survivor, spell_identifier
from regulars.contexts.members.types import (
    EVERYONE,
    IdentifierKind,
    IdentifierStatus,
    MemberRef,
    MemberStatus,
    ref_of,
)
from regulars.contexts.security.types import Actor, Holder, NewSession, SessionMethod
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.codes import carry_proof, check_code, send_code
from regulars.contexts.security.usecases.guessing import (
    TooManyGuesses,
    count_guess,
    forgive_guess,
)
from regulars.contexts.security.usecases.passkeys import PasskeyRefused, finish_passkey_sign_in
from regulars.contexts.security.usecases.push import tell_devices
from regulars.contexts.security.usecases.sessions import begin_session
from regulars.kit.passkeys import Site
from regulars.kit.rate_limits import Guessing

SIGN_IN = "member_sign_in"
PASSKEY_FROM_ADDRESS = Guessing("member_passkey/address", most=30)


@dataclass(frozen=True, slots=True)
class MemberStep:
    """Where a sign-in stands: a session; or a contact proved by somebody who is no member yet.

    `join` is the token by which that person joins.
    """

    member: MemberRef | None = None
    session: NewSession | None = None
    join: str | None = field(default=None, repr=False)
    refused: str | None = None
    retry_after_s: int | None = None


def ask_for_code(text: str, *, region: str, language: str, address: str, now: datetime) -> UUID:
    """Send a code to the address or phone that `text` spells; the id by which it is checked.

    The same for members and everybody else: nobody is looked up. Raises IdentifierMalformed,
    ChannelOff, TooManyGuesses.
    """
    kind = IdentifierKind.EMAIL if "@" in text else IdentifierKind.PHONE
    contact = spell_identifier(kind, text, region=region, pointer="/contact")
    return send_code(SIGN_IN, kind.value, contact, language=language, address=address, now=now)


def enter_by_code(
    code_id: UUID, typed: str, *, address: str, device: str, now: datetime
) -> MemberStep:
    """The code that was sent: in, or on to joining. The caller commits in any case."""
    outcome = check_code(SIGN_IN, code_id, typed, address=address, now=now)
    if outcome.contact is None:
        return MemberStep(refused=outcome.refused, retry_after_s=outcome.retry_after_s)
    kind = kind_of(outcome.contact)
    member = find_by_contact(kind, outcome.contact)
    if member is None:
        return MemberStep(join=carry_proof(kind.value, outcome.contact, now=now))
    method: SessionMethod = "email" if kind is IdentifierKind.EMAIL else "phone"
    return enter(member, method, device=device, now=now)


def enter_by_passkey(
    site: Site, token: str, answer: Mapping[str, Any], *, address: str, device: str, now: datetime
) -> MemberStep:
    """A passkey of the member. The caller commits in any case."""
    axes = ((PASSKEY_FROM_ADDRESS, address),)
    try:
        count_guess(axes, now=now)
        holder = finish_passkey_sign_in("member", site, token, answer, now=now)
    except TooManyGuesses as refusal:
        wait = int(str(refusal.params["retry_after_s"]))
        return MemberStep(refused=refusal.code, retry_after_s=wait)
    except PasskeyRefused as refusal:
        return MemberStep(refused=refusal.code)
    member = _open_one(ref_of(holder.id))
    if member is None:
        return MemberStep(refused=PasskeyRefused.code)
    forgive_guess(axes, now=now)
    return enter(member, "passkey", device=device, now=now)


def enter(member: MemberRef, method: SessionMethod, *, device: str, now: datetime) -> MemberStep:
    """A session for a member whom the caller has recognised by `method`."""
    holder = Holder("member", member.id)
    session = begin_session(holder, method=method, device=device, now=now)
    by = Actor("member", str(member.id), None, frozenset())
    record_audit("member.sign_in", "member", str(member.id), {"by": method}, now=now, by=by)
    tell_devices(holder, "push_sign_in", {"device": device}, but=session.id, now=now)
    return MemberStep(member, session)


def find_by_contact(kind: IdentifierKind, contact: str) -> MemberRef | None:
    """The open membership that a proved contact (in its one spelling) leads to."""
    held = find_holders(kind, [contact]).get(contact)
    if held is None or held[1] is not IdentifierStatus.ACTIVE:
        return None
    return _open_one(held[0])


def kind_of(contact: str) -> IdentifierKind:
    """Whether a spelled contact is an address or a phone."""
    return IdentifierKind.EMAIL if "@" in contact else IdentifierKind.PHONE


def _open_one(ref: MemberRef) -> MemberRef | None:
    view = get_survivor(ref, within=EVERYONE)
    return None if view.status is MemberStatus.ERASED else view.ref
