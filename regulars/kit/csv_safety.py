"""Cells of a CSV file that no spreadsheet will run as a formula, and the way back."""

_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "'")
# Full-width forms are read as formulas by some spreadsheets too.
_WIDE_STARTERS = ("\uff1d", "\uff0b", "\uff0d", "\uff20")


def guard_cell(text: str) -> str:
    """`text` so that a spreadsheet shows it and does not run it; `unguard_cell` undoes it.

    A leading apostrophe is put before what begins like a formula or like the guard itself.
    """
    stripped = text.lstrip(" \u00a0")
    return f"'{text}" if stripped.startswith(_STARTERS + _WIDE_STARTERS) else text


def unguard_cell(text: str) -> str:
    """The text that `guard_cell` guarded; other texts come back as they are."""
    rest = text[1:]
    return rest if text.startswith("'") and guard_cell(rest) == text else text
