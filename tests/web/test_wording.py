"""Every code that a till, the ledger or the API may tell has its sentence, in both languages."""

import ast
import re

import pytest

from architecture.source import modules
from regulars.core.reasons import Reason
from regulars.core.wording.catalogue import LANGUAGES, SENTENCES
from regulars.core.wording.telling import Units, figure, money_text, tell

TELLING = (
    ("regulars", "core", "till"),
    ("regulars", "core", "ledger"),
    ("regulars", "contexts", "till"),
    ("regulars", "contexts", "ledger"),
    ("regulars", "web", "api"),
)
CODE = re.compile(r"[a-z]+(\.[a-z_]+)+")
AREAS = frozenset(code.partition(".")[0] for code in SENTENCES["en"])
# Said by nobody: names of jobs, of audited actions, of log channels, of permissions.
SILENT = {"record_audit", "job", "defer", "getLogger", "Permission", "_audit"}
UNITS = Units("RUB", 2, {"points": 0, "cash": 2})


def codes():
    """String constants that look like codes, with where they stand."""
    for module in modules():
        if module.name[:3] not in TELLING:
            continue
        silent = {
            id(part)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SILENT
            for argument in node.args[:1]
            for part in ast.walk(argument)
        }
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Constant) or id(node) in silent:
                continue
            text = node.value
            if isinstance(text, str) and CODE.fullmatch(text) and text.partition(".")[0] in AREAS:
                yield f"{module}:{node.lineno}", text


def kinds_of_transactions():
    """The kinds that transactions are recorded under."""
    for module in modules():
        if module.name[:3] not in TELLING[:4]:
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func).rpartition(".")[2]
            place = {"record_transaction": 0, "_record": 1}.get(name)
            if place is not None and isinstance(node.args[place], ast.Constant):
                yield node.args[place].value
    yield from ("release", "activate", "expire")


def test_every_code_has_a_sentence():
    found = dict(codes())
    assert len(found) > 80
    missing = {f"{where} {code}" for where, code in found.items() if code not in SENTENCES["en"]}
    assert not missing, "\n" + "\n".join(sorted(missing))


def test_every_kind_of_movement_has_a_title():
    kinds = set(kinds_of_transactions())
    assert {"sale", "return", "adjust", "merge"} <= kinds
    for language in LANGUAGES:
        assert {f"movement.{kind}" for kind in kinds} <= SENTENCES[language].keys()


@pytest.mark.parametrize(
    ("minor", "scale", "english", "russian"),
    [
        (0, 2, "0.00", "0,00"),
        (5, 2, "0.05", "0,05"),
        (-123456789, 2, "-1,234,567.89", "-1\u00a0234\u00a0567,89"),
        (1234, 0, "1,234", "1\u00a0234"),
    ],
)
def test_amounts_are_written_as_people_write_them(minor, scale, english, russian):
    assert figure(minor, scale, "en") == english
    assert figure(minor, scale, "ru") == russian


def test_a_reason_is_told_in_figures_of_its_currency():
    paid = Reason.of("payment.points", amount=1050, money_minor=1050)
    told = tell(paid.code, dict(paid.params), UNITS, "en", currency="cash")
    assert told == "Paid with 10.50 points: 10.50\u00a0RUB."
    told = tell(paid.code, dict(paid.params), UNITS, "ru", currency="points")
    assert told == "Оплачено баллами: 1050, это 10,50\u00a0RUB."
    items = Reason.of("payment.items", items=2, amount=20)
    assert tell(items.code, dict(items.params), UNITS, "ru") == (
        "Бесплатно за штампы (20): 2 товара."
    )


def test_amounts_without_a_programme_stay_minor_units():
    assert money_text(1050, None, "en") == "1050"
    assert "1050" in tell("spend.receipt_too_small", {"least_minor": 1050}, None, "en")
