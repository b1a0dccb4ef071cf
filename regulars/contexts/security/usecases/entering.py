"""Staff come in by browser: password and second factor, or a passkey; and prove themselves anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from regulars.contexts.security.ceremonies import forget, recall, remember
from regulars.contexts.security.mapping import actor_of, staff_view
from regulars.contexts.security.models import CodeApp, Passkey, StaffUser
from regulars.contexts.security.types import (
    Holder,
    NewSession,
    SessionMethod,
    SessionView,
    SignInStep,
    system_actor,
)
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.guessing import (
    TooManyGuesses,
    count_guess,
    forgive_guess,
)
from regulars.contexts.security.usecases.passkeys import PasskeyRefused, finish_passkey_sign_in
from regulars.contexts.security.usecases.second_factor import use_second_factor
from regulars.contexts.security.usecases.sessions import begin_session, prove_session
from regulars.contexts.security.usecases.sign_in import REFUSED, check_password
from regulars.kit.passkeys import Site
from regulars.kit.rate_limits import Guessing

_SECOND = "second factor"
FACTOR_OF_ACCOUNT = Guessing("second_factor/account", most=5)
FACTOR_FROM_ADDRESS = Guessing("second_factor/address", most=30)
PASSKEY_FROM_ADDRESS = Guessing("passkey/address", most=30)


def enter_by_password(
    email: str, password: str, *, address: str, device: str, now: datetime
) -> SignInStep:
    """The first step: the token of the second, or a session where the account has no second factor.

    Returned, not raised, because refusals are counted and audited: the caller commits in any case.
    """
    outcome = check_password(email, password, address, now=now)
    if outcome.staff is None or outcome.actor is None:
        return SignInStep(refused=outcome.refused, retry_after_s=outcome.retry_after_s)
    holder = Holder("staff", outcome.staff.id)
    if has_second_factor(holder.id):
        return SignInStep(outcome.staff, second=remember(_SECOND, holder, {}, now=now))
    session = _begun(holder, "password", device, now)
    return SignInStep(outcome.staff, session=session)


def enter_by_second_factor(
    token: str, code: str, *, address: str, device: str, now: datetime
) -> SignInStep:
    """The second step: digits of the app or a code on paper. The caller commits in any case.

    A wrong code leaves the step open for its five minutes; 5 wrong ones for an account pause it.
    """
    begun = recall(_SECOND, token, now=now)
    if begun is None or begun.holder is None:
        return SignInStep(refused="factor.too_late")
    staff_id = begun.holder.id
    refused = _refused_code(staff_id, code, address, now)
    if isinstance(refused, SignInStep):
        return refused
    forget(_SECOND, token)
    user = StaffUser.objects.filter(pk=staff_id, is_active=True).first()
    if user is None:
        return SignInStep(refused=REFUSED)
    return SignInStep(staff_view(user), session=_begun(begun.holder, refused, device, now))


def enter_by_passkey(
    site: Site, token: str, answer: Mapping[str, Any], *, address: str, device: str, now: datetime
) -> SignInStep:
    """A passkey is both factors at once. The caller commits in any case."""
    axes = ((PASSKEY_FROM_ADDRESS, address),)
    try:
        count_guess(axes, now=now)
        holder = finish_passkey_sign_in("staff", site, token, answer, now=now)
    except TooManyGuesses as refusal:
        return SignInStep(
            refused=refusal.code, retry_after_s=int(str(refusal.params["retry_after_s"]))
        )
    except PasskeyRefused as refusal:
        return SignInStep(refused=refusal.code)
    user = StaffUser.objects.filter(pk=holder.id, is_active=True).first()
    if user is None:
        return SignInStep(refused=PasskeyRefused.code)
    forgive_guess(axes, now=now)
    return SignInStep(staff_view(user), session=_begun(holder, "passkey", device, now))


def enter_by_link(staff_id: UUID, *, device: str, now: datetime) -> NewSession:
    """A session for who has just made the own account by a one-time link."""
    return _begun(Holder("staff", staff_id), "link", device, now)


def prove_by_secret(
    session: SessionView, *, password: str, code: str, address: str, now: datetime
) -> SignInStep:
    """Show once more who one is: the app's digits where there is an app, else the password.

    The caller commits in any case; `refused` None: proved.
    """
    user = StaffUser.objects.filter(pk=session.holder.id, is_active=True).first()
    if user is None:
        return SignInStep(refused=REFUSED)
    if has_code_app(user.pk):
        found = _refused_code(user.pk, code, address, now)
        if isinstance(found, SignInStep):
            return found
    else:
        outcome = check_password(user.email, password, address, now=now)
        if outcome.staff is None:
            return SignInStep(refused=outcome.refused, retry_after_s=outcome.retry_after_s)
    prove_session(session, now=now)
    return SignInStep(staff_view(user))


def prove_by_passkey(
    session: SessionView,
    site: Site,
    token: str,
    answer: Mapping[str, Any],
    *,
    now: datetime,
) -> SignInStep:
    """The same by a passkey of the same person. The caller commits in any case."""
    try:
        holder = finish_passkey_sign_in(session.holder.kind, site, token, answer, now=now)
    except PasskeyRefused as refusal:
        return SignInStep(refused=refusal.code)
    if holder != session.holder:
        return SignInStep(refused=PasskeyRefused.code)
    prove_session(session, now=now)
    return SignInStep()


def has_code_app(staff_id: UUID) -> bool:
    """Whether a code app of the account is in use."""
    return CodeApp.objects.filter(staff_id=staff_id).exclude(confirmed_at=None).exists()


def has_second_factor(staff_id: UUID) -> bool:
    """Whether the account is guarded by more than its password."""
    keys = Passkey.objects.filter(holder_kind="staff", holder_id=staff_id)
    return has_code_app(staff_id) or keys.exists()


def needs_second_factor(session: SessionView) -> bool:
    """Whether the holder must set one up before anything else is done in this session."""
    if not settings.SECOND_FACTOR_REQUIRED or session.holder.kind != "staff":
        return False
    if session.method in ("passkey", "code_app", "recovery"):
        return False
    return not has_second_factor(session.holder.id)


def _refused_code(
    staff_id: UUID, code: str, address: str, now: datetime
) -> SignInStep | SessionMethod:
    """By what the code was right; else the step that says why not, counted and audited."""
    axes = ((FACTOR_OF_ACCOUNT, str(staff_id)), (FACTOR_FROM_ADDRESS, address))
    nobody = system_actor("sign_in")
    try:
        count_guess(axes, now=now)
    except TooManyGuesses as refusal:
        _audit_refusal(staff_id, refusal.code, now)
        return SignInStep(
            refused=refusal.code, retry_after_s=int(str(refusal.params["retry_after_s"]))
        )
    method = use_second_factor(staff_id, code, now=now)
    if method is None:
        _audit_refusal(staff_id, "factor.code_wrong", now)
        return SignInStep(refused="factor.code_wrong")
    forgive_guess(axes, wholly=(FACTOR_OF_ACCOUNT,), now=now)
    if method == "recovery":
        record_audit("staff.recovery_code", "staff", str(staff_id), now=now, by=nobody)
    return method


def _begun(holder: Holder, method: SessionMethod, device: str, now: datetime) -> NewSession:
    user = StaffUser.objects.get(pk=holder.id)
    StaffUser.objects.filter(pk=holder.id).update(last_login=now)
    by = actor_of(user)
    record_audit("staff.sign_in", "staff", str(holder.id), {"by": method}, now=now, by=by)
    return begin_session(holder, method=method, device=device, now=now)


def _audit_refusal(staff_id: UUID, code: str, now: datetime) -> None:
    nobody = system_actor("sign_in")
    record_audit("staff.second_factor", "staff", str(staff_id), refused=code, now=now, by=nobody)
