"""`regulars gift-cards`: a file for the print shop once, balances, lost cards."""

import csv
import json
import stat

import pytest
from card_shop import CARDS, CardShop, PrintedCard
from till_shop import open_shop

from regulars.cli.main import run
from regulars.kit.clock import utc_now
from regulars.kit.database.lead import django_on


@pytest.fixture(scope="module")
def shop(make_database, drop_database, django_db_blocker):
    access = make_database()
    with (
        django_db_blocker.unblock(),
        django_on(access),
        open_shop(access, CARDS, utc_now()) as shop,
    ):
        yield shop
    drop_database(access)


@pytest.fixture
def say(capsys):
    def say(*words, code=0):
        assert run(["--json", "gift-cards", *words]) == code
        return json.loads(capsys.readouterr().out)

    return say


def test_a_batch_is_written_once_and_its_cards_work(shop, say, tmp_path, settings, capsys):
    settings.SECRET_KEY = "s" * 32
    file = tmp_path / "cards.csv"
    assert say("make", "cli-1", "3", str(file)) == {"batch": "cli-1", "count": 3, "file": str(file)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(file.open()))
    assert len({row["number"] for row in rows}) == 3
    assert all(len(row["pin"]) == 4 for row in rows)
    assert (
        say("make", "cli-2", "1", str(file), code=3)["error"]["code"] == "cli.gift_cards_file_there"
    )
    again = say("make", "cli-1", "1", str(tmp_path / "other.csv"), code=3)
    assert again["error"]["code"] == "gift_card.batch_invalid"
    assert not (tmp_path / "other.csv").exists()
    assert "cli-1" in [each["code"] for each in say("batches")]

    cards = CardShop(shop, batch="cli-3", count=1)
    gift, new = (PrintedCard(row["number"], row["pin"]) for row in rows[:2])
    cards.load(gift, 500)
    shown = say("show", gift.number)
    assert (shown["status"], shown["balance_minor"]) == ("active", 50_000)
    assert gift.number not in json.dumps(shown)
    assert say("block", gift.number, "--reason", "Lost")["status"] == "blocked"
    assert say("unblock", gift.number, "--reason", "Found")["status"] == "active"
    adjusted = say("adjust", "--reason", "Typo", "--", gift.number, "-100")
    assert adjusted["balance_minor"] == 49_900
    moved = say("replace", gift.number, new.number, "--reason", "Torn")
    assert (moved["status"], moved["balance_minor"]) == ("active", 49_900)
    listed = say("list", "cli-1")
    assert sorted(line["status"] for line in listed) == ["active", "new", "replaced"]
    assert run(["--language", "ru", "gift-cards", "show", new.number]) == 0
    said = capsys.readouterr().out
    assert "действует" in said
    assert "499,00" in said
    assert run(["gift-cards", "list", "cli-1"]) == 0
    assert "not sold yet" in capsys.readouterr().out


def test_an_unknown_number_is_refused(shop, say):
    assert say("show", "9900000000000000001", code=3)["error"]["code"] == "gift_card.not_found"
