"""Staff accounts: made, given a role, given a new password, closed."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from regulars.contexts.security.access import ROLE_PERMISSIONS
from regulars.contexts.security.models import LANGUAGES, SessionRow, StaffUser
from regulars.contexts.security.types import (
    Actor,
    NewStaff,
    Permission,
    Role,
    system_actor,
)
from regulars.contexts.security.usecases.access import PermissionMissing, require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import Problem, normalise_email, storable
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.ids import new_id
from regulars.kit.secrets import new_password

PASSWORD_LENGTH_MAX = 1024
_NAME_LENGTH_MAX = 120


class StaffNotFound(NotFound):
    """There is no such account."""

    code = "staff.not_found"


class StaffEmailTaken(Refused):
    """Another account has this address."""

    code = "staff.email_taken"


class StaffEmailMalformed(Invalid):
    """The address cannot be one."""

    code = "staff.email_malformed"


class StaffDataInvalid(Invalid):
    """Name, role or language cannot be taken as they are."""

    code = "staff.data_invalid"


class LastOwner(Refused):
    """The installation would be left without an active owner."""

    code = "staff.last_owner"


class PasswordTooWeak(Invalid):
    """Too short, too common or too like the person's own data."""

    code = "staff.password_too_weak"


class PasswordWrong(Refused):
    """The present password was not given right."""

    code = "staff.password_wrong"
    kind = "forbidden"


def create_first_administrator(
    *,
    email: str = "owner@regulars.local",
    name: str = "Owner",
    language: str = "en",
    now: datetime,
) -> NewStaff | None:
    """The first owner with a random password, or None where any account exists already.

    Two first starts at the same instant make one. The password is shown once and not kept.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE security_staff IN SHARE ROW EXCLUSIVE MODE")
    if StaffUser.objects.exists():
        return None
    by = system_actor("first_start")
    return create_staff(email=email, name=name, role=Role.OWNER, language=language, now=now, by=by)


def create_staff(
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
    password: str | None = None,
    now: datetime,
    by: Actor,
) -> NewStaff:
    """Make an account; without `password` a random one is made up and returned.

    Raises PermissionMissing (also for a role that may more than `by`), StaffEmailMalformed,
    StaffEmailTaken, StaffDataInvalid, PasswordTooWeak.
    """
    require(by, Permission.STAFF_WRITE)
    role = _grantable(role, by)
    address, shown = _address(email), _shown_name(name)
    if language not in LANGUAGES:
        raise StaffDataInvalid(pointer="/language")
    user = StaffUser(
        id=new_id(now=now),
        email=address,
        name=shown,
        role=role,
        language=language,
        created_at=now,
        password_changed_at=now,
    )
    made_up = None if password is not None else new_password()
    _set_password(user, password or made_up or "")
    _insert(user)
    record_audit("staff.create", "staff", str(user.id), {"role": role.value}, now=now, by=by)
    return NewStaff(user.id, address, made_up)


def set_role(staff_id: UUID, role: Role, *, now: datetime, by: Actor) -> None:
    """Change what an account may do, from its next request on.

    Raises PermissionMissing, StaffNotFound, LastOwner, StaffDataInvalid.
    """
    require(by, Permission.STAFF_WRITE)
    role = _grantable(role, by)
    user = _lock_with_owners(staff_id)
    if user.role == role:
        return
    if role is not Role.OWNER:
        _keep_an_owner(user)
    detail = {"from": user.role, "to": role.value}
    StaffUser.objects.filter(pk=user.pk).update(role=role)
    record_audit("staff.set_role", "staff", str(staff_id), detail, now=now, by=by)


def deactivate_staff(staff_id: UUID, reason: str = "", *, now: datetime, by: Actor) -> None:
    """Close an account: its sessions and the API keys that act as it end at once.

    Again is harmless. Raises PermissionMissing, StaffNotFound, LastOwner.
    """
    require(by, Permission.STAFF_WRITE)
    user = _lock_with_owners(staff_id)
    if not user.is_active:
        return
    _keep_an_owner(user)
    StaffUser.objects.filter(pk=user.pk).update(is_active=False)
    _end_sessions(user.pk, now)
    record_audit("staff.deactivate", "staff", str(staff_id), {"reason": reason}, now=now, by=by)


def activate_staff(staff_id: UUID, *, now: datetime, by: Actor) -> None:
    """Open a closed account again, with its role and password. Again is harmless.

    Raises PermissionMissing (also where the role may more than `by`), StaffNotFound.
    """
    require(by, Permission.STAFF_WRITE)
    user = _lock_with_owners(staff_id)
    if user.is_active:
        return
    _grantable(Role(user.role), by)
    StaffUser.objects.filter(pk=user.pk).update(is_active=True)
    record_audit("staff.activate", "staff", str(staff_id), now=now, by=by)


def change_password(current: str, new: str, *, now: datetime, by: Actor) -> None:
    """A person changes the own password; every other session of the account ends.

    Raises PermissionMissing where `by` is not a signed-in person (a key cannot), PasswordWrong,
    PasswordTooWeak.
    """
    if by.kind != "staff" or by.staff_id is None:
        raise PermissionMissing(permission=Permission.STAFF_WRITE.value)
    user = _lock(by.staff_id)
    is_sound = len(current) <= PASSWORD_LENGTH_MAX and storable(current) == current
    if not is_sound or not user.check_password(current):
        raise PasswordWrong(pointer="/current")
    _set_password(user, new)
    _save_password(user, now)
    record_audit("staff.change_password", "staff", str(user.id), now=now, by=by)


def reset_password(staff_id: UUID, *, now: datetime, by: Actor) -> NewStaff:
    """Give an account a random password, returned once; every session of the account ends.

    Raises PermissionMissing (also where the account may more than `by`), StaffNotFound.
    """
    require(by, Permission.STAFF_WRITE)
    user = _lock(staff_id)
    _grantable(Role(user.role), by)
    password = new_password()
    user.set_password(password)
    _save_password(user, now)
    record_audit("staff.reset_password", "staff", str(staff_id), now=now, by=by)
    return NewStaff(user.id, user.email, password)


def require_grantable(role: Role, *, by: Actor) -> None:
    """Pass where `by` may give this role. Raises PermissionMissing, StaffDataInvalid."""
    _grantable(role, by)


def require_as_able(staff_id: UUID, *, by: Actor) -> None:
    """Pass where `by` may all that the account may; the account is held. Raises StaffNotFound too."""
    _grantable(Role(_lock(staff_id).role), by)


def spelled_address(email: str) -> str:
    """The address in its one spelling. Raises StaffEmailMalformed."""
    return _address(email)


def set_own_data(staff_id: UUID, *, email: str, name: str, now: datetime, by: Actor) -> None:
    """Give an account another address and name; for the person and the program.

    Raises PermissionMissing, StaffNotFound, StaffEmailMalformed, StaffEmailTaken, StaffDataInvalid.
    """
    _require_own(staff_id, by)
    user = _lock(staff_id)
    user.email, user.name = _address(email), _shown_name(name)
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "name"])
    except IntegrityError:
        raise StaffEmailTaken(pointer="/email") from None
    record_audit("staff.set_own_data", "staff", str(staff_id), now=now, by=by)


def set_staff_language(language: str, *, by: Actor) -> None:
    """The language a person reads the pages in. Raises StaffDataInvalid."""
    if language not in LANGUAGES:
        raise StaffDataInvalid(pointer="/language")
    if by.staff_id is not None:
        StaffUser.objects.filter(pk=by.staff_id).update(language=language)


def set_password(staff_id: UUID, password: str, *, now: datetime, by: Actor) -> None:
    """A new password for who has shown otherwise that the account is theirs; its sessions end.

    Raises PermissionMissing, StaffNotFound, PasswordTooWeak.
    """
    _require_own(staff_id, by)
    user = _lock(staff_id)
    _set_password(user, password)
    _save_password(user, now)
    record_audit("staff.set_password", "staff", str(staff_id), now=now, by=by)


def _require_own(staff_id: UUID, by: Actor) -> None:
    if by.staff_id != staff_id and by.kind != "system":
        raise PermissionMissing(permission=Permission.STAFF_WRITE.value)


def _shown_name(name: str) -> str:
    shown = name.strip()
    if not 0 < len(shown) <= _NAME_LENGTH_MAX or not shown.isprintable():
        raise StaffDataInvalid(pointer="/name")
    return shown


def _grantable(role: Role | str, by: Actor) -> Role:
    try:
        known = Role(role)
    except ValueError:
        raise StaffDataInvalid(pointer="/role") from None
    # A key that may manage staff must not make itself an owner.
    missing = ROLE_PERMISSIONS[known] - by.permissions
    if missing:
        raise PermissionMissing(permission=min(missing).value)
    return known


def _address(email: str) -> str:
    address = normalise_email(email)
    if isinstance(address, Problem):
        raise StaffEmailMalformed(pointer="/email")
    return address


def _set_password(user: StaffUser, password: str) -> None:
    if len(password) > PASSWORD_LENGTH_MAX or storable(password) != password:
        raise PasswordTooWeak(pointer="/password")
    try:
        validate_password(password, user)
    except ValidationError:
        raise PasswordTooWeak(pointer="/password") from None
    user.set_password(password)


def _save_password(user: StaffUser, now: datetime) -> None:
    user.password_changed_at = now
    user.save(update_fields=["password", "password_changed_at"])
    _end_sessions(user.pk, now)


def _end_sessions(staff_id: UUID, now: datetime) -> None:
    open_ones = SessionRow.objects.filter(holder_kind="staff", holder_id=staff_id, ended_at=None)
    open_ones.update(ended_at=now)


def _insert(user: StaffUser) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        # The database's own message repeats the address.
        raise StaffEmailTaken(pointer="/email") from None


def _lock(staff_id: UUID) -> StaffUser:
    user = StaffUser.objects.select_for_update().filter(pk=staff_id).first()
    if user is None:
        raise StaffNotFound
    return user


def _lock_with_owners(staff_id: UUID) -> StaffUser:
    """Lock the account and every active owner: two owners cannot unmake each other."""
    owners = StaffUser.objects.filter(role=Role.OWNER, is_active=True)
    ids = sorted({staff_id, *owners.values_list("pk", flat=True)})
    for user in StaffUser.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        if user.pk == staff_id:
            return user
    raise StaffNotFound


def _keep_an_owner(user: StaffUser) -> None:
    others = StaffUser.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=user.pk)
    if user.role == Role.OWNER and user.is_active and not others.exists():
        raise LastOwner
