"""The reference of problem codes is what the code can answer, and says how each is answered."""

import os
import re
from importlib import import_module
from pkgutil import walk_packages

import regulars
from architecture.source import ROOT
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import SENTENCES
from regulars.web.api.problems import STATUS_OF_CODE, status_of

PAGE = ROOT / "docs" / "reference" / "errors.md"
HEAD = """\
<!-- Written by tests/web/test_errors_page.py from the code (REGULARS_WRITE_SNAPSHOT=1). Do not edit. -->
# Codes of problems

What the HTTP API answers with, in English; `Accept-Language: ru` gets the same in Russian.

| code | status | detail |
|---|---|---|
"""
# Refusals of commands and of the installation, which no request meets.
ELSEWHERE = ("cli.", "up.", "backup.", "restore.", "import.", "demo.", "verify.", "columns.")
BY_REQUESTS = tuple(
    f"regulars.{name}." for name in ("core", "kit", "contexts", "studies", "web.api")
)
# Codes that a class of refusals chooses among when it is raised.
CHOSEN = re.compile(
    r"(identifier|consent|request)\.\w+|member\.(birthday|tag|attribute|text|date|reason|enrolled_in)\w*"
)
LOCKED = ("member.birthday_changed_lately", "member.birthday_too_near")
PLURAL = re.compile(r"\{(\w+)\|[^{}]*?([^|{}]*)\}")


def all_classes(base):
    for found in base.__subclasses__():
        yield found
        yield from all_classes(found)


def statuses():
    for module in walk_packages(regulars.__path__, "regulars."):
        if module.name.startswith(BY_REQUESTS) and "migrations" not in module.name:
            import_module(module.name)
    found = {}
    for refused in all_classes(Refused):
        if refused.__module__.startswith(BY_REQUESTS):
            found[refused.code] = status_of(refused.__new__(refused))
    for code in SENTENCES["en"]:
        if CHOSEN.fullmatch(code):
            found.setdefault(code, 409 if code in LOCKED else STATUS_OF_CODE.get(code, 422))
    return {
        code: status
        for code, status in found.items()
        if not code.startswith(ELSEWHERE) and not code.startswith("database.")
    }


def page():
    rows = []
    for code, status in sorted(statuses().items()):
        sentence = PLURAL.sub(r"{\1} \2", SENTENCES["en"][code])
        rows.append(f"| `{code}` | {status} | {sentence} |\n")
    return HEAD + "".join(rows)


def test_the_reference_of_codes_is_current():
    if os.environ.get("REGULARS_WRITE_SNAPSHOT") == "1":
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_every_status_is_explained_on_the_page_of_the_api():
    text = (ROOT / "docs" / "api.md").read_text()
    explained = set(re.findall(r"\b[45]\d\d\b", text.partition("| status | means")[2]))
    assert {str(status) for status in statuses().values()} - {"405"} <= explained
