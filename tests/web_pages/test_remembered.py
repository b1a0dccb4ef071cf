"""Figures that take long: no page waits for them, old ones do meanwhile, what goes wrong is told."""

import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from regulars.web.pages import remembered
from regulars.web.pages.remembered import FRESH_FOR, STALE_FOR, Remembered

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Told(NamedTuple):
    at: datetime


class Slow:
    """A reading that ends when it is let; how often it was begun."""

    def __init__(self):
        self.times, self.let = [], threading.Semaphore(0)

    def __call__(self, now):
        self.times.append(now)
        self.let.acquire()
        return Told(now)


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(remembered, "PATIENCE_S", 0.01)


def finish(figures, slow):
    slow.let.release()
    figures._behind.result(30)


def test_nobody_waits_and_one_reading_serves_all_who_ask(hurried):
    slow = Slow()
    figures = Remembered(slow)
    assert [figures.soon(NOW) for _ in range(5)] == [None] * 5
    finish(figures, slow)
    assert figures.soon(NOW) == Told(NOW)
    assert slow.times == [NOW]


def test_old_figures_are_given_while_new_ones_are_read_but_not_very_old_ones(hurried):
    slow = Slow()
    figures = Remembered(slow)
    slow.let.release()
    assert figures.at(NOW) == Told(NOW)
    later = NOW + FRESH_FOR + timedelta(minutes=5)
    assert figures.soon(later) == Told(NOW)
    finish(figures, slow)
    assert figures.soon(later) == Told(later)
    assert figures.soon(later + STALE_FOR) is None
    finish(figures, slow)


def test_what_is_read_quickly_is_never_old(monkeypatch):
    monkeypatch.setattr(remembered, "PATIENCE_S", 30)
    figures = Remembered(Told)
    for moment in (NOW, NOW + FRESH_FOR, NOW + 2 * FRESH_FOR):
        assert figures.soon(moment) == Told(moment)


def test_what_goes_wrong_is_told_and_the_next_one_tries_again(monkeypatch):
    monkeypatch.setattr(remembered, "PATIENCE_S", 30)
    times = []

    def read(now):
        times.append(now)
        if len(times) == 1:
            raise ConnectionError("gone")
        return Told(now)

    figures = Remembered(read)
    with pytest.raises(ConnectionError):
        figures.soon(NOW)
    assert figures.soon(NOW) == Told(NOW)
