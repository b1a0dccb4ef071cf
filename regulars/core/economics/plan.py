"""A plan from plain values, its assumptions by name, and the same plan with some of them changed."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pydantic import ValidationError

from regulars.core.economics.document import Coded, Estimate, Plan
from regulars.core.programme.check import ProgrammeInvalid, escaped, unfit
from regulars.core.programme.model import Frozen
from regulars.core.programme.problems import Problem, problems_of

Change = float | Estimate
"""What an assumption becomes: a number, or one with its range."""


class PlanInvalid(ProgrammeInvalid):
    """The plan cannot be computed; `problems` says what is wrong and where, at most 100."""

    code = "plan.invalid"


def parse_plan(document: Mapping[str, Any]) -> Plan:
    """The plan that a mapping of plain values describes. Raises PlanInvalid, and nothing else."""
    problem = unfit(document)
    if problem is not None:
        raise PlanInvalid((problem,))
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        raise PlanInvalid(problems_of(error, document)) from None
    problems = tuple(chain(_doubles(plan), _too_late(plan), _strangers(plan)))
    problems = problems or tuple(_impossible_scenarios(plan))
    if problems:
        raise PlanInvalid(problems[:100])
    return plan


def plain_values(plan: Plan) -> dict[str, Any]:
    """The whole document as JSON values, defaults spelt out; it parses to the same plan again."""
    return plan.model_dump(mode="json", by_alias=True)


def assumptions(plan: Plan) -> dict[str, Estimate]:
    """Every assumption that is a number, by name, in the order of the document."""
    return dict(_named(plan))


def with_changes(plan: Plan, changes: Mapping[str, Change]) -> Plan:
    """The plan with assumptions of these names changed, checked as a whole again.

    A bare number keeps the source and owner and drops the range. Raises PlanInvalid, pointing by the
    name (`/base.visits`) at what no plan can have.
    """
    known = assumptions(plan)
    strangers = [_stranger(f"/{escaped(name)}", name) for name in changes if name not in known]
    if strangers:
        raise PlanInvalid(tuple(strangers[:100]))
    document = plan.model_dump(mode="json", by_alias=True)
    for name, change in changes.items():
        _put(document, _place(plan, name), _changed(known[name], change))
    try:
        return Plan.model_validate(document)
    except ValidationError as error:
        found = problems_of(error, document)
    raise PlanInvalid(tuple(_named_by(found, changes, plan)))


def _changed(before: Estimate, change: Change) -> Any:
    if isinstance(change, Estimate):
        return change.model_dump(mode="json")
    return {"likely": change, "source": before.source, "owner": before.owner}


def _put(document: Any, keys: tuple[str | int, ...], value: Any) -> None:
    for key in keys[:-1]:
        document = document[key]
    document[keys[-1]] = value


def _place(plan: Plan, name: str) -> tuple[str | int, ...]:
    """Where the assumption of that name stands in a document: keys, and places in lists."""
    head, *rest = name.split(".")
    if head == "budget":
        codes = [item.code for item in plan.budget]
        return "budget", codes.index(".".join(rest[:-1])), rest[-1]
    if len(rest) > 1:
        codes = [tier.code for tier in plan.programme.tiers]
        return "programme", "tiers", codes.index(".".join(rest[1:-1])), rest[-1]
    return head, *rest


def _named_by(
    problems: tuple[Problem, ...], changes: Mapping[str, Change], plan: Plan
) -> Iterator[Problem]:
    """Problems that lie in what was changed, placed by the name it was changed by."""
    places = {"/" + "/".join(map(str, _place(plan, name))): name for name in changes}
    for problem in problems:
        name = next((n for place, n in places.items() if problem.pointer.startswith(place)), None)
        yield problem._replace(pointer=f"/{escaped(name)}") if name else problem


def _named(plan: Plan) -> Iterator[tuple[str, Estimate]]:
    yield "discount", plan.discount
    for name, part in (("base", plan.base), ("programme", plan.programme)):
        yield from ((f"{name}.{field}", value) for field, value in _estimates(part))
    for tier in plan.programme.tiers:
        for field, value in _estimates(tier):
            yield f"programme.tiers.{tier.code}.{field}", value
    yield from ((f"response.{field}", value) for field, value in _estimates(plan.response))
    for item in plan.budget:
        yield from ((f"budget.{item.code}.{field}", value) for field, value in _estimates(item))


def _estimates(part: Frozen) -> Iterator[tuple[str, Estimate]]:
    for field in type(part).model_fields:
        value = getattr(part, field)
        if isinstance(value, Estimate):
            yield field, value


def _doubles(plan: Plan) -> Iterator[Problem]:
    """Codes name places, so each may be given once."""
    lists: dict[str, tuple[Coded, ...]] = {
        "/budget": plan.budget,
        "/programme/tiers": plan.programme.tiers,
        "/scenarios": plan.scenarios,
    }
    for pointer, parts in lists.items():
        seen: set[str] = set()
        for i, part in enumerate(parts):
            if part.code in seen:
                yield Problem(f"{pointer}/{i}/code", "plan.code_twice", (("code", part.code),))
            seen.add(part.code)


def _too_late(plan: Plan) -> Iterator[Problem]:
    for i, item in enumerate(plan.budget):
        if item.first_month > plan.months:
            params = (("months", plan.months),)
            yield Problem(f"/budget/{i}/from", "plan.item_after_end", params)


def _strangers(plan: Plan) -> Iterator[Problem]:
    """What names an assumption names one that is there."""
    known = assumptions(plan)
    for i, pair in enumerate(plan.correlations):
        for j, name in enumerate(pair.between):
            if name not in known:
                yield _stranger(f"/correlations/{i}/between/{j}", name)
        if pair.between[0] == pair.between[1]:
            yield Problem(f"/correlations/{i}/between", "plan.correlated_with_itself")
    for i, scenario in enumerate(plan.scenarios):
        for name in scenario.set:
            if name not in known:
                yield _stranger(f"/scenarios/{i}/set", name)


def _stranger(pointer: str, name: str) -> Problem:
    return Problem(pointer, "plan.assumption_unknown", (("name", name[:80]),))


def _impossible_scenarios(plan: Plan) -> Iterator[Problem]:
    """What a scenario makes of the plan is a plan too."""
    for i, scenario in enumerate(plan.scenarios):
        try:
            with_changes(plan, scenario.set)
        except PlanInvalid as invalid:
            for problem in invalid.problems:
                yield problem._replace(pointer=f"/scenarios/{i}/set{problem.pointer}")
