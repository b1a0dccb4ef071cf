"""`regulars close`: closing, showing, comparing, opening again by two people, and the papers to be filed."""

import csv
import json
import re
from datetime import timedelta

import openpyxl
import pytest
from card_shop import CardShop
from closing_shop import BEGAN, DOCUMENT, hire
from till_shop import open_shop

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.contexts.economics.usecases import closes
from regulars.contexts.security.types import Role


@pytest.fixture
def shop(django_on_fresh_database, settings, monkeypatch):
    settings.SECRET_KEY = "s" * 32
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(closes, "SETTLED", timedelta())
    with open_shop(django_on_fresh_database, DOCUMENT, now=BEGAN) as shop:
        hire(shop, 1, Role.OWNER)
        hire(shop, 2)
        anna = shop.enrol("anna")
        cards = CardShop(shop)
        cards.load(cards.cards[0], 500)
        shop.sell(anna, 400)
        shop.now += timedelta(days=20)
        shop.sell(anna, 300, points=10)
        shop.now += timedelta(days=20)
        shop.sell(anna, 100)
        yield shop


@pytest.fixture
def run(capsys):
    def go(*words, json_too=True):
        code = main.run(["close", *words, *["--json"] * json_too])
        shown = capsys.readouterr()
        told = json.loads(shown.out) if json_too and shown.out else shown.out
        return code, told, shown.err

    return go


def test_a_month_is_closed_once_shown_listed_and_compared(shop, run):
    code, told, _ = run("2024-11")
    assert (code, told["is_new"], told["closed"]["number"]) == (ExitCode.OK, True, 1)
    assert told["paid_in"]["gift_card"]["closing_minor"] == 50_000
    code, again, _ = run("2024-11")
    assert (code, again["is_new"]) == (ExitCode.OK, False)
    assert run("2024-11", "--show")[1] == again
    assert run("2024-11", "--redeemed-share", "0.5")[0] == ExitCode.REFUSED
    code, next_one, _ = run("2024-12", "--redeemed-share", "0.5")
    assert next_one["assumed"]["redeemed_share"] == 0.5
    opening = next_one["currencies"]["points"]["roll_forward"]["opening_minor"]
    assert opening == told["currencies"]["points"]["roll_forward"]["closing_minor"]
    listed = run("--list")[1]["closes"]
    assert [(one["month"], one["in_force"]) for one in listed] == [
        ("2024-12", True), ("2024-11", True),
    ]  # fmt: skip
    compared = run("2024-11", "--compare")[1]["currencies"]
    assert all(one["is_same"] for one in compared.values())


def test_liability_shows_a_closed_month_as_it_was_frozen(shop, run, capsys):
    closed = run("2024-11")[1]
    main.run(["liability", "--as-of", "2024-11", "--redeemed-share", "0.1", "--json"])
    shown = json.loads(capsys.readouterr().out)
    for key in ("closed", "assumed", "paid_in", "late"):
        assert shown[key] == closed[key]
    for code, one in shown["currencies"].items():
        kept = closed["currencies"][code] | {"triangle": {}, "sensitivity": {}}
        assert one == kept
    main.run(["liability", "--as-of", "2024-12", "--json"])
    assert json.loads(capsys.readouterr().out)["closed"] is None


def test_a_month_is_opened_by_a_second_person_only(shop, run):
    run("2024-11")
    one, other = ("--by", "person1@example.com"), ("--by", "person2@example.com")
    assert run("2024-11", "--approve", *other)[0] == ExitCode.REFUSED  # nobody has asked
    assert run("2024-11", "--reopen", *one)[0] == ExitCode.REFUSED  # no reason
    assert run("2024-11", "--reopen", "--reason", "Late invoices", *one)[0] == ExitCode.OK
    assert run("2024-11", "--approve", *one)[0] == ExitCode.REFUSED
    assert run("2024-11", "--reject", "--reason", "No", *other)[1]["reopened"] is False
    assert run("2024-11", "--reopen", "--reason", "Late invoices", *one)[0] == ExitCode.OK
    assert run("2024-11", "--approve", *other)[1] == {"month": "2024-11", "reopened": True}
    assert run("2024-11", "--show")[0] == ExitCode.REFUSED
    code, again, _ = run("2024-11")
    assert (code, again["is_new"], again["closed"]["number"]) == (ExitCode.OK, True, 3)


@pytest.mark.parametrize(
    "words",
    [
        (), ("2024-13",), ("nowhere",), ("2099-01",), ("2024-09",), ("2025-01", "--show"),
        ("2024-11", "--show", "--compare"), ("2024-11", "--list", "--reopen"),
        ("2024-11", "--reopen", "--reason", "x"), ("2024-11", "--by", "nobody@example.com"),
        ("0001-01",),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_a_sentence(shop, run, words):
    code, told, err = run(*words, json_too=False)
    assert (code, told) == (ExitCode.REFUSED, "")
    assert err
    assert "close." not in err.replace("«regulars close", "")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_papers_of_a_close_say_the_same_in_every_form(shop, run, tmp_path, language):
    run("2024-11")
    folder, journal = tmp_path / "papers", tmp_path / "journal.csv"
    words = ("2024-12", "--out", str(folder), "--journal", str(journal), "--language", language)
    code, told, _ = run(*words)
    assert code == ExitCode.OK
    assert sorted(told["files"]) == sorted(map(str, folder.iterdir()))
    page = (folder / "liability-2024-12.html").read_text()
    assert f'lang="{language}"' in page
    assert told["closed"]["hash"] in page
    assert not re.search(r"liability_page\.|liability\.[a-z]|<script", page)
    assert not re.search(r"""(?:src|href)=["'](?!#|data:image/png)""", page)  # it loads nothing
    kept = json.loads((folder / "liability-2024-12.json").read_text())
    assert kept["currencies"] == told["currencies"]
    money = told["currencies"]["points"]["roll_forward"]
    with (folder / "liability-2024-12-roll_forward_points.csv").open(encoding="utf-8-sig") as file:
        *_, total = csv.reader(file)
    assert [round(float(cell) * 100) for cell in total[-5:]] == list(money.values())
    book = openpyxl.load_workbook(folder / "liability-2024-12.xlsx")
    (sheet,) = [one for one in book if one.title.startswith("Points") and one.max_column == 14]
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert [round(value * 100) for value in last[-5:]] == list(money.values())
    for picture in folder.glob("*.png"):
        assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(list(folder.glob("*.png"))) >= 3
    with journal.open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == told["journal"]["entries"] + 1
    assert run("2024-12", "--journal", str(journal))[0] == ExitCode.REFUSED
    (tmp_path / "file").write_text("")
    assert run("2024-12", "--out", str(tmp_path / "file" / "under"))[0] == ExitCode.REFUSED


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_person_reads_it_in_both_languages(shop, run, language):
    spoken = ("--language", language)
    for words in (("2024-11",), ("2024-11", "--compare"), ("--list",), ("2024-11", "--show")):
        code, out, _ = run(*words, *spoken, json_too=False)
        assert code == ExitCode.OK
        assert out
        assert not re.search(r"\b(close|liability)\.[a-z]", out)
        assert bool(re.search("[а-яё]", out)) == (language == "ru")
