"""Every text of the pages is in both languages, and none is left that nobody says."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from regulars.web.texts import clashes, flaws, parts


@pytest.mark.parametrize("part", parts())
def test_a_part_is_whole_in_russian_and_holds_nothing_unused(part):
    assert list(flaws(part)) == []


def test_a_message_has_one_russian_everywhere():
    assert list(clashes()) == []


def test_the_compiled_texts_are_the_ones_that_are_written():
    with translation.override("ru"):
        assert gettext("Components") == "Компоненты"
    with translation.override("en"):
        assert gettext("Components") == "Components"
