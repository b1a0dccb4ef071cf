"""`regulars members`: people from a file, and into one."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.csv_files import reject_file, replacing, write_rows
from regulars.cli.member_columns import columns_of
from regulars.cli.session import ExitCode, Session, pass_session
from regulars.contexts.members.types import ImportOutcome, Reject
from regulars.contexts.members.usecases.transfer import (
    EXPORT_COLUMNS,
    export_members,
    import_members,
)
from regulars.contexts.security.types import Actor
from regulars.kit.clock import utc_now
from regulars.kit.csv_tables import Row, form_of, rows_of
from regulars.kit.transactions import in_transaction

_BATCH = 1000
_REJECTS_SHOWN = 10


@dataclass(slots=True)
class _Total:
    """What has become of the rows so far; of the rejected ones only the first are held."""

    created: int = 0
    found: int = 0
    rejected: int = 0
    shown: list[dict[str, object]] = field(default_factory=list)


@click.group()
def members() -> None:
    """The members."""


COMMAND = members


@members.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--column", "named", multiple=True, metavar="FIELD=HEADING", help="Where a field stands."
)
@click.option("--region", default="RU", help="Country of phones without a country code (ISO 3166).")
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where bad rows go."
)
@by_option
@pass_session
def import_file(
    session: Session,
    file: Path,
    named: tuple[str, ...],
    region: str,
    rejects: Path | None,
    email: str | None,
) -> None:
    """Enrol the people in the CSV FILE. The same file again adds nobody.

    Encoding, delimiter and columns are found out and shown. Each bad row is named, with its line
    and reason, in the rejects file (FILE.rejects.csv), and keeps no other out: exit code 1 then.
    """
    form = form_of(file)
    columns = columns_of(form.headings, named)
    _tell_columns(session, form.headings, columns)
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    total = _Total()
    with session.database(), rows_of(file, form) as rows, reject_file(target) as keep:
        by = acting_person(session, email)
        with session.progress("cli.members_importing") as advance:
            for batch in iter(lambda: list(islice(rows, _BATCH)), []):
                outcome = _imported(batch, columns, region, session.language, by)
                _account(session, total, outcome, keep)
                advance(len(batch))
    _show_import(session, total, target)


@members.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option("--erased", is_flag=True, help="With the members that were erased.")
@by_option
@pass_session
def export_file(session: Session, file: Path, erased: bool, email: str | None) -> None:
    """Write all members into the CSV FILE (`-`: stdout), readable for its owner only.

    No cell of it runs as a formula; `regulars members import` reads it back.
    """
    to_stdout = str(file) == "-"
    with session.database(), session.progress("cli.members_exporting") as advance:
        by = acting_person(session, email)

        def write() -> int:
            rows = export_members(with_erased=erased, now=utc_now(), by=by)
            if to_stdout:
                return write_rows(sys.stdout, EXPORT_COLUMNS, rows, advance)
            with replacing(file) as target:
                return write_rows(target, EXPORT_COLUMNS, rows, advance)

        count = in_transaction(write)
    if not to_stdout:
        says = session.say("cli.members_exported", members=count, file=str(file))
        session.show({"file": str(file), "members": count}, says)


def _tell_columns(session: Session, headings: Sequence[str], columns: Mapping[str, str]) -> None:
    taken = [f"{heading} → {name}" for heading, name in columns.items()]
    session.tell("cli.members_columns", columns=taken)
    left = [heading for heading in headings if heading not in columns]
    if left:
        session.tell("cli.members_columns_left", columns=left)


def _imported(
    batch: Sequence[Row], columns: Mapping[str, str], region: str, language: str, by: Actor
) -> ImportOutcome:
    """One batch, one transaction: a run that is interrupted keeps the batches that are done."""
    good = [
        (
            row.line,
            {columns[heading]: row.cells[heading] for heading in columns if heading in row.cells},
        )
        for row in batch
        if row.problem is None
    ]
    bad = [Reject(row.line, row.problem, {}) for row in batch if row.problem is not None]
    outcome = in_transaction(
        lambda: import_members(good, region=region, language=language, now=utc_now(), by=by)
    )
    rejects = sorted([*bad, *outcome.rejects], key=lambda reject: reject.line)
    return ImportOutcome(outcome.created, outcome.found, tuple(rejects))


def _account(
    session: Session,
    total: _Total,
    outcome: ImportOutcome,
    keep: Callable[[Sequence[object]], None],
) -> None:
    total.created += outcome.created
    total.found += outcome.found
    total.rejected += len(outcome.rejects)
    for reject in outcome.rejects:
        reason = session.say(reject.code, **reject.params)
        pointer = str(reject.params.get("pointer", ""))
        keep((reject.line, reject.code, pointer, reason))
        if len(total.shown) < _REJECTS_SHOWN:
            total.shown.append({"line": reject.line, "code": reject.code, "reason": reason})


def _show_import(session: Session, total: _Total, target: Path) -> None:
    lines = [
        session.say("cli.members_imported", created=total.created, found=total.found),
        *(
            session.say("cli.members_reject", line=one["line"], reason=one["reason"])
            for one in total.shown
        ),
    ]
    if total.rejected:
        lines.append(session.say("cli.members_rejected", rows=total.rejected, file=str(target)))
    shown = {
        "created": total.created,
        "found": total.found,
        "rejected": total.rejected,
        "first_rejects": total.shown,
        "rejects_file": str(target) if total.rejected else None,
    }
    session.show(shown, lines)
    if total.rejected:
        session.finish(ExitCode.DIFFERENCES)
