"""Condition trees made quick: a closure that answers, the keys needed, the reason of a no."""

from collections.abc import Hashable

from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.terms import Terms
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.condition import Holds, Missing, Needs
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


class Asked:
    """A condition tree that says why it does not hold, and what more would change that.

    Made once per version, so that a no costs little more than a yes.
    """

    __slots__ = ("_holds", "_inner", "_node", "_terms")

    def __init__(self, node: Node, terms: Terms) -> None:
        self._node = node
        self._terms = terms
        self._holds = prepare(node, terms)
        self._inner = tuple(Asked(inner, terms) for inner in node.nodes)

    def why_not(self, scene: Scene) -> tuple[Reason, Missing | None]:
        """For a tree that does not hold: the reason, as `why_not` gives it, and what is missing.

        Something is missing only where it alone stands in the way: more goods of a kind.
        """
        node = self._node
        if node.params is not None:
            condition = CONDITIONS[node.code]
            reason = condition.why_not(node.params, scene, self._terms)
            missing = condition.missing
            return reason, missing and missing(node.params, scene, self._terms)
        if node.code == "not":
            return Reason.of("condition.not"), None
        unmet = [
            each.why_not(scene)
            for each in self._inner
            if each._holds is not None and not each._holds(scene)
        ]
        if len(unmet) == 1:
            return unmet[0]
        if node.code == "all":
            return unmet[0][0], None
        nearest = [missing for _, missing in unmet if missing is not None]
        return (
            Reason.of("condition.any"),
            min(nearest, key=lambda m: (m.money_minor, m.quantity), default=None),
        )
