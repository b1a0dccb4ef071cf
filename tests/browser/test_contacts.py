"""The pages on which a member changes e-mail and phone, in a real browser."""

import pytest

from browser.app import signed_in
from browser.till import new_customer


@pytest.mark.parametrize(("theme", "language"), [("light", "ru"), ("dark", "en")])
def test_pages_of_contacts_are_sound(window, site, theme, language):
    session = signed_in(site, new_customer(site, points=3000))
    watched = window(
        member_token=session.token, width=390, height=844, theme=theme, language=language
    )
    for path in ("/app/account/", "/app/account/contacts/"):
        watched.goto(path).assert_sound()
    watched.page.locator(".card a").first.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/contacts/*/")
    watched.assert_sound()
