"""Programme documents as commands get them: a file, or the name of a ready programme."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.core.programme.check import SIZE_MAX, ProgrammeInvalid, parse_programme
from regulars.core.programme.document import Programme
from regulars.core.programme.problems import Problem
from regulars.core.refusal import Invalid, Refused
from regulars.kit.document_lines import line_of
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes, load


class FileUnreadable(Refused):
    """The file is not there or may not be read."""

    code = "cli.programme_unreadable"


class FileTooBig(Invalid):
    """Larger than any programme."""

    code = "cli.programme_too_big"


class FileNotText(Invalid):
    """Not UTF-8."""

    code = "cli.programme_not_text"


class MomentMalformed(Invalid):
    """Neither a date nor a moment with its offset."""

    code = "cli.programme_moment_malformed"


@dataclass(frozen=True, slots=True)
class PlacedProblem:
    """A problem of a document with the line it stands on and its sentence."""

    line: int | None
    pointer: str
    code: str
    says: str


def read_text(source: str) -> str:
    """The text of a file, or of the ready programme of that name where there is no such file.

    Raises FileUnreadable, FileTooBig, FileNotText.
    """
    path = Path(source)
    if not path.exists() and source in list_programmes():
        return load(source)
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_MAX + 1)
    except OSError as failure:
        raise FileUnreadable(file=source, reason=failure.strerror or "?") from None
    if len(content) > SIZE_MAX:
        raise FileTooBig(file=source, bytes=SIZE_MAX)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileNotText(file=source) from None


def parsed(text: str) -> Programme:
    """The document that a YAML or JSON text is. Raises ProgrammeInvalid."""
    return parse_programme(load_yaml(text))


def placed_problems(
    text: str, invalid: ProgrammeInvalid, language: str
) -> tuple[PlacedProblem, ...]:
    """Every problem with its line in `text`, in the order of the lines."""
    placed = [
        PlacedProblem(
            line=_line(text, problem),
            pointer=problem.pointer,
            code=problem.code,
            says=problem.sentence(language),
        )
        for problem in invalid.problems
    ]
    return tuple(sorted(placed, key=lambda found: (found.line or 0, found.pointer)))


def _line(text: str, problem: Problem) -> int | None:
    """What is wrong with the YAML itself tells its line; all else is found by its pointer."""
    told = dict(problem.params).get("line")
    return told if isinstance(told, int) else line_of(text, problem.pointer)


def moment_from(text: str, zone: ZoneInfo) -> datetime:
    """The moment that `text` names, in UTC: a date is its midnight in `zone`.

    A moment without an offset is taken by the clock of `zone`. Raises MomentMalformed.
    """
    try:
        if len(text) == len("2026-12-31"):
            local = datetime.combine(date.fromisoformat(text), time(), tzinfo=zone)
        else:
            named = datetime.fromisoformat(text)
            local = named if named.tzinfo else named.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MomentMalformed(text=text[:40]) from None
