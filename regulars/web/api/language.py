"""Which of our languages a client wants to be answered in."""

from functools import lru_cache

from regulars.core.wording.catalogue import LANGUAGES

_HEADER_LENGTH_MAX = 200


def chosen_language(header: bytes | None, default: str) -> str:
    """The language that `Accept-Language` (RFC 9110, 12.5.4) prefers among ours, else `default`."""
    if not header or len(header) > _HEADER_LENGTH_MAX:
        return default
    return _preferred(header) or default


@lru_cache(maxsize=512)
def _preferred(header: bytes) -> str | None:
    best, best_weight = None, 0.0
    for part in header.decode("latin-1").split(","):
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(rest)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip() == "q" and 0.0 <= weight <= 1.0 else 0.0
