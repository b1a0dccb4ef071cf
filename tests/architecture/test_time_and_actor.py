"""Only doors read the clock, and `now` and `by` are handed down by name."""

import ast

from architecture.source import assert_none, modules

CLOCK_FILE = ("regulars", "kit", "clock")
DOORS = {"web", "cli", "integrations"}
READS_THE_CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
}


def is_door(module):
    """Whether the module stands where requests, commands or jobs come in."""
    return module.name[1:2] and (module.name[1] in DOORS or "jobs" in module.name)


def test_only_the_clock_reads_the_clock():
    assert_none(
        f"{module}:{node.lineno}"
        for module in modules()
        if module.name != CLOCK_FILE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in READS_THE_CLOCK
    )


def test_only_doors_ask_for_the_time():
    assert_none(
        f"{module}:{node.lineno}"
        for module in modules()
        if not is_door(module)
        for node, whom in module.imports()
        if whom[-1] == "utc_now"
    )


def test_now_and_by_are_keyword_only_and_last():
    def misplaced(node):
        by_place = {argument.arg for argument in node.args.posonlyargs + node.args.args}
        names = [argument.arg for argument in node.args.kwonlyargs]
        tail = [name for name in names if name in ("now", "by")]
        return by_place & {"now", "by"} or names[len(names) - len(tail) :] != tail

    assert_none(
        f"{module}:{node.lineno} {node.name}"
        for module in modules()
        if module.name[1:2] in (("core",), ("contexts",))
        for node in module.functions()
        if not node.name.startswith("_") and misplaced(node)
    )
