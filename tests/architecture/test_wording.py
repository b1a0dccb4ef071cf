"""Every sentence exists in both languages with the same gaps; every code has a sentence."""

import ast
import re

from architecture.source import assert_none, modules
from regulars.core.wording.catalogue import LANGUAGES, SENTENCES

GAP = re.compile(r"\{(\w+)[^{}]*\}")
PLURALS = re.compile(r"\{\w+\|([^{}]*)\}")
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN = re.compile(r"[a-z]", re.IGNORECASE)
SPEAKING = {"say", "tell", "progress"}


def refusals():
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


def codes_of_refusals():
    """The code that each kind of refusal states, with where it stands."""
    known = refusals()
    for module in modules():
        for node in module.classes():
            for statement in node.body if node.name in known else ():
                if not isinstance(statement, ast.Assign):
                    continue
                named, value = ast.unparse(statement.targets[0]), statement.value
                if named == "code" and isinstance(value, ast.Constant):
                    yield f"{module}:{node.name}", value.value


def codes_of_commands():
    """The codes that the command line says by name, with where they stand."""
    for module in modules():
        for node in ast.walk(module.tree) if module.name[1:2] == ("cli",) else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args else None
                if node.func.attr in SPEAKING and isinstance(first, ast.Constant):
                    yield f"{module}:{node.lineno}", first.value


def test_the_languages_have_the_same_sentences():
    for language in LANGUAGES:
        assert SENTENCES[language].keys() == SENTENCES["en"].keys()


def test_the_languages_leave_the_same_gaps():
    def gaps(code):
        return {frozenset(GAP.findall(SENTENCES[language][code])) for language in LANGUAGES}

    assert_none(code for code in SENTENCES["en"] if len(gaps(code)) != 1)


def test_a_number_has_all_the_plural_forms_of_its_language():
    assert_none(
        f"{code} ({language})"
        for language, forms in (("en", 2), ("ru", 3))
        for code, template in SENTENCES[language].items()
        for found in PLURALS.findall(template)
        if len(found.split("|")) != forms
    )


def test_a_sentence_is_in_its_language():
    assert_none(code for code, template in SENTENCES["en"].items() if CYRILLIC.search(template))
    bare = {code: GAP.sub("", template) for code, template in SENTENCES["ru"].items()}
    assert_none(
        code for code, text in bare.items() if LATIN.search(text) and not CYRILLIC.search(text)
    )


def test_every_code_has_a_sentence():
    said = [*codes_of_refusals(), *codes_of_commands()]
    assert len(said) > 20
    assert_none(f"{where} {code}" for where, code in said if code not in SENTENCES["en"])
