"""Where a page of members, the newest first, goes on."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from regulars.kit.paging import CursorInvalid


def after(at: str, member_id: UUID) -> Q:
    """Members enrolled before `at`, or then with a smaller id. Raises CursorInvalid."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise CursorInvalid(pointer="/cursor") from None
    # The first condition says nothing new, but lets the index begin where the last page ended.
    at_or_before = Q(enrolled_at__lte=moment)
    return at_or_before & (Q(enrolled_at__lt=moment) | Q(id__lt=member_id))
