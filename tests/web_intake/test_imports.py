"""An import in the console: a file read, its columns put right, tried, brought in, told of."""

import csv
import gzip
import io
from datetime import timedelta
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from past_shop import books_of

from regulars.cli.main import run
from regulars.contexts.economics.models import Study
from regulars.contexts.economics.types import StudyState
from regulars.contexts.security.models import AuditRow, StaffUser
from regulars.contexts.security.types import Role
from regulars.contexts.till.usecases.import_turn import import_turn
from regulars.contexts.till.usecases.verify import verify_books
from regulars.integrations.receipts.looking import look_at
from regulars.kit.clock import utc_now
from regulars.studies import uploads
from regulars.studies.uploads import KEPT, remove_old_uploads, uploads_folder
from web_intake.conftest import FORM, LINES, file_of, uploaded

HERE = "/console/import/"


def tried(browser, work_off, **typed) -> str:
    """Where a trial run of the usual file is told of."""
    answer = browser.post(uploaded(browser), FORM | typed)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    work_off()
    return answer["Location"]


def page_of(browser, where) -> str:
    answer = browser.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_is_tried_then_brought_in_and_again_adds_nothing(shop, sign_in, work_off, home):
    browser, nothing = sign_in(Role.INTEGRATOR), books_of(shop)
    assert "Nothing was imported yet" in page_of(browser, HERE)
    trial = tried(browser, work_off, enrol="on")
    told = page_of(browser, trial)
    assert "Nothing was written" in told
    assert "The quantity is zero." in told
    assert "1 new member" in told
    assert books_of(shop) == nothing
    for already in (0, 3):
        begun = browser.post(f"{trial}start/")["Location"]
        assert browser.post(f"{trial}start/")["Location"] == begun
        assert 'hx-trigger="every 2s"' in page_of(browser, begun)
        work_off()
        told = page_of(browser, begun)
        assert "every 2s" not in told
        assert "Every row is accounted for" in told
        summary = Study.objects.order_by("-id")[0].summary
        assert summary["sales"] == {
            "rows": 3, "amount_minor": 10700, "receipts": 3, "already": already,
        }  # fmt: skip
        assert (summary["returns"]["receipts"], summary["rejected"]["rows"]) == (1, 1)
        assert summary["first"] == [{"line": 5, "code": "import.quantity_zero", "params": {}}]
        trial = tried(browser, work_off, enrol="on")
    assert verify_books().books_are_right
    acts = AuditRow.objects.filter(action="receipts.import")
    assert {row.staff_id for row in acts} == {browser.staff_id}
    assert "march.csv" in page_of(browser, HERE)


def test_the_page_and_the_command_leave_the_same_books(shop, sign_in, work_off, tmp_path):
    browser = sign_in()
    browser.post(f"{tried(browser, work_off, enrol='on')}start/")
    work_off()
    paged = books_of(shop)
    path = tmp_path / "march.csv"
    path.write_bytes(file_of(*LINES).read())
    assert run(["receipts", "import", str(path), "--enrol"]) == 0
    assert books_of(shop) == paged


def test_columns_are_guessed_as_the_command_does_and_can_be_put_right(shop, sign_in, work_off):
    browser = sign_in(language="ru")
    lines = ("01.02.2026 10:00;7;молоко;20,00;19,00", "02.02.2026 10:00;8;хлеб;5,00;4,00")
    where = uploaded(browser, file_of(*lines, heading="Дата;Чек №;Товар;Итого;Сумма"))
    page = page_of(browser, where)
    assert '<option value="0" selected>Дата</option>' in page
    assert '<option value="1" selected>Чек №</option>' in page
    assert "ДД.ММ.ГГГГ ЧЧ:мм" in page
    form = {"occurred_at": "0", "number": "1", "name": "2", "amount": "4", "identifier": "card",
            "store_code": "x1", "till_code": "9", "goods": "g", "date": "%d.%m.%Y %H:%M",
            "time_zone": "Asia/Omsk", "category": "2"}  # fmt: skip
    told = browser.post(where, form)["Location"]
    work_off()
    done = Study.objects.get()
    assert done.state == StudyState.DONE, done.refusal
    assert done.request["mapping"]["columns"] == {
        "occurred_at": ["Дата"], "number": ["Чек №"], "name": ["Товар"], "amount": ["Сумма"],
        "category": ["Товар"],
    }  # fmt: skip
    assert (done.summary["amount_minor"], done.summary["zone"]) == (2300, "Asia/Omsk")
    assert "Вот что получилось бы" in page_of(browser, told)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"occurred_at": ""}, "This field is required."),
        ({"price": ""}, "Receipts cannot be read without it."),
        ({"time": "1"}, "taken for the date already"),
        ({"number": "77"}, "77"),
        ({"number": "-1"}, "-1"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"identifier": "passport"}, "passport"),
        ({"store_code": "x" * 41}, "40"),
        ({"date": "%Y%Y"}, "%Y%Y"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(shop, sign_in, typed, said):
    browser = sign_in()
    answer = browser.post(uploaded(browser), FORM | typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Study.objects.exists()


def workbook() -> bytes:
    book, content = Workbook(), io.BytesIO()
    for line in ("receipt;date;sku;quantity;price;customer", *LINES):
        book.active.append(line.split(";"))
    book.save(content)
    return content.getvalue()


def parquet() -> bytes:
    content = io.BytesIO()
    rows = list(zip(*(line.split(";") for line in LINES), strict=True))
    names = ["receipt", "date", "sku", "quantity", "price", "customer"]
    pq.write_table(pa.table([pa.array(column) for column in rows], names=names), content)
    return content.getvalue()


@pytest.mark.parametrize("make", [workbook, parquet, lambda: gzip.compress(file_of(*LINES).read())])
def test_workbooks_parquet_and_packed_text_are_taken_too(
    shop, sign_in, work_off, make, monkeypatch
):
    if make is parquet:  # once as it is: in a process of its own
        monkeypatch.setattr(uploads, "look_at", look_at)
    browser = sign_in()
    where = uploaded(browser, SimpleUploadedFile("anything.bin", make()))
    browser.post(where, FORM | {"enrol": "on"})
    work_off()
    summary = Study.objects.get().summary
    assert (summary["rows"], summary["rejected"]["rows"]) == (5, 1)


def test_rejected_rows_are_fetched_and_run_nowhere(shop, sign_in, work_off):
    browser = sign_in()
    trial = tried(browser, work_off, enrol="on")
    answer = browser.get(f"{trial}rejects.csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="rejects-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    heading, row = csv.reader(io.StringIO(answer.content.decode()))
    assert heading[:3] == ["line", "code", "reason"]
    assert row[:3] == ["5", "import.quantity_zero", "The quantity is zero."]
    assert (row[5], row[8]) == ("'=cmd", "'+79161234567")
    assert "+7916" not in str(Study.objects.get().summary)


def test_nothing_in_a_file_becomes_markup(shop, sign_in, work_off):
    browser = sign_in()
    evil = "<script>alert(1)</script>"
    file = file_of(f"1;2026-03-01;{evil};1;{evil}", heading=f"n;date;sku;price;{evil}",
                   name="<b>x</b>.csv")  # fmt: skip
    where = uploaded(browser, file)
    page = page_of(browser, where)
    assert "&lt;script&gt;" in page
    form = FORM | {"number": "0", "customer": "4", "quantity": "", "price": "3"}
    told = browser.post(where, form)["Location"]
    work_off()
    for shown in (page, page_of(browser, told), page_of(browser, HERE)):
        assert "<script>alert" not in shown
        assert "<b>x" not in shown
    assert "&lt;script&gt;" in page_of(browser, told)


def test_a_mapping_that_the_file_does_not_bear_out_is_refused_with_its_reason(
    shop, sign_in, work_off, home
):
    browser = sign_in()
    told = tried(browser, work_off)
    assert Study.objects.get().state == StudyState.DONE
    browser.post(f"{told}start/")
    for folder in uploads_folder(home).iterdir():
        (folder / "receipts").write_bytes(b"PAR1 broken now")
    work_off()
    real = Study.objects.order_by("-id")[0]
    assert (real.state, real.refusal["code"]) == ("refused", "import.file_broken")
    assert real.refusal["params"] == {"file": "march.csv"}
    assert "march.csv is damaged" in page_of(browser, f"{HERE}{real.id}/")


def test_one_import_at_a_time(shop, sign_in, work_off, second_connection):
    browser = sign_in()
    trial = tried(browser, work_off)
    browser.post(f"{trial}start/")
    with second_connection() as cursor:
        cursor.execute("SELECT pg_advisory_lock(20261121, 2)")
        work_off()
    assert Study.objects.order_by("-id")[0].refusal["code"] == "import.running"
    browser.post(f"{trial}start/")
    work_off()
    assert Study.objects.order_by("-id")[0].state == StudyState.DONE
    with import_turn():
        pass  # the worker has let go


def test_one_that_waits_is_called_off(shop, sign_in, work_off):
    browser = sign_in()
    where = browser.post(uploaded(browser), FORM)["Location"]
    browser.post(f"{where}cancel/")
    work_off()
    assert Study.objects.get().state == StudyState.CANCELLED
    assert "To the columns" in page_of(browser, where)


def test_files_are_private_and_removed_after_days(shop, sign_in, home, work_off):
    browser = sign_in()
    where = uploaded(browser)
    folder = uploads_folder(home)
    every = [folder, *folder.rglob("*")]
    assert len(every) == 4
    assert all(path.stat().st_mode & 0o077 == 0 for path in every)
    told = browser.post(where, FORM)["Location"]
    assert remove_old_uploads(home, now=utc_now()) == 0
    assert remove_old_uploads(home, now=utc_now() + KEPT + timedelta(hours=1)) == 1
    work_off()
    assert Study.objects.get().refusal["code"] == "import.upload_gone"
    assert browser.get(where).status_code == 404
    assert "upload it again" in page_of(browser, told)


def test_a_file_of_ones_own_is_removed(shop, sign_in, home):
    browser = sign_in()
    where = uploaded(browser)
    assert "march.csv" in page_of(browser, HERE)
    assert browser.post(f"{where}remove/").status_code == 302
    assert not list(uploads_folder(home).iterdir())
    assert browser.post(f"{where}remove/").status_code == 404


def test_so_many_files_may_wait_and_no_more(shop, sign_in, monkeypatch):
    monkeypatch.setattr(uploads, "UPLOADS_MAX", 1)
    browser = sign_in()
    uploaded(browser)
    answer = browser.post(HERE, {"file": file_of(*LINES)})
    assert answer.status_code == 422
    assert "waiting to be imported: 1" in answer.content.decode()


def test_files_and_imports_of_others_are_not_there(shop, sign_in, work_off):
    mine, other = sign_in(), sign_in(Role.INTEGRATOR)
    where = uploaded(mine)
    assert other.get(where).status_code == 404
    assert other.post(where, FORM).status_code == 404
    assert other.post(f"{where}remove/").status_code == 404
    assert mine.get(where).status_code == 200
    told = mine.post(where, FORM)["Location"]
    work_off()
    page = page_of(other, told)  # what came of it is for all who may import
    assert "Import it" not in page
    assert other.post(f"{told}start/").status_code == 404
    for made_up in (uuid4(), uuid4()):
        assert mine.get(f"{HERE}{made_up}/").status_code == 404
        assert mine.get(f"{HERE}file/{made_up}/").status_code == 404
        assert mine.post(f"{HERE}{made_up}/start/").status_code == 404
        assert mine.get(f"{HERE}{made_up}/rejects.csv").status_code == 404
    assert Study.objects.count() == 1


def test_who_may_not_import_sees_nothing_of_it(shop, sign_in, work_off):
    mine = sign_in()
    where = uploaded(mine)
    told = mine.post(where, FORM)["Location"]
    work_off()
    study = Study.objects.get()
    for role in (Role.CONTROLLER, Role.CASHIER):  # the first reads studies, but not these
        browser = sign_in(role)
        for place in (HERE, where, told, f"{told}rejects.csv"):
            assert browser.get(place).status_code == 403
        for place in (HERE, where, f"{where}remove/", f"{told}start/", f"{told}cancel/"):
            assert browser.post(place, FORM).status_code == 403
        status = 404 if role is Role.CONTROLLER else 403
        assert browser.get(f"/console/analytics/studies/{study.id}/").status_code == status
    assert Study.objects.count() == 1


def test_forged_forms_do_nothing(shop, sign_in, home):
    browser = sign_in(enforce_csrf_checks=True)
    for place in (HERE, f"{HERE}{uuid4()}/start/", f"{HERE}file/{uuid4()}/"):
        assert browser.post(place, {"file": file_of(*LINES)}).status_code == 403
    assert not uploads_folder(home).exists()


def test_an_import_of_a_colleague_who_left_is_not_done(shop, sign_in, work_off):
    browser = sign_in()
    browser.post(uploaded(browser), FORM)
    StaffUser.objects.filter(pk=browser.staff_id).update(is_active=False)
    work_off()
    assert Study.objects.get().refusal["code"] == "import.upload_nobody"
