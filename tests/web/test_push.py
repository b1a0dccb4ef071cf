"""Points earned and spent at a till are told to the member's browsers, behind the till's back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from push_stand_in import StandInBrowser, stand_in_push_service

import regulars.kit.outside as outside
from regulars.contexts.security.models import Letter
from regulars.contexts.security.push_models import PushDevice
from regulars.contexts.security.types import Holder, system_actor
from regulars.contexts.security.usecases.letters import send_letter
from regulars.contexts.security.usecases.push import switch_push_on
from regulars.contexts.security.usecases.sessions import begin_session, open_session
from regulars.contexts.till import jobs
from regulars.contexts.till.usecases.news import tell_expiring, tell_movements
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


@pytest.fixture
def heard(monkeypatch):
    """Runs the worker's turn; gives what the browser showed by then, title and body."""
    with stand_in_push_service() as service:
        monkeypatch.setattr(outside, "connect", service.connect)

        def work(browser):
            jobs.tell_what_moved(timestamp=0)
            for letter in Letter.objects.exclude(sealed=None).order_by("id"):
                send_letter(letter.pk, now=utc_now())
            shown = [browser.open(body) for _path, _headers, body in service.took]
            service.took.clear()
            return [(one["title"], one["body"]) for one in shown]

        yield work


@pytest.fixture
def browser(api):
    return follow(api.world.member)


def follow(member_id, language="en", told=0):
    found, holder, now = StandInBrowser(), Holder("member", member_id), utc_now()

    def work():
        made = begin_session(holder, method="email", device="", now=now)
        session = open_session("member", made.token, now=now)
        place = found.subscription()
        keys = place["keys"]
        switch_push_on(
            session,
            holder,
            place["endpoint"],
            keys["p256dh"],
            keys["auth"],
            language=language,
            told=told,
            now=now,
            by=system_actor("tests"),
        )

    in_transaction(work)
    return found


def sell(api, body):
    answer = api("s1/1", "PUT", f"/till/v1/receipts/{uuid4().hex[:12]}", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_what_was_earned_and_paid_is_told_once(api, receipt, browser, heard):
    heard(browser)  # what came before is not what this is about
    sell(api, receipt())
    assert heard(browser) == [("You have earned 10 points", "The app says what for.")]
    assert heard(browser) == []
    sell(api, receipt(pay={"points": 1}))
    told = heard(browser)
    assert told[-1] == ("Paid: 1 point", "If that was not you, tell the shop at once.")
    assert told[0][0].startswith("You have earned")


def test_sales_between_two_turns_make_one_notice_in_the_browser_s_language(api, receipt, heard):
    browser = follow(api.world.member, "ru", told=None)
    assert heard(browser) == []  # news begin now
    sell(api, receipt())
    sell(api, receipt())
    assert heard(browser) == [("Вам начислено: 20 баллов", "За что, видно в приложении.")]


def test_nobody_else_hears_of_it_and_without_followers_nothing_is_read(api, receipt, heard):
    sell(api, receipt())
    with CaptureQueriesContext(connection) as queries:
        in_transaction(lambda: tell_movements(after=None, now=utc_now()))
    assert len([one for one in queries if "SELECT" in one["sql"]]) == 1
    other = follow(api.world.other, told=None)
    heard(other)
    sell(api, receipt())
    assert heard(other) == []


def test_points_about_to_expire_are_told_a_week_before(api, receipt, browser, heard):
    sell(api, receipt())
    heard(browser)
    ends = utc_now() + timedelta(days=365)
    for days in range(5, 10):
        now = ends - timedelta(days=days)
        in_transaction(lambda now=now: tell_expiring(after=None, now=now))
    told = heard(browser)
    assert [title for title, _ in told] == ["Soon to expire: 10 points"]


def test_a_follower_of_a_gone_session_is_passed_over(api, receipt, browser):
    in_transaction(PushDevice.objects.get().session.delete)
    sell(api, receipt())
    assert in_transaction(lambda: tell_movements(after=None, now=utc_now())) is None
    assert not Letter.objects.filter(channel="push").exists()
