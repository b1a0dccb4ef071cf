"""Handing out the audit trail: a part of it, row by row, and the fact in the trail itself."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypedDict

from regulars.contexts.security.queries import list_audit_rows
from regulars.contexts.security.types import Actor, AuditRowView, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit

ROWS_MAX = 100_000
_AT_ONCE = 500


class AuditPart(TypedDict, total=False):
    """Which part of the trail, as `list_audit_rows` takes it."""

    object_kind: str | None
    object_id: str | None
    actor_id: str | None
    since: datetime | None
    until: datetime | None


def export_audit(part: AuditPart, *, now: datetime, by: Actor) -> Iterator[AuditRowView]:
    """That part of the trail, the newest first, at most `ROWS_MAX` rows of it, in bounded memory.

    The note of it belongs to the caller's transaction; the rows are read as they are asked for.
    Raises PermissionMissing before the first row.
    """
    require(by, Permission.AUDIT_READ)
    detail = {name: _word(value) for name, value in part.items() if value}
    record_audit("audit.export", "audit", "", detail, now=now, by=by)
    return islice(_rows(part, by), ROWS_MAX)


def _rows(part: AuditPart, by: Actor) -> Iterator[AuditRowView]:
    cursor = None
    while True:
        page = list_audit_rows(**part, cursor=cursor, limit=_AT_ONCE, by=by)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _word(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
