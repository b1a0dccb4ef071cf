"""Lighthouse on the member app: the first screen of who is signed in, and the sign-up page."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from platformdirs import user_cache_path

from bench.ground import ground, member_id
from bench.posting_http import wait_for
from bench.report import Figure, Options

TITLE = "Lighthouse on the member app, as on a phone with a slow connection"
SCORE_MIN = 95
_PINNED = Path(__file__).parent / "lighthouse_npm"
_CATEGORIES = ("performance", "accessibility", "best-practices")
# What a score is made of, to say where it went.
_AUDITS: Mapping[str, str] = {
    "first-contentful-paint": "FCP",
    "largest-contentful-paint": "LCP",
    "total-blocking-time": "TBT",
    "cumulative-layout-shift": "CLS",
    "total-byte-weight": "sent",
}
_SECONDS_MAX = 600


class LighthouseMissing(Exception):
    """Lighthouse cannot be run here; the message says why."""


def run(options: Options) -> list[Figure]:
    """The scores of both pages, the middle of some runs; a line that says why where it cannot be."""
    try:
        browser, folder = _chromium(), _install()
    except LighthouseMissing as missing:
        return [Figure("not run", "–", remark=str(missing))]
    figures: list[Figure] = []
    with ground(options.members, options.home), served() as url:
        pages = {
            "the app's first screen": (f"{url}/app/", _signed_in()),
            "the sign-up page": (f"{url}/join/", ""),
        }
        for name, (address, cookie) in pages.items():
            _look(folder, browser, address, cookie)  # the first ever also warms the server
            found = [_look(folder, browser, address, cookie) for _ in range(max(1, options.rounds))]
            figures += _figures(name, found)
    return figures


def _figures(name: str, found: list[dict[str, Any]]) -> Iterator[Figure]:
    middle = sorted(found, key=lambda one: one["categories"]["performance"]["score"])[
        len(found) // 2
    ]
    told = ", ".join(
        f"{short} {middle['audits'][audit]['displayValue']}" for audit, short in _AUDITS.items()
    )
    for category in _CATEGORIES:
        score = median(100 * one["categories"][category]["score"] for one in found)
        wrong = "" if category == "performance" else ", ".join(_failed(middle, category))
        yield Figure(
            f"{name}: {category.replace('-', ' ')}",
            f"{score:.0f}",
            target=str(SCORE_MIN),
            holds=score >= SCORE_MIN,
            remark=told if category == "performance" else wrong,
        )


def _failed(report: dict[str, Any], category: str) -> Iterator[str]:
    for part in report["categories"][category]["auditRefs"]:
        score = report["audits"][part["id"]]["score"]
        if score is not None and score < 1 and part["weight"]:
            yield part["id"]


def _look(folder: Path, browser: str, url: str, cookie: str) -> dict[str, Any]:
    """One report by Lighthouse's usual settings: a middling phone, 1.6 Mbit/s, 150 ms, nothing cached."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        out = Path(place) / "report.json"
        told = {"name": "regulars_member", "value": cookie, "domain": "localhost", "path": "/"}
        asked = {
            "url": url, "browser": browser, "out": str(out), "categories": _CATEGORIES,
            "cookies": [told] if cookie else [],
        }  # fmt: skip
        done = subprocess.run(
            ["node", str(folder / "look.mjs"), json.dumps(asked)],
            capture_output=True, text=True, timeout=_SECONDS_MAX, check=False,
        )  # fmt: skip
        if done.returncode or not out.exists():
            raise RuntimeError(f"Lighthouse failed: {done.stderr.strip()[-500:]}")
        report: dict[str, Any] = json.loads(out.read_text())
    assert report["finalDisplayedUrl"] == url, report["finalDisplayedUrl"]
    return report


def _chromium() -> str:
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if found is None:
        raise LighthouseMissing("Chromium is not installed")
    return found


def _install() -> Path:
    """The folder outside the repository where the pinned Lighthouse is; brought in once from npm."""
    pinned = b"".join(path.read_bytes() for path in sorted(_PINNED.iterdir()))
    folder = user_cache_path("regulars-bench") / f"lighthouse-{sha256(pinned).hexdigest()[:16]}"
    if (folder / "complete").exists():
        return folder
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise LighthouseMissing("node and npm are not installed")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_PINNED, folder)
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder, capture_output=True, text=True, timeout=_SECONDS_MAX, check=False,
    )  # fmt: skip
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["npm failed"])[-1]
        raise LighthouseMissing(f"npm cannot bring Lighthouse in: {why[:200]}")
    (folder / "complete").touch()
    return folder


@contextmanager
def served() -> Iterator[str]:
    """A web server on the database that has been published, as `regulars up` starts it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    line = [sys.executable, "-m", "regulars.project.web_process", "127.0.0.1", str(port), "1"]
    process = subprocess.Popen(line, env=os.environ.copy())
    try:
        wait_for(port, process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _signed_in() -> str:
    """The session of a member who has points."""
    from regulars.contexts.security.types import Holder
    from regulars.contexts.security.usecases.sessions import begin_session
    from regulars.kit.clock import utc_now
    from regulars.kit.transactions import in_transaction

    holder = Holder("member", member_id(0))
    return in_transaction(
        lambda: begin_session(holder, method="email", device="bench", now=utc_now())
    ).token
