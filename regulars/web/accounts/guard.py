"""Who may see a page: each view is declared as one of public, for staff, or for members."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus, ref_of
from regulars.contexts.security.queries import find_signed_in
from regulars.contexts.security.types import Actor, Permission, SessionView, StaffView
from regulars.contexts.security.usecases.access import PermissionMissing, require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.entering import needs_second_factor
from regulars.contexts.security.usecases.sessions import is_proved, open_session
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import session_token
from regulars.web.accounts.refusals import refusal_response

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks of who wants to see it; `permission` None: of staff, any of them."""

    kind: Literal["public", "staff", "member"]
    permission: Permission | None = None
    step_up: bool = False
    unprotected: bool = False


@dataclass(frozen=True, slots=True)
class SignedInStaff:
    """The person a request comes from."""

    staff: StaffView
    actor: Actor
    session: SessionView


@dataclass(frozen=True, slots=True)
class SignedInMember:
    """The member a request comes from."""

    member: MemberRef
    actor: Actor
    session: SessionView
    language: str


def public_page(view: View) -> View:
    """A page for everybody. Refusals of ours become pages."""
    return _declared(view, Access("public"), lambda request: None)


def staff_page(
    permission: Permission | None = None, *, step_up: bool = False, unprotected: bool = False
) -> Callable[[View], View]:
    """A page for staff with `permission` (None: for any of them).

    The view finds `request.staff`, `request.actor` and `request.session_view`. Nobody signed in is
    led to the sign-in and back. With `step_up` the person must have shown who they are in the last
    ten minutes. `unprotected` pages are open before a second factor is set up. Never cached.
    """

    def declare(view: View) -> View:
        access = Access("staff", permission, step_up, unprotected)
        return _declared(view, access, lambda request: _let_staff_in(request, access))

    return declare


def member_page(view: View | None = None, *, step_up: bool = False) -> Any:
    """A page for a signed-in member, in `request.member` and `request.actor`. Never cached.

    With or without parentheses. With `step_up` the member must have shown who they are in the last
    ten minutes.
    """

    def declare(view: View) -> View:
        access = Access("member", step_up=step_up)
        return _declared(view, access, lambda request: _let_member_in(request, access))

    return declare(view) if view is not None else declare


def find_staff(request: HttpRequest) -> SignedInStaff | None:
    """Who is signed in to the console here, whatever the page; looked up once a request."""
    if not hasattr(request, "_signed_in_staff"):
        request._signed_in_staff = in_transaction(lambda: _read_staff(request))  # type: ignore[attr-defined]
    return request._signed_in_staff  # type: ignore[no-any-return]


def find_member(request: HttpRequest) -> SignedInMember | None:
    """Which member is signed in to the app here; looked up once a request."""
    if not hasattr(request, "_signed_in_member"):
        request._signed_in_member = in_transaction(lambda: _read_member(request))  # type: ignore[attr-defined]
    return request._signed_in_member  # type: ignore[no-any-return]


def who(request: HttpRequest) -> dict[str, Any]:
    """For templates: `staff` (None where nobody is signed in) and `may.members_read` and the like.

    A page without a person costs no query, and one where the database is away is still made.
    """
    found = None
    if session_token(request, "staff"):
        try:
            found = find_staff(request)
        except (OperationalError, InterfaceError):
            found = None
    allowed = found.actor.permissions if found else frozenset[Permission]()
    return {
        "staff": found.staff if found else None,
        "may": {one.value.replace(".", "_"): one in allowed for one in Permission},
    }


def _declared(view: View, access: Access, let_in: Callable[[Any], HttpResponse | None]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            turned_away = let_in(request)
            response = turned_away or view(request, *args, **kwargs)
        except Refused as refusal:
            response = refusal_response(request, refusal)
        if access.kind != "public":
            add_never_cache_headers(response)
        return response

    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def _let_staff_in(request: Any, access: Access) -> HttpResponse | None:
    found = find_staff(request)
    if found is None:
        return _led_to(request, reverse("accounts:sign_in"))
    request.staff, request.actor = found.staff, found.actor
    request.session_view = found.session
    if not access.unprotected and needs_second_factor(found.session):
        return _led_to(request, reverse("accounts:protect"))
    if access.permission is not None:
        _check(found.actor, access.permission, request)
    if access.step_up and not is_proved(found.session, now=utc_now()):
        return _led_to(request, reverse("accounts:prove"))
    return None


def _check(actor: Actor, permission: Permission, request: HttpRequest) -> None:
    try:
        require(actor, permission)
    except PermissionMissing:
        page = request.resolver_match.view_name if request.resolver_match else ""
        now = utc_now()
        in_transaction(
            lambda: record_audit(
                "page.open", "page", page, refused=PermissionMissing.code, now=now, by=actor
            )
        )
        raise


def _let_member_in(request: Any, access: Access) -> HttpResponse | None:
    found = find_member(request)
    if found is None:
        return _led_to(request, reverse("accounts:member_sign_in"))
    request.member, request.actor = found.member, found.actor
    request.session_view = found.session
    if access.step_up and not is_proved(found.session, now=utc_now()):
        return _led_to(request, reverse("accounts:member_prove"))
    return None


def _read_staff(request: HttpRequest) -> SignedInStaff | None:
    session = open_session("staff", session_token(request, "staff"), now=utc_now())
    found = find_signed_in(session) if session else None
    return SignedInStaff(*found, session) if session and found else None


def _read_member(request: HttpRequest) -> SignedInMember | None:
    session = open_session("member", session_token(request, "member"), now=utc_now())
    if session is None:
        return None
    view = get_survivor(ref_of(session.holder.id), within=EVERYONE)
    if view.status is MemberStatus.ERASED:
        return None
    actor = Actor("member", str(view.ref.id), None, frozenset())
    return SignedInMember(view.ref, actor, session, view.language)


def _led_to(request: HttpRequest, page: str) -> HttpResponse:
    """To `page` and afterwards back; scripts are told instead of led."""
    back = _way_back(request)
    target = f"{page}?{urlencode({'next': back})}" if back else page
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=401)
        response["HX-Redirect"] = target
        return response
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"lead_to": target}, status=401)
    return HttpResponseRedirect(target)


def _way_back(request: HttpRequest) -> str:
    """The page that was asked for; of something sent, the page of ours that it was sent from."""
    is_page = request.method in ("GET", "HEAD") and "HX-Request" not in request.headers
    if is_page and "application/json" not in request.headers.get("Accept", ""):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path if came_from.netloc == request.get_host() else ""
