"""The front page tells what runs here, in two languages, and its figures to staff only."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import OperationalError
from django.test import Client
from till_shop import NOW

from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.contexts.till.types import MemberKey, QuoteSale
from regulars.kit.transactions import in_transaction
from regulars.web.pages import front
from regulars.web.pages.figures import FIGURES
from regulars.web.pages.remembered import FRESH_FOR

PASSWORD = "a-long-passphrase-of-tests"
EMAIL = "owner@example.org"


class Page(HTMLParser):
    """The words of a page by cells of tables and of the cards, and what it links to."""

    def __init__(self, response):
        super().__init__()
        self.text, self.tags, self.links, self.open = "", [], [], []
        self.tables, self.cards = [], {}
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "a":
            self.links.append(dict(attributes)["href"])
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data
        elif "dt" in self.open:
            self.cards[data] = []
        elif "dd" in self.open:
            self.cards[list(self.cards)[-1]].append(data)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def basic(email=EMAIL, password=PASSWORD):
    return "Basic " + b64encode(f"{email}:{password}".encode()).decode()


@pytest.fixture
def hire():
    def make(role=Role.OWNER, email=EMAIL):
        in_transaction(
            lambda: create_staff(
                email=email,
                name="Somebody",
                role=role,
                language="en",
                password=PASSWORD,
                now=NOW,
                by=system_actor("tests"),
            )
        )

    return make


def test_the_figures_are_those_of_the_books(shop, open_figures, visit):
    page = Page(visit(accept_language="en"))
    cards = {title: [plain(text) for text in texts] for title, texts in page.cards.items()}
    # Both are gold by then, 5 % off: 1,000 + (380 − 100 in points) + 600 + 190, and 95 given back
    assert cards == {
        "Members": ["2", "1 joined in the last 30 days"],
        "Sales, 30 days": ["RUB 1,975", "4 receipts"],
        "Member share": ["69.6%", "of sales are members’"],
        "Average check": ["RUB 517.50", "members’: RUB 490.00"],
    }
    days, points, stores = page.tables
    told = {row[0]: [plain(cell) for cell in row[1:]] for row in days[1:]}
    assert len(told) == 30
    assert told["30 April"] == ["RUB 1,000.00", "RUB 0.00", "RUB 1,000.00"]
    assert told["1 May"] == ["RUB 280.00", "RUB 600.00", "RUB 880.00"]
    assert told["2 May"] == ["RUB 95.00", "RUB 0.00", "RUB 95.00"]
    assert told["3 May"] == ["RUB 0.00", "RUB 0.00", "RUB 0.00"]
    # Of May: 28 + 19 − 10 points, a twentieth of 375 in late ones with two decimals; 100 were spent.
    assert [row[:1] + row[2:] for row in points[1:]] == [
        ["Late points", "18.75", "0.00", "0.00"],
        ["Points", "37", "100", "0"],
    ]
    assert points[2][1] == "537"
    assert [[plain(cell) for cell in row] for row in stores[1:]] == [
        ["Central <b>&", "4", "RUB 2,070", "May 2, 3:00 PM", "RUB 190.00"],
        ["Station", "0", "RUB 0", "nothing sold in 30 days", ""],
    ]


def test_the_points_of_the_month_are_those_of_the_report(shop, clock):
    shop.now = NOW + timedelta(days=40)  # some have expired by then
    for name in ("old", "new"):
        shop.ask(QuoteSale(shop.receipt(10), MemberKey(kind="external", value=name)))
        shop.sell(shop.enrol(f"{name} again"), 100)
    post_due(compiled_at(shop.now), limit=100, after=None, now=shop.now)
    now = shop.now + timedelta(hours=1)
    found = FIGURES.at(now)
    (proved,) = list_period_facts([datetime(2026, 5, 31, 21, tzinfo=UTC)], now)
    assert found.month == proved.flows
    assert found.month["late"].expired > 0
    assert all(flow.reckoned == flow.outstanding for flow in found.month.values())


def test_in_russian_everything_is_russian_with_its_plural_forms(shop, open_figures, visit):
    response = visit(accept_language="ru-RU,ru;q=0.9,en;q=0.5")
    page = Page(response)
    assert response["Content-Language"] == "ru"
    assert ("html", {"lang": "ru", "data-theme": "auto"}) in page.tags
    cards = {title: [plain(text) for text in texts] for title, texts in page.cards.items()}
    assert cards["Участники"] == ["2", "1 вступил за 30 дней"]
    assert cards["Продажи за 30 дней"] == ["1 975 ₽", "4 чека"]
    assert cards["Доля участников"][0] == "69,6 %"
    assert cards["Средний чек"][0] == "517,50 ₽"
    assert "«Лавка на углу», версия программы 1" in page.text
    ours = re.sub(
        r"Regulars|English|Eng|OpenAPI|API|PUT|POST|Apache|/\w+/v1|Central <b>&|Station",
        "",
        page.text,
    )
    ours = re.sub(r"Late points|Points", "", ours)
    assert not re.findall(r"[A-Za-z]{2,}", ours)


def test_the_language_is_that_of_the_link_then_of_the_browser_then_english(shop, visit):
    for path, header, expected in (
        ("/?lang=ru", "en", "ru"),
        ("/?lang=en", "ru", "en"),
        ("/?lang=xx", "ru", "ru"),
        ("/?lang=", "de, fr", "en"),
        ("/", "ru;q=0.1, de", "ru"),
        ("/", "", "en"),
    ):
        response = visit(path, accept_language=header)
        assert response["Content-Language"] == expected
        assert "Accept-Language" in response["Vary"]


def test_strangers_see_no_figure_at_all(shop, visit):
    response = visit()
    page = Page(response)
    assert response.status_code == 200
    assert (page.cards, page.tables) == ({}, [])
    assert "The figures are for staff." in page.text
    assert {"/openapi.json", "?lang=en&sign_in", "/console/", "/app/"} <= set(page.links)
    assert "Central" not in page.text


def test_who_asks_to_sign_in_is_asked_for_a_password(shop, visit):
    response = visit("/?sign_in")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Basic realm="Regulars", charset="UTF-8"'
    assert Page(response).tables == []


def test_staff_who_may_read_reports_see_the_figures(shop, hire, visit):
    hire(Role.AUDITOR)
    response = visit(authorization=basic())
    assert response.status_code == 200
    assert Page(response).cards["Members"][0] == "2"
    assert AuditRow.objects.filter(action="staff.sign_in", refused=None).count() == 1


def test_a_cashier_signs_in_and_sees_no_figures(shop, hire, visit):
    hire(Role.CASHIER)
    response = visit(authorization=basic())
    assert response.status_code == 403
    assert Page(response).tables == []


def test_guessing_is_slowed_and_audited(shop, hire, visit):
    hire()
    for _ in range(5):
        response = visit(authorization=basic(password="wrong"))
        assert response.status_code == 401
        assert Page(response).tables == []
    response = visit(authorization=basic())  # the right one, too late
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert Page(response).tables == []
    assert AuditRow.objects.exclude(refused=None).count() == 6


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + b64encode(b"a\x00b@example.org:\x00").decode(),
        "Basic " + "A" * 100_000,
        "Bearer rk_1_2",
        "Basic " + b64encode(("a" * 900 + ":" + "b" * 500).encode()).decode(),
    ],
)
def test_a_hostile_header_opens_nothing_and_breaks_nothing(shop, visit, header):
    response = visit(authorization=header)
    assert response.status_code in (200, 401)
    assert Page(response).tables == []


def test_styles_and_scripts_are_files_of_ours(shop, open_figures, visit):
    response = visit()
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "nonce" not in response["Content-Security-Policy"]
    for tag, attributes in Page(response).tags:
        assert tag != "style"
        assert not {"style", "onclick", "onload"} & attributes.keys()
        if tag in ("script", "link"):
            assert attributes.get("src", attributes.get("href")).startswith(
                ("/static/", "/design/")
            )
    assert "no-store" in response["Cache-Control"]


def test_while_figures_are_counted_the_page_says_so_and_asks_again(
    shop, open_figures, visit, monkeypatch
):
    monkeypatch.setattr(FIGURES, "soon", lambda now: None)
    response = visit(accept_language="en")
    page = Page(response)
    assert "The figures are being counted" in page.text
    assert 'hx-get="/?lang=en" hx-select="#all-figures"' in response.content.decode()
    assert (page.cards, page.tables) == ({}, [])


def test_what_people_typed_is_escaped(shop, open_figures, visit):
    body = visit().content.decode()
    assert "Central &lt;b&gt;&amp;" in body
    assert "<b>" not in body
    assert "<script>" not in visit("/?lang=<script>").content.decode()


def test_only_reading_is_allowed(shop):
    for method in ("post", "put", "delete"):
        assert getattr(Client(), method)("/").status_code == 405
    assert Client().head("/").status_code == 200


def test_an_installation_without_a_programme_says_what_to_do(
    django_on_fresh_database, open_figures, clock, visit
):
    page = Page(visit(accept_language="en"))
    assert "No version of a programme is in force yet" in page.text
    assert (page.cards, page.tables) == ({}, [])


def test_a_programme_in_force_without_a_sale_shows_nothing_to_divide_by(
    shop, open_figures, clock, visit
):
    clock(NOW - timedelta(days=900))
    page = Page(visit(accept_language="en"))
    assert page.cards["Member share"] == ["–", "nothing to divide by yet"]
    assert page.cards["Average check"] == ["–", "nothing to divide by yet"]


def test_while_the_database_is_away_the_page_says_so(shop, open_figures, visit, monkeypatch):
    def fail(now):
        raise OperationalError("server closed the connection: secret")

    monkeypatch.setattr(front.FIGURES, "_read", fail)
    response = visit(accept_language="en")
    assert response.status_code == 503
    assert "The database does not answer" in Page(response).text
    assert "secret" not in response.content.decode()


def test_figures_are_read_once_for_many_visitors_and_again_when_old(
    shop, open_figures, clock, visit, monkeypatch
):
    read, times = FIGURES._read, []

    def counting(now):
        times.append(now)
        return read(now)

    monkeypatch.setattr(FIGURES, "_read", counting)
    now = NOW + timedelta(days=2)
    for moment in (now, now + FRESH_FOR / 2, now + 100 * FRESH_FOR, now):
        clock(moment)
        assert visit().status_code == 200
    assert times == [now, now + 100 * FRESH_FOR, now]
