"""Every sentence exists in both languages with the same gaps; every code has a sentence."""

import ast
import re

import pytest

from architecture.source import modules
from regulars.core.wording.catalogue import LANGUAGES, SENTENCES, sentence

GAP = re.compile(r"\{(\w+)[^{}]*\}")
PLURALS = re.compile(r"\{\w+\|([^{}]*)\}")
SPEAKING = {"say", "tell", "progress"}


def codes_of_refusals():
    """The code of each class that states one, with where it stands."""
    for module in modules():
        for node in module.classes():
            if not any("Refused" in n or n in REFUSALS for n in map(ast.unparse, node.bases)):
                continue
            for statement in node.body:
                if not isinstance(statement, ast.Assign):
                    continue
                named, value = ast.unparse(statement.targets[0]), statement.value
                if named == "code" and isinstance(value, ast.Constant):
                    yield pytest.param(value.value, id=f"{module}:{node.name}")


def refusals() -> set[str]:
    """The names of Refused and of everything derived from it, found by following bases."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for module in modules()
        for node in module.classes()
    }
    found = {"Refused"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


REFUSALS = refusals()


def codes_of_commands():
    """The codes that the command line says by name."""
    for module in modules():
        if module.name[1:2] != ("cli",):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args else None
                if node.func.attr in SPEAKING and isinstance(first, ast.Constant):
                    yield pytest.param(first.value, id=f"{module}:{node.lineno}")


def test_the_languages_have_the_same_sentences():
    english = SENTENCES["en"].keys()
    for language in LANGUAGES:
        assert SENTENCES[language].keys() == english


@pytest.mark.parametrize("code", sorted(SENTENCES["en"]))
def test_the_languages_leave_the_same_gaps(code):
    gaps = {frozenset(GAP.findall(SENTENCES[language][code])) for language in LANGUAGES}
    assert len(gaps) == 1


@pytest.mark.parametrize("code", sorted(SENTENCES["en"]))
def test_a_number_has_all_the_plural_forms_of_its_language(code):
    for language, forms in (("en", 2), ("ru", 3)):
        for found in PLURALS.findall(SENTENCES[language][code]):
            assert len(found.split("|")) == forms, language


@pytest.mark.parametrize("code", sorted(SENTENCES["ru"]))
def test_a_russian_sentence_is_in_russian(code):
    assert re.search(r"[а-яё]", SENTENCES["ru"][code], re.IGNORECASE)
    assert not re.search(r"[а-яё]", SENTENCES["en"][code], re.IGNORECASE)


@pytest.mark.parametrize("code", [*codes_of_refusals(), *codes_of_commands()])
def test_a_code_has_a_sentence_in_every_language(code):
    for language in LANGUAGES:
        assert code in SENTENCES[language]
        assert sentence(code, {}, language) != code
