"""Plan documents as commands get them: a YAML or JSON file, its problems with lines, changes as typed."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from regulars.cli.programme_files import placed_problems, read_text
from regulars.cli.session import ExitCode, Session
from regulars.contexts.economics.queries.plans import get_plan_document
from regulars.core.economics.document import Estimate, Plan
from regulars.core.economics.plan import PlanInvalid, parse_plan
from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.refusal import Invalid, Refused
from regulars.kit.documents import dump_yaml, load_yaml
from regulars.kit.transactions import in_transaction


class ChangeMalformed(Invalid):
    """Neither NAME=NUMBER nor NAME=LOW/LIKELY/HIGH."""

    code = "plan.change_malformed"


class PlanImpossible(Invalid):
    """What was asked for is no plan: the first of its problems, in words."""

    code = "plan.impossible"


class PlanUnwritable(Refused):
    """The file is there already, or cannot be written."""

    code = "plan.unwritable"


def plan_of(session: Session, file: str) -> Plan:
    """The plan in a file, or the one that is kept under that id.

    A file with problems is told line by line, and the command ends there. Raises FileUnreadable,
    FileTooBig, FileNotText, PlanNotFound.
    """
    kept = kept_id(file)
    if kept is not None:
        with session.database():
            return in_transaction(lambda: get_plan_document(kept))
    text = read_text(file)
    try:
        return parse_plan(load_yaml(text))
    except ProgrammeInvalid as invalid:
        problems = placed_problems(text, invalid, session.language)
    told = [
        {"line": each.line, "pointer": each.pointer, "code": each.code, "says": each.says}
        for each in problems
    ]
    lines = [
        session.say(
            "cli.programme_problem", line=each.line or 1, says=each.says, pointer=each.pointer
        )
        for each in problems
    ]
    heading = session.say("cli.programme_problems", file=file, count=len(problems))
    session.show({"sound": False, "problems": told}, [*lines, heading])
    session.finish(ExitCode.DIFFERENCES)
    raise AssertionError("a finished command goes on")


def kept_id(text: str) -> UUID | None:
    """The id of a plan that is kept, where the text is one and no file is called so."""
    try:
        return None if Path(text).exists() else UUID(text)
    except (ValueError, OSError):
        return None


@contextmanager
def telling_problems(session: Session) -> Iterator[None]:
    """Turns the problems of a plan made in the block into PlanImpossible, which tells the first."""
    try:
        yield
    except PlanInvalid as invalid:
        problem = invalid.problems[0]
        says = problem.sentence(session.language)
        place = problem.pointer.lstrip("/")
        raise PlanImpossible(pointer=problem.pointer, place=place, says=says) from None


def changes_of(texts: Sequence[str]) -> dict[str, float | Estimate]:
    """`base.visits=2` and `base.check=18/20/25` as changes by name. Raises ChangeMalformed, PlanInvalid."""
    found: dict[str, float | Estimate] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            numbers = [float(part) for part in value.split("/")]
        except ValueError:
            raise ChangeMalformed(text=text[:80]) from None
        ordered = sorted(numbers) == numbers and all(abs(number) <= 1e12 for number in numbers)
        if len(numbers) not in (1, 3) or not ordered:
            raise ChangeMalformed(text=text[:80])
        if len(numbers) == 1:
            found[name] = numbers[0]
        else:
            low, likely, high = numbers
            found[name] = Estimate(likely=likely, low=low, high=high)
    return found


def text_of(plan: Plan) -> str:
    """The plan as YAML that reads back as equal."""
    return dump_yaml(_whole(plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)))


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises PlanUnwritable."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as failure:
        reason = os.strerror(failure.errno) if failure.errno else "?"
        raise PlanUnwritable(file=str(path), reason=reason) from None


def _whole(value: Any) -> Any:
    """2.0 as 2, all the way down: as people write it."""
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
