"""Adding to the audit trail."""

from collections.abc import Mapping
from datetime import datetime

from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Actor
from regulars.core.identifiers import without_contacts
from regulars.kit.ids import new_id

Detail = Mapping[str, str | int | bool | None]

_TEXT_MAX = 500


def record_audit(
    action: str,
    object_kind: str,
    object_id: str,
    detail: Detail | None = None,
    refused: str | None = None,
    *,
    now: datetime,
    by: Actor,
) -> None:
    """Add one row; it becomes part of the caller's transaction.

    A refusal undoes its transaction, so a door records it (`refused` is its code) in one of its
    own. `detail` is flat and impersonal: words and numbers, never contact data; what looks like an
    address or a phone number in a text is blotted out all the same.
    """
    AuditRow.objects.create(
        id=new_id(now=now),
        at=now,
        actor_kind=by.kind,
        actor_id=by.id,
        staff_id=by.staff_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        detail={key: _impersonal(value) for key, value in (detail or {}).items()},
        refused=refused,
    )


def _impersonal(value: str | int | bool | None) -> str | int | bool | None:
    if not isinstance(value, str):
        return value
    return without_contacts(value)[:_TEXT_MAX]
