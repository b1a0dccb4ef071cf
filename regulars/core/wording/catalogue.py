"""Sentences for codes, in every language of the product; the languages are complete or a test fails."""

import re
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

import regulars.core.wording as wording

LANGUAGES = ("en", "ru")
_PLURAL = re.compile(r"\{(\w+)\|([^{}]*)\}")


def _load() -> dict[str, dict[str, str]]:
    """Merge every `<area>_<language>.py` beside this file; a code belongs to one area."""
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for module in sorted(iter_modules(wording.__path__), key=lambda m: m.name):
        language = module.name.rpartition("_")[2]
        if language not in found:
            continue
        sentences = import_module(f"regulars.core.wording.{module.name}").SENTENCES
        twice = found[language].keys() & sentences.keys()
        if twice:
            raise ValueError(f"{module.name} words again: {sorted(twice)}")
        found[language].update(sentences)
    return found


SENTENCES = _load()


def sentence(code: str, params: Mapping[str, object], language: str) -> str:
    """The sentence for `code` in `language` (English where the language is unknown).

    `{name}` is replaced by the parameter, `{name|one|few|many}` by the number with its plural form.
    An unknown code is answered with the code itself: a missing sentence must not break a sale.
    """
    template = SENTENCES.get(language, SENTENCES["en"]).get(code, code)
    template = _PLURAL.sub(lambda match: _plural(match, params, language), template)
    try:
        return template.format_map({key: _shown(value) for key, value in params.items()})
    except (KeyError, IndexError, ValueError):
        return template


def plural_form(number: int, language: str) -> int:
    """Which plural form (0, 1, 2) `number` takes, by the rules of CLDR for whole numbers."""
    number = abs(number)
    if language != "ru":
        return 0 if number == 1 else 1
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2


def _plural(match: re.Match[str], params: Mapping[str, object], language: str) -> str:
    value = params.get(match[1])
    forms = match[2].split("|")
    # A fraction or ready text takes the genitive in Russian, the plural in English.
    form = plural_form(value, language) if isinstance(value, int) else 1
    shown = str(_shown(value)).replace("{", "{{").replace("}", "}}")
    return f"{shown} {forms[min(form, len(forms) - 1)]}"


def _shown(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
