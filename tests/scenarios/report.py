"""Runs a folder of scenarios and tells what became of each: `python -m tests.scenarios [-v] [ids…]`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scenarios.records import Case, read_folder
from scenarios.verdict import FAILED, PASSED, Verdict, judge, summary

VARIABLE = "REGULARS_SCENARIOS"
ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """The folder of the scenarios: what the variable says, else the one beside the repository."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else (ROOT / ".." / "shared" / "scenarios").resolve()


def judge_all(cases: Sequence[Case]) -> list[Verdict]:
    """Every record judged, one after another."""
    return [judge(case) for case in cases]


def main(arguments: Sequence[str]) -> int:
    """Print a line for each record that did not pass, and the counts last; 1 where one failed."""
    tells_all = "-v" in arguments
    wanted = [word for word in arguments if not word.startswith("-")]
    place = folder()
    if not place.is_dir():
        sys.stderr.write(f"no folder of scenarios at {place}; say where in {VARIABLE}\n")
        return 2
    cases = [case for case in read_folder(place) if not wanted or case.id in wanted]
    verdicts = judge_all(cases)
    for verdict in verdicts:
        if verdict.ending != PASSED or (tells_all and verdict.text):
            sys.stdout.write(verdict.line + "\n")
    sys.stdout.write(summary(verdicts) + "\n")
    return 1 if any(verdict.ending == FAILED for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
