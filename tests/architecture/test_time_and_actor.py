"""Only doors read the clock, and `now` and `by` are handed down by name."""

import ast

import pytest

from architecture.source import modules

CLOCK_FILE = ("regulars", "kit", "clock")
DOORS = {"web", "cli", "integrations"}
READS_THE_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")} | {
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
}
MODULES = pytest.mark.parametrize("module", modules(), ids=str)


def is_door(module) -> bool:
    """Whether the module stands where requests, commands or jobs come in."""
    return module.name[1:2] and (module.name[1] in DOORS or "jobs" in module.name)


@MODULES
def test_only_the_clock_reads_the_clock(module):
    if module.name == CLOCK_FILE:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in READS_THE_CLOCK, f"line {node.lineno}"


@MODULES
def test_only_doors_ask_for_the_time(module):
    for node, whom in module.imports():
        if whom[-1] == "utc_now":
            assert is_door(module), f"line {node.lineno}: utc_now"


@MODULES
def test_now_and_by_are_keyword_only_and_last(module):
    if module.name[1:2] not in (("core",), ("contexts",)):
        return
    for node in module.functions():
        if node.name.startswith("_"):
            continue
        by_place = {argument.arg for argument in node.args.posonlyargs + node.args.args}
        assert not by_place & {"now", "by"}, f"{node.name} (line {node.lineno})"
        names = [argument.arg for argument in node.args.kwonlyargs]
        tail = [name for name in names if name in ("now", "by")]
        assert names[len(names) - len(tail) :] == tail, f"{node.name} (line {node.lineno})"
