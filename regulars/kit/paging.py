"""Parts of a long list, and the opaque cursors that lead from one part to the next."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from regulars.core.refusal import Invalid

PAGE_ITEMS_MAX = 500
_CURSOR_LENGTH_MAX = 400

Item = TypeVar("Item")


class CursorInvalid(Invalid):
    """The cursor is not one that we gave out."""

    code = "page.cursor_invalid"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list and the cursor of the next part; None says that this was the last."""

    items: tuple[Item, ...]
    next_cursor: str | None


def page_size(asked: int) -> int:
    """`asked`, kept between 1 and 500."""
    return max(1, min(asked, PAGE_ITEMS_MAX))


def make_cursor(*parts: str | int) -> str:
    """Text for a URL that `read_cursor` turns back into `parts`."""
    packed = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The parts of a cursor, each of the given kind. Raises CursorInvalid for anything else."""
    if len(cursor) > _CURSOR_LENGTH_MAX or not cursor.isascii():
        raise CursorInvalid(pointer="/cursor")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise CursorInvalid(pointer="/cursor") from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise CursorInvalid(pointer="/cursor")
    return parts


def cursor_id(text: str) -> UUID:
    """An id that was a part of a cursor. Raises CursorInvalid."""
    try:
        return UUID(hex=text)
    except ValueError:
        raise CursorInvalid(pointer="/cursor") from None
