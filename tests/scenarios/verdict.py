"""Passed, declined, unsupported or failed: a record tried in every way that our documents can say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from scenarios.declined import why_declined
from scenarios.records import Case
from scenarios.running import run
from scenarios.settings import DEFAULTS, ways

SECONDS_MAX = 60  # for all ways to run one record
PASSED, DECLINED, UNSUPPORTED, FAILED = "passed", "declined", "unsupported", "failed"


@dataclass(frozen=True)
class Verdict:
    """What became of a record, under which settings it passed, or why it did not."""

    case: Case
    ending: str
    text: str = ""

    @property
    def line(self) -> str:
        return f"{self.case.file} {self.case.id}: {self.ending}: {self.text}"


def judge(case: Case) -> Verdict:
    """Run a record with the documented defaults, then with the settings for other choices.

    A figure may follow from a choice that systems make differently; our document has settings for
    these. A record passes if one document with such settings meets all its expectations. Declined
    may be only what says (`policy`) that it rests on such a choice, where our answer is documented.
    """
    first = run(case, DEFAULTS)
    if first.ending == "unsupported":
        return Verdict(case, UNSUPPORTED, first.text)
    if first.ending == "unknown":
        return Verdict(case, FAILED, first.text)
    if first.ending == "passed":
        return Verdict(case, PASSED)
    began = monotonic()
    for settings in ways(case.source):
        if monotonic() - began > SECONDS_MAX:
            break
        if settings is not DEFAULTS and run(case, settings).ending == "passed":
            return Verdict(case, PASSED, f"with {settings.title}")
    rests_on_policy = bool(case.policy) and first.ending == "differs"
    reason = why_declined(case, first.text) if rests_on_policy else None
    if reason is not None:
        return Verdict(case, DECLINED, f"{reason} ({first.text})")
    return Verdict(case, FAILED, first.text)


def count(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many of each ending."""
    found = dict.fromkeys((PASSED, DECLINED, UNSUPPORTED, FAILED), 0)
    for verdict in verdicts:
        found[verdict.ending] += 1
    return found


def summary(verdicts: Iterable[Verdict]) -> str:
    """The last line of a run."""
    found = count(verdicts)
    return (
        f"passed {found[PASSED]}, declined {found[DECLINED]}, "
        f"unsupported {found[UNSUPPORTED]}, failed {found[FAILED]}"
    )
