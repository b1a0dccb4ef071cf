"""The records of a folder of scenarios; a file or a record that cannot be read is told, never skipped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from scenarios.words import UnknownWord, check

FIELDS = frozenset(
    {"id", "family", "source", "programmes", "wallets", "steps", "policy", "derived", "notes"}
)
RECORDS_MAX = 100_000


@dataclass(frozen=True)
class Case:
    """One record as it stands in its file; `problem` says why it cannot be read."""

    file: str
    id: str
    raw: Mapping[str, Any]
    problem: str = ""

    @property
    def policy(self) -> str:
        return str(self.raw.get("policy") or "")

    @property
    def source(self) -> str:
        """Where the case comes from, in small letters: system and path."""
        source = self.raw.get("source")
        if not isinstance(source, Mapping):
            return str(source or "").lower()
        return " ".join(str(source.get(key, "")) for key in ("repo", "path", "test")).lower()


def read_folder(folder: Path) -> list[Case]:
    """Every record of every `*.json` of the folder, in the order of names."""
    cases: list[Case] = []
    files = sorted(folder.glob("*.json")) or sorted(folder.rglob("*.json"))
    for path in files:
        cases += read_file(path)
    return cases


def read_file(path: Path) -> list[Case]:
    """The records of one file: a list of them, an object that holds such a list, or one record."""
    try:
        content = json.loads(path.read_bytes(), parse_float=Decimal)
    except (OSError, ValueError, RecursionError) as error:
        return [Case(path.name, "?", {}, f"cannot be read: {type(error).__name__}")]
    if isinstance(content, dict) and "steps" not in content:
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else [content]
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return [Case(path.name, "?", {}, "holds no records")]
    return [case_of(path.name, record) for record in content[:RECORDS_MAX]]


def case_of(file: str, record: Any) -> Case:
    """A record as a case; what makes it no record is its problem."""
    if not isinstance(record, dict):
        return Case(file, "?", {}, "is no record")
    name = str(record.get("id", "?"))[:80]
    try:
        check("record", record, FIELDS)
        for key in ("programmes", "steps", "wallets"):
            if not isinstance(record.get(key, []), list):
                raise UnknownWord(f"{key}: a list is expected")
            if not all(isinstance(item, dict) for item in record.get(key, [])):
                raise UnknownWord(f"{key}: objects are expected")
    except UnknownWord as problem:
        return Case(file, name, record, str(problem))
    return Case(file, name, record)
