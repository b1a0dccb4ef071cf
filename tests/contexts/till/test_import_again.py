"""An import that was interrupted anywhere and started again ends with the same books to the point."""

import random
import threading

import pytest
from past_shop import books_of, bring, outcome
from receipt_files import write_csv
from till_shop import open_shop

from regulars.contexts.till.usecases import imports
from regulars.contexts.till.usecases.import_turn import ImportRunning, take_import_turn
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.database.lead import django_on


class Interrupted(Exception):
    """What a power cut is to a test."""


def history(seed: int = 5) -> list[str]:
    """Three weeks of a few customers who buy much and bring much of it back."""
    chance = random.Random(seed)
    lines = []
    for n in range(60):
        day, customer = 1 + n // 3, chance.choice(["anna", "boris", "carl", ""])
        for sku in chance.sample(["milk", "tea", "jam"], chance.randint(1, 2)):
            pieces, price = chance.randint(1, 6), chance.choice([100, 100, 90])
            lines.append(f"{n};2026-03-{day:02d} 10:{n % 60:02d};{sku};{pieces};{price};{customer}")
        if n % 4 == 3:
            sku, pieces = chance.choice(["milk", "tea", "jam"]), chance.randint(1, 15)
            lines.append(f"C{n};2026-03-{day:02d} 18:00;{sku};-{pieces};90;{customer}")
    chance.shuffle(lines)
    return lines


@pytest.fixture
def small_batches(monkeypatch):
    """A few receipts at a time, so that there is much to interrupt."""
    monkeypatch.setattr(imports, "BATCH_MAX", 4)
    monkeypatch.setattr(imports, "AHEAD_MAX", 8)


@pytest.fixture
def shops(make_database, drop_database, django_db_blocker):
    """Opens shops, each on a database of its own."""
    opened = []

    def run(work):
        access = make_database()
        opened.append(access)
        with django_db_blocker.unblock(), django_on(access), open_shop(access) as shop:
            return work(shop)

    yield run
    for access in opened:
        drop_database(access)


def cut_off(shop, batches, *, saved):
    """From the n-th batch on the power is gone: before or after the batch was saved."""
    run, left = shop.desk.run, iter(range(batches))

    async def limited(commands, **more):
        if next(left, None) is None:
            if saved:
                await run(commands, **more)
            raise Interrupted
        return await run(commands, **more)

    shop.desk.run = limited
    return run


def test_wherever_it_is_interrupted_the_books_end_the_same(shops, small_batches, tmp_path):
    file = write_csv(tmp_path / "a.csv", *history())

    def whole(shop):
        tally = bring(shop, file)
        assert tally.returns > 5
        assert len(outcome(tally)) > 2
        assert any("~" in row[2] for row in books_of(shop)[3]), "some return is in parts"
        return books_of(shop), tally.sums(), outcome(tally)

    expected = shops(whole)

    def interrupted(shop):
        for batches, saved in ((2, False), (1, True), (3, True), (0, True), (5, False), (4, True)):
            run = cut_off(shop, batches, saved=saved)
            with pytest.raises(Interrupted):
                bring(shop, file)
            shop.desk.run = run
        tally = bring(shop, file)
        assert tally.sales_known > 5
        assert verify_books().books_are_right
        return books_of(shop), tally.sums(), outcome(tally)

    assert shops(interrupted) == expected


def test_a_return_torn_between_its_parts_is_made_whole(shops, small_batches, tmp_path):
    lines = (
        "1;2026-03-01;milk;6;100;anna",
        "2;2026-03-02;milk;4;100;anna",
        "3;2026-03-03;milk;8;100;anna",
        "C4;2026-03-04;milk;-15;100;anna",
        "5;2026-03-05;milk;-1;100;anna",
    )
    file = write_csv(tmp_path / "a.csv", *lines)

    def whole(shop):
        bring(shop, file)
        return books_of(shop)

    expected = shops(whole)
    assert [row[2] for row in expected[3]] == ["5", "C4", "C4~2", "C4~3"]

    def torn(shop, after):
        run = cut_off(shop, after, saved=False)
        with pytest.raises(Interrupted):
            bring(shop, file)
        shop.desk.run = run
        half = [row[2] for row in books_of(shop)[3]]
        bring(shop, file)
        return half, books_of(shop)

    for after, parts in ((4, ["C4~2"]), (5, ["C4~2", "C4~3"]), (6, ["C4", "C4~2", "C4~3"])):
        half, books = shops(lambda shop, after=after: torn(shop, after))
        assert half == parts
        assert books == expected


def test_the_size_of_batches_does_not_matter(shops, monkeypatch, tmp_path):
    file = write_csv(tmp_path / "a.csv", *history(11))

    def whole(shop):
        bring(shop, file)
        return books_of(shop)

    expected = shops(whole)
    monkeypatch.setattr(imports, "BATCH_MAX", 1)
    monkeypatch.setattr(imports, "AHEAD_MAX", 3)
    monkeypatch.setattr(imports, "FLIGHTS_MAX", 3)
    assert shops(whole) == expected


def test_the_order_of_the_rows_of_different_receipts_does_not_matter(shops, tmp_path):
    lines = history(23)

    def whole(shop):
        bring(shop, write_csv(tmp_path / "a.csv", *lines))
        return books_of(shop)

    expected = shops(whole)
    # Rows of one receipt keep their order: their lines are numbered by it.
    lines.sort(key=lambda line: line.partition(";")[0][::-1])
    assert shops(whole) == expected


def test_two_imports_at_once_are_refused(django_on_fresh_database):
    take_import_turn()
    refused = []

    def second():
        try:
            take_import_turn()
        except ImportRunning as refusal:
            refused.append(refusal.code)

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    assert refused == ["import.running"]
