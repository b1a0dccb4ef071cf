"""What the warehouse holds: which file is each table's month, and of which rows of the books it was made.

The manifest is replaced as a whole when an export is complete: whoever reads it sees one snapshot, however
many exports were killed since. Files that it does not name are nobody's and are swept by the next export.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regulars.core.refusal import Refused

_NAME, _BESIDE = "manifest.json", "unfinished.json"
_VERSION = 2
_EARLIER = (1,)


class WarehouseMissing(Refused):
    """There is no warehouse there: nothing was exported yet."""

    code = "warehouse.missing"


class WarehouseBroken(Refused):
    """The manifest is damaged or of another program: export anew with --rebuild."""

    code = "warehouse.broken"


@dataclass(frozen=True, slots=True)
class Part:
    """One file: how many rows, their sum, and the fingerprint of the view's rows it was made of.

    The fingerprint is (rows, latest booking in micros, sum); rows are only ever added to a month, so
    equal fingerprints are equal rows.
    """

    file: str
    rows: int
    total: int
    fingerprint: tuple[int, int, int]


@dataclass(slots=True)
class Manifest:
    """The parts by table and month ('' for a table that has no months), as of a snapshot."""

    zone: str
    taken_at: str = ""
    parts: dict[str, dict[str, Part]] = field(default_factory=dict)

    def part(self, kind: str, month: str) -> Part | None:
        return self.parts.get(kind, {}).get(month)

    def put(self, kind: str, month: str, part: Part) -> None:
        self.parts.setdefault(kind, {})[month] = part

    def files(self, kind: str) -> list[str]:
        return [part.file for _, part in sorted(self.parts.get(kind, {}).items())]

    def every(self) -> Iterator[tuple[str, str, Part]]:
        for kind, months in sorted(self.parts.items()):
            for month, part in sorted(months.items()):
                yield kind, month, part


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a warehouse. Raises WarehouseMissing, WarehouseBroken."""
    found = _read(folder / _NAME)
    if found is None:
        raise WarehouseMissing(folder=str(folder))
    return found


def find_unfinished(folder: Path) -> Manifest | None:
    """What an export that was killed had finished; None where there was none."""
    try:
        return _read(folder / _BESIDE)
    except WarehouseBroken:
        return None


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Make it the manifest, at once and for good; what was unfinished is forgotten."""
    _write(folder / _NAME, manifest)
    (folder / _BESIDE).unlink(missing_ok=True)


def save_unfinished(folder: Path, manifest: Manifest) -> None:
    """Remember what is finished already, for the export after a kill."""
    _write(folder / _BESIDE, manifest)


def _write(path: Path, manifest: Manifest) -> None:
    told = {
        "version": _VERSION,
        "zone": manifest.zone,
        "taken_at": manifest.taken_at,
        "parts": {
            kind: {
                month: [part.file, part.rows, part.total, list(part.fingerprint)]
                for month, part in sorted(months.items())
            }
            for kind, months in sorted(manifest.parts.items())
        },
    }
    beside = path.with_suffix(".part")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _read(path: Path) -> Manifest | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if told["version"] in _EARLIER:
            return None  # of other columns: to be made anew
        if told["version"] != _VERSION:
            raise WarehouseBroken
        parts = {
            kind: {
                month: Part(file, rows, total, (marks[0], marks[1], marks[2]))
                for month, (file, rows, total, marks) in months.items()
            }
            for kind, months in told["parts"].items()
        }
        return Manifest(told["zone"], told["taken_at"], parts)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise WarehouseBroken from None
