"""Every ledger story in `tests/core/ledgers` ends, act by act, as it is told."""

from pathlib import Path

import pytest
from core.ledger.story import retell

STORIES = sorted((Path(__file__).parents[1] / "ledgers").glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_ends_as_it_is_told(path):
    told = path.read_text()
    assert retell(told) == told


def test_every_story_has_acts_with_outcomes():
    assert len(STORIES) >= 14
    for path in STORIES:
        assert path.read_text().count("\n    ") >= 10, path.stem


def test_a_wrong_figure_in_a_story_is_noticed():
    told = STORIES[0].read_text()
    at = told.rindex(" points")
    assert retell(told[: at - 1] + "9" + told[at:]) == told
