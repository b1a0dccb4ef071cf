"""`regulars liability`: a programme of two years on a real database, month by month, ties to the ledger."""

import csv
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from till_shop import open_shop

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.calendar import Period, period_start
from regulars.core.refusal import Refused

BEGAN = datetime(2024, 11, 3, 12, tzinfo=UTC)
FIRST, LAST = 2024 * 12 + 10, 2026 * 12 + 9


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, now=BEGAN) as shop:
        yield shop


@pytest.fixture
def run(capsys):
    def go(*words):
        code = main.run(["liability", *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return go


def two_years(shop):
    """Three members buy, pay with points and bring goods back; a receipt a month arrives weeks late."""
    chance, sales = Random(5), []
    members = [shop.enrol(name) for name in ("anna", "boris", "carl")]
    for month in range(24):
        for _ in range(5):
            shop.now += timedelta(days=chance.randint(1, 6))
            try:
                pay = {"points": None} if chance.random() < 0.4 else {}
                sales.append(shop.sell(chance.choice(members), chance.randint(50, 900), **pay).key)
                if chance.random() < 0.2:
                    shop.give_back(sales.pop(chance.randrange(len(sales))))
            except Refused:
                continue
        late = shop.now - timedelta(days=20)
        if month:
            shop.sell(members[0], 300, at=late)
        shop.now = BEGAN + timedelta(days=30.4 * (month + 1))


def name(month):
    return f"{month // 12}-{month % 12 + 1:02}"


def test_every_month_of_two_years_ties_to_the_ledger_and_to_the_next(shop, run):
    two_years(shop)
    shown = []
    for month in range(FIRST, LAST + 1):
        code, out, _ = run("--as-of", name(month), "--triangle", "--json")
        assert code == ExitCode.OK
        shown.append(json.loads(out)["currencies"])
    zone = compiled_at(shop.now).zone
    starts = [period_start(month, Period.MONTH, zone) for month in range(FIRST, LAST + 2)]
    facts = list_period_facts(starts[:-1], starts[-1])
    for told, fact in zip(shown, facts, strict=True):
        for code, one in told.items():
            flow = fact.flows[code]
            assert one["outstanding"] == flow.outstanding
            assert one["points"]["opening"] == flow.opening
            assert one["points"]["granted"] == flow.issued
            assert one["points"]["redeemed"] - one["points"]["revived"] == flow.spent
            assert one["points"]["expired"] == flow.expired
            assert sum(v["liability_minor"] for v in one["vintages"]) == one["liability_minor"]
            ahead = {v["vintage"]: v["redeemed"] for v in one["vintages"]}
            for vintage, row in one["triangle"].items():
                assert row[-1] == ahead.get(vintage, 0)
    for before, after in pairwise(shown):
        for code in before:
            closing = before[code]["roll_forward"]["closing_minor"]
            assert after[code]["roll_forward"]["opening_minor"] == closing
    last = shown[-1]["points"]
    assert last["liability_minor"] > 0
    assert {v["method"] for v in last["vintages"]} & {"ladder", "prior"}


@pytest.mark.parametrize(("form", "point", "comma"), [("csv", ".", ","), ("1c", ",", ";")])
def test_the_journal_turns_one_closing_into_the_next(shop, run, tmp_path, form, point, comma):
    anna = shop.enrol("anna")
    sale = shop.sell(anna, 1000)
    shop.now += timedelta(days=35)
    shop.sell(anna, 400, points=30)
    shop.give_back(sale.key, {"1": 1})
    for month, file in (("2024-11", "nov"), ("2024-12", "dec")):
        path = tmp_path / file
        words = ("--as-of", month, "--journal", str(path), "--journal-format", form, "--json")
        code, out, _ = run(*words)
        assert code == ExitCode.OK
        told = [one["roll_forward"] for one in json.loads(out)["currencies"].values()]
        with path.open(encoding="utf-8-sig", newline="") as opened:
            head, *rows = csv.reader(opened, delimiter=comma)
        assert len(head) == 5
        assert rows
        put_off = 0
        for day, debit, credit, amount, text in rows:
            minor = int(amount.replace(point, ""))
            assert day in ("2024-11-30", "30.11.2024", "2024-12-31", "31.12.2024")
            assert {debit, credit} == {"90.01.1", "98.01"}
            assert minor > 0
            assert "2024-1" in text
            put_off += minor if credit == "98.01" else -minor
        assert put_off == sum(one["closing_minor"] - one["opening_minor"] for one in told)
        before = path.read_bytes()
        assert run(*words)[0] == ExitCode.REFUSED
        assert path.read_bytes() == before


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_person_reads_it_in_both_languages(shop, run, language):
    shop.sell(shop.enrol("anna"), 1000)
    code, out, _ = run(
        "--as-of", "2024-11", "--triangle", "--sensitivity", "--language", language
    )  # fmt: skip
    assert code == ExitCode.OK
    assert "liability." not in out
    assert "2024-11" in out
    assert ("Points outstanding" in out) == (language == "en")


def test_a_journal_that_cannot_be_written_is_refused(shop, run, tmp_path):
    code, out, err = run("--as-of", "2024-11", "--journal", str(tmp_path / "nowhere" / "file"))
    assert (code, out) == (ExitCode.REFUSED, "")
    assert "nowhere" in err


def test_before_any_points_there_is_nothing_to_owe(shop, run):
    assert run("--json")[0] == ExitCode.OK
    code, out, _ = run("--as-of", "2024-11", "--json")
    assert (code, json.loads(out)["currencies"]) == (ExitCode.OK, {})


@pytest.mark.parametrize("month", ["2026-13", "october", "9999-01"])
def test_what_is_no_month_of_the_past_is_refused(shop, run, month):
    code, out, err = run("--as-of", month)
    assert code == ExitCode.REFUSED
    assert not out
    assert err
