"""The front page in a real browser: it fits a phone and a desk, and can be read in either theme."""

import html
import json
import re
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client

from regulars.project.static_version import STATIC, static_url

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (360, 768, 1440)
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium")


class Frames:
    """A server of the real page, and of one page that frames it in every width and language.

    It passes the page's own headers on, but for those that forbid framing.
    """

    def __init__(self):
        pages = {f"/{language}": Client().get(f"/?lang={language}") for language in ("en", "ru")}
        pages_of_design = {
            name: Client().get(name) for name in ("/design/brand.css", "/design/brand.svg")
        }
        frames = "".join(
            f'<iframe name="{language} {width}" src="/{language}" width="{width}" height="900"></iframe>'
            for language in ("en", "ru")
            for width in WIDTHS
        )
        script = Path(__file__).with_name("measure.js").read_text()
        outer = f"<!doctype html><body>{frames}<script>{script}</script>".encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.startswith((static_url(), "/design/")):
                    self.send_style()
                    return
                page = pages.get(self.path)
                body = outer if page is None else page.content
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if page is not None:
                    policy = page["Content-Security-Policy"]
                    assert "frame-ancestors 'none'" in policy
                    self.send_header(
                        "Content-Security-Policy",
                        policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
                    )
                self.end_headers()
                self.wfile.write(body)

            def send_style(self):
                """Style sheets and pictures; scripts stay out, the measuring is of what is still."""
                name = self.path.partition("?")[0]
                if name.startswith("/design/"):
                    found = pages_of_design[name]
                    kind, body = found["Content-Type"], found.content
                else:
                    path = STATIC / name.removeprefix(static_url())
                    kind = {".css": "text/css", ".woff2": "font/woff2"}.get(path.suffix)
                    body = path.read_bytes() if kind else b""
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/frames"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def measured(shop, open_figures):
    frames = Frames()

    def measure(theme):
        with tempfile.TemporaryDirectory() as profile:
            ended = subprocess.run(
                [CHROMIUM, *ARGUMENTS, f"--user-data-dir={profile}", "--window-size=1600,1200",
                 f"--blink-settings=preferredColorScheme={theme}", "--dump-dom", frames.url],
                capture_output=True, text=True, timeout=120, check=True,
            )  # fmt: skip
        (found,) = re.findall(r"<pre>(.*)</pre>", ended.stdout)
        return json.loads(html.unescape(found))

    yield measure
    frames.close()


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("theme", "is_dark"), [(1, False), (0, True)], ids=["light", "dark"])
def test_the_page_fits_and_can_be_read(measured, theme, is_dark):
    found = measured(theme)
    assert len(found) == 2 * len(WIDTHS)
    for one in found:
        assert one["scrolled"] <= one["width"], one
        assert one["outside"] == [], one
        assert one["contrast"] >= 4.5, one  # WCAG AA for text
        assert one["bars"] >= 3, one  # and for graphics; also: the styles were let in
        assert one["others"] >= 3, one
        assert one["target"] >= 24, one
        assert (max(one["ground"]) < 64) is is_dark, one
