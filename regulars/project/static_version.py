"""The address of static files: it changes with their content, so browsers may keep them for good."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "web" / "static"


@cache
def static_version() -> str:
    """Twelve digits that name what all static files contain; the same on every machine."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def static_url() -> str:
    """The path under which all static files are served, with a slash at its end."""
    return f"/static/{static_version()}/"
