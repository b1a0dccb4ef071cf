"""How long, how named, how opened: the measures that keep files readable."""

import ast
import re

from architecture.source import assert_none, modules, python_files

LINES_MAX = 400
FUNCTION_LINES_MAX = 70
FORBIDDEN_NAMES = re.compile(r"^(utils?|helpers?|managers?|services?|common|misc|tools?)$")
CATALOGUE_ENTRIES = {"MECHANIC", "CONDITION", "KIND"}
# Spelled apart, or this file would find itself.
MARKS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = ((path, path.read_text().count("\n")) for path in python_files())
    assert_none(f"{path}: {lines}" for path, lines in lengths if lines > LINES_MAX)


def test_no_function_is_longer_than_seventy_lines():
    assert_none(
        f"{path}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= FUNCTION_LINES_MAX
    )


def test_nothing_is_left_for_later():
    assert_none(
        f"{path}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MARKS.search(line)
    )


def test_a_module_opens_with_one_sentence():
    def opens_well(module):
        opening = (ast.get_docstring(module.tree) or "").split("\n\n")[0]
        return opening.rstrip().endswith(".") or (module.is_package and not module.text.strip())

    assert_none(str(module) for module in modules() if not opens_well(module))


def test_what_is_public_says_what_it_guarantees():
    def silent(module):
        described = parts_of_a_catalogue_entry(module)
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            private = node.name.startswith("_") or node.name in described
            app = isinstance(node, ast.ClassDef) and "AppConfig" in map(ast.unparse, node.bases)
            if not private and not app and not ast.get_docstring(node):
                yield f"{module}:{node.lineno} {node.name}"

    # A context's `mapping` is private; its functions are named for the two things they turn over.
    open_to_others = (module for module in modules() if module.name[-1] != "mapping")
    assert_none(found for module in open_to_others for found in silent(module))


def parts_of_a_catalogue_entry(module):
    """Functions that only fill a place in the module's MECHANIC: that describes them."""
    return {
        name.id
        for node in module.tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in CATALOGUE_ENTRIES
        for name in ast.walk(node.value)
        if isinstance(name, ast.Name)
    }


def test_a_module_is_named_for_what_it_holds():
    assert_none(str(module) for module in modules() if any(map(FORBIDDEN_NAMES.match, module.name)))
