"""`regulars members`: a file as people have it goes in, every row accounted for, and out again."""

import csv
import json
import stat
from pathlib import Path

import pytest

from regulars.cli import main
from regulars.cli.member_columns import ColumnsUnclear, columns_of
from regulars.cli.session import ExitCode
from regulars.contexts.members.models import IdentifierRow, Member
from regulars.contexts.security.queries import find_only_owner
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.usefixtures("django_on_fresh_database", "quick_hashing")
TEXT = (
    "Номер карты;Телефон;Имя;Фамилия;Дата рождения;Согласие\n"
    "1000 0001;8 (912) 345-67-89;Анна;Королёва;01.04.1990;да\n"
    "\n"
    "10000002;12;Борис;Ким;;\n"
    '10000003;;"Вера\nМария";;31.02.1990;\n'
    "10000004;;Глеб;;;\n"
)


@pytest.fixture
def quick_hashing(settings):
    """The first owner gets a password, whose real hash is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def put(tmp_path):
    """Writes a file of members."""

    def write(text=TEXT, encoding="utf-8", name="people.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


@pytest.fixture
def run(capsys):
    """Runs `regulars members …` and gives its exit code and what it showed."""

    def go(*words):
        code = main.run(["members", *map(str, words), "--json"])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out.strip() else None, shown.err

    return go


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_a_file_is_read_as_it_was_written(encoding, put, run):
    people = "".join(f"1000{n:04};;Анна Мария;Королёва;;\n" for n in range(10, 40))
    code, shown, _ = run("import", put(TEXT + people, encoding))
    assert (code, shown["created"], shown["rejected"]) == (ExitCode.DIFFERENCES, 32, 2)
    out = put("", name="out.csv")
    run("export", out)
    assert out.read_text().count(",Анна Мария,Королёва,") == 30


def test_every_row_is_accounted_for_with_line_and_reason(put, run):
    path = put()
    code, shown, told = run("import", path, "--language", "ru", "--column", "consent.sms=Согласие")
    assert code == ExitCode.DIFFERENCES
    assert (shown["created"], shown["found"], shown["rejected"]) == (2, 0, 2)
    with Path(shown["rejects_file"]).open(encoding="utf-8") as file:
        rejects = list(csv.DictReader(file))
    assert [(row["line"], row["code"]) for row in rejects] == [
        ("4", "identifier.phone_malformed"),
        ("5", "member.date_malformed"),
    ]
    assert rejects[0]["reason"] == "Это не номер телефона."
    assert "Борис" not in str(rejects)
    assert "Номер карты → card" in told
    assert IdentifierRow.objects.filter(value="+79123456789").exists()


def test_the_same_file_again_adds_nobody(put, run):
    path = put()
    run("import", path)
    code, shown, _ = run("import", path)
    assert (code, shown["created"], shown["found"], shown["rejected"]) == (1, 0, 2, 2)
    assert Member.objects.count() == 2


def test_a_clean_file_ends_with_nought_and_leaves_no_rejects(put, run, tmp_path):
    code, shown, _ = run("import", put("phone,first name\n+79123456789,Anna\n"))
    assert (code, shown["created"], shown["rejects_file"]) == (ExitCode.OK, 1, None)
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_what_was_exported_is_closed_to_others_and_can_be_read_back(put, run, tmp_path):
    run("import", put("card,given_name,city\n10000001,=1+1,+7\n10000002,Anna,Perm\n"))
    out = tmp_path / "out.csv"
    code, shown, _ = run("export", out)
    assert (code, shown) == (ExitCode.OK, {"file": str(out), "members": 2})
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert ",'=1+1," in out.read_text()
    code, shown, _ = run("import", out)
    assert (code, shown["found"], shown["rejected"]) == (ExitCode.OK, 2, 0)
    code, _, _ = run("export", tmp_path / "no such folder" / "out.csv")
    assert code != ExitCode.OK
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "people.csv"]


def test_who_acts_must_be_allowed_to(put, run):
    def hire():
        return create_staff(
            email="cashier@example.com",
            name="C",
            role=Role.CASHIER,
            language="en",
            now=utc_now(),
            by=system_actor("tests"),
        )

    in_transaction(hire)
    code, shown, _ = run("import", put(), "--by", "cashier@example.com")
    assert (code, shown["error"]["code"]) == (ExitCode.REFUSED, "access.permission_missing")
    assert not Member.objects.exists()
    assert find_only_owner() is None


def test_columns_are_known_by_what_people_call_them():
    headings = ("Card No.", "E-mail", "ИМЯ", "Моб", "consent.sms", "attribute.pet", "name")
    headings += ("дата  рождения",)
    assert columns_of(headings, ["phone=Моб"]) == {
        "Моб": "phone",
        "Card No.": "card",
        "E-mail": "email",
        "ИМЯ": "given_name",
        "consent.sms": "consent.sms",
        "attribute.pet": "attribute.pet",
        "дата  рождения": "birthday",
    }


@pytest.mark.parametrize(
    "named", [["phone"], ["nothing=a"], ["phone=c"], ["phone=a", "phone=b"], ["phone=a", "card=a"]]
)
def test_a_column_named_wrongly_is_refused(named):
    with pytest.raises(ColumnsUnclear):
        columns_of(("a", "b"), named)
