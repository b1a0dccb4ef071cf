"""A programme document between installations: its canonical form, its digest, its heading."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from regulars.core.programme.document import Programme, to_mapping

_NAMED_DIGEST = re.compile(r"^# digest: sha256:([0-9a-f]{64})\s*$", re.MULTILINE)


def canonical(document: Programme) -> dict[str, Any]:
    """The whole document as JSON values, defaults spelt out; it parses to the same again."""
    return to_mapping(document, full=True)


def digest_of(values: Mapping[str, Any]) -> str:
    """SHA-256 (64 hex digits) of a canonical document; the order of its keys does not count."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def heading(document: Programme, *, number: int, digest: str) -> str:
    """The comment that opens an exported file; `named_digest` reads it."""
    return f"# Regulars programme «{document.code}», version {number}\n# digest: sha256:{digest}\n"


def named_digest(text: str) -> str:
    """The digest that the heading of an exported file names; empty where it names none."""
    found = _NAMED_DIGEST.search(text)
    return found[1] if found else ""
