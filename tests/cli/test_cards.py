"""`regulars cards`: from a range of numbers to the files for the print shop."""

import csv
import json
import stat

import pytest
from pypdf import PdfReader

from regulars.cli.main import run
from regulars.kit.database.lead import django_on


@pytest.fixture(scope="module")
def installation(make_database, drop_database, django_db_blocker):
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        yield access
    drop_database(access)


@pytest.fixture
def say(installation, capsys, settings):
    settings.SECRET_KEY = "s" * 32

    def say(*words, code=0):
        assert run(["--json", "cards", *words]) == code
        return json.loads(capsys.readouterr().out)

    return say


def test_cards_come_from_numbers_to_pdf_and_table(say, tmp_path, capsys):
    say("range", "plastic", "--prefix", "0412")
    assert say("batch", "plastic", "5") == {"range": "plastic", "batch": 1, "count": 5}
    pdf, table = tmp_path / "cards.pdf", tmp_path / "cards.csv"
    made = say(
        "print", "plastic", "1", str(pdf), "--name", "River Bakery", "--contact", "a.example"
    )
    assert (made["printing"], made["count"]) == (1, 5)
    plain = tmp_path / "plain.pdf"
    say("print", "plastic", "1", str(plain), "--sheets")
    assert "Regulars" in PdfReader(plain).pages[0].extract_text()
    again = say("export", "plastic", "1", str(table))
    assert again["printing"] == 3
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    rows = list(csv.DictReader(table.open()))
    pages = PdfReader(pdf).pages
    assert len(pages) == 10
    for place, row in enumerate(rows):
        assert row["printed"] in pages[2 * place].extract_text()
    (batch,) = say("status", "plastic")
    assert (batch["count"], batch["printings"], batch["waiting"]) == (5, 3, 5)
    assert [one["code"] for one in say("status")] == ["plastic"]
    assert run(["--language", "ru", "cards", "status", "plastic"]) == 0
    assert "печатей" in capsys.readouterr().out


def test_what_cannot_be_printed_is_refused_and_counts_as_no_printing(say, tmp_path):
    say("range", "gold", "--prefix", "0413")
    say("batch", "gold", "1")
    file, text = tmp_path / "cards.pdf", tmp_path / "logo.png"
    text.write_text("<svg onload=alert(1)>")

    def refused(*words):
        return say("print", "gold", *words, code=3)["error"]["code"]

    named = ("--name", "Shop")
    assert refused("1", str(file), *named, "--colour", "red") == "cli.cards_colour_malformed"
    assert refused("1", str(file), *named, "--logo", str(text)) == "cli.cards_logo_unreadable"
    assert refused("2", str(file), *named) == "card_batch.not_found"
    file.write_text("mine")
    assert refused("1", str(file), *named) == "cli.cards_file_there"
    assert file.read_text() == "mine"
    (batch,) = say("status", "gold")
    assert batch["printings"] == 0
