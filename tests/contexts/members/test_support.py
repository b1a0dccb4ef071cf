"""Requests to support, and lists that a colleague keeps."""

from datetime import timedelta

import pytest

from regulars.contexts.members.holding import MemberNotFound
from regulars.contexts.members.models import SupportRequest
from regulars.contexts.members.usecases.membership import erase_member, mark_merged
from regulars.contexts.members.usecases.saved_views import (
    VIEWS_MAX,
    SavedViewInvalid,
    SavedViewNotFound,
    TooManySavedViews,
    drop_view,
    list_saved_views,
    save_view,
)
from regulars.contexts.members.usecases.support import (
    RequestDecided,
    RequestInvalid,
    RequestNotFound,
    ask_erasure,
    decide_request,
    find_asked_erasure,
    list_answered_requests,
    list_open_requests,
    list_requests_of,
    open_request,
)
from regulars.contexts.security.types import Actor
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.kit.ids import new_id

pytestmark = pytest.mark.django_db


def test_a_request_is_due_by_its_kind_and_answered_once(enrol, now, support):
    member = enrol()
    late = open_request(member, "erasure", " Forget me ", now=now, by=support)
    soon = open_request(member, "lost_card", "Lost", now=now, by=support)
    assert soon.due_at == now + timedelta(days=1)
    assert late.text == "Forget me"
    assert [one.id for one in list_open_requests(by=support).items] == [soon.id, late.id]
    assert [one.id for one in list_open_requests(kind="erasure", by=support).items] == [late.id]
    done = decide_request(soon.id, "done", "A new card", now=now, by=support)
    assert (done.decision, done.decided_by) == ("done", support.staff_id)
    with pytest.raises(RequestDecided):
        decide_request(soon.id, "refused", "No", now=now, by=support)
    assert [one.id for one in list_answered_requests(by=support).items] == [soon.id]
    with pytest.raises(RequestNotFound):
        decide_request(new_id(now=now), "done", "?", now=now, by=support)


def test_requests_go_on_page_by_page(enrol, now, support):
    member = enrol()
    made = [open_request(member, "other", str(n), now=now, by=support).id for n in range(5)]
    seen, cursor = [], None
    while True:
        page = list_open_requests(cursor=cursor, limit=2, by=support)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(made)


@pytest.mark.parametrize(
    ("kind", "text"), [("nonsense", "x"), ("other", " "), ("other", "x" * 2001)]
)
def test_what_is_no_request_is_refused(enrol, now, support, kind, text):
    with pytest.raises(RequestInvalid):
        open_request(enrol(), kind, text, now=now, by=support)


def test_who_does_not_support_members_sees_no_requests(enrol, now):
    stranger = Actor("staff", "x", None, frozenset())
    with pytest.raises(PermissionMissing):
        list_open_requests(by=stranger)
    with pytest.raises(PermissionMissing):
        open_request(enrol(), "other", "x", now=now, by=stranger)


def test_requests_follow_a_merge_and_lose_their_words_with_an_erasure(enrol, now, support):
    stays, goes = enrol(), enrol()
    made = open_request(goes, "dispute", "My name is Vera", now=now, by=support)
    mark_merged(goes, stays, "same", now=now, by=support)
    assert [one.id for one in list_requests_of(stays, by=support)] == [made.id]
    decide_request(made.id, "refused", "Dear Vera", now=now, by=support)
    erase_member(stays, "asked", now=now, by=support)
    row = SupportRequest.objects.get()
    assert (row.text, row.answer, row.decision) == ("", "", "refused")


def test_a_list_is_kept_for_its_colleague_alone(now, support):
    other = support._replace(staff_id=new_id(now=now))
    kept = save_view("Best", {"tag": "vip"}, now=now, by=support)
    assert list_saved_views(by=other) == ()
    with pytest.raises(SavedViewNotFound):
        drop_view(kept.id, by=other)
    again = save_view(" Best ", {"tag": "tea"}, now=now, by=support)
    assert list_saved_views(by=support) == (again,)
    with pytest.raises(SavedViewInvalid):
        save_view(" ", {}, now=now, by=support)
    for number in range(VIEWS_MAX - 1):
        save_view(f"List {number}", {}, now=now, by=support)
    with pytest.raises(TooManySavedViews):
        save_view("One more", {}, now=now, by=support)
    drop_view(again.id, by=support)
    assert len(list_saved_views(by=support)) == VIEWS_MAX - 1


def test_a_member_asks_once_to_be_forgotten_and_only_for_themselves(enrol, now, support):
    member, other = enrol(), enrol()
    oneself = Actor("member", str(member.id), None, frozenset())
    asked = ask_erasure(member, now=now, by=oneself)
    assert asked.due_at == now + timedelta(days=10)
    assert ask_erasure(member, now=now + timedelta(hours=1), by=oneself) == asked
    assert list_open_requests(by=support).items == (asked,)
    for act in (
        lambda: ask_erasure(other, now=now, by=oneself),
        lambda: find_asked_erasure(other, by=oneself),
    ):
        with pytest.raises(MemberNotFound):
            act()
    decide_request(asked.id, "refused", "A debt is open", now=now, by=support)
    assert find_asked_erasure(member, by=oneself) is None
