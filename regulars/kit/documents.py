"""YAML in and out for programme documents: plain values only, and nothing that can hurt."""

import re
from collections.abc import Hashable, Mapping
from typing import Any

import yaml

from regulars.core.programme.check import DEPTH_MAX, SIZE_MAX, VALUES_MAX, ProgrammeInvalid
from regulars.core.programme.problems import Problem

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML as people write it: only true and false are yes and no, and a clock is text, not 36000.

    Dates stay text as well: they mean a day of the business, which the document decides.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[str] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or not key_node.tag.endswith(":str"):
                word = str(getattr(key_node, "value", "?"))[:80]
                raise _refused("programme.yaml_key_not_text", key_node, word=word)
            if key_node.value in keys:
                raise _refused("programme.yaml_key_twice", key_node, word=key_node.value[:80])
            keys.add(key_node.value)
        return {
            key_node.value: self.construct_object(value_node, deep=True)
            for key_node, value_node in node.value
        }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$"),
    list("-0123456789"),
)


class _Dumper(yaml.SafeDumper):
    """Block style, in the order given."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quoted wherever a reader could take the text for something else."""
    loader = _Loader("")
    plain = loader.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str"
    common = yaml.SafeLoader("")
    elsewhere = common.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str"
    style = None if plain and elsewhere else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)


def load_yaml(text: str | bytes) -> dict[str, Any]:
    """The mapping that a YAML text describes, of plain values with text keys.

    Raises ProgrammeInvalid, and nothing else: for what is no YAML, over 1 MiB, nested too deep,
    aliased or merged, tagged, or has a key twice; the sentence tells line and column.
    """
    if len(text) > SIZE_MAX:
        raise ProgrammeInvalid((Problem("", "programme.too_large", (("limit", SIZE_MAX),)),))
    try:
        _refuse_tricks(text)
        value = yaml.load(text, Loader=_Loader)  # noqa: S506  (derived from SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (("line", mark.line + 1), ("column", mark.column + 1)) if mark else ()
        code = "programme.not_yaml_at" if where else "programme.not_yaml"
        raise ProgrammeInvalid((Problem("", code, where),)) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ProgrammeInvalid((Problem("", "programme.not_yaml"),)) from None
    if not isinstance(value, dict):
        raise ProgrammeInvalid((Problem("", "programme.not_a_document"),))
    return value


def dump_yaml(mapping: Mapping[str, Any]) -> str:
    """The mapping as YAML that `load_yaml` reads back as equal; the same mapping, the same text."""
    text: str = yaml.dump(
        mapping, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, indent=2
    )
    return text


def _refuse_tricks(text: str | bytes) -> None:
    """Look at the events before anything is built from them."""
    depth = 0
    for seen, event in enumerate(yaml.parse(text, Loader=_SafeLoader), start=1):
        if isinstance(event, yaml.AliasEvent):
            raise _refused("programme.yaml_alias", event)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            raise _refused("programme.yaml_too_deep", event, limit=DEPTH_MAX)
        if seen > 2 * VALUES_MAX:
            raise ProgrammeInvalid(
                (Problem("", "programme.too_many_values", (("limit", VALUES_MAX),)),)
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise _refused("programme.yaml_tag", event)


def _refused(code: str, at: Any, **params: object) -> ProgrammeInvalid:
    mark = at.start_mark
    where: tuple[tuple[str, object], ...] = (("line", mark.line + 1), ("column", mark.column + 1))
    return ProgrammeInvalid((Problem("", code, (*where, *params.items())),))
