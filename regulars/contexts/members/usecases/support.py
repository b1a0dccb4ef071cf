"""What members ask of support: taken down with a deadline, answered once, kept with the member."""

from datetime import datetime, timedelta
from uuid import UUID

from regulars.contexts.members.holding import check_may_change, hold_member
from regulars.contexts.members.models import SupportRequest
from regulars.contexts.members.types import MemberRef, SupportRequestView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import storable
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.ids import new_id
from regulars.kit.paging import Page, cursor_id, make_cursor, page_size, read_cursor

# Within how many days each kind is to be answered; an erasure by law, the others by promise.
DAYS = {"lost_card": 1, "missing_points": 3, "other": 5, "dispute": 10, "erasure": 10}
DECISIONS = ("done", "refused")
_TEXT_LENGTH_MAX = 2000


class RequestNotFound(NotFound):
    """There is no such request."""

    code = "support.not_found"


class RequestInvalid(Invalid):
    """The kind is none of ours, or what is asked or answered is empty or too long."""

    code = "support.invalid"


class RequestDecided(Refused):
    """A colleague has answered it already."""

    code = "support.decided"


def open_request(
    member: MemberRef, kind: str, text: str, *, now: datetime, by: Actor
) -> SupportRequestView:
    """Take down what a member asks; it is due by its kind's days.

    Raises PermissionMissing, RequestInvalid, MemberNotFound, MemberClosed.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    if kind not in DAYS:
        raise RequestInvalid(pointer="/kind")
    told = _checked(text, "/text")
    hold_member(member)
    return _take_down(member, kind, told, now, by)


def ask_erasure(member: MemberRef, *, now: datetime, by: Actor) -> SupportRequestView:
    """A member asks to be forgotten; while one such request waits, asking again changes nothing.

    Raises PermissionMissing, MemberNotFound, MemberClosed.
    """
    check_may_change(member, Permission.MEMBERS_SUPPORT, by=by)
    hold_member(member)
    waiting = _waiting_erasure(member)
    return _view(waiting) if waiting else _take_down(member, "erasure", "–", now, by)


def find_asked_erasure(member: MemberRef, *, by: Actor) -> SupportRequestView | None:
    """The request to be forgotten that waits for an answer. Raises as `ask_erasure` does."""
    check_may_change(member, Permission.MEMBERS_SUPPORT, by=by)
    waiting = _waiting_erasure(member)
    return _view(waiting) if waiting else None


def _waiting_erasure(member: MemberRef) -> SupportRequest | None:
    rows = SupportRequest.objects.filter(bucket=member.bucket, member_id=member.id)
    return rows.filter(kind="erasure", decision=None).first()


def _take_down(
    member: MemberRef, kind: str, told: str, now: datetime, by: Actor
) -> SupportRequestView:
    row = SupportRequest.objects.create(
        id=new_id(now=now),
        bucket=member.bucket,
        member_id=member.id,
        kind=kind,
        text=told,
        opened_at=now,
        opened_by=by.staff_id,
        due_at=now + timedelta(days=DAYS[kind]),
    )
    record_audit("support.open", "member", str(member.id), {"kind": kind}, now=now, by=by)
    return _view(row)


def decide_request(
    request_id: UUID,
    decision: str,
    answer: str,
    *,
    approval: UUID | None = None,
    now: datetime,
    by: Actor,
) -> SupportRequestView:
    """Answer a request, once: it was `done`, or `refused`.

    `approval` names the correction that was asked for with it and waits for a second person. Raises
    PermissionMissing, RequestNotFound, RequestDecided, RequestInvalid.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    if decision not in DECISIONS:
        raise RequestInvalid(pointer="/decision")
    told = _checked(answer, "/answer")
    row = SupportRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise RequestNotFound
    if row.decision is not None:
        raise RequestDecided
    row.decision, row.answer, row.approval_id = decision, told, approval
    row.decided_at, row.decided_by = now, by.staff_id
    row.save()
    detail = {"kind": row.kind, "decision": decision}
    record_audit("support.decide", "member", str(row.member_id), detail, now=now, by=by)
    return _view(row)


def get_request(request_id: UUID, *, by: Actor) -> SupportRequestView:
    """One request. Raises PermissionMissing, RequestNotFound."""
    require(by, Permission.MEMBERS_SUPPORT)
    row = SupportRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise RequestNotFound
    return _view(row)


def list_open_requests(
    *, kind: str | None = None, cursor: str | None = None, limit: int = 50, by: Actor
) -> Page[SupportRequestView]:
    """What waits for an answer, what is due first first. Raises PermissionMissing, CursorInvalid."""
    require(by, Permission.MEMBERS_SUPPORT)
    rows = SupportRequest.objects.filter(decision=None)
    if kind in DAYS:
        rows = rows.filter(kind=kind)
    if cursor:
        row = SupportRequest.objects.filter(pk=cursor_id(read_cursor(cursor, str)[0])).first()
        if row is not None:
            rows = rows.filter(due_at__gte=row.due_at).exclude(due_at=row.due_at, id__lte=row.id)
    return _page(rows.order_by("due_at", "id"), limit)


def list_requests_of(member: MemberRef, *, by: Actor) -> tuple[SupportRequestView, ...]:
    """The latest fifty of a member, the newest first. Raises PermissionMissing."""
    require(by, Permission.MEMBERS_SUPPORT)
    rows = SupportRequest.objects.filter(bucket=member.bucket, member_id=member.id)
    return tuple(map(_view, rows.order_by("-id")[:50]))


def list_answered_requests(
    *, cursor: str | None = None, limit: int = 50, by: Actor
) -> Page[SupportRequestView]:
    """What was answered, the newest request first. Raises PermissionMissing, CursorInvalid."""
    require(by, Permission.MEMBERS_SUPPORT)
    rows = SupportRequest.objects.exclude(decision=None)
    if cursor:
        rows = rows.filter(id__lt=cursor_id(read_cursor(cursor, str)[0]))
    return _page(rows.order_by("-id"), limit)


def _page(rows, limit: int) -> Page[SupportRequestView]:  # type: ignore[no-untyped-def]
    size = page_size(limit)
    found = tuple(map(_view, rows[: size + 1]))
    more = make_cursor(found[size - 1].id.hex) if len(found) > size else None
    return Page(found[:size], more)


def _checked(text: str, pointer: str) -> str:
    told = storable(text.strip())
    if not 0 < len(told) <= _TEXT_LENGTH_MAX:
        raise RequestInvalid(pointer=pointer)
    return told


def _view(row: SupportRequest) -> SupportRequestView:
    return SupportRequestView(
        id=row.id,
        member=MemberRef(row.bucket, row.member_id),
        kind=row.kind,
        text=row.text,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        due_at=row.due_at,
        decision=row.decision,
        answer=row.answer,
        approval=row.approval_id,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
