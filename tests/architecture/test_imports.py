"""Who may import whom, beside the layers that import-linter checks."""

import ast
import sys

from architecture.source import assert_none, modules

OPEN = {"usecases", "queries", "types", "ports"}
CORE_MAY_IMPORT = sys.stdlib_module_names | {"pydantic", "pydantic_core", "regulars"}
# metrics and economics compute on arrays.
CORE_NUMERICS = {"numpy", "scipy", "numba"}
# It reads no clock and draws no lots, so not even the standard library's means for that.
CORE_MAY_NOT_IMPORT = {"secrets", "socket", "subprocess", "time", "asyncio", "os"}


def test_imports_stand_at_the_top_and_are_absolute():
    assert_none(
        f"{module}:{node.lineno}"
        for module in modules()
        for node, _ in module.imports()
        if node not in module.tree.body or getattr(node, "level", 0)
    )


def test_a_package_re_exports_nothing():
    def handed_on(module):
        used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
        for node, _ in module.imports():
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                if local not in used or "__all__" in used:
                    yield f"{module}:{node.lineno} {local}"

    assert_none(found for module in modules() if module.is_package for found in handed_on(module))


def test_a_context_is_entered_only_by_its_open_modules():
    assert_none(
        f"{module}:{node.lineno} {'.'.join(whom)}"
        for module in modules()
        for node, whom in module.imports()
        if whom[:2] == ("regulars", "contexts")
        and len(whom) > 3
        and module.name[:3] != whom[:3]
        and whom[3] not in OPEN
    )


def test_the_core_is_pure():
    def impurities(module):
        numerics = CORE_NUMERICS if module.name[2] in ("metrics", "economics") else set()
        for node, whom in module.imports():
            allowed = whom[0] in CORE_MAY_IMPORT | numerics and whom[0] not in CORE_MAY_NOT_IMPORT
            # Drawing lots is allowed with a seed of the caller's, and in no other way.
            if not allowed or (whom[0] == "random" and whom != ("random", "Random")):
                yield f"{module}:{node.lineno} {'.'.join(whom)}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Random" and not node.args:
                yield f"{module}:{node.lineno} Random without a seed"

    core = (module for module in modules() if module.name[1:2] == ("core",) and module.name[2:])
    assert_none(found for module in core for found in impurities(module))


def test_nothing_is_wired_by_signals():
    signals = ("django.dispatch", "django.db.models.signals", "django.core.signals")
    assert_none(
        f"{module}:{node.lineno}"
        for module in modules()
        for node, whom in module.imports()
        if ".".join(whom).startswith(signals)
    )
