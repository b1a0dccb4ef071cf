"""The commands on an installation: warehouse, own books, scores written back."""

import json
from datetime import timedelta

import psycopg
import pytest
from click.testing import CliRunner
from till_shop import NOW, open_shop

from regulars.cli.main import regulars
from regulars.cli.session import Session
from regulars.core.refusal import Refused


@pytest.fixture
def shop(django_on_fresh_database, tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    with open_shop(django_on_fresh_database) as shop:
        people = [shop.enrol(f"member{n}") for n in range(4)]
        for day in range(6):
            shop.now = NOW + timedelta(days=20 * day)
            for place, member in enumerate(people):
                if day % (place + 1) == 0:
                    shop.sell(member, 100 + 10 * day)
        yield shop


def told(*arguments):
    outcome = CliRunner().invoke(
        regulars, [*arguments, "--json"], obj=Session(), standalone_mode=False
    )
    if outcome.exception is not None:
        raise outcome.exception
    return json.loads(outcome.stdout)


def test_own_books_are_exported_proved_analysed_and_written_back(shop, tmp_path):
    assert told("warehouse", "export")["rows"] > 0
    assert told("warehouse", "verify")["agrees"]
    found = told("analyse", "--own", "--write-back", "--out", str(tmp_path / "report"))
    assert found["total"]["parts"]["members"] == 4
    assert found["total"]["parts"]["issued_minor"] > 0
    assert set(found["sides"]) <= {"store", "channel", "tier", "segment", "cohort"}
    assert (tmp_path / "report" / "report.html").exists()
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        rows = connection.execute("SELECT attributes ->> 'rfm_segment' FROM members_member")
        assert all(segment for (segment,) in rows)
        (audited,) = connection.execute(
            "SELECT count(*) FROM security_audit_row WHERE action = 'member.write_scores'"
        ).fetchone()
        assert audited == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "analysis.either"),
        (("file.csv", "--own"), "analysis.either"),
        (("file.csv", "--write-back"), "analysis.write_back_own"),
        (("file.csv", "--margin", "35%"), "analysis.margin_wrong"),
        (("file.csv", "--margin", "0"), "analysis.margin_wrong"),
        (("file.csv", "--borders", "1,2,3"), "analysis.borders_wrong"),
        (("file.csv", "--borders", "1,2,3,4/4,3,2,1/1,2,3,4"), "analysis.borders_wrong"),
        (("nowhere.csv",), "import.file_unreadable"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as refusal:
        told("analyse", *arguments)
    assert refusal.value.code == code
    assert not list(tmp_path.iterdir())


def test_a_file_without_a_receipt_is_refused(tmp_path):
    file = tmp_path / "receipts.csv"
    file.write_text("number;date;quantity;amount\n1;2026-01-01;0;5\n2;2026-01-02;0;5\n")
    with pytest.raises(Refused) as refusal:
        told("analyse", str(file))
    assert refusal.value.code == "analysis.nothing"


def test_a_tiny_file_says_what_it_does_not_suffice_for(tmp_path):
    file = tmp_path / "receipts.csv"
    file.write_text(
        "number;date;quantity;amount;customer\n1;2026-01-01;1;5;a\n2;2026-02-02;1;7;b\n"
    )
    found = told("analyse", str(file), "--out", str(tmp_path / "out"))
    assert set(found["gaps"]) == {"basket", "clv", "churn"}
    assert found["total"]["parts"]["paid_minor"] == 1200
    assert (tmp_path / "out" / "report.html").read_text().startswith("<!doctype html>")
