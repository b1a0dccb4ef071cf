"""`regulars studies`: what was asked for over the API, how far it is, calling one off."""

from typing import Any
from uuid import UUID

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.economics.queries.studies import get_study, list_studies
from regulars.contexts.economics.types import StudyState, StudyView
from regulars.contexts.economics.usecases.studies import cancel_study
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import study_folder


@click.group()
def studies() -> None:
    """Analyses and simulations asked for over the API."""


COMMAND = studies


@studies.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@by_option
@pass_session
def show_all(session: Session, limit: int, email: str | None) -> None:
    """List the newest studies."""
    with session.database():
        by = acting_person(session, email)
        found = in_transaction(lambda: list_studies(limit=limit, by=by))
    heads = [session.say(f"study.head_{name}") for name in ("id", "kind", "made", "state")]
    rows = [
        [
            str(view.id),
            session.say(f"study.kind_{view.kind}"),
            f"{view.made_at:%Y-%m-%d %H:%M}",
            session.say(f"study.state_{view.state}"),
        ]
        for view in found
    ]
    lines = table_lines(heads, rows, left=4) if rows else [session.say("study.none")]
    session.show([_data(session, view) for view in found], lines)


@studies.command("show")
@click.argument("study_id", type=click.UUID)
@by_option
@pass_session
def show_one(session: Session, study_id: UUID, email: str | None) -> None:
    """Say how far a study is, or what came of it and where its files are."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(lambda: get_study(study_id, by=by))
    session.show(_data(session, view), _lines(session, view))


@studies.command("cancel")
@click.argument("study_id", type=click.UUID)
@by_option
@pass_session
def cancel(session: Session, study_id: UUID, email: str | None) -> None:
    """Call a study off: at once where it waits, at its next step where it runs."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(lambda: cancel_study(study_id, now=utc_now(), by=by))
    session.show(_data(session, view), _lines(session, view))


def _lines(session: Session, view: StudyView) -> list[str]:
    kind, state = (
        session.say(f"study.kind_{view.kind}"),
        session.say(f"study.state_{view.state}"),
    )
    lines = [f"{kind}, {view.made_at:%Y-%m-%d %H:%M}: {state}"]
    if view.state is StudyState.RUNNING:
        of = "" if view.total is None else f" / {view.total}"
        lines.append(f"  {session.say(view.phase or 'study.starting')}: {view.done}{of}")
        if view.stops:
            lines.append(f"  {session.say('study.stops')}")
    if view.refusal is not None:
        lines.append(f"  {sentence(view.refusal, view.refusal_params, session.language)}")
    if view.removed_at is not None:
        lines.append(f"  {session.say('study.files_gone')}")
    elif view.files:
        lines.append(f"  {study_folder(session.home.root, view.id)}")
        lines += [f"    {file.name}" for file in view.files]
    return lines


def _data(session: Session, view: StudyView) -> dict[str, Any]:
    there = view.files and view.removed_at is None
    return {
        "id": str(view.id),
        "kind": view.kind,
        "request": view.request,
        "state": view.state,
        "phase": view.phase,
        "done": view.done,
        "total": view.total,
        "stops": view.stops,
        "made_by": view.made_by,
        "made_at": view.made_at,
        "started_at": view.started_at,
        "finished_at": view.finished_at,
        "problem": view.refusal,
        "summary": view.summary,
        "folder": str(study_folder(session.home.root, view.id)) if there else None,
        "files": [file.name for file in view.files],
        "removed_at": view.removed_at,
    }
