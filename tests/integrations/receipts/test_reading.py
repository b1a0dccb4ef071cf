"""A file is read whatever it is; one that cannot be is refused with a code, never with a crash."""

import gzip
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from receipt_files import rows_in

from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.source import (
    FileBroken,
    FileEmpty,
    FileNotTable,
    FileTooLarge,
    FileUnreadable,
)
from regulars.integrations.receipts.text import LINE_CHARACTERS_MAX

ROWS = [["чек", "дата", "товар"], ["1", "04.03.2026", "Молоко"], ["2", "05.03.2026", "Хлеб; белый"]]


def cells(source):
    return [list(row.values()) for row in source.table.to_pylist()]


def as_text(delimiter):
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in ROWS]
    return "\r\n".join(delimiter.join(row) for row in quoted) + "\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_delimiter_and_encoding_are_found_out(tmp_path, delimiter, encoding):
    file = tmp_path / "receipts.csv"
    file.write_bytes(as_text(delimiter).encode(encoding))
    source = read_source(file)
    assert source.names == ("чек", "дата", "товар")
    assert cells(source) == ROWS[1:]
    assert list(source.lines) == [2, 3]
    assert source.delimiter == delimiter


def test_a_packed_file_is_unpacked(tmp_path):
    file = tmp_path / "receipts.csv.gz"
    file.write_bytes(gzip.compress(as_text(";").encode()))
    assert cells(read_source(file)) == ROWS[1:]


def test_lines_are_those_of_the_file_also_after_blank_and_broken_lines(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('a;b\n1;2\n\n"x\ny";4\n5\n6;7;8\n9;10;\n')
    source = read_source(file)
    assert cells(source) == [["1", "2"], ["x\ny", "4"], ["9", "10"]]
    assert list(source.lines) == [2, 4, 8]
    assert [(row.line, row.problem.code) for row in source.broken] == [
        (6, "import.columns_count"),
        (7, "import.columns_count"),
    ]


def test_titles_above_the_heading_are_skipped(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Отчёт о продажах;;\n\nчек;дата;сумма\n1;04.03.2026;5,00\n2;05.03.2026;7,00\n")
    source = read_source(file)
    assert source.names == ("чек", "дата", "сумма")
    assert list(source.lines) == [4, 5]


def test_a_file_without_a_heading_has_numbered_columns(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("1;2026-03-04;5.00\n2;2026-03-05;7.00\n")
    source = read_source(file)
    assert source.names == ("column 1", "column 2", "column 3")
    assert len(source) == 2


def test_repeated_and_empty_headings_are_told_apart(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("name,name,,sum\nx,y,z,1\n")
    assert read_source(file).names == ("name", "name (2)", "column 3", "sum")


def test_a_workbook_is_read_with_its_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("sales")
    for row in [["чек", "сумма"], ["1", 5], [None, None], ["2", 7.25]]:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    source = read_source(tmp_path / "a.xlsx")
    assert cells(source) == [["1", "5"], ["2", "7.25"]]
    assert list(source.lines) == [2, 4]


def test_a_parquet_file_keeps_its_types(tmp_path):
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), tmp_path / "a.parquet")
    source = read_source(tmp_path / "a.parquet")
    assert cells(source) == [[1, "x"], [2, None]]
    assert list(source.lines) == [1, 2]


def test_a_truncated_parquet_file_is_refused(tmp_path):
    whole = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), whole)
    broken = tmp_path / "b.parquet"
    broken.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(FileBroken):
        read_source(broken)


def test_a_parquet_file_with_damaged_pages_is_refused(tmp_path):
    whole = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [f"text {n}" for n in range(5000)]}), whole)
    content = bytearray(whole.read_bytes())
    content[40:4000] = b"\xff" * 3960
    whole.write_bytes(bytes(content))
    with pytest.raises(FileBroken):
        read_source(whole)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as pack:
        pack.writestr("readme.txt", "hello")
    with pytest.raises(FileNotTable):
        read_source(tmp_path / "a.xlsx")


def test_a_damaged_workbook_is_refused(tmp_path):
    book = openpyxl.Workbook()
    for n in range(500):
        book.active.append([n, "milk"])
    book.save(tmp_path / "a.xlsx")
    content = (tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(FileBroken):
        read_source(tmp_path / "cut.xlsx")
    with zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as pack:
        pack.writestr("[Content_Types].xml", "<not-closed")
    with pytest.raises(FileBroken):
        read_source(tmp_path / "odd.xlsx")


def test_a_damaged_pack_is_refused(tmp_path):
    packed = gzip.compress(b"a;b\n" + b"1;2\n" * 50_000)
    (tmp_path / "a.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(FileBroken):
        read_source(tmp_path / "a.gz")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"a;b\n1;\0\0\n")
    with pytest.raises(FileNotTable):
        read_source(file)
    file.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    with pytest.raises(FileNotTable):
        read_source(file)


@pytest.mark.parametrize("sign", ["x", ";", '"'])
def test_an_endless_line_is_refused_in_bounded_memory(tmp_path, sign):
    file = tmp_path / "a.csv"
    file.write_text("a;b\n" + sign * (10 * LINE_CHARACTERS_MAX))
    with pytest.raises(FileTooLarge):
        read_source(file)


def test_a_quote_that_never_closes_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('a;b\n1;"' + "x;y\n" * 100_000)
    with pytest.raises(FileTooLarge):
        read_source(file)


@pytest.mark.parametrize("content", ["", "\n\n", "a;b\n"])
def test_a_file_without_rows_is_refused(tmp_path, content):
    file = tmp_path / "a.csv"
    file.write_text(content)
    with pytest.raises(FileEmpty):
        read_source(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(FileUnreadable):
            read_source(path)


def test_columns_of_lists_and_moments_to_the_nanosecond_are_read(tmp_path):
    table = pa.table(
        {
            "receipt": [["a", "b"], ["c"]],
            "date": pa.array([1_772_607_600_000_000_001, None], pa.timestamp("ns")),
            "amount": pa.array([1, 2], pa.decimal128(10, 2)),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    _, _, rows, slips = rows_in(tmp_path / "a.parquet")
    assert (rows.at[0], rows.at[1]) == (1_772_596_800_000_000, None)
    assert rows.amount == [100, 200]
    assert [slip.number for slip in slips] == ["['a', 'b']"]
