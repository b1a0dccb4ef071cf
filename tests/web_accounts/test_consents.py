"""Texts of consents: a new one is a version of its own, and the old ones stay."""

import pytest

from regulars.contexts.members.usecases.consent_texts import list_consent_texts, list_versions_of
from regulars.contexts.security.types import Role

NEW = {
    "title_en": "I agree",
    "body_en": "To <b>everything</b>.",
    "title_ru": "Согласен",
    "body_ru": "На всё.",
    "required": "on",
    "offered": "on",
}


def test_a_new_text_is_the_next_version_and_the_old_one_stays(committed, terms, owner):
    owner.sign_in().post("/console/consents/terms/", **NEW)
    assert [one.version for one in list_versions_of("terms")] == [2, 1]
    assert list_consent_texts()[0].name == "terms/2"
    page = owner.get("/console/consents/terms/").content.decode()
    assert "Corner shop credits points" in page
    assert "<b>everything" not in page


def test_a_text_that_is_not_offered_is_asked_for_no_more(terms, owner):
    owner.sign_in().post("/console/consents/sms/", **(NEW | {"offered": ""}))
    assert "sms" not in {one.purpose for one in list_consent_texts()}
    assert owner.get("/console/consents/").status_code == 200


@pytest.mark.parametrize("missing", ["title_en", "body_en", "title_ru", "body_ru"])
def test_both_languages_are_needed(terms, owner, missing):
    told = owner.sign_in().post("/console/consents/terms/", **(NEW | {missing: " "}))
    assert told.status_code == 422
    assert len(list_versions_of("terms")) == 1


def test_only_who_may_publish_changes_what_people_agree_to(terms, hire):
    support = hire(Role.SUPPORT).sign_in()
    assert support.get("/console/consents/").status_code == 200
    assert support.post("/console/consents/terms/", **NEW).status_code == 403


def test_a_purpose_that_is_none_is_not_found(terms, owner):
    assert owner.sign_in().get("/console/consents/nothing/").status_code == 404
