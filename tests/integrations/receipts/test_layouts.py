"""Columns are guessed from what they are called and what they hold, and whoever knows better is heard."""

import pytest
from receipt_files import layout_of, problems_of, rows_in, write_csv

from regulars.core.receipts.columns import guess_columns, heading_words
from regulars.integrations.receipts.layouts import (
    ColumnsMissing,
    ColumnUnknown,
    MappingInvalid,
    PresetMismatch,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.reading import read_source


@pytest.mark.parametrize(
    ("headings", "row", "wanted"),
    [
        (
            [
                "InvoiceNo",
                "StockCode",
                "Description",
                "Quantity",
                "InvoiceDate",
                "UnitPrice",
                "CustomerID",
            ],
            ["536365", "85123A", "HEART", "6", "2010-12-01 08:26", "2.55", "17850"],
            ["number", "sku", "name", "quantity", "occurred_at", "price", "customer"],
        ),
        (
            [
                "Чек №",
                "Дата",
                "Время",
                "Артикул",
                "Номенклатура",
                "Кол-во",
                "Цена",
                "Сумма",
                "Карта",
            ],
            ["17", "04.03.2026", "10:20", "A-1", "Молоко", "2", "50,00", "100,00", "2900000000018"],
            [
                "number",
                "occurred_at",
                "time",
                "sku",
                "name",
                "quantity",
                "price",
                "amount",
                "customer",
            ],
        ),
        (
            [
                "order_id",
                "created_at",
                "product_code",
                "qty",
                "line_total",
                "client_id",
                "shop",
                "register",
            ],
            ["9", "2026-03-04T10:20:00", "m1", "1", "5.00", "anna", "centre", "2"],
            ["number", "occurred_at", "sku", "quantity", "amount", "customer", "store", "till"],
        ),
    ],
)
def test_known_headings_are_understood(headings, row, wanted):
    found = guess_columns(headings, [[cell] for cell in row])
    assert {names[0]: field for field, names in found.items()} == dict(
        zip(headings, wanted, strict=True)
    )


def test_a_column_is_not_taken_for_what_its_cells_are_not():
    found = guess_columns(["date", "sold", "sum"], [["red"], ["2026-03-04"], ["12.50"]])
    assert found == {"amount": ("sum",)}


def test_headings_are_compared_as_words():
    assert heading_words("InvoiceNo") == heading_words("invoice_no") == "invoice no"


def test_named_columns_come_first_and_are_not_guessed_again(tmp_path):
    file = write_csv(tmp_path / "a.csv", "1;2026-03-04;m;1;5;x", heading="receipt;date;a;b;c;card")
    _, layout = layout_of(file, "sku=A", "quantity=b", "price=C", "reference=card")
    assert layout.columns == {
        "number": ("receipt",),
        "occurred_at": ("date",),
        "sku": ("a",),
        "quantity": ("b",),
        "price": ("c",),
        "reference": ("card",),
    }


def test_a_category_may_be_read_from_several_columns(tmp_path):
    file = write_csv(
        tmp_path / "a.csv", "1;2026-03-04;5;Food;Milk/Cream", heading="no;date;sum;group;sub"
    )
    _, _, rows, _ = rows_in(file, "number=no", "category=group,sub")
    assert rows.category == [("Food", "Milk-Cream")]


def test_one_category_column_may_hold_a_path(tmp_path):
    file = write_csv(
        tmp_path / "a.csv", "1;2026-03-04;5;Food / Dairy", heading="no;date;sum;category"
    )
    assert rows_in(file)[2].category == [("Food", "Dairy")]


@pytest.mark.parametrize("pair", ["price", "nonsense=x", "price=nothing", "price=date,sku"])
def test_a_wrong_column_option_is_refused(tmp_path, pair):
    file = write_csv(tmp_path / "a.csv", "1;2026-03-04;m;1;5;x")
    with pytest.raises(ColumnUnknown):
        layout_of(file, pair)


def test_a_file_without_dates_or_amounts_is_refused(tmp_path):
    file = write_csv(tmp_path / "a.csv", "milk;white", heading="goods;colour")
    with pytest.raises(ColumnsMissing) as refused:
        layout_of(file)
    assert refused.value.params["missing"] == "occurred_at, amount"


def test_a_mapping_file_says_everything(tmp_path):
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "columns: {number: n, occurred_at: d, amount: s}\n"
        "cancels: R\nstore: centre\ntill: '3'\nsku: ticket\nidentifier: card\n"
        "time_zone: Asia/Omsk\ndecimal: ','\ndate: '%d.%m.%Y'\n"
    )
    file = write_csv(tmp_path / "a.csv", "7;01.02.2026;1,500", heading="n;d;s")
    _, layout, rows, slips = rows_in(file, told=read_mapping(mapping))
    assert (layout.store, layout.till, layout.identifier) == ("centre", "3", "card")
    assert rows.amount == [150]
    assert slips[0].key == ("centre", "3", "7")


def test_an_option_outdoes_the_mapping_file(tmp_path):
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("store: centre\n")
    file = write_csv(tmp_path / "a.csv", "1;2026-03-04;m;1;5;x")
    assert layout_of(file, told=read_mapping(mapping), store="park")[1].store == "park"


@pytest.mark.parametrize(
    "text",
    ["colums: {}", "decimal: ';'", "- a", "identifier: face", "columns: {number: [1, 2]}", "{"],
)
def test_a_wrong_mapping_file_is_refused(tmp_path, text):
    file = tmp_path / "mapping.yaml"
    file.write_text(text)
    with pytest.raises(MappingInvalid):
        read_mapping(file)


def test_a_mapping_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(MappingInvalid):
        read_mapping(tmp_path / "nothing.yaml")


def test_a_preset_that_is_not_the_files_is_refused(tmp_path):
    file = write_csv(tmp_path / "a.csv", "1;2026-03-04;m;1;5;x")
    with pytest.raises(PresetMismatch):
        settle_layout(
            read_source(file),
            told=read_mapping_of_nothing(),
            named={},
            preset="cdnow",
            folder=tmp_path,
        )


def read_mapping_of_nothing():
    return layout_of.__globals__["MappingFile"]()


def test_named_columns_are_parted_at_the_first_sign():
    assert named_columns(["price=a=b"]) == {"price": ("a=b",)}


def test_a_column_of_phones_holds_phones(tmp_path):
    file = write_csv(
        tmp_path / "a.csv", "1;2026-03-04;5;+79161234567", heading="чек;дата;сумма;Телефон"
    )
    assert layout_of(file)[1].identifier == "phone"


def test_an_export_of_an_accounting_program_is_read(tmp_path):
    """cp1251, semicolons, decimal commas, dates the Russian way, a title above, a total below."""
    lines = [
        "Розничные продажи за март;;;;;;;",
        ";;;;;;;",
        "Номер чека;Дата;Вид операции;Артикул;Номенклатура;Количество;Сумма;Карта",
        '00-17;04.03.2026 10:20:00;Продажа;A-1;"Молоко ""Утро"" 3,2%";2;1 100,50;C1',
        "00-17;04.03.2026 10:20:00;Продажа;B-2;Сыр, весовой;0,137;68,50;C1",
        "00-18;05.03.2026 09:00:00;Возврат товара;A-1;Молоко;1;550,25;C1",
        "00-19;05.03.2026 09:30:00;Инкассация;;;1;1 000,00;",
        ";;;Итого;;;2 719,25;",
    ]
    file = tmp_path / "продажи.csv"
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1251"))
    source, layout, rows, slips = rows_in(file)
    assert (source.encoding, source.delimiter) == ("cp1251", ";")
    assert layout.columns["kind"] == ("Вид операции",)
    assert [slip.is_return for slip in slips] == [False, True]
    assert rows.quantity[:3] == [2000, 137, 1000]
    assert rows.amount[:3] == [110050, 6850, -55025]
    assert rows.name[0] == 'Молоко "Утро" 3,2%'
    assert problems_of(rows) == {7: "import.kind_unknown", 8: "import.date_missing"}
