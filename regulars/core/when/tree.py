"""Conditions joined by all, any and not, as they stand in documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from regulars.core.programme.model import Frozen
from regulars.core.when.catalogue import CONDITIONS

JOINTS = ("all", "any", "not")
DEPTH_MAX = 8
NODES_MAX = 200

Loc = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A condition with its parameters, or a joint (`all`, `any`, `not`) over other nodes.

    `all` of nothing always holds, `any` of nothing never does; `not` has exactly one node.
    """

    code: str
    params: Frozen | None = None
    nodes: tuple["Node", ...] = ()

    def leaves(self) -> Iterator["Node"]:
        """The conditions in the tree, from left to right."""
        if self.params is not None:
            yield self
        for node in self.nodes:
            yield from node.leaves()


ALWAYS = Node("all")


class _Reader:
    """Reads one tree and gathers every problem in it instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[InitErrorDetails] = []
        self.nodes = 0

    def read(self, value: object, loc: Loc, depth: int) -> Node:
        self.nodes += 1
        if isinstance(value, Node):
            return value
        if depth > DEPTH_MAX or self.nodes > NODES_MAX:
            return self._no(
                "programme.when_too_large",
                loc,
                None,
                {"depth_max": DEPTH_MAX, "nodes_max": NODES_MAX},
            )
        if not isinstance(value, Mapping) or len(value) != 1:
            return self._no("programme.when_one_key", loc, value)
        [(code, inner)] = value.items()
        here = (*loc, code)
        if code in ("all", "any"):
            return self._joint(code, inner, here, depth)
        if code == "not":
            return Node(code, None, (self.read(inner, here, depth + 1),))
        if not isinstance(code, str) or code not in CONDITIONS:
            return self._unknown(code, loc)
        return self._leaf(code, inner, here)

    def _joint(self, code: str, inner: object, loc: Loc, depth: int) -> Node:
        if not isinstance(inner, list | tuple):
            return self._no("programme.when_list", loc, inner)
        return Node(
            code,
            None,
            tuple(self.read(item, (*loc, i), depth + 1) for i, item in enumerate(inner)),
        )

    def _leaf(self, code: str, inner: object, loc: Loc) -> Node:
        try:
            params = CONDITIONS[code].params.model_validate({} if inner is None else inner)
        except ValidationError as error:
            self.problems += [under(problem, loc) for problem in error.errors(include_url=False)]
            return ALWAYS
        return Node(code, params)

    def _unknown(self, code: object, loc: Loc) -> Node:
        known = (*JOINTS, *CONDITIONS)
        near = get_close_matches(str(code)[:80], known, n=1)
        context = {"word": str(code)[:80], "near": near[0] if near else ", ".join(known)}
        return self._no("programme.when_unknown", (*loc, str(code)), None, context)

    def _no(
        self, code: str, loc: Loc, value: object, context: dict[str, Any] | None = None
    ) -> Node:
        self.problems.append(
            InitErrorDetails(
                type=PydanticCustomError(code, "no such condition", context), loc=loc, input=value
            )
        )
        return ALWAYS


def under(problem: Mapping[str, Any], loc: Loc) -> InitErrorDetails:
    """A validation problem of a part, as a problem of the whole at `loc`."""
    kind: Any = problem["type"]
    if "." in kind:
        kind = PydanticCustomError(kind, "see code", problem.get("ctx"))
    details = InitErrorDetails(type=kind, loc=(*loc, *problem["loc"]), input=problem["input"])
    if "ctx" in problem:
        details["ctx"] = problem["ctx"]
    return details


def read_when(value: object) -> Node:
    """The tree that stands in a document; raises ValidationError with the place of each problem."""
    reader = _Reader()
    node = reader.read(value, (), 1)
    if reader.problems:
        raise ValidationError.from_exception_data("when", reader.problems)
    return node


def write_when(node: Node) -> dict[str, Any]:
    """The inverse of `read_when`, in plain values."""
    if node.code in ("all", "any"):
        return {node.code: [write_when(inner) for inner in node.nodes]}
    if node.code == "not":
        return {"not": write_when(node.nodes[0])}
    assert node.params is not None
    return {node.code: node.params.model_dump(mode="json", exclude_defaults=True)}


When = Annotated[
    Node,
    PlainValidator(read_when),
    PlainSerializer(write_when),
    WithJsonSchema({"type": "object"}),
]
"""A condition tree in a pydantic model."""
