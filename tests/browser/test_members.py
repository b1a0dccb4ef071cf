"""Support at work in a real browser: found by typing, corrected, a request answered, by keyboard too."""

import pytest

from browser.site import WIDTHS
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, Profile
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.members.usecases.support import open_request
from regulars.contexts.security.types import Role
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


@pytest.fixture(scope="module")
def support(site):
    return site.hire(Role.SUPPORT, name="Борис Котов")


@pytest.fixture(scope="module")
def vera(site):
    """A member with a name, a phone and a purchase, who is missing points."""

    def work():
        now = utc_now()
        identifiers = (
            Identifier(IdentifierKind.PHONE, "+79161234567"),
            Identifier(IdentifierKind.EXTERNAL, "vera-1"),
        )
        profile = Profile(given_name="Вера", family_name="Кузнецова", phone="+79161234567")
        enrolment = Enrolment(identifiers, profile, tags=frozenset({"vip"}), store="s1")
        member = enrol_member(enrolment, now=now, by=site.shop.by).member
        return member, open_request(
            member, "missing_points", "Вчера не начислили", now=now, by=site.shop.author
        )

    member, request = site.do(lambda: in_transaction(work))
    site.do(lambda: site.shop.sell(member, 700, 150))
    return member, request


def test_a_member_is_found_by_typing_and_corrected(window, support, vera):
    watched = window(token=support).goto("/console/members/")
    page = watched.page
    page.keyboard.press("/")
    page.keyboard.type("куз")
    page.get_by_role("link", name="Вера Кузнецова").wait_for()
    assert "куз" not in page.url
    watched.assert_sound()
    page.get_by_role("link", name="Вера Кузнецова").click()
    page.get_by_role("button", name="Correct points").click()
    dialog = page.get_by_role("dialog", name="Correct points")
    dialog.get_by_label("How much").fill("40")
    dialog.get_by_label("Why").fill("Sorry for the wait")
    assert watched.violations() == []
    dialog.get_by_role("button", name="Correct").click()
    page.get_by_text("Booked.").wait_for()
    page.locator("#history").get_by_text("Sorry for the wait").first.wait_for(state="attached")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Erase").click()
    erase = page.get_by_role("dialog").get_by_role("button", name="Erase")
    assert erase.is_disabled()
    page.keyboard.press("Escape")


@pytest.mark.parametrize(("language", "width"), [("en", WIDTHS[0]), ("ru", WIDTHS[2])])
def test_cards_requests_and_statements_are_sound(window, support, vera, language, width):
    member, asked = vera
    watched = window(token=support, width=width, language=language)
    for path in (
        f"/console/members/{member.id}/",
        f"/console/members/{member.id}/statement/",
        "/console/support/",
        f"/console/support/{asked.id}/",
    ):
        watched.goto(path).assert_sound_in_both_themes()
