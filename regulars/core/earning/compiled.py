"""An earning rule made quick, and its limits."""

from dataclasses import dataclass
from typing import NamedTuple

from regulars.core.earning.mechanic import Gives, Multiplies, Rewards
from regulars.core.programme.caps import COUNTED, Caps
from regulars.core.programme.rules import EarningRule
from regulars.core.programme.texts import to_minor
from regulars.core.when.condition import Holds


class CompiledCaps(NamedTuple):
    """Limits in minor units. `counted` are (name, key of the counter, place in COUNTED, limit)."""

    receipt: int | None
    counted: tuple[tuple[str, str, int, int], ...]
    refuse: bool


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """One rule; exactly one of `gives`, `multiplies` and `rewards` is there."""

    number: int  # place in `Compiled.rules`: priority, then id
    id: str
    currency: str
    code: str  # of the reason
    goods: int  # number of the selection, see GoodsIndex
    holds: Holds | None
    gives: Gives | None
    multiplies: Multiplies | None
    rewards: Rewards | None
    caps: CompiledCaps | None
    exclusive: str | None
    final: bool
    document: EarningRule


def compile_caps(caps: Caps | None, prefix: str, scale: int) -> CompiledCaps | None:
    """Limits with the keys of their counters: `<prefix>:day`, `<prefix>:month`, `<prefix>:ever`."""
    if caps is None:
        return None
    counted = tuple(
        (name, f"{prefix}:{'ever' if period is None else name}", place, to_minor(limit, scale))
        for place, (name, period) in enumerate(COUNTED)
        if (limit := getattr(caps, name)) is not None
    )
    receipt = None if caps.receipt is None else to_minor(caps.receipt, scale)
    if receipt is None and not counted:
        return None
    return CompiledCaps(receipt, counted, caps.over == "refuse")
