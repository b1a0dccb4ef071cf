"""How an expectation is checked: its words by name, figures within the tolerance of the records."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from regulars.core.purchase import QUANTITY_SCALE
from scenarios.engine import View, view_of
from scenarios.words import CENT, UnknownWord, listed, major, number
from scenarios.world import World

Look = Callable[["Sight", Any], None]
EXPECTATIONS: dict[str, Look] = {}
UNITS_MAX = 100_000  # of a line whose units are looked at one by one
REMARKS = frozenset({"why", "reason", "note", "notes", "channel"})


class Differs(Exception):
    """An expectation is not met; the text says what was expected and what came."""


class Sight:
    """What one expectation is checked against; the order is reckoned once, when first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._view: View | None = None
        exact = str(world.case.raw.get("family", "")).startswith("rounding")
        self.tolerance = Decimal(0) if exact else CENT

    @property
    def view(self) -> View:
        if self._view is None:
            order = self.world.order
            placed = next((p for p in self.world.placed if p.order is order), None)
            found = view_of(self.world)
            if placed is not None:
                found.decision = placed.decision
            self._view = found
        return self._view

    def same(self, name: str, expected: Any, found: Decimal) -> None:
        """A figure; `{about, within}` brings its own tolerance. Raises Differs."""
        within = self.tolerance
        if isinstance(expected, Mapping):
            within = number(expected.get("within", "0.01"), name)
            expected = expected.get("about")
        wanted = number(expected, name)
        if abs(wanted - found) > within:
            raise Differs(f"{name}: {wanted} expected, {found} found")

    def equal(self, name: str, expected: Any, found: Any) -> None:
        """Anything that is no figure. Raises Differs."""
        if expected != found:
            raise Differs(f"{name}: {expected!r} expected, {found!r} found"[:300])

    def places(self, sku: str) -> list[int]:
        """The places of the lines of a product, delivery among them."""
        found = self.view.rung.of_sku(self.view.basket, sku)
        shipping = self.view.rung.shipping.get(sku)
        return found or ([] if shipping is None else [shipping])

    def is_programme(self, name: str) -> bool:
        return any(p["id"] == name for p in self.world.programmes)

    def by_line(self, cuts: Sequence[int]) -> list[Decimal]:
        """Cuts in the order of the record's basket."""
        return [
            Decimal(0) if place is None else major(cuts[place]) for place in self.view.rung.places
        ]

    def units_of(self, place: int) -> int:
        units = self.view.receipt.lines[place].quantity // QUANTITY_SCALE
        if units > UNITS_MAX:
            raise UnknownWord(f"{units} units in a line")
        return units


def expects(*names: str) -> Callable[[Look], Look]:
    """Check the expectations of these names."""

    def keep(look: Look) -> Look:
        for name in names:
            assert name not in EXPECTATIONS, name
            EXPECTATIONS[name] = look
        return look

    return keep


def meet(world: World, expected: Any) -> None:
    """Check everything that is expected now. Raises Differs, UnknownWord, Refused."""
    if not isinstance(expected, Mapping):
        raise UnknownWord("expect: an object is expected")
    sight = Sight(world)
    unknown = [name for name in expected if name not in EXPECTATIONS and name not in REMARKS]
    if unknown:
        raise UnknownWord(f"unknown expectation {str(unknown[0])!r}"[:120])
    wrong = []
    for name, value in expected.items():
        if name in REMARKS:
            continue
        try:
            EXPECTATIONS[name](sight, value)
        except Differs as differs:
            wrong.append(str(differs))
    if wrong:
        raise Differs("; ".join(wrong))


def figures(expected: Any, name: str) -> list[Any]:
    """A list of figures. Raises UnknownWord."""
    if not isinstance(expected, list):
        raise UnknownWord(f"{name}: a list is expected")
    return listed(expected)


def by_name(expected: Any, name: str) -> Mapping[str, Any]:
    """Figures by name. Raises UnknownWord."""
    if not isinstance(expected, Mapping):
        raise UnknownWord(f"{name}: an object is expected")
    return expected
