"""Which operation answers a method and a path: a tree of the path's segments."""

from collections.abc import Iterable, Mapping

from regulars.web.api.operation import Operation

Found = tuple[Operation, Mapping[str, str]]


class _Node:
    __slots__ = ("any", "below", "methods")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.methods: dict[str, tuple[Operation, tuple[str, ...]]] = {}


class Directory:
    """Finds an operation in one step for each segment, however many operations there are."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            node, names = self._root, []
            for segment in operation.path.split("/")[1:]:
                if segment.startswith("{"):
                    names.append(segment[1:-1])
                    node.any = node.any or _Node()
                    node = node.any
                else:
                    node = node.below.setdefault(segment, _Node())
            assert operation.method not in node.methods, operation.path
            node.methods[operation.method] = (operation, tuple(names))

    def find(self, method: str, path: str) -> Found | frozenset[str]:
        """The operation with its path's values; else the methods that the path knows, maybe none.

        A segment that is spelled out goes before one that is a value.
        """
        node, values = self._root, []
        for segment in path.split("/")[1:]:
            below = node.below.get(segment)
            if below is None:
                below = node.any
                if below is None or not segment:
                    return frozenset()
                values.append(segment)
            node = below
        if not node.methods:
            return frozenset()
        found = node.methods.get(method)
        if found is None:
            return frozenset(node.methods)
        operation, names = found
        return operation, dict(zip(names, values, strict=True))
