"""Every page worth a picture, and who looks at it: the contact sheet and the checks go by this list."""

from typing import Any, NamedTuple

import pytest

from browser.site import WIDTHS


class Page(NamedTuple):
    """A page: its name on the sheet, its address, and as whom it is opened."""

    name: str
    path: str
    who: str = "owner"  # owner | member | nobody


PAGES = (
    Page("Home", "/console/"),
    Page("Approvals", "/console/approvals/"),
    Page("Members", "/console/members/"),
    Page("Support", "/console/support/"),
    Page("Versions", "/console/programme/"),
    Page("Version", "/console/programme/1/"),
    Page("Version in words", "/console/programme/1/words/"),
    Page("Version, changing", "/console/programme/1/edit/"),
    Page("Version from a file", "/console/programme/upload/"),
    Page("Rewards", "/console/rewards/"),
    Page("Reward, new", "/console/rewards/new/"),
    Page("Orders", "/console/rewards/orders/"),
    Page("Coupons", "/console/coupons/"),
    Page("New plan", "/console/plan/new/"),
    Page("Compare programmes", "/console/simulate/new/"),
    Page("Analyses", "/console/analytics/studies/"),
    Page("Liability", "/console/liability/"),
    Page("Staff", "/console/staff/"),
    Page("Invite a colleague", "/console/staff/invite/"),
    Page("Consents", "/console/consents/"),
    Page("Wizard, a first sale", "/console/start/sale/?amount=500"),
    Page("My account", "/console/account/"),
    Page("Import", "/console/import/"),
    Page("Stores and tills", "/console/stores/"),
    Page("New store", "/console/stores/new/"),
    Page("Cards", "/console/cards/"),
    Page("Gift cards", "/console/gift-cards/"),
    Page("Look a gift card up", "/console/gift-cards/one/"),
    Page("API keys", "/console/keys/"),
    Page("New key", "/console/keys/new/"),
    Page("Brand", "/console/brand/"),
    Page("Audit trail", "/console/audit/"),
    Page("Components", "/console/design/"),
    Page("Sign in, staff", "/console/sign-in/", "nobody"),
    Page("Forgotten password", "/console/forgotten/", "nobody"),
    Page("Sign in, member", "/app/sign-in/", "nobody"),
    Page("App", "/app/", "member"),
    Page("App, rewards", "/app/rewards/", "member"),
    Page("App, offers", "/app/offers/", "member"),
    Page("App, history", "/app/history/", "member"),
    Page("Join", "/join/", "nobody"),
    Page("Till", "/till/", "nobody"),
    Page("Customer's window", "/till/display/", "nobody"),
    Page("Front", "/", "nobody"),
)


def looked_at(paths: list[str]) -> list[Any]:
    """Cases of (path, language, width): on a phone or at a desk by turns; both in a long run."""
    views = (("en", WIDTHS[0]), ("ru", WIDTHS[2]))
    return [
        pytest.param(path, *view, marks=() if place == number % 2 else pytest.mark.long)
        for number, path in enumerate(paths)
        for place, view in enumerate(views)
    ]
