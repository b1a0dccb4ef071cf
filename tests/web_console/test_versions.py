"""Versions in the console: written, refused with reasons, compared, approved by another, published."""

import pytest
from till_shop import DOCUMENT, open_shop

from regulars.contexts.programme.models import Version
from regulars.contexts.programme.queries import export_version, get_version
from regulars.contexts.programme.usecases import draft_version
from regulars.contexts.security.types import Role
from regulars.core.programme.lifecycle import VersionStatus
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

BETTER = {**DOCUMENT, "title": "Better <b>shop"}


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, DOCUMENT, utc_now()) as shop:
        yield shop


@pytest.fixture
def draft(shop):
    view = in_transaction(
        lambda: draft_version(BETTER, note="A <i>title", now=utc_now(), by=shop.author)
    )
    return view.number


def status(number):
    return get_version(number, now=utc_now()).status


def test_the_list_and_a_version_say_where_it_stands(shop, draft, sign_in):
    browser = sign_in()
    page = browser.get("/console/programme/").content.decode()
    assert "2 · Better &lt;b&gt;shop" in page
    assert "in force" in page
    page = browser.get("/console/programme/2/").content.decode()
    assert "Better &lt;b&gt;shop" in page
    assert 'class="change-changed"' in page
    assert "<b>shop" not in page


def test_a_draft_goes_from_writing_to_force_by_two_people(shop, sign_in):
    writer, second = sign_in(Role.MARKETER), sign_in(Role.OWNER)
    text = export_version(1).replace("A tenth", "A fifth", 1)
    answer = writer.post("/console/programme/1/edit/", {"document": text, "note": "more"})
    assert answer["Location"] == "/console/programme/2/"
    page = writer.get("/console/programme/2/").content.decode()
    assert "A fifth" in page
    digest = get_version(2, now=utc_now()).digest
    writer.post("/console/programme/2/approve/", {"seen": digest})
    assert status(2) is VersionStatus.DRAFT
    assert "2 · " in second.get("/console/approvals/").content.decode()
    second.post("/console/programme/2/approve/", {"seen": digest})
    assert status(2) is VersionStatus.APPROVED
    answer = writer.post("/console/programme/2/publish/", {"live_from": "2036-01-01T00:00"})
    assert answer["Location"] == "/console/programme/2/"
    live_from = get_version(2, now=utc_now()).live_from
    # Midnight on the business clock is nine in the evening of UTC.
    assert live_from.isoformat() == "2035-12-31T21:00:00+00:00"
    assert "Version 2 begins on" in second.get("/console/programme/").content.decode()


def test_an_approval_of_what_one_has_not_seen_is_refused(shop, draft, sign_in):
    sign_in(Role.CONTROLLER).post(f"/console/programme/{draft}/approve/", {"seen": "0" * 64})
    assert status(draft) is VersionStatus.DRAFT


def test_a_document_that_is_wrong_is_refused_with_every_reason(shop, sign_in):
    browser = sign_in()
    text = export_version(1).replace("rate_per_amount", "rate_per_moon").replace("RUB", "rub")
    answer = browser.post("/console/programme/1/edit/", {"document": text})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "/money" in page
    assert "/earning/0" in page
    assert Version.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["", "- 1", "a: &x [*x]", "{", "x" * 500_000, "<script>alert(1)</script>: 1", "\x00"]
)
def test_hostile_documents_are_refused(shop, sign_in, text):
    answer = sign_in().post("/console/programme/1/edit/", {"document": text})
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content
    assert Version.objects.count() == 1


def test_what_somebody_changed_meanwhile_is_not_overwritten(shop, draft, sign_in):
    browser = sign_in()
    answer = browser.post(
        f"/console/programme/{draft}/edit/", {"document": export_version(1), "seen": "1" * 64}
    )
    assert answer.status_code == 422
    assert get_version(draft, now=utc_now()).title["en"] == "Better <b>shop"


def test_a_draft_is_dropped_for_good(shop, draft, sign_in):
    sign_in().post(f"/console/programme/{draft}/drop/")
    assert status(draft) is VersionStatus.WITHDRAWN


def test_who_may_only_read_changes_nothing(shop, draft, sign_in):
    browser = sign_in(Role.AUDITOR)
    assert browser.get(f"/console/programme/{draft}/").status_code == 200
    for path in ("edit/", "approve/", "publish/", "drop/"):
        assert browser.post(f"/console/programme/{draft}/{path}").status_code == 403
    assert status(draft) is VersionStatus.DRAFT
    assert sign_in(Role.CASHIER).get("/console/programme/").status_code == 403


def test_a_version_that_is_not_there_is_not_found(shop, sign_in):
    browser = sign_in()
    for path in ("99/", "99/edit/", "1/?with=98"):
        assert browser.get(f"/console/programme/{path}").status_code == 404
    assert browser.post("/console/programme/99/approve/", {}).status_code == 404


@pytest.mark.parametrize("moment", ["tomorrow", "2036-13-01T00:00", "<b>"])
def test_a_moment_that_is_none_publishes_nothing(shop, sign_in, moment):
    answer = sign_in().post("/console/programme/1/publish/", {"live_from": moment}, follow=True)
    assert "This is no date and time." in answer.content.decode()
