"""Which word is carried out by which function: every step and every expectation by its name."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from scenarios.words import UnknownWord, check
from scenarios.world import World

Act = Callable[[World, Mapping[str, Any]], None]
ACTIONS: dict[str, tuple[Act, frozenset[str]]] = {}
ALWAYS = frozenset({"do", "why", "note", "notes"})


def does(*names: str, fields: str = "") -> Callable[[Act], Act]:
    """Carry out the steps of these names; they may have these fields."""

    def keep(act: Act) -> Act:
        for name in names:
            assert name not in ACTIONS, name
            ACTIONS[name] = (act, ALWAYS | set(fields.split()))
        return act

    return keep


def carry_out(world: World, step: Mapping[str, Any]) -> None:
    """Do what a step says. Raises UnknownWord, Refused."""
    name = str(step.get("do"))
    found = ACTIONS.get(name)
    if found is None:
        raise UnknownWord(f"unknown step {name!r}"[:120])
    act, fields = found
    act(world, check(f"step {name}", step, fields))


def moment(value: Any, *, hour: int = 12) -> datetime:
    """A day (at noon) or a moment, by UTC. Raises UnknownWord."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise UnknownWord(f"no date {value!r}"[:80]) from None
    if len(str(value)) <= 10:
        found = found.replace(hour=hour)
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    if not 1990 < found.year < 2100:
        raise UnknownWord(f"a date out of bounds {value!r}"[:80])
    return found.astimezone(UTC)
