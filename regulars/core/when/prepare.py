"""Condition trees made quick: a closure that answers, the keys needed, the reason of a no."""

from collections.abc import Hashable

from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.condition import Holds, Needs
from regulars.core.when.tree import Node


def prepare(node: Node, terms: Terms) -> Holds | None:
    """A test of one scene, made once per version; None where it always holds."""
    if node.params is not None:
        return CONDITIONS[node.code].prepare(node.params, terms)
    if node.code == "not":
        inner = prepare(node.nodes[0], terms)
        return _never if inner is None else lambda scene: not inner(scene)
    prepared = [prepare(inner, terms) for inner in node.nodes]
    tests = tuple(test for test in prepared if test is not None)
    if node.code == "all":
        return _all_of(tests)
    if len(tests) < len(prepared):
        return None
    return lambda scene: any(test(scene) for test in tests)


def _never(scene: Scene) -> bool:
    return False


def _all_of(tests: tuple[Holds, ...]) -> Holds | None:
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda scene: first(scene) and second(scene)

    def holds(scene: Scene) -> bool:
        for test in tests:  # noqa: SIM110  (a generator would double the cost of the hot path)
            if not test(scene):
                return False
        return True

    return holds


def needs(node: Node, terms: Terms) -> Needs:
    """Keys of which a scene must have one per dimension, for the tree to hold."""
    if node.params is not None:
        index = CONDITIONS[node.code].index
        return index(node.params, terms) if index else {}
    inner = [needs(child, terms) for child in node.nodes]
    if node.code == "all":
        return _smallest(inner)
    if node.code == "any" and inner:
        shared = set.intersection(*(set(each) for each in inner))
        return {name: frozenset().union(*(each[name] for each in inner)) for name in shared}
    return {}


def _smallest(each: list[Needs]) -> Needs:
    best: dict[str, frozenset[Hashable]] = {}
    for needed in each:
        for name, keys in needed.items():
            if name not in best or len(keys) < len(best[name]):
                best[name] = keys
    return best


def why_not(node: Node, scene: Scene, terms: Terms) -> Reason | None:
    """The first condition that stands in the way, in words; None where the tree holds."""
    test = prepare(node, terms)
    if test is None or test(scene):
        return None
    if node.params is not None:
        return CONDITIONS[node.code].why_not(node.params, scene, terms)
    if node.code == "not":
        return Reason.of("condition.not")
    reasons = [why_not(inner, scene, terms) for inner in node.nodes]
    if node.code == "all":
        return next(reason for reason in reasons if reason is not None)
    return reasons[0] if len(reasons) == 1 else Reason.of("condition.any")
