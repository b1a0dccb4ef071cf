"""Every row of a file ends as part of a sale, part of a return, or refused with a reason."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from receipt_files import problems_of, rows_in, write_csv

from regulars.core.receipts import grouping
from regulars.core.receipts.grouping import digest_of, receipt_of
from regulars.core.receipts.plan import rows_given_back
from regulars.core.receipts.settling import kind_of


def read(tmp_path, *lines, columns=(), heading=None, **options):
    file = write_csv(tmp_path / "a.csv", *lines, **({"heading": heading} if heading else {}))
    return rows_in(file, *columns, **options)


def shape(slips):
    return [(slip.number, "return" if slip.is_return else "sale", slip.rows) for slip in slips]


def test_rows_of_one_number_are_one_receipt_and_receipts_come_in_order_of_time(tmp_path):
    _, _, rows, slips = read(
        tmp_path,
        "2;2026-03-05;milk;1;5.00;anna",
        "1;2026-03-04;bread;2;3.50;anna",
        "2;2026-03-05;tea;1;7.00;",
    )
    assert shape(slips) == [("1", "sale", (1,)), ("2", "sale", (0, 2))]
    receipt = receipt_of(rows, slips[1])
    assert [(line.id, line.sku, line.amount_minor) for line in receipt.lines] == [
        ("1", "milk", 500),
        ("2", "tea", 700),
    ]


def test_goods_sold_and_given_back_under_one_number_are_a_sale_and_a_return(tmp_path):
    _, _, _, slips = read(
        tmp_path, "1;2026-03-04;milk;2;5.00;anna", "1;2026-03-04;tea;-1;7.00;anna"
    )
    assert shape(slips) == [("1", "sale", (0,)), ("1", "return", (1,))]


def test_numbers_of_cancellations_make_returns(tmp_path):
    _, _, rows, slips = read(tmp_path, "C1;2026-03-04;milk;2;5.00;anna", told=None, cancels="C")
    assert shape(slips) == [("C1", "return", (0,))]
    assert rows.amount == [-1000]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1;;milk;1;5.00;a", "import.date_missing"),
        ("1;yesterday;milk;1;5.00;a", "import.date_unreadable"),
        ("1;2026-02-30;milk;1;5.00;a", "import.date_unreadable"),
        (";2026-03-04;milk;1;5.00;a", "import.number_missing"),
        ("1;2026-03-04;milk;;5.00;a", "import.quantity_missing"),
        ("1;2026-03-04;milk;0;5.00;a", "import.quantity_zero"),
        ("1;2026-03-04;milk;one;5.00;a", "import.number_unreadable"),
        ("1;2026-03-04;milk;1;;a", "import.amount_missing"),
        ("1;2026-03-04;milk;1;-5.00;a", "import.price_negative"),
        ("1;2026-03-04;milk;-1;0;a", "import.stock_correction"),
        ("1;2026-03-04;milk;1;0;", "import.nothing_sold"),
        ("1;2026-03-04;milk;1;99999999999;a", "import.too_large"),
        ("1;2026-03-04;milk;1;9999999999999999;a", "import.too_large"),
        (f"{'9' * 101};2026-03-04;milk;1;5.00;a", "import.text_too_long"),
        ("1;2026-03-04;mi\x07lk;1;5.00;a", "import.text_broken"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_and_the_others_stay(tmp_path, line, code):
    _, _, rows, slips = read(
        tmp_path, "0;2026-03-04;tea;1;1.00;a", "9;2026-03-04;tea;1;1.00;a", line
    )
    assert problems_of(rows) == {4: code}
    assert [slip.number for slip in slips] == ["0", "9"]


def test_goods_for_nothing_stay_where_somebody_took_them(tmp_path):
    _, _, rows, slips = read(
        tmp_path, "1;2026-03-04;milk;1;0;anna", "2;2026-03-04;gift;1;0;", "2;2026-03-04;tea;1;7;"
    )
    assert not rows.problems
    assert shape(slips) == [("1", "sale", (0,)), ("2", "sale", (1, 2))]


def test_a_row_of_another_customer_is_refused(tmp_path):
    _, _, rows, slips = read(
        tmp_path,
        "1;2026-03-04;milk;1;5;anna",
        "1;2026-03-04;tea;1;5;boris",
        "1;2026-03-04;jam;1;5;",
    )
    assert problems_of(rows) == {3: "import.other_customer"}
    assert shape(slips) == [("1", "sale", (0, 2))]


def test_a_number_that_comes_again_another_day_stands_for_the_first_receipt_only(tmp_path):
    _, _, rows, slips = read(
        tmp_path, "1;2026-03-09;tea;1;5;anna", "1;2026-03-04;milk;1;5;anna", "1;2026-03-04;jam;1;5;"
    )
    assert problems_of(rows) == {2: "import.number_of_another_day"}
    assert shape(slips) == [("1", "sale", (1, 2))]


def test_the_moment_of_a_receipt_is_its_first(tmp_path):
    _, _, _, slips = read(
        tmp_path, "1;2026-03-04 10:01;tea;1;5;anna", "1;2026-03-04 10:00;milk;1;5;anna"
    )
    assert len(slips) == 1
    assert slips[0].at == 1_772_607_600_000_000


def test_amounts_are_price_times_quantity_to_the_kopeck(tmp_path):
    _, _, rows, _ = read(tmp_path, "1;2026-03-04;cheese;0.137;0.999;a", "2;2026-03-04;x;3;0.333;a")
    assert rows.amount == [14, 100]
    assert receipt_of(rows, read(tmp_path, "1;2026-03-04;x;3;0.335;a")[3][0]).lines[0].price_minor


def test_told_amounts_count_and_the_price_follows_from_them(tmp_path):
    _, _, rows, slips = read(
        tmp_path, "1;2026-03-04;milk;3;10.00;a", heading="receipt;date;sku;quantity;amount;customer"
    )
    line = receipt_of(rows, slips[0]).lines[0]
    assert (line.amount_minor, line.price_minor) == (1000, 333)


def test_without_numbers_each_row_is_a_receipt_with_a_number_of_its_own(tmp_path):
    lines = ("anna;2026-03-04;5", "anna;2026-03-04;5", "boris;2026-03-04;7")
    _, _, _, slips = read(tmp_path, *lines, heading="customer;date;sum")
    numbers = [slip.number for slip in slips]
    assert len(set(numbers)) == 3
    again = read(tmp_path, *lines, "anna;2026-03-05;1", heading="customer;date;sum")[3]
    assert [slip.number for slip in again][:3] == numbers


def test_a_digest_tells_whether_a_receipt_says_the_same(tmp_path):
    def digest(*lines):
        _, _, rows, slips = read(tmp_path, *lines)
        return digest_of(rows, slips[0])

    first = digest("1;2026-03-04;milk;1;5;anna", "1;2026-03-04;tea;1;5;anna")
    assert digest("1;2026-03-04;milk;1.000;5.00;anna", "1;2026-03-04;tea;1;5;anna") == first
    for other in ("1;2026-03-04;milk;2;5;anna", "1;2026-03-04;milk;1;6;anna", "1;2026-03-05;milk;1;5;anna",
                  "1;2026-03-04;milk;1;5;boris", "1;2026-03-04;jam;1;5;anna"):  # fmt: skip
        assert digest(other) != digest("1;2026-03-04;milk;1;5;anna")


def test_the_order_of_its_rows_does_not_make_another_receipt(tmp_path):
    lines = (
        "1;2026-03-04;milk;1;5;anna",
        "1;2026-03-04;tea;1;5;anna",
        "1;2026-03-04;milk;2;5;anna",
    )
    digests = set()
    for told in (lines, lines[::-1]):
        _, _, rows, slips = read(tmp_path, *told)
        digests.add(digest_of(rows, slips[0]))
    assert len(digests) == 1


@pytest.mark.parametrize("word", ["-", "0", "NULL", "Розничный покупатель", " n/a "])
def test_what_a_till_writes_for_nobody_is_nobody(tmp_path, word):
    assert read(tmp_path, f"1;2026-03-04;milk;1;5;{word}")[3][0].customer is None


def test_numbers_kept_as_fractions_are_the_numbers_they_were(tmp_path):
    _, _, rows, slips = read(tmp_path, "17.0;2026-03-04;5.0;1;5.00;17850.0")
    assert (slips[0].number, slips[0].customer, rows.sku[0]) == ("17", "17850", "5.0")


def test_a_receipt_of_endless_lines_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(grouping, "LINES_MAX", 2)
    lines = [f"1;2026-03-04;milk-{n};1;5;anna" for n in range(3)]
    _, _, rows, slips = read(tmp_path, *lines, "2;2026-03-04;milk;1;5;anna")
    assert problems_of(rows) == dict.fromkeys((2, 3, 4), "import.too_many_lines")
    assert [slip.number for slip in slips] == ["2"]


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Возврат от покупателя", True),
        ("REFUND", True),
        ("Отменён", True),
        ("Продажа", False),
        ("sale", False),
        ("Чек продажи", False),
        ("Инкассация", None),
        ("", None),
    ],
)
def test_words_for_sales_and_returns_are_known(word, meaning):
    assert kind_of(word) is meaning


def test_a_return_by_word_has_its_signs_set_right(tmp_path):
    _, _, rows, slips = read(
        tmp_path,
        "1;2026-03-04;milk;2;10.00;a;возврат",
        "2;2026-03-04;milk;-2;-10.00;a;возврат",
        heading="receipt;date;sku;quantity;amount;customer;kind",
    )
    assert all(slip.is_return for slip in slips)
    assert rows.amount == [-1000, -1000]
    assert rows.quantity == [2000, 2000]


def test_rows_of_a_booked_return_are_found_by_what_came_back(tmp_path):
    _, _, rows, slips = read(
        tmp_path,
        "1;2026-03-04;milk;-3;5;a",
        "1;2026-03-04;milk;-2;5;a",
        "1;2026-03-04;tea;-1;5;a",
    )
    assert rows_given_back(rows, slips[0], {"milk": 2000, "tea": 1000}) == (1, 2)
    assert rows_given_back(rows, slips[0], {"milk": 5000}) == (0, 1)
    assert rows_given_back(rows, slips[0], {}) == ()


CELLS = st.sampled_from(
    [
        "",
        "0",
        "1",
        "-2",
        "2.5",
        "abc",
        "2026-03-04",
        "2026-03-09",
        "anna",
        "-1.00",
        "9e9",
        "C7",
        "1e30",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_whatever_a_file_says_every_row_is_accounted_for_once(tmp_path, table):
    """Rows of receipts and refused rows are all rows, none twice; order in the file does not matter."""
    lines = ["0;2026-03-04;tea;1;1.00;anna", *(";".join(row) for row in table)]
    columns = ("number=receipt", "occurred_at=date", "sku=sku", "quantity=quantity", "price=price",
               "customer=customer")  # fmt: skip
    source, _, rows, slips = read(tmp_path, *lines, columns=columns)
    placed = [row for slip in slips for row in slip.rows]
    assert sorted([*placed, *rows.problems]) == list(range(len(rows)))
    assert len(rows) + len(source.broken) == len(lines)
    assert all((rows.amount[row] < 0) == slip.is_return or not rows.amount[row]
               for slip in slips for row in slip.rows)  # fmt: skip
    for slip in slips:
        if not slip.is_return:
            assert all(line.quantity > 0 for line in receipt_of(rows, slip).lines)
