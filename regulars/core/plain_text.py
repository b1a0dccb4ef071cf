"""Short texts that people type, on their way into a row: clean, not too long, storable."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from regulars.core.refusal import Invalid

_FORBIDDEN = frozenset({"Cc", "Cs"})
_ALLOWED_IN_PARAGRAPHS = frozenset("\n\t")


class TextMalformed(Invalid):
    """A text that is missing, too long or has control characters."""

    code = "text.malformed"


def line_of_text(text: str, *, length_max: int, pointer: str, needed: bool = False) -> str:
    """`text` without space around it. Raises TextMalformed; an empty one passes unless `needed`."""
    cleaned = text.strip()
    if (needed and not cleaned) or len(cleaned) > length_max or not _is_clean(cleaned):
        raise TextMalformed(pointer=pointer, length_max=length_max)
    return cleaned


def unstorable_at(value: Any, pointer: str = "") -> str | None:
    """The JSON pointer of the first string or key in `value` that no database row can hold.

    Such are strings with NUL or with half a surrogate pair; None where all can be stored.
    """
    if isinstance(value, str):
        return None if _is_storable(value) else pointer
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not _is_storable(str(key)):
                return pointer
            step = str(key).replace("~", "~0").replace("/", "~1")
            found = unstorable_at(part, f"{pointer}/{step}")
            if found is not None:
                return found
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            found = unstorable_at(part, f"{pointer}/{index}")
            if found is not None:
                return found
    return None


def _is_clean(text: str) -> bool:
    return not any(
        unicodedata.category(sign) in _FORBIDDEN and sign not in _ALLOWED_IN_PARAGRAPHS
        for sign in text
    )


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
