"""`regulars warehouse`: the books as Parquet files for analytics, and the proof that they agree."""

from pathlib import Path
from time import monotonic
from typing import Any

import click

from regulars.analytics.warehouse.check import Checked, check_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.cli.session import ExitCode, Session, pass_session
from regulars.contexts.programme.queries import compiled_at
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import warehouse_folder

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def warehouse() -> None:
    """A copy of the books for analytics: Parquet by month, without personal data."""


COMMAND = warehouse


@warehouse.command("export")
@click.option(
    "--to", "folder", type=_FOLDER, help="Where it is (else in the installation's folder)."
)
@click.option("--rebuild", is_flag=True, help="From nothing, not only what has changed.")
@pass_session
def export(session: Session, folder: Path | None, rebuild: bool) -> None:
    """Bring the warehouse up to date with one snapshot of the books.

    Only months with new rows are written. Killed at any moment, the warehouse stays what it was; the
    next export goes on.
    """
    began = monotonic()
    with session.database() as held:
        zone = in_transaction(lambda: compiled_at(utc_now())).zone.key
        place = folder or warehouse_folder(session.home.root)
        conninfo = held.access.app.conninfo
        with session.progress("warehouse.progress") as advance:
            done = export_warehouse(conninfo, place, zone=zone, rebuild=rebuild, advance=advance)
    seconds = monotonic() - began
    data = {
        "folder": str(place),
        "rows": done.rows,
        "written": done.written,
        "kept": done.kept,
        "taken_at": done.taken_at,
        "seconds": round(seconds, 2),
    }
    lines = [
        session.say("warehouse.exported", rows=done.rows, parts=done.written, kept=done.kept),
        session.say("warehouse.folder", folder=place),
    ]
    session.show(data, lines)


@warehouse.command("verify")
@click.option(
    "--of", "folder", type=_FOLDER, help="Where it is (else in the installation's folder)."
)
@pass_session
def verify(session: Session, folder: Path | None) -> None:
    """Compare the warehouse with its manifest and with the books, row for row and sum for sum.

    Exit code 0: they agree (months that the books have added to since are named, and no fault);
    1: they do not.
    """
    with session.database() as held:
        found = check_warehouse(
            held.access.app.conninfo, folder or warehouse_folder(session.home.root)
        )
    session.show(_data(found), _lines(session, found))
    if found.differences:
        session.finish(ExitCode.DIFFERENCES)


def _data(found: Checked) -> dict[str, Any]:
    def told(rows: Any) -> list[dict[str, str]]:
        return [
            {"table": d.kind, "month": d.month, "why": d.why, "expected": d.expected, "found": d.found}
            for d in rows
        ]  # fmt: skip

    return {
        "parts": found.parts,
        "rows": found.rows,
        "taken_at": found.taken_at,
        "agrees": not found.differences,
        "differences": told(found.differences),
        "stale": told(found.stale),
    }


def _lines(session: Session, found: Checked) -> list[str]:
    lines = [
        session.say(
            "warehouse.differs",
            table=d.kind,
            month=d.month or "—",
            why=d.why,
            expected=d.expected,
            found=d.found,
        )
        for d in found.differences
    ]
    if found.stale:
        months = sorted({d.month for d in found.stale})
        lines.append(session.say("warehouse.stale", months=months))
    if found.differences:
        lines.append(session.say("warehouse.wrong", differences=len(found.differences)))
    else:
        lines.append(session.say("warehouse.right", parts=found.parts, rows=found.rows))
    return lines
