"""An import of receipts as a study: read, tried or brought into the books, its rejects as a file."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from regulars.contexts.security.queries import find_actor
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.tally import Sum, Tally
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.integrations.receipts.importing import (
    Door,
    Early,
    OpenedFile,
    Wishes,
    import_opened,
    open_receipts,
)
from regulars.integrations.receipts.layouts import MappingFile, told_layout
from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.rejects import write_rejects
from regulars.integrations.receipts.report import (
    Imported,
    first_rejects,
    params_of,
    reasons_of,
    sums_of,
)
from regulars.integrations.receipts.source import Source
from regulars.kit.database.attach import published
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.kit.transactions import in_transaction
from regulars.studies.requests import REJECTS, ImportRequest
from regulars.studies.uploads import UploadGone, UploadNotFound, get_upload
from regulars.studies.work import Advance, Work

_FIRST = 20
_TOLD_EVERY_S = 0.5


class ImporterUnknown(Refused):
    """The account of the person who asked is closed."""

    code = "import.upload_nobody"


def run_import(request: ImportRequest, work: Work) -> Mapping[str, Any]:
    """The study `import`: in the name of the person who asked, who must still be allowed to.

    Raises ImporterUnknown, PermissionMissing, UploadGone, ImportRunning and what reading refuses.
    """
    by = in_transaction(lambda: find_actor(request.staff))
    if by is None:
        raise ImporterUnknown
    require(by, Permission.RECEIPTS_IMPORT)
    work.advance("import.progress_reading", 0, None)
    source = _source(request, work.home)
    mapping = MappingFile.model_validate(request.mapping.model_dump())
    opened = open_receipts(source, told_layout(source, mapping))
    done = _imported(request, work, opened, by)
    if done.has_rejects:
        spoken = work.language
        write_rejects(
            work.folder / REJECTS, source, done.tally.rows.problems,
            lambda problem: sentence(problem.code, dict(problem.params), spoken),
        )  # fmt: skip
    return summary_of(done, opened.early, opened.zone)


def _imported(request: ImportRequest, work: Work, opened: OpenedFile, by: Actor) -> Imported:
    access = published()
    if access is None:
        raise DatabaseUnavailable(reason="nobody told the worker where it is")
    telling = _Telling(work.advance)
    door = Door(access.app, settings.SECRET_KEY.encode(), work.clock, wait=telling.wait)
    wishes = Wishes(
        enrol=request.enrol, dry_run=request.dry_run, region=settings.PHONE_REGION,
        language="ru" if work.language == "ru" else "en",
    )  # fmt: skip
    return import_opened(opened, wishes, door, progress=telling.progress, by=by)


def _source(request: ImportRequest, home: Path) -> Source:
    try:
        upload = get_upload(home, request.upload, staff=request.staff)
        return read_source(upload.path)
    except UploadNotFound:
        raise UploadGone from None
    except Refused as refused:
        if "file" in refused.params:  # what it is called here is nobody's business
            refused.params["file"] = request.name
        raise


class _Telling:
    """Tells how far an import is. What runs in an event loop may not: it only counts."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._now: tuple[str, int, int | None] = ("", 0, None)
        self._task: asyncio.Task[Tally] | None = None

    @contextmanager
    def progress(self, code: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A phase with its steps; between two of them the import can be called off."""
        self._now = (code, 0, total)
        self._advance(*self._now)
        in_loop = code == "import.progress"

        def step(count: int) -> None:
            self._now = (code, self._now[1] + count, total)
            if not in_loop:
                self._advance(*self._now)

        yield step

    def wait(self, importing: Coroutine[Any, Any, Tally]) -> Tally:
        """Run it on a thread of its own and tell meanwhile; called off, it leaves whole receipts."""
        with ThreadPoolExecutor(1, "import") as threads:
            running = threads.submit(asyncio.run, self._held(importing))
            try:
                self._tell_until(running)
            except BaseException:
                self._stop()
                raise
            return running.result()

    def _tell_until(self, running: Future[Tally]) -> None:
        while not wait([running], timeout=_TOLD_EVERY_S).done:
            self._advance(*self._now)

    async def _held(self, importing: Coroutine[Any, Any, Tally]) -> Tally:
        self._task = asyncio.current_task()
        return await importing

    def _stop(self) -> None:
        if self._task is not None:
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)


def summary_of(done: Imported, early: Early | None, zone: ZoneInfo) -> dict[str, Any]:
    """What the page tells of an import: the three sums are the file; reasons as codes, no cell of it."""
    sums, tally = sums_of(done), done.tally
    return {
        "dry_run": done.dry_run,
        "rows": sum(part.rows for part in sums.values()),
        "amount_minor": sum(part.amount_minor for part in sums.values()),
        "sales": {**_sum(sums["sold"]), "receipts": tally.sales, "already": tally.sales_known},
        "returns": {
            **_sum(sums["returned"]), "receipts": tally.returns, "already": tally.returns_known,
        },
        "rejected": _sum(sums["refused"]),
        "reasons": [
            {"code": code, "params": dict(params_of(done, code)), **_sum(part)}
            for code, part in reasons_of(done).items()
        ],
        "first": [_reject(line, problem) for line, problem in first_rejects(done, _FIRST)],
        "customers": done.customers,
        "created": done.created,
        "anonymous": tally.anonymous,
        "early": early.receipts if early else 0,
        "early_first": early.first if early else "",
        "zone": str(zone),
        "format": done.source.format,
        "encoding": done.source.encoding,
        "money": done.money,
        "money_scale": done.money_scale,
    }  # fmt: skip


def _sum(part: Sum) -> dict[str, int]:
    return {"rows": part.rows, "amount_minor": part.amount_minor}


def _reject(line: int, problem: Problem) -> dict[str, Any]:
    return {"line": line, "code": problem.code, "params": dict(problem.params)}
