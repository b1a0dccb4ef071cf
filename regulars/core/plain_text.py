"""Short texts that people type, on their way into a row: clean, not too long, storable."""

import unicodedata

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


def _is_clean(text: str) -> bool:
    return not any(
        unicodedata.category(sign) in _FORBIDDEN and sign not in _ALLOWED_IN_PARAGRAPHS
        for sign in text
    )
