"""How long, how named, how opened: the measures that keep files readable."""

import ast
import re

import pytest

from architecture.source import ROOT, modules, python_files

CATALOGUE_ENTRIES = {"MECHANIC", "CONDITION", "KIND"}
LINES_MAX = 400
FUNCTION_LINES_MAX = 70
FORBIDDEN_NAMES = re.compile(r"^(utils?|helpers?|managers?|services?|common|misc|tools?)$")
# Spelled apart, or this file would find itself.
MARKS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")

MODULES = pytest.mark.parametrize("module", modules(), ids=str)
FILES = pytest.mark.parametrize("path", python_files(), ids=lambda p: str(p.relative_to(ROOT)))


@FILES
def test_no_file_is_longer_than_four_hundred_lines(path):
    assert path.read_text().count("\n") <= LINES_MAX


@FILES
def test_no_function_is_longer_than_seventy_lines(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < FUNCTION_LINES_MAX, node.name


@FILES
def test_nothing_is_left_for_later(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        assert not MARKS.search(line), f"line {number}"


@MODULES
def test_a_module_opens_with_one_sentence(module):
    if module.is_package and not module.text.strip():
        return
    docstring = ast.get_docstring(module.tree)
    assert docstring, "has no docstring"
    assert docstring.split("\n\n")[0].rstrip().endswith("."), "is not a sentence"


@MODULES
def test_a_public_function_says_what_it_guarantees(module):
    described_elsewhere = parts_of_a_catalogue_entry(module)
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") or node.name in described_elsewhere:
            continue
        if isinstance(node, ast.ClassDef) and "AppConfig" in map(ast.unparse, node.bases):
            continue
        assert ast.get_docstring(node), f"{node.name} (line {node.lineno}) has no docstring"


def parts_of_a_catalogue_entry(module):
    """Functions that only fill a place in the module's MECHANIC: that describes them."""
    return {
        name.id
        for node in module.tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in CATALOGUE_ENTRIES
        for name in ast.walk(node.value)
        if isinstance(name, ast.Name)
    }


@MODULES
def test_a_module_is_named_for_what_it_holds(module):
    for part in module.name:
        assert not FORBIDDEN_NAMES.match(part), part
