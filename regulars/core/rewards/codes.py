"""Codes as people type them: one spelling for each, and how a pattern makes unguessable ones."""

CODE_LENGTH_MAX = 64


def normalised(text: str) -> str:
    """The one spelling of a code: upper case, without spaces; empty where it cannot be a code."""
    code = "".join(text.split()).upper()
    return code if len(code) <= CODE_LENGTH_MAX else ""
