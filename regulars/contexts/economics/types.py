"""Plans, what was really paid, and studies, as the doors see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from regulars.contexts.security.types import Permission
from regulars.core.economics.closing import Frozen
from regulars.core.economics.subledger import Entry
from regulars.core.economics.vintages import Late


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan that is kept; its document is apart. `version` is the number of the newest one."""

    id: UUID
    title: Mapping[str, str]
    version: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    archived_at: datetime | None
    archived_by: str | None


@dataclass(frozen=True, slots=True)
class PlanVersionView:
    """One saved document of a plan: who, when, why; `digest` is its SHA-256."""

    number: int
    digest: str
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PlanCostView:
    """What was really paid for a group in a calendar month (`2026-11`), in minor units.

    None: typed in once and taken back since.
    """

    month: str
    group: str
    amount_minor: int | None
    note: str
    at: datetime
    by: str


class StudyState(StrEnum):
    """Where a study stands; the last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Kinds with a permission of their own, to ask for them and to see what came of them.
KINDS_APART: Mapping[str, Permission] = {"import": Permission.RECEIPTS_IMPORT}


class StudyFile(NamedTuple):
    """A file that a study has written, by name and length."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study: what was asked, how far it is, what came of it."""

    id: UUID
    kind: str
    request: Mapping[str, Any]
    state: StudyState
    phase: str
    done: int
    total: int | None
    stops: bool
    made_by: str
    made_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    refusal: str | None
    refusal_params: Mapping[str, Any]
    summary: Mapping[str, Any] | None
    files: tuple[StudyFile, ...]
    removed_at: datetime | None


class StartedStudy(NamedTuple):
    """A study begun, and which start of it this is."""

    study: StudyView
    attempt: int


@dataclass(frozen=True, slots=True)
class CloseLine:
    """One row of the closes: a month closed (`kind` closed) or opened again (reopened).

    `in_force` says whether the month is closed by this row today.
    """

    number: int
    kind: str
    month: int
    until: datetime | None
    at: datetime
    by: str
    hash: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class CloseView:
    """A closed month with everything that was frozen; `is_new` where it was closed just now."""

    line: CloseLine
    frozen: Frozen
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A currency of a closed month in all: as it was frozen, as the books say today, and what came late."""

    frozen: Entry
    today: Entry
    late: Late

    @property
    def is_same(self) -> bool:
        """Nothing came since that belongs into the month."""
        return self.frozen == self.today
