"""Pointers lead to the lines where a person will look."""

import pytest

from regulars.kit.document_lines import line_of

TEXT = """\
# a heading
format: 1
currencies:
  points:
    scale: 0
earning:
  - id: base
    params: {per: 100}
  - id: birthday
    goods:
      a/b: 1
"""


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 2),
        ("/format", 2),
        ("/currencies/points/scale", 5),
        ("/earning/0", 7),
        ("/earning/0/params/per", 8),
        ("/earning/1/id", 9),
        ("/earning/1/goods/a~1b", 11),
        ("/earning/1/goods/missing", 10),
        ("/earning/7", 6),
        ("/nothing/here", 2),
    ],
)
def test_a_pointer_leads_to_its_line_or_to_the_nearest_around(pointer, line):
    assert line_of(TEXT, pointer) == line


@pytest.mark.parametrize("text", ["", "a: [", "\t- x: y: z", "&a [*b]", "[" * 100_000])
def test_a_text_that_is_no_document_has_no_lines(text):
    assert line_of(text, "/a") is None


def test_json_has_lines_too():
    assert line_of('{\n "a": {\n  "b": 1}}', "/a/b") == 3


def test_a_bomb_of_aliases_costs_no_more_than_its_length():
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    assert line_of(bomb, "/a59/0/0/0") == 57
