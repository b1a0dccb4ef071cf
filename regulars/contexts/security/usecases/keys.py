"""API keys: issued, presented, revoked."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from regulars.contexts.security.access import SCOPE_PERMISSIONS, plane_of
from regulars.contexts.security.mapping import actor_of, principal_of
from regulars.contexts.security.models import ApiKey, StaffUser
from regulars.contexts.security.types import (
    Actor,
    IssuedKey,
    Permission,
    Plane,
    Principal,
    Scope,
)
from regulars.contexts.security.usecases.access import PermissionMissing, require, require_any
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.staff import StaffNotFound
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.ids import new_id
from regulars.kit.secrets import digest, is_same, is_well_formed, new_secret

KEYS_PER_TILL_MAX = 2
_TOKEN = re.compile(r"rk_([0-9a-f]{32})_([0-9a-z]{20,40})", re.ASCII)
_DIGEST_PURPOSE = "api key"
_SEEN_EVERY = timedelta(minutes=1)
_NAME_LENGTH_MAX = 120
_CODE_LENGTH_MAX = 40
_NOBODY = digest(_DIGEST_PURPOSE, "")


class KeyRefused(Refused):
    """No such key, or wrong, expired, revoked, of a closed account: one answer for all."""

    code = "key.refused"
    kind = "unauthenticated"


class KeyNotFound(NotFound):
    """There is no such key."""

    code = "key.not_found"


class KeyDataInvalid(Invalid):
    """The key cannot be issued as asked: its name, scopes, places or end."""

    code = "key.data_invalid"


class TillHasTwoKeys(Refused):
    """A till has at most two keys at a time: the one in use and the one to change to."""

    code = "key.till_has_two"


class PresentedKey(NamedTuple):
    """A token taken apart; `digest` is what the database keeps of its secret."""

    id: UUID
    digest: bytes


def issue_api_key(
    *,
    name: str,
    plane: Plane,
    scopes: Iterable[Scope],
    store: str | None = None,
    till: str | None = None,
    staff_id: UUID | None = None,
    expires_at: datetime | None = None,
    now: datetime,
    by: Actor,
) -> IssuedKey:
    """Make a key and return its token, `rk_<id>_<secret>`, which is not kept.

    A till's key names store and till; a management key names the person it acts as, and can do what
    both its scopes and that person's role allow. Nobody but who manages staff issues a key that
    acts as somebody else. Raises PermissionMissing, KeyDataInvalid, StaffNotFound, TillHasTwoKeys.
    """
    require(by, Permission.KEYS_WRITE)
    wanted = _checked_scopes(plane, scopes)
    if not 0 < len(name.strip()) <= _NAME_LENGTH_MAX or not name.isprintable():
        raise KeyDataInvalid(pointer="/name")
    if expires_at is not None and expires_at <= now:
        raise KeyDataInvalid(pointer="/expires_at")
    _check_places(plane, store, till, staff_id)
    if plane is Plane.MANAGE:
        _check_person(wanted, staff_id, by)
    secret = new_secret()
    row = ApiKey(
        id=new_id(now=now),
        name=name.strip(),
        plane=plane,
        scopes=sorted(wanted),
        store_code=store,
        till_code=till,
        staff_id=staff_id,
        issued_by_id=by.staff_id,
        secret_digest=digest(_DIGEST_PURPOSE, secret),
        created_at=now,
        expires_at=expires_at,
    )
    _insert(row, now)
    detail = {
        "plane": plane.value,
        "scopes": " ".join(row.scopes),
        "store": store,
        "till": till,
    }
    record_audit("key.issue", "key", str(row.id), detail, now=now, by=by)
    return IssuedKey(row.id, f"rk_{row.id.hex}_{secret}")


def revoke_api_key(key_id: UUID, *, now: datetime, by: Actor) -> None:
    """End a key: no request that begins after this is committed is let in. Again is harmless.

    Raises PermissionMissing, KeyNotFound.
    """
    require(by, Permission.KEYS_WRITE)
    row = ApiKey.objects.select_for_update(of=("self",)).filter(pk=key_id).first()
    if row is None:
        raise KeyNotFound
    if row.revoked_at is None:
        ApiKey.objects.filter(pk=key_id).update(revoked_at=now)
        record_audit("key.revoke", "key", str(key_id), now=now, by=by)


def revoke_till_keys(store: str, till: str, *, now: datetime, by: Actor) -> int:
    """End every key of a till that is being switched off; how many there were.

    Raises PermissionMissing for who may manage neither keys nor places.
    """
    require_any(by, Permission.KEYS_WRITE, Permission.PLACES_WRITE)
    keys = ApiKey.objects.filter(
        plane=Plane.TILL, store_code=store, till_code=till, revoked_at=None
    ).select_for_update(of=("self",))
    ids = list(keys.order_by("pk").values_list("pk", flat=True))
    ApiKey.objects.filter(pk__in=ids).update(revoked_at=now)
    for key_id in ids:
        record_audit("key.revoke", "key", str(key_id), now=now, by=by)
    return len(ids)


def authenticate_key(token: str, *, now: datetime) -> Principal:
    """Whose token this is. Raises KeyRefused, the same for every reason.

    When the key was last used is noted at most once a minute, and never waited for.
    """
    presented = read_token(token)
    row = _row(presented.id) if presented else None
    expected = bytes(row.secret_digest) if row else _NOBODY
    is_right = is_same(expected, presented.digest if presented else b"")
    if row is None or not is_right or not _is_in_force(row, now):
        raise KeyRefused
    if row.last_used_at is None or row.last_used_at <= now - _SEEN_EVERY:
        _note_use(row, now)
    return principal_of(row)


def read_token(token: str) -> PresentedKey | None:
    """The parts of a token that is well-formed, check character included; else None."""
    match = _TOKEN.fullmatch(token)
    if match is None or not is_well_formed(match[2]):
        return None
    return PresentedKey(UUID(hex=match[1]), digest(_DIGEST_PURPOSE, match[2]))


def _checked_scopes(plane: Plane, scopes: Iterable[Scope]) -> frozenset[Scope]:
    try:
        wanted = frozenset(Scope(scope) for scope in scopes)
    except ValueError:
        raise KeyDataInvalid(pointer="/scopes") from None
    if not wanted or any(plane_of(scope) is not plane for scope in wanted):
        raise KeyDataInvalid(pointer="/scopes")
    return wanted


def _check_places(plane: Plane, store: str | None, till: str | None, staff_id: UUID | None) -> None:
    if plane is Plane.TILL:
        for pointer, code in (("/store", store), ("/till", till)):
            if not code or len(code) > _CODE_LENGTH_MAX or not code.isprintable():
                raise KeyDataInvalid(pointer=pointer)
        if staff_id is not None:
            raise KeyDataInvalid(pointer="/staff")
    elif staff_id is None:
        raise KeyDataInvalid(pointer="/staff")
    elif store is not None or till is not None:
        raise KeyDataInvalid(pointer="/store")


def _check_person(scopes: frozenset[Scope], staff_id: UUID | None, by: Actor) -> None:
    if staff_id != by.staff_id:
        require(by, Permission.STAFF_WRITE)
    person = StaffUser.objects.filter(pk=staff_id, is_active=True).first()
    if person is None:
        raise StaffNotFound(pointer="/staff")
    may = actor_of(person).permissions
    for scope in sorted(scopes):
        allowed = SCOPE_PERMISSIONS[scope] & may
        # A scope that gives the person nothing, or the key more than whoever issues it has.
        missing = (allowed - by.permissions) or (SCOPE_PERMISSIONS[scope] if not allowed else ())
        if missing:
            raise PermissionMissing(permission=min(missing).value)


def _insert(row: ApiKey, now: datetime) -> None:
    if row.plane != Plane.TILL:
        row.save(force_insert=True)
        return
    keys = ApiKey.objects.filter(
        plane=Plane.TILL,
        store_code=row.store_code,
        till_code=row.till_code,
        revoked_at=None,
    )
    # A key that ran out keeps its slot until somebody needs it.
    keys.filter(expires_at__lte=now).update(revoked_at=now)
    for slot in range(1, KEYS_PER_TILL_MAX + 1):
        row.slot = slot
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue
        return
    raise TillHasTwoKeys


def _row(key_id: UUID) -> ApiKey | None:
    return ApiKey.objects.select_related("staff").filter(pk=key_id).first()


def _is_in_force(row: ApiKey, now: datetime) -> bool:
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return False
    return row.staff is None or bool(row.staff.is_active)


def _note_use(row: ApiKey, now: datetime) -> None:
    free = ApiKey.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=row.pk)
    with transaction.atomic():
        if free.values_list("pk", flat=True).first():
            ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
