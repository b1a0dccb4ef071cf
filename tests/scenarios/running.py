"""A record run from beginning to end, once for each way that it may be run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import scenarios.basket_steps
import scenarios.coupon_steps
import scenarios.money_expectations
import scenarios.order_steps
import scenarios.points_expectations
import scenarios.programme_steps
import scenarios.promotion_expectations
import scenarios.referring
import scenarios.segments
from regulars.core.refusal import Refused
from scenarios.expecting import Differs, meet
from scenarios.points_steps import set_up_wallets
from scenarios.records import Case
from scenarios.registry import carry_out
from scenarios.settings import Settings
from scenarios.words import UnknownWord, Unsupported
from scenarios.world import World

WORDS = (
    scenarios.basket_steps,
    scenarios.coupon_steps,
    scenarios.money_expectations,
    scenarios.order_steps,
    scenarios.points_expectations,
    scenarios.programme_steps,
    scenarios.promotion_expectations,
    scenarios.referring,
    scenarios.segments,
)
"""The modules that say what the words mean: they are known once they are imported."""
STEPS_MAX = 500


@dataclass(frozen=True)
class Ran:
    """How one run ended: `passed`, `differs`, `unknown`, `unsupported` or `broke`, and where."""

    ending: str
    text: str = ""


def run(case: Case, settings: Settings) -> Ran:
    """Run a record; whatever is in it, this returns."""
    if case.problem:
        return Ran("unknown", case.problem)
    step = 0
    try:
        world = World(case, settings)
        set_up_wallets(world)
        if len(world.steps) > STEPS_MAX:
            raise UnknownWord("too many steps")
        for given in world.steps:
            step += 1
            _take(world, given)
    except UnknownWord as unknown:
        return Ran("unknown", f"step {step}: {unknown}")
    except Unsupported as unsupported:
        return Ran("unsupported", str(unsupported))
    except Differs as differs:
        return Ran("differs", f"step {step}: {differs}")
    except Refused as refused:
        return Ran("differs", f"step {step}: refused, {refused.code}")
    except Exception as error:  # a record must never bring the runner down
        return Ran("broke", f"step {step}: {type(error).__name__} {error}"[:300])
    return Ran("passed")


def _take(world: World, given: Mapping[str, Any]) -> None:
    if "do" in given and "expect" in given:
        raise UnknownWord("a step does something or expects something, not both")
    if "expect" in given:
        for key in given:
            if key not in ("expect", "why", "note", "notes"):
                raise UnknownWord(f"unknown word {key!r} beside expect"[:120])
        meet(world, given["expect"])
    elif "do" in given:
        world.last.ok = None
        carry_out(world, given)
    else:
        raise UnknownWord(f"a step without do or expect: {sorted(given)!r}"[:120])
