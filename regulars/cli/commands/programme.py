"""`regulars programme`: check, compare, load, approve, publish and export versions."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from regulars.cli.acting import acting_person, by_option
from regulars.cli.programme_files import (
    FileUnreadable,
    PlacedProblem,
    moment_from,
    parsed,
    placed_problems,
    read_text,
)
from regulars.cli.session import ExitCode, Session, pass_session
from regulars.contexts.programme import queries, usecases
from regulars.contexts.programme.types import PublicationView, VersionView
from regulars.contexts.security.types import Actor
from regulars.contexts.till.queries.places import has_sales
from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.programme.diff import Change, diff
from regulars.core.programme.document import Programme
from regulars.core.programme.exchange import canonical, digest_of
from regulars.core.programme.schema import json_schema
from regulars.core.programme.texts import text_in
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

Result = TypeVar("Result")


@click.group()
def programme() -> None:
    """The versions of the programme."""


COMMAND = programme


@programme.command()
@click.argument("file")
@pass_session
def check(session: Session, file: str) -> None:
    """Say what is wrong in FILE (or in the ready programme of that name), line by line."""
    text = read_text(file)
    try:
        found = parsed(text)
    except ProgrammeInvalid as invalid:
        _show_problems(session, file, placed_problems(text, invalid, session.language))
        session.finish(ExitCode.DIFFERENCES)
    says = session.say(
        "cli.programme_sound",
        title=text_in(found.title, session.language),
        rules=len(found.earning),
        currencies=len(found.currencies),
        levels=len(found.tiers.levels) if found.tiers else 0,
    )
    session.show({"sound": True, "digest": digest_of(canonical(found)), "problems": []}, says)


@programme.command("diff")
@click.argument("old")
@click.argument("new")
@pass_session
def compare(session: Session, old: str, new: str) -> None:
    """Say what NEW changes in OLD; each is a file, a ready programme or the number of a version."""
    if _is_number(old) or _is_number(new):
        with session.database():
            changes = diff(_document(session, old), _document(session, new))
    else:
        changes = diff(_document(session, old), _document(session, new))
    lines = [change.sentence(session.language) for change in changes]
    session.show(
        [_change_data(change, says) for change, says in zip(changes, lines, strict=True)],
        lines or session.say("cli.programme_same"),
    )
    if changes:
        session.finish(ExitCode.DIFFERENCES)


@programme.command()
@pass_session
def schema(session: Session) -> None:
    """Print the JSON Schema of programme documents."""
    described = json_schema()
    session.show(described, json.dumps(described, ensure_ascii=False, indent=2))


@programme.command("load")
@click.argument("file")
@click.option("--note", default="", help="A remark kept with the version.")
@by_option
@pass_session
def load_file(session: Session, file: str, note: str, email: str | None) -> None:
    """Make a draft of FILE (or of a ready programme). The same again adds nothing."""
    text = read_text(file)
    try:
        digest = digest_of(canonical(parsed(text)))
    except ProgrammeInvalid as invalid:
        _show_problems(session, file, placed_problems(text, invalid, session.language))
        session.finish(ExitCode.REFUSED)
    with session.database():
        present = queries.find_version_by_digest(digest, now=utc_now())
        by = acting_person(session, email)
        version = present or _done(
            lambda now: usecases.import_version(text, note=note, now=now, by=by)
        )
    said = "cli.programme_loaded_already" if present else "cli.programme_loaded"
    title = text_in(dict(version.title), session.language)
    says = session.say(said, title=title, number=version.number, status=_status(session, version))
    session.show(_data(version) | {"new": present is None}, says)
    if version.origin_digest not in ("", version.digest):
        session.tell("cli.programme_loaded_changed")


@programme.command()
@click.argument("number", type=click.IntRange(1, 10**9))
@click.option("--alone-reason", help="Why you approve alone, where nobody else can.")
@by_option
@pass_session
def approve(session: Session, number: int, alone_reason: str | None, email: str | None) -> None:
    """Approve a draft that somebody else wrote."""

    def work(now: datetime, by: Actor) -> VersionView:
        return usecases.approve_version(number, alone_reason=alone_reason, now=now, by=by)

    version = _changed(session, email, work)
    session.show(_data(version), session.say("cli.programme_approved", number=number))


@programme.command()
@click.argument("number", type=click.IntRange(1, 10**9))
@click.option("--from", "since", metavar="DATE", help="When it takes over (else at once).")
@by_option
@pass_session
def publish(session: Session, number: int, since: str | None, email: str | None) -> None:
    """Put an approved version in force. A date in the past is possible while there are no sales."""

    def work(now: datetime, by: Actor) -> PublicationView:
        zone = queries.get_programme(number).zone
        live_from = moment_from(since, zone) if since else None
        backdated = live_from is not None and live_from < now
        return usecases.publish_version(
            number,
            live_from,
            backdated=backdated,
            has_sales=backdated and has_sales(),
            now=now,
            by=by,
        )

    _show_publication(session, _changed(session, email, work))


@programme.command("roll-back")
@click.argument("number", type=click.IntRange(1, 10**9))
@by_option
@pass_session
def roll_back(session: Session, number: int, email: str | None) -> None:
    """Put a version that has been in force before in force again, at once."""

    def work(now: datetime, by: Actor) -> PublicationView:
        return usecases.roll_back_to(number, now=now, by=by)

    _show_publication(session, _changed(session, email, work))


@programme.command()
@click.argument("publication", type=click.UUID)
@click.option("--reason", required=True, help="Why it is stopped.")
@by_option
@pass_session
def withdraw(session: Session, publication: UUID, reason: str, email: str | None) -> None:
    """Emergency stop: undo a publication, so that what was in force before is in force again."""

    def work(now: datetime, by: Actor) -> PublicationView:
        return usecases.withdraw_publication(publication, reason=reason, now=now, by=by)

    view = _changed(session, email, work)
    says = session.say("cli.programme_withdrawn", number=view.version)
    session.show(_data(view), says)


@programme.command()
@click.argument("number", type=click.IntRange(1, 10**9))
@by_option
@pass_session
def retire(session: Session, number: int, email: str | None) -> None:
    """Take a version out of use for good."""

    def work(now: datetime, by: Actor) -> VersionView:
        return usecases.retire_version(number, now=now, by=by)

    version = _changed(session, email, work)
    status = _status(session, version)
    says = session.say("cli.programme_retired", number=number, status=status)
    session.show(_data(version), says)


@programme.command()
@click.argument("number", type=click.IntRange(1, 10**9))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File.")
@pass_session
def export(session: Session, number: int, output: Path | None) -> None:
    """Print a version as YAML, for another installation to load."""
    with session.database():
        text = queries.export_version(number)
    if output is None:
        session.show({"number": number, "yaml": text}, text.removesuffix("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as failure:
        raise FileUnwritable(file=str(output), reason=failure.strerror or "?") from None
    says = session.say("cli.programme_exported", number=number, file=str(output))
    session.show({"number": number, "file": str(output)}, says)


@programme.command("list")
@pass_session
def list_all(session: Session) -> None:
    """List the versions, newest first, and the publications by their start."""
    now = utc_now()
    with session.database():
        versions = queries.list_versions(limit=1000, now=now)
        publications = queries.list_publications()
    lines = [
        f"{v.number:>4}  {_status(session, v):<10}  {_shown(v.live_from):<17}  {v.code}"
        f"  {text_in(dict(v.title), session.language)}"
        for v in versions
    ]
    if publications:
        lines += ["", session.say("cli.programme_publications")]
    for p in publications:
        withdrawn = session.say("status.withdrawn") if p.withdrawn_at else ""
        lines.append(f"{p.version:>4}  {_shown(p.live_from)}  {p.id}  {withdrawn}".rstrip())
    session.show(
        {
            "versions": [_data(version) for version in versions],
            "publications": [_data(publication) for publication in publications],
        },
        lines or session.say("cli.programme_none"),
    )


class FileUnwritable(FileUnreadable):
    """The file cannot be written."""

    code = "cli.programme_unwritable"


def _changed(
    session: Session, email: str | None, work: Callable[[datetime, Actor], Result]
) -> Result:
    with session.database():
        by = acting_person(session, email)
        return _done(lambda now: work(now, by))


def _done(work: Callable[[datetime], Result]) -> Result:
    """One transaction; the clock is read inside, so that a repeated try reads it again."""
    return in_transaction(lambda: work(utc_now()))


def _document(session: Session, source: str) -> Programme:
    return queries.get_programme(int(source)) if _is_number(source) else parsed(read_text(source))


def _is_number(source: str) -> bool:
    is_short = source.isascii() and source.isdecimal() and len(source) <= 9
    return is_short and not Path(source).exists()


def _show_problems(session: Session, file: str, problems: Iterable[PlacedProblem]) -> None:
    found = tuple(problems)
    lines = [session.say("cli.programme_problems", file=file, count=len(found))]
    for problem in found:
        shown = {"says": problem.says, "pointer": problem.pointer or "/"}
        lines.append(session.say("cli.programme_problem", line=problem.line or 1, **shown))
    session.show({"sound": False, "problems": [asdict(problem) for problem in found]}, lines)


def _show_publication(session: Session, view: PublicationView) -> None:
    moment = _shown(view.live_from)
    says = session.say("cli.programme_published", number=view.version, moment=moment)
    session.show(_data(view), says)


def _change_data(change: Change, says: str) -> dict[str, Any]:
    return {
        "pointer": change.pointer,
        "kind": str(change.kind),
        "before": change.before,
        "after": change.after,
        "says": says,
    }


def _data(view: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(view).items()
    }


def _status(session: Session, version: VersionView) -> str:
    return session.say(f"status.{version.status}")


def _shown(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%MZ") if moment else "—"
