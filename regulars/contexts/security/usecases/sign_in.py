"""Staff sign in with address and password; guessing is slowed, then stopped."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from regulars.contexts.security.mapping import actor_of, staff_view
from regulars.contexts.security.models import StaffUser
from regulars.contexts.security.types import LoginOutcome, system_actor
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.guessing import (
    TooManyGuesses,
    count_guess,
    forgive_guess,
)
from regulars.contexts.security.usecases.staff import PASSWORD_LENGTH_MAX
from regulars.core.identifiers import normalise_email, storable
from regulars.kit.rate_limits import Guessing

_HOUR = timedelta(hours=1)
ACCOUNT_FROM_ADDRESS = Guessing("sign_in/account_from_address", most=5)
ADDRESS = Guessing("sign_in/address", most=30)
# Wide, so that who guesses from everywhere is stopped, yet nobody locks a colleague out lightly.
ACCOUNT = Guessing("sign_in/account", most=50, window=_HOUR, pause=_HOUR)

REFUSED = "staff.sign_in_refused"
_EMAIL_LENGTH_MAX = 254


def sign_in(email: str, password: str, address: str, *, now: datetime) -> LoginOutcome:
    """Sign somebody in by the password alone, for one request: see `check_password`."""
    outcome = check_password(email, password, address, now=now)
    if outcome.staff is not None and outcome.actor is not None:
        StaffUser.objects.filter(pk=outcome.staff.id).update(last_login=now)
        staff_id = str(outcome.staff.id)
        record_audit("staff.sign_in", "staff", staff_id, now=now, by=outcome.actor)
    return outcome


def check_password(email: str, password: str, address: str, *, now: datetime) -> LoginOutcome:
    """Check a password; `address` is where the request came from.

    Returned, not raised, because a refusal is counted and audited: the caller commits in either
    case. Unknown, wrong and closed accounts get one answer in one time. 5 wrong ones for an account
    from one address, 30 from an address or 50 for an account pause that axis, longer each time.
    """
    spelled = normalise_email(email[:_EMAIL_LENGTH_MAX])
    account = spelled if isinstance(spelled, str) else ""
    axes = (
        (ACCOUNT_FROM_ADDRESS, f"{account}\0{address}"),
        (ADDRESS, address),
        (ACCOUNT, account),
    )
    try:
        count_guess(axes, now=now)
    except TooManyGuesses as refusal:
        _audit_refusal("", refusal.code, now)
        return LoginOutcome(None, None, refusal.code, int(str(refusal.params["retry_after_s"])))
    user = StaffUser.objects.filter(email=account).first() if account else None
    if not _is_right(user, password) or user is None:
        _audit_refusal(str(user.pk) if user else "", REFUSED, now)
        return LoginOutcome(None, None, REFUSED)
    forgive_guess(axes, wholly=(ACCOUNT_FROM_ADDRESS,), now=now)
    return LoginOutcome(staff_view(user), actor_of(user))


def _is_right(user: StaffUser | None, password: str) -> bool:
    if not 0 < len(password) <= PASSWORD_LENGTH_MAX or storable(password) != password:
        return False
    if user is None:
        # As much work as a real check: the time must not tell who has an account.
        make_password(password)
        return False
    return bool(user.check_password(password)) and user.is_active


def _audit_refusal(staff_id: str, code: str, now: datetime) -> None:
    nobody = system_actor("sign_in")
    record_audit("staff.sign_in", "staff", staff_id, refused=code, now=now, by=nobody)
