"""Letters of a demo: not sent at all, but laid into a folder where whoever tries it reads them."""

import os
from pathlib import Path

from django.conf import settings

from regulars.kit.clock import utc_now

_KEPT = 200


def deliver(to: str, subject: str, body: str) -> None:
    """Lay the text into the folder REGULARS_DEMO_LETTERS, for the owner of the files only."""
    folder = Path(settings.DEMO_LETTERS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{utc_now():%Y%m%dT%H%M%S%f}.txt"
    path = folder / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"To: {to}\nSubject: {subject}\n\n{body}\n")
    for old in sorted(folder.glob("*.txt"))[:-_KEPT]:
        old.unlink(missing_ok=True)
