"""Card batches in the console: numbers reserved, drawn, handed to the print shop, counted."""

import pytest

from regulars.contexts.members.models import CardBatchRow, CardRange
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role

AT = "/console/cards/at/plastic/"
RANGE = {"code": "plastic", "checksum": "ean13", "prefix": "0412", "length": "13"}


@pytest.fixture
def browser(db, sign_in):
    return sign_in(Role.MARKETER)


@pytest.fixture
def batch(browser):
    assert browser.post("/console/cards/new/", RANGE)["Location"] == AT
    assert browser.post(f"{AT}new/", {"count": "20"})["Location"] == AT


def test_a_batch_is_drawn_and_its_numbers_stand_on_no_page(browser, batch):
    page = browser.get(AT)
    (view,) = page.context["batches"]
    assert (view.count, view.printings, view.waiting) == (20, 0, 20)
    table = browser.post(f"{AT}1/print/", {"kind": "csv"})
    assert "no-store" in table["Cache-Control"]
    rows = table.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 21
    number = rows[1].split(",")[1]
    assert number.startswith("0412")
    assert number not in page.content.decode()
    assert "attachment" in table["Content-Disposition"]


def test_every_printing_is_counted_and_the_next_one_warned_of(browser, batch):
    made = browser.post(f"{AT}1/print/", {"kind": "sheets", "contact": "<b>bakery</b>"})
    assert made.content.startswith(b"%PDF")
    browser.post(f"{AT}1/print/", {"kind": "pdf"})
    assert CardBatchRow.objects.get().printings == 2
    assert AuditRow.objects.filter(action="card_range.print").count() == 2
    assert "printed already" in browser.get(AT).content.decode()
    assert browser.get(f"{AT}1/print/").status_code == 302
    assert browser.post(f"{AT}1/print/", {"kind": "exe"}).status_code == 302
    assert CardBatchRow.objects.get().printings == 2


def test_a_batch_too_large_to_draw_meanwhile_is_not_counted_as_printed(browser, batch, monkeypatch):
    monkeypatch.setattr("regulars.web.office.cards.PDF_CARDS_MAX", 10)
    assert browser.post(f"{AT}1/print/", {"kind": "pdf"}).status_code == 302
    assert CardBatchRow.objects.get().printings == 0
    assert browser.post(f"{AT}1/print/", {"kind": "csv"}).status_code == 200


def test_what_is_wrong_is_told_and_nothing_written(browser, batch):
    wrong = [
        ("/console/cards/new/", RANGE | {"code": "two", "length": "12"}, "length"),
        ("/console/cards/new/", RANGE | {"code": "<b>", "prefix": "0413"}, "code"),
        ("/console/cards/new/", RANGE | {"code": "two", "prefix": "04x"}, "prefix"),
        ("/console/cards/new/", RANGE, "__all__"),
        (f"{AT}new/", {"count": "0"}, "count"),
    ]
    for path, sent, field in wrong:
        answer = browser.post(path, sent)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field], sent
    assert CardRange.objects.count() == CardBatchRow.objects.count() == 1


def test_what_is_not_there_is_not_found_and_others_are_refused(browser, batch, sign_in):
    for path in ("/console/cards/at/none/", "/console/cards/at/none/new/"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"{AT}9/print/", {"kind": "csv"}).status_code == 404
    for role in (Role.SUPPORT, Role.CASHIER, Role.AUDITOR, Role.CONTROLLER):
        other = sign_in(role)
        assert other.get("/console/cards/").status_code == 403
        assert other.post(f"{AT}1/print/", {"kind": "csv"}).status_code == 403
    forged = sign_in(Role.OWNER, enforce_csrf_checks=True)
    assert forged.post(f"{AT}1/print/", {"kind": "csv"}).status_code == 403
    assert CardBatchRow.objects.get().printings == 0
