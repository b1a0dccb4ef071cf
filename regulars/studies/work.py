"""What a study may use while it is done: its folder, the books, the clock of its start, who hears of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

Advance = Callable[[str, int, int | None], None]
"""Told the code of what begins or goes on, the steps of it that are done, and of how many (None: nobody
knows). Raises Stopped where the study is to end."""

Request = TypeVar("Request")
Run = Callable[[Request, "Work"], Mapping[str, Any]]
"""How a kind of study is done: it writes files into `work.folder` and returns a small JSON summary.

Raises Refused for what cannot be done; may be begun again from nothing at any moment.
"""


class Stopped(Exception):
    """The study was called off, or its worker ends: leave everything and let go."""


@dataclass(frozen=True, slots=True)
class Work:
    """A study at work."""

    folder: Path  # empty, its own; what is there at the end is published as a whole
    home: Path  # the installation's folder
    conninfo: str  # how the application's role reaches the books
    language: str
    now: datetime
    clock: Callable[[], datetime]  # for what is written into the books, which `now` is too old for
    advance: Advance


def unheard(phase: str, done: int, total: int | None) -> None:
    """An `Advance` that tells nobody."""
