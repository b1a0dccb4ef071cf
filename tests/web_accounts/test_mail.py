"""Letters by a real SMTP server, as the settings lead them there."""

import asyncio

import pytest
from aiosmtpd.controller import Controller
from running import free_port

from regulars.contexts.security.models import Letter
from regulars.contexts.security.usecases.letters import post_letter, purge_letters, send_letter
from regulars.kit.outbox import run_worker
from regulars.kit.transactions import in_transaction
from regulars.project.mail import Sms, configured_channels, configured_mail
from web_accounts.conftest import START


class Box:
    """Takes what comes, after `busy` refusals."""

    def __init__(self):
        self.taken, self.busy = [], 0

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0)
        if self.busy:
            self.busy -= 1
            return "451 try again"
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def box(settings, monkeypatch):
    found = Box()
    server = Controller(found, hostname="127.0.0.1", port=free_port())
    server.start()
    monkeypatch.setenv("REGULARS_SMTP_URL", f"smtp://127.0.0.1:{server.port}?plain")
    mail = configured_mail()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mail.host, mail.port
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = mail.starttls, mail.tls
    settings.LETTER_CHANNELS = configured_channels(mail, Sms(), "")
    yield found
    server.stop()


def post(to="anna@example.com", **params):
    told = {"code": "123456", "minutes": 5} | params
    return in_transaction(
        lambda: post_letter(
            "email", to, "code_member_sign_in", told, language="ru", lasts=START - START, now=START
        )
    )


def post_good(to="anna@example.com"):
    letter = post(to)
    Letter.objects.filter(pk=letter).update(ends_at=START.replace(year=2999))
    return letter


def test_a_letter_arrives_by_smtp_in_the_reader_s_language(committed, box):
    assert send_letter(post_good(), now=START)
    (letter,) = box.taken
    assert letter.rcpt_tos == ["anna@example.com"]
    body = letter.content.decode()
    assert "Auto-Submitted: auto-generated" in body
    row = Letter.objects.get()
    assert (row.sealed, row.sent_at) == (None, START)


def test_the_job_delivers_what_the_transaction_posted(committed, box):
    post_good()
    run_worker(wait=False)
    assert len(box.taken) == 1


def test_a_busy_server_is_asked_again_and_the_letter_goes_once(committed, box):
    letter = post_good()
    box.busy = 1
    with pytest.raises(Exception, match="try again"):
        send_letter(letter, now=START)
    assert send_letter(letter, now=START)
    assert not send_letter(letter, now=START)
    assert len(box.taken) == 1


def test_a_letter_that_is_over_is_not_sent_and_what_it_said_is_gone(committed, box):
    letter = post()
    assert not send_letter(letter, now=START)
    assert Letter.objects.get().sealed is None
    assert box.taken == []


def test_what_rolls_back_sends_nothing(committed, box):
    def work():
        post_good()
        raise KeyError

    with pytest.raises(KeyError):
        in_transaction(work)
    run_worker(wait=False)
    assert box.taken == []


def test_what_is_over_is_purged(committed, box):
    post()
    purge_letters(now=START.replace(year=2027))
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("smtp://u%40x:p%2Fw@mail.example", ("mail.example", 587, "u@x", "p/w", True, False)),
        ("smtps://mail.example", ("mail.example", 465, "", "", False, True)),
        ("smtp://localhost:25?plain", ("localhost", 25, "", "", False, False)),
    ],
)
def test_one_address_says_how_mail_leaves(monkeypatch, told, expected):
    monkeypatch.setenv("REGULARS_SMTP_URL", told)
    mail = configured_mail()
    assert (mail.host, mail.port, mail.user, mail.password, mail.starttls, mail.tls) == expected


@pytest.mark.parametrize("told", ["mail.example", "http://x", "smtp://"])
def test_an_address_that_is_none_stops_the_start(monkeypatch, told):
    monkeypatch.setenv("REGULARS_SMTP_URL", told)
    with pytest.raises(ValueError, match="REGULARS_SMTP_URL"):
        configured_mail()


def test_a_demo_lays_its_letters_into_a_folder_of_its_owner(tmp_path, settings, visitor):
    settings.DEMO_LETTERS = str(tmp_path / "letters")
    settings.LETTER_CHANNELS = configured_channels(configured_mail(), Sms(), settings.DEMO_LETTERS)
    letter = post_good("<b>@example.com")
    assert send_letter(letter, now=START)
    (found,) = (tmp_path / "letters").glob("*.txt")
    assert found.stat().st_mode & 0o077 == 0
    page = visitor.get("/demo/letters/").content.decode()
    assert "123456" in page
    assert "<b>@" not in page


def test_nothing_shows_letters_where_there_is_no_demo(visitor):
    assert visitor.get("/demo/letters/").status_code == 404
