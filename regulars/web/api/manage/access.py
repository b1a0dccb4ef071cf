"""Who may do what: staff, keys of programs, the audit trail."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from regulars.contexts.security.queries import (
    get_staff,
    list_api_keys,
    list_audit_rows,
    list_staff,
)
from regulars.contexts.security.types import Permission, Plane, Role
from regulars.contexts.security.usecases.keys import issue_api_key, revoke_api_key
from regulars.contexts.security.usecases.staff import (
    activate_staff,
    create_staff,
    deactivate_staff,
    set_role,
)
from regulars.web.api.manage import examples
from regulars.web.api.manage.office_shapes import (
    AuditLine,
    AuditList,
    IssuedKeyAnswer,
    KeyAnswer,
    KeyList,
    NewStaffAnswer,
    StaffAnswer,
    StaffList,
)
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.places import issued_reply
from regulars.web.api.operation import Operations
from regulars.web.api.replies import Reply, as_json
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, Code, Moment, QueryMoment, plain

access = Operations(Plane.MANAGE, "Access")

RoleName = Literal["owner", "marketer", "controller", "support", "cashier", "auditor", "integrator"]
_Scope = Annotated[str, Field(pattern=r"^[a-z]+:[a-z]+$", max_length=40)]


class KeyBody(Closed):
    """A key for a program; it can do what its scopes and the person it acts as both may."""

    name: Annotated[str, plain(120, least=1)]
    scopes: Annotated[tuple[_Scope, ...], Field(min_length=1, max_length=40)]
    staff_id: UUID | None = Field(default=None, description="Default: the caller's person")
    expires_at: Moment | None = None


class KeysQuery(Closed):
    """Which keys."""

    plane: Literal["till", "manage"] | None = None
    store: Code | None = None
    till: Code | None = None


class StaffBody(Closed):
    """A new account; its password is made up here."""

    email: Annotated[str, plain(254, least=3)]
    name: Annotated[str, plain(120, least=1)]
    role: RoleName
    language: Literal["en", "ru"] = "ru"


class RoleBody(Closed):
    """What the account is for."""

    role: RoleName


class DeactivateBody(Closed):
    """Why."""

    reason: Annotated[str, plain(200)] = ""


class AuditQuery(PageQuery):
    """Which rows; the period is `[since, until)`."""

    object_kind: Annotated[str, plain(40, least=1)] | None = None
    object_id: Annotated[str, plain(120, least=1)] | None = None
    actor_id: Annotated[str, plain(80, least=1)] | None = None
    since: QueryMoment | None = None
    until: QueryMoment | None = None


@access(
    "GET",
    "/keys",
    permission=Permission.KEYS_READ,
    answers=KeyList,
    examples=examples.LIST,
)
def list_keys(call: Call, query: KeysQuery) -> KeyList:
    """Keys without their secrets, the newest first."""
    plane = Plane(query.plane) if query.plane else None
    views = list_api_keys(plane=plane, store=query.store, till=query.till, by=call.actor)
    return KeyList(keys=[KeyAnswer.model_validate(view) for view in views])


@access(
    "POST",
    "/keys",
    permission=Permission.KEYS_WRITE,
    answers=IssuedKeyAnswer,
    status=201,
    effect="stored",
    problems=(404,),
    examples=examples.KEYS,
)
def issue_key(call: Call, body: KeyBody) -> Reply:
    """Issue a key for a program.

    The token is seen only in this answer; the same request again does not show it.
    """
    issued = issue_api_key(
        name=body.name,
        plane=Plane.MANAGE,
        scopes=body.scopes,  # type: ignore[arg-type]  # unknown ones are refused there
        staff_id=body.staff_id or call.actor.staff_id,
        expires_at=body.expires_at,
        now=call.now,
        by=call.actor,
    )
    return issued_reply(issued)


@access(
    "POST",
    "/keys/{key_id}/revoke",
    permission=Permission.KEYS_WRITE,
    answers=None,
    status=204,
    effect="stored",
)
def revoke_key(call: Call, key_id: UUID) -> None:
    """End a key: within a second no process lets it in any more. Again is harmless."""
    revoke_api_key(key_id, now=call.now, by=call.actor)


@access(
    "GET",
    "/staff",
    permission=Permission.STAFF_READ,
    answers=StaffList,
    examples=examples.LIST,
)
def list_accounts(call: Call) -> StaffList:
    """All accounts, the oldest first."""
    return StaffList(staff=[StaffAnswer.model_validate(view) for view in list_staff(by=call.actor)])


@access(
    "POST",
    "/staff",
    permission=Permission.STAFF_WRITE,
    answers=NewStaffAnswer,
    status=201,
    effect="stored",
    examples=examples.STAFF,
)
def create_account(call: Call, body: StaffBody) -> Reply:
    """Make an account.

    Its password is seen only in this answer; the same request again does not show it.
    """
    made = create_staff(
        email=body.email,
        name=body.name,
        role=Role(body.role),
        language=body.language,
        now=call.now,
        by=call.actor,
    )
    shown = NewStaffAnswer(id=made.id, email=made.email, password=made.password)
    kept = shown.model_copy(update={"password": None})
    return Reply(201, as_json(shown), kept=as_json(kept))


@access(
    "PUT",
    "/staff/{staff_id}/role",
    permission=Permission.STAFF_WRITE,
    answers=StaffAnswer,
    problems=(409,),
)
def set_account_role(call: Call, staff_id: UUID, body: RoleBody) -> StaffAnswer:
    """Change what an account may do, from its next request on."""
    set_role(staff_id, Role(body.role), now=call.now, by=call.actor)
    return _account(call, staff_id)


@access(
    "POST",
    "/staff/{staff_id}/deactivate",
    permission=Permission.STAFF_WRITE,
    answers=StaffAnswer,
    effect="stored",
)
def deactivate_account(call: Call, staff_id: UUID, body: DeactivateBody) -> StaffAnswer:
    """Close an account: its sessions and the keys that act as it end at once."""
    deactivate_staff(staff_id, body.reason, now=call.now, by=call.actor)
    return _account(call, staff_id)


@access(
    "POST",
    "/staff/{staff_id}/activate",
    permission=Permission.STAFF_WRITE,
    answers=StaffAnswer,
    effect="stored",
)
def activate_account(call: Call, staff_id: UUID) -> StaffAnswer:
    """Open a closed account again."""
    activate_staff(staff_id, now=call.now, by=call.actor)
    return _account(call, staff_id)


@access(
    "GET",
    "/audit",
    name="list_audit_rows",
    permission=Permission.AUDIT_READ,
    answers=AuditList,
    examples=examples.LIST,
)
def read_audit(call: Call, query: AuditQuery) -> AuditList:
    """The audit trail, the newest first."""
    page = list_audit_rows(
        object_kind=query.object_kind,
        object_id=query.object_id,
        actor_id=query.actor_id,
        since=query.since,
        until=query.until,
        cursor=query.cursor,
        limit=query.limit,
        by=call.actor,
    )
    rows = [AuditLine.model_validate(view) for view in page.items]
    return AuditList(rows=rows, next=page.next_cursor)


def _account(call: Call, staff_id: UUID) -> StaffAnswer:
    return StaffAnswer.model_validate(get_staff(staff_id, by=call.actor))
