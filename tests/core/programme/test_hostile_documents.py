"""Whatever is sent as a programme is answered with problems in words, never with a stack trace."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.compiled import compile_programme
from regulars.core.programme.document import Programme
from regulars.core.wording.catalogue import LANGUAGES
from regulars.kit.documents import dump_yaml, load_yaml
from regulars.programmes.catalogue import list_programmes, load

READY = [load_yaml(load(name)) for name in list_programmes()]

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "0", "-1", "1e999", "NaN", "2026-02-30", "x" * 20_000, "\x00", "\ud800"]),
    st.sampled_from(
        [10**30, -(10**30), 1e308, float("nan"), float("inf"), b"bytes", {1: 2}, set()]
    ),
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=6,
    ),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*at, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            found += places(inner, (*at, i))
    return found


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A ready programme with one to three values replaced, removed, renamed or doubled."""
    document = copy.deepcopy(draw(st.sampled_from(READY)))
    for _ in range(draw(st.integers(1, 3))):
        known = places(document)
        if not known:
            break
        *way, last = draw(st.sampled_from(known))
        parent: Any = document
        for step in way:
            parent = parent[step]
        kind = draw(st.sampled_from(["replace", "replace", "remove", "rename", "double"]))
        if kind == "replace":
            parent[last] = draw(junk)
        elif kind == "remove":
            del parent[last]
        elif isinstance(parent, dict):
            name = draw(st.text(max_size=8)) if kind == "rename" else str(last) + "x"
            parent[name] = parent.pop(last) if kind == "rename" else copy.deepcopy(parent[last])
        else:
            parent.append(copy.deepcopy(parent[last]))
    return document


def answered(document: Any) -> Programme | None:
    """The programme, or None after every problem was looked at."""
    try:
        return parse_programme(document)
    except ProgrammeInvalid as refused:
        look_at(refused)
        return None


def look_at(refused: ProgrammeInvalid) -> None:
    assert 1 <= len(refused.problems) <= 100
    for problem in refused.problems:
        assert problem.pointer == "" or problem.pointer.startswith("/")
        assert len(problem.pointer) < 4000
        for language in LANGUAGES:
            text = problem.sentence(language)
            assert text
            assert text != problem.code


@examples(150)
@given(mutations())
def test_a_mutilated_programme_is_refused_with_sentences_or_works(document: dict[str, Any]) -> None:
    programme = answered(document)
    if programme is not None:
        compile_programme(programme, 1)


@examples(50)
@given(junk)
def test_junk_is_refused_with_sentences(document: Any) -> None:
    assert answered(document) is None


@examples(50)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_junk_text_is_refused_as_json_and_as_yaml(text: str | bytes) -> None:
    with pytest.raises(ProgrammeInvalid):
        parse_programme(text, format="json")
    try:
        found = load_yaml(text)
    except ProgrammeInvalid:
        return
    assert answered(found) is None


def test_pointers_point_at_what_is_wrong() -> None:
    document = copy.deepcopy(READY[0])
    document["a/b~c"] = 1
    with pytest.raises(ProgrammeInvalid) as refused:
        parse_programme(document)
    assert refused.value.pointer == "/a~1b~0c"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "programme.not_json"),
        ('{"a": 1, "a": 2}', "programme.key_twice"),
        ("[]", "programme.not_a_document"),
        ("{", "programme.not_json"),
        (b"\xff", "programme.not_json"),
        ('{"a": ' + "9" * 5000 + "}", "programme.not_json"),
        ('{"a": 1e400}', "programme.number_wrong"),
        ('{"a": NaN}', "programme.number_wrong"),
        (json.dumps({"a": "x" * 20_000}), "programme.text_too_long"),
        ('{"a": "\\ud800"}', "programme.text_wrong"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "programme.too_deep"),
        ('{"a": [' + "0," * 300_000 + "0]}", "programme.too_many_values"),
        (" " * (1024 * 1024 + 1), "programme.too_large"),
    ],
)
def test_hostile_json_is_refused(text: str | bytes, code: str) -> None:
    with pytest.raises(ProgrammeInvalid) as refused:
        parse_programme(text, format="json")
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [1]\nb: *x", "programme.yaml_alias"),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "programme.yaml_alias"),
        ("a: 1\nb:\n  c: 1\n  c: 2", "programme.yaml_key_twice"),
        ("1: 2", "programme.yaml_key_not_text"),
        ("? [a]\n: 1", "programme.yaml_key_not_text"),
        ("true: 1", "programme.yaml_key_not_text"),
        ("a: !!python/object/apply:os.system [id]", "programme.yaml_tag"),
        ("a: !!binary aGk=", "programme.yaml_tag"),
        ("a: [" + "[" * 50 + "]" * 50 + "]", "programme.yaml_too_deep"),
        ("a: " + "[" + "0," * 450_000 + "]", "programme.too_many_values"),
        ("a: b: c", "programme.not_yaml_at"),
        ("a: 1\n--- \nb: 2", "programme.not_yaml_at"),
        ("- a", "programme.not_a_document"),
        ("", "programme.not_a_document"),
        ("#" * (1024 * 1024 + 1), "programme.too_large"),
        ("a: \x00", "programme.not_yaml"),
        (b"a: \xff\xfe", "programme.not_yaml"),
    ],
)
def test_hostile_yaml_is_refused(text: str | bytes, code: str) -> None:
    with pytest.raises(ProgrammeInvalid) as refused:
        load_yaml(text)
    [problem] = refused.value.problems
    assert problem.code == code
    assert all(problem.sentence(language) != code for language in LANGUAGES)


def test_yaml_means_what_people_mean() -> None:
    text = "a: 10:30\nb: yes\nc: 2026-01-01\nd: 010\ne: 1_0\nf: .5\ng: true\nh: 1.5\ni: ~\nj: <<\n"
    assert load_yaml(text) == {
        "a": "10:30",
        "b": "yes",
        "c": "2026-01-01",
        "d": "010",
        "e": "1_0",
        "f": ".5",
        "g": True,
        "h": 1.5,
        "i": None,
        "j": "<<",
    }


plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**15), 10**15),
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12),
        st.sampled_from(["yes", "on", "~", "1", "1.5", "0x1", "12:30", "<<", "=", "- a", "a: b"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("abcÄя-_ 1", max_size=6), inner)
    ),
    max_leaves=10,
)


@examples(50)
@given(st.dictionaries(st.text("abcяж:#'\"1 ", max_size=6), plain))
def test_what_is_dumped_is_loaded_back(value: dict[str, Any]) -> None:
    text = dump_yaml(value)
    assert load_yaml(text) == value
    assert dump_yaml(load_yaml(text)) == text
