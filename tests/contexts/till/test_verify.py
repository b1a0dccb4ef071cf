"""`regulars verify` says that sound books are right, and names whatever was changed in them."""

import json
import re
import threading
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from tampered_books import Books
from tamperings import TAMPERINGS, shift
from tamperings_of_cards import OF_CARDS
from tamperings_of_closes import TAMPERINGS as OF_CLOSES
from tamperings_of_promotions import TAMPERINGS as OF_PROMOTIONS
from tamperings_of_rewards import TAMPERINGS as OF_REWARDS
from till_shop import open_shop

from regulars.cli.main import run
from regulars.contexts.ledger.usecases.sealing import seal_days
from regulars.contexts.till.types import CommitSale, MemberKey
from regulars.contexts.till.usecases.verify import verify_books, verify_steps
from regulars.core.wording.catalogue import SENTENCES
from regulars.kit.database.lead import django_on
from regulars.kit.transactions import in_transaction


@pytest.fixture(scope="module")
def module_books(make_database, drop_database, django_db_blocker):
    access = make_database()
    with django_db_blocker.unblock(), django_on(access), open_shop(access) as shop:
        books = Books(shop)
        books.keep()
        yield books
    drop_database(access)


@pytest.fixture
def books(module_books):
    yield module_books
    module_books.restore()


def verdict(capsys):
    """The exit code of `regulars verify --json` and what it prints."""
    capsys.readouterr()
    code = run(["verify", "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_sound_books_are_right(books, capsys):
    code, said = verdict(capsys)
    assert (code, said["books_are_right"], said["differences"]) == (0, True, [])
    assert (said["accounts"], said["sales"], said["returns"]) == (4, 6, 4)
    assert run(["verify", "--language", "ru"]) == 0
    assert capsys.readouterr().out.startswith("Книги верны: 4 счёта, ")


def test_the_progress_bar_ends_exactly_at_its_total(books):
    steps = []
    assert verify_books(progress=steps.append).books_are_right
    assert sum(steps) == verify_steps()


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_is_named(books, capsys, what):
    tamper, expected = TAMPERINGS[what]
    tamper(books)
    code, said = verdict(capsys)
    assert code == 1
    assert {difference["code"] for difference in said["differences"]} == expected
    assert not said["books_are_right"]
    assert said["difference_count"] == len(said["differences"])
    for difference in said["differences"]:
        assert difference["sentence"] != difference["code"]
        assert "{" not in difference["sentence"]


def test_a_difference_names_its_member_and_the_figures(books, capsys):
    books.edit_state(books.anna, shift(("w", "points", 1)))
    _, said = verdict(capsys)
    (difference,) = said["differences"]
    assert difference["member"] == str(books.anna.id)
    assert difference["stored"] == difference["postings"] + 5
    assert run(["verify"]) == 1
    shown = capsys.readouterr().out
    assert f"{books.anna.id}: points, active: " in shown
    assert "The books are not right: 1 difference in 4 accounts" in shown


def test_of_very_many_differences_the_first_are_listed_and_all_are_counted(
    books, monkeypatch, capsys
):
    monkeypatch.setattr("regulars.contexts.till.usecases.verify.SHOWN_MAX", 3)
    books.do("UPDATE ledger_lot SET remaining = remaining + 1")
    code, said = verdict(capsys)
    assert (code, len(said["differences"])) == (1, 3)
    assert said["difference_count"] > 10


def test_tills_go_on_while_the_books_are_proved(django_on_fresh_database):
    """Not one lock that a sale waits for is held, and what is sold meanwhile disturbs nothing."""
    with open_shop(django_on_fresh_database) as shop:
        members = [shop.enrol(f"m{i}") for i in range(3)]
        for member in members:
            shop.sell(member, 500)
        sold = threading.Event()
        proving = threading.Event()
        verdicts = []

        def hold_up(done):
            proving.set()
            assert sold.wait(30)

        def prove():
            verdicts.append(verify_books(progress=hold_up))

        thread = threading.Thread(target=prove)
        thread.start()
        assert proving.wait(30)
        shop.now += timedelta(days=4)
        for member in members:
            sale = shop.sell(member, 300, points=10)
            shop.give_back(sale.key)
        in_transaction(lambda: seal_days(now=shop.now))
        sold.set()
        thread.join(30)
        (found,) = verdicts
        assert found.books_are_right
        assert (found.sales, found.transactions) == (3, 3)
        assert verify_books().books_are_right


def test_memory_does_not_grow_with_the_books(django_on_fresh_database, monkeypatch):
    monkeypatch.setattr("regulars.contexts.ledger.usecases.verify._ROWS_AT_ONCE", 20)
    peaks = []
    with open_shop(django_on_fresh_database) as shop:
        for count in (20, 400):
            members = [shop.enrol(f"{count}-{i}") for i in range(count)]
            receipts = [(member, shop.receipt(100, 50, 30)) for member in members for _ in range(3)]
            commands = [
                CommitSale(receipt, MemberKey(ref=member), receipt.number.encode())
                for member, receipt in receipts
            ]
            shop.run(shop.desk.run(commands))
            verify_books()  # whatever is kept for good is there now
            tracemalloc.start()
            found = verify_books()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert found.books_are_right
        assert found.sales == 3 * 420
    assert peaks[1] < 1.5 * peaks[0], peaks


def test_every_difference_is_documented():
    page = (Path(__file__).parents[3] / "docs" / "proof.md").read_text()
    told = {"verify.progress", "verify.right", "verify.wrong", "verify.more"}
    codes = {code for code in SENTENCES["en"] if code.startswith("verify.")} - told
    assert set(re.findall(r"^\| `(verify\.\w+)` \|", page, re.MULTILINE)) == codes


def test_every_way_of_falsifying_has_its_difference():
    """All codes but those that only a fault of the program itself could bring about are provoked."""
    tables = (TAMPERINGS, OF_PROMOTIONS, OF_REWARDS, OF_CARDS, OF_CLOSES)
    provoked = {code for table in tables for _, codes in table.values() for code in codes}
    codes = {code for code in SENTENCES["en"] if code.startswith("verify.")}
    told = {"verify.progress", "verify.right", "verify.wrong", "verify.more"}
    assert codes - provoked - told == {"verify.floor", "verify.held", "verify.lot_range",
                                       "verify.transferred"}  # fmt: skip


def test_a_chain_that_is_empty_is_right(django_on_fresh_database):
    found = verify_books()
    assert (found.books_are_right, found.accounts, found.sales) == (True, 0, 0)


def test_debts_below_zero_are_right_where_the_programme_allows_them(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        member = shop.enrol("m")
        sale = shop.sell(member, 1000)
        shop.sell(member, 100, points=90)
        shop.give_back(sale.key)
        assert shop.books(member).balances["points"].active < 0
        assert verify_books().books_are_right
