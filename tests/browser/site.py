"""A served installation with a shop behind it, and pages of it in a real Chromium that is watched."""

import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from django.test import override_settings
from running import free_port
from till_shop import DOCUMENT, Shop

from regulars.contexts.security.models import Letter
from regulars.contexts.security.types import Actor, Holder, Role
from regulars.contexts.security.usecases.letters import send_letter
from regulars.contexts.security.usecases.sessions import begin_session
from regulars.contexts.security.usecases.staff import create_staff
from regulars.contexts.till.usecases.places import create_store
from regulars.kit.clock import utc_now
from regulars.kit.dsn import Access
from regulars.kit.transactions import in_transaction
from regulars.project.mail import Mail, Sms, configured_channels
from regulars.web.build_assets import ROOT

Result = TypeVar("Result")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (390, 834, 1440)
LANGUAGES = ("en", "ru")
THEMES = ("light", "dark")
PASSWORD = "correct horse battery staple"
TITLED = {**DOCUMENT, "title": {"en": "Corner shop", "ru": "Лавка на углу"}}
# WCAG 2.2 AA and what axe calls best practice.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COME_TO_REST = """async () => {
  const ends = (one) => one.playState === 'running' && one.effect.getTiming().iterations !== Infinity;
  for (let moving; (moving = document.getAnimations().filter(ends)).length; )
    await Promise.allSettled(moving.map((one) => one.finished));
}"""
_FIND = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}});
  const told = (node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.failureSummary}`;
  return found.violations.map((one) => `${one.id}: ` + one.nodes.slice(0, 4).map(told).join(' ; '));
}"""


class Site:
    """A running web server on a database of its own.

    Whatever touches the database from the test goes through `do`: a thread of its own, because
    Playwright keeps an event loop in the test's.
    """

    def __init__(self, access: Access, folder: Path) -> None:
        self.access = access
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"  # by name: passkeys are bound to names
        self.letters = folder / "letters"
        self.home = folder / "home"
        self.log = folder / "web.log"
        self._secret = secrets.token_hex(24)
        self._thread = ThreadPoolExecutor(1)
        self.shop: Shop | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, done beside the browser."""
        return self._thread.submit(work).result(120)

    def start(self, **variables: str) -> None:
        """Serve; returns once pages are answered."""
        environment = {
            **os.environ,
            "REGULARS_DATABASE_OWNER": self.access.owner.url,
            "REGULARS_DATABASE_APP": self.access.app.url,
            "REGULARS_SECRET_KEY": self._secret,
            "REGULARS_DEMO_LETTERS": str(self.letters),
            "REGULARS_HOME": str(self.home),
            **variables,
        }
        line = [
            sys.executable,
            "-m",
            "regulars.project.web_process",
            "127.0.0.1",
            str(self.port),
            "1",
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(line, env=environment, stdout=log, stderr=log)
        until = time.monotonic() + 180  # a busy machine is no broken one
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
        if self.shop is not None:
            self.do(self.shop.close)
        self._thread.shutdown()

    def deliver(self) -> list[str]:
        """Send what waits, as the job does; the texts that were sent, the newest last."""

        def work() -> None:
            channels = configured_channels(Mail(), Sms(), str(self.letters))
            told = {"SECRET_KEY": self._secret, "DEMO_LETTERS": str(self.letters)}
            with override_settings(**told, LETTER_CHANNELS=channels):
                for letter in Letter.objects.exclude(sealed=None).order_by("id"):
                    send_letter(letter.pk, now=utc_now())

        self.do(work)
        return [path.read_text() for path in sorted(self.letters.glob("*.txt"))]

    def errors(self) -> list[str]:
        """What the server has logged as going wrong."""
        return [line for line in self.log.read_text().splitlines() if "ERROR" in line]

    def hire(self, role: Role, name: str = "Анна Петрова", language: str = "en") -> str:
        """The session token of a new colleague who is signed in by passkey."""

        def work() -> str:
            now = utc_now()
            email = f"{role}-{secrets.token_hex(3)}@example.org"
            made = create_staff(
                email=email, name=name, role=role, language=language, password=PASSWORD,
                now=now, by=self._by(),
            )  # fmt: skip
            return begin_session(
                Holder("staff", made.id), method="passkey", device="Chromium", now=now
            ).token

        return self.do(lambda: in_transaction(work))

    def _by(self) -> Actor:
        assert self.shop is not None
        return self.shop.by

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/design/brand.css", timeout=5) as answer:
                return answer.status == 200
        except (TimeoutError, urllib.error.URLError, ConnectionError):
            return False


def stock(site: Site) -> None:
    """Two stores, members and a month of sales that ends now."""

    def work() -> None:
        start = utc_now() - timedelta(days=40)
        site.shop = shop = Shop(site.access, TITLED, start)
        for code, title in (("s1", "Центральный"), ("s2", "Вокзал")):
            in_transaction(
                lambda code=code, title=title: create_store(code, title, now=shop.now, by=shop.by)
            )
        members = [shop.enrol(f"member-{number}") for number in range(4)]
        for day in range(0, 40, 3):
            shop.now = start + timedelta(days=day, hours=day % 7)
            for number, member in enumerate(members):
                if (day + number) % 2:
                    shop.sell(member, 300 + 40 * number + 7 * day)
            shop.sell(None, 250 + 5 * day)
        shop.now = utc_now()

    site.do(work)


class Watched:
    """A page of Chromium whose complaints are kept: console, scripts, policy, failed requests."""

    def __init__(self, page, site: Site, context) -> None:
        self.page = page
        self.context = context
        self.site = site
        self.complaints: list[str] = []
        self.forgiven: set[int] = set()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)
        page.on("request", self._request)

    def goto(self, path: str, *, status: int = 200) -> "Watched":
        """Open a page of the site and wait until it is quiet."""
        if status >= 400:
            self.forgiven.add(status)
        answer = self.page.goto(self.site.url + path, wait_until="networkidle")
        assert answer.status == status, (path, answer.status, self.site.log.read_text()[-3000:])
        return self

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands."""
        # The policy forbids foreign scripts; the test's own comes by the debugger.
        self.page.evaluate(AXE.read_text() + ";0")
        return self.page.evaluate(_FIND, _RULES)

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def assert_sound(self) -> None:
        """Nothing complained, nothing sticks out, axe finds nothing."""
        assert self.complaints == [], self.complaints
        assert self.overflow() <= 0, f"{self.page.url} is wider than its window"
        found = self.violations()
        assert found == [], "\n".join([self.page.url, *found])

    def assert_sound_in_both_themes(self) -> None:
        """The same in the light and in the dark, as the system switches from one to the other."""
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.evaluate(_COME_TO_REST)
            self.assert_sound()

    def _console(self, message) -> None:
        # A refusal that the test asked for is said by the browser as an error of loading.
        if message.type in ("error", "warning") and not (
            self.forgiven and message.text.startswith("Failed to load resource")
        ):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _failed(self, request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _response(self, response) -> None:
        if response.status >= 400 and response.status not in self.forgiven:
            self.complaints.append(f"{response.status}: {response.url}")

    def _request(self, request) -> None:
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self.complaints.append(f"leaves the site: {request.url}")


@contextmanager
def watched(
    browser,
    site: Site,
    *,
    token: str | None = None,
    member_token: str | None = None,
    width: int = 1440,
    height: int = 900,
    theme: str = "light",
    language: str = "en",
    **options: object,
) -> Iterator[Watched]:
    """A fresh browser window: nothing is shared with the one before."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, color_scheme=theme,
        reduced_motion="reduce", **options,
    )  # fmt: skip
    for name, value in (("regulars_staff", token), ("regulars_member", member_token)):
        if value:
            context.add_cookies([{"name": name, "value": value, "url": site.url}])
    try:
        yield Watched(context.new_page(), site, context)
    finally:
        context.close()


@contextmanager
def windows(browser, site: Site) -> Iterator[Callable[..., Watched]]:
    """Opens windows of a site, as `watched` does; all must end without complaints."""
    with ExitStack() as stack:
        opened: list[Watched] = []

        def open_window(**options: object) -> Watched:
            opened.append(stack.enter_context(watched(browser, site, **options)))
            return opened[-1]

        yield open_window
        assert [one.complaints for one in opened if one.complaints] == []
        assert site.errors() == []
