"""The documentation says what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.programme.check import parse_programme
from regulars.core.promotions.catalogue import KINDS
from regulars.core.when.catalogue import CONDITIONS
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes

DOCS = Path(__file__).parents[3] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES: dict[str, str] = generator().pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_reference_is_current(name: str) -> None:
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "run: .venv/bin/python docs/generate.py"


def test_nothing_is_left_out() -> None:
    assert all(f"## `{code}`:" in PAGES["mechanics.md"] for code in MECHANICS)
    assert all(f"## `{code}`:" in PAGES["conditions.md"] for code in CONDITIONS)
    assert all(f"# `{code}`:" in PAGES[f"promotions/{code}.md"] for code in KINDS)
    assert all(f"({code}.md)" in PAGES["promotions/index.md"] for code in KINDS)


def test_the_guide_names_every_ready_programme() -> None:
    guide = (DOCS / "programme.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in guide for name in list_programmes())


def test_the_programme_of_the_guide_works() -> None:
    guide = (DOCS / "programme.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    smallest, rule, ladder, policies = blocks
    document = load_yaml(smallest)
    assert parse_programme(document).code == "corner-shop"
    more = load_yaml("earning:\n" + rule)
    document["currencies"]["stamps"] = {"title": "Stamps", "kind": "stamps"}
    document["earning"] += more["earning"]
    document |= load_yaml(ladder)
    document["tiers"]["levels"].append({"code": "staff", "title": "Staff", "invitation_only": True})
    document |= load_yaml(policies)
    programme = parse_programme(document)
    assert [one.id for one in programme.earning] == ["base", "morning-coffee"]
    assert programme.tiers is not None
