"""Cases of other systems' test suites, and of our own, run through our engine; none breaks the runner."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scenarios.records import Case, case_of, read_file, read_folder
from scenarios.report import VARIABLE, folder, main
from scenarios.running import run
from scenarios.settings import DEFAULTS
from scenarios.verdict import DECLINED, FAILED, PASSED, UNSUPPORTED, count, judge

OWN = Path(__file__).parent / "own"
UNSUPPORTED_MAX = 5
MUTANTS = 1200
ODD: tuple[Any, ...] = (
    0, -1, 1, 3, Decimal("0.137"), 99999, 10**12, None, "n", "x", True, [], {}, "", "é", "A" * 200,
    Decimal("NaN"), [None], {"a": 1},
)  # fmt: skip

shared = pytest.mark.skipif(
    VARIABLE not in os.environ and not folder().is_dir(),
    reason=f"the scenarios are not beside the repository; say where in {VARIABLE}",
)


@shared
def test_every_shared_scenario_passes_or_is_declined_for_a_documented_reason() -> None:
    verdicts = [judge(case) for case in read_folder(folder())]
    assert verdicts
    assert [verdict.line for verdict in verdicts if verdict.ending == FAILED] == []
    assert count(verdicts)[UNSUPPORTED] <= UNSUPPORTED_MAX
    declined = [verdict for verdict in verdicts if verdict.ending == DECLINED]
    assert all(verdict.case.policy and verdict.text for verdict in declined)


def test_every_scenario_of_our_own_passes_with_the_documented_defaults() -> None:
    cases = read_folder(OWN)
    assert len(cases) >= 25
    endings = [(case.id, run(case, DEFAULTS)) for case in cases]
    assert [(name, ran.text) for name, ran in endings if ran.ending != PASSED] == []


def test_a_wrong_figure_fails() -> None:
    """Every figure of our own cases is looked at: changed, its case fails."""
    unseen = []
    for case in read_folder(OWN):
        for step, name in _figures(case.raw):
            changed = deepcopy(dict(case.raw))
            value = changed["steps"][step]["expect"][name]
            changed["steps"][step]["expect"][name] = value + 7
            if run(Case(case.file, case.id, changed), DEFAULTS).ending == PASSED:
                unseen.append((case.id, step, name))
    assert unseen == []


def _figures(record: Any) -> Iterator[tuple[int, str]]:
    for i, step in enumerate(record["steps"]):
        for name, value in step.get("expect", {}).items():
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                yield i, name


def test_an_unknown_word_fails_and_names_file_and_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = {
        "id": "odd-1", "family": "stacking", "source": {}, "programmes": [{"id": "p", "sings": 1}],
        "steps": [{"do": "set_basket", "lines": []}, {"expect": {"total": 0}}],
    }  # fmt: skip
    fine = {**record, "id": "fine-1", "programmes": []}
    (tmp_path / "stacking.json").write_text(json.dumps([record, fine, 7]))
    (tmp_path / "torn.json").write_text('{"id": ')
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert main([]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == "passed 1, declined 0, unsupported 0, failed 3"
    assert any("stacking.json odd-1" in line and "sings" in line for line in lines)
    assert any("torn.json" in line for line in lines)


@pytest.mark.parametrize("policy", ["", "who wins is a matter of taste"])
def test_only_what_rests_on_a_policy_may_be_declined(policy: str) -> None:
    record = {
        "id": "own", "family": "stacking", "source": {}, "policy": policy,
        "programmes": [
            {"id": "p", "trigger": "auto", "rules": [{}],
             "reward": {"type": "discount", "mode": "percent", "value": 10, "scope": "order"}},
        ],
        "steps": [
            {"do": "set_basket", "lines": [{"sku": "A", "price": 100, "qty": 1}]},
            {"expect": {"total": 17}},
        ],
    }  # fmt: skip
    assert judge(case_of("f", record)).ending == (DECLINED if policy else FAILED)


def test_no_change_to_a_record_makes_the_runner_raise() -> None:
    """Other numbers, fields of other cases, unknown words, values of the wrong sort."""
    random = Random(1)
    cases = [case.raw for path in _files() for case in read_file(path)]
    pool = defaultdict(list)
    for record in cases:
        for path, value in _nodes(record):
            pool[path[-1] if isinstance(path[-1], str) else "#"].append(value)
    endings: dict[str, list[str]] = defaultdict(list)
    for _ in range(MUTANTS):
        record = _mutated(deepcopy(dict(random.choice(cases))), pool, random)
        ran = run(case_of("mutant.json", record), DEFAULTS)
        endings[ran.ending].append(ran.text)
    assert endings["passed"]
    assert endings["differs"]
    assert endings["unknown"]
    assert endings["broke"] == []


def _files() -> list[Path]:
    places = [OWN, *([folder()] if folder().is_dir() else [])]
    return [path for place in places for path in sorted(place.glob("*.json"))]


def _nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if path:
        yield path, value
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in inner:
        yield from _nodes(part, (*path, key))


def _mutated(record: dict[str, Any], pool: dict[str, list[Any]], random: Random) -> dict[str, Any]:
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        path, value = random.choice(list(_nodes(record)))
        holder: Any = record
        for key in path[:-1]:
            holder = holder[key]
        name = path[-1] if isinstance(path[-1], str) else "#"
        way = random.random()
        if way < 0.4:
            holder[path[-1]] = deepcopy(random.choice(ODD))
        elif way < 0.9 or not isinstance(value, dict):
            holder[path[-1]] = deepcopy(random.choice(pool[name]))
        else:
            other = random.choice(list(pool))
            holder[path[-1]] = {**value, other: deepcopy(random.choice(pool[other]))}
    return record
