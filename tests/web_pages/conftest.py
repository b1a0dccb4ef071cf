"""A shop with a month behind it, and a browser's way of asking for pages."""

from datetime import timedelta

import pytest
from django.test import Client
from till_shop import DOCUMENT, NOW, open_shop

from regulars.contexts.till.usecases.places import create_store
from regulars.kit.transactions import in_transaction
from regulars.web.pages import remembered
from regulars.web.pages.figures import FIGURES

TITLED = {**DOCUMENT, "title": {"en": "Corner shop", "ru": "Лавка на углу"}}


@pytest.fixture(autouse=True)
def _nothing_remembered(settings, monkeypatch):
    monkeypatch.setattr(remembered, "PATIENCE_S", 30)  # a busy machine is no reason to show nothing
    settings.SECOND_FACTOR_REQUIRED = False  # else nobody sees figures by a password alone
    FIGURES.forget()
    yield
    FIGURES.forget()


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the page."""

    def put(moment):
        monkeypatch.setattr("regulars.web.pages.front.utc_now", lambda: moment)

    put(NOW + timedelta(days=2))
    return put


@pytest.fixture
def shop(django_on_fresh_database, clock):
    """Two members and a stranger: three days, two stores of which one sells."""
    with open_shop(django_on_fresh_database, TITLED, NOW - timedelta(days=40)) as shop:
        for code, title in (("s1", "Central <b>&"), ("s2", "Station")):
            in_transaction(
                lambda code=code, title=title: create_store(code, title, now=shop.now, by=shop.by)
            )
        old = shop.enrol("old")
        shop.sell(old, 5000)
        shop.now = NOW - timedelta(days=1)
        new = shop.enrol("new")
        shop.sell(new, 1000)
        shop.now = NOW
        shop.sell(old, 400, points=100)
        shop.sell(None, 600)
        shop.now = NOW + timedelta(days=1)
        sale = shop.sell(new, 200)
        shop.give_back(sale.key, {"1": 1})
        yield shop


@pytest.fixture
def open_figures(settings):
    settings.OPEN_FIGURES = True


@pytest.fixture
def visit():
    """Asks for the front page; keywords are headers."""
    client = Client()

    def get(path="/", **headers):
        return client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})

    return get
