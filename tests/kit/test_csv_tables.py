"""CSV files of every make: read as they were written, bad rows told apart, however hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.csv_tables import Row, TableUnreadable, form_of, rows_of

FILLER = 2500


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Reads bytes as a table."""
    path = tmp_path_factory.mktemp("tables") / "table.csv"

    def go(data):
        path.write_bytes(data)
        form = form_of(path)
        with rows_of(path, form) as rows:
            return form, list(rows)

    return go


TEXT = "Имя,Город,Карта\n" + "".join(
    f"Анна Мария,Нижний Новгород,{n}\nBorís,Пермь,{n}\n" for n in range(40)
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "cp1251", "koi8-r", "cp866"]
)
def test_the_encoding_is_found_out(encoding, read):
    text = TEXT if encoding.startswith("utf") else TEXT.replace("Borís", "Борис")
    data = b"\xff\xfe" + text.encode("utf-16-le") if "bom" in encoding else text.encode(encoding)
    form, rows = read(data)
    assert form.headings == ("Имя", "Город", "Карта")
    assert rows[0] == Row(2, {"Имя": "Анна Мария", "Город": "Нижний Новгород", "Карта": "0"})
    assert len(rows) == 80


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter, read):
    form, rows = read(f'"a,b;c|d"{delimiter}x\n"1\n2"{delimiter}"say ""hi"""\n'.encode())
    assert form.delimiter == delimiter
    assert rows == [Row(2, {"a,b;c|d": "1\n2", "x": 'say "hi"'})]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b'"1;2\n', "table.row_malformed"),
        (b'1;"2\n', "table.row_malformed"),
        (b'"a"b;2\n', "table.row_malformed"),
        ("Анна;".encode() + b"\xff\xfe\n", "table.row_undecodable"),
        (b"1;2;3\n", "table.row_too_long"),
        (b"a\x00b;\n", "table.row_undecodable"),
        (b"x" * 200_000 + b";1\n", "table.row_malformed"),
        (b"x" * 3_000_000 + b";1\n", "table.row_malformed"),
    ],
)
def test_a_row_that_cannot_be_read_costs_no_other(row, code, read):
    filler = "".join(f"n{n};Анна\n" for n in range(1, FILLER)).encode()
    _, rows = read(b"external;given_name\n" + filler + row + b"last;Anna\n" + filler)
    bad = [row for row in rows if row.problem]
    assert bad == [Row(FILLER + 1, {}, code)]
    assert rows[FILLER] == Row(FILLER + 2, {"external": "last", "given_name": "Anna"})
    assert len(rows) == 2 * FILLER


def test_lines_are_counted_as_an_editor_counts_them(read):
    _, rows = read(b'a,b\r\n\r\n1,"x\r\ny"\r\n ,\r\n2,5" pipe\r\n3\r\n4,\r\n')
    assert [(row.line, row.cells.get("b")) for row in rows] == [
        *((3, "x\r\ny"), (6, '5" pipe'), (7, None), (8, ""))
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b";;;\n", b"\x00\x01\x02", b"PK\x03\x04\x00\x00"])
def test_what_is_no_table_is_refused(data, read):
    with pytest.raises(TableUnreadable):
        read(data)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TableUnreadable):
        form_of(tmp_path / "none.csv")


@given(data=st.binary(max_size=200), head=st.sampled_from([b"", b"a,b\n", b"\xff\xfea\x00", b'"']))
def test_any_bytes_are_read_or_refused(data, head, read):
    try:
        form, rows = read(head + data)
    except TableUnreadable:
        return
    for row in rows:
        assert row.problem or set(row.cells) <= set(form.headings)
