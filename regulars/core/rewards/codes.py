"""Codes as people type them: one spelling for each, whatever the case, the spaces and the look-alikes."""

from unicodedata import category, normalize

CODE_LENGTH_MAX = 64
_TYPED_LENGTH_MAX = 4 * CODE_LENGTH_MAX

# Cyrillic capitals that look like Latin ones are typed for them with the wrong keyboard layout; the
# letters O, I and L are read for digits. Both spellings of everything become one.
_LOOK_ALIKES = dict(zip("АВЕКМНОРСТУХ" + "OIL", "ABEKMH0PCTYX" + "011", strict=True))
_SPELLING = str.maketrans(_LOOK_ALIKES)
_ASCII_SPELLING = str.maketrans(
    {letter: digit for letter, digit in _LOOK_ALIKES.items() if letter.isascii()}
    | dict.fromkeys("- \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f")
)


def normalised(text: str) -> str:
    """The one spelling of a code; empty where it cannot be a code.

    Capitals, without spaces and dashes, look-alikes as one of them (Cyrillic А as Latin A, O as 0, I
    and L as 1); letters and digits of any script and ASCII punctuation, at most 64. Normalising a
    normalised code changes nothing.
    """
    if len(text) > _TYPED_LENGTH_MAX:
        return ""
    if text.isascii():
        code = text.upper().translate(_ASCII_SPELLING)
        return code if len(code) <= CODE_LENGTH_MAX and code.isprintable() else ""
    code = _spelt(text)
    return code if len(code) <= CODE_LENGTH_MAX and _is_stable(code) else ""


def _spelt(text: str) -> str:
    capitals = normalize("NFKC", normalize("NFKC", text).upper()).translate(_SPELLING)
    return "".join(c for c in capitals if not (c.isspace() or category(c) == "Pd"))


def _is_stable(code: str) -> bool:
    is_code = all(c.isalnum() or (c.isascii() and c.isprintable()) for c in code)
    return is_code and _spelt(code) == code
