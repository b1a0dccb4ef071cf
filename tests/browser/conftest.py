"""Chromium, a served installation, and pages that are watched while a test uses them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser.site import AXE, CHROMIUM, Site, Watched, stock, windows
from regulars.contexts.security.types import Role
from regulars.kit.database.lead import django_on

# Playwright keeps an event loop in the tests' thread; what touches the database goes by Site.do.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last; they are skipped as such where there is no browser.

    Once Playwright runs in a process, nothing there can run an event loop of its own any more.
    """
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here))
    reason = None
    if CHROMIUM is None:
        reason = "needs Chromium: apt-get install chromium"
    elif not AXE.is_file():
        reason = "needs the npm packages: python -m regulars.web.build_assets"
    if reason is None:
        return
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """One Chromium for the run."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(make_database, drop_database, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    """A served shop with a past; made once, so tests make members and colleagues of their own."""
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        served = Site(access, tmp_path_factory.mktemp("site"))
        try:
            stock(served)
            served.start()
            yield served
        finally:
            served.stop()
    drop_database(access)


@pytest.fixture(scope="session")
def owner(site: Site) -> str:
    """The session token of an owner."""
    return site.hire(Role.OWNER)


@pytest.fixture
def window(chromium, site: Site) -> Iterator[Callable[..., Watched]]:
    """Opens windows (`token=`, `width=`, `theme=`, `language=`…); all must end without complaints."""
    with windows(chromium, site) as open_window:
        yield open_window
