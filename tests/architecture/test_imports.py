"""Who may import whom, beside the layers that import-linter checks."""

import ast
import sys

import pytest

from architecture.source import modules

OPEN = {"usecases", "queries", "types", "ports"}
CORE_MAY_IMPORT = sys.stdlib_module_names | {"pydantic", "pydantic_core", "regulars"}
# metrics and economics compute on arrays.
CORE_NUMERICS = {"numpy", "scipy", "numba"}
# It reads no clock and draws no lots, so not even the standard library's means for that.
CORE_MAY_NOT_IMPORT = {"random", "secrets", "socket", "subprocess", "time", "asyncio", "os"}

MODULES = pytest.mark.parametrize("module", modules(), ids=str)


@MODULES
def test_imports_stand_at_the_top_and_are_absolute(module):
    top = set(map(id, module.tree.body))
    for node, _ in module.imports():
        assert id(node) in top, f"line {node.lineno}: not at the top"
        assert not getattr(node, "level", 0), f"line {node.lineno}: relative"


@MODULES
def test_a_package_re_exports_nothing(module):
    if not module.is_package:
        return
    used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
    for node, _ in module.imports():
        for alias in node.names:
            local = alias.asname or alias.name.split(".")[0]
            assert local in used, f"line {node.lineno}: {local} is only handed on"
    assert "__all__" not in used


@MODULES
def test_a_context_is_entered_only_by_its_open_modules(module):
    for node, whom in module.imports():
        if whom[:2] != ("regulars", "contexts") or len(whom) < 4:
            continue
        if module.name[:3] != whom[:3]:
            assert whom[3] in OPEN, f"line {node.lineno}: {'.'.join(whom)}"


@MODULES
def test_the_core_is_pure(module):
    if module.name[:2] != ("regulars", "core"):
        return
    numerics = CORE_NUMERICS if module.name[2:3] in (("metrics",), ("economics",)) else set()
    for node, whom in module.imports():
        assert whom[0] in CORE_MAY_IMPORT | numerics, f"line {node.lineno}: {whom[0]}"
        assert whom[0] not in CORE_MAY_NOT_IMPORT, f"line {node.lineno}: {whom[0]}"


@MODULES
def test_nothing_is_wired_by_signals(module):
    for node, whom in module.imports():
        dotted = ".".join(whom)
        assert not dotted.startswith(("django.dispatch", "django.db.models.signals")), node.lineno
        assert not dotted.startswith("django.core.signals"), node.lineno
