"""The difference of two versions: complete, matched by names, and readable."""

import copy
from typing import Any

import pytest
from engine_cases import document, programmes, rule
from hypothesis import given
from seed import examples

from regulars.core.programme.check import parse_programme
from regulars.core.programme.diff import Change, ChangeKind, diff
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.wording.catalogue import LANGUAGES
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes, load

READY = [parse_programme(load_yaml(load(name))) for name in list_programmes()]


def brief(changes: tuple[Change, ...]) -> list[tuple[str, str, Any, Any]]:
    return [(change.pointer, str(change.kind), change.before, change.after) for change in changes]


def reads_well(changes: tuple[Change, ...]) -> None:
    for change in changes:
        for language in LANGUAGES:
            text = change.sentence(language)
            assert text.endswith(".")
            assert "{" not in text
            assert "field." not in text
            assert "programme." not in text


@examples(50)
@given(programmes())
def test_nothing_differs_from_itself(document: Programme) -> None:
    assert diff(document, parse_programme(to_mapping(document))) == ()


@examples(50)
@given(programmes(), programmes())
def test_documents_differ_exactly_when_a_change_is_told(old: Programme, new: Programme) -> None:
    changes = diff(old, new)
    assert (changes == ()) is (old == new)
    assert len({(change.pointer, change.kind) for change in changes}) == len(changes)
    reads_well(changes)


@examples(50)
@given(programmes(), programmes())
def test_the_way_back_undoes_the_way_there(old: Programme, new: Programme) -> None:
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {
        (c.pointer, turned[c.kind], repr(c.after), repr(c.before))
        for c in diff(old, new)
        if c.kind != ChangeKind.MOVED
    }
    back = {
        (c.pointer, str(c.kind), repr(c.before), repr(c.after))
        for c in diff(new, old)
        if c.kind != ChangeKind.MOVED
    }
    assert there == back


@pytest.mark.parametrize("old", READY, ids=lambda document: document.code)
@pytest.mark.parametrize("new", READY, ids=lambda document: document.code)
def test_ready_programmes_differ_in_words(old: Programme, new: Programme) -> None:
    changes = diff(old, new)
    assert (changes == ()) is (old is new)
    reads_well(changes)


def test_rules_are_matched_by_id_whatever_their_place() -> None:
    old = document(rule("a"), rule("b"))
    new = document(rule("b", priority=5), rule("c"))
    assert [(change.pointer, str(change.kind)) for change in diff(old, new)] == [
        ("/earning/a", "removed"),
        ("/earning/b/priority", "changed"),
        ("/earning/c", "added"),
    ]


def test_only_what_moved_is_told_to_have_moved() -> None:
    old = document(*(rule(id) for id in "abcd"))
    new = document(*(rule(id) for id in "bcda"))
    assert brief(diff(old, new)) == [("/earning/a", "moved", 1, 4)]


def test_words_of_a_set_are_told_one_by_one() -> None:
    old = document(rule("a", goods={"skus": ["x", "y"]}))
    new = document(rule("a", goods={"skus": ["x", "y", "z"]}))
    assert brief(diff(old, new)) == [("/earning/a/goods/skus", "added", None, ["z"])]


def test_another_kind_of_expiry_is_one_change() -> None:
    points = {"title": "P", "expiry": {"kind": "after", "after": {"months": 12}}}
    old = document(currencies={"points": points})
    new = document(currencies={"points": points | {"expiry": {"kind": "never"}}})
    [change] = diff(old, new)
    assert change.pointer == "/currencies/points/expiry"
    english = "Currency «points» · expiry: kind: after, time: 12 months → kind: never."
    assert change.sentence("en") == english[0].lower() + english[1:]
    assert "12 месяцев" in change.sentence("ru")


def test_every_leaf_of_every_ready_programme_counts() -> None:
    """Whatever value is changed so that the document stays sound, the change is told at its place."""
    seen = 0
    for ready in READY:
        for way in numbers(to_mapping(ready, full=True)):
            changed = to_mapping(ready, full=True)
            parent: Any = changed
            for step in way[:-1]:
                parent = parent[step]
            parent[way[-1]] += 1
            try:
                other = parse_programme(copy.deepcopy(changed))
            except Exception:
                continue
            seen += 1
            assert len(diff(ready, other)) == 1
    assert seen > 100


def numbers(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [way for key, inner in value.items() for way in numbers(inner, (*at, key))]
    if isinstance(value, list):
        return [way for i, inner in enumerate(value) for way in numbers(inner, (*at, i))]
    return [at] if isinstance(value, int) and not isinstance(value, bool) else []
