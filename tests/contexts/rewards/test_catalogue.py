"""The catalogue: who may change it, what a sound reward is, and what a refusal leaves behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from regulars.contexts.rewards.queries import catalogue as catalogue_queries
from regulars.contexts.rewards.queries.catalogue import RewardNotFound
from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases import catalogue
from regulars.contexts.rewards.usecases.catalogue import RewardCodeTaken, RewardEnded
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.plain_text import TextMalformed
from regulars.core.rewards.terms import (
    RewardCurrencyNotSpendable,
    RewardCurrencyUnknown,
    RewardInvalid,
    RewardTierUnknown,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]

MUG = RewardTerms(title={"en": "Mug", "ru": "Кружка"}, currency="points", price_minor=100)


def test_a_reward_is_a_draft_then_live_then_ended(now, later, author):
    made = catalogue.create_reward("mug", MUG, stock=3, now=now, by=author)
    assert (made.status, made.stock, made.terms) == ("draft", 3, MUG)
    assert catalogue.launch_reward("mug", now=later(hours=1), by=author).status == "live"
    dearer = replace(MUG, price_minor=120, tiers=("gold",), until=later(days=1))
    changed = catalogue.change_reward("mug", dearer, now=later(hours=2), by=author)
    assert (changed.terms, changed.stock) == (dearer, 3)
    ended = catalogue.end_reward("mug", now=later(hours=3), by=author)
    assert ended.status == "ended"
    assert catalogue.end_reward("mug", now=later(hours=4), by=author) == ended
    assert catalogue_queries.get_reward("mug") == ended
    for attempt in (
        lambda: catalogue.launch_reward("mug", now=now, by=author),
        lambda: catalogue.change_reward("mug", MUG, now=now, by=author),
        lambda: catalogue.set_stock("mug", 5, now=now, by=author),
    ):
        with pytest.raises(RewardEnded):
            attempt()


def test_stock_is_set_added_to_and_taken_away_but_never_below_nothing(now, author):
    catalogue.create_reward("mug", MUG, now=now, by=author)
    with pytest.raises(RewardInvalid):
        catalogue.add_stock("mug", 2, now=now, by=author)
    catalogue.set_stock("mug", 2, now=now, by=author)
    assert catalogue.add_stock("mug", 5, now=now, by=author).stock == 7
    assert catalogue.add_stock("mug", -7, now=now, by=author).stock == 0
    with pytest.raises(RewardInvalid):
        catalogue.add_stock("mug", -1, now=now, by=author)
    assert catalogue.set_stock("mug", None, now=now, by=author).stock is None


@pytest.mark.parametrize(
    ("change", "refusal", "pointer"),
    [
        ({"title": {}}, RewardInvalid, "/title"),
        ({"title": {"de": "Becher"}}, RewardInvalid, "/title"),
        ({"title": {"en": " "}}, TextMalformed, "/title/en"),
        ({"title": {"en": "a\0b"}}, TextMalformed, "/title/en"),
        ({"description": {"ru": "x" * 2001}}, TextMalformed, "/description/ru"),
        ({"price_minor": 0}, RewardInvalid, "/price_minor"),
        ({"price_minor": 10**12 + 1}, RewardInvalid, "/price_minor"),
        ({"per_member_limit": 0}, RewardInvalid, "/per_member_limit"),
        ({"currency": "stars"}, RewardCurrencyUnknown, "/currency"),
        ({"currency": "status"}, RewardCurrencyNotSpendable, "/currency"),
        ({"tiers": ("gold", "platinum")}, RewardTierUnknown, "/tiers/1"),
        ({"tiers": ("gold",) * 21}, RewardInvalid, "/tiers"),
    ],
)
def test_a_reward_that_is_not_sound_is_refused_with_its_pointer(
    change, refusal, pointer, now, author, everything
):
    catalogue.create_reward("here", MUG, now=now, by=author)
    before = everything()
    terms = replace(MUG, **change)
    for attempt in (
        lambda: catalogue.create_reward("mug", terms, now=now, by=author),
        lambda: catalogue.change_reward("here", terms, now=now, by=author),
    ):
        with pytest.raises(refusal) as refused:
            attempt()
        assert refused.value.pointer == pointer
    assert everything() == before


def test_a_window_that_ends_before_it_begins_is_refused(now, author):
    terms = replace(MUG, since=now, until=now)
    with pytest.raises(RewardInvalid):
        catalogue.create_reward("mug", terms, now=now, by=author)
    wider = replace(MUG, since=now, until=now + timedelta(seconds=1))
    assert catalogue.create_reward("mug", wider, now=now, by=author).terms == wider


@pytest.mark.parametrize("code", ["", "Mug", "a b", "a/b", "\0", "x" * 41, "кружка"])
def test_a_code_that_is_none_is_never_found_nor_made(code, now, author):
    with pytest.raises(RewardInvalid):
        catalogue.create_reward(code, MUG, now=now, by=author)
    for attempt in (
        lambda: catalogue_queries.get_reward(code),
        lambda: catalogue.launch_reward(code, now=now, by=author),
    ):
        with pytest.raises(RewardNotFound):
            attempt()


def test_a_code_is_given_once(now, author, everything):
    catalogue.create_reward("mug", MUG, now=now, by=author)
    before = everything()
    with pytest.raises(RewardCodeTaken):
        catalogue.create_reward("mug", MUG, now=now, by=author)
    assert everything() == before


def test_who_may_not_is_refused_and_nothing_is_written(now, author, cashier, everything):
    catalogue.create_reward("mug", MUG, stock=1, now=now, by=author)
    before = everything()
    for attempt in (
        lambda: catalogue.create_reward("cup", MUG, now=now, by=cashier),
        lambda: catalogue.change_reward("mug", MUG, now=now, by=cashier),
        lambda: catalogue.set_stock("mug", 9, now=now, by=cashier),
        lambda: catalogue.add_stock("mug", 9, now=now, by=cashier),
        lambda: catalogue.launch_reward("mug", now=now, by=cashier),
        lambda: catalogue.end_reward("mug", now=now, by=cashier),
    ):
        with pytest.raises(PermissionMissing):
            attempt()
    assert everything() == before


def test_the_catalogue_is_listed_by_code_in_pages(now, author):
    for code in ("cup", "bag", "ant"):
        catalogue.create_reward(code, MUG, now=now, by=author)
    catalogue.launch_reward("bag", now=now, by=author)
    assert [r.code for r in catalogue_queries.list_rewards(limit=2)] == ["ant", "bag"]
    assert [r.code for r in catalogue_queries.list_rewards(after="bag")] == ["cup"]
    assert [r.code for r in catalogue_queries.list_rewards(status="live")] == ["bag"]
