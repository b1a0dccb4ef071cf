"""`regulars coupons` and `regulars promotions`: made, exported, imported, revoked, told."""

import csv
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.rewards.models import Coupon
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

pytestmark = pytest.mark.usefixtures("shop")
DOCUMENT = {
    "format": 1,
    "code": "corner_shop",
    "title": {"en": "Corner shop", "ru": "Лавка на углу"},
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "ru",
    "currencies": {"points": {"title": "Points"}},
    "promotions": [
        {
            "id": "spring",
            "title": {"en": "Spring letter", "ru": "Весеннее письмо"},
            "kind": "percent",
            "params": {"percent": 10},
            "trigger": {"kind": "coupon"},
        },
        {
            "id": "big",
            "title": {"en": "Big basket", "ru": "Большая корзина"},
            "kind": "percent",
            "params": {"percent": 5},
            "when": {"amount": {"min": 1000}},
        },
        {
            "id": "old",
            "title": {"en": "Last year", "ru": "Прошлый год"},
            "kind": "percent",
            "params": {"percent": 50},
            "valid": {"until": "2020-01-01"},
        },
    ],
}


@pytest.fixture
def shop(django_on_fresh_database, settings):
    """A programme in force, two owners, and a member."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    now = utc_now()

    def work():
        for name, role in (("one", Role.OWNER), ("two", Role.MARKETER), ("three", Role.AUDITOR)):
            create_staff(
                email=f"{name}@example.org",
                name=name,
                role=role,
                language="en",
                password="a-long-passphrase-of-tests",
                now=now,
                by=system_actor("tests"),
            )
        one, two = (find_staff_actor(f"{name}@example.org") for name in ("one", "two"))
        number = draft_version(DOCUMENT, now=now, by=two).number
        approve_version(number, now=now, by=one)
        since = now - timedelta(days=30)
        publish_version(number, since, backdated=True, has_sales=False, now=now, by=one)
        identifier = Identifier(IdentifierKind.EXTERNAL, "client-1")
        enrol_member(Enrolment((identifier,)), now=now, by=one)

    in_transaction(work)


@pytest.fixture
def run(capsys):
    """Runs `regulars …` and gives its exit code and what it showed as JSON."""

    def go(*words):
        code = main.run([*map(str, words), "--json"])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out.strip() else None, shown.err

    return go


def make(run, batch="spring", count=3, *more):
    return run(
        *("coupons", "generate", batch, count),
        *("--promotion", "spring", "--pattern", "S-????-????", *more),
    )


def test_a_batch_is_made_with_its_codes(run):
    code, shown, _ = make(run, "spring", 3, "--title", "Letter", "--valid-days", "7")
    assert (code, shown["made"], shown["terms"]["title"]) == (0, 3, "Letter")
    code, shown, _ = run("coupons", "generate", "spring", 2)
    assert (code, shown["made"]) == (0, 5)
    code, shown, _ = run("coupons", "batches")
    assert [(batch["code"], batch["made"]) for batch in shown] == [("spring", 5)]


def test_batches_are_shown_for_people_in_both_languages(run, capsys):
    make(run)
    for language, word in (("en", "open"), ("ru", "действует")):
        assert main.run(["coupons", "batches", "--language", language]) == 0
        told = capsys.readouterr().out
        assert word in told
        assert "S-????-????" in told


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("generate", "nothing", "5"), "coupon.batch_not_found"),
        (
            ("generate", "x", "5", "--promotion", "big", "--pattern", "S-????-????"),
            "coupon.promotion_unknown",
        ),
        (("generate", "x", "5", "--promotion", "spring"), "coupon.batch_has_no_pattern"),
        (
            ("generate", "x", "5", "--promotion", "spring", "--pattern", "S-???"),
            "coupon.pattern_guessable",
        ),
        (
            ("generate", "x", "5", "--promotion", "spring", "--pattern", "S"),
            "coupon.pattern_invalid",
        ),
        (("show", "S-0000"), "coupon.not_found"),
        (("revoke", "S-0000"), "coupon.not_found"),
        (("revoke", "--batch", "nothing"), "coupon.batch_not_found"),
        (("export", "nothing", "-"), "coupon.batch_not_found"),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing(run, words, refused):
    code, shown, _ = run("coupons", *words)
    assert (code, shown["error"]["code"]) == (ExitCode.REFUSED, refused)
    assert run("coupons", "batches")[1] == []


def test_an_export_is_closed_to_others_and_reads_back(run, tmp_path):
    make(run, "spring", 50)
    file = tmp_path / "codes.csv"
    code, shown, _ = run("coupons", "export", "spring", file)
    assert (code, shown["coupons"]) == (0, 50)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open() as rows:
        assert len({row["code"] for row in csv.DictReader(rows)}) == 50
    code, shown, _ = run("coupons", "import", "spring", file)
    assert (code, shown["added"], shown["found"]) == (0, 0, 50)


def test_an_export_that_fails_leaves_no_file(run, tmp_path):
    file = tmp_path / "codes.csv"
    assert run("coupons", "export", "nothing", file)[0] == ExitCode.REFUSED
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_a_partner_comes_in_once_with_its_bad_rows_named(run, tmp_path):
    file = tmp_path / "partner.csv"
    file.write_bytes(
        "Промокод;Действует до;Код клиента\n"
        "KINO-0001;31.12.2099;\n"
        "KINO-0002;;client-1\n"
        ";;\n"
        "x;;\n"
        "KINO-0003;31.02.2026;\n"
        "KINO-0004;;nobody\n".encode("cp1251")
    )
    words = ("coupons", "import", "kino", file, "--promotion", "spring", "--bound")
    code, shown, _ = run(*words)
    assert (code, shown["added"], shown["found"], shown["rejected"]) == (1, 2, 0, 3)
    with Path(shown["rejects_file"]).open() as rejects:
        told = [(row["line"], row["code"]) for row in csv.DictReader(rejects)]
    assert told == [
        ("5", "coupon.code_malformed"),
        ("6", "coupon.row_invalid"),
        ("7", "coupon.owner_unknown"),
    ]
    before = list(Coupon.objects.order_by("code").values())
    code, shown, _ = run(*words)
    assert (code, shown["added"], shown["found"], shown["rejected"]) == (1, 0, 2, 3)
    assert list(Coupon.objects.order_by("code").values()) == before


def test_a_file_without_codes_is_refused(run, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name,phone\nAnna,1\n")
    code, shown, _ = run("coupons", "import", "kino", file)
    assert (code, shown["error"]["code"]) == (ExitCode.REFUSED, "cli.coupons_no_code_column")
    code, shown, _ = run(
        "coupons", "import", "kino", file, "--column", "code=name", "--promotion", "spring"
    )
    assert (code, shown["added"]) == (0, 1)


def test_a_coupon_is_shown_and_revoked(run, capsys):
    make(run, "spring", 1)
    code = Coupon.objects.get().code
    _, shown, _ = run("coupons", "show", code.lower())
    assert (shown["coupon"]["status"], shown["moments"]) == ("ready", [])
    assert run("coupons", "revoke", code)[1]["coupon"]["status"] == "revoked"
    assert main.run(["coupons", "show", code, "--language", "ru"]) == 0
    assert "отозван" in capsys.readouterr().out


def test_a_member_is_given_a_coupon(run):
    make(run, "spring", 1, "--bound")
    code, shown, _ = run("coupons", "issue", "spring", "client-1")
    assert (code, shown["batch"]) == (0, "spring")
    told = run("coupons", "show", shown["code"])[1]
    assert (told["coupon"]["status"], told["coupon"]["owner"]) == ("ready", shown["member"])
    code, shown, _ = run("coupons", "issue", "spring", "nobody")
    assert (code, shown["error"]["code"]) == (ExitCode.REFUSED, "member.not_found")
    assert Coupon.objects.count() == 1


def test_a_batch_is_revoked(run):
    make(run)
    assert run("coupons", "revoke", "--batch", "spring")[1]["status"] == "revoked"
    code = Coupon.objects.first().code
    assert run("coupons", "show", code)[1]["coupon"]["status"] == "batch_revoked"


def test_revoking_needs_one_thing_to_revoke(run):
    assert run("coupons", "revoke")[0] == ExitCode.USAGE
    assert run("coupons", "revoke", "X", "--batch", "y")[0] == ExitCode.USAGE


def test_who_may_only_look_makes_no_coupons(run):
    words = ("--promotion", "spring", "--pattern", "S-????-????", "--by", "three@example.org")
    code, shown, _ = run("coupons", "generate", "spring", "3", *words)
    assert (code, shown["error"]["code"]) == (ExitCode.REFUSED, "access.permission_missing")
    assert not Coupon.objects.exists()


@pytest.fixture
def receipt(tmp_path):
    """Writes a receipt with some milk on it."""

    def write(amount=50_000, **more):
        file = tmp_path / "receipt.json"
        line = {"sku": "milk", "quantity": 1, "price_minor": amount}
        file.write_text(json.dumps({"lines": [line], **more}))
        return file

    return write


def test_a_receipt_is_told_why_each_promotion_did_what_it_did(run, receipt):
    make(run, "spring", 1)
    code = Coupon.objects.get().code
    status, shown, _ = run("promotions", "explain", receipt(codes=[code, "WRONG-1"]))
    assert status == 0, shown
    told = {one["promotion"]: one for one in shown["promotions"]}
    assert told.keys() == {"spring", "big", "old"}
    assert [told[name]["applied"] for name in ("spring", "big", "old")] == [True, False, False]
    assert told["spring"]["amount_minor"] == shown["discount_minor"] == 5000
    assert [answer["accepted"] for answer in shown["codes"]] == [True, False]
    assert shown["codes"][1]["code"] == "WRONG-1"
    assert Coupon.objects.get().uses == 0


def test_a_receipt_is_told_in_both_languages_what_it_nearly_got(run, receipt, capsys):
    for language, word in (("en", "Big basket"), ("ru", "Большая корзина")):
        words = ["promotions", "explain", str(receipt(amount=90_000)), "--language", language]
        assert main.run(words) == 0
        told = capsys.readouterr().out
        assert "→" in told
        assert word in told


def test_a_receipt_may_be_somebodys(run, receipt):
    assert run("promotions", "explain", receipt(), "--member", "client-1")[0] == 0
    assert run("promotions", "explain", receipt(member={"external": "client-1"}))[0] == 0
    code, shown, _ = run("promotions", "explain", receipt(), "--member", "nobody")
    assert (code, shown["error"]["code"]) == (ExitCode.REFUSED, "member.not_found")


def test_what_is_no_receipt_is_refused(run, receipt):
    code, shown, _ = run("promotions", "explain", receipt(unknown=1))
    told = (ExitCode.REFUSED, "cli.promotions_receipt_unreadable", "/unknown")
    assert (code, shown["error"]["code"], shown["error"]["pointer"]) == told


def test_promotions_are_listed(run, capsys):
    code, shown, _ = run("promotions", "list")
    assert (code, [one["id"] for one in shown]) == (0, ["spring", "big", "old"])
    assert main.run(["promotions", "list", "--language", "ru"]) == 0
    assert "Весеннее письмо" in capsys.readouterr().out
