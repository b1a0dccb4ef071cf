"""One-time links: an invitation, a new password, the first owner's welcome."""

from datetime import datetime, timedelta
from uuid import UUID

from regulars.contexts.security.mapping import actor_of, link_view
from regulars.contexts.security.models import OneTimeLink, StaffUser
from regulars.contexts.security.ports import channels
from regulars.contexts.security.types import (
    Actor,
    LinkView,
    NewStaff,
    Permission,
    Role,
    system_actor,
)
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.guessing import count_guess
from regulars.contexts.security.usecases.letters import post_letter
from regulars.contexts.security.usecases.staff import (
    StaffEmailTaken,
    create_staff,
    require_grantable,
    set_own_data,
    set_password,
    spelled_address,
)
from regulars.core.identifiers import normalise_email
from regulars.core.refusal import NotFound, Refused
from regulars.kit.ids import new_id
from regulars.kit.rate_limits import Guessing
from regulars.kit.secrets import digest, is_well_formed, new_secret

INVITATION_LASTS = timedelta(days=3)
RESET_LASTS = timedelta(hours=1)
WELCOME_LASTS = timedelta(days=7)
_HOUR = timedelta(hours=1)
RESETS_OF_ACCOUNT = Guessing("reset/account", most=3, window=_HOUR, pause=_HOUR)
RESETS_FROM_ADDRESS = Guessing("reset/address", most=20, window=_HOUR, pause=_HOUR)


class LinkOver(NotFound):
    """The link is unknown, used, called back or too old; which of these is not told."""

    code = "link.over"


class MailOff(Refused):
    """The installation sends no mail: nobody can be invited or helped by it."""

    code = "link.mail_off"


def invite_staff(
    email: str, role: Role, *, language: str, page: str, now: datetime, by: Actor
) -> UUID:
    """Send somebody a link to make their own account of `role`; the invitation's id.

    `page` is the address the link opens; the secret is put behind it. An earlier open invitation of
    the address ends. Raises PermissionMissing (also for a role that may more than `by`),
    StaffEmailMalformed, StaffEmailTaken, MailOff.
    """
    require(by, Permission.STAFF_WRITE)
    require_grantable(role, by=by)
    if "email" not in channels():
        raise MailOff
    address = spelled_address(email)
    if StaffUser.objects.filter(email=address).exists():
        raise StaffEmailTaken(pointer="/email")
    OneTimeLink.objects.filter(kind="invitation", email=address, used_at=None).update(
        revoked_at=now, email=""
    )
    link_id, token = _make(
        "invitation",
        None,
        email=address,
        role=role,
        language=language,
        lasts=INVITATION_LASTS,
        now=now,
        by=by,
    )
    _post("invitation", address, page, token, language, INVITATION_LASTS, now)
    record_audit("staff.invite", "invitation", str(link_id), {"role": role.value}, now=now, by=by)
    return link_id


def revoke_invitation(link_id: UUID, *, now: datetime, by: Actor) -> None:
    """Call an invitation back; again is harmless. Raises PermissionMissing, LinkOver."""
    require(by, Permission.STAFF_WRITE)
    rows = OneTimeLink.objects.filter(pk=link_id, kind="invitation", used_at=None)
    if not rows.exists():
        raise LinkOver
    if rows.filter(revoked_at=None).update(revoked_at=now, email=""):
        record_audit("staff.invitation_revoke", "invitation", str(link_id), now=now, by=by)


def find_link(token: str, *, now: datetime) -> LinkView | None:
    """What an open link is for; looking uses nothing up (mail scanners look too)."""
    row = _open(token, now)
    return link_view(row) if row else None


def accept_invitation(token: str, *, name: str, password: str, now: datetime) -> NewStaff:
    """The invited person's account, with the name and password they chose.

    Raises LinkOver, StaffEmailTaken, StaffDataInvalid, PasswordTooWeak; the link stays good then.
    """
    row = _held(token, "invitation", now)
    inviter = StaffUser.objects.filter(pk=row.made_by_id, is_active=True).first()
    if inviter is None:
        raise LinkOver  # who was invited by a person that may nothing any more may nothing either
    made = create_staff(
        email=row.email,
        name=name,
        role=Role(row.role),
        language=row.language,
        password=password,
        now=now,
        by=actor_of(inviter),
    )
    _use(row, now)
    return made


def request_password_reset(email: str, *, page: str, address: str, now: datetime) -> None:
    """Send a link for a new password, if such an account is open: the caller is told nothing.

    Raises TooManyGuesses, for unknown addresses like for known ones, and MailOff.
    """
    if "email" not in channels():
        raise MailOff
    spelled = normalise_email(email)
    account = spelled if isinstance(spelled, str) else ""
    axes = ((RESETS_OF_ACCOUNT, account), (RESETS_FROM_ADDRESS, address))
    count_guess(axes, now=now)
    user = StaffUser.objects.filter(email=account, is_active=True).first() if account else None
    if user is None:
        return
    OneTimeLink.objects.filter(kind="reset", staff=user, used_at=None).update(revoked_at=now)
    by = system_actor("password_reset")
    _, token = _make("reset", user, language=user.language, lasts=RESET_LASTS, now=now, by=by)
    _post("reset", user.email, page, token, user.language, RESET_LASTS, now)
    record_audit("staff.reset_asked", "staff", str(user.pk), now=now, by=by)


def reset_by_link(token: str, password: str, *, now: datetime) -> UUID:
    """Set the new password; every session of the account ends, its second factor stays.

    Raises LinkOver, PasswordTooWeak; the link stays good after the latter.
    """
    row = _held(token, "reset", now)
    assert row.staff_id is not None
    by = system_actor("password_reset")
    set_password(row.staff_id, password, now=now, by=by)
    _use(row, now)
    return row.staff_id


def make_welcome(staff_id: UUID, *, now: datetime, by: Actor) -> str:
    """The token of a link that lets the first owner in, to choose an address and a password."""
    user = StaffUser.objects.get(pk=staff_id)
    OneTimeLink.objects.filter(kind="welcome", staff=user, used_at=None).update(revoked_at=now)
    _, token = _make("welcome", user, language=user.language, lasts=WELCOME_LASTS, now=now, by=by)
    return token


def accept_welcome(token: str, *, email: str, name: str, password: str, now: datetime) -> UUID:
    """The first owner's account gets its own address, name and password; the account's id.

    Raises LinkOver, StaffEmailMalformed, StaffEmailTaken, StaffDataInvalid, PasswordTooWeak.
    """
    row = _held(token, "welcome", now)
    assert row.staff_id is not None
    by = system_actor("welcome")
    set_own_data(row.staff_id, email=email, name=name, now=now, by=by)
    set_password(row.staff_id, password, now=now, by=by)
    _use(row, now)
    return row.staff_id


def purge_links(*, now: datetime) -> None:
    """Take the addresses off invitations that are over."""
    OneTimeLink.objects.filter(ends_at__lt=now).exclude(email="").update(email="")


def _make(
    kind: str,
    staff: StaffUser | None,
    *,
    email: str = "",
    role: Role | None = None,
    language: str,
    lasts: timedelta,
    now: datetime,
    by: Actor,
) -> tuple[UUID, str]:
    token = new_secret()
    row = OneTimeLink(
        id=new_id(now=now),
        kind=kind,
        digest=_digest(token),
        staff=staff,
        email=email,
        role=role.value if role else "",
        language=language,
        made_by_id=by.staff_id,
        made_at=now,
        ends_at=now + lasts,
    )
    row.save(force_insert=True)
    return row.pk, token


def _post(
    what: str, to: str, page: str, token: str, language: str, lasts: timedelta, now: datetime
) -> None:
    params: dict[str, str | int] = {"link": f"{page}{token}", "hours": lasts // _HOUR}
    post_letter("email", to, what, params, language=language, lasts=lasts, now=now)


def _open(token: str, now: datetime) -> OneTimeLink | None:
    if not is_well_formed(token):
        return None
    rows = OneTimeLink.objects.filter(
        digest=_digest(token), used_at=None, revoked_at=None, ends_at__gt=now
    )
    return rows.first()


def _held(token: str, kind: str, now: datetime) -> OneTimeLink:
    row = _open(token, now)
    if row is None or row.kind != kind:
        raise LinkOver
    held = OneTimeLink.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.used_at is not None or held.revoked_at is not None:
        raise LinkOver
    return held


def _use(row: OneTimeLink, now: datetime) -> None:
    OneTimeLink.objects.filter(pk=row.pk).update(used_at=now, email="")


def _digest(token: str) -> bytes:
    return digest("one-time link", token)
