"""The tags that pages are built of: components with slots, icons, static files."""

import json
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from regulars.web.build_assets import VENDOR

register = template.Library()
# What every component sees of the page around it.
_SHARED = ("request", "csrf_token", "brand")


@register.simple_tag
def asset(path: str) -> str:
    """The address of a file under regulars/web/static."""
    return f"{settings.STATIC_URL}{path}"


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A drawing from design/icons.txt; with `label` it speaks for itself, else it is decoration.

    `size` is "", "sm", "lg" or "xl". Raises KeyError for a name that is not on the list.
    """
    drawing = mark_safe(_drawings()[name])  # noqa: S308 (our own file)
    filled = " icon-filled" if name.endswith("-filled") else ""
    classes = f"icon{filled}" + (f" icon-{size}" if size else "")
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>',
            classes, label, drawing,
        )  # fmt: skip
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, drawing
    )


@cache
def _drawings() -> dict[str, str]:
    return json.loads((VENDOR / "icons.json").read_text())


class SlotNode(Node):
    """A named part of a component's content."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """The part's content, in the words of the page that fills it."""
        return self.nodelist.render(context)


class ComponentNode(Node):
    """A template under ui/ with its arguments, body and slots."""

    def __init__(
        self, name: str, arguments: dict[str, FilterExpression], nodelist: NodeList
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.nodelist = nodelist
        self.slots = [node for node in nodelist if isinstance(node, SlotNode)]
        self.body = NodeList(node for node in nodelist if not isinstance(node, SlotNode))

    def render(self, context: Context) -> SafeString:
        """The component's template; it sees nothing of the page but what it is given."""
        values: dict[str, Any] = {name: context[name] for name in _SHARED if name in context}
        values |= {slot.name: slot.render(context) for slot in self.slots}
        values |= {name: value.resolve(context) for name, value in self.arguments.items()}
        values["body"] = self.body.render(context)
        engine = context.template.engine  # type: ignore[union-attr]
        return engine.get_template(f"ui/{self.name}.html").render(context.new(values))


@register.tag("component")
def component(parser: Parser, token: Token) -> ComponentNode:
    """`{% component "card" title=_("Members") %}…{% slot "actions" %}…{% endslot %}{% endcomponent %}`."""
    name, arguments = _name_and_arguments(parser, token)
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(name, arguments, nodelist)


@register.tag("part")
def part(parser: Parser, token: Token) -> ComponentNode:
    """`{% part "badge" text=_("New") kind="good" %}`: a component without content."""
    return ComponentNode(*_name_and_arguments(parser, token), NodeList())


@register.tag("slot")
def slot(parser: Parser, token: Token) -> SlotNode:
    """`{% slot "name" %}…{% endslot %}`, directly inside of a component."""
    name, arguments = _name_and_arguments(parser, token)
    if arguments:
        raise template.TemplateSyntaxError("a slot takes its name only")
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(name, nodelist)


def _name_and_arguments(parser: Parser, token: Token) -> tuple[str, dict[str, FilterExpression]]:
    tag, *bits = token.split_contents()
    if not bits or bits[0][0] not in "\"'" or bits[0][0] != bits[0][-1]:
        raise template.TemplateSyntaxError(f"{tag} needs a name in quotes")
    rest = bits[1:]
    arguments = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"{tag}: {rest[0]!r} is not an argument by name")
    return bits[0][1:-1], arguments
