"""The second factor of staff: a code app and, for who has lost it, codes on paper."""

import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings

from regulars.contexts.security.models import CodeApp, Passkey, RecoveryCode, StaffUser
from regulars.contexts.security.types import Actor, CodeAppSetup, Holder, Permission, SessionMethod
from regulars.contexts.security.usecases.access import PermissionMissing, require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.passkeys import remove_all_passkeys
from regulars.contexts.security.usecases.sessions import end_sessions_of
from regulars.contexts.security.usecases.staff import require_as_able
from regulars.core.code_app import SECRET_BYTES, matching_step, setup_address, spelled_secret
from regulars.core.identifiers import ascii_digits
from regulars.core.refusal import Refused
from regulars.kit.sealing import seal, unseal
from regulars.kit.secrets import CODE_BITS, digest, is_well_formed, new_secret

RECOVERY_CODES = 10
_ISSUER = "Regulars"
_SEAL = "code app"
_GROUP = 6


class FactorCodeWrong(Refused):
    """The digits are not those that the app shows now, or were used already."""

    code = "factor.code_wrong"
    kind = "forbidden"


class FactorMissing(Refused):
    """The account has no code app, or none being set up."""

    code = "factor.missing"


class FactorConfirmed(Refused):
    """The account has a code app already: remove it first."""

    code = "factor.confirmed"


def begin_code_app(*, now: datetime, by: Actor) -> CodeAppSetup:
    """A new secret for the person's app; the one in use stays until the new one is confirmed.

    Raises PermissionMissing where `by` is no person, FactorConfirmed where an app is in use.
    """
    staff_id = _person(by)
    user = StaffUser.objects.select_for_update().get(pk=staff_id)
    if CodeApp.objects.filter(staff=user).exclude(confirmed_at=None).exists():
        raise FactorConfirmed
    secret = secrets.token_bytes(SECRET_BYTES)
    CodeApp.objects.update_or_create(
        staff=user,
        defaults={
            "sealed_secret": seal(settings.SECRET_KEY, _SEAL, secret),
            "made_at": now,
            "last_step": 0,
        },
    )
    address = setup_address(secret, issuer=_ISSUER, account=user.email)
    return CodeAppSetup(spelled_secret(secret), address)


def get_code_app_setup(*, by: Actor) -> CodeAppSetup:
    """The setup that was begun and not confirmed yet. Raises FactorMissing."""
    row = CodeApp.objects.select_related("staff").filter(staff_id=_person(by), confirmed_at=None)
    found = row.first()
    if found is None:
        raise FactorMissing
    secret = unseal(settings.SECRET_KEY, _SEAL, bytes(found.sealed_secret))
    address = setup_address(secret, issuer=_ISSUER, account=found.staff.email)
    return CodeAppSetup(spelled_secret(secret), address)


def confirm_code_app(code: str, *, now: datetime, by: Actor) -> tuple[str, ...]:
    """Put the app in use, once it shows the right digits; the recovery codes, seen only here.

    Raises FactorMissing, FactorCodeWrong.
    """
    row = CodeApp.objects.select_for_update().filter(staff_id=_person(by)).first()
    if row is None or row.confirmed_at is not None:
        raise FactorMissing
    if not _use_step(row, code, now):
        raise FactorCodeWrong(pointer="/code")
    CodeApp.objects.filter(pk=row.pk).update(confirmed_at=now)
    record_audit("staff.code_app_on", "staff", str(row.pk), now=now, by=by)
    return _new_recovery_codes(row.pk)


def renew_recovery_codes(*, now: datetime, by: Actor) -> tuple[str, ...]:
    """New codes on paper; the old ones are good no more.

    Raises FactorMissing where the account has no second factor that they could stand in for.
    """
    staff_id = _person(by)
    keys = Passkey.objects.filter(holder_kind="staff", holder_id=staff_id)
    apps = CodeApp.objects.filter(staff_id=staff_id).exclude(confirmed_at=None)
    if not apps.exists() and not keys.exists():
        raise FactorMissing
    record_audit("staff.recovery_codes_new", "staff", str(staff_id), now=now, by=by)
    return _new_recovery_codes(staff_id)


def remove_code_app(*, now: datetime, by: Actor) -> None:
    """Take the own app away; again is harmless. The codes on paper go with the last factor."""
    staff_id = _person(by)
    gone, _ = CodeApp.objects.filter(staff_id=staff_id).delete()
    if not Passkey.objects.filter(holder_kind="staff", holder_id=staff_id).exists():
        RecoveryCode.objects.filter(staff_id=staff_id).delete()
    if gone:
        record_audit("staff.code_app_off", "staff", str(staff_id), now=now, by=by)


def reset_second_factor(staff_id: UUID, *, now: datetime, by: Actor) -> None:
    """Free a colleague who has lost everything: no factor left, no session; the password stays.

    Raises PermissionMissing (also where the account may more than `by`), StaffNotFound.
    """
    require(by, Permission.STAFF_WRITE)
    require_as_able(staff_id, by=by)
    CodeApp.objects.filter(staff_id=staff_id).delete()
    RecoveryCode.objects.filter(staff_id=staff_id).delete()
    remove_all_passkeys(Holder("staff", staff_id))
    end_sessions_of(Holder("staff", staff_id), now=now, by=by)
    record_audit("staff.second_factor_reset", "staff", str(staff_id), now=now, by=by)


def use_second_factor(staff_id: UUID, code: str, *, now: datetime) -> SessionMethod | None:
    """Use up the app's digits or a code on paper: by which it was, None where it was neither.

    The caller has counted the guess before.
    """
    typed = "".join(code.split()).replace("-", "").lower()
    if ascii_digits(typed):
        row = CodeApp.objects.select_for_update().filter(staff_id=staff_id).first()
        is_on = row is not None and row.confirmed_at is not None
        return "code_app" if is_on and _use_step(row, typed, now) else None
    if not is_well_formed(typed):
        return None
    unused = RecoveryCode.objects.filter(
        digest=_recovery_digest(typed), staff_id=staff_id, used_at=None
    )
    return "recovery" if unused.update(used_at=now) else None


def _use_step(row: CodeApp, code: str, now: datetime) -> bool:
    secret = unseal(settings.SECRET_KEY, _SEAL, bytes(row.sealed_secret))
    typed = "".join(code.split())
    step = matching_step(secret, typed, last_step=row.last_step, now=now)
    if step is None:
        return False
    return bool(CodeApp.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step))


def _new_recovery_codes(staff_id: UUID) -> tuple[str, ...]:
    codes = [new_secret(CODE_BITS) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(staff_id=staff_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(digest=_recovery_digest(code), staff_id=staff_id) for code in codes
    )
    return tuple(
        "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
        for code in codes
    )


def _recovery_digest(code: str) -> bytes:
    return digest("recovery code", code)


def _person(by: Actor) -> UUID:
    if by.kind != "staff" or by.staff_id is None:
        raise PermissionMissing(permission=Permission.STAFF_WRITE.value)
    return by.staff_id
