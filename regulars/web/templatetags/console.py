"""Tags of the console's frame: its sections, and a person's initials."""

from django import template
from django.template.context import Context

from regulars.web.console.navigation import Group, groups_for

register = template.Library()


@register.simple_tag(takes_context=True)
def console_navigation(context: Context) -> tuple[Group, ...]:
    """The sections that this person may open."""
    return groups_for(context["request"])


@register.filter
def initials(name: str) -> str:
    """АП for Анна Петрова: the first letters of the first two words."""
    return "".join(word[0] for word in name.split()[:2]).upper()
