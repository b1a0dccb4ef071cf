"""Segments told in words, as condition trees of ours over a member's figures and purchases."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from regulars.core.purchase import Receipt
from regulars.core.scene import Scene
from regulars.core.till.quote import buyer_of
from regulars.core.till.standing import turnover_of
from regulars.core.when.prepare import prepare
from regulars.core.when.tree import read_when
from scenarios.books import open_book
from scenarios.expecting import Sight, by_name, expects
from scenarios.purses import programme_now
from scenarios.words import UnknownWord, listed, minor, number
from scenarios.world import Person, World

Tree = Mapping[str, Any]
PURCHASES, AVERAGE = "purchases", "average_minor"
_NUMBER = r"(\d+(?:\.\d+)?)"


def _count(least: Any = None, most: Any = None) -> Tree:
    ends = {
        "min": None if least is None else int(least),
        "max": None if most is None else int(most),
    }
    return {"attribute": {"of": "member", "name": PURCHASES, **_given(ends)}}


def _average(least: Any = None, most: Any = None, *, below: bool = False) -> Tree:
    ends = {
        "min": None if least is None else minor(number(least, "average")),
        "max": None if most is None else minor(number(most, "average")) - below,
    }
    return {"attribute": {"of": "member", "name": AVERAGE, **_given(ends)}}


def _given(ends: Mapping[str, int | None]) -> dict[str, int]:
    return {key: end for key, end in ends.items() if end is not None}


OF_MEMBER: tuple[tuple[str, Callable[[re.Match[str]], Tree]], ...] = (
    (r"(\d+)\s*\.\.\s*(\d+) purchases?", lambda m: _count(m[1], m[2])),
    (r"(?:exactly )?(\d+) purchases?", lambda m: _count(m[1], m[1])),
    (r"(?:exactly )?one purchase", lambda m: _count(1, 1)),
    (r"at least (\d+) purchases?", lambda m: _count(m[1])),
    (r"at most (\d+) purchases?", lambda m: _count(None, m[1])),
    (rf"average {_NUMBER}\s*\.\.\s*{_NUMBER}", lambda m: _average(m[1], m[2])),
    (rf"average (?:below|under) {_NUMBER}", lambda m: _average(None, m[1], below=True)),
    (rf"average (?:above|over|from) {_NUMBER}", lambda m: _average(m[1])),
)
OF_PURCHASE: tuple[tuple[str, Callable[[re.Match[str]], Tree]], ...] = (
    (r"bought in (\w+)", lambda m: {"store": {"in": [m[1]]}}),
    (
        rf"(?:one|a|any) purchase of {_NUMBER}\s*\.\.\s*{_NUMBER}",
        lambda m: {"amount": {"min": m[1], "max": m[2]}},
    ),
    (rf"(?:one|a|any) purchase (?:above|over|from) {_NUMBER}", lambda m: {"amount": {"min": m[1]}}),
)


def belongs(world: World, person: Person, said: str) -> bool:
    """Whether somebody is in the segment: criteria joined by OR in one part, parts by AND."""
    return all(
        any(_meets(world, person, criterion.strip()) for criterion in part.split(" OR "))
        for part in said.split(" AND ")
    )


def _meets(world: World, person: Person, criterion: str) -> bool:
    for pattern, tree in OF_MEMBER:
        if found := re.fullmatch(pattern, criterion):
            nothing = Receipt("", "", "", world.clock, ())
            return _holds(world, person, tree(found), nothing)
    for pattern, tree in OF_PURCHASE:
        if found := re.fullmatch(pattern, criterion):
            wanted = tree(found)
            mine = [p.receipt for p in world.placed if p.person == person.name and not p.cancelled]
            return any(_holds(world, person, wanted, receipt) for receipt in mine)
    raise UnknownWord(f"segment {criterion!r}"[:120])


def _holds(world: World, person: Person, tree: Tree, receipt: Receipt) -> bool:
    """Our condition on one purchase of the member, whose figures come from the books."""
    programme = programme_now(world)
    book = open_book(world, person, programme)
    average = turnover_of(book) // book.visits if book.visits else 0
    facts = person.facts._replace(attributes={PURCHASES: book.visits, AVERAGE: average})
    buyer = buyer_of(book, facts, "", world.clock)
    scene = Scene(
        receipt, buyer, receipt.occurred_at, [line.amount_minor for line in receipt.lines]
    )
    terms = programme.terms
    scene.enter(terms.zone, terms.money_scale, terms.goods)
    test = prepare(read_when(tree), terms)
    return test is None or test(scene)


@expects("members")
def members(sight: Sight, expected: Any) -> None:
    """Who is in which segment, by the names that the purchases were told under."""
    for said, names in by_name(expected, "members").items():
        found = sorted(
            name
            for name, person in sight.world.people.items()
            if name and belongs(sight.world, person, said)
        )
        sight.equal(f"members {said}", sorted(str(name) for name in listed(names)), found)
