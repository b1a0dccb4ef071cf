"""Lists of members that a colleague keeps: each sees and changes only the own ones."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from regulars.contexts.members.models import SavedViewRow
from regulars.contexts.members.types import SavedView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import PermissionMissing, require
from regulars.core.identifiers import storable
from regulars.core.refusal import Invalid, NotFound, Refused
from regulars.kit.ids import new_id

VIEWS_MAX = 30
_NAME_LENGTH_MAX = 60
_FILTER_LENGTH_MAX = 80


class SavedViewNotFound(NotFound):
    """There is no such list, or it is a colleague's."""

    code = "saved_view.not_found"


class SavedViewInvalid(Invalid):
    """A list needs a name of at most 60 characters."""

    code = "saved_view.name_invalid"


class TooManySavedViews(Refused):
    """So many lists nobody finds their way in."""

    code = "saved_view.too_many"


def save_view(name: str, filters: Mapping[str, str], *, now: datetime, by: Actor) -> SavedView:
    """Keep a list under a name; one of the same name is replaced.

    `filters` must hold nothing personal: no search text. Raises PermissionMissing, SavedViewInvalid,
    TooManySavedViews.
    """
    staff_id = _person(by)
    text = storable(name.strip())
    if not 0 < len(text) <= _NAME_LENGTH_MAX or not text.isprintable():
        raise SavedViewInvalid(pointer="/name")
    kept = {key: storable(value)[:_FILTER_LENGTH_MAX] for key, value in filters.items()}
    rows = SavedViewRow.objects.filter(staff_id=staff_id)
    rows.filter(name=text).delete()
    if rows.count() >= VIEWS_MAX:
        raise TooManySavedViews(limit=VIEWS_MAX)
    row = SavedViewRow.objects.create(
        id=new_id(now=now), staff_id=staff_id, name=text, filters=kept
    )
    return _view(row)


def drop_view(view_id: UUID, *, by: Actor) -> None:
    """Keep a list no longer. Raises PermissionMissing, SavedViewNotFound."""
    gone, _ = SavedViewRow.objects.filter(pk=view_id, staff_id=_person(by)).delete()
    if not gone:
        raise SavedViewNotFound


def list_saved_views(*, by: Actor) -> tuple[SavedView, ...]:
    """The lists that `by` keeps, the oldest first. Raises PermissionMissing."""
    rows = SavedViewRow.objects.filter(staff_id=_person(by)).order_by("id")
    return tuple(map(_view, rows))


def _person(by: Actor) -> UUID:
    require(by, Permission.MEMBERS_READ)
    if by.staff_id is None:
        raise PermissionMissing(permission=Permission.MEMBERS_READ.value)
    return by.staff_id


def _view(row: SavedViewRow) -> SavedView:
    return SavedView(row.id, row.name, row.filters)
