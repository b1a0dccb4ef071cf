"""Files that are none, lie about their size, or crash who reads them: a sentence, and nothing is kept."""

import gzip
import io
import struct
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.integrations.receipts import look_process, looking
from regulars.integrations.receipts.looking import LookRefused, look_at
from regulars.studies.uploads import BYTES_MAX, plain_name, uploads_folder
from web_intake.conftest import LINES, file_of

_BOMB = 6 << 20


def bomb_of_gzip() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(b"receipt;date;price\n")
        part = b"1;2026-03-01;1.00\n" * 58_255
        for _ in range(_BOMB // len(part) + 1):
            file.write(part)
    return packed.getvalue()


def bomb_of_workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        with pack.open("xl/sharedStrings.xml", "w") as part:
            for _ in range(_BOMB >> 20):
                part.write(b"A" * (1 << 20))
    return packed.getvalue()


def broken_parquet() -> bytes:
    whole = io.BytesIO()
    pq.write_table(pa.table({"date": ["2026-03-01"] * 50, "price": ["1.00"] * 50}), whole)
    content = bytearray(whole.getvalue())
    content[10:60] = b"\xff" * 50
    return bytes(content)


def entities() -> bytes:
    """A workbook whose sheet asks for a file of the machine and doubles itself."""
    packed = io.BytesIO()
    doctype = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    with zipfile.ZipFile(packed, "w") as pack:
        pack.writestr("[Content_Types].xml", f"{doctype}<Types>&b;&f;</Types>")
        pack.writestr("xl/workbook.xml", f"{doctype}<workbook>&f;</workbook>")
    return packed.getvalue()


CASES = {
    "empty": (b"   \n", "There are no rows in the file."),
    "heading alone": (b"date;price\n", "There are no rows in the file."),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "This is no table"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "This is no table"),
    "half a gzip": (gzip.compress(b"date;price\n2026-03-01;1\n" * 90)[:60], "is damaged"),
    "a zip of something": (zipfile, "This is no table"),
    "half a zip": (b"PK\x03\x04" + b"\0" * 90, "is damaged"),
    "parquet without an end": (b"PAR1" + b"\0" * 90, "is damaged"),
    "broken parquet": (broken_parquet, "is damaged"),
    "entities": (entities, "is damaged"),
    "gzip bomb": (bomb_of_gzip, "More than an import takes"),
    "zip bomb": (bomb_of_workbook, "More than an import takes"),
    "an endless line": (b"date;price\n" + b"1" * (2 << 20), "More than an import takes"),
    "a thousand columns": (b";".join([b"c"] * 1000) + b"\n" + b";" * 999, "More than"),
}


def content_of(made) -> bytes:
    if made is zipfile:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as pack:
            pack.writestr("readme.txt", "nothing")
        return packed.getvalue()
    return made() if callable(made) else made


def test_what_is_no_file_of_receipts_gets_a_sentence(shop, sign_in, home, monkeypatch):
    monkeypatch.setattr(look_process, "PLAIN_BYTES_MAX", 4 << 20)
    browser, wrong = sign_in(), {}
    for case, (made, said) in CASES.items():
        file = SimpleUploadedFile("march.xlsx", content_of(made))
        answer = browser.post("/console/import/", {"file": file})
        if answer.status_code != 422 or said not in answer.content.decode():
            wrong[case] = answer.status_code
    assert not wrong
    assert not list(uploads_folder(home).iterdir())


def test_a_look_that_crashes_or_lasts_is_a_damaged_file(tmp_path, monkeypatch):
    path = tmp_path / "receipts"
    path.write_bytes(broken_parquet())
    with pytest.raises(LookRefused) as refused:
        look_at(path, "march.parquet")
    assert (refused.value.code, refused.value.params) == (
        "import.file_broken",
        {"file": "march.parquet"},
    )
    monkeypatch.setattr(looking, "_PATIENCE_S", 0.001)
    with pytest.raises(LookRefused):
        look_at(path, "march.parquet")


def test_a_table_that_unpacks_to_gigabytes_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "receipts"
    table = pa.table({"date": ["2026-03-01" * 10] * 100_000, "price": ["1"] * 100_000})
    pq.write_table(table, path)
    assert path.stat().st_size < 1 << 20
    monkeypatch.setattr(look_process, "PLAIN_BYTES_MAX", 1 << 20)
    with pytest.raises(looking.Invalid) as refused:
        look_process.looked(path)
    assert refused.value.code == "import.file_too_large"


def test_a_file_over_the_limit_is_refused(shop, sign_in, home):
    file = SimpleUploadedFile("march.csv", b"x" * (BYTES_MAX + 1))
    answer = sign_in().post("/console/import/", {"file": file})
    assert answer.status_code == 422
    assert "the console takes 9 MB" in answer.content.decode()
    assert not uploads_folder(home).exists()


def test_no_file_at_all_is_told_beside_the_field(shop, sign_in):
    browser = sign_in()
    for posted in ({}, {"file": ""}, {"file": "text"}, {"file": SimpleUploadedFile("a.csv", b"")}):
        assert browser.post("/console/import/", posted).status_code == 422


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\март.csv", "март.csv"),
        ("a\u202egnp.csv", "agnp.csv"),
        ("\x00\x1f", "file"),
        ("x" * 500 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_name_is_a_name_and_no_path(told, kept):
    assert plain_name(told) == kept


def test_broken_bytes_cost_their_rows_only(shop, sign_in, work_off, home):
    broken = file_of(*LINES).read() + b"6;2026-03-07 10:00;\xff\xfe\xfd;1;3.00;\n7;x;y\n"
    browser = sign_in()
    answer = browser.post("/console/import/", {"file": SimpleUploadedFile("m.csv", broken)})
    assert answer.status_code == 302


def test_a_zip_that_lies_about_its_length_is_damaged_not_unpacked(tmp_path):
    packed = bytearray(bomb_of_workbook())
    end = packed.rfind(b"PK\x01\x02")
    struct.pack_into("<I", packed, end + 24, 100)  # «a hundred bytes» in the table of contents
    path = tmp_path / "receipts"
    path.write_bytes(packed)
    with pytest.raises(looking.Invalid):
        look_process.looked(path)
