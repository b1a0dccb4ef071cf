"""One-time codes: six digits to an address or a phone, for one operation, against guessing and floods."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from regulars.contexts.security.ceremonies import forget, recall, remember
from regulars.contexts.security.models import OneTimeCode
from regulars.contexts.security.ports import channels
from regulars.contexts.security.types import CodeOutcome
from regulars.contexts.security.usecases.guessing import (
    TooManyGuesses,
    count_guess,
    forgive_guess,
)
from regulars.contexts.security.usecases.letters import post_letter
from regulars.core.identifiers import ascii_digits
from regulars.core.refusal import Invalid
from regulars.kit.ids import new_id
from regulars.kit.rate_limits import Guessing
from regulars.kit.sealing import SealBroken, seal, unseal
from regulars.kit.secrets import is_same, keyed_digest

DIGITS = 6
TRIES = 5
LASTS = timedelta(minutes=5)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# How often one contact is written to, and how often one address asks, whoever is asked about.
SENDS_TO_CONTACT = Guessing("code/sends_to_contact", most=4, window=_HOUR, pause=_HOUR, forget=_DAY)
SENDS_FROM_ADDRESS = Guessing("code/sends_from_address", most=30, window=_HOUR, pause=_HOUR)
TRIES_FROM_ADDRESS = Guessing("code/tries_from_address", most=50, window=_HOUR, pause=_HOUR)
TRIES_AT_CONTACT = Guessing("code/tries_at_contact", most=15, window=_HOUR, pause=_HOUR)
_SEAL, _PROOF = "code contact", "proved contact"
_CARRIED = timedelta(minutes=30)


class ChannelOff(Invalid):
    """The installation sends nothing this way."""

    code = "code.channel_off"


def send_code(
    purpose: str,
    channel: str,
    contact: str,
    *,
    language: str,
    address: str,
    now: datetime,
) -> UUID:
    """Send new digits to `contact` (in its one spelling); the id by which they are checked.

    Nobody is looked up: whoever has the contact gets the digits, member or not. Earlier ones for
    the same contact and purpose are good no more. Raises ChannelOff, TooManyGuesses where contact,
    `address` (where the request came from) or the whole installation has had its share.
    """
    if channel not in channels():
        raise ChannelOff(pointer="/channel")
    budget = Guessing(
        "code/budget", most=settings.CODES_PER_HOUR, window=_HOUR, pause=_HOUR, pause_max=_HOUR
    )
    axes = (
        (SENDS_TO_CONTACT, f"{channel}\0{contact}"),
        (SENDS_FROM_ADDRESS, address),
        (budget, channel),
    )
    count_guess(axes, now=now)
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    code_id = new_id(now=now)
    theirs = keyed_digest(settings.SECRET_KEY, "code contact", f"{channel}\0{contact}")
    OneTimeCode.objects.filter(
        purpose=purpose, contact_digest=theirs, used_at=None, ends_at__gt=now
    ).update(ends_at=now, sealed_contact=None)
    OneTimeCode.objects.create(
        id=code_id,
        purpose=purpose,
        contact_digest=theirs,
        sealed_contact=seal(settings.SECRET_KEY, _SEAL, contact.encode()),
        code_digest=_digest(purpose, code_id, digits),
        made_at=now,
        ends_at=now + LASTS,
    )
    params: dict[str, str | int] = {"code": digits, "minutes": LASTS // timedelta(minutes=1)}
    post_letter(
        channel, contact, f"code_{purpose}", params, language=language, lasts=LASTS, now=now
    )
    return code_id


def check_code(
    purpose: str, code_id: UUID, typed: str, *, address: str, now: datetime
) -> CodeOutcome:
    """Check digits once sent for `purpose`; right ones are used up.

    Returned, not raised: a wrong try is counted, so the caller commits in either case. Unknown,
    late, used and wrong ones get one answer. Five tries each.
    """
    row = OneTimeCode.objects.select_for_update().filter(pk=code_id, purpose=purpose).first()
    contact_axis = (TRIES_AT_CONTACT, row.contact_digest.hex() if row else "")
    axes = ((TRIES_FROM_ADDRESS, address), *((contact_axis,) if row else ()))
    try:
        count_guess(axes, now=now)
    except TooManyGuesses as refusal:
        return CodeOutcome(None, refusal.code, int(str(refusal.params["retry_after_s"])))
    digits = "".join(typed.split()).replace("-", "")
    is_shaped = len(digits) == DIGITS and ascii_digits(digits)
    told = _digest(purpose, code_id, digits if is_shaped else "")
    is_right = is_same(bytes(row.code_digest) if row else bytes(len(told)), told)
    if row is None or not is_right or not _is_open(row, now):
        OneTimeCode.objects.filter(pk=code_id).update(tries=F("tries") + 1)
        return CodeOutcome(None, "code.wrong")
    forgive_guess(axes, wholly=(TRIES_AT_CONTACT,), now=now)
    OneTimeCode.objects.filter(pk=code_id).update(used_at=now, sealed_contact=None)
    try:
        return CodeOutcome(unseal(settings.SECRET_KEY, _SEAL, bytes(row.sealed_contact)).decode())
    except SealBroken:
        return CodeOutcome(None, "code.wrong")


def carry_proof(channel: str, contact: str, *, now: datetime) -> str:
    """A token for who has proved a contact and is still to say who they are; good for half an hour."""
    sealed = seal(settings.SECRET_KEY, _SEAL, contact.encode()).hex()
    return remember(_PROOF, None, {"channel": channel, "sealed": sealed}, lasts=_CARRIED, now=now)


def carried_proof(token: str, *, now: datetime) -> tuple[str, str] | None:
    """The channel and the contact that the token proves; None where it is over."""
    found = recall(_PROOF, token, now=now)
    if found is None:
        return None
    try:
        sealed = bytes.fromhex(found.state["sealed"])
        return found.state["channel"], unseal(settings.SECRET_KEY, _SEAL, sealed).decode()
    except SealBroken:
        return None


def drop_proof(token: str) -> None:
    """The token is used up."""
    forget(_PROOF, token)


def purge_codes(*, now: datetime) -> None:
    """Forget codes that are over."""
    OneTimeCode.objects.filter(ends_at__lt=now).delete()


def _is_open(row: OneTimeCode, now: datetime) -> bool:
    is_fresh = now < row.ends_at and row.used_at is None and row.tries < TRIES
    return is_fresh and row.sealed_contact is not None


def _digest(purpose: str, code_id: UUID, digits: str) -> bytes:
    return keyed_digest(settings.SECRET_KEY, f"code/{purpose}", f"{code_id}\0{digits}")
