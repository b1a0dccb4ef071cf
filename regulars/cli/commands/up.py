"""`regulars up`: the database, the web server and the job workers, until Ctrl-C."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import click

from regulars.cli.children import Child, end_all
from regulars.cli.session import Session, pass_session
from regulars.contexts.security.types import system_actor
from regulars.contexts.security.usecases.links import make_welcome
from regulars.contexts.security.usecases.staff import create_first_administrator
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import Attachment
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.kit.database.locks import FileLock
from regulars.kit.transactions import in_transaction

log = logging.getLogger(__name__)

_READY_WITHIN_S = 60.0
_END_WITHIN_S = 25.0
_LOOK_EVERY_S = 0.5
_ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (compared with, not listened on)


class AlreadyRunning(Refused):
    """Another `up` works on the same folder."""

    code = "up.already_running"


class PortTaken(Refused):
    """Somebody else listens there."""

    code = "up.port_taken"


class WebNotReady(Refused):
    """The web server died or did not answer in time at its first start."""

    code = "up.not_ready"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the web server listens, and with how many processes."""

    host: str
    port: int
    workers: int

    @property
    def reached_at(self) -> str:
        """The address by which this machine reaches it."""
        return "127.0.0.1" if self.host in _ANY_ADDRESS else self.host

    @property
    def url(self) -> str:
        """The address to open in a browser, without a slash at its end."""
        host = f"[{self.reached_at}]" if ":" in self.reached_at else self.reached_at
        return f"http://{host}:{self.port}"

    @property
    def browser_url(self) -> str:
        """The address for a person's browser: by name, because passkeys are bound to names."""
        is_own = self.host in ("127.0.0.1", "::1", *_ANY_ADDRESS)
        return f"http://localhost:{self.port}" if is_own else self.url


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@pass_session
def up(session: Session, host: str, port: int, workers: int) -> None:
    """Start the database, the web server and the job workers; Ctrl-C ends them."""
    where = Listening(host, port, workers)
    session.prepare_home()
    with _alone(session):
        _check_port(where)
        with session.database() as held:
            in_transaction(lambda: _make_administrator(session, where))
            with _asked_to_end() as ending:
                _keep_up(session, held, where, ending)
    session.tell("up.ended")


COMMAND = up


def _keep_up(session: Session, held: Attachment, where: Listening, ending: threading.Event) -> None:
    """Keep database, web server and worker alive until `ending` is set; then end the latter two."""
    os.environ.setdefault("REGULARS_ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{where.host}")
    web = Child("regulars.project.web_process", where.host, str(where.port), str(where.workers))
    children = (web, *(Child(f"regulars.cli.{name}_process") for name in ("worker", "studies")))
    try:
        for child in children:
            child.start()
        if _is_ready(web, where, ending):
            _show_addresses(session, where)
        while not ending.wait(_LOOK_EVERY_S):
            _keep_database(held)
            for child in children:
                child.keep()
        session.tell("up.ending")
    finally:
        end_all(children, within_s=_END_WITHIN_S)


def _keep_database(held: Attachment) -> None:
    try:
        held.keep()
    except DatabaseUnavailable as failure:
        # A full disk, say: it may be there again at the next look, the children wait for it too.
        log.error("the database does not start: %s", failure.params.get("reason"))


def _is_ready(web: Child, where: Listening, ending: threading.Event) -> bool:
    """Wait until the web server answers; False if asked to end meanwhile. Raises WebNotReady."""
    until = time.monotonic() + _READY_WITHIN_S
    while not ending.wait(0.05):
        if not web.is_alive() or time.monotonic() > until:
            raise WebNotReady
        if _answers(where):
            return True
    return False


def _answers(where: Listening) -> bool:
    """Whether an HTTP request gets any answer at all."""
    asking = HTTPConnection(where.reached_at, where.port, timeout=5.0)
    try:
        asking.request("HEAD", "/till/v1")
        asking.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()
    return True


def _show_addresses(session: Session, where: Listening) -> None:
    urls = {
        "home": f"{where.url}/",
        "console": f"{where.browser_url}/console/",
        "till_page": f"{where.browser_url}/till/",
        "member_app": f"{where.browser_url}/app/",
        "till_api": f"{where.url}/till/v1",
        "management_api": f"{where.url}/manage/v1",
        "openapi": f"{where.url}/openapi.json",
    }
    lines = [session.say("up.listening"), *(f"  {url}" for url in urls.values())]
    session.show({"urls": urls}, [*lines, session.say("up.how_to_end")], stream=True)
    sys.stdout.flush()


def _make_administrator(session: Session, where: Listening) -> None:
    """Make the first account, if there is none, and show its password and the link that sets it up.

    Shown before the commit: a password shown for nothing does no harm, one never shown locks out.
    The link is good once, so that who finds it in a log later finds nothing.
    """
    now = utc_now()
    made = create_first_administrator(language=session.language, now=now)
    if made is not None:
        token = make_welcome(made.id, now=now, by=system_actor("first_start"))
        link = f"{where.browser_url}/console/link/{token}"
        says = [
            session.say("up.administrator", email=made.email, password=made.password),
            session.say("up.welcome", link=link),
        ]
        account = {"email": made.email, "password": made.password, "link": link}
        session.show({"administrator": account}, says, stream=True)
        sys.stdout.flush()


@contextmanager
def _alone(session: Session) -> Iterator[None]:
    """Raises AlreadyRunning where another `up` works on this folder."""
    lock = FileLock(session.home.run / "up.lock")
    if not lock.try_exclusive():
        raise AlreadyRunning(folder=str(session.home.root))
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _asked_to_end() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set for the length of the block."""
    ending = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ending.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_port(where: Listening) -> None:
    """Raises PortTaken. Our own server would share the port with another one without a word."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.host, where.port))
        except OSError:
            raise PortTaken(host=where.host, port=where.port) from None
