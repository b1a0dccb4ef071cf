"""Where in a YAML (or JSON) text a part stands: JSON pointers to line numbers, for people."""

import yaml

_Node = yaml.nodes.Node


def line_of(text: str, pointer: str) -> int | None:
    """The line (from 1) of the part that `pointer` names, or of the nearest part around it.

    None where the text is no YAML at all. Anchors are followed one step at a time, so that a
    hostile document costs no more than its length.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if node is None:
        return None
    line = int(node.start_mark.line)
    for step in _steps(pointer):
        found = _child(node, step)
        if found is None:
            break
        node, line = found
    return line + 1


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _child(node: _Node, step: str) -> tuple[_Node, int] | None:
    """The part under `step` and the line (from 0) on which its name, or it itself, stands."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == step:
                return value, int(key.start_mark.line)
    elif isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item, int(item.start_mark.line)
    return None
